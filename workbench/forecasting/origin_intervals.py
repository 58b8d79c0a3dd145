"""Prediction intervals of seasonal series from the outcomes of earlier origins, and how often they held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.data.arrays import Booleans, Floats, Integers
from workbench.forecasting.pool import Rolled
from workbench.forecasting.quantiles import conformal_quantile, student_quantile
from workbench.forecasting.series import known_outcomes

__all__ = ["Intervals", "half_widths", "measure_intervals"]

MIN_ORIGINS = 6
"""Earlier origins with outcomes from which an interval is counted when coverage is measured."""
NEIGHBOURS = 1
"""Steps before and after, whose errors help to estimate the spread of one step."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """Half-widths at every origin, by one rule and from outcomes known there, and whether they held.

    Parameters
    ----------
    widths
        Shape ``(series, origins, horizon)``; ``nan`` at the first origins and where no outcome is known.
    inside
        1 where the outcome was inside, 0 outside, ``nan`` where there is no outcome or no interval; same shape.
    """

    widths: Floats
    inside: Floats

    @property
    def half_width(self) -> Floats:
        """At the end of the series, shape ``(series, horizon)``."""
        return np.asarray(self.widths[:, -1])

    @property
    def covered(self) -> Integers:
        """Outcomes inside their interval, shape ``(series,)``."""
        return np.asarray((self.inside == 1).sum(axis=(1, 2)))

    @property
    def counted(self) -> Integers:
        """Outcomes that have an interval, shape ``(series,)``."""
        return np.asarray(np.isfinite(self.inside).sum(axis=(1, 2)))


def measure_intervals(rolled: Rolled, level: float) -> Intervals:
    """Make the intervals of every origin, and tell which outcomes they held.

    Parameters
    ----------
    rolled
        What the pool forecast.
    level
        Share of outcomes that an interval should hold, such as 0.95.
    """
    chosen = rolled.chosen
    errors = rolled.actual - chosen
    origins = errors.shape[1]
    widths = np.full(errors.shape, np.nan)
    for place in range(min(MIN_ORIGINS, origins - 1), origins):
        widths[:, place] = half_widths(errors, chosen, rolled.origins, place, level)
    usable = np.isfinite(errors) & np.isfinite(widths)
    return Intervals(widths, np.where(usable, np.abs(errors) <= widths, np.nan))


def half_widths(errors: Floats, forecasts: Floats, origins: Integers, place: int, level: float) -> Floats:
    """Give the half-widths of the intervals at one origin.

    Errors of earlier origins are divided by the size of their forecast, so that the spread grows with the series.
    Each step has its spread (with its neighbours', never less than an earlier step's). The errors, each divided by
    its step's spread, together give the conformal quantile; with few origins Student's t is larger and is used
    instead.

    Parameters
    ----------
    errors, forecasts
        Actual less chosen forecast, and that forecast, shape ``(series, origins, horizon)``.
    origins
        Known periods at each origin.
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
    conformal prediction).
    """
    horizon = errors.shape[2]
    known = known_outcomes(origins[:place], horizon, int(origins[place]))
    size = _size(forecasts)
    usable = known[None] & np.isfinite(errors[:, :place])
    relative = np.where(usable, errors[:, :place] / size[:, :place], 0.0)
    spread = _spread(relative, usable)
    scores = np.where(usable, np.abs(relative) / np.maximum(spread[:, None, :], 1e-300), np.nan)
    effective = np.maximum(usable.any(axis=2).sum(axis=1) - 1, 1)
    quantile = conformal_quantile(scores.reshape(len(scores), -1), level, capped=True)
    factor = np.where(usable.any(axis=(1, 2)), np.fmax(quantile, student_quantile(effective, level)), np.nan)
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


def _spread(relative: Floats, usable: Booleans) -> Floats:
    """Root mean square of each step with its neighbours, rising with the step, shape ``(series, horizon)``."""
    squares, counts = (relative**2).sum(axis=1), usable.sum(axis=1).astype(float)
    horizon = squares.shape[1]
    spread: Floats = np.zeros(squares.shape)
    for step in range(horizon):
        near = slice(max(0, step - NEIGHBOURS), step + NEIGHBOURS + 1)
        total, count = squares[:, near].sum(axis=1), counts[:, near].sum(axis=1)
        own = np.sqrt(total / np.maximum(count, 1))
        before = spread[:, step - 1] if step else np.zeros(len(spread))
        # A step that no origin has reached yet is at least as uncertain as a random walk makes it.
        grown = before * np.sqrt((step + 1) / max(step, 1))
        spread[:, step] = np.where(count >= 3, np.maximum(own, before), grown)
    return spread
