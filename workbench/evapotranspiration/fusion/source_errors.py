"""Fusion without any reference: weights from the usual errors of the sources; no bias is removed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.data.arrays import Floats
from workbench.evapotranspiration.fusion.features import ETO
from workbench.evapotranspiration.fusion.statistics import Statistics

ASSUMED_ERROR = {
    "nasa_power": 0.26,
    "openmeteo_archive": 0.20,
    "openmeteo_forecast": 0.22,
    "met_norway": 0.30,
    "nws_forecast": 0.30,
    "nws_stations": 0.25,
}
"""Root mean square error of daily ETo over its mean, where no statistics know the source: of the first two as at
the shipped reference sites, of forecasts a little more, of sources without radiation more."""
UNKNOWN_SOURCE = 0.30
CORRELATION = 0.5
"""Between the errors of two sources; they share the weather that they got wrong."""


@dataclass(frozen=True, slots=True)
class ErrorWeights:
    """Weights of some sources.

    Parameters
    ----------
    weights
        Summing to one, shape (k,).
    relative_error
        Standard error of the weighted mean over its value.
    """

    weights: Floats
    relative_error: float


def error_weights(features: list[str], statistics: Statistics) -> ErrorWeights:
    """Weigh ETo of sources by the inverse of their squared errors.

    Parameters
    ----------
    features
        ``eto_<source>`` of the sources.
    statistics
        Where they know a source, its error (bias included) is taken from them.
    """
    errors = np.array([_relative_error(name, statistics) for name in features])
    weights = 1.0 / errors**2
    weights = weights / weights.sum()
    covariance = CORRELATION * np.outer(errors, errors)
    np.fill_diagonal(covariance, errors**2)
    return ErrorWeights(weights, float(np.sqrt(weights @ covariance @ weights)))


def _relative_error(feature: str, statistics: Statistics) -> float:
    squares, size = [], []
    for item in statistics.knowing([feature]):
        place = item.features.index(feature)
        bias = item.means[:, place] - item.means[:, -1]
        covariance = item.covariances
        spread = covariance[:, place, place] + covariance[:, -1, -1] - 2 * covariance[:, place, -1]
        seen = item.days > 0
        squares.append(np.mean(bias[seen] ** 2 + spread[seen]))
        size.append(np.mean(item.means[seen, -1]))
    if not squares:
        return ASSUMED_ERROR.get(feature.removeprefix(ETO), UNKNOWN_SOURCE)
    return float(np.sqrt(np.mean(squares)) / np.mean(size))
