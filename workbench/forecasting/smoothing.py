"""Exponential smoothing (ETS) over a grid of parameters, many series at once.

One pass over the periods filters every series with every set of parameters::

    e = x_t - (l + d b) - s;   l = l + d b + a e;   b = d b + a c e;   s = s + g e

The states at an origin depend only on the periods before it, so the same pass serves all origins. A grid cannot
fail to converge, and short histories do not identify the parameters to more than its step.

Source: Hyndman, Koehler, Ord and Snyder (2008), *Forecasting with exponential smoothing*,
doi:10.1007/978-3-540-71918-2: model (A,Ad,A), eq. 3.16, and (A,Ad,N).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from workbench.data.arrays import Floats, Integers
from workbench.forecasting.series import count_known, end_of, straight_slope

__all__ = ["best_fit", "damped_holt", "exponential_smoothing"]

LEVELS = (0.05, 0.15, 0.3, 0.5, 0.75)
TRENDS = ((0.0, 0.0), (0.05, 0.9), (0.0, 1.0), (0.02, 1.0), (0.1, 0.98))
"""Pairs of the trend's share of alpha and its damping; a damping of 0 means no trend."""
SEASONS = ((0.0, 0.0), (0.05, 1.0), (0.25, 1.0), (0.5, 1.0), (0.05, 0.6))
"""Pairs of the season's gain (of 1 - alpha) and how much of the first pattern is believed; 0 means none."""

YEARLY_LEVELS = (0.6, 0.7, 0.8, 0.9, 1.0)
YEARLY_TRENDS = (0.02, 0.05, 0.1, 0.2, 0.4)
YEARLY_DAMPING = (0.80, 0.85, 0.90, 0.95, 0.98)
_YEARLY_SETS = np.array(list(itertools.product(YEARLY_LEVELS, YEARLY_TRENDS, YEARLY_DAMPING))).T
# Bounds the working memory: rows x 125 sets of parameters x 8 bytes an array.
ROWS_AT_ONCE = 4000


@dataclass(frozen=True, slots=True)
class _Grid:
    """Sets of parameters, each of shape (sets,)."""

    alpha: Floats
    beta: Floats
    phi: Floats
    gamma: Floats
    believed: Floats
    parameters: Floats
    """How many of them a set stands for."""


@dataclass(slots=True)
class _States:
    """States of every series with every set of parameters, shape (series, sets); NaN levels begin with a value."""

    level: Floats
    trend: Floats
    seasons: Floats
    """Shape (series, season, sets)."""
    squares: Floats
    """Sum of squared one-step errors."""
    counted: Integers
    """Values that were learned from, shape (series,)."""


def exponential_smoothing(values: Floats, origins: Integers, horizon: int, season: int) -> Floats:
    """Forecast by exponential smoothing with damped trend and season, averaged over the sets of parameters.

    At each origin the sets are averaged by their Akaike weights, which is steadier on short series than the single
    best one.

    Parameters
    ----------
    values
        Series by period, shape ``(series, periods)``, on the scale on which season and trend add; ``nan`` for gaps,
        over which the states move on without learning.
    origins
        How many periods are known at each origin, in rising order; at least two seasons.
    horizon
        Periods ahead.
    season
        Periods in a season; 1 for none.

    Returns
    -------
    array
        Shape ``(series, origins, horizon)``.

    References
    ----------
    Akaike weights after Kolassa (2011), *Int. J. Forecasting* 27, 238-251, doi:10.1016/j.ijforecast.2010.04.006.
    """
    grid = _grid(season > 1)
    first = 2 * season if season > 1 else min(6, int(origins[0]))
    level, trend, pattern = _first_states(values[:, :first], season)
    shape = (len(values), len(grid.alpha))
    states = _States(
        # Without a trend the level starts in the middle of the first periods, not at the foot of their line.
        level[:, None] + np.where(grid.phi > 0, 0.0, (trend * (first + 1) / 2)[:, None]),
        np.where(grid.phi > 0, trend[:, None], 0.0),
        pattern[:, :, None] * grid.believed[None, None, :],
        np.zeros(shape),
        np.zeros(len(values), dtype=np.int64),
    )
    out = np.empty((len(values), len(origins), horizon))
    for place, at in enumerate(_filtered(values, origins, grid, states)):
        path = _path(at.level, at.trend, at.seasons, grid.phi, int(origins[place]), horizon)
        out[:, place] = np.einsum("hsk,sk->sh", path, _akaike_weights(at, grid))
    return out


