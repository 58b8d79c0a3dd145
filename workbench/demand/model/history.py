"""Histories as matrices: one series a row, one year a column, right-aligned, NaN before a series begins.

All models take histories in this shape, so that many series (or many origins of one series) are forecast in
one call. The last column is the last actual year of every row.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


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


def count_years(history: Floats) -> NDArray[np.int64]:
    """Count the years of each row that are not NaN."""
    counted: NDArray[np.int64] = np.isfinite(history).sum(axis=1)
    return counted


def all_origins(history: Floats, first: int) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Cut every series at every origin, as rows of one matrix, so that a model runs once for all of them.

    Parameters
    ----------
    history
        Shape (series, years), right-aligned.
    first
        Least number of years in a training part.

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
    count = count_years(history)
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


def following(history: Floats, owners: NDArray[np.int64], cuts: NDArray[np.int64], horizon: int) -> Floats:
    """Give the values that follow each origin of :func:`all_origins`, NaN after the end of the series.

    Works on the second axis; a third axis (drivers) is carried along.
    """
    width = history.shape[1]
    columns = width - cuts[:, None] + np.arange(horizon)[None, :]
    inside = columns < width
    values = history[owners[:, None], np.minimum(columns, width - 1)]
    shape = inside.shape + (1,) * (history.ndim - 2)
    return np.where(inside.reshape(shape), values, np.nan)
