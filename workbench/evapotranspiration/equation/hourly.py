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


def hourly_eto(weather: pd.DataFrame, site: Site, *, surface: Surface = Surface.FAO56) -> pd.DataFrame:
    """Compute reference evapotranspiration of every hour of one place.

    Parameters
    ----------
    weather
        Indexed by the start of each hour, with a time zone; columns ``temperature`` [degC], ``rs``
        [MJ m-2 h-1], ``rh`` [%] or ``tdew`` [degC], and ``u2`` [m/s at 2 m], which is taken as 2 m/s where
        it is missing and as 0.5 m/s where it is less.
    site
        Where it was measured.
    surface
        Reference crop.

    Returns
    -------
    DataFrame
        Same index: ``eto`` [mm/h], ``ra``, ``rso``, ``rn`` [MJ m-2 h-1], ``ea`` [kPa], ``clearness`` (Rs/Rso, the
        last of the day carried through the night).

    Raises
    ------
    InvalidData
        When the index is not hourly with a time zone, or a column is missing.
    """
    starts = _hours(weather, site)
    temperature, rs = _column(weather, "temperature", site), _column(weather, "rs", site)
    if "tdew" in weather:
        ea = saturation_vapour_pressure(_column(weather, "tdew", site))
    else:
        ea = saturation_vapour_pressure(temperature) * _column(weather, "rh", site) / 100.0
    u2 = _column(weather, "u2", site) if "u2" in weather else np.full(len(weather), np.nan)
    u2 = np.where(np.isnan(u2), WIND_WITHOUT_MEASUREMENT, np.maximum(u2, MIN_WIND))
    middle = starts.tz_convert("UTC") + pd.Timedelta(minutes=30)
    utc_hour = (middle.hour + middle.minute / 60.0).to_numpy()
    # The sun's day is that of the site, not of Greenwich.
    day = (middle + pd.Timedelta(hours=site.longitude / 15.0)).day_of_year.to_numpy()
    angle = solar_hour_angle(utc_hour, site.longitude, day)
    ra = extraterrestrial_hourly(site.latitude, day, angle)
    rso = clear_sky(ra, site.elevation)
    clouds = carried_clearness(rs, rso, sun_height(site.latitude, day, angle))
    rn = net_shortwave(rs) - net_longwave_hourly(temperature, ea, clouds)
    eto = penman_monteith_hourly(
        temperature=temperature, ea=ea, rn=rn, u2=u2, elevation=site.elevation, surface=surface
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
    return np.asarray(weather[name].to_numpy(dtype=float, na_value=np.nan))
