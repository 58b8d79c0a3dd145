"""Forecasts and backtests of the columns of a frame: yearly growth models, or the pool for quarters and months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.data.arrays import Floats, Integers
from workbench.demand.frames.periods import Periods, Step
from workbench.demand.model.choices import AUTOMATIC, choose
from workbench.demand.models.catalogue import MODELS, Needs
from workbench.demand.sectors.backtest import covered
from workbench.demand.sectors.many import forecast_many
from workbench.errors import SettingError
from workbench.forecasting.origin_intervals import measure_intervals
from workbench.forecasting.pool import METHODS, Method
from workbench.forecasting.series import count_known, log_growth, positive_run
from workbench.forecasting.series_forecast import roll_all, why_not

__all__ = ["SeriesResult", "chosen_model", "seasonal_results", "yearly_results"]

POOL = {
    "naive": Method.NAIVE,
    "drift": Method.DRIFT,
    "theta": Method.THETA,
    "exponential_smoothing": Method.ETS,
    "mean": Method.MEAN,
}
"""Methods of the pool by the names that a caller writes."""


@dataclass(frozen=True, slots=True)
class SeriesResult:
    """What was computed of one series.

    Parameters
    ----------
    row
        Column of the frame.
    model
        What was used.
    forecast
        Shape (horizon,).
    bounds
        Lower and upper bound by level [%], each of shape (horizon,).
    origins
        Periods of the frame known at each origin, shape (origins,).
    models
        What was used at each origin.
    forecasts, actual
        Of the backtest, shape (origins, horizons), NaN where not known.
    inside
        By level [%]: 1 where the interval held the actual, 0 where not, NaN where there was none; same shape.
    scale
        Mean absolute change (of a year ago, with a season) before each origin, for MASE, shape (origins,).
    note
        What is to be known of it.
    """

    row: int
    model: str
    forecast: Floats
    bounds: Mapping[float, tuple[Floats, Floats]]
    origins: Integers
    models: Sequence[str]
    forecasts: Floats
    actual: Floats
    inside: Mapping[float, Floats]
    scale: Floats
    note: str = ""


def chosen_model(model: str, step: Step) -> str:
    """Resolve and check the name of a model.

    Raises
    ------
    SettingError
        When there is none of that name for the step; lists those there are.
    """
    if step is Step.YEAR:
        names = [name for name, known in MODELS.items() if known.needs is Needs.NOTHING]
        model = choose(model, has_economy=False) if model == AUTOMATIC else model
    else:
        names = list(POOL)
        if model == AUTOMATIC:
            return model
    if model in names:
        return model
    listed = ", ".join((AUTOMATIC, *names))
    if model in MODELS and step is Step.YEAR:
        raise SettingError(
            f"The model '{model}' needs {MODELS[model].needs}, which a frame does not hold; choose one of "
            f"{listed}, or run a demand forecast from a workbook.",
            "model",
            model,
        )
    raise SettingError(f"There is no model {model!r} for {step}s; choose one of {listed}.", "model", model)


def yearly_results(
    values: Floats,
    periods: Periods,
    model: str,
    levels: Sequence[float],
    horizon: int,
    backtest_horizon: int,
    first_training: int,
) -> tuple[dict[int, SeriesResult], dict[int, str]]:
    """Forecast yearly series by one model of the demand catalogue.

    Returns
    -------
    dict, dict
        Result by row, and the reason for each row that has none.
    """
    usable = positive_run(values)
    count, minimum = count_known(usable), MODELS[model].min_years
    failures = {
        row: _why_no_growth(values[row], int(count[row]), model)
        for row in map(int, np.flatnonzero(count < minimum))
    }
    good = [row for row in range(len(values)) if row not in failures]
    if not good:
        return {}, failures
    found = forecast_many(
        usable[good],
        horizon,
        model=model,
        levels=[level / 100 for level in levels],
        backtest_horizon=backtest_horizon,
        first=first_training,
    )
    growth = log_growth(usable[good])
    order = np.argsort(found.test.owners, kind="stable")
    bounds = np.searchsorted(found.test.owners[order], np.arange(len(good) + 1))
    results = {}
    for place, row in enumerate(good):
        mine = order[bounds[place] : bounds[place + 1]][::-1]
        inside = {level: covered(found.test, growth[place], level / 100, place)[::-1] for level in levels}
        results[row] = SeriesResult(
            row,
            model,
            found.forecast[place],
            {level: (found.lower(level / 100)[place], found.upper(level / 100)[place]) for level in levels},
            values.shape[1] - found.test.cuts[mine],
            [model] * len(mine),
            found.test.forecast[mine],
            found.test.actual[mine],
            inside,
            found.test.naive_error[mine],
            _note_of_run(values[row], int(count[row]), periods),
        )
    return results, failures


def seasonal_results(
    values: Floats, periods: Periods, model: str, levels: Sequence[float], horizon: int
) -> tuple[dict[int, SeriesResult], dict[int, str]]:
    """Forecast quarterly or monthly series by the pool, or by one method of it; returns as the yearly ones."""
    failures = {row: reason for row, series in enumerate(values) if (reason := why_not(series))}
    names = {METHODS.index(method): name for name, method in POOL.items()}
    results = {}
    for rows, rolled in roll_all(values, horizon, periods.season):
        if model != AUTOMATIC:
            rolled = replace(rolled, choices=np.full_like(rolled.choices, METHODS.index(POOL[model])))
        intervals = {level: measure_intervals(rolled, level / 100) for level in levels}
        chosen, start = rolled.chosen, values.shape[1] - int(rolled.origins[-1])
        for place, row in enumerate(rows):
            path = chosen[place, -1]
            widths = {level: intervals[level].half_width[place] for level in levels}
            used = [names[int(choice)] for choice in rolled.choices[place]]
            results[row] = SeriesResult(
                row,
                used[-1],
                path,
                {level: (path - width, path + width) for level, width in widths.items()},
                rolled.origins[:-1] + start,
                used[:-1],
                chosen[place, :-1],
                rolled.actual[place, :-1],
                {level: intervals[level].inside[place, :-1] for level in levels},
                _mean_change(values[row], rolled.origins[:-1] + start, rolled.season),
                "" if rolled.season == periods.season else "too short for a season: forecast without one",
            )
    return results, failures


def _mean_change(series: Floats, origins: Integers, season: int) -> Floats:
    changes = np.abs(series[season:] - series[:-season])
    known = np.isfinite(changes)
    sums, counts = np.where(known, changes, 0.0).cumsum(), known.cumsum()
    at = np.maximum(origins - season - 1, 0)
    return np.where(counts[at] > 0, sums[at] / np.maximum(counts[at], 1), np.nan)


def _why_no_growth(series: Floats, count: int, model: str) -> str:
    if not np.isfinite(series[-1]):
        return "the last year has no value; fill it in, or leave the year out"
    if series[-1] <= 0:
        return f"the last value is {series[-1]:g}; growth cannot start from there"
    minimum = MODELS[model].min_years
    return (
        f"{MODELS[model].label} needs at least {minimum} years above zero without a gap at the end of the series, "
        f"found {count}"
    )


def _note_of_run(series: Floats, count: int, periods: Periods) -> str:
    before = series[: len(series) - count]
    if not np.isfinite(before).any():
        return ""
    last = periods.first + len(before) - 1
    return f"the years to {last} are not used, because the value of {last} is missing, zero or negative"
