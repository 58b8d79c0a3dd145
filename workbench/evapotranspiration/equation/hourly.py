"""Reference evapotranspiration of hourly weather."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.data.arrays import Floats
from workbench.errors import InvalidData
from workbench.evapotranspiration.equation.missing_inputs import MIN_WIND, WIND_WITHOUT_MEASUREMENT
from workbench.evapotranspiration.equation.penman_monteith import Surface, penman_monteith_hourly
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.physics.atmosphere import saturation_vapour_pressure
from workbench.evapotranspiration.physics.radiation import clear_sky, net_shortwave
from workbench.evapotranspiration.physics.radiation_hourly import (
    carried_clearness,
    extraterrestrial_hourly,
    net_longwave_hourly,
    solar_hour_angle,
    sun_height,
)

LIMITS = {
    "temperature": (-90.0, 60.0, "degC", "degF are to be converted by (F - 32) / 1.8, kelvin less 273.15"),
    "tdew": (-100.0, 45.0, "degC", "degF are to be converted by (F - 32) / 1.8, kelvin less 273.15"),
    "rh": (0.0, 105.0, "%", "a share is to be multiplied by 100"),
    "u2": (0.0, 60.0, "m/s at 2 m", "km/h are to be divided by 3.6"),
    "rs": (-0.1, 5.5, "MJ m-2 h-1", "W/m2 are to be multiplied by 0.0036, kWh/m2 by 3.6"),
}
"""Lowest and highest value of an hour that occurs on Earth, unit, and the usual mistake."""
MAX_SHARE_OF_RA = 1.25
"""Cloud edges reflect: a sum of days above what arrives outside the air is another unit or a shifted clock."""
MAX_HUMIDITY_AS_SHARE = 1.0
HOURS_OF_A_DAY = 24


def hourly_eto(
    weather: pd.DataFrame,
    site: Site,
    *,
    surface: Surface = Surface.FAO56,
    wind_floor: float | None = None,
    negative: bool | None = None,
) -> pd.DataFrame:
    """Compute reference evapotranspiration of every hour of one place.

    Parameters
    ----------
    weather
        Indexed by the start of each hour, with a time zone; columns ``temperature`` [degC], ``rs``
        [MJ m-2 h-1], ``rh`` [%] or ``tdew`` [degC], and ``u2`` [m/s at 2 m], which is taken as 2 m/s where
        it is missing.
    site
        Where it was measured.
    surface
        Reference crop.
    wind_floor
        Least wind that the equation is given [m/s]: 0.5 for FAO-56 (page 63) and none for ASCE-EWRI, if left out.
    negative
        Whether hours below zero (dew) are kept: no for FAO-56 and yes for ASCE-EWRI, whose daily sums count them,
        if left out.

    Returns
    -------
    DataFrame
        Same index: ``eto`` [mm/h], ``ra``, ``rso``, ``rn`` [MJ m-2 h-1], ``ea`` [kPa], ``clearness`` (Rs/Rso, the
        last of the day carried through the night for at most a day).

    Raises
    ------
    InvalidData
        When the index is not hourly with a time zone, a column is missing, or values are none of their unit.
    """
    fao = surface is Surface.FAO56
    wind_floor = (MIN_WIND if fao else 0.0) if wind_floor is None else wind_floor
    negative = not fao if negative is None else negative
    starts = _hours(weather, site)
    temperature, rs = _column(weather, "temperature", site), _column(weather, "rs", site)
    if "tdew" in weather:
        ea = saturation_vapour_pressure(_column(weather, "tdew", site))
    else:
        ea = saturation_vapour_pressure(temperature) * _column(weather, "rh", site) / 100.0
    u2 = _column(weather, "u2", site) if "u2" in weather else np.full(len(weather), np.nan)
    u2 = np.where(np.isnan(u2), WIND_WITHOUT_MEASUREMENT, np.maximum(u2, wind_floor))
    middle = starts.tz_convert("UTC") + pd.Timedelta(minutes=30)
    utc_hour = (middle.hour + middle.minute / 60.0).to_numpy()
    # The sun's day is that of the site, not of Greenwich.
    day = (middle + pd.Timedelta(hours=site.longitude / 15.0)).day_of_year.to_numpy()
    angle = solar_hour_angle(utc_hour, site.longitude, day)
    ra = extraterrestrial_hourly(site.latitude, day, angle)
    _check_radiation(rs, ra, site)
    rso = clear_sky(ra, site.elevation)
    clouds = carried_clearness(rs, rso, sun_height(site.latitude, day, angle))
    rn = net_shortwave(rs) - net_longwave_hourly(temperature, ea, clouds)
    eto = penman_monteith_hourly(
        temperature=temperature,
        ea=ea,
        rn=rn,
        u2=u2,
        elevation=site.elevation,
        surface=surface,
        negative=negative,
    )
    columns = {"eto": eto, "ra": ra, "rso": rso, "rn": rn, "ea": ea, "clearness": clouds}
    return pd.DataFrame(columns, index=weather.index)


def _hours(weather: pd.DataFrame, site: Site) -> pd.DatetimeIndex:
    index = weather.index
    if not isinstance(index, pd.DatetimeIndex) or index.tz is None:
        raise InvalidData(
            f"Hourly weather of '{site.name}': the times have no zone; give the start of each hour with its "
            "zone, such as 2024-07-01 14:00-03:00."
        )
    steps = index[1:] - index[:-1]
    odd = np.flatnonzero(steps != pd.Timedelta(hours=1))
    if len(odd):
        first = int(odd[0])
        raise InvalidData(
            f"Hourly weather of '{site.name}': {index[first]} is followed by {index[first + 1]}, expected one "
            "hour later; put in the missing hours (their values may stay empty)."
        )
    return index


def _column(weather: pd.DataFrame, name: str, site: Site) -> Floats:
    if name not in weather:
        seen = ", ".join(map(str, weather.columns)) or "none"
        raise InvalidData(f"Hourly weather of '{site.name}': column '{name}' is missing, seen are {seen}.")
    try:
        values = np.asarray(weather[name].to_numpy(dtype=float, na_value=np.nan))
    except (TypeError, ValueError) as error:
        raise InvalidData(f"Hourly weather of '{site.name}', column '{name}': {error}.") from error
    low, high, unit, mistake = LIMITS[name]
    wrong = np.flatnonzero((values < low) | (values > high))
    if len(wrong):
        raise InvalidData(
            f"Hourly weather of '{site.name}', column '{name}': {values[wrong[0]]:g} at {weather.index[wrong[0]]} "
            f"({len(wrong)} of {len(values)} hours), expected {low:g} to {high:g} {unit}; {mistake}."
        )
    if (
        name == "rh"
        and len(values) >= HOURS_OF_A_DAY
        and np.nanmax(values, initial=0) <= MAX_HUMIDITY_AS_SHARE
    ):
        raise InvalidData(
            f"Hourly weather of '{site.name}', column 'rh': no hour is above {np.nanmax(values, initial=0):g} %; "
            f"{mistake}."
        )
    return values


def _check_radiation(rs: Floats, ra: Floats, site: Site) -> None:
    known = np.isfinite(rs)
    arrived, above = float(rs[known].sum()), float(ra[known].sum())
    if known.sum() >= HOURS_OF_A_DAY and arrived > MAX_SHARE_OF_RA * max(above, 1.0):
        raise InvalidData(
            f"Hourly weather of '{site.name}', column 'rs': its sum of {arrived:.4g} MJ/m2 is more than the "
            f"{above:.4g} MJ/m2 that arrive above the air; {LIMITS['rs'][3]}, and times are the start of each hour."
        )
