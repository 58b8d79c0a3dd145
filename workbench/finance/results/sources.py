"""Where each number comes from: the rows of the file behind every period of the company and of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.finance.model.ledger import Ledger
from workbench.finance.model.roles import Behaviour

__all__ = ["row_ranges", "sources_table", "weeks_table"]

WEEK_COLUMNS = ["figure", "dimension", "entity", "week", "period", "value", "partial"]
COLUMNS = ["period", "dimension", "entity", "rows", "count"]


def row_ranges(rows: Sequence[int] | np.ndarray[Any, Any] | pd.Series[int]) -> str:
    """Write row numbers as ranges: ``2-5, 9``."""
    numbers = np.unique(np.asarray(rows, dtype=np.int64))
    if not len(numbers):
        return ""
    cuts = np.flatnonzero(np.diff(numbers) > 1) + 1
    return ", ".join(
        str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in np.split(numbers, cuts)
    )


def sources_table(ledger: Ledger) -> pd.DataFrame:
    """Give the rows of the file behind each period, for the company and for every part.

    Returns
    -------
    DataFrame
        period, dimension, entity (both empty for the company), rows (as ranges), count.
    """
    tables = [_grouped(ledger.entries, "", [])]
    tables += [_grouped(ledger.entries, name, [name]) for name in ledger.dimensions]
    return pd.concat(tables, ignore_index=True)[COLUMNS]


def _grouped(entries: pd.DataFrame, dimension: str, keys: list[str]) -> pd.DataFrame:
    groups = entries.groupby(["period", *keys], observed=True, sort=True)["row"]
    table = groups.agg([row_ranges, "count"]).reset_index()
    table = table.rename(
        columns={"row_ranges": "rows", dimension: "entity"} if keys else {"row_ranges": "rows"}
    )
    return table.assign(dimension=dimension, entity=table["entity"].astype(str) if keys else "")


def weeks_table(ledger: Ledger) -> pd.DataFrame:
    """Give the sums of flows by ISO week, for the company and for every part, of files of days or weeks.

    Returns
    -------
    DataFrame
        figure, dimension, entity (empty for the company), week (``2020-W53``), period (its Monday), value, partial
        (whether the file begins or ends within the week). Empty where the file has no days; nan in months in which
        an amount of the figure is not given.
    """
    names = [one.name for one in ledger.figures if one.behaviour is Behaviour.FLOW]
    entries = ledger.entries
    days = pd.to_datetime(entries["date"])
    if ledger.days is None or not names or days.dt.to_period("M").nunique() >= days.nunique():
        return pd.DataFrame(columns=WEEK_COLUMNS)
    monday = (days - pd.to_timedelta(days.dt.day_of_week, unit="D")).rename("period")
    tables = []
    for dimension in ("", *(() if ledger.confounded else ledger.dimensions)):
        keys = [monday] if not dimension else [monday, entries[dimension].rename("entity")]
        sums = entries[names].groupby(keys, observed=True, sort=True).sum(min_count=1).reset_index()
        labels = [name for name in ("period", "entity") if name in sums]
        table = sums.melt(id_vars=labels, value_vars=names, var_name="figure")
        tables.append(table.assign(dimension=dimension, entity=table["entity"] if dimension else ""))
    found = pd.concat(tables, ignore_index=True)
    calendar = found["period"].dt.isocalendar()
    found["week"] = calendar.year.astype(str) + "-W" + calendar.week.astype(str).str.zfill(2)
    # A blank is of a month and figure: no week of it is told.
    blank = {(gap.period, gap.figure) for gap in ledger.gaps if gap.figure}
    for month, figure in blank:
        inside = found["period"].between(month - pd.Timedelta(days=6), month + pd.offsets.MonthEnd(0))
        found.loc[inside & (found["figure"] == figure), "value"] = float("nan")
    first, last = ledger.days
    begins_within = (found["period"] == monday.min()) & (first > monday.min())
    ends_within = (found["period"] == monday.max()) & (last < monday.max() + pd.Timedelta(days=6))
    return found.assign(partial=begins_within | ends_within)[WEEK_COLUMNS]
