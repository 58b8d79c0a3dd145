"""Rolling-origin backtests: every model at every earlier year, judged on the years that followed.

Source: Tashman (2000), "Out-of-sample tests of forecasting accuracy", doi:10.1016/S0169-2070(00)00065-0. All
origins of all series are rows of one matrix, so a model runs once. The history of an origin is prepared
(winsorised, bridged) from what was known there and nothing later.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from workbench.data.arrays import Floats, Integers
from workbench.demand.model.choices import ShockHandling
from workbench.demand.models.catalogue import DriverPaths, Model, Needs, Situation
from workbench.demand.models.growth import damped_growth
from workbench.demand.models.shocks import prepare
from workbench.forecasting.growth_intervals import half_widths, scaled_errors
from workbench.forecasting.series import all_origins, count_known, following, known_outcomes, positive_run


class DriverKnowledge(StrEnum):
    """Which future of the drivers a backtest uses."""

    NONE = "none needed"
    FORECAST = "as forecast then"
    """Every driver extended from the origin by its own damped growth: nothing later is known."""
    ACTUAL = "as they turned out"
    """The drivers' later actuals: what is left is the error of the model alone."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """Forecasts and actuals of one model at every origin; rows are origins, columns horizons 1, 2 and on."""

    owners: Integers
    """Row of the series that each origin belongs to."""
    cuts: Integers
    """Years that follow the origin in its series."""
    growths: Integers
    """Growths known at the origin."""
    forecast: Floats
    actual: Floats
    naive_error: Floats
    """Mean absolute yearly change before each origin, shape (origins,): the scale of MASE."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """How histories are prepared for the models."""

    handling: ShockHandling = ShockHandling.WINSORISE
    shock_years: tuple[int, ...] = ()
    cut: float = 2.0
    window: int = 10


def rolling_origin(
    model: Model,
    history: Floats,
    last_year: int,
    *,
    horizon: int = 10,
    first: int = 6,
    preparation: Preparation | None = None,
    drivers: DriverPaths | None = None,
    knowledge: DriverKnowledge = DriverKnowledge.NONE,
) -> Backtest:
    """Backtest a model at every origin of every series.

    Parameters
    ----------
    model
        The model.
    history
        Shape (series, years), right-aligned, any unit; years up to a zero or a gap are left out.
    last_year
        Calendar year of the last column.
    horizon
        Longest horizon [years].
    first
        Minimum number of years in a training part.
    preparation
        Handling of shocks; winsorised where left out.
    drivers
        What the model needs; only their history is used, shape (series, years, drivers).
    knowledge
        Which future of the drivers is used.

    Returns
    -------
    Backtest
        NaN where a forecast or its actual is not known.
    """
    preparation = preparation or Preparation()
    usable = positive_run(history)
    parts, owners, cuts = all_origins(usable, max(first, model.min_years))
    actual = following(usable, owners, history.shape[1] - cuts, horizon)
    changes = np.abs(np.diff(parts, axis=1))
    scale = np.nansum(changes, axis=1) / np.maximum(np.isfinite(changes).sum(axis=1), 1)
    years = last_year - cuts[:, None] - np.arange(history.shape[1] - 1, -1, -1)[None, :]
    if len(parts) == 0:
        return Backtest(owners, cuts, count_known(parts) - 1, actual, actual, scale)
    prepared = prepare(
        parts, years.astype(float), preparation.handling, preparation.shock_years, preparation.cut
    )
    paths = None if drivers is None else _paths_then(drivers, owners, cuts, horizon, knowledge)
    situation = situation_for(model, prepared, horizon, paths, preparation.window)
    forecast = model.run(situation)
    return Backtest(owners, cuts, count_known(parts) - 1, forecast, actual, scale)


def situation_for(
    model: Model, history: Floats, horizon: int, paths: DriverPaths | None, window: int, variant: str = "base"
) -> Situation:
    """Give a model its drivers in the place where it looks for them."""
    economy = paths if model.needs is not Needs.DRIVERS else None
    drivers = paths if model.needs is Needs.DRIVERS else None
    return Situation(history, horizon, economy, drivers, variant, window)


def pooled_errors(test: Backtest, series: int = 0) -> Floats:
    """Scaled absolute log errors of one series, for split-conformal intervals, shape (origins, horizons)."""
    mine = test.owners == series
    log_error = np.log(test.forecast[mine]) - np.log(test.actual[mine])
    return scaled_errors(log_error, test.growths[mine])


def errors_known_then(test: Backtest, series: int = 0) -> Floats:
    """Scaled errors that were known at each origin of one series, shape (origins, origins, horizons); else NaN."""
    cuts, errors = test.cuts[test.owners == series], pooled_errors(test, series)
    known = [known_outcomes(-cuts, errors.shape[1], -int(cut)) for cut in cuts]
    return np.where(np.reshape(known, (len(cuts), *errors.shape)), errors[None], np.nan)


def covered(
    test: Backtest, growth: Floats, level: float, series: int = 0, learned: Backtest | None = None
) -> Floats:
    """Tell for each origin and horizon whether the interval made at that origin held the actual.

    Parameters
    ----------
    test
        The backtest.
    growth
        Growths of the series, shape (years - 1,), ln per year, NaN before it begins.
    level
        Probability, per unit.
    series
        Row of the series.
    learned
        Backtest of the history that the intervals learn from, where it is another one; same origins.

    Returns
    -------
    ndarray, shape (origins of the series, horizons)
        1 inside, 0 outside, NaN not known.
    """
    mine = np.flatnonzero(test.owners == series)
    width = widths_then(learned or test, growth, level, series)
    log_error = np.log(test.forecast[mine]) - np.log(test.actual[mine])
    return np.where(np.isfinite(log_error), np.abs(log_error) <= width, np.nan)


def widths_then(test: Backtest, growth: Floats, level: float, series: int = 0) -> Floats:
    """Half-widths in logarithms of the intervals made at each origin of one series, from what was known there.

    Parameters
    ----------
    test, growth, level, series
        As for :func:`covered`.

    Returns
    -------
    ndarray, shape (origins of the series, horizons)
    """
    mine = np.flatnonzero(test.owners == series)
    horizons = test.forecast.shape[1]
    known = np.arange(len(growth))[None, :] < len(growth) - test.cuts[mine][:, None]
    errors = errors_known_then(test, series).reshape(len(mine), len(mine) * horizons)
    return half_widths(np.where(known, growth[None, :], np.nan), errors, horizons, level)


def _paths_then(
    drivers: DriverPaths,
    owners: Integers,
    cuts: Integers,
    horizon: int,
    knowledge: DriverKnowledge,
) -> DriverPaths:
    known = drivers.history
    past = np.full((len(owners), *known.shape[1:]), np.nan)
    for row, (owner, cut) in enumerate(zip(owners, cuts, strict=True)):
        past[row, cut:] = known[owner, :-cut]
    if knowledge is DriverKnowledge.ACTUAL:
        return DriverPaths(drivers.names, past, following(known, owners, known.shape[1] - cuts, horizon))
    columns = [forecast_driver(past[:, :, index], horizon) for index in range(past.shape[2])]
    return DriverPaths(drivers.names, past, np.stack(columns, axis=2))


def forecast_driver(history: Floats, horizon: int) -> Floats:
    """Extend drivers by damped growth; used only to judge models by what was known at an origin."""
    usable = positive_run(history)
    extended = np.full((len(history), horizon), np.nan)
    enough = count_known(usable) >= 3
    if enough.any():
        extended[enough] = damped_growth(usable[enough], horizon)
    return extended
