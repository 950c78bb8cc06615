"""The sheet that lies in the duty officer's inbox at six: one line a station."""

from dataclasses import dataclass

STALE_MIN = 30


@dataclass(frozen=True)
class Reading:
    """The newest value of a station; ``age_min`` is how long ago it came."""

    station: str
    level_m: float
    rise_cm_h: float
    age_min: int
    battery_v: float


def remark(reading: Reading, orange_m: float) -> str:
    """Say the one thing that matters most about a reading, or nothing."""
    if reading.age_min > STALE_MIN:
        return f"silent for {reading.age_min} min"
    if reading.level_m >= orange_m:
        return "ABOVE ORANGE"
    if reading.rise_cm_h >= 10:
        hours = (orange_m - reading.level_m) * 100 / reading.rise_cm_h
        return f"orange in {hours:.1f} h if it goes on"
    if reading.battery_v < 11.8:
        return "battery low"
    return ""


def sheet(readings: list[Reading], orange_m: dict[str, float]) -> str:
    """Join the lines, the loudest first, so that a sleepy person may stop reading early."""
    rows = [(remark(r, orange_m[r.station]), r) for r in readings]
    rows.sort(key=lambda row: (row[0] == "", row[1].station))
    return "\n".join(f"{r.station}  {r.level_m:5.2f} m  {text}".rstrip() for text, r in rows)
