"""Exponential smoothing (ETS) with damped trend and season, over a grid of parameters, many series at once.

One pass over the months filters every series with every set of parameters. The states at an origin depend only on
the months before it, so the same pass serves all origins. At each, the sets are averaged by their Akaike weights,
which is steadier on short series than the single best one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from workbench.finance.forecasting.naive import Floats

__all__ = ["exponential_smoothing"]

LEVELS = (0.05, 0.15, 0.3, 0.5, 0.75)
TRENDS = ((0.0, 0.0), (0.05, 0.9), (0.0, 1.0), (0.02, 1.0), (0.1, 0.98))
"""Pairs of the trend's share of alpha and its damping; a damping of 0 means no trend."""
SEASONS = ((0.0, 0.0), (0.05, 1.0), (0.25, 1.0), (0.5, 1.0), (0.05, 0.6))
"""Pairs of the season's gain (of 1 - alpha) and how much of the first pattern is believed; 0 means none."""


@dataclass(frozen=True, slots=True)
class _Grid:
    alpha: Floats
    beta: Floats
    phi: Floats
    gamma: Floats
    believed: Floats
    parameters: Floats


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


def exponential_smoothing(
    values: Floats, origins: npt.NDArray[np.int64], horizon: int, season: int
) -> Floats:
    """Forecast by averaged exponential smoothing.

    Parameters
    ----------
    values
        Series by month, shape ``(series, months)``, on the scale on which season and trend add; ``nan`` for gaps,
        over which the states move on without learning.
    origins
        How many months are known at each origin, in rising order; at least two seasons.
    horizon
        Months ahead.
    season
        Months in a season; 1 for none.

    Returns
    -------
    array
        Shape ``(series, origins, horizon)``.

    References
    ----------
    Hyndman, Koehler, Ord, Snyder (2008), *Forecasting with exponential smoothing*, eq. 3.16 (A,Ad,A); Akaike
    weights after Kolassa (2011), *Int. J. Forecasting* 27, 238-251, doi:10.1016/j.ijforecast.2010.04.006.
    """
    grid = _grid(season > 1)
    first = 2 * season if season > 1 else min(6, int(origins[0]))
    level, trend, pattern = _first_states(values[:, :first], season)
    shape = (len(values), len(grid.alpha))
    states_level = np.repeat(level[:, None], shape[1], axis=1)
    states_trend = np.where(grid.phi > 0, trend[:, None], 0.0)
    # Without a trend the level starts in the middle of the first months, not at the foot of their line.
    states_level += np.where(grid.phi > 0, 0.0, (trend * (first + 1) / 2)[:, None])
    seasons = pattern[:, :, None] * grid.believed[None, None, :]
    errors = np.zeros(shape)
    counted = np.zeros(len(values))
    out = np.empty((len(values), len(origins), horizon))
    ends = {int(origin): place for place, origin in enumerate(origins)}
    for month in range(int(origins[-1]) + 1):
        if month in ends:
            weights = _weights(errors, counted, grid)
            path = _path(states_level, states_trend, seasons, grid, month, horizon)
            out[:, ends[month]] = np.einsum("hsk,sk->sh", path, weights)
        if month >= values.shape[1]:
            break
        place = month % season
        expected = states_level + grid.phi * states_trend
        error = values[:, month, None] - expected - seasons[:, place]
        error = np.where(np.isnan(error), 0.0, error)
        counted += np.isfinite(values[:, month])
        errors += error**2
        states_level = expected + grid.alpha * error
        states_trend = grid.phi * states_trend + grid.beta * error
        seasons[:, place] += grid.gamma * error
    return out


def _first_states(values: Floats, season: int) -> tuple[Floats, Floats, Floats]:
    """Level just before the first month, trend a month, and pattern ``(series, season)``."""
    months = np.arange(1, values.shape[1] + 1, dtype=float)
    if season > 1:
        halves = [_mean(values[:, part * season : (part + 1) * season]) for part in range(2)]
        trend = (halves[1] - halves[0]) / season
    else:
        known = np.isfinite(values)
        away = np.where(
            known,
            months - (months * known).sum(axis=1, keepdims=True) / known.sum(axis=1, keepdims=True).clip(1),
            0.0,
        )
        trend = (away * np.nan_to_num(values)).sum(axis=1) / np.maximum((away**2).sum(axis=1), 1e-12)
    trend = np.nan_to_num(trend)
    level = _mean(values - trend[:, None] * months)
    if season == 1:
        return level, trend, np.zeros((len(values), 1))
    rest = values - level[:, None] - trend[:, None] * months
    pattern = np.stack([np.nan_to_num(_mean(rest[:, place::season])) for place in range(season)], axis=1)
    return level, trend, pattern - pattern.mean(axis=1, keepdims=True)


def _mean(values: Floats) -> Floats:
    known = np.isfinite(values)
    return np.asarray(np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1))


def _weights(errors: Floats, counted: Floats, grid: _Grid) -> Floats:
    count = np.maximum(counted, 1.0)[:, None]
    spare = np.maximum(count - grid.parameters - 1, 1.0)
    criterion = count * np.log(np.maximum(errors / count, 1e-300)) + 2 * grid.parameters * count / spare
    weights = np.exp(-0.5 * (criterion - criterion.min(axis=1, keepdims=True)))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _path(level: Floats, trend: Floats, seasons: Floats, grid: _Grid, month: int, horizon: int) -> Floats:
    """Forecasts of every set of parameters, shape ``(horizon, series, sets)``."""
    season = seasons.shape[1]
    path = np.empty((horizon, *level.shape))
    damped, power = np.zeros_like(grid.phi), np.ones_like(grid.phi)
    for step in range(horizon):
        power = power * grid.phi
        damped = damped + power
        path[step] = level + damped * trend + seasons[:, (month + step) % season]
    return path
