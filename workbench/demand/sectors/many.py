"""Thousands of series at once: one model, its backtest at every origin, and intervals for each series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.data.arrays import Floats
from workbench.demand.models.catalogue import MODELS, Needs
from workbench.demand.models.shocks import prepare
from workbench.demand.sectors.backtest import Preparation, rolling_origin, situation_for
from workbench.forecasting.growth_intervals import half_widths, scaled_errors
from workbench.forecasting.series import count_known, log_growth, positive_run

# Bounds the working memory of the backtest: series x origins rows at once.
SERIES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ManyForecasts:
    """Forecasts of many series by one model; rows are series."""

    forecast: Floats
    """Shape (series, horizon), unit of the history; NaN where a series is too short."""
    lower: Floats
    upper: Floats
    smape: Floats
    """Out-of-sample sMAPE by horizon of the backtest, %, shape (series, backtest horizon)."""


def forecast_many(
    history: Floats,
    horizon: int,
    *,
    model: str = "damped_growth",
    level: float = 0.8,
    backtest_horizon: int = 10,
    first: int = 6,
) -> ManyForecasts:
    """Forecast many series by a model that needs no drivers.

    Parameters
    ----------
    history
        Shape (series, years), right-aligned, any unit; see :func:`workbench.forecasting.series.stack`.
    horizon
        Years to forecast.
    model
        Name of the model.
    level
        Probability of the interval, per unit.
    backtest_horizon, first
        Of the backtest, see :func:`workbench.demand.sectors.backtest.rolling_origin`.

    Raises
    ------
    ValueError
        When the model needs drivers.
    """
    chosen = MODELS[model]
    if chosen.needs is not Needs.NOTHING:
        raise ValueError(f"{chosen.label} needs drivers; forecast_many runs models without drivers")
    parts = []
    for start in range(0, len(history), SERIES_AT_ONCE):
        block = np.asarray(history[start : start + SERIES_AT_ONCE], dtype=float)
        parts.append(_forecast_block(block, horizon, model, level, backtest_horizon, first))
    return ManyForecasts(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _forecast_block(
    history: Floats, horizon: int, model: str, level: float, backtest_horizon: int, first: int
) -> tuple[Floats, Floats, Floats, Floats]:
    chosen, plan = MODELS[model], Preparation()
    usable = positive_run(history)
    enough = count_known(usable) >= chosen.least_years
    forecast = np.full((len(history), horizon), np.nan)
    if enough.any():
        years = np.arange(history.shape[1], dtype=float)
        prepared = prepare(usable[enough], years, plan.handling, plan.shock_years, plan.cut)
        at = situation_for(chosen, prepared, horizon, None, plan.window)
        forecast[enough] = chosen.run(at)
    test = rolling_origin(chosen, usable, 0, horizon=backtest_horizon, first=first)
    shape = (*history.shape, backtest_horizon)
    error, scaled = np.full(shape, np.nan), np.full(shape, np.nan)
    total = np.abs(test.forecast) + np.abs(test.actual)
    error[test.owners, test.cuts] = 200 * np.abs(test.forecast - test.actual) / total
    log_error = np.log(test.forecast) - np.log(test.actual)
    scaled[test.owners, test.cuts] = scaled_errors(log_error, test.growths)
    errors = scaled.reshape(len(history), history.shape[1] * backtest_horizon)
    width = half_widths(log_growth(usable), errors, horizon, level)
    known = np.isfinite(error)
    count = known.sum(axis=1)
    smape = np.where(known, error, 0.0).sum(axis=1) / np.where(count > 0, count, np.nan)
    smape[~enough] = np.nan
    return forecast, forecast * np.exp(-width), forecast * np.exp(width), smape
