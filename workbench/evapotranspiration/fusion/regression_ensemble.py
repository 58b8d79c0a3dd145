"""Fusion by regression: a ridge of the reference on the sources for each month, variance matched.

References
----------
.. [1] Hoerl, A. E., Kennard, R. W. (1970). Ridge regression. Technometrics 12(1), 55-67.
.. [2] Taylor, K. E. (2001): a regression always has less variance than what it regresses; slopes are stretched
   until the estimate varies as the reference did, so that dry spells and wet days keep their depth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.data.arrays import Floats
from workbench.evapotranspiration.fusion.pooling import Moments
from workbench.evapotranspiration.fusion.statistics import MONTHS

RIDGE = 0.01
"""Added to the diagonal of the correlation matrix; enough for sources that go closely together."""


@dataclass(frozen=True, slots=True)
class MonthlyRegression:
    """Coefficients by month.

    Parameters
    ----------
    intercept
        Shape (12,) [mm/d].
    slopes
        Shape (12, k), of each feature.
    residual
        Standard deviation of what is left, shape (12,) [mm/d].
    level
        Standard deviation of a new site's mean error, shape (12,) [mm/d]; zero for one site.
    spread
        Contribution of each feature to the day-to-day variation, shape (12, k); the source's weight.
    """

    intercept: Floats
    slopes: Floats
    residual: Floats
    level: Floats
    spread: Floats


def fit(moments: Moments, *, ridge: float = RIDGE, transferred: bool = False) -> MonthlyRegression:
    """Solve the ridge of each month from means and covariances.

    Parameters
    ----------
    moments
        Of the pool.
    ridge
        Strength.
    transferred
        Whether the place is none of the pool's, so that its level is uncertain too.
    """
    k = moments.means.shape[1] - 1
    slopes, intercept, residual = np.zeros((MONTHS, k)), np.zeros(MONTHS), np.zeros(MONTHS)
    for m in range(MONTHS):
        covariance = moments.covariances[m]
        slopes[m] = _slopes(covariance, ridge)
        intercept[m] = moments.means[m, -1] - slopes[m] @ moments.means[m, :-1]
        left = covariance[-1, -1] - 2 * slopes[m] @ covariance[:-1, -1]
        residual[m] = np.sqrt(max(left + slopes[m] @ covariance[:-1, :-1] @ slopes[m], 0.0))
    deviation = np.sqrt(np.maximum(np.diagonal(moments.covariances, axis1=1, axis2=2)[:, :-1], 0.0))
    level = _level(moments, intercept, slopes) if transferred else np.zeros(MONTHS)
    return MonthlyRegression(intercept, slopes, residual, level, np.abs(slopes) * deviation)


def by_day(values: Floats, day_of_year: NDArray[np.int_]) -> Floats:
    """Interpolate what is known by month, in the middle of each, to days of the year.

    Parameters
    ----------
    values
        Shape (12, …).
    day_of_year
        1 to 366, shape (days,).

    Returns
    -------
    ndarray
        Shape (days, …).
    """
    place = (np.asarray(day_of_year, dtype=float) - 1.0) / 365.25 * MONTHS - 0.5
    before = np.floor(place).astype(int)
    share = (place - before).reshape(-1, *([1] * (values.ndim - 1)))
    return np.asarray(values[before % MONTHS] * (1.0 - share) + values[(before + 1) % MONTHS] * share)


def _slopes(covariance: Floats, ridge: float) -> Floats:
    deviation = np.sqrt(np.maximum(np.diagonal(covariance)[:-1], 1e-12))
    correlation = covariance[:-1, :-1] / np.outer(deviation, deviation)
    towards = covariance[:-1, -1] / deviation
    solved = np.linalg.solve(correlation + ridge * np.eye(len(deviation)), towards)
    variance = float(solved @ correlation @ solved)
    if variance <= 1e-12:
        return np.zeros(len(deviation))
    return np.asarray(solved * np.sqrt(max(covariance[-1, -1], 0.0) / variance) / deviation)


def _level(moments: Moments, intercept: Floats, slopes: Floats) -> Floats:
    """Spread of the members' mean errors, as that of a member that was left out."""
    means = moments.member_means
    error = means[:, :, -1] - intercept - np.einsum("mk,smk->sm", slopes, means[:, :, :-1])
    variance = (moments.weights * error**2).sum(axis=0)
    effective = 1.0 / np.maximum((moments.weights**2).sum(axis=0), 1e-12)
    one_left_out = np.maximum(effective, 1.5) / (np.maximum(effective, 1.5) - 1.0)
    return np.asarray(np.sqrt(variance * one_left_out))
