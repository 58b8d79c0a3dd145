"""Thousands of series at once: one model, its backtest at every origin, and intervals for each series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.data.arrays import Floats
from workbench.demand.models.catalogue import MODELS, Needs
from workbench.demand.models.shocks import history_for_intervals, prepare
from workbench.demand.sectors.backtest import Backtest, Preparation, rolling_origin, situation_for
from workbench.forecasting.growth_intervals import half_widths, scaled_errors
from workbench.forecasting.series import count_known, log_growth, positive_run

# Bounds the working memory of the backtest: series x origins rows at once.
SERIES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ManyForecasts:
    """Forecasts of many series by one model; rows are series."""

    forecast: Floats
    """Shape (series, horizon), unit of the history; NaN where a series is too short."""
    half_widths: Mapping[float, Floats]
    """Half-width of the interval in logarithms by level, shape (series, horizon)."""
    test: Backtest

    def lower(self, level: float) -> Floats:
        """Lower bounds, shape (series, horizon)."""
        return self.forecast * np.exp(-self.half_widths[level])

    def upper(self, level: float) -> Floats:
        """Upper bounds, shape (series, horizon)."""
        return self.forecast * np.exp(self.half_widths[level])


def forecast_many(
    history: Floats,
    horizon: int,
    *,
    model: str = "damped_growth",
    levels: Sequence[float] = (0.8,),
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
    levels
        Probabilities of the intervals, per unit.
    backtest_horizon, first
        Of the backtest, see :func:`workbench.demand.sectors.backtest.rolling_origin`.

    Raises
    ------
    ValueError
        When the model needs drivers.
    """
    needs = MODELS[model].needs
    if needs is not Needs.NOTHING:
        raise ValueError(f"{MODELS[model].label} needs {needs}; without them choose another model")
    parts = [
        _forecast_block(
            np.asarray(history[start : start + SERIES_AT_ONCE], dtype=float),
            horizon,
            model,
            levels,
            backtest_horizon,
            first,
        )
        for start in range(0, len(history), SERIES_AT_ONCE)
    ]
    return ManyForecasts(
        np.concatenate([part.forecast for part in parts]),
        {level: np.concatenate([part.half_widths[level] for part in parts]) for level in levels},
        _joined([part.test for part in parts]),
    )


def _forecast_block(
    history: Floats, horizon: int, model: str, levels: Sequence[float], backtest_horizon: int, first: int
) -> ManyForecasts:
    chosen, plan = MODELS[model], Preparation()
    usable = positive_run(history)
    enough = count_known(usable) >= chosen.min_years
    forecast = np.full((len(history), horizon), np.nan)
    if enough.any():
        years = np.arange(history.shape[1], dtype=float)
        prepared = prepare(usable[enough], years, plan.handling, plan.shock_years, plan.cut)
        at = situation_for(chosen, prepared, horizon, None, plan.window)
        forecast[enough] = chosen.run(at)
    test = rolling_origin(chosen, usable, 0, horizon=backtest_horizon, first=first)
    steady = history_for_intervals(usable)
    learned = (
        test if steady is usable else rolling_origin(chosen, steady, 0, horizon=backtest_horizon, first=first)
    )
    scaled = np.full((*history.shape, backtest_horizon), np.nan)
    log_error = np.log(learned.forecast) - np.log(learned.actual)
    scaled[learned.owners, learned.cuts] = scaled_errors(log_error, learned.growths)
    errors = scaled.reshape(len(history), history.shape[1] * backtest_horizon)
    growth = log_growth(steady)
    widths = {level: half_widths(growth, errors, horizon, level) for level in levels}
    return ManyForecasts(forecast, widths, test)


def _joined(tests: Sequence[Backtest]) -> Backtest:
    owners = [test.owners + place * SERIES_AT_ONCE for place, test in enumerate(tests)]
    others = ("cuts", "growths", "forecast", "actual", "naive_error")
    columns = (np.concatenate([getattr(test, name) for test in tests]) for name in others)
    return Backtest(np.concatenate(owners), *columns)
