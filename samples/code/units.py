"""Units of flow and depth, as they arrive in mails from five countries."""

LITRES_PER_M3 = 1000.0
M3_PER_US_GALLON = 0.003785411784
M_PER_FOOT = 0.3048


def cfs_to_m3s(flow_cfs: float) -> float:
    """Turn cubic feet a second into cubic metres a second."""
    return flow_cfs * M_PER_FOOT**3


def lps_to_m3s(flow_lps: float) -> float:
    """Turn litres a second into cubic metres a second."""
    return flow_lps / LITRES_PER_M3


def gpm_to_m3s(flow_gpm: float) -> float:
    """Turn US gallons a minute, as printed on pumps, into cubic metres a second."""
    return flow_gpm * M3_PER_US_GALLON / 60.0


def runoff_mm(flow_m3s: float, area_km2: float, hours: float) -> float:
    """Spread a flow over its catchment: the depth of water, in mm, that left in ``hours``.

    Raises:
        ValueError: the area is not positive.
    """
    if area_km2 <= 0:
        raise ValueError(f"area must be positive, got {area_km2}")
    volume_m3 = flow_m3s * hours * 3600.0
    return volume_m3 / (area_km2 * 1e6) * 1000.0
