"""Naive forecasts, seasonal or not, without and with drift: what every other method has to beat."""

from __future__ import annotations

import numpy as np

from workbench.data.arrays import Floats, Integers
from workbench.forecasting.series import end_of

__all__ = ["carry_forward", "drift", "naive", "seasonal_naive", "seasonal_naive_drift", "yearly_change"]

MIN_VALUES = 3


def naive(history: Floats, horizon: int) -> Floats:
    """Repeat the last actual value of each row: y_{T+h} = y_T, shape (rows, horizon)."""
    return seasonal_naive(history, end_of(history), horizon, 1)[:, 0]


def drift(history: Floats, horizon: int) -> Floats:
    """Extend the straight line from the first to the last actual: y_{T+h} = y_T + h (y_T - y_1) / (T - 1).

    Shape (rows, horizon), in the unit of the history.
    """
    return seasonal_naive_drift(history, end_of(history), horizon, 1, fewest=2)[:, 0]


def carry_forward(values: Floats, season: int) -> Floats:
    """Put the last known value of the same season into gaps; leading gaps stay.

    Parameters
    ----------
    values
        Series by period, shape ``(series, periods)``.
    season
        Periods in a season; 1 for series without one.

    Returns
    -------
    array
        Of the same shape.
    """
    filled = values.copy()
    for period in range(season, values.shape[1]):
        column = filled[:, period]
        filled[:, period] = np.where(np.isnan(column), filled[:, period - season], column)
    return filled


def seasonal_naive(values: Floats, origins: Integers, horizon: int, season: int) -> Floats:
    """Repeat the last season.

    Parameters
    ----------
    values
        Series by period, shape ``(series, periods)``.
    origins
        How many periods are known at each origin.
    horizon
        Periods ahead.
    season
        Periods in a season; 1 repeats the last value.

    Returns
    -------
    array
        Shape ``(series, origins, horizon)``; ``nan`` where no season is known.

    References
    ----------
    Hyndman and Athanasopoulos (2021), *Forecasting: principles and practice*, 3rd ed., section 5.2.
    """
    filled = carry_forward(values, season)
    steps = np.arange(horizon) % season
    places = origins[:, None] - season + steps[None, :]
    found = filled[:, np.clip(places, 0, None)]
    return np.where(places >= 0, found, np.nan)


def yearly_change(values: Floats, origin: int, season: int) -> Floats:
    """Give the mean change from one season to the next over the last season, shape ``(series,)``.

    Only periods known in both seasons count; with fewer than three such pairs there is no change to be seen (0).
    """
    last = values[:, max(season, origin - season) : origin]
    before = values[:, max(season, origin - season) - season : origin - season]
    if last.shape[1] == 0:
        return np.zeros(len(values))
    changes = last - before
    known = np.isfinite(changes)
    count = known.sum(axis=1)
    total = np.where(known, changes, 0.0).sum(axis=1)
    return np.where(count >= MIN_VALUES, total / np.maximum(count, 1), 0.0)


def seasonal_naive_drift(
    values: Floats, origins: Integers, horizon: int, season: int, fewest: int = MIN_VALUES
) -> Floats:
    """Repeat the last season, moved by the mean change between the last two.

    Without a season (``season`` 1) it is the random walk with drift: the straight line from the first to the last
    value.

    Parameters
    ----------
    values, origins, horizon, season
        As in :func:`seasonal_naive`.
    fewest
        Values that the line without a season needs; with fewer the last value is repeated.

    Returns
    -------
    array
        Shape ``(series, origins, horizon)``.

    References
    ----------
    Hyndman and Athanasopoulos (2021), section 5.2, "drift method", applied to seasons.
    """
    forecast = seasonal_naive(values, origins, horizon, season)
    steps = np.arange(horizon)
    places = np.clip(origins[:, None] - season + (steps % season)[None, :], 0, None)
    # Where the last season has a gap the value is older, and more changes lie between.
    ahead = 1 + steps // season + _seasons_old(values, season)[:, places]
    for place, origin in enumerate(origins):
        known = values[:, : int(origin)]
        change = _mean_step(known, fewest) if season == 1 else yearly_change(values, int(origin), season)
        forecast[:, place] += change[:, None] * ahead[:, place]
    return forecast


def _seasons_old(values: Floats, season: int) -> Integers:
    """How many seasons old the value is that :func:`carry_forward` puts into each period."""
    old = np.zeros(values.shape, dtype=np.int64)
    for period in range(season, values.shape[1]):
        old[:, period] = np.where(np.isnan(values[:, period]), old[:, period - season] + 1, 0)
    return old


def _mean_step(values: Floats, fewest: int) -> Floats:
    known = np.isfinite(values)
    rows, first = np.arange(len(values)), known.argmax(axis=1)
    last = values.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
    step = (values[rows, last] - values[rows, first]) / np.maximum(last - first, 1)
    return np.where(known.sum(axis=1) >= fewest, step, 0.0)
