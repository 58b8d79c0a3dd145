"""Forecasts made of several forecasts; averaging, never selecting.

Combining beats picking the best of the past: Clemen (1989), doi:10.1016/0169-2070(89)90012-5; Makridakis,
Spiliotis and Assimakopoulos (2020), doi:10.1016/j.ijforecast.2019.04.014.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from workbench.data.arrays import Floats


def median_of(forecasts: Sequence[Floats]) -> Floats:
    """Median of several forecasts, period by period.

    Parameters
    ----------
    forecasts
        Arrays of one shape (rows, horizon), any unit.
    """
    middle: Floats = np.median(np.stack(forecasts), axis=0)
    return middle


def geometric_mean(forecasts: Sequence[Floats], weights: ArrayLike) -> Floats:
    """Weighted geometric mean of several forecasts: exp(sum w_i ln y_i / sum w_i).

    Parameters
    ----------
    forecasts
        Arrays of one shape (rows, horizon), positive, any unit.
    weights
        One weight a forecast, per unit.
    """
    shares = np.asarray(weights, dtype=float)
    logs = np.log(np.stack(forecasts))
    mean: Floats = np.exp(np.tensordot(shares / shares.sum(), logs, axes=1))
    return mean
