"""Climate of a place from its days: months of the year, and rain less evapotranspiration."""

from __future__ import annotations

import numpy as np
import pandas as pd

SUMS = ("eto", "precip", "balance")
"""Summed over a month [mm/month]."""
MONTHLY_COLUMNS = ("site", "month", "years", "eto", "eto_p10", "eto_p90", "precip", "balance")
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


def monthly_totals(daily: pd.DataFrame) -> pd.DataFrame:
    """Put the days of sites together to months.

    Parameters
    ----------
    daily
        site, date, eto and precip [mm/d].

    Returns
    -------
    DataFrame
        Indexed by site and first day of the month: sums of ``eto``, ``precip`` and ``balance`` (of days that have
        both) [mm/month]. That of a month with 25 or more days is scaled to its whole length; with fewer it is
        missing.
    """
    days = daily[["site", "eto", "precip"]].assign(month=daily["date"].to_numpy().astype("datetime64[M]"))
    days["balance"] = days["precip"] - days["eto"]
    months = days.groupby(["site", "month"], sort=False, observed=True)[list(SUMS)]
    means, counts = months.mean(), months.count()
    length = pd.DatetimeIndex(means.index.get_level_values("month")).days_in_month.to_numpy()
    return means.where(counts >= FEWEST_DAYS_OF_MONTH).mul(length, axis=0)


def monthly_climate(daily: pd.DataFrame) -> pd.DataFrame:
    """Describe each month of the year of sites.

    Parameters
    ----------
    daily
        As of :func:`monthly_totals`.

    Returns
    -------
    DataFrame
        site, month (1 to 12, those that came whole), years, eto, eto_p10, eto_p90, precip, balance [mm/month].
    """
    totals = monthly_totals(daily)
    number = pd.DatetimeIndex(totals.index.get_level_values("month")).month.rename("month")
    groups = totals.groupby([totals.index.get_level_values("site"), number], observed=True)
    found = groups.mean().assign(
        years=groups["eto"].count(), eto_p10=groups["eto"].quantile(LOW), eto_p90=groups["eto"].quantile(HIGH)
    )
    rows = found[found["years"] > 0].reset_index()
    order = {name: at for at, name in enumerate(daily["site"].unique())}
    # In the order of the sites, as all tables are.
    rows = rows.sort_values("site", key=lambda names: names.map(order).astype(int), kind="stable")
    return rows[list(MONTHLY_COLUMNS)].reset_index(drop=True)


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
