"""Pressure, humidity and wind of the air, as FAO-56 writes them.

Every function takes numbers or arrays of any shapes that broadcast and returns a float64 array of the
broadcast shape; a missing value (NaN) stays missing.

References
----------
.. [1] Allen, R. G., Pereira, L. S., Raes, D., Smith, M. (1998). Crop evapotranspiration. FAO Irrigation and
   Drainage Paper 56, Rome. Equation numbers below are of this paper.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from workbench.data.arrays import Floats

WIND_TO_2_M_FROM_10_M = float(4.87 / np.log(67.8 * 10.0 - 5.42))
"""Equation 47 for 10 m: 0.748."""


def air_pressure(elevation: ArrayLike) -> Floats:
    """Atmospheric pressure [kPa] from elevation [m] (equation 7)."""
    return np.asarray(101.3 * ((293.0 - 0.0065 * np.asarray(elevation, dtype=float)) / 293.0) ** 5.26)


def psychrometric_constant(pressure: ArrayLike) -> Floats:
    """Psychrometric constant [kPa degC-1] from pressure [kPa] (equation 8)."""
    return np.asarray(0.665e-3 * np.asarray(pressure, dtype=float))


def saturation_vapour_pressure(temperature: ArrayLike) -> Floats:
    """Saturation vapour pressure [kPa] at a temperature [degC] (equation 11)."""
    celsius = np.asarray(temperature, dtype=float)
    result = np.atleast_1d(celsius + 237.3)
    np.divide(celsius, result, out=result)
    result *= 17.27
    np.exp(result, out=result)
    result *= 0.6108
    return result.reshape(celsius.shape)


def vapour_pressure_slope(temperature: ArrayLike, saturation: ArrayLike | None = None) -> Floats:
    """Slope of the saturation vapour pressure curve [kPa degC-1] (equation 13).

    Parameters
    ----------
    temperature
        Mean air temperature [degC].
    saturation
        Saturation vapour pressure at that temperature [kPa], where it is known already.
    """
    celsius = np.asarray(temperature, dtype=float)
    at_mean = saturation_vapour_pressure(celsius) if saturation is None else np.asarray(saturation)
    return np.asarray(4098.0 * at_mean / (celsius + 237.3) ** 2)


def mean_saturation_vapour_pressure(tmax: ArrayLike, tmin: ArrayLike) -> Floats:
    """Mean saturation vapour pressure of a day [kPa] from its extremes [degC] (equation 12)."""
    return (saturation_vapour_pressure(tmax) + saturation_vapour_pressure(tmin)) / 2.0


def vapour_pressure_from_dew_point(tdew: ArrayLike) -> Floats:
    """Actual vapour pressure [kPa] from the dew point [degC] (equation 14)."""
    return saturation_vapour_pressure(tdew)


def vapour_pressure_from_psychrometer(
    dry: ArrayLike, wet: ArrayLike, pressure: ArrayLike, coefficient: float = 0.000662
) -> Floats:
    """Actual vapour pressure [kPa] from dry and wet bulb [degC] and pressure [kPa] (equations 15 and 16).

    Parameters
    ----------
    dry, wet
        Dry-bulb and wet-bulb temperature [degC].
    pressure
        Atmospheric pressure [kPa].
    coefficient
        Of the instrument [degC-1]: 0.000662 ventilated (5 m/s), 0.0008 naturally ventilated, 0.0012 indoors.
    """
    depression = np.asarray(dry, dtype=float) - np.asarray(wet, dtype=float)
    return np.asarray(
        saturation_vapour_pressure(wet) - coefficient * np.asarray(pressure, dtype=float) * depression
    )


def vapour_pressure_from_extremes(
    tmax: ArrayLike, tmin: ArrayLike, rh_max: ArrayLike, rh_min: ArrayLike
) -> Floats:
    """Actual vapour pressure [kPa] from extremes of temperature [degC] and humidity [%] (equation 17)."""
    at_night = saturation_vapour_pressure(tmin) * np.asarray(rh_max, dtype=float)
    by_day = saturation_vapour_pressure(tmax) * np.asarray(rh_min, dtype=float)
    return np.asarray((at_night + by_day) / 200.0)


def vapour_pressure_from_rh_max(tmin: ArrayLike, rh_max: ArrayLike) -> Floats:
    """Actual vapour pressure [kPa] from the night's humidity [%] alone (equation 18)."""
    return np.asarray(saturation_vapour_pressure(tmin) * np.asarray(rh_max, dtype=float) / 100.0)


def vapour_pressure_from_rh_mean(tmax: ArrayLike, tmin: ArrayLike, rh: ArrayLike) -> Floats:
    """Actual vapour pressure [kPa] from the mean humidity [%] (equation 19)."""
    return np.asarray(mean_saturation_vapour_pressure(tmax, tmin) * np.asarray(rh, dtype=float) / 100.0)


def wind_at_2m(speed: ArrayLike, height: ArrayLike) -> Floats:
    """Wind speed at 2 m [m/s] from the speed at another height [m] over short grass (equation 47)."""
    profile = 4.87 / np.log(67.8 * np.asarray(height, dtype=float) - 5.42)
    return np.asarray(np.asarray(speed, dtype=float) * profile)


def soil_heat_flux_monthly(previous: ArrayLike, following: ArrayLike) -> Floats:
    """Soil heat flux of a month [MJ m-2 d-1] from mean temperatures [degC] around it (equation 43)."""
    return np.asarray(0.07 * (np.asarray(following, dtype=float) - np.asarray(previous, dtype=float)))


def soil_heat_flux_to_month(previous: ArrayLike, current: ArrayLike) -> Floats:
    """Soil heat flux of a month [MJ m-2 d-1] when the next month is not known yet (equation 44)."""
    return np.asarray(0.14 * (np.asarray(current, dtype=float) - np.asarray(previous, dtype=float)))
