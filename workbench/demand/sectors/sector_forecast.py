"""One unit of the run: one model for one sector, with its backtest at all origins and its intervals.

A pure function of its request; nothing is read or written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workbench.data.arrays import Floats
from workbench.demand.models.catalogue import MODELS, DriverPaths, Model, Needs
from workbench.demand.models.shocks import history_for_intervals, prepare, with_trend_at_end
from workbench.demand.sectors.backtest import (
    Backtest,
    DriverKnowledge,
    Preparation,
    covered,
    pooled_errors,
    rolling_origin,
    situation_for,
    widths_then,
)
from workbench.demand.sectors.coefficients import Coefficient, coefficients_of, one_step_r_squared
from workbench.forecasting.accuracy import Accuracy, measure
from workbench.forecasting.growth_intervals import half_widths
from workbench.forecasting.series import log_growth, positive_run

# A forecast beyond these limits is an error of the inputs or of the model, whatever the formula says.
MAX_YEARLY_FACTOR = 1.5
MAX_FACTOR = 2.0


@dataclass(frozen=True, slots=True)
class Request:
    """Everything one unit needs.

    Parameters
    ----------
    sector, model
        Names.
    first_year
        Calendar year of ``energy[0]``.
    energy
        Actuals in GWh, shape (years,), the last one the last actual.
    horizon
        Years to forecast.
    drivers
        Of the model, shape (1, years, drivers) and (1, horizon, drivers); None without.
    known_drivers
        Years from the first in which the drivers are actuals; the rest of ``drivers.history`` is a path.
    preparation
        Handling of shocks.
    levels
        Of the intervals, per unit.
    backtest_horizon, first_training_years
        Of the backtest.
    to_trend
        Whether the forecast starts where the growth before the last actual leads, and not from that actual.
    """

    sector: str
    model: str
    first_year: int
    energy: Floats
    horizon: int
    drivers: DriverPaths | None
    known_drivers: int
    preparation: Preparation
    levels: tuple[float, ...]
    backtest_horizon: int
    first_training_years: int
    to_trend: bool = False

    @property
    def last_year(self) -> int:
        """Last actual year."""
        return self.first_year + len(self.energy) - 1


@dataclass(frozen=True, slots=True)
class ModelForecast:
    """What one model says about one sector."""

    sector: str
    model: str
    last_year: int
    years_used: int
    base: Floats
    """GWh, shape (horizon,)."""
    low: Floats
    high: Floats
    half_widths: Mapping[float, Floats]
    """Half-width of the interval in logarithms by level, shape (horizon,)."""
    tests: Mapping[DriverKnowledge, Backtest]
    accuracy: Mapping[DriverKnowledge, tuple[Accuracy, ...]]
    inside: Mapping[float, Floats]
    """By level: 1 where an interval made at an origin held the actual, shape (origins, horizons)."""
    widths_then: Mapping[float, Floats]
    """By level: half-widths in logarithms of the intervals made at the origins, shape (origins, horizons)."""
    coefficients: tuple[Coefficient, ...]
    r_squared: float
    """Of one-year-ahead backtest forecasts, per unit."""


def forecast_sector(request: Request) -> ModelForecast:
    """Run one model for one sector.

    Raises
    ------
    ValueError
        When the history or the drivers do not allow the model, or what it gives is zero, missing or absurd;
        says why and what to do.
    """
    model = MODELS[request.model]
    history = positive_run(request.energy)
    used = int(np.isfinite(history).sum())
    _check_history(model, request, used)
    years = np.arange(request.first_year, request.last_year + 1, dtype=float)
    plan = request.preparation
    start = with_trend_at_end(history) if request.to_trend else history
    prepared = prepare(start, years, plan.handling, plan.shock_years, plan.cut)
    runs = {}
    for variant in ("base", "low", "high") if model.fades else ("base",):
        at = situation_for(model, prepared, request.horizon, request.drivers, plan.window, variant)
        runs[variant] = model.run(at)[0]
        _check_forecast(model, request, runs[variant])
    tests = _backtests(model, history, request)
    judged = next(iter(tests.values()))
    steady = history_for_intervals(start)
    learned = judged if steady is history else next(iter(_backtests(model, steady, request).values()))
    growth = log_growth(steady)
    errors = pooled_errors(learned).reshape(1, -1)
    return ModelForecast(
        request.sector,
        request.model,
        request.last_year,
        used,
        runs["base"],
        runs.get("low", runs["base"]),
        runs.get("high", runs["base"]),
        {level: half_widths(growth, errors, request.horizon, level)[0] for level in request.levels},
        tests,
        {knowledge: _measure(test) for knowledge, test in tests.items()},
        {level: covered(judged, growth[0], level, learned=learned) for level in request.levels},
        {level: widths_then(learned, growth[0], level) for level in request.levels},
        coefficients_of(model, prepared, request.drivers, plan.window),
        one_step_r_squared(judged),
    )


def _backtests(model: Model, history: Floats, request: Request) -> dict[DriverKnowledge, Backtest]:
    knowledges = [DriverKnowledge.NONE]
    drivers = None
    if model.needs is not Needs.NOTHING and request.drivers is not None:
        knowledges = [DriverKnowledge.FORECAST, DriverKnowledge.ACTUAL]
        known = request.drivers.history.copy()
        known[:, request.known_drivers :] = np.nan
        drivers = DriverPaths(request.drivers.names, known, request.drivers.future)
    return {
        knowledge: rolling_origin(
            model,
            history,
            request.last_year,
            horizon=request.backtest_horizon,
            first=request.first_training_years,
            preparation=request.preparation,
            drivers=drivers,
            knowledge=knowledge,
        )
        for knowledge in knowledges
    }


def _measure(test: Backtest) -> tuple[Accuracy, ...]:
    horizons = range(1, test.forecast.shape[1] + 1)
    measured = (
        measure(test.forecast[:, h - 1], test.actual[:, h - 1], test.naive_error, h) for h in horizons
    )
    return tuple(item for item in measured if item.origins)


def _check_history(model: Model, request: Request, used: int) -> None:
    if used == 0:
        what = "zero" if request.energy[-1] == 0 else f"{request.energy[-1]:g} GWh"
        raise ValueError(
            f"the last actual (year {request.last_year}) is {what}; growth cannot start from there: "
            "give the sector a path"
        )
    drivers = request.drivers
    minimum = model.min_years
    if model.needs is Needs.DRIVERS and drivers is not None:
        minimum += len(drivers.names)
    if used < minimum:
        # Only what the sector has years for is worth choosing.
        enough = [
            name for name, other in MODELS.items() if other.needs is Needs.NOTHING and other.min_years <= used
        ]
        choose = f"choose {' or '.join(enough)} (sector_models), or " if enough else ""
        raise ValueError(
            f"{model.label} needs at least {minimum} years above zero without a gap, found {used}: "
            f"{choose}give the sector a path"
        )
    if model.needs is not Needs.NOTHING and drivers is None:
        raise ValueError(f"{model.label} needs paths of {model.needs}; give them, or choose another model")


def _check_forecast(model: Model, request: Request, forecast: Floats) -> None:
    steps = np.arange(1, request.horizon + 1)
    last = request.energy[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        far = np.abs(np.log(forecast / last)) > steps * np.log(MAX_YEARLY_FACTOR) + np.log(MAX_FACTOR)
    bad = ~np.isfinite(forecast) | (forecast <= 0) | far
    if not bad.any():
        return
    step = int(np.flatnonzero(bad)[0])
    year, value = request.last_year + step + 1, forecast[step]
    if not np.isfinite(value):
        reason = "no value (a driver has no path there)" if model.needs is not Needs.NOTHING else "no value"
    else:
        reason = f"{value:.4g} GWh after {last:.4g} GWh in {request.last_year}"
    raise ValueError(
        f"{model.label} gives {reason} for {year}; it does not fit this sector: choose another model"
    )
