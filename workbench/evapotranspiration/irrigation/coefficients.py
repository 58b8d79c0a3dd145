"""Crop coefficients: their curve over the season, their climate, the cover and the part of the soil that is wet.

Functions take numbers or arrays of any shapes that broadcast, such as days ``(days,)`` with crops ``(fields, 1)``.

References
----------
.. [1] Allen et al. (1998). FAO Irrigation and Drainage Paper 56, chapters 6 and 7 and annex 7. Equation numbers
   below are of this paper.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from workbench.data.arrays import Floats

__all__ = [
    "adjusted_for_climate",
    "canopy_cover",
    "crop_coefficient",
    "exposed_wet_share",
    "greatest_coefficient",
    "growth",
    "initial_coefficient",
    "wet_share_below_canopy",
]

ADJUSTED_FROM = 0.45
"""Coefficients below it are of dry or sparse crops, which the climate touches little (equations 62, 65, 70)."""
WIND_LIMITS, HUMIDITY_LIMITS = (1.0, 6.0), (20.0, 80.0)
MIN_EXPOSED, MAX_COVER = 0.01, 0.99
LIGHT_WETTING, HEAVY_WETTING = 10.0, 40.0
"""Depths of infiltration between which equation 59 interpolates [mm]."""


def crop_coefficient(
    day: ArrayLike, stages: ArrayLike, initial: ArrayLike, middle: ArrayLike, end: ArrayLike
) -> Floats:
    """Crop coefficient of days of a season, single or basal (equation 66).

    Parameters
    ----------
    day
        Day of the season; the day of planting is the first.
    stages
        Lengths of initial stage, development, mid-season and late season [days], along the first axis.
    initial, middle, end
        Coefficients at the three corners of the curve.

    Returns
    -------
    ndarray
        Of the broadcast shape; before planting as initially, after harvest as at the end.
    """
    begin, full, decline, length = _corners(stages)
    late = _share(day, decline, length - decline)
    low, high = np.asarray(initial, dtype=float), np.asarray(middle, dtype=float)
    rising = low + (high - low) * _share(day, begin, full - begin)
    return np.asarray(rising + (np.asarray(end, dtype=float) - high) * late)


def growth(day: ArrayLike, stages: ArrayLike) -> Floats:
    """Share of their growth that height and roots have reached, 0 to 1 (annex 8: as Kcb rises)."""
    begin, full, _, _ = _corners(stages)
    return _share(day, begin, full - begin)


def adjusted_for_climate(
    coefficient: ArrayLike, wind: ArrayLike, humidity: ArrayLike, height: ArrayLike
) -> Floats:
    """Adjust a coefficient of mid or late season to the climate (equations 62, 65 and 70).

    Parameters
    ----------
    coefficient
        Of the tables; one below 0.45 stays as it is.
    wind
        Mean wind at 2 m in the stage [m s-1], counted from 1 to 6.
    humidity
        Mean of the daily least relative humidity in the stage [%], counted from 20 to 80.
    height
        Mean height of the plants in the stage [m].
    """
    value = np.asarray(coefficient, dtype=float)
    return np.asarray(np.where(value >= ADJUSTED_FROM, value + _climate(wind, humidity, height), value))


def greatest_coefficient(basal: ArrayLike, wind: ArrayLike, humidity: ArrayLike, height: ArrayLike) -> Floats:
    """Greatest coefficient after rain or irrigation, Kc max (equation 72); units as above."""
    return np.asarray(
        np.maximum(1.2 + _climate(wind, humidity, height), np.asarray(basal, dtype=float) + 0.05)
    )


def canopy_cover(
    basal: ArrayLike, greatest: ArrayLike, height: ArrayLike, *, bare: ArrayLike = 0.15
) -> Floats:
    """Share of the ground that the plants cover, 0 to 0.99 (equation 76).

    Parameters
    ----------
    basal, greatest
        Kcb and Kc max of the day.
    height
        [m]
    bare
        Least basal coefficient, of dry bare soil.
    """
    span = np.maximum(np.asarray(greatest, dtype=float) - bare, 0.01)
    ratio = np.clip((np.asarray(basal, dtype=float) - bare) / span, 0.0, None)
    return np.asarray(np.clip(ratio ** (1.0 + 0.5 * np.asarray(height, dtype=float)), 0.0, MAX_COVER))


def exposed_wet_share(cover: ArrayLike, wetted: ArrayLike) -> Floats:
    """Share of the ground that is both uncovered and wet (equation 75)."""
    return np.asarray(np.clip(np.minimum(1.0 - np.asarray(cover, dtype=float), wetted), MIN_EXPOSED, 1.0))


def wet_share_below_canopy(wetted: ArrayLike, cover: ArrayLike) -> Floats:
    """Share that drippers below the plants wet and the sun reaches (FAO-56, page 147: fw (1 - 2/3 fc))."""
    return np.asarray(np.asarray(wetted, dtype=float) * (1.0 - 2.0 / 3.0 * np.asarray(cover, dtype=float)))


def initial_coefficient(
    eto: ArrayLike, interval: ArrayLike, depth: ArrayLike, *, coarse: bool = False
) -> Floats:
    """Single coefficient of the initial stage by how often the soil is wetted (equation 59, annex 7).

    Parameters
    ----------
    eto
        Mean reference evapotranspiration of the stage [mm d-1].
    interval
        Mean time between wettings [d].
    depth
        Mean depth that infiltrates at a wetting [mm].
    coarse
        Whether the soil is coarse; else it is of fine or medium texture.
    """
    rate = np.maximum(np.asarray(eto, dtype=float), 0.1)
    light = _of_wetting(rate, interval, np.full_like(rate, 10.0), np.clip(6.0 / np.sqrt(rate), 2.5, 7.0))
    if coarse:
        evaporable, readily = np.minimum(15.0, 7.0 * np.sqrt(rate)), 6.0
    else:
        evaporable, readily = np.minimum(28.0, 13.0 * np.sqrt(rate)), 9.0
    heavy = _of_wetting(rate, interval, evaporable, np.minimum(readily, 0.9 * evaporable))
    share = (np.asarray(depth, dtype=float) - LIGHT_WETTING) / (HEAVY_WETTING - LIGHT_WETTING)
    return np.asarray(light + np.clip(share, 0.0, 1.0) * (heavy - light))


def _of_wetting(rate: Floats, interval: ArrayLike, evaporable: Floats, readily: Floats) -> Floats:
    """Kc ini of bare soil that is wetted every ``interval`` days (annex 7, equations 7-1 to 7-4)."""
    days = np.maximum(np.asarray(interval, dtype=float), 0.1)
    potential = 1.15 * rate
    first = readily / potential
    falling = evaporable - readily
    spent = falling * np.exp(
        -np.maximum(days - first, 0.0) * potential * (1.0 + readily / falling) / evaporable
    )
    return np.asarray(np.where(days <= first, 1.15, np.minimum((evaporable - spent) / (days * rate), 1.15)))


def _climate(wind: ArrayLike, humidity: ArrayLike, height: ArrayLike) -> Floats:
    speed = np.clip(np.asarray(wind, dtype=float), *WIND_LIMITS)
    moist = np.clip(np.asarray(humidity, dtype=float), *HUMIDITY_LIMITS)
    rough = (np.asarray(height, dtype=float) / 3.0) ** 0.3
    return np.asarray((0.04 * (speed - 2.0) - 0.004 * (moist - 45.0)) * rough)


def _corners(stages: ArrayLike) -> tuple[Floats, Floats, Floats, Floats]:
    ends = np.cumsum(np.asarray(stages, dtype=float), axis=0)
    return ends[0], ends[1], ends[2], ends[3]


def _share(day: ArrayLike, begin: Floats, length: Floats) -> Floats:
    passed = np.asarray(day, dtype=float) - begin
    # A stage of no length is a step.
    return np.asarray(np.clip(passed / np.maximum(length, 1e-9), 0.0, 1.0))
