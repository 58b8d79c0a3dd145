"""Seasonal naive forecasts, without and with drift: what every other method has to beat.

All methods of the pool have the same shape: many series at once, many origins at once. A series is a row of a
table with one column a month; a month without figures is ``nan`` and stays a gap.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["Floats", "carry_forward", "seasonal_naive", "seasonal_naive_drift", "yearly_change"]

Floats = npt.NDArray[np.float64]

FEWEST_PAIRS = 3


def carry_forward(values: Floats, season: int) -> Floats:
    """Put the last known value of the same season into gaps; leading gaps stay.

    Parameters
    ----------
    values
        Series by month, shape ``(series, months)``.
    season
        Months in a season; 1 for series without one.

    Returns
    -------
    array
        Of the same shape.
    """
    filled = values.copy()
    for month in range(season, values.shape[1]):
        column = filled[:, month]
        filled[:, month] = np.where(np.isnan(column), filled[:, month - season], column)
    return filled


def seasonal_naive(values: Floats, origins: npt.NDArray[np.int64], horizon: int, season: int) -> Floats:
    """Repeat the last season.

    Parameters
    ----------
    values
        Series by month, shape ``(series, months)``.
    origins
        How many months are known at each origin.
    horizon
        Months ahead.
    season
        Months in a season; 1 repeats the last value.

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

    Only months known in both seasons count; with fewer than three such pairs there is no change to be seen (0).
    """
    last = values[:, max(season, origin - season) : origin]
    before = values[:, max(season, origin - season) - season : origin - season]
    if last.shape[1] == 0:
        return np.zeros(len(values))
    changes = last - before
    known = np.isfinite(changes)
    count = known.sum(axis=1)
    total = np.where(known, changes, 0.0).sum(axis=1)
    return np.where(count >= FEWEST_PAIRS, total / np.maximum(count, 1), 0.0)


def seasonal_naive_drift(values: Floats, origins: npt.NDArray[np.int64], horizon: int, season: int) -> Floats:
    """Repeat the last season, moved on by the mean change between the last two.

    Without a season (``season`` 1) it is the random walk with drift: the mean change between consecutive months.

    Parameters
    ----------
    values, origins, horizon, season
        As in :func:`seasonal_naive`.

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
    # Where the last season has a gap the value is older, and has more changes behind it.
    ahead = 1 + steps // season + _seasons_old(values, season)[:, places]
    for place, origin in enumerate(origins):
        change = (
            _mean_step(values, int(origin)) if season == 1 else yearly_change(values, int(origin), season)
        )
        forecast[:, place] += change[:, None] * ahead[:, place]
    return forecast


def _seasons_old(values: Floats, season: int) -> npt.NDArray[np.int64]:
    """How many seasons old the value is that :func:`carry_forward` puts into each period."""
    old = np.zeros(values.shape, dtype=np.int64)
    for month in range(season, values.shape[1]):
        old[:, month] = np.where(np.isnan(values[:, month]), old[:, month - season] + 1, 0)
    return old


def _mean_step(values: Floats, origin: int) -> Floats:
    known = values[:, :origin]
    steps = []
    for row in known:
        places = np.flatnonzero(np.isfinite(row))
        if len(places) < FEWEST_PAIRS:
            steps.append(0.0)
        else:
            steps.append(float((row[places[-1]] - row[places[0]]) / (places[-1] - places[0])))
    return np.array(steps)
