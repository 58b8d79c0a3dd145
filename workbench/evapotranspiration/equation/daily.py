"""Reference evapotranspiration of daily weather tables, one place or many at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.data.arrays import Floats
from workbench.errors import InvalidData
from workbench.evapotranspiration.equation.hargreaves import hargreaves
from workbench.evapotranspiration.equation.missing_inputs import assumed_for, described, fill_missing
from workbench.evapotranspiration.equation.penman_monteith import DAILY, Surface, combined
from workbench.evapotranspiration.equation.priestley_taylor import priestley_taylor
from workbench.evapotranspiration.model.equations import Equation
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.model.weather import WEATHER_COLUMNS, WEATHER_UNITS
from workbench.evapotranspiration.physics.atmosphere import (
    air_pressure,
    mean_saturation_vapour_pressure,
    psychrometric_constant,
    vapour_pressure_slope,
)
from workbench.evapotranspiration.physics.radiation import (
    clear_sky,
    extraterrestrial,
    net_longwave,
    net_shortwave,
)

DAYS_OF_LEAP_YEAR = 366


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
    nowhere_else = np.zeros(len(weather), dtype=np.intp)
    found = _computed(weather, weather.index, site.name, _Rows((site,), nowhere_else), equation, coastal)
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
    facts = tuple(sites[str(name)] for name in names.cat.categories)
    days = pd.DatetimeIndex(table["date"])
    rows = _Rows(facts, names.cat.codes.to_numpy())
    found = _computed(table, days, "the table", rows, equation, coastal)
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


@dataclass(frozen=True, slots=True)
class _Rows:
    """Which site each row is of: what hangs on the place alone is computed once a site.

    Parameters
    ----------
    sites
        The places.
    codes
        Of each row, shape (rows,).
    """

    sites: tuple[Site, ...]
    codes: NDArray[np.integer]

    def extraterrestrial(self, day: NDArray[np.integer]) -> Floats:
        """Ra of each row [MJ m-2 d-1]."""
        latitude = np.array([site.latitude for site in self.sites])[:, np.newaxis]
        table = extraterrestrial(latitude, np.arange(1, DAYS_OF_LEAP_YEAR + 1))
        return np.asarray(table[self.codes, day - 1])

    def of_elevation(self, rule: Callable[[Floats], Floats]) -> Floats:
        """What a rule makes of the elevation, by row."""
        return np.asarray(rule(np.array([site.elevation for site in self.sites], dtype=float))[self.codes])


def _day_of_year(days: pd.DatetimeIndex) -> NDArray[np.integer]:
    """Day of the year of each row; many rows of the same days are looked up."""
    number = days.tz_localize(None).to_numpy().astype("datetime64[D]").astype(np.int64)
    if not len(number) or days.hasnans or (length := int(np.ptp(number)) + 1) > len(number):
        return np.asarray(days.day_of_year)
    first = number.min()
    table = pd.date_range(np.datetime64(int(first), "D"), periods=length, freq="D").day_of_year.to_numpy()
    return np.asarray(table[number - first])


def _computed(
    weather: pd.DataFrame,
    days: pd.DatetimeIndex,
    what: str,
    rows: _Rows,
    equation: Equation,
    coastal: bool,
) -> pd.DataFrame:
    arrays = weather_arrays(weather, what)
    day = _day_of_year(days)
    ra = rows.extraterrestrial(day)
    filled = fill_missing(arrays, ra, coastal=coastal)
    tmax, tmin = arrays["tmax"], arrays["tmin"]
    rso = rows.of_elevation(lambda height: clear_sky(1.0, height)) * ra
    net = net_shortwave(filled.rs) - net_longwave(tmax, tmin, filled.ea, filled.rs, rso)
    es = mean_saturation_vapour_pressure(tmax, tmin)
    texts: object = described(assumed_for(equation, filled.assumed))
    if equation is Equation.HARGREAVES:
        latitude = np.array([site.latitude for site in rows.sites])[rows.codes]
        eto = hargreaves(tmax=tmax, tmin=tmin, latitude=latitude, day_of_year=day)
        texts = np.where(np.isnan(eto), "tmax or tmin missing", "temperature alone")
    elif equation is Equation.PRIESTLEY_TAYLOR:
        eto = priestley_taylor(tmax=tmax, tmin=tmin, rn=net, elevation=rows.of_elevation(np.asarray))
    else:
        mean, crop = (tmax + tmin) * 0.5, DAILY[Surface(equation.value)]
        eto = combined(
            available=net,
            temperature=mean,
            deficit=np.maximum(es - filled.ea, 0.0),
            slope=vapour_pressure_slope(mean),
            gamma=rows.of_elevation(lambda height: psychrometric_constant(air_pressure(height))),
            u2=filled.u2,
            numerator=crop.numerator,
            denominator=crop.by_day,
        )
    return pd.DataFrame(
        {
            "eto": eto,
            "ra": ra,
            "rso": rso,
            "rs": filled.rs,
            "rn": net,
            "es": es,
            "ea": filled.ea,
            "u2": filled.u2,
            "assumed": texts,
        }
    )
