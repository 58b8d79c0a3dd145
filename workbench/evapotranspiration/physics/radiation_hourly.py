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
    MIN_CLEARNESS,
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
MAX_HOURS_CARRIED = 24
"""Yesterday's clouds say little of tonight's."""
MIN_CLEAR_DAY = 0.05
"""Clear-sky sum of a day from which its ratio says something of the clouds [MJ m-2]."""
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
    """Rs/Rso of every hour; through the night the last one of the day is carried on, for at most a day.

    Parameters
    ----------
    rs, rso
        Solar and clear-sky radiation of hours, in time order along the last axis [MJ m-2 h-1].
    height
        Height of the sun in the middle of each hour [rad].

    Returns
    -------
    ndarray
        Within 0.3 to 1. Hours before the first high sun take the first that follows within a day. Where the sun
        does not rise high enough for longer, as in northern winters, the sums of Rs and Rso of the day around
        the hour tell the clouds; where there is no sun at all, 0.7.
    """
    ratio = clearness(rs, rso)
    high = (np.asarray(height) > MIN_SUN_HEIGHT) & np.isfinite(ratio)
    ratio, high = np.broadcast_arrays(ratio, high)
    hours = np.arange(ratio.shape[-1])
    last = np.maximum.accumulate(np.where(high, hours, -MAX_HOURS_CARRIED - 1), axis=-1)
    after = np.where(high, hours, ratio.shape[-1] + MAX_HOURS_CARRIED)
    following = np.minimum.accumulate(after[..., ::-1], axis=-1)[..., ::-1]
    before_any = last < 0
    usable = np.where(before_any, following - hours, hours - last) <= MAX_HOURS_CARRIED
    place = np.where(usable, np.where(before_any, following, last), 0)
    carried = np.take_along_axis(ratio, place, axis=-1)
    return np.where(usable, carried, _clearness_of_days(rs, rso, ratio.shape))


def _clearness_of_days(rs: ArrayLike, rso: ArrayLike, shape: tuple[int, ...]) -> Floats:
    """Rs/Rso of the day around each hour by the sums of both; 0.7 where no sun is known."""
    sun, clear = (np.broadcast_to(np.asarray(value, dtype=float), shape) for value in (rs, rso))
    known = np.isfinite(sun) & np.isfinite(clear) & (clear > 0)
    sums = [_sum_of_day(np.where(known, value, 0.0)) for value in (sun, clear)]
    found = np.full(shape, CLEARNESS_BEFORE_ANY_SUN)
    lit = sums[1] > MIN_CLEAR_DAY
    np.divide(sums[0], sums[1], out=found, where=lit)
    return np.asarray(np.clip(found, MIN_CLEARNESS, 1.0))


def _sum_of_day(values: Floats) -> Floats:
    total = np.concatenate([np.zeros((*values.shape[:-1], 1)), np.cumsum(values, axis=-1)], axis=-1)
    hours = np.arange(values.shape[-1])
    begin, end = np.maximum(hours - 12, 0), np.minimum(hours + 12, values.shape[-1])
    return np.asarray(total[..., end] - total[..., begin])


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
