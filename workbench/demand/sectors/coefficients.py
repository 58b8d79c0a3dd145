"""The numbers behind a forecast, for the model card: coefficients with standard errors, and R2."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.data.arrays import Floats
from workbench.demand.models.catalogue import DriverPaths, Model
from workbench.demand.models.elasticity import fit
from workbench.demand.models.growth import decaying_weights, shrunk_growth, weighted_mean
from workbench.demand.models.regression import least_squares
from workbench.demand.sectors.backtest import Backtest
from workbench.forecasting.series import log_growth


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One estimated number of a model."""

    name: str
    value: float
    error: float
    """Standard error; NaN where the model has none."""
    unit: str


def coefficients_of(
    model: Model, history: Floats, drivers: DriverPaths | None, window: int
) -> tuple[Coefficient, ...]:
    """Give the coefficients of a model at the last actual.

    Parameters
    ----------
    model
        The model.
    history
        Prepared history in GWh, shape (1, years).
    drivers
        What the model was given.
    window
        Years the window methods look back on.
    """
    if model.name in ("damped_growth", "median_ensemble"):
        return (_recent_growth(history),)
    if model.name in ("combined_growth", "growth_elasticities") and drivers is not None:
        found = _elasticities(history, drivers)
        return (*found, _recent_growth(history)) if model.name == "combined_growth" else found
    if model.name == "regression_on_year":
        years = np.arange(history.shape[1], dtype=float)[None, :, None]
        return _least_squares(history, years, ("year",))
    if model.name == "regression_on_drivers" and drivers is not None:
        return _least_squares(history, drivers.history, drivers.names)
    if model.name == "linear_trend":
        last = history[:, -window:]
        later, earlier = np.tril_indices(last.shape[1], -1)
        slope = float(np.nanmedian((last[0, later] - last[0, earlier]) / (later - earlier)))
        return (Coefficient("slope", slope, float("nan"), "GWh per year"),)
    return ()


def one_step_r_squared(test: Backtest) -> float:
    """R2 of one-year-ahead forecasts, 1 - sum (y - f)^2 / sum (y - mean y)^2; NaN below three origins.

    High for anything that grows; the out-of-sample errors beside it say more.
    """
    forecast, actual = test.forecast[:, 0], test.actual[:, 0]
    known = np.isfinite(forecast) & np.isfinite(actual)
    if known.sum() < 3:
        return float("nan")
    y = actual[known]
    total = float(((y - y.mean()) ** 2).sum())
    return 1 - float(((y - forecast[known]) ** 2).sum()) / total if total > 0 else float("nan")


def _recent_growth(history: Floats) -> Coefficient:
    growth = log_growth(history)
    value = float(shrunk_growth(growth)[0])
    weights = decaying_weights(growth, 0.2)
    mean, count = weighted_mean(growth, weights)
    spread, _ = weighted_mean((growth - mean[:, None]) ** 2, weights)
    error = float(np.sqrt(spread[0] / count[0])) if count[0] > 1 else float("nan")
    return Coefficient("recent growth", 100 * value, 100 * error, "% a year, logarithmic")


def _elasticities(history: Floats, drivers: DriverPaths) -> tuple[Coefficient, ...]:
    driver_growth = np.diff(np.log(drivers.history), axis=1)
    found = fit(log_growth(history), driver_growth)
    pairs = zip(drivers.names, found.values[0], found.errors[0], strict=True)
    elasticities = [Coefficient(f"elasticity on {n}", float(v), float(e), "% per %") for n, v, e in pairs]
    left = Coefficient(
        "growth left over", 100 * float(found.intercept[0]), float("nan"), "% a year, logarithmic"
    )
    return (*elasticities, left)


def _least_squares(history: Floats, columns: Floats, names: tuple[str, ...]) -> tuple[Coefficient, ...]:
    found = least_squares(history, columns)
    values, errors = found.coefficients[0], found.errors[0]
    slopes = [
        Coefficient(name, float(value), float(error), f"GWh per unit of {name}")
        for name, value, error in zip(names, values[1:], errors[1:], strict=True)
    ]
    inside = Coefficient("R2 inside the history", float(found.r_squared[0]), float("nan"), "per unit")
    return (Coefficient("intercept", float(values[0]), float(errors[0]), "GWh"), *slopes, inside)
