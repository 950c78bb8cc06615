#!/bin/sh
# Fetch new readings from one Tern-4 logger. Usage: fetch_logger.sh STATION
# Tries five times, waiting 10, 20, 40, 80 seconds: the modem at Zijpe is slow to wake.
set -eu

station=${1:?usage: fetch_logger.sh STATION}
inbox=/srv/gauge/inbox
part=$inbox/$station.part

wait_s=10
for attempt in 1 2 3 4 5; do
    if curl --fail --silent --max-time 60 --continue-at - \
        --output "$part" "http://$station.loggers.internal/data/new"; then
        # Renamed only when whole, so that the import never sees half a file.
        mv "$part" "$inbox/$station-$(date -u +%Y%m%dT%H%M%SZ).csv"
        exit 0
    fi
    echo "$station: attempt $attempt failed" >&2
    [ "$attempt" = 5 ] || sleep "$wait_s"
    wait_s=$((wait_s * 2))
done
exit 1
