"""Medians of rows, and growth held inside robust limits (Hampel 1974, doi:10.1080/01621459.1974.10482962)."""

from __future__ import annotations

import numpy as np

from workbench.data.arrays import Floats

__all__ = ["MAD_TO_SD", "row_median", "winsorise"]

MAD_TO_SD = 1.4826
"""Consistency factor of the median absolute deviation for the normal distribution."""


def row_median(values: Floats) -> Floats:
    """Median of each row without its NaN (NaN for a row that has nothing else)."""
    counts = np.isfinite(values).sum(axis=1)
    ordered = np.sort(values, axis=1)  # NaN sorts last
    rows = np.arange(len(values))
    low = ordered[rows, np.maximum(counts - 1, 0) // 2]
    high = ordered[rows, np.minimum(counts // 2, values.shape[1] - 1)]
    return np.where(counts > 0, (low + high) / 2, np.nan)


def winsorise(growth: Floats, cut: float = 2.0, allowed: float = 0.0) -> Floats:
    """Pull growth that lies outside median +- max(cut x 1.4826 MAD, allowed) back to that limit.

    Parameters
    ----------
    growth
        Shape (rows, years), per unit; NaN where unknown.
    cut
        Half-width in robust standard deviations.
    allowed
        Distance from the median that is never pulled back, per unit.
    """
    if growth.shape[1] == 0:
        return growth
    middle = row_median(growth)[:, None]
    spread = MAD_TO_SD * row_median(np.abs(growth - middle))[:, None]
    limit = np.maximum(cut * spread, allowed)
    return np.clip(growth, middle - limit, middle + limit)
