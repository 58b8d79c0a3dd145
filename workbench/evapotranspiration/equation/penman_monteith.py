"""The Penman-Monteith equation of FAO-56 and of ASCE-EWRI, for days and for hours, on whole arrays at once.

The functions take numbers or arrays of any shapes that broadcast, such as weather ``(sites, days)`` with
latitude and elevation ``(sites, 1)`` and day of year ``(days,)``. A missing input gives a missing result.

References
----------
.. [1] Allen et al. (1998). FAO Irrigation and Drainage Paper 56, equations 6 (day) and 53 (hour).
.. [2] ASCE-EWRI (2005). The ASCE standardized reference evapotranspiration equation. ASCE, Reston, equation 1
   and table 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from workbench.data.arrays import Floats
from workbench.evapotranspiration.physics.atmosphere import (
    air_pressure,
    psychrometric_constant,
    saturation_vapour_pressure,
    vapour_pressure_slope,
)
from workbench.evapotranspiration.physics.radiation import (
    clear_sky,
    extraterrestrial,
    net_longwave,
    net_shortwave,
)

BLOCK = 8_192
"""Values worked on at once, so that the steps in between stay in the processor's cache."""


class Surface(StrEnum):
    """The reference crop and the standard that defines it."""

    FAO56 = "fao56"
    """Grass of 0.12 m with 70 s/m, FAO-56."""
    ASCE_SHORT = "asce_short"
    """Grass of 0.12 m, ASCE-EWRI; in daily steps the same as FAO-56."""
    ASCE_TALL = "asce_tall"
    """Alfalfa of 0.5 m, ASCE-EWRI."""


@dataclass(frozen=True, slots=True)
class Coefficients:
    """What sets one surface and time step apart ([2], table 1).

    Parameters
    ----------
    numerator
        Cn [K mm s3 Mg-1 d-1 or h-1].
    by_day, by_night
        Cd [s m-1]; the same in daily steps.
    soil_by_day, soil_by_night
        Soil heat flux over net radiation; zero in daily steps.
    """

    numerator: float
    by_day: float
    by_night: float
    soil_by_day: float = 0.0
    soil_by_night: float = 0.0


DAILY = {
    Surface.FAO56: Coefficients(900.0, 0.34, 0.34),
    Surface.ASCE_SHORT: Coefficients(900.0, 0.34, 0.34),
    Surface.ASCE_TALL: Coefficients(1600.0, 0.38, 0.38),
}
HOURLY = {
    Surface.FAO56: Coefficients(37.0, 0.34, 0.34, 0.1, 0.5),
    Surface.ASCE_SHORT: Coefficients(37.0, 0.24, 0.96, 0.1, 0.5),
    Surface.ASCE_TALL: Coefficients(66.0, 0.25, 1.70, 0.04, 0.2),
}


