"""Exponential smoothing of logarithms: damped Holt (ETS A,Ad,N) and theta, for many series at once.

Parameters are chosen per row from a grid by the sum of squared one-step errors: histories of 10-25 years do
not identify them to more than the step of the grid, and a grid cannot fail to converge.
"""

from __future__ import annotations

import itertools

import numpy as np

from workbench.demand.model.history import Floats

LEVEL_GRID = (0.6, 0.7, 0.8, 0.9, 1.0)
TREND_GRID = (0.02, 0.05, 0.1, 0.2, 0.4)
DAMPING_GRID = (0.80, 0.85, 0.90, 0.95, 0.98)
# Bounds the working memory: rows x 125 grid points x 8 bytes an array.
ROWS_AT_ONCE = 4000


def damped_holt(history: Floats, horizon: int) -> Floats:
    """Forecast ln y by Holt's method with a damped trend, in error-correction form.

        e_t = x_t - (l + d b);   l = l + d b + a e_t;   b = d b + a c e_t;   x_{T+h} = l + (d + ... + d^h) b

    with x = ln y. Source: Hyndman, Koehler, Ord and Snyder (2008), "Forecasting with Exponential Smoothing",
    doi:10.1007/978-3-540-71918-2, model ETS(A,Ad,N).

    Parameters
    ----------
    history
        Shape (rows, years), positive, right-aligned, any unit.
    horizon
        Number of years to forecast.

    Returns
    -------
    ndarray, shape (rows, horizon)
        In the unit of the history.
    """
    logs = np.log(history)
    parts = [_fit_holt(part, horizon) for part in np.array_split(logs, -(-len(logs) // ROWS_AT_ONCE) or 1)]
    return np.concatenate(parts)


def theta(history: Floats, horizon: int) -> Floats:
    """Forecast ln y by the theta method: simple smoothing plus half the slope of the linear trend.

        x_{T+h} = l_T + (b / 2) (h - 1 + (1 - (1 - a)^T) / a)           x = ln y

    Source: Assimakopoulos and Nikolopoulos (2000), doi:10.1016/S0169-2070(00)00066-2, in the form of Hyndman
    and Billah (2003), doi:10.1016/S0169-2070(01)00143-1.

    Parameters
    ----------
    history
        Shape (rows, years), positive, right-aligned, any unit.
    horizon
        Number of years to forecast.
    """
    logs = np.log(history)
    count = np.isfinite(logs).sum(axis=1)
    slope = _slope(logs)
    best = np.full(len(logs), np.inf)
    level, weight = logs[:, -1].copy(), np.ones(len(logs))
    for a in np.arange(0.1, 1.0001, 0.1):
        error, last = _simple_pass(logs, float(a))
        better = error < best
        best, level, weight = (
            np.where(better, error, best),
            np.where(better, last, level),
            np.where(better, a, weight),
        )
    start = (1 - (1 - weight) ** count) / weight
    steps = np.arange(horizon)[None, :] + start[:, None]
    forecast: Floats = np.exp(level[:, None] + slope[:, None] / 2 * steps)
    return forecast


def _fit_holt(logs: Floats, horizon: int) -> Floats:
    grid = np.array(list(itertools.product(LEVEL_GRID, TREND_GRID, DAMPING_GRID))).T[:, None, :]
    a, c, d = grid
    level = np.full((len(logs), grid.shape[2]), np.nan)
    trend = np.repeat(_first_trend(logs)[:, None], grid.shape[2], axis=1)
    squares = np.zeros_like(level)
    for value in logs.T[:, :, None]:
        expected = level + d * trend
        error = value - expected
        going = np.isfinite(error)
        error = np.where(going, error, 0.0)
        squares += error**2
        level = np.where(going, expected + a * error, value)
        trend = np.where(going, d * trend + a * c * error, trend)
    best = squares.argmin(axis=1)
    rows = np.arange(len(logs))
    faded = np.cumsum(d[0, best][:, None] ** np.arange(1, horizon + 1), axis=1)
    forecast: Floats = np.exp(level[rows, best][:, None] + trend[rows, best][:, None] * faded)
    return forecast


def _simple_pass(logs: Floats, a: float) -> tuple[Floats, Floats]:
    level = np.full(len(logs), np.nan)
    squares = np.zeros(len(logs))
    for value in logs.T:
        error = value - level
        going = np.isfinite(error)
        error = np.where(going, error, 0.0)
        squares += error**2
        level = np.where(going, level + a * error, value)
    return squares, level


def _first_trend(logs: Floats, years: int = 4) -> Floats:
    count = np.isfinite(logs).sum(axis=1)
    rows = np.arange(len(logs))
    first = logs.shape[1] - count
    last = np.minimum(first + years, logs.shape[1] - 1)
    trend: Floats = (logs[rows, last] - logs[rows, first]) / np.maximum(last - first, 1)
    return trend


def _slope(logs: Floats) -> Floats:
    known = np.isfinite(logs)
    time = np.where(known, np.arange(logs.shape[1]), np.nan)
    time = time - np.nanmean(time, axis=1, keepdims=True)
    slope: Floats = np.nansum(time * logs, axis=1) / np.nansum(time**2, axis=1)
    return slope
