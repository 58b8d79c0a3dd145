"""Sun and long-wave radiation of a day, as FAO-56 writes them; periods below a day in ``radiation_hourly``.

Every function takes numbers or arrays of any shapes that broadcast; radiation is in MJ m-2 d-1, angles are in
radians except latitudes and longitudes (decimal degrees, north and east positive).

References
----------
.. [1] Allen et al. (1998). FAO Irrigation and Drainage Paper 56. Equation numbers below are of this paper.
.. [2] ASCE-EWRI (2005). The ASCE standardized reference evapotranspiration equation. ASCE, Reston.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from workbench.data.arrays import Floats

SOLAR_CONSTANT = 0.0820
"""[MJ m-2 min-1]"""
STEFAN_BOLTZMANN = 4.903e-9
"""[MJ K-4 m-2 d-1]"""
KELVIN = 273.16
"""As equation 39 has it."""
ALBEDO = 0.23
"""Of the reference grass (equation 38)."""
MIN_CLEARNESS = 0.3
"""Rs/Rso of a fully overcast sky; below it equation 39 has no meaning (ASCE-EWRI 2005, equation 18)."""
CLEARNESS_WITHOUT_SUN = 0.75
"""Taken for Rs/Rso in the polar night, where Rso is zero: half-clouded."""
KRS_INLAND, KRS_COASTAL = 0.16, 0.19
_DAYS_OF_TABLE = 366
_MAX_DAYS_WITHOUT_TABLE = 800


def inverse_distance(day_of_year: ArrayLike) -> Floats:
    """Inverse relative distance of Earth and Sun (equation 23)."""
    return np.asarray(1.0 + 0.033 * np.cos(2.0 * np.pi / 365.0 * np.asarray(day_of_year, dtype=float)))


def declination(day_of_year: ArrayLike) -> Floats:
    """Solar declination [rad] (equation 24)."""
    return np.asarray(0.409 * np.sin(2.0 * np.pi / 365.0 * np.asarray(day_of_year, dtype=float) - 1.39))


def sunset_angle(latitude: ArrayLike, declination_: ArrayLike) -> Floats:
    """Hour angle of sunset [rad] (equation 25): 0 in the polar night, pi under the midnight sun."""
    tangents = np.tan(np.radians(latitude)) * np.tan(declination_)
    return np.asarray(np.arccos(np.clip(-tangents, -1.0, 1.0)))


def extraterrestrial(latitude: ArrayLike, day_of_year: ArrayLike) -> Floats:
    """Extraterrestrial radiation of days [MJ m-2 d-1] (equation 21).

    Parameters
    ----------
    latitude
        [degrees]; a number, one a row ``(sites, 1)``, or one a value.
    day_of_year
        1 to 366; broadcasts with the latitude.

    Returns
    -------
    ndarray
        Of the broadcast shape. Long series of a few places are looked up in a table of 366 days, which holds
        the same values.
    """
    place, day = np.asarray(latitude, dtype=float), np.asarray(day_of_year)
    fixed_in_time = place.ndim == 0 or (day.ndim == 1 and place.shape[-1] == 1)
    if fixed_in_time and day.ndim == 1 and day.size > _MAX_DAYS_WITHOUT_TABLE and day.dtype.kind in "iu":
        table = _extraterrestrial(place, np.arange(1, _DAYS_OF_TABLE + 1))
        return np.asarray(np.take(table, day - 1, axis=-1))
    return _extraterrestrial(place, day)


def _extraterrestrial(latitude: Floats, day_of_year: ArrayLike) -> Floats:
    sun = declination(day_of_year)
    sunset = sunset_angle(latitude, sun)
    place = np.radians(latitude)
    theta = sunset * np.sin(place) * np.sin(sun) + np.cos(place) * np.cos(sun) * np.sin(sunset)
    return np.asarray(24.0 * 60.0 / np.pi * SOLAR_CONSTANT * inverse_distance(day_of_year) * theta)


def daylight_hours(latitude: ArrayLike, day_of_year: ArrayLike) -> Floats:
    """Longest possible sunshine of a day [h] (equation 34)."""
    return np.asarray(24.0 / np.pi * sunset_angle(latitude, declination(day_of_year)))


def clear_sky(ra: ArrayLike, elevation: ArrayLike) -> Floats:
    """Clear-sky radiation Rso, in the unit of Ra, at an elevation [m] (equation 37)."""
    return np.asarray((0.75 + 2e-5 * np.asarray(elevation, dtype=float)) * np.asarray(ra, dtype=float))


def clear_sky_by_humidity(
    ra: ArrayLike, ea: ArrayLike, pressure: ArrayLike, latitude: ArrayLike, day_of_year: ArrayLike
) -> Floats:
    """Clear-sky radiation Rso [MJ m-2 d-1] through air of a known humidity ([2], equations D.1 to D.5).

    Parameters
    ----------
    ra
        Extraterrestrial radiation [MJ m-2 d-1].
    ea, pressure
        Vapour pressure and air pressure [kPa].
    latitude, day_of_year
        [degrees], 1 to 366.
    """
    place = np.radians(latitude)
    season = np.sin(2.0 * np.pi / 365.0 * np.asarray(day_of_year, dtype=float) - 1.39)
    height = np.maximum(np.sin(0.85 + 0.3 * place * season - 0.42 * place**2), 0.1)
    water = 0.14 * np.asarray(ea, dtype=float) * np.asarray(pressure, dtype=float) + 2.1
    direct = 0.98 * np.exp(-0.00146 * np.asarray(pressure) / height - 0.075 * (water / height) ** 0.4)
    diffuse = np.minimum(0.35 - 0.36 * direct, 0.18 + 0.82 * direct)
    return np.asarray((direct + diffuse) * np.asarray(ra, dtype=float))


def solar_from_sunshine(
    sunshine: ArrayLike, daylight: ArrayLike, ra: ArrayLike, *, cloudy: float = 0.25, clear: float = 0.50
) -> Floats:
    """Solar radiation [MJ m-2 d-1] from hours of sunshine (equation 35, Angstrom).

    Parameters
    ----------
    sunshine, daylight
        Actual and possible duration of sunshine [h].
    ra
        Extraterrestrial radiation [MJ m-2 d-1].
    cloudy, clear
        Angstrom's a and b: the share of Ra on overcast days, and what clear days add.
    """
    hours, possible = np.asarray(sunshine, dtype=float), np.asarray(daylight, dtype=float)
    share = np.divide(hours, possible, out=np.zeros(np.broadcast(hours, possible).shape), where=possible > 0)
    return np.asarray((cloudy + clear * share) * np.asarray(ra, dtype=float))


def solar_from_temperature(
    tmax: ArrayLike, tmin: ArrayLike, ra: ArrayLike, *, krs: float = KRS_INLAND
) -> Floats:
    """Solar radiation [MJ m-2 d-1] from the daily range of temperature [degC] (equation 50, Hargreaves).

    Parameters
    ----------
    tmax, tmin
        Extremes of the day [degC].
    ra
        Extraterrestrial radiation [MJ m-2 d-1].
    krs
        Adjustment: 0.16 inland, 0.19 at a coast.
    """
    spread = np.maximum(np.asarray(tmax, dtype=float) - np.asarray(tmin, dtype=float), 0.0)
    return np.asarray(krs * np.sqrt(spread) * np.asarray(ra, dtype=float))


def net_shortwave(rs: ArrayLike) -> Floats:
    """Net short-wave radiation of the reference grass, in the unit of Rs (equation 38)."""
    return np.asarray((1.0 - ALBEDO) * np.asarray(rs, dtype=float))


def clearness(rs: ArrayLike, rso: ArrayLike) -> Floats:
    """Relative short-wave radiation Rs/Rso, kept within 0.3 to 1."""
    sun, clear = np.asarray(rs, dtype=float), np.asarray(rso, dtype=float)
    ratio = np.full(np.broadcast(sun, clear).shape, CLEARNESS_WITHOUT_SUN)
    np.divide(sun, clear, out=ratio, where=clear > 0)
    return np.asarray(np.clip(ratio, MIN_CLEARNESS, 1.0))


def net_longwave(tmax: ArrayLike, tmin: ArrayLike, ea: ArrayLike, rs: ArrayLike, rso: ArrayLike) -> Floats:
    """Net outgoing long-wave radiation [MJ m-2 d-1] (equation 39).

    Parameters
    ----------
    tmax, tmin
        Extremes of the day [degC].
    ea
        Actual vapour pressure [kPa].
    rs, rso
        Solar and clear-sky radiation [MJ m-2 d-1]; their ratio tells the clouds (Rso, not Ra).
    """
    emitted = _fourth_power(tmax) + _fourth_power(tmin)
    emitted *= STEFAN_BOLTZMANN / 2.0
    emitted = emitted * (0.34 - 0.14 * np.sqrt(np.maximum(ea, 0.0)))
    clouds = clearness(rs, rso)
    clouds *= 1.35
    clouds -= 0.35
    return np.asarray(emitted * clouds)


def _fourth_power(celsius: ArrayLike) -> Floats:
    kelvin = np.asarray(celsius, dtype=float) + KELVIN
    square = kelvin * kelvin
    return np.asarray(square * square)