def damped_holt(history: Floats, horizon: int) -> Floats:
    """Forecast ln y by Holt's method with a damped trend, with the set of least squared one-step errors.

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
    parts = np.array_split(logs, -(-len(logs) // ROWS_AT_ONCE) or 1)
    return np.concatenate([np.exp(_best_damped(part, horizon)) for part in parts])


def best_fit(
    values: Floats, trend: Floats, alpha: Floats, beta: Floats, phi: Floats
) -> tuple[Floats, Floats, Integers]:
    """Smooth without a season by every set of parameters, and choose the one of least squared one-step errors.

    Parameters
    ----------
    values
        Shape (rows, periods), right-aligned; the level begins with the first value of a row.
    trend
        At the beginning, a period, shape (rows,).
    alpha, beta, phi
        Sets of parameters, shape (sets,): gains of level and trend, and damping.

    Returns
    -------
    level, trend : ndarray, shape (rows,)
        After the last period.
    best : ndarray, shape (rows,)
        Number of the set.
    """
    none, shape = np.zeros(len(alpha)), (len(values), len(alpha))
    start = _States(
        np.full(shape, np.nan),
        np.repeat(trend[:, None], shape[1], axis=1),
        np.zeros((len(values), 1, shape[1])),
        np.zeros(shape),
        np.zeros(len(values), dtype=np.int64),
    )
    (at,) = _filtered(values, end_of(values), _Grid(alpha, beta, phi, none, none, none), start)
    best, rows = at.squares.argmin(axis=1), np.arange(len(values))
    return at.level[rows, best], at.trend[rows, best], best


def _best_damped(logs: Floats, horizon: int) -> Floats:
    alpha, share, phi = _YEARLY_SETS
    level, trend, best = best_fit(logs, _first_trend(logs), alpha, alpha * share, phi)
    none = np.zeros((len(logs), 1, 1))
    path = _path(level[:, None], trend[:, None], none, phi[best][:, None], logs.shape[1], horizon)
    return path[:, :, 0].T


@cache
def _grid(seasonal: bool) -> _Grid:
    rows = []
    for alpha in LEVELS:
        for share, phi in TRENDS:
            for gain, believed in SEASONS if seasonal else SEASONS[:1]:
                # Counted: level, its start; trend adds two or three; a season adds its pattern, shrunk.
                parameters = 2 + (0 if phi == 0 else 2 + (share > 0)) + (believed * 6 + (gain > 0))
                rows.append((alpha, share * alpha, phi, gain * (1 - alpha), believed, parameters))
    return _Grid(*np.array(rows).T)


def _filtered(values: Floats, origins: Integers, grid: _Grid, states: _States) -> Iterator[_States]:
    """Follow the states from period to period, and give them at each origin; valid until the next is requested."""
    season = states.seasons.shape[1]
    done = 0
    for origin in map(int, origins):
        for period in range(done, origin):
            place = period % season
            value = values[:, period, None]
            expected = states.level + grid.phi * states.trend
            error = value - expected - states.seasons[:, place]
            error = np.where(np.isnan(error), 0.0, error)
            states.counted += np.isfinite(values[:, period])
            states.squares += error**2
            waiting = np.isnan(states.level[:, :1])
            states.level = np.where(waiting, value, expected + grid.alpha * error)
            states.trend = np.where(waiting, states.trend, grid.phi * states.trend + grid.beta * error)
            if season > 1:
                states.seasons[:, place] += grid.gamma * error
        done = origin
        yield states


def _first_states(values: Floats, season: int) -> tuple[Floats, Floats, Floats]:
    """Level just before the first period, trend a period, and pattern ``(series, season)``."""
    periods = np.arange(1, values.shape[1] + 1, dtype=float)
    if season > 1:
        halves = [_mean(values[:, part * season : (part + 1) * season]) for part in range(2)]
        trend = np.nan_to_num((halves[1] - halves[0]) / season)
    else:
        trend = straight_slope(values)
    level = _mean(values - trend[:, None] * periods)
    if season == 1:
        return level, trend, np.zeros((len(values), 1))
    rest = values - level[:, None] - trend[:, None] * periods
    pattern = np.stack([np.nan_to_num(_mean(rest[:, place::season])) for place in range(season)], axis=1)
    return level, trend, pattern - pattern.mean(axis=1, keepdims=True)


def _first_trend(logs: Floats, years: int = 4) -> Floats:
    rows = np.arange(len(logs))
    first = logs.shape[1] - count_known(logs)
    last = np.minimum(first + years, logs.shape[1] - 1)
    trend: Floats = (logs[rows, last] - logs[rows, first]) / np.maximum(last - first, 1)
    return trend


def _mean(values: Floats) -> Floats:
    known = np.isfinite(values)
    return np.asarray(np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1))


def _akaike_weights(states: _States, grid: _Grid) -> Floats:
    count = np.maximum(states.counted, 1.0)[:, None]
    spare = np.maximum(count - grid.parameters - 1, 1.0)
    error = np.maximum(states.squares / count, 1e-300)
    criterion = count * np.log(error) + 2 * grid.parameters * count / spare
    weights = np.exp(-0.5 * (criterion - criterion.min(axis=1, keepdims=True)))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _path(level: Floats, trend: Floats, seasons: Floats, phi: Floats, period: int, horizon: int) -> Floats:
    """Forecasts after ``period`` periods with every set of parameters, shape ``(horizon, series, sets)``."""
    season = seasons.shape[1]
    path = np.empty((horizon, *level.shape))
    damped, power = np.zeros_like(phi), np.ones_like(phi)
    for step in range(horizon):
        power = power * phi
        damped = damped + power
        path[step] = level + damped * trend + seasons[:, (period + step) % season]
    return path
