"""Growth elasticities: growth of demand from growth of income and population, with a prior on both.

    dln y = a + e1 dln(GDP / population) + e2 dln(population) + error

    e ~ N((0.6, 1.0), 0.2^2)                      prior of the elasticities
    a = weighted mean of the residuals x n / (n + 5)      weights exp(-0.1 x age)
    y_{T+h} = y_T x exp(sum_{k=1..h} a 0.85^{k-1} + e1 dln(GDP/pop)_{T+k} + e2 dln(pop)_{T+k})

The regression in growth rates with a Gaussian prior is ridge regression about the prior mean (Hoerl and
Kennard 1970, doi:10.1080/00401706.1970.10488634).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.data.arrays import Floats
from workbench.demand.models.growth import damped_sum, decaying_weights, weighted_mean
from workbench.forecasting.robust import winsorise
from workbench.forecasting.series import log_growth

PRIOR = (0.6, 1.0)


@dataclass(frozen=True, slots=True)
class Elasticities:
    """What :func:`fit` found, one row a series."""

    values: Floats
    """Elasticities, shape (rows, drivers), per unit."""
    errors: Floats
    """Their posterior standard deviations."""
    intercept: Floats
    """Growth that the drivers do not explain, ln per year, shape (rows,)."""


def fit(
    growth: Floats,
    driver_growth: NDArray[np.float64],
    *,
    prior: tuple[float, ...] = PRIOR,
    prior_sd: float = 0.2,
    decay: float = 0.1,
    prior_years: float = 5.0,
) -> Elasticities:
    """Estimate elasticities and the growth that is left over.

    Parameters
    ----------
    growth
        Growth of demand, shape (rows, years), ln per year.
    driver_growth
        Growth of the drivers, shape (rows, years, drivers), ln per year.
    prior
        Prior mean of each elasticity.
    prior_sd
        Prior standard deviation of every elasticity.
    decay
        Fading of the weights per year, for the intercept.
    prior_years
        Years of evidence that halve the intercept.
    """
    known = np.isfinite(growth) & np.isfinite(driver_growth).all(axis=2)
    y = np.where(known, winsorise(growth), 0.0)
    x = np.where(known[:, :, None], driver_growth, 0.0)
    count = np.maximum(known.sum(axis=1), 1)
    centred_y = np.where(known, y - (y.sum(axis=1) / count)[:, None], 0.0)
    centred_x = np.where(known[:, :, None], x - (x.sum(axis=1) / count[:, None])[:, None, :], 0.0)
    centre = np.asarray(prior)
    unexplained = centred_y - centred_x @ centre
    variance = (unexplained**2).sum(axis=1) / np.maximum(count - 1, 1) + 1e-8
    precision = np.einsum("rtk,rtl->rkl", centred_x, centred_x) / variance[:, None, None]
    precision = precision + np.eye(len(centre)) / prior_sd**2
    moved = np.einsum("rtk,rt->rk", centred_x, unexplained) / variance[:, None]
    values = centre + np.linalg.solve(precision, moved[:, :, None])[:, :, 0]
    errors = np.sqrt(np.diagonal(np.linalg.inv(precision), axis1=1, axis2=2))
    residual = np.where(known, y - np.einsum("rtk,rk->rt", x, values), np.nan)
    mean, _ = weighted_mean(residual, decaying_weights(residual, decay))
    years = known.sum(axis=1)
    return Elasticities(values, errors, mean * years / (years + prior_years))


def growth_elasticities(
    history: Floats,
    horizon: int,
    driver_history: NDArray[np.float64],
    driver_future: NDArray[np.float64],
    *,
    damping: float = 0.85,
) -> Floats:
    """Forecast by growth elasticities from the last actual year (see the module for formula and source).

    Parameters
    ----------
    history
        Shape (rows, years), positive, right-aligned, any unit.
    horizon
        Number of years to forecast.
    driver_history
        Levels of GDP per person and of population, shape (rows, years, 2), any unit.
    driver_future
        The same in the years to forecast, shape (rows, horizon, 2).
    damping
        Share of the intercept that is left a year later.

    Returns
    -------
    ndarray, shape (rows, horizon)
        In the unit of the history; NaN where a driver path is not given.
    """
    levels = np.log(np.concatenate([driver_history, driver_future], axis=1))
    driver_growth = np.diff(levels, axis=1)
    past, future = driver_growth[:, : history.shape[1] - 1], driver_growth[:, history.shape[1] - 1 :]
    found = fit(log_growth(history), past)
    steps = np.einsum("rhk,rk->rh", future[:, :horizon], found.values).cumsum(axis=1)
    steps = steps + found.intercept[:, None] * damped_sum(horizon, damping)
    forecast: Floats = history[:, -1:] * np.exp(steps)
    return forecast
