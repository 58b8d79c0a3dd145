"""Trend and several seasons of a long series: MSTL, which is STL for one season after the other.

Cleveland et al. (1990), STL, *J. Official Statistics* 6, 3-73; Bandara, Hyndman, Bergmeir (2021), MSTL,
arXiv:2107.13462. Without robustness weights every local regression (loess) on a regular grid is a fixed weighted
mean of its neighbours, so that each is made once, as a sparse matrix.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.data.arrays import Floats, Integers

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["SeasonalTrend", "mstl", "stl"]

PASSES = 2
"""Times that each season is estimated again, the others removed."""
INNER_PASSES = 5


@dataclass(frozen=True, slots=True, eq=False)
class SeasonalTrend:
    """A series taken apart; trend, seasons and residual add up to it.

    Parameters
    ----------
    trend, residual
        Shape ``(values,)``, in the unit of the series.
    seasons
        Shape ``(periods, values)``, in the order of the periods.
    """

    trend: Floats
    seasons: Floats
    residual: Floats


def mstl(values: Floats, periods: Sequence[int]) -> SeasonalTrend:
    """Take a series with several seasons apart.

    Parameters
    ----------
    values
        Without a gap, shape ``(values,)``, any unit; at least two of the longest period.
    periods
        Lengths of the seasons, rising. The i-th one changes over 7 + 4 i of its periods.
    """
    seasons = np.zeros((len(periods), len(values)))
    trend, rest = np.zeros(len(values)), values
    for _ in range(PASSES if len(periods) > 1 else 1):
        for place, period in enumerate(periods):
            rest = rest + seasons[place]
            trend, seasons[place] = stl(rest, period, 7 + 4 * (place + 1))
            rest = rest - seasons[place]
    return SeasonalTrend(trend, seasons, rest - trend)


def stl(values: Floats, period: int, window: int) -> tuple[Floats, Floats]:
    """Take a series with one season apart.

    Parameters
    ----------
    values
        Without a gap, shape ``(values,)``, any unit.
    period
        Length of the season.
    window
        Number of periods over which the season is smoothed, odd.

    Returns
    -------
    array, array
        Trend and season, each of shape ``(values,)``.
    """
    count = len(values)
    cycles = [_loess(-(-(count - phase) // period), window, beyond=1) for phase in (0, count % period)]
    low_pass = _loess(count, period + 1 + period % 2)
    smooth_trend = _loess(count, _odd(1.5 * period / (1 - 1.5 / window)))
    trend = season = np.zeros(count)
    for _ in range(INNER_PASSES):
        cycle = _smooth_cycles(values - trend, period, cycles)
        low = low_pass @ _moving_mean(_moving_mean(_moving_mean(cycle, period), period), 3)
        season = cycle[period:-period] - low
        trend = smooth_trend @ (values - season)
    return trend, season


def _smooth_cycles(values: Floats, period: int, smoothers: Sequence[csr_array]) -> Floats:
    """Smooth every phase over its periods, and extend it by one period to both sides."""
    count, longer = len(values), len(values) % period
    smooth = np.empty(count + 2 * period)
    for smoother, first, last in zip(smoothers, (0, longer), (longer, period), strict=True):
        phases = np.arange(first, last)
        places = phases + period * np.arange(smoother.shape[1])[:, None]
        ahead = phases + period * np.arange(smoother.shape[0])[:, None]
        smooth[ahead] = smoother @ values[places]
    return smooth


def _moving_mean(values: Floats, window: int) -> Floats:
    return np.convolve(values, np.full(window, 1 / window), mode="valid")


def _odd(length: float) -> int:
    whole = math.ceil(length)
    return whole + 1 - whole % 2


def _loess(count: int, window: int, beyond: int = 0) -> csr_array:
    """Local straight lines through the nearest ``window`` of ``count`` values, at each and ``beyond`` both ends.

    Weights are tricube in the distance from the place.
    """
    from scipy.sparse import csr_array

    width = min(window, count)
    place = np.arange(-beyond, count + beyond, dtype=float)[:, None]
    first = np.clip(place[:, 0].astype(np.int64) - (window + 2) // 2 + 1, 0, count - width)
    columns: Integers = first[:, None] + np.arange(width)
    reach = np.maximum(place - columns[:, :1], columns[:, -1:] - place) + max(window - count, 0) // 2
    far = np.abs(columns - place)
    weight = np.where(far <= 0.001 * reach, 1.0, (1 - (far / np.maximum(reach, 1e-300)) ** 3) ** 3)
    weight = np.where(far <= 0.999 * reach, weight, 0.0)
    weight /= weight.sum(axis=1, keepdims=True)
    away = columns - (weight * columns).sum(axis=1, keepdims=True)
    centre = place - (weight * columns).sum(axis=1, keepdims=True)
    spread = (weight * away**2).sum(axis=1, keepdims=True)
    sloped = np.sqrt(spread) > 0.001 * (count - 1)
    slope = np.where(sloped, centre / np.where(sloped, spread, 1.0), 0.0)
    weight *= 1 + slope * away
    starts = np.arange(len(place) + 1) * width
    return csr_array((weight.ravel(), columns.ravel(), starts), shape=(len(place), count))
