"""Fusion by a Kalman filter: the state is ETo, each source one observation with bias, gain and error covariance.

References
----------
.. [1] Kalman, R. E. (1960). A new approach to linear filtering and prediction problems. Journal of Basic
   Engineering 82(1), 35-45. The update is in information form: with observation vector h and error covariance
   R, the precision of the state grows by h' R^-1 h.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.data.arrays import Floats
from workbench.evapotranspiration.fusion.pooling import Moments
from workbench.evapotranspiration.fusion.regression_ensemble import by_day


@dataclass(frozen=True, slots=True)
class Filtered:
    """Estimates of a filter, by day.

    Parameters
    ----------
    eto
        [mm/d]
    error
        Standard deviation [mm/d].
    gains
        Part of each source in the day's estimate, shape (days, k).
    """

    eto: Floats
    error: Floats
    gains: Floats


def kalman(
    observations: Floats, days: NDArray[np.int64], day_of_year: NDArray[np.int_], moments: Moments
) -> Filtered:
    """Filter the observations of several sources.

    Parameters
    ----------
    observations
        ETo by source, shape (days, k); all present.
    days
        Number of each day, so that gaps are known.
    day_of_year
        1 to 366.
    moments
        Of the k sources and the reference: bias and gain of source i are those of the regression of the source
        on the reference, R is the covariance of what that regression leaves.

    Returns
    -------
    Filtered
        A day knows itself and the days before, never those after.
    """
    level, variance, gain, offset, precision = _observation_model(moments)
    mean = by_day(level, day_of_year)
    prior = np.maximum(by_day(variance, day_of_year), 1e-9)
    h, inverse = by_day(gain, day_of_year), by_day(precision, day_of_year)
    innovation = observations - by_day(offset, day_of_year) - h * mean[:, np.newaxis]
    weighted = np.einsum("dkl,dl->dk", inverse, h)
    information = np.einsum("dk,dk->d", weighted, h)
    score = np.einsum("dk,dk->d", weighted, innovation)
    state, error = _filter(information, score, prior, np.diff(days, prepend=days[:1]), moments.persistence)
    return Filtered(
        np.maximum(mean + state, 0.0), np.sqrt(error), np.abs(weighted * h) * error[:, np.newaxis]
    )


def _observation_model(moments: Moments) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    covariance = moments.covariances
    variance = np.maximum(covariance[:, -1, -1], 1e-9)
    gain = covariance[:, :-1, -1] / variance[:, np.newaxis]
    offset = moments.means[:, :-1] - gain * moments.means[:, -1:]
    error = covariance[:, :-1, :-1] - variance[:, np.newaxis, np.newaxis] * (
        gain[:, :, np.newaxis] * gain[:, np.newaxis, :]
    )
    k = error.shape[1]
    scale = np.trace(error, axis1=1, axis2=2)[:, np.newaxis, np.newaxis] / k
    precision = np.linalg.inv(error + (0.01 * scale + 1e-9) * np.eye(k))
    return moments.means[:, -1], variance, gain, offset, precision


def _filter(
    information: Floats, score: Floats, prior: Floats, steps: NDArray[np.int64], persistence: float
) -> tuple[Floats, Floats]:
    state, variance = np.empty(len(score)), np.empty(len(score))
    before, uncertain = 0.0, float(prior[0]) if len(prior) else 1.0
    rows = zip(information.tolist(), score.tolist(), prior.tolist(), steps.tolist(), strict=True)
    for row, (known, seen, usual, step) in enumerate(rows):
        kept = persistence ** max(step, 1)
        expected = kept * before
        spread = kept**2 * uncertain + (1.0 - kept**2) * usual
        uncertain = 1.0 / (1.0 / spread + known)
        before = uncertain * (expected / spread + seen)
        state[row], variance[row] = before, uncertain
    return state, variance
