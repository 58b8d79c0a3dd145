"""The weather that seasons need: gaps closed within bounds, least humidity, and the days ahead.

References
----------
.. [1] Allen et al. (1998). FAO Irrigation and Drainage Paper 56, chapter 6: least relative humidity from
   temperatures.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.evapotranspiration.irrigation.season import CLIMATE_COLUMNS, MEASURED
from workbench.evapotranspiration.physics.atmosphere import (
    mean_saturation_vapour_pressure,
    saturation_vapour_pressure,
)

__all__ = ["FORECAST", "USUAL", "Prepared", "least_humidity", "prepared_climate"]

FORECAST, USUAL = "forecast", "usual"
MAX_GAP = 5
"""Days without ETo that are bridged."""
AROUND = 7
"""Days before and after a day of the year whose values of earlier years are usual for it."""
FEWEST_USUAL = 20
LOW, HIGH = 0.1, 0.9
RECENT = 14


@dataclass(frozen=True, slots=True)
class Prepared:
    """Weather that is ready for seasons.

    Parameters
    ----------
    climate
        Indexed by date without gaps: :data:`~workbench.evapotranspiration.irrigation.season.CLIMATE_COLUMNS`.
    bridged
        Days whose ETo is interpolated.
    lost
        Days without ETo that stay missing.
    dry
        Past days without a known rain, which count as dry.
    """

    climate: pd.DataFrame
    bridged: int
    lost: int
    dry: int


def least_humidity(weather: pd.DataFrame) -> pd.Series:
    """Least relative humidity of days [%]: as measured, else of the vapour at the highest temperature ([1]).

    Parameters
    ----------
    weather
        ``tmax``, ``tmin`` [degC] and any of ``rh_min``, ``rh`` [%], ``tdew`` [degC]; without them tmin is the dew
        point.
    """

    def column(name: str) -> pd.Series:
        return weather[name] if name in weather else pd.Series(np.nan, index=weather.index)

    tmax, tmin = column("tmax"), column("tmin")
    vapour = pd.Series(saturation_vapour_pressure(column("tdew")), index=weather.index)
    by_mean = mean_saturation_vapour_pressure(tmax, tmin) * column("rh") / 100.0
    vapour = vapour.fillna(pd.Series(by_mean, index=weather.index))
    vapour = vapour.fillna(pd.Series(saturation_vapour_pressure(tmin), index=weather.index))
    derived = 100.0 * vapour / saturation_vapour_pressure(tmax)
    return column("rh_min").fillna(derived).clip(1.0, 100.0)


def prepared_climate(
    past: pd.DataFrame, ahead: pd.DataFrame | None, days: int, last: datetime.date | None = None
) -> Prepared:
    """Join the past and the days ahead.

    Parameters
    ----------
    past
        Indexed by date: ``eto``, ``rain`` [mm/d] and, where known, ``tmax``, ``tmin``, ``wind``, ``humidity``.
    ahead
        The same of a forecast, with ``eto_low`` and ``eto_high``; days that are over count as measured.
    days
        How many days ahead are wanted; those that no forecast has are as usual in earlier years at this time, or
        as the last two weeks where there is no earlier year. No rain is counted on in them.
    last
        Last day that is wanted at all.
    """
    index = pd.date_range(past.index[0], past.index[-1], freq="D")
    table = past.reindex(index)
    known = table["eto"].notna()
    filled = table["eto"].interpolate(limit_area="inside")
    gap = (~known).groupby(known.cumsum()).transform("sum")
    table["eto"] = table["eto"].where(known | (gap > MAX_GAP), filled)
    bridged = int((table["eto"].notna() & ~known).sum())
    dry = int(table["rain"].isna().sum()) if "rain" in table else len(table)
    table = _complete(table).assign(basis=MEASURED)
    until = index[-1] + pd.Timedelta(days=days)
    if last is not None:
        until = min(until, pd.Timestamp(last))
    coming = pd.date_range(index[-1] + pd.Timedelta(days=1), until, freq="D")
    if len(coming):
        parts = [table, _coming(table, ahead, coming)]
        table = pd.concat(parts)
    lost = int(table.loc[table["basis"] == MEASURED, "eto"].isna().sum())
    return Prepared(table[list(CLIMATE_COLUMNS)], bridged, lost, dry)


def _complete(table: pd.DataFrame) -> pd.DataFrame:
    made = table.copy()
    for name in CLIMATE_COLUMNS:
        if name not in made and name != "basis":
            made[name] = np.nan
    made["eto_low"], made["eto_high"] = made["eto"], made["eto"]
    made["rain"] = made["rain"].fillna(0.0)
    return made


def _coming(past: pd.DataFrame, ahead: pd.DataFrame | None, coming: pd.DatetimeIndex) -> pd.DataFrame:
    usual = _usual(past, coming)
    if ahead is None:
        return usual
    known = ahead.reindex(coming)
    made = usual.copy()
    there = known["eto"].notna()
    for name in (name for name in CLIMATE_COLUMNS if name in known and name != "basis"):
        made[name] = known[name].where(there & known[name].notna(), made[name])
    return made.assign(basis=np.where(there, FORECAST, USUAL))


def _usual(past: pd.DataFrame, coming: pd.DatetimeIndex) -> pd.DataFrame:
    """Give days as they are in earlier years at this time: mean, and the tenth and nine tenth of ETo."""
    of_year = pd.DatetimeIndex(past.index).day_of_year.to_numpy()
    rows = []
    for day in coming:
        apart = np.abs(of_year - day.day_of_year)
        near = past[np.minimum(apart, 365 - apart) <= AROUND]
        near = near[near.index.year < day.year] if len(near) else near
        if near["eto"].count() < FEWEST_USUAL:
            near = past.tail(RECENT)
        means = near[["eto", "tmax", "tmin", "wind", "humidity"]].mean()
        band = near["eto"].quantile([LOW, HIGH])
        rows.append({**means, "eto_low": band[LOW], "eto_high": band[HIGH], "rain": 0.0, "basis": USUAL})
    return pd.DataFrame(rows, index=coming)
