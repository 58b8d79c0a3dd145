"""Measures of forecast error, out of sample.

Definitions: Hyndman and Koehler (2006), "Another look at measures of forecast accuracy",
doi:10.1016/j.ijforecast.2006.03.001.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.data.arrays import Floats


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Errors of one model at one horizon, over all origins."""

    horizon: int
    origins: int
    mape: float
    """Mean absolute percentage error, %."""
    smape: float
    """Symmetric mean absolute percentage error, %, at most 200."""
    mase: float
    """Mean absolute error over the mean absolute yearly change inside the training parts, per unit."""
    bias: float
    """Mean percentage error, %; above zero when forecasts are too high."""


def mape(forecast: Floats, actual: Floats) -> float:
    """Mean of 100 |f - y| / |y| [%] over the pairs where both are known and y is not 0; NaN without any."""
    good = np.isfinite(forecast) & np.isfinite(actual) & (actual != 0)
    return _mean(100 * np.abs(forecast[good] - actual[good]) / np.abs(actual[good]))


def smape(forecast: Floats, actual: Floats) -> float:
    """Mean of 200 |f - y| / (|f| + |y|) [%] over the pairs where both are known; NaN without any."""
    good = np.isfinite(forecast) & np.isfinite(actual) & (np.abs(forecast) + np.abs(actual) > 0)
    f, y = forecast[good], actual[good]
    return _mean(200 * np.abs(f - y) / (np.abs(f) + np.abs(y)))


def bias(forecast: Floats, actual: Floats) -> float:
    """Mean of 100 (f - y) / y [%] over the pairs where both are known and y is not zero; NaN without any."""
    good = np.isfinite(forecast) & np.isfinite(actual) & (actual != 0)
    return _mean(100 * (forecast[good] - actual[good]) / actual[good])


def mase(forecast: Floats, actual: Floats, naive_error: Floats) -> float:
    """Mean of |f - y| / q, where q is the mean absolute yearly change of the training part; NaN without any.

    Parameters
    ----------
    forecast, actual
        Any unit, same shape.
    naive_error
        The scale q of each pair, same unit and shape.
    """
    good = np.isfinite(forecast) & np.isfinite(actual) & (naive_error > 0)
    return _mean(np.abs(forecast[good] - actual[good]) / naive_error[good])


def measure(forecast: Floats, actual: Floats, naive_error: Floats, horizon: int) -> Accuracy:
    """All measures of one model at one horizon.

    Parameters
    ----------
    forecast, actual, naive_error
        One value an origin, any unit.
    horizon
        Years ahead.
    """
    return Accuracy(
        horizon,
        int((np.isfinite(forecast) & np.isfinite(actual)).sum()),
        mape(forecast, actual),
        smape(forecast, actual),
        mase(forecast, actual, naive_error),
        bias(forecast, actual),
    )


def _mean(values: NDArray[np.floating[Any]]) -> float:
    return float(values.mean()) if len(values) else float("nan")
