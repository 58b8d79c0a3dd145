"""Quantiles that prediction intervals are made of: of Student's t, and of earlier errors."""

from __future__ import annotations

import numpy as np
from scipy import special

from workbench.data.arrays import Floats, Integers

__all__ = ["conformal_quantile", "student_quantile"]


def student_quantile(freedom: Integers, level: float) -> Floats:
    """Two-sided quantile of Student's t: the share ``level`` of outcomes lies within it.

    Parameters
    ----------
    freedom
        Degrees of freedom, any shape.
    level
        Probability, per unit.
    """
    return np.asarray(special.stdtrit(freedom, 0.5 + level / 2))


def conformal_quantile(errors: Floats, level: float, *, capped: bool = False) -> Floats:
    """Split-conformal quantile of each row: the ceil((k + 1) level)-th smallest of its k errors.

    Lei et al. (2018), *J. Amer. Stat. Assoc.* 113, eq. 3, doi:10.1080/01621459.2017.1307116.

    Parameters
    ----------
    errors
        Absolute errors, shape (rows, errors); NaN are left out.
    level
        Probability, per unit.
    capped
        Take the largest error where there are too few for the level.

    Returns
    -------
    ndarray, shape (rows,)
        NaN where there are too few errors.
    """
    count = np.isfinite(errors).sum(axis=1)
    rank = np.ceil((count + 1) * level).astype(np.int64)
    if capped:
        rank = np.minimum(rank, count)
    if not errors.shape[1]:
        return np.full(len(errors), np.nan)
    ordered = np.sort(errors, axis=1)  # NaN sorts last
    found = ordered[np.arange(len(errors)), np.clip(rank - 1, 0, errors.shape[1] - 1)]
    return np.where((rank > 0) & (rank <= count), found, np.nan)
