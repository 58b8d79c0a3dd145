"""Quality grade of each fused day, with the reason in words."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from workbench.data.arrays import Floats
from workbench.evapotranspiration.fusion.pooling import Basis, Moments, Pool
from workbench.evapotranspiration.fusion.regression_ensemble import by_day

HIGH_RELATIVE_ERROR, MEDIUM_RELATIVE_ERROR = 0.15, 0.30
"""Standard error over ETo up to which a day may be high, and medium."""
UNUSUAL, NEVER_SEEN = 11.0, 25.0
"""Squared Mahalanobis distance over the number of features: beyond it a combination is unusual (one day in some
hundreds at the reference sites), or has no likeness at all."""
FAR_KM = 1500.0
SMALL_ETO = 2.0
"""Below it the error is judged as if ETo were so much: a share of almost nothing says nothing [mm/d]."""


class Grade(StrEnum):
    """How far a day can be trusted."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


def unlikeness(values: Floats, day_of_year: NDArray[np.int_], moments: Moments) -> Floats:
    """Squared Mahalanobis distance of each day's features from those learned from, over their number.

    It is infinite in months of which nothing was learned.
    """
    means = by_day(moments.means[:, :-1], day_of_year)
    covariance = by_day(moments.covariances[:, :-1, :-1], day_of_year)
    k = covariance.shape[1]
    scale = np.trace(covariance, axis1=1, axis2=2)[:, np.newaxis, np.newaxis] / k
    solved = np.linalg.solve(covariance + 0.02 * scale * np.eye(k), (values - means)[:, :, np.newaxis])
    distance = np.einsum("dk,dk->d", values - means, solved[:, :, 0]) / k
    return np.asarray(np.where(by_day(moments.learned.astype(float), day_of_year) > 0.5, distance, np.inf))


def grade_days(
    eto: Floats, error: Floats, sources: NDArray[np.int_], unlike: Floats, pool: Pool
) -> tuple[list[str], list[str]]:
    """Grade every day.

    Parameters
    ----------
    eto, error
        Estimate and standard error [mm/d].
    sources
        How many sources the day has.
    unlike
        As of :func:`unlikeness`; NaN where nothing was learned.
    pool
        What the estimate rests on.

    Returns
    -------
    grades, reasons
        One a day. The reason names what held the grade down, or what holds it up.
    """
    relative = error / np.maximum(eto, SMALL_ETO)
    basis, best = _basis_words(pool)
    rank = np.full(len(eto), {Grade.HIGH: 0, Grade.MEDIUM: 1, Grade.LOW: 2}[best])
    single = sources < 2
    rank = np.maximum(rank, np.where(single, 1, 0))
    rank = np.maximum(
        rank, np.where(relative > MEDIUM_RELATIVE_ERROR, 2, np.where(relative > HIGH_RELATIVE_ERROR, 1, 0))
    )
    odd, strange = unlike > UNUSUAL, unlike > NEVER_SEEN
    rank = np.maximum(rank, np.where(strange, 2, np.where(odd, 1, 0)))
    grades = [list(Grade)[place].value for place in rank]
    reasons = []
    for row in range(len(eto)):
        parts = [basis]
        parts.append("one source only" if single[row] else f"{sources[row]} sources")
        if odd[row]:
            words = (
                "a combination of sources never seen" if strange[row] else "an unusual combination of sources"
            )
            parts.append(
                words if np.isfinite(unlike[row]) else "no day of this time of year was learned from"
            )
        parts.append(f"standard error {100 * relative[row]:.0f} %")
        reasons.append("; ".join(parts))
    return grades, reasons


def _basis_words(pool: Pool) -> tuple[str, Grade]:
    if pool.basis is Basis.LOCAL:
        return "reference at the place", Grade.HIGH
    if pool.basis is Basis.SOURCE_ERRORS:
        return "no reference near enough in a climate like this", Grade.LOW
    nearest = min(pool.distances)
    words = f"learned at {pool.neighbours[0].name} and {len(pool.members) - 1} more, nearest {nearest:.0f} km away"
    if len(pool.members) == 1:
        words = f"learned at {pool.members[0].site.name}, {nearest:.0f} km away"
    return words, Grade.MEDIUM if nearest <= FAR_KM else Grade.LOW
