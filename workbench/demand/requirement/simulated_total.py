"""The sum of several sectors with its uncertainty, by simulation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special

from workbench.data.arrays import Floats

__all__ = ["growth_correlation", "simulate_sum"]


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
