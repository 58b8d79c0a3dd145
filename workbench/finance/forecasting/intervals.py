"""Prediction intervals from what really came after earlier origins, and how often they held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.finance.forecasting.naive import Floats
from workbench.finance.forecasting.pool import Rolled, known_outcomes

__all__ = ["Intervals", "half_widths", "measure_intervals"]

FEWEST_ORIGINS = 6
"""Overtaken origins from which an interval is counted when coverage is measured."""
WIDTH_OF_NEIGHBOURS = 1
"""Steps before and after, whose errors help to estimate the spread of one step."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """Half-widths at the end of the series, and the coverage that the same rule had at earlier origins.

    Parameters
    ----------
    half_width
        Shape ``(series, horizon)``.
    covered, counted
        Outcomes inside their interval, and outcomes counted, shape ``(series,)``.
    """

    half_width: Floats
    covered: npt.NDArray[np.int64]
    counted: npt.NDArray[np.int64]


def measure_intervals(rolled: Rolled, level: float) -> Intervals:
    """Make the intervals of the final forecast, and count how often those of earlier origins held.

    Every earlier interval is made by the same rule from outcomes known at its own origin only.

    Parameters
    ----------
    rolled
        What the pool forecast.
    level
        Share of outcomes that an interval should hold, such as 0.95.

    Returns
    -------
    Intervals
        Widths are ``nan`` where no outcome is known.
    """
    chosen = rolled.chosen
    errors = rolled.actual - chosen
    series, origins, horizon = errors.shape
    covered, counted = np.zeros(series, dtype=np.int64), np.zeros(series, dtype=np.int64)
    widths = np.full((series, horizon), np.nan)
    for place in range(FEWEST_ORIGINS, origins):
        widths = half_widths(errors, chosen, rolled.origins, place, level)
        inside = np.abs(errors[:, place]) <= widths
        usable = np.isfinite(errors[:, place]) & np.isfinite(widths)
        covered += (inside & usable).sum(axis=1)
        counted += usable.sum(axis=1)
    if origins <= FEWEST_ORIGINS:
        widths = half_widths(errors, chosen, rolled.origins, origins - 1, level)
    return Intervals(widths, covered, counted)


def half_widths(
    errors: Floats, forecasts: Floats, origins: npt.NDArray[np.int64], place: int, level: float
) -> Floats:
    """Give the half-widths of the intervals at one origin.

    Errors of earlier origins are set in relation to the size of their forecast, so that the spread grows with the
    figures. Each step has its spread (with its neighbours', never less than an earlier step's). The errors, each in
    relation to its step's spread, together give the conformal quantile; with few origins Student's t is larger and
    is taken instead.

    Parameters
    ----------
    errors, forecasts
        Actual less chosen forecast, and that forecast, shape ``(series, origins, horizon)``.
    origins
        Known months at each origin.
    place
        Index of the origin at which the interval is made; only outcomes known there are used.
    level
        Share of outcomes that should be inside.

    Returns
    -------
    array
        Shape ``(series, horizon)``.

    References
    ----------
    Vovk, Gammerman, Shafer (2005), *Algorithmic learning in a random world*, section 4.1 (normalised split
    conformal prediction); quantile of Lei et al. (2018), *J. Amer. Stat. Assoc.* 113, eq. 3,
    doi:10.1080/01621459.2017.1307116.
    """
    from scipy.stats import t

    horizon = errors.shape[2]
    known = known_outcomes(origins[:place], horizon, int(origins[place]))
    size = _size(forecasts)
    usable = known[None] & np.isfinite(errors[:, :place])
    relative = np.where(usable, errors[:, :place] / size[:, :place], 0.0)
    spread = _spread(relative, usable)
    scores = np.where(usable, np.abs(relative) / np.maximum(spread[:, None, :], 1e-300), np.nan)
    count = usable.sum(axis=(1, 2))
    effective = np.maximum(usable.any(axis=2).sum(axis=1) - 1, 1)
    rank = np.minimum(np.ceil((count + 1) * level), count).astype(int)
    ordered = np.sort(scores.reshape(len(scores), -1), axis=1)
    quantile = ordered[np.arange(len(scores)), np.maximum(rank - 1, 0)]
    students = t.ppf(0.5 + level / 2, effective)
    factor = np.where(count > 0, np.fmax(quantile, students), np.nan)
    return np.asarray(factor[:, None] * spread * size[:, place])


def _size(forecasts: Floats) -> Floats:
    """Size by which errors are set in relation: the forecast, where it stays away from zero in a series, else 1."""
    away = np.abs(forecasts)
    middle = np.nanmedian(away, axis=(1, 2), keepdims=True)
    same_sign = (np.nanmin(np.sign(forecasts), axis=(1, 2)) == np.nanmax(np.sign(forecasts), axis=(1, 2)))[
        :, None, None
    ]
    steady = same_sign & (np.nanmin(away, axis=(1, 2), keepdims=True) > 0.1 * middle)
    return np.where(steady, away, np.maximum(middle, 1e-12))


def _spread(relative: Floats, usable: npt.NDArray[np.bool_]) -> Floats:
    """Root mean square of each step with its neighbours, rising with the step, shape ``(series, horizon)``."""
    squares, counts = (relative**2).sum(axis=1), usable.sum(axis=1).astype(float)
    horizon = squares.shape[1]
    spread: Floats = np.zeros(squares.shape)
    for step in range(horizon):
        near = slice(max(0, step - WIDTH_OF_NEIGHBOURS), step + WIDTH_OF_NEIGHBOURS + 1)
        total, count = squares[:, near].sum(axis=1), counts[:, near].sum(axis=1)
        own = np.sqrt(total / np.maximum(count, 1))
        before = spread[:, step - 1] if step else np.zeros(len(spread))
        # A step that no origin has reached yet is at least as uncertain as a random walk makes it.
        grown = before * np.sqrt((step + 1) / max(step, 1))
        spread[:, step] = np.where(count >= 3, np.maximum(own, before), grown)
    return spread
