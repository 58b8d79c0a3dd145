"""Climate of a place from its days: months of the year, and rain less evapotranspiration."""

from __future__ import annotations

import numpy as np
import pandas as pd

SUMS = ("eto", "precip", "balance")
"""Summed over a month [mm/month]; everything else is averaged."""
FEWEST_DAYS_OF_MONTH = 25
LOW, HIGH = 0.1, 0.9


def water_balance(eto: pd.Series, precip: pd.Series) -> pd.DataFrame:
    """Rain less reference evapotranspiration, day by day.

    Parameters
    ----------
    eto, precip
        Indexed by date [mm/d]; zero rain is zero, a missing day stays missing and adds nothing to the sum.

    Returns
    -------
    DataFrame
        Indexed by ``date``: ``precip``, ``eto``, ``balance`` [mm/d], ``cumulative`` [mm] since the first day.
    """
    both = pd.DataFrame({"precip": precip, "eto": eto})
    both.index = pd.DatetimeIndex(both.index, name="date")
    both["balance"] = both["precip"] - both["eto"]
    both["cumulative"] = both["balance"].fillna(0.0).cumsum()
    return both


def monthly_totals(table: pd.DataFrame) -> pd.DataFrame:
    """Put days together to months.

    Parameters
    ----------
    table
        Indexed by date: any of ``eto``, ``precip`` [mm/d] and weather columns.

    Returns
    -------
    DataFrame
        Indexed by the first day of the month: sums [mm/month] of ``eto``, ``precip`` and ``balance`` (where both
        are there), means of the rest. A sum of a month with 25 or more days is scaled to its whole length;
        with fewer it is missing.
    """
    days = table.select_dtypes("number").copy()
    if {"eto", "precip"} <= set(days.columns):
        days["balance"] = days["precip"] - days["eto"]
    months = days.resample("MS")
    means, counts = months.mean(), months.count()
    means = means.where(counts >= FEWEST_DAYS_OF_MONTH)
    summed = [name for name in SUMS if name in means]
    length = pd.DatetimeIndex(means.index).days_in_month.to_numpy()
    means[summed] = means[summed].mul(length, axis=0)
    return means


def monthly_climate(table: pd.DataFrame) -> pd.DataFrame:
    """Describe each month of the year.

    Parameters
    ----------
    table
        As of :func:`monthly_totals`.

    Returns
    -------
    DataFrame
        Indexed by ``month`` 1 to 12: ``<column>`` (mean over the years), ``<column>_p10``, ``<column>_p90``, and
        ``years`` counted; months that never occur are missing.
    """
    months = monthly_totals(table)
    number = pd.DatetimeIndex(months.index).month
    groups = months.groupby(number)
    parts = [
        groups.mean(),
        groups.quantile(LOW).add_suffix("_p10"),
        groups.quantile(HIGH).add_suffix("_p90"),
    ]
    whole = pd.concat(parts, axis=1, sort=True)
    names = [f"{name}{end}" for name in months.columns for end in ("", "_p10", "_p90")]
    leading = months.columns[0] if len(months.columns) else None
    whole = whole[names].reindex(range(1, 13)).rename_axis("month")
    whole["years"] = groups[leading].count().reindex(range(1, 13)).fillna(0).astype(int) if leading else 0
    return whole


def summary_statistics(table: pd.DataFrame) -> pd.DataFrame:
    """Summarise the days: one row a column, with count, missing, mean, deviation, extremes and their days."""
    rows = []
    for name in table.select_dtypes("number"):
        values = table[name]
        seen = values.dropna()
        row: dict[str, object] = {"column": name, "days": len(seen), "missing": int(values.isna().sum())}
        if len(seen):
            row |= {
                "mean": float(seen.mean()),
                "deviation": float(seen.std(ddof=0)),
                "minimum": float(seen.min()),
                "p10": float(seen.quantile(LOW)),
                "median": float(seen.median()),
                "p90": float(seen.quantile(HIGH)),
                "maximum": float(seen.max()),
                "lowest_on": seen.index[int(np.argmin(seen.to_numpy()))],
                "highest_on": seen.index[int(np.argmax(seen.to_numpy()))],
            }
        rows.append(row)
    return pd.DataFrame(rows)
