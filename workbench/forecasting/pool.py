"""A pool of methods, run at every origin, and the choice among them by the outcomes of earlier origins."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from workbench.data.arrays import Floats, Integers
from workbench.forecasting.naive import seasonal_naive, seasonal_naive_drift
from workbench.forecasting.series import following, known_outcomes
from workbench.forecasting.smoothing import exponential_smoothing
from workbench.forecasting.theta import theta

__all__ = ["METHODS", "Method", "Rolled", "roll"]

MIN_OUTCOMES = 12
"""Outcomes that must be known before another method than seasonal naive with drift is chosen."""
REQUIRED_SHARE = 0.93
"""Another method must have this share of the error of seasonal naive with drift: a smaller lead is mostly luck."""

MAX_ORIGINS = 60
"""Of a long series only the newest origins are used: they tell most, and the others only cost time."""


class Method(StrEnum):
    """Methods of the pool."""

    NAIVE = "seasonal naive"
    DRIFT = "seasonal naive with drift"
    THETA = "theta"
    ETS = "exponential smoothing"
    MEAN = "mean of drift, theta and smoothing"


METHODS = tuple(Method)


@dataclass(frozen=True, slots=True)
class Rolled:
    """What the pool forecast at every origin, and what was chosen there; all of it without looking ahead.

    Parameters
    ----------
    origins
        Known periods at each origin; the last one is the end of the series.
    forecasts
        Of every method, shape ``(methods, series, origins, horizon)``.
    actual
        Outcomes, shape ``(series, origins, horizon)``; ``nan`` where it is not known.
    choices
        Index of the chosen method, shape ``(series, origins)``, by outcomes known at that origin only.
    season
        Periods in a season that could be used; 1 where the series are too short for one.
    """

    origins: Integers
    forecasts: Floats
    actual: Floats
    choices: Integers
    season: int

    @property
    def chosen(self) -> Floats:
        """Forecasts of the chosen methods, shape ``(series, origins, horizon)``."""
        return np.asarray(np.take_along_axis(self.forecasts, self.choices[None, :, :, None], axis=0)[0])


def roll(values: Floats, horizon: int, season: int = 12) -> Rolled:
    """Forecast series from every origin with every method, and choose.

    Parameters
    ----------
    values
        Series by period, shape ``(series, periods)``; the first period of each is known.
    horizon
        Periods ahead.
    season
        Periods in a year: 12, 4 or 1.

    Returns
    -------
    Rolled
        From the first origin that the length allows to the end of the series.

    References
    ----------
    Tashman (2000), *Int. J. Forecasting* 16, 437-450, on rolling origins.
    """
    origins = _origins(values.shape[1], season)
    season = season if origins[0] >= season else 1
    forecasts = _pool(values, origins, horizon, season)
    actual = following(values, np.arange(len(values))[:, None], origins[None, :], horizon)
    return Rolled(origins, forecasts, actual, _choose(origins, forecasts, actual), season)


def _origins(periods: int, season: int) -> Integers:
    if season > 1 and periods >= 3 * season:
        first = 2 * season
    elif season > 1 and periods > season + 3:
        first = season + 3
    else:
        first = min(4, periods)
    return np.arange(max(first, periods + 1 - MAX_ORIGINS), periods + 1)


def _pool(values: Floats, origins: Integers, horizon: int, season: int) -> Floats:
    """Run every method; theta and smoothing learn a season from the origin on at which two are known."""
    naive = seasonal_naive(values, origins, horizon, season)
    drift = seasonal_naive_drift(values, origins, horizon, season)
    positive = np.nanmin(values, axis=1) > 0
    scaled = np.where(positive[:, None], np.log(np.where(positive[:, None], values, 1.0)), values)
    parts = []
    early = origins < 2 * season if season > 1 else np.ones(len(origins), dtype=bool)
    for some, length in ((origins[early], 1), (origins[~early], season)):
        if len(some):
            made = [method(scaled, some, horizon, length) for method in (theta, exponential_smoothing)]
            parts.append(np.stack(made))
    learned = np.concatenate(parts, axis=2)
    # Far ahead a trend in logs may leave what a number can hold; the largest growth believed is tenfold.
    top = np.log(np.nanmax(np.abs(values), axis=1).clip(1e-12)) + np.log(10)
    grown = np.exp(np.minimum(learned, top[None, :, None, None]))
    learned = np.where(positive[None, :, None, None], grown, learned)
    return np.stack([naive, drift, *learned, (drift + learned[0] + learned[1]) / 3])


def _choose(origins: Integers, forecasts: Floats, actual: Floats) -> Integers:
    """Choose the method with the least absolute error over the outcomes known at each origin.

    What does not beat seasonal naive there is not chosen.
    """
    default, naive = METHODS.index(Method.DRIFT), METHODS.index(Method.NAIVE)
    errors = np.abs(forecasts - actual[None])
    usable = np.asarray(np.isfinite(errors).all(axis=0))
    errors = np.where(usable[None], errors, 0.0)
    choices = np.full(actual.shape[:2], default)
    weight = np.where(np.arange(len(METHODS)) == default, REQUIRED_SHARE, 1.0)
    for place, origin in enumerate(origins):
        known = known_outcomes(origins, actual.shape[2], int(origin))
        total = (errors * known).sum(axis=(2, 3))
        best = (total * weight[:, None]).argmin(axis=0)
        best = np.where(total[best, np.arange(len(best))] < total[naive], best, naive)
        enough = (usable & known).sum(axis=(1, 2)) >= MIN_OUTCOMES
        choices[:, place] = np.where(enough, best, default)
    return choices
