"""Thousands of series at once: one model, its backtest at every origin, and intervals for each series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.demand.forecast.backtest import Preparation, rolling_origin, situation_for
from workbench.demand.forecast.intervals import half_widths, scaled_errors
from workbench.demand.model.history import Floats, count_years, positive_run
from workbench.demand.models.catalogue import MODELS, Needs
from workbench.demand.models.growth import log_growth
from workbench.demand.models.shocks import prepare

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
        Shape (series, years), right-aligned, any unit; see :func:`workbench.demand.model.history.stack`.
    horizon
        Years to forecast.
    model
        Name of the model.
    level
        Probability of the interval, per unit.
    backtest_horizon, first
        Of the backtest, see :func:`workbench.demand.forecast.backtest.rolling_origin`.

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
    enough = count_years(usable) >= chosen.least_years
    forecast = np.full((len(history), horizon), np.nan)
    if enough.any():
        years = np.arange(history.shape[1], dtype=float)
        prepared = prepare(usable[enough], years, plan.handling, plan.shock_years, plan.cut)
        at = situation_for(chosen, prepared, horizon, None, plan.window)
        forecast[enough] = chosen.run(at)
    test = rolling_origin(chosen, usable, 0, horizon=backtest_horizon, first=first)
    total = np.abs(test.forecast) + np.abs(test.actual)
    error = 200 * np.abs(test.forecast - test.actual) / total
    scaled = scaled_errors(np.log(test.forecast) - np.log(test.actual), test.growths)
    growth = log_growth(usable)
    order = np.argsort(test.owners, kind="stable")
    bounds = np.searchsorted(test.owners[order], np.arange(len(history) + 1))
    width = np.full((len(history), horizon), np.nan)
    smape = np.full((len(history), backtest_horizon), np.nan)
    for row in np.flatnonzero(enough):
        mine = order[bounds[row] : bounds[row + 1]]
        width[row] = half_widths(growth[row], scaled[mine], horizon, level)
        known = np.isfinite(error[mine])
        count = known.sum(axis=0)
        sums = np.where(known, error[mine], 0.0).sum(axis=0)
        smape[row] = np.divide(sums, count, out=np.full(backtest_horizon, np.nan), where=count > 0)
    return forecast, forecast * np.exp(-width), forecast * np.exp(width), smape
