"""Fusion without any reference: weights from the usual errors of the sources; no bias is removed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.data.arrays import Floats
from workbench.evapotranspiration.fusion.features import ETO, RH
from workbench.evapotranspiration.fusion.statistics import Statistics
from workbench.evapotranspiration.model.site import Site

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
DRY_HUMIDITY, ARID_HUMIDITY = 60.0, 45.0
"""Mean relative humidity below which a climate is called dry, and arid [%]."""
HIGH_LATITUDE, HIGH_GROUND = 50.0, 1500.0
"""Beyond them sources see little sun, and other ground than that of the place [degrees, m]."""
IN_DRY, IN_ARID, AT_HIGH_LATITUDE, ON_HIGH_GROUND = 1.15, 1.3, 1.2, 1.2
"""Factors on the usual errors, a prior and no measurement: in dry air wind and humidity count for more, and a cell
is drier than the irrigated fields in it; at high latitudes errors of radiation are a larger share; in mountains the
ground of a cell is 100 m and more from that of the place (6.5 K/km, 2 to 3 % of ETo a kelvin)."""
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


def climate_prior(site: Site, features: pd.DataFrame) -> tuple[float, str]:
    """Give how much larger than usual the errors of sources are taken where no reference is like the place.

    Parameters
    ----------
    site
        The place.
    features
        As of :func:`~workbench.evapotranspiration.fusion.features.source_features`; humidity tells how dry it is.

    Returns
    -------
    float
        On the standard error; 1 in climates like those of the shipped reference sites.
    str
        Why, empty for 1.
    """
    humid = features[[name for name in features if str(name).startswith(RH)]]
    mean = float(np.nanmean(humid.to_numpy(dtype=float))) if humid.notna().any(axis=None) else np.nan
    parts = [
        (IN_ARID, f"an arid climate (mean humidity {mean:.0f} %)", mean < ARID_HUMIDITY),
        (IN_DRY, f"a dry climate (mean humidity {mean:.0f} %)", ARID_HUMIDITY <= mean < DRY_HUMIDITY),
        (
            AT_HIGH_LATITUDE,
            f"the latitude of {abs(site.latitude):.0f} degrees",
            abs(site.latitude) > HIGH_LATITUDE,
        ),
        (ON_HIGH_GROUND, f"the height of {site.elevation:.0f} m", site.elevation > HIGH_GROUND),
    ]
    found = [(factor, words) for factor, words, holds in parts if holds]
    return float(np.prod([factor for factor, _ in found])), " and ".join(words for _, words in found)


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
