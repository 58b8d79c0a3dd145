"""A place on Earth with what the equations need of it, and the way between two of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from workbench.errors import InvalidData

EARTH_RADIUS_KM = 6371.0
LOWEST_LAND = -450.0
"""The shore of the Dead Sea lies at -430 m [m]."""
HIGHEST_LAND = 8900.0


@dataclass(frozen=True, slots=True)
class Site:
    """A place where evapotranspiration is requested or was observed.

    Parameters
    ----------
    name
        What it is called.
    latitude, longitude
        Decimal degrees, north and east positive.
    elevation
        Above sea level [m].

    Raises
    ------
    InvalidData
        When a number lies outside what exists on Earth.
    """

    name: str
    latitude: float
    longitude: float
    elevation: float

    def __post_init__(self) -> None:
        _check(self.name, "latitude", self.latitude, -90.0, 90.0, "degrees, north positive")
        _check(self.name, "longitude", self.longitude, -180.0, 180.0, "degrees, east positive")
        _check(self.name, "elevation", self.elevation, LOWEST_LAND, HIGHEST_LAND, "m above sea level")


def distance_km(one: Site, other: Site) -> float:
    """Great-circle distance of two sites [km], by the haversine formula."""
    south, north = math.radians(one.latitude), math.radians(other.latitude)
    east = math.radians(other.longitude - one.longitude)
    root = math.sin((north - south) / 2) ** 2
    root += math.cos(south) * math.cos(north) * math.sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(root)))


def _check(name: str, what: str, value: float, lowest: float, highest: float, unit: str) -> None:
    if not np.isfinite(value) or not lowest <= value <= highest:
        raise InvalidData(
            f"Site '{name}': {what} is {value:g}, expected {lowest:g} to {highest:g} {unit}; correct it, or swap "
            "latitude and longitude when they are in the wrong order."
        )
