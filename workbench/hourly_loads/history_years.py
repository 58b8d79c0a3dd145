"""The years of a history: which are complete, and what their energy, peak and load factor are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.data.arrays import Floats
from workbench.hourly_loads.cleaning import History
from workbench.hourly_loads.findings import Action, Finding, Noticed
from workbench.hourly_loads.year_hours import YearHours, hours_of_year, year_of_days


def year_load(history: History, hours: YearHours) -> Floats:
    """Give the loads of a year [MW], ``nan`` where the history has none.

    Parameters
    ----------
    history
        The history.
    hours
        The hours of the year.
    """
    place = ((hours.utc - history.utc[0]).astype("timedelta64[m]").astype(np.int64)) // 60
    inside = (place >= 0) & (place < len(history.load))
    load = np.full(len(hours), np.nan)
    load[inside] = history.load[place[inside]]
    return load


def history_years(history: History, first_month: int) -> pd.DataFrame:
    """List the years of a history.

    Parameters
    ----------
    history
        The history.
    first_month
        Month in which a year begins.

    Returns
    -------
    DataFrame
        year, hours (of the year), known (hours with a load), filled, complete, energy [GWh], peak, minimum, mean
        [MW], load_factor [%]; the last five are blank in incomplete years.
    """
    ends = history.local[[0, -1]].astype("datetime64[D]")
    first, last = (int(year) for year in year_of_days(ends, first_month))
    rows = []
    for year in range(first, last + 1):
        hours = hours_of_year(year, first_month, history.zone)
        load = year_load(history, hours)
        known = int((~np.isnan(load)).sum())
        row = {"year": year, "hours": len(hours), "known": known, "complete": known == len(hours)}
        inside = (history.utc >= hours.utc[0]) & (history.utc <= hours.utc[-1])
        row["changed"] = int((history.changed & inside).sum())
        rows.append({**row, **(_measures(load) if known == len(hours) else {})})
    columns = [
        "year",
        "hours",
        "known",
        "changed",
        "complete",
        "energy",
        "peak",
        "minimum",
        "mean",
        "load_factor",
    ]
    return pd.DataFrame(rows).reindex(columns=columns)


def partial_years(table: pd.DataFrame, first_month: int, zone: str) -> list[Noticed]:
    """Give a finding for each year that cannot serve as base."""
    found = []
    for row in table[~table.complete].to_dict("records"):
        first = hours_of_year(int(row["year"]), first_month, zone).days[0]
        detail = f"year {row['year']} has {row['known']} of {row['hours']} hours"
        missing = int(row["hours"] - row["known"])
        found.append(Noticed(Finding.PARTIAL_YEAR, Action.NOT_OFFERED, first, missing, "", detail))
    return found


def _measures(load: Floats) -> dict[str, float]:
    peak, mean = float(load.max()), float(load.mean())
    return {
        "energy": float(load.sum()) / 1000,
        "peak": peak,
        "minimum": float(load.min()),
        "mean": mean,
        "load_factor": 100 * mean / peak,
    }
