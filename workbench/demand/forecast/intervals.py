"""Prediction intervals in logarithms, from growth and from the model's own past errors; sums by simulation.

    half-width(h) = max(t x sd(growth), c) x sqrt(h (1 + h / n))

t is the two-sided Student quantile with n - 1 degrees of freedom, n the number of growths, and c the
split-conformal quantile of |ln error| / sqrt(h (1 + h / e)) pooled over rolling origins (e growths known) and
horizons. sqrt(h) is the spread of a random walk in logarithms, 1 + h / n what the unknown mean growth adds.

Split-conformal quantile: Lei et al. (2018), doi:10.1080/01621459.2017.1307116.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import special

from workbench.demand.model.history import Floats

# Growth of a sector is never known better than this; 98 % of national series have a wider spread.
LEAST_SPREAD = 0.015


def spread_factor(horizon: Floats, growths: Floats | float) -> Floats:
    """Return sqrt(h (1 + h / n)): how the spread of ln y widens with the horizon h after n known growths."""
    factor: Floats = np.sqrt(horizon * (1 + horizon / growths))
    return factor


def scaled_errors(log_error: Floats, growths: NDArray[np.int64]) -> Floats:
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


def conformal_quantile(errors: Floats, level: float) -> float:
    """Split-conformal quantile: the ceil((k + 1) level)-th smallest of k errors; NaN when k is too small.

    Parameters
    ----------
    errors
        Scaled absolute errors, any shape; NaN are left out.
    level
        Probability, per unit.
    """
    known = np.sort(errors[np.isfinite(errors)])
    rank = int(np.ceil((len(known) + 1) * level))
    return float(known[rank - 1]) if 0 < rank <= len(known) else float("nan")


def half_widths(growth: Floats, errors: Floats, horizon: int, level: float) -> Floats:
    """Half-widths of the interval in logarithms for one series.

    Parameters
    ----------
    growth
        Known growths, shape (years,), ln per year.
    errors
        Scaled errors of the model at earlier origins, any shape; NaN are left out.
    horizon
        Number of years to forecast.
    level
        Probability, per unit.

    Returns
    -------
    ndarray, shape (horizon,)
    """
    known = growth[np.isfinite(growth)]
    n = len(known)
    spread = max(float(np.std(known, ddof=1)) if n > 1 else 0.0, LEAST_SPREAD)
    quantile = float(special.stdtrit(max(n - 1, 1), (1 + level) / 2))
    base = np.fmax(quantile * spread, conformal_quantile(errors, level))
    return np.asarray(base * spread_factor(np.arange(1.0, horizon + 1), float(max(n, 1))))


def growth_correlation(growths: Sequence[Floats], shrink: float = 10.0) -> Floats:
    """Correlation of the yearly growths of several series, shrunk to none with ``shrink`` years of evidence.

    Parameters
    ----------
    growths
        One array a series over the same years, shape (years,), NaN where not known.
    """
    count = len(growths)
    matrix = np.eye(count)
    for i in range(count):
        for j in range(i):
            both = np.isfinite(growths[i]) & np.isfinite(growths[j])
            years = int(both.sum())
            if years > 2 and np.std(growths[i][both]) > 0 and np.std(growths[j][both]) > 0:
                value = np.corrcoef(growths[i][both], growths[j][both])[0, 1]
                matrix[i, j] = matrix[j, i] = value * years / (years + shrink)
    # Pairwise years may leave the matrix slightly indefinite: negative eigenvalues are cut off.
    values, vectors = np.linalg.eigh(matrix)
    fixed = (vectors * np.maximum(values, 1e-9)) @ vectors.T
    scale = np.sqrt(np.diagonal(fixed))
    return np.asarray(fixed / scale[:, None] / scale[None, :])


def simulate_sum(
    forecasts: Floats,
    half_widths_by_level: dict[float, Floats],
    correlation: Floats,
    rng: np.random.Generator,
    *,
    draws: int = 4000,
) -> Floats:
    """Draw sums of several series, whose errors are correlated between series and persist over the horizon.

    Each series keeps its own intervals: a standard normal draw is stretched so that it lies inside the
    half-width of a level with that level's probability.

    Parameters
    ----------
    forecasts
        Shape (series, horizon), any one unit; signs are kept (a negative row is subtracted).
    half_widths_by_level
        Half-widths in logarithms by level, each of shape (series, horizon).
    correlation
        Shape (series, series).
    rng
        Source of randomness.
    draws
        Number of simulated sums.

    Returns
    -------
    ndarray, shape (draws, horizon)
    """
    series, horizon = forecasts.shape
    root = np.linalg.cholesky(correlation + 1e-9 * np.eye(series))
    half = rng.standard_normal((draws - draws // 2, series)) @ root.T
    normal = np.concatenate([half, -half])[:draws]
    levels = sorted(half_widths_by_level)
    knots = np.array([0.0, *(special.ndtri((1 + level) / 2) for level in levels)])
    sums = np.zeros((draws, horizon))
    for index in range(series):
        size = np.abs(normal[:, index])
        for step in range(horizon):
            widths = np.array([0.0, *(half_widths_by_level[level][index, step] for level in levels)])
            last_slope = widths[-1] / knots[-1]
            error = np.interp(size, knots, widths) + np.maximum(size - knots[-1], 0.0) * last_slope
            sums[:, step] += forecasts[index, step] * np.exp(np.sign(normal[:, index]) * error)
    return sums
