"""Columns of daily weather and their units, the same in tables, files and equations."""

from __future__ import annotations

from collections.abc import Mapping

WEATHER_UNITS: Mapping[str, str] = {
    "tmax": "degC",
    "tmin": "degC",
    "tmean": "degC",
    "tdew": "degC",
    "rh": "%",
    "rh_max": "%",
    "rh_min": "%",
    "u2": "m/s",
    "rs": "MJ/m2/d",
    "precip": "mm/d",
    "eto": "mm/d",
}
"""``u2`` is the wind at 2 m, ``rs`` the global radiation, ``eto`` the source's own estimate where it has one."""
WEATHER_COLUMNS = tuple(WEATHER_UNITS)
