"""Totals of all sectors: their history, forecast, backtest, and their intervals from simulated sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.data.arrays import Floats
from workbench.demand.model.roles import REDUCING
from workbench.demand.model.sector import Sector
from workbench.demand.requirement.simulated_total import growth_correlation, simulate_sum
from workbench.demand.sectors.backtest import Backtest
from workbench.demand.sectors.sector_forecast import ModelForecast
from workbench.forecasting.accuracy import Accuracy, measure
from workbench.forecasting.series import log_growth, positive_run

COVERAGE_DRAWS = 1000
"""Simulated totals at each origin of the backtest."""


@dataclass(frozen=True, slots=True)
class TotalSpread:
    """How far the sum of the modelled sectors may lie from its forecast, GWh, shape (years,)."""

    level: float
    below: Floats
    above: Floats


def spread_of_sum(
    sectors: Sequence[Sector],
    forecasts: Mapping[str, Floats],
    half_widths: Mapping[str, Mapping[float, Floats]],
    levels: Sequence[float],
    *,
    seed: int,
    draws: int,
) -> tuple[TotalSpread, ...]:
    """Simulate the sum of the sectors that have intervals; given paths do not spread.

    Parameters
    ----------
    sectors
        The sectors with intervals.
    forecasts
        GWh by sector, shape (years,).
    half_widths
        Half-widths in logarithms by sector and level, shape (years,).
    levels
        Probabilities, per unit.
    seed, draws
        Of the simulation.
    """
    some = next(iter(forecasts.values()))
    if not sectors:
        return tuple(TotalSpread(level, np.zeros_like(some), np.zeros_like(some)) for level in levels)
    sign = np.array([-1.0 if sector.role in REDUCING else 1.0 for sector in sectors])[:, None]
    middle = np.stack([forecasts[sector.name] for sector in sectors]) * sign
    widths = {level: np.stack([half_widths[sector.name][level] for sector in sectors]) for level in levels}
    rng = np.random.default_rng(seed)
    sums = simulate_sum(middle, widths, growth_correlation(_growths(sectors)), rng, draws=draws)
    centre = middle.sum(axis=0)
    spreads = []
    for level in levels:
        low, high = np.quantile(sums, [(1 - level) / 2, (1 + level) / 2], axis=0)
        spreads.append(TotalSpread(level, np.maximum(centre - low, 0.0), np.maximum(high - centre, 0.0)))
    return tuple(spreads)


def backtest_of_total(
    sectors: Sequence[Sector], forecasts: Mapping[str, ModelForecast]
) -> tuple[list[tuple[int, int, float, float]], tuple[Accuracy, ...]]:
    """Backtest the sum of the chosen models over sectors that share their last actual year.

    Returns
    -------
    list of tuple
        (origin year, horizon, forecast GWh, actual GWh), where every sector has both.
    tuple of Accuracy
        By horizon.
    """
    if not sectors or any(sector.name not in forecasts for sector in sectors):
        return [], ()
    first = max(sector.last_year for sector in sectors)
    tables = []
    for sector in sectors:
        if sector.last_year != first:
            return [], ()
        test = next(iter(forecasts[sector.name].tests.values()))
        tables.append(
            {int(cut): (test.forecast[row], test.actual[row]) for row, cut in enumerate(test.cuts.tolist())}
        )
    common = sorted(set.intersection(*(set(table) for table in tables)), reverse=True)
    signs = [-1.0 if sector.role in REDUCING else 1.0 for sector in sectors]
    rows: list[tuple[int, int, float, float]] = []
    for cut in common:
        forecast = sum(sign * table[cut][0] for sign, table in zip(signs, tables, strict=True))
        actual = sum(sign * table[cut][1] for sign, table in zip(signs, tables, strict=True))
        rows += [
            (first - cut, h + 1, float(f), float(y))
            for h, (f, y) in enumerate(zip(forecast, actual, strict=True))
            if np.isfinite(f) and np.isfinite(y)
        ]
    return rows, _accuracy(rows, _naive_scale(sectors, signs))


def coverage_of_total(
    sectors: Sequence[Sector], forecasts: Mapping[str, ModelForecast], levels: Sequence[float], *, seed: int
) -> dict[float, dict[tuple[int, int], bool]]:
    """Tell whether the intervals of the sum that were possible at each origin held what came.

    Parameters
    ----------
    sectors
        As for :func:`backtest_of_total`.
    forecasts
        Of the chosen models.
    levels
        Probabilities, per unit.
    seed
        Of the simulation.

    Returns
    -------
    dict
        By level: (origin year, horizon) -> inside.
    """
    rows, _ = backtest_of_total(sectors, forecasts)
    if not rows:
        return {level: {} for level in levels}
    last = max(sector.last_year for sector in sectors)
    signs = np.array([-1.0 if sector.role in REDUCING else 1.0 for sector in sectors])
    actual = {(origin, horizon): y for origin, horizon, _, y in rows}
    growths, inside = _growths(sectors), {level: dict[tuple[int, int], bool]() for level in levels}
    for origin in sorted({row[0] for row in rows}):
        cut = last - origin
        at = [int(np.flatnonzero(_test(forecasts[s.name]).cuts == cut)[0]) for s in sectors]
        middle = np.stack(
            [_test(forecasts[s.name]).forecast[row] for s, row in zip(sectors, at, strict=True)]
        )
        widths = {
            level: np.stack(
                [forecasts[s.name].widths_then[level][row] for s, row in zip(sectors, at, strict=True)]
            )
            for level in levels
        }
        correlation = growth_correlation([growth[: len(growth) - cut] for growth in growths])
        rng = np.random.default_rng(seed)
        sums = simulate_sum(middle * signs[:, None], widths, correlation, rng, draws=COVERAGE_DRAWS)
        for level in levels:
            low, high = np.quantile(sums, [(1 - level) / 2, (1 + level) / 2], axis=0)
            for step in range(middle.shape[1]):
                if (origin, step + 1) in actual and np.isfinite(low[step]):
                    value = actual[origin, step + 1]
                    inside[level][origin, step + 1] = bool(low[step] <= value <= high[step])
    return inside


def _test(forecast: ModelForecast) -> Backtest:
    return next(iter(forecast.tests.values()))


def _accuracy(rows: list[tuple[int, int, float, float]], scale: Mapping[int, float]) -> tuple[Accuracy, ...]:
    found = []
    for horizon in sorted({row[1] for row in rows}):
        mine = [row for row in rows if row[1] == horizon]
        forecast, actual = (np.array([row[i] for row in mine]) for i in (2, 3))
        naive = np.array([scale.get(row[0], np.nan) for row in mine])
        found.append(measure(forecast, actual, naive, horizon))
    return tuple(found)


def _naive_scale(sectors: Sequence[Sector], signs: Sequence[float]) -> dict[int, float]:
    start = max(sector.first_year for sector in sectors)
    total = sum(
        sign * sector.energy[start - sector.first_year :] for sign, sector in zip(signs, sectors, strict=True)
    )
    changes = np.abs(np.diff(np.asarray(total)))
    return {start + 1 + i: float(changes[: i + 1].mean()) for i in range(len(changes))}


def _growths(sectors: Sequence[Sector]) -> list[Floats]:
    first = min(sector.first_year for sector in sectors)
    last = max(sector.last_year for sector in sectors)
    growths = []
    for sector in sectors:
        line = np.full((1, last - first + 1), np.nan)
        line[0, sector.first_year - first : sector.last_year - first + 1] = positive_run(sector.energy)[0]
        growths.append(log_growth(line)[0])
    return growths
