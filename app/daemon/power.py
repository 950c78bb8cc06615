"""Whether now is a bad time to index: a battery that runs low, a machine that is busy."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from ..user.settings import Settings

_SUPPLIES = Path("/sys/class/power_supply")
_MAC_CHARGE = re.compile(r"(\d+)%")


def reason_to_wait(settings: Settings) -> str:
    """Return why background indexing should wait, in a few words; empty if it need not."""
    charge = battery_charge() if settings.battery_floor else None
    if charge is not None and charge < settings.battery_floor:
        return f"on battery, {charge} % left"
    if settings.load_ceiling:
        load = os.getloadavg()[0] * 100 / (os.cpu_count() or 1)
        if load > settings.load_ceiling:
            return "the machine is busy"
    return ""


def battery_charge(supplies: Path = _SUPPLIES) -> int | None:
    """Return per cent of charge if the machine runs on its battery, None if on mains."""
    if sys.platform == "darwin":
        return _mac_charge()
    charges = []
    try:
        for supply in supplies.iterdir():
            kind = _read(supply / "type")
            if kind in ("Mains", "USB") and _read(supply / "online") == "1":
                return None
            is_ours = _read(supply / "scope") != "Device"  # a mouse has one, too
            if kind == "Battery" and is_ours and _read(supply / "status") == "Discharging":
                charges.append(int(_read(supply / "capacity") or 100))
    except (OSError, ValueError):
        return None
    return min(charges, default=None)


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _mac_charge() -> int | None:
    try:
        done = subprocess.run(["pmset", "-g", "batt"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    charge = _MAC_CHARGE.search(done.stdout)
    return int(charge[1]) if charge and "Battery Power" in done.stdout else None
