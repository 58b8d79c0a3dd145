"""The hours of a fiscal year: from 1 April of the year before (or 1 January), wall time, 8760 or 8784."""

from __future__ import annotations

import numpy as np
import pandas as pd


def hours_of(year: int, first_month: int = 4) -> pd.DatetimeIndex:
    """List the beginnings of the hours of a fiscal year, which is named by the year in which it ends."""
    begin = year if first_month == 1 else year - 1
    return pd.date_range(
        pd.Timestamp(begin, first_month, 1),
        pd.Timestamp(begin + 1, first_month, 1),
        freq="h",
        inclusive="left",
    )


def fit_to(values: np.ndarray, hours: pd.DatetimeIndex) -> np.ndarray:
    """Bring a year's values to the length of another year, day by day: the leap day is dropped or repeated.

    Parameters
    ----------
    values
        8760 or 8784 values of a fiscal year that begins in the same month.
    hours
        Hours of the target year.
    """
    if values.size == len(hours):
        return values
    leap = int(np.flatnonzero((hours.month == 2) & (hours.day == 28))[-1]) + 1
    if values.size == 8760:
        return np.concatenate([values[:leap], values[leap - 24 : leap], values[leap:]])
    return np.concatenate([values[:leap], values[leap + 24 :]])
