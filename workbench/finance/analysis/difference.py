"""What is new since the last report: periods that came, figures that were restated, forecasts that moved."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import pandas as pd

__all__ = ["COLUMNS", "News", "difference_table"]

COLUMNS = ["news", "figure", "period", "before", "after", "difference", "lower", "upper", "inside"]


class News(StrEnum):
    """Kinds of news."""

    CAME = "came"
    """A period that the last report forecast and that is known now."""
    RESTATED = "restated"
    """A period that both reports know, with another figure."""
    MOVED = "forecast moved"
    """A period that both reports forecast."""


def difference_table(
    before_history: pd.DataFrame,
    before_forecasts: pd.DataFrame,
    history: pd.DataFrame,
    forecasts: pd.DataFrame,
) -> pd.DataFrame:
    """Compare a report with the one before; the whole company only.

    Parameters
    ----------
    before_history, before_forecasts
        Tables ``history`` and ``forecasts`` of the last report.
    history, forecasts
        Those of this one.

    Returns
    -------
    DataFrame
        news, figure, period, before, after, difference, lower, upper (the last report's interval), inside
        (whether the actual lies in it).
    """
    known_before, known = (_company(_whole(table), "value") for table in (before_history, history))
    told_before, told = _company(before_forecasts, "forecast"), _company(forecasts, "forecast")
    interval = _index(before_forecasts)[["lower", "upper"]]
    parts = [
        _pair(News.CAME, told_before, known.drop(known_before.index, errors="ignore"), interval),
        _pair(News.RESTATED, known_before, known, None),
        _pair(News.MOVED, told_before, told, None),
    ]
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True)[COLUMNS] if parts else pd.DataFrame(columns=COLUMNS)


def _index(table: pd.DataFrame) -> pd.DataFrame:
    return table[table.dimension == ""].set_index(["figure", "period"])


def _whole(history: pd.DataFrame) -> pd.DataFrame:
    """A partial sum is neither an outcome nor restated by the whole one."""
    return history[~history.partial.astype(bool)] if "partial" in history else history


def _company(table: pd.DataFrame, column: str) -> pd.Series:
    return _index(table)[column].dropna()


def _pair(news: News, before: pd.Series, after: pd.Series, interval: pd.DataFrame | None) -> pd.DataFrame:
    both = before.index.intersection(after.index, sort=None)
    table = pd.DataFrame({"before": before.loc[both], "after": after.loc[both]})
    table["difference"] = table.after - table.before
    if interval is None:
        # What differs by less than a hundredth is the same figure.
        table = table[table.difference.abs() >= 0.005].assign(lower=np.nan, upper=np.nan, inside=True)
    else:
        table = table.join(interval)
        table["inside"] = (table.after >= table.lower) & (table.after <= table.upper)
    return table.reset_index().assign(news=str(news))
