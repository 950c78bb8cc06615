#!/bin/sh
# Old chart scans arrive as IMG_0001.JPG. Name them by station and week, from list.tsv
# (columns: scan number, station, first day). Prints what it would do; -y does it.
set -eu

doit=no
[ "${1:-}" = -y ] && doit=yes

tab=$(printf '\t')
while IFS=$tab read -r number station day; do
    old=$(printf 'IMG_%04d.JPG' "$number")
    new="$station-$day.jpg"
    if [ ! -e "$old" ]; then
        echo "missing: $old" >&2
    elif [ -e "$new" ]; then
        echo "already there, left alone: $new" >&2
    elif [ $doit = yes ]; then
        mv -- "$old" "$new"
    else
        echo "$old -> $new"
    fi
done < list.tsv
