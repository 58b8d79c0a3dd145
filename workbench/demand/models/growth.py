"""Damped growth: recent growth, robust and shrunk, fading away; anchored at the last actual year.

    g_t = ln(y_t / y_{t-1})                      winsorised at median +- 2 x 1.4826 MAD
    w_t = exp(-0.2 x age)                        age 0 is the last growth
    n   = (sum w)^2 / sum w^2                    effective number of growths
    m   = (n x weighted mean + 3 x 0.02) / (n + 3)
    y_{T+h} = y_T x exp(m x (d^0 + d^1 + ... + d^{h-1}))     d = 0.90 low, 0.95 base, 0.98 high

The damped trend follows Gardner and McKenzie (1985), "Forecasting trends in time series", Management Science
31(10), 1237-1246, doi:10.1287/mnsc.31.10.1237, applied to logarithms; the robust limits are the usual ones of
Hampel (1974), doi:10.1080/01621459.1974.10482962.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workbench.data.arrays import Floats
from workbench.forecasting.robust import winsorise
from workbench.forecasting.series import log_growth

DAMPING = {"low": 0.90, "base": 0.95, "high": 0.98}


def decaying_weights(growth: Floats, decay: float) -> Floats:
    """Weights exp(-decay x age), zero where growth is unknown; age 0 is the last column."""
    age = np.arange(growth.shape[1] - 1, -1, -1)
    return np.where(np.isfinite(growth), np.exp(-decay * age), 0.0)


def weighted_mean(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Weighted mean of each row and its effective count (sum w)^2 / sum w^2."""
    total = weights.sum(axis=1)
    squares = (weights**2).sum(axis=1)
    known = total > 0
    mean = np.divide(
        np.where(weights > 0, values * weights, 0.0).sum(axis=1), total, out=np.zeros_like(total), where=known
    )
    count = np.divide(total**2, squares, out=np.zeros_like(total), where=known)
    return mean, count


def shrunk_growth(
    growth: Floats, *, decay: float = 0.2, prior: float = 0.02, prior_weight: float = 3.0, cut: float = 2.0
) -> Floats:
    """Recent growth of each row, winsorised, weighted, and shrunk to a prior growth.

    Parameters
    ----------
    growth
        Shape (rows, years), ln per year.
    decay
        Fading of the weights per year.
    prior
        Growth to shrink to, ln per year.
    prior_weight
        Weight of the prior, in years of evidence.
    cut
        Limit of winsorising in robust standard deviations.

    Returns
    -------
    ndarray, shape (rows,)
        Growth in ln per year.
    """
    robust = winsorise(growth, cut)
    mean, count = weighted_mean(robust, decaying_weights(growth, decay))
    return (count * mean + prior_weight * prior) / (count + prior_weight)


def damped_sum(horizon: int, damping: float) -> Floats:
    """Return d^0, d^0 + d^1, … for each horizon 1 … horizon."""
    summed: Floats = np.cumsum(damping ** np.arange(horizon))
    return summed


def damped_growth(
    history: Floats,
    horizon: int,
    *,
    damping: float = DAMPING["base"],
    decay: float = 0.2,
    prior: float = 0.02,
    prior_weight: float = 3.0,
    cut: float = 2.0,
) -> Floats:
    """Forecast by damped growth from the last actual year (see the module for formula and source).

    Parameters
    ----------
    history
        Shape (rows, years), positive, right-aligned, any unit.
    horizon
        Number of years to forecast.
    damping
        Share of the growth that is left a year later.
    decay, prior, prior_weight, cut
        As in :func:`shrunk_growth`.

    Returns
    -------
    ndarray, shape (rows, horizon)
        In the unit of the history.
    """
    growth = shrunk_growth(log_growth(history), decay=decay, prior=prior, prior_weight=prior_weight, cut=cut)
    forecast: Floats = history[:, -1:] * np.exp(growth[:, None] * damped_sum(horizon, damping))
    return forecast


def compound_growth(history: Floats, horizon: int, *, span: int | None = None) -> Floats:
    """Extend the compound annual growth rate (CAGR) of the last years.

        y_{T+h} = y_T x (y_T / y_{T-s})^(h / s)

    Source: the definition of the rate.

    Parameters
    ----------
    history
        Shape (rows, years), positive, right-aligned, any unit.
    horizon
        Number of years to forecast.
    span
        Years s the rate is taken over; the whole history of a row where left out.
    """
    count = np.isfinite(history).sum(axis=1)
    steps = count - 1 if span is None else np.minimum(span, count - 1)
    start = history[np.arange(len(history)), history.shape[1] - 1 - steps]
    rate = np.log(history[:, -1] / start) / steps
    return _extend(history, rate, horizon)


def weighted_average_growth(history: Floats, horizon: int, *, window: int = 10) -> Floats:
    """Extend the weighted average (WAM) of the last yearly growth rates; the newest weighs most.

        r = sum_{k=1..w} k x (y_k / y_{k-1} - 1) / sum_{k=1..w} k          k = w is the newest growth
        y_{T+h} = y_T x (1 + r)^h

    Source: the weighted average method of the demand filings of Indian distribution licensees.

    Parameters
    ----------
    history
        Shape (rows, years), positive, right-aligned, any unit.
    horizon
        Number of years to forecast.
    window
        Number w of growth rates; fewer where the history is shorter.
    """
    rates = (history[:, 1:] / history[:, :-1] - 1)[:, -window:]
    known = np.isfinite(rates)
    weights = np.cumsum(known, axis=1) * known
    mean = np.where(known, rates * weights, 0.0).sum(axis=1) / weights.sum(axis=1)
    return _extend(history, np.log1p(mean), horizon)


def _extend(history: Floats, rate: NDArray[np.float64], horizon: int) -> Floats:
    extended: Floats = history[:, -1:] * np.exp(rate[:, None] * np.arange(1, horizon + 1))
    return extended
