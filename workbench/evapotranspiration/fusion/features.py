"""From checked sources to what the fusion is given: ETo and radiation by source, day by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from workbench.evapotranspiration.equation.daily import daily_eto, weather_arrays
from workbench.evapotranspiration.equation.missing_inputs import assumed_for, fill_missing
from workbench.evapotranspiration.model.equations import EQUATIONS, GRASS, Equation
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.physics.radiation import extraterrestrial
from workbench.evapotranspiration.quality.flags import Checked

ETO, RS, RH = "eto_", "rs_", "rh_"
HOURLY_INPUTS = ("tmax", "tmin", "u2", "rs", "rh", "tdew")
"""What of a day quality control may refuse, and its sum of hours with it."""
_NO_HOURS: Mapping[str, pd.Series] = {}
PREFERRED_RADIATION = "rs_nasa_power"
"""From satellites (CERES); a reanalysis computes its clouds."""


def source_features(
    checked: Mapping[str, Checked],
    site: Site,
    equation: Equation = Equation.FAO56,
    of_hours: Mapping[str, pd.Series] = _NO_HOURS,
) -> pd.DataFrame:
    """Give ETo, radiation and humidity of every source.

    Parameters
    ----------
    checked
        Sources after quality control; what is refused there is not used here.
    site
        The place.
    equation
        How ETo is computed from weather.
    of_hours
        Sums of the hourly equation by source [mm/d]; they count before all else on days whose inputs stand.

    Returns
    -------
    DataFrame
        Indexed by ``date``, every day of any source: ``eto_<source>`` [mm/d], the source's own where it delivers
        one and grass is asked for, else the equation over its weather; ``rs_<source>`` [MJ m-2 d-1];
        ``rh_<source>`` [%]. A source of which an input of the equation was refused gives no computed ETo: what
        FAO-56 puts in its place has another bias.
    """
    columns: dict[str, pd.Series] = {}
    for source, item in checked.items():
        weather = item.weather
        eto = _eto(item, weather, site, equation, of_hours.get(source))
        if eto is not None:
            columns[ETO + source] = eto
        for prefix, name in ((RS, "rs"), (RH, "rh")):
            if name in weather and weather[name].notna().any():
                columns[prefix + source] = weather[name]
    table = pd.DataFrame(columns)
    table.index = pd.DatetimeIndex(table.index, name="date")
    return table.sort_index()


def assumed_inputs(
    checked: Mapping[str, Checked],
    site: Site,
    equation: Equation = Equation.FAO56,
    of_hours: Mapping[str, pd.Series] = _NO_HOURS,
) -> pd.DataFrame:
    """Give what FAO-56 put in the place of missing inputs: bits of ``Filled.assumed``, a column for each source.

    A source's own ETo counts as given, and what the equation does not use as well; hours have all inputs.
    """
    columns = {}
    for source, item in checked.items():
        weather = item.weather
        if not {"tmax", "tmin"} <= set(weather.columns):
            continue
        days = pd.DatetimeIndex(weather.index)
        ra = extraterrestrial(np.full(len(days), site.latitude), days.day_of_year.to_numpy())
        assumed = assumed_for(equation, fill_missing(weather_arrays(weather), ra).assumed)
        bits = pd.Series(assumed, index=days)
        own = _own(weather, equation, of_hours.get(source))
        columns[source] = bits if own is None else bits.where(own.isna().to_numpy(), 0)
    return pd.DataFrame(columns).fillna(0).astype(np.uint8).sort_index()


def chosen_features(columns: Sequence[str]) -> list[str]:
    """Pick what the regression uses: ETo of every source and one radiation.

    Few features transfer to unseen places better than many.
    """
    chosen = [name for name in columns if name.startswith(ETO)]
    radiation = [name for name in columns if name.startswith(RS)]
    if PREFERRED_RADIATION in radiation:
        chosen.append(PREFERRED_RADIATION)
    elif radiation:
        chosen.append(radiation[0])
    return chosen


def source_of(feature: str) -> str:
    """Source that a feature is of."""
    return feature.split("_", 1)[1]


def _own(weather: pd.DataFrame, equation: Equation, of_hours: pd.Series | None) -> pd.Series | None:
    """Give what a source has without the daily equation: its sums of hours, else its own ETo of grass."""
    if of_hours is None:
        return weather.get("eto") if equation in GRASS else None
    used = weather[[name for name in HOURLY_INPUTS if name in weather]]
    return of_hours.reindex(weather.index).where(used.notna().all(axis=1))


def _eto(
    item: Checked, weather: pd.DataFrame, site: Site, equation: Equation, of_hours: pd.Series | None
) -> pd.Series | None:
    own = _own(weather, equation, of_hours)
    refused = item.unusable & EQUATIONS[equation].columns
    if refused or not {"tmax", "tmin"} <= set(weather.columns):
        return own if own is not None and own.notna().any() else None
    computed = daily_eto(weather, site, equation=equation)["eto"]
    computed = computed.where(np.isfinite(computed))
    together = computed if own is None else own.fillna(computed)
    return together if together.notna().any() else None
