"""Series as matrices: one series a row, one period a column, NaN where nothing is known.

Series of different lengths are right-aligned, so that the last column is the last actual of every row. Many series
(or many origins of one series) are forecast in one call.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.data.arrays import Booleans, Floats, Integers

__all__ = [
    "all_origins",
    "count_known",
    "end_of",
    "following",
    "known_outcomes",
    "log_growth",
    "positive_run",
    "stack",
    "straight_slope",
]


def stack(series: Sequence[ArrayLike]) -> Floats:
    """Put series of different lengths under each other, right-aligned.

    Parameters
    ----------
    series
        Yearly values, oldest first, one sequence a series.

    Returns
    -------
    ndarray, shape (series, longest)
        NaN where a series has not begun.
    """
    rows = [np.asarray(row, dtype=float) for row in series]
    longest = max((len(row) for row in rows), default=0)
    stacked = np.full((len(rows), longest), np.nan)
    for index, row in enumerate(rows):
        if len(row):
            stacked[index, longest - len(row) :] = row
    return stacked


def positive_run(history: ArrayLike) -> Floats:
    """Keep the years since the last zero, negative or missing value; what lies before becomes NaN.

    Growth is not defined across such a value, so models in logarithms start after it.

    Parameters
    ----------
    history
        Shape (rows, years), any unit.
    """
    values = np.atleast_2d(np.asarray(history, dtype=float))
    good = np.isfinite(values) & (values > 0)
    run = np.logical_and.accumulate(good[:, ::-1], axis=1)[:, ::-1]
    return np.where(run, values, np.nan)


def count_known(values: Floats) -> Integers:
    """Count the periods of each row that are not NaN."""
    counted: Integers = np.isfinite(values).sum(axis=1)
    return counted


def end_of(values: Floats) -> Integers:
    """Give the one origin at which everything is known, shape (1,)."""
    return np.array([values.shape[1]], dtype=np.int64)


def log_growth(history: Floats) -> Floats:
    """Growth from one period to the next, ln(y_t / y_{t-1}), shape (rows, periods - 1), per unit."""
    growth: Floats = np.diff(np.log(history), axis=1)
    return growth


def straight_slope(values: Floats) -> Floats:
    """Slope of each row's least-squares line, over its known periods, shape (rows,); 0 for a single one."""
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    time = np.arange(values.shape[1])
    time = np.where(known, time - (time * known).sum(axis=1, keepdims=True) / count, 0.0)
    level = np.where(known, values, 0.0)
    level = np.where(known, level - level.sum(axis=1, keepdims=True) / count, 0.0)
    slope: Floats = (time * level).sum(axis=1) / np.maximum((time**2).sum(axis=1), 1e-12)
    return slope


def all_origins(history: Floats, first: int) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Cut every series at every origin, as rows of one matrix, so that a model runs once for all of them.

    Parameters
    ----------
    history
        Shape (series, years), right-aligned.
    first
        Minimum number of years in a training part.

    Returns
    -------
    ndarray, shape (origins, years)
        Right-aligned training parts.
    ndarray, shape (origins,)
        Row of the series each belongs to.
    ndarray, shape (origins,)
        Number of years that follow each origin in its series, at least 1.
    """
    width = history.shape[1]
    count = count_known(history)
    parts, owners, cuts = [np.empty((0, width))], [np.empty(0, int)], [np.empty(0, int)]
    for cut in range(1, width):
        enough = np.flatnonzero(count - cut >= first)
        if len(enough):
            part = np.full((len(enough), width), np.nan)
            part[:, cut:] = history[enough, :-cut]
            parts.append(part)
            owners.append(enough)
            cuts.append(np.full(len(enough), cut))
    return np.concatenate(parts), np.concatenate(owners), np.concatenate(cuts)


def following(values: Floats, rows: Integers, origins: Integers, horizon: int) -> Floats:
    """Give the values that follow each origin, NaN after the end of the series.

    Parameters
    ----------
    values
        Shape (series, periods), or (series, periods, ...), whose further axes are carried along.
    rows, origins
        Row of the series and number of columns known at its origin, of shapes that broadcast.
    horizon
        Periods ahead.

    Returns
    -------
    ndarray
        Shape (*rows and origins, horizon, ...).
    """
    width = values.shape[1]
    columns = origins[..., None] + np.arange(horizon)
    inside = columns < width
    found = values[rows[..., None], np.minimum(columns, width - 1)]
    shape = inside.shape + (1,) * (values.ndim - 2)
    return np.where(inside.reshape(shape), found, np.nan)


def known_outcomes(origins: Integers, horizon: int, end: int) -> Booleans:
    """Tell which outcomes are known when ``end`` periods are, shape (origins, horizon)."""
    return np.asarray(origins[:, None] + np.arange(1, horizon + 1)[None, :] <= end)
