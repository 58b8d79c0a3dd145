"""Radiation of periods of an hour or less (FAO-56, equations 28 to 33 and 45).

Latitudes and longitudes are decimal degrees, north and east positive; radiation is in MJ m-2 h-1 for a period
of one hour.

References
----------
.. [1] Allen et al. (1998). FAO Irrigation and Drainage Paper 56. Equation numbers below are of this paper.
.. [2] ASCE-EWRI (2005). The ASCE standardized reference evapotranspiration equation. ASCE, Reston.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from workbench.data.arrays import Floats
from workbench.evapotranspiration.physics.radiation import (
    KELVIN,
    SOLAR_CONSTANT,
    clearness,
    declination,
    inverse_distance,
    sunset_angle,
)

STEFAN_BOLTZMANN_HOUR = 4.903e-9 / 24.0
"""[MJ K-4 m-2 h-1]; printed as 2.043e-10."""
MIN_SUN_HEIGHT = 0.3
"""Below it Rs/Rso says little of the clouds, and the last hour above it is carried on [rad] ([2], page 34)."""
CLEARNESS_BEFORE_ANY_SUN = 0.7
"""Rs/Rso of hours for which no earlier or later sun is known (FAO-56 names 0.4 to 0.6 for humid, 0.7 to 0.8
for dry climates)."""


def seasonal_correction(day_of_year: ArrayLike) -> Floats:
    """Seasonal correction of solar time [h] (equations 32 and 33)."""
    angle = 2.0 * np.pi * (np.asarray(day_of_year, dtype=float) - 81.0) / 364.0
    return np.asarray(0.1645 * np.sin(2 * angle) - 0.1255 * np.cos(angle) - 0.025 * np.sin(angle))


def solar_hour_angle(utc_hour: ArrayLike, longitude: ArrayLike, day_of_year: ArrayLike) -> Floats:
    """Solar time angle at the middle of a period [rad], from -pi to pi, 0 at solar noon (equation 31).

    Parameters
    ----------
    utc_hour
        Middle of the period [h, UTC]; a clock's time less its zone's offset, so no zone's meridian is needed.
    longitude
        [degrees], east positive.
    day_of_year
        1 to 366.
    """
    solar = np.asarray(utc_hour, dtype=float) + np.asarray(longitude, dtype=float) / 15.0
    angle = np.pi / 12.0 * (solar + seasonal_correction(day_of_year) - 12.0)
    return np.asarray(np.mod(angle + np.pi, 2.0 * np.pi) - np.pi)


def extraterrestrial_hourly(
    latitude: ArrayLike, day_of_year: ArrayLike, hour_angle: ArrayLike, *, hours: float = 1.0
) -> Floats:
    """Extraterrestrial radiation of a period [MJ m-2 per period] (equations 28 to 30).

    Parameters
    ----------
    latitude
        [degrees]
    day_of_year
        1 to 366.
    hour_angle
        Solar time angle at the middle of the period [rad].
    hours
        Length of the period [h]. A period with sunrise or sunset counts its sunlit part ([2], equation 56).
    """
    sun, place = declination(day_of_year), np.radians(latitude)
    sunset, half = sunset_angle(latitude, sun), np.pi * hours / 24.0
    end = np.clip(np.asarray(hour_angle) + half, -sunset, sunset)
    begin = np.minimum(np.clip(np.asarray(hour_angle) - half, -sunset, sunset), end)
    theta = (end - begin) * np.sin(place) * np.sin(sun)
    theta = theta + np.cos(place) * np.cos(sun) * (np.sin(end) - np.sin(begin))
    return np.asarray(12.0 * 60.0 / np.pi * SOLAR_CONSTANT * inverse_distance(day_of_year) * theta)


def sun_height(latitude: ArrayLike, day_of_year: ArrayLike, hour_angle: ArrayLike) -> Floats:
    """Height of the sun above the horizon [rad], negative below it ([2], equation 62)."""
    sun, place = declination(day_of_year), np.radians(latitude)
    sine = np.sin(place) * np.sin(sun) + np.cos(place) * np.cos(sun) * np.cos(hour_angle)
    return np.asarray(np.arcsin(np.clip(sine, -1.0, 1.0)))


def carried_clearness(rs: ArrayLike, rso: ArrayLike, height: ArrayLike) -> Floats:
    """Rs/Rso of every hour; through the night the last one of the day is carried on.

    Parameters
    ----------
    rs, rso
        Solar and clear-sky radiation, in time order along the last axis [MJ m-2 h-1].
    height
        Height of the sun in the middle of each hour [rad].

    Returns
    -------
    ndarray
        Within 0.3 to 1. Hours before the first sun take the first that follows, or 0.7 where there is none.
    """
    ratio = clearness(rs, rso)
    high = (np.asarray(height) > MIN_SUN_HEIGHT) & np.isfinite(ratio)
    ratio, high = np.broadcast_arrays(ratio, high)
    place = np.where(high, np.arange(ratio.shape[-1]), -1)
    last = np.maximum.accumulate(place, axis=-1)
    first = np.argmax(high, axis=-1)[..., np.newaxis]
    carried = np.take_along_axis(ratio, np.where(last >= 0, last, first), axis=-1)
    return np.where(high.any(axis=-1, keepdims=True), carried, CLEARNESS_BEFORE_ANY_SUN)


def net_longwave_hourly(temperature: ArrayLike, ea: ArrayLike, clearness_: ArrayLike) -> Floats:
    """Net outgoing long-wave radiation [MJ m-2 h-1] (equation 39 for an hour).

    Parameters
    ----------
    temperature
        Mean of the hour [degC].
    ea
        Actual vapour pressure [kPa].
    clearness_
        Rs/Rso of the hour, or the one carried through the night.
    """
    kelvin = np.asarray(temperature, dtype=float) + KELVIN
    humidity = 0.34 - 0.14 * np.sqrt(np.maximum(ea, 0.0))
    return np.asarray(STEFAN_BOLTZMANN_HOUR * kelvin**4 * humidity * (1.35 * np.asarray(clearness_) - 0.35))