def penman_monteith_daily(
    *,
    tmax: ArrayLike,
    tmin: ArrayLike,
    ea: ArrayLike,
    rs: ArrayLike,
    u2: ArrayLike,
    latitude: ArrayLike,
    elevation: ArrayLike,
    day_of_year: ArrayLike,
    soil_heat_flux: ArrayLike = 0.0,
    rso: ArrayLike | None = None,
    surface: Surface = Surface.FAO56,
) -> Floats:
    """Reference evapotranspiration of days [mm d-1], never below zero ([1], equation 6; [2], equation 1).

    Parameters
    ----------
    tmax, tmin
        Extremes of the day [degC]; their mean is the mean temperature, as both standards define it.
    ea
        Actual vapour pressure [kPa]; above saturation the deficit counts as zero.
    rs
        Solar radiation [MJ m-2 d-1].
    u2
        Wind speed at 2 m [m s-1].
    latitude, elevation
        [degrees], [m]
    day_of_year
        1 to 366.
    soil_heat_flux
        G [MJ m-2 d-1]; zero for single days.
    rso
        Clear-sky radiation [MJ m-2 d-1]; by elevation (FAO-56, equation 37) when left out.
    surface
        Reference crop.

    Returns
    -------
    ndarray
        Of the broadcast shape.
    """
    clear = clear_sky(extraterrestrial(latitude, day_of_year), elevation) if rso is None else rso
    gamma = psychrometric_constant(air_pressure(elevation))
    inputs = [
        np.asarray(value, dtype=float) for value in (tmax, tmin, ea, rs, u2, clear, gamma, soil_heat_flux)
    ]
    result = np.empty(np.broadcast_shapes(*(value.shape for value in inputs)))
    if result.ndim == 0:
        return _daily_block(inputs, DAILY[surface])
    step = max(1, BLOCK * len(result) // max(result.size, 1))
    for start in range(0, len(result), step):
        rows = slice(start, start + step)
        block = [_rows(value, rows, result.ndim) for value in inputs]
        result[rows] = _daily_block(block, DAILY[surface])
    return result


def penman_monteith_hourly(
    *,
    temperature: ArrayLike,
    ea: ArrayLike,
    rn: ArrayLike,
    u2: ArrayLike,
    elevation: ArrayLike,
    surface: Surface = Surface.FAO56,
    daytime: ArrayLike | None = None,
    negative: bool = False,
) -> Floats:
    """Reference evapotranspiration of hours [mm h-1] ([1], equation 53; [2], equation 1).

    Parameters
    ----------
    temperature
        Mean of the hour [degC].
    ea
        Actual vapour pressure [kPa].
    rn
        Net radiation [MJ m-2 h-1].
    u2
        Wind speed at 2 m [m s-1].
    elevation
        [m]
    surface
        Reference crop.
    daytime
        Whether the sun is up; by default where net radiation is not negative ([2], page 44).
    negative
        Whether hours below zero (dew) are kept, so that they count in sums; else they are zero.

    Returns
    -------
    ndarray
        Of the broadcast shape.
    """
    net = np.asarray(rn, dtype=float)
    day = net >= 0 if daytime is None else np.asarray(daytime, dtype=bool)
    crop = HOURLY[surface]
    soil = net * np.where(day, crop.soil_by_day, crop.soil_by_night)
    saturation = saturation_vapour_pressure(temperature)
    gamma = psychrometric_constant(air_pressure(elevation))
    return combined(
        available=net - soil,
        temperature=temperature,
        deficit=np.maximum(saturation - np.asarray(ea), 0.0),
        slope=vapour_pressure_slope(temperature, saturation),
        gamma=gamma,
        u2=u2,
        numerator=crop.numerator,
        denominator=np.where(day, crop.by_day, crop.by_night),
        least=-np.inf if negative else 0.0,
    )


def combined(
    *,
    available: ArrayLike,
    temperature: ArrayLike,
    deficit: ArrayLike,
    slope: ArrayLike,
    gamma: ArrayLike,
    u2: ArrayLike,
    numerator: float = 900.0,
    denominator: ArrayLike = 0.34,
    least: float = 0.0,
) -> Floats:
    """Combine energy and wind into reference evapotranspiration ([1], equation 6).

    Parameters
    ----------
    available
        Net radiation less soil heat flux [MJ m-2 per period].
    temperature
        Mean air temperature [degC].
    deficit
        Vapour pressure deficit [kPa].
    slope, gamma
        Slope of the saturation curve and psychrometric constant [kPa degC-1].
    u2
        Wind speed at 2 m [m s-1].
    numerator, denominator
        Cn and Cd of the surface and time step.
    least
        What is less is raised to it [mm per period].

    Returns
    -------
    ndarray
        [mm per period]
    """
    wind, psychrometric = np.asarray(u2, dtype=float), np.asarray(gamma, dtype=float)
    energy = 0.408 * np.asarray(slope) * np.asarray(available)
    drying = psychrometric * numerator / (np.asarray(temperature, dtype=float) + 273.0) * wind * deficit
    resisted = np.asarray(slope) + psychrometric * (1.0 + np.asarray(denominator) * wind)
    return np.asarray(np.maximum((energy + drying) / resisted, least))


def _daily_block(inputs: list[Floats], crop: Coefficients) -> Floats:
    tmax, tmin, ea, rs, u2, rso, gamma, soil = inputs
    mean = (tmax + tmin) * 0.5
    deficit = saturation_vapour_pressure(tmax) + saturation_vapour_pressure(tmin)
    deficit *= 0.5
    deficit = np.maximum(deficit - ea, 0.0)
    available = net_shortwave(rs)
    available = available - net_longwave(tmax, tmin, ea, rs, rso)
    available -= soil
    return combined(
        available=available,
        temperature=mean,
        deficit=deficit,
        slope=vapour_pressure_slope(mean),
        gamma=gamma,
        u2=u2,
        numerator=crop.numerator,
        denominator=crop.by_day,
    )


def _rows(value: Floats, rows: slice, dimensions: int) -> Floats:
    has_rows = value.ndim == dimensions and value.shape[0] > 1
    return value[rows] if has_rows else value
