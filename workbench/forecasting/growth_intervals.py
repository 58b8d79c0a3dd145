"""Prediction intervals in logarithms, from growth and from the method's own past errors, for many series at once.

    half-width(h) = max(t x sd(growth), c) x sqrt(h (1 + h / n))

t is the two-sided Student quantile with n - 1 degrees of freedom, n the number of growths, and c the
split-conformal quantile of |ln error| / sqrt(h (1 + h / e)) pooled over rolling origins (e growths known) and
horizons. sqrt(h) is the spread of a random walk in logarithms, 1 + h / n what the unknown mean growth adds.
"""

from __future__ import annotations

import numpy as np

from workbench.data.arrays import Floats, Integers
from workbench.forecasting.quantiles import conformal_quantile, student_quantile

__all__ = ["half_widths", "scaled_errors", "spread_factor"]

# Yearly growth is never known better than this; 98 % of national series have a wider spread.
MIN_SPREAD = 0.015


def spread_factor(horizon: Floats, growths: Floats | float) -> Floats:
    """Return sqrt(h (1 + h / n)): how the spread of ln y widens with the horizon h after n known growths."""
    factor: Floats = np.sqrt(horizon * (1 + horizon / growths))
    return factor


def scaled_errors(log_error: Floats, growths: Integers) -> Floats:
    """Absolute errors in logarithms, brought to horizon one.

    Parameters
    ----------
    log_error
        ln forecast - ln actual, shape (origins, horizons), NaN where not known.
    growths
        Number of growths known at each origin, shape (origins,).
    """
    horizons = np.arange(1, log_error.shape[1] + 1, dtype=float)[None, :]
    return np.abs(log_error) / spread_factor(horizons, growths[:, None].astype(float))


def half_widths(growth: Floats, errors: Floats, horizon: int, level: float) -> Floats:
    """Half-widths of the intervals in logarithms.

    Parameters
    ----------
    growth
        Known growths, shape (rows, years), ln per year, NaN where not known.
    errors
        Scaled errors of the method at earlier origins, shape (rows, errors); NaN are left out.
    horizon
        Number of years to forecast.
    level
        Probability, per unit.

    Returns
    -------
    ndarray, shape (rows, horizon)
    """
    known = np.isfinite(growth)
    n = known.sum(axis=1)
    mean = np.where(known, growth, 0.0).sum(axis=1) / np.maximum(n, 1)
    away = np.where(known, growth - mean[:, None], 0.0)
    spread = np.maximum(np.sqrt((away**2).sum(axis=1) / np.maximum(n - 1, 1)), MIN_SPREAD)
    quantile = student_quantile(np.maximum(n - 1, 1), level)
    base = np.fmax(quantile * spread, conformal_quantile(errors, level))
    factor = spread_factor(np.arange(1.0, horizon + 1)[None, :], np.maximum(n, 1.0)[:, None])
    return np.asarray(base[:, None] * factor)
