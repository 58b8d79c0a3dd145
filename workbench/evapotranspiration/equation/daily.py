"""Reference evapotranspiration of daily weather tables, one place or many at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from workbench.data.arrays import Floats
from workbench.errors import InvalidData
from workbench.evapotranspiration.equation.hargreaves import hargreaves
from workbench.evapotranspiration.equation.missing_inputs import assumed_for, described, fill_missing
from workbench.evapotranspiration.equation.penman_monteith import Surface, penman_monteith_daily
from workbench.evapotranspiration.equation.priestley_taylor import priestley_taylor
from workbench.evapotranspiration.model.equations import Equation
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.model.weather import WEATHER_COLUMNS, WEATHER_UNITS
from workbench.evapotranspiration.physics.atmosphere import mean_saturation_vapour_pressure
from workbench.evapotranspiration.physics.radiation import (
    clear_sky,
    extraterrestrial,
    net_longwave,
    net_shortwave,
)


def daily_eto(
    weather: pd.DataFrame, site: Site, *, equation: Equation = Equation.FAO56, coastal: bool = False
) -> pd.DataFrame:
    """Compute reference evapotranspiration of one place.

    Parameters
    ----------
    weather
        Indexed by ``date``, columns of ``WEATHER_UNITS``; ``tmax`` and ``tmin`` must be there.
    site
        Where it was measured.
    equation
        Which one; Hargreaves uses temperature alone, Priestley-Taylor no wind.
    coastal
        Whether a coast is near, for radiation taken from temperature.

    Returns
    -------
    DataFrame
        Indexed by ``date``: ``eto`` [mm/d], ``ra``, ``rso``, ``rs``, ``rn`` [MJ m-2 d-1], ``es``, ``ea`` [kPa],
        ``u2`` [m/s] and ``assumed``: what FAO-56 put in the place of missing inputs, in words.

    Raises
    ------
    InvalidData
        When there is no ``tmax`` or ``tmin`` or the index holds no dates.
    """
    if not isinstance(weather.index, pd.DatetimeIndex):
        raise InvalidData(
            f"Weather of '{site.name}': the index holds {weather.index.dtype}, expected dates; set the column "
            "with the dates as index."
        )
    place = np.full(len(weather), site.latitude), np.full(len(weather), site.elevation)
    found = _computed(weather, weather.index, site.name, place, equation, coastal)
    return found.set_axis(weather.index.rename("date"))


def daily_eto_table(
    table: pd.DataFrame,
    sites: Mapping[str, Site],
    *,
    equation: Equation = Equation.FAO56,
    coastal: bool = False,
) -> pd.DataFrame:
    """Compute reference evapotranspiration of many places, and sources, in one go.

    Parameters
    ----------
    table
        Long: ``site``, ``date`` and columns of ``WEATHER_UNITS``, in any order of rows.
    sites
        The sites by name.

    Returns
    -------
    DataFrame
        Rows as in ``table``, columns as of :func:`daily_eto`.

    Raises
    ------
    InvalidData
        When a site is not among ``sites``, or a column is missing.
    """
    names = table["site"].astype("category")
    unknown = [str(name) for name in names.cat.categories if name not in sites]
    if unknown:
        raise InvalidData(
            f"Weather of {', '.join(unknown[:3])}: no such site; known are {', '.join(list(sites)[:5])}. Add "
            "latitude, longitude and elevation of each."
        )
    codes = names.cat.codes.to_numpy()
    facts = [sites[str(name)] for name in names.cat.categories]
    latitude = np.array([site.latitude for site in facts])[codes]
    elevation = np.array([site.elevation for site in facts])[codes]
    days = pd.DatetimeIndex(table["date"])
    found = _computed(table, days, "the table", (latitude, elevation), equation, coastal)
    return found.set_axis(table.index)


def weather_arrays(weather: pd.DataFrame, what: str = "the table") -> dict[str, Floats]:
    """Take the weather columns of a table as arrays of float64.

    Raises
    ------
    InvalidData
        When ``tmax`` or ``tmin`` is not among them or a column holds no numbers.
    """
    for needed in ("tmax", "tmin"):
        if needed not in weather:
            seen = ", ".join(map(str, weather.columns)) or "none"
            raise InvalidData(
                f"Weather of {what}: column '{needed}' is missing, seen are {seen}; reference "
                "evapotranspiration needs both extremes of temperature [degC]."
            )
    arrays = {}
    for name in WEATHER_COLUMNS:
        if name in weather:
            try:
                arrays[name] = weather[name].to_numpy(dtype=float, na_value=np.nan)
            except (TypeError, ValueError) as error:
                raise InvalidData(
                    f"Weather of {what}, column '{name}': {error}; expected numbers [{WEATHER_UNITS[name]}]."
                ) from error
    return arrays


def _computed(
    weather: pd.DataFrame,
    days: pd.DatetimeIndex,
    what: str,
    place: tuple[Floats, Floats],
    equation: Equation,
    coastal: bool,
) -> pd.DataFrame:
    arrays = weather_arrays(weather, what)
    latitude, elevation = place
    day = days.day_of_year.to_numpy()
    ra = extraterrestrial(latitude, day)
    filled = fill_missing(arrays, ra, coastal=coastal)
    tmax, tmin = arrays["tmax"], arrays["tmin"]
    rso = clear_sky(ra, elevation)
    net = net_shortwave(filled.rs) - net_longwave(tmax, tmin, filled.ea, filled.rs, rso)
    if equation is Equation.HARGREAVES:
        eto = hargreaves(tmax=tmax, tmin=tmin, latitude=latitude, day_of_year=day)
        texts = np.where(np.isnan(eto), "tmax or tmin missing", "temperature alone").tolist()
    elif equation is Equation.PRIESTLEY_TAYLOR:
        eto = priestley_taylor(tmax=tmax, tmin=tmin, rn=net, elevation=elevation)
        texts = described(assumed_for(equation, filled.assumed))
    else:
        eto = penman_monteith_daily(
            tmax=tmax,
            tmin=tmin,
            ea=filled.ea,
            rs=filled.rs,
            u2=filled.u2,
            latitude=latitude,
            elevation=elevation,
            day_of_year=day,
            surface=Surface(equation.value),
        )
        texts = described(filled.assumed)
    return pd.DataFrame(
        {
            "eto": eto,
            "ra": ra,
            "rso": rso,
            "rs": filled.rs,
            "rn": net,
            "es": mean_saturation_vapour_pressure(tmax, tmin),
            "ea": filled.ea,
            "u2": filled.u2,
            "assumed": texts,
        }
    )
