"""Forecasts of seasonal series by the pool, each with its method, skill, interval and coverage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.data.arrays import Floats
from workbench.forecasting.origin_intervals import Intervals, measure_intervals
from workbench.forecasting.pool import METHODS, Method, Rolled, roll

__all__ = ["MIN_PERIODS", "SeriesForecast", "forecast_series", "roll_all", "why_not"]

MIN_PERIODS = 6
MIN_SHARE = 0.8
MAX_SILENCE = 3
PLAIN_NAMES = {Method.NAIVE: "last value", Method.DRIFT: "last value with drift"}


@dataclass(frozen=True, slots=True)
class SeriesForecast:
    """Forecast of one series, before it is made to add up with others.

    Parameters
    ----------
    path, half_width
        Forecast and half-width of its interval, shape ``(horizon,)``, in the unit of the series.
    method
        What was used, in words.
    wape
        Sum of absolute errors over sum of absolute outcomes of each method [%], over all outcomes of all origins;
        ``chosen`` is what would have been chosen at each origin.
    skill
        Share of the error of seasonal naive that ``chosen`` avoids; negative when it is worse; ``nan`` unknown.
    covered, counted
        How many outcomes of earlier origins were inside their interval, of how many.
    origins
        How many origins were overtaken by at least one outcome.
    """

    path: Floats
    half_width: Floats
    method: str
    wape: Mapping[str, float]
    skill: float
    covered: int
    counted: int
    origins: int

    @property
    def uses_naive(self) -> bool:
        """Whether nothing did better than repeating the last season (or the last value)."""
        return self.method in (str(Method.NAIVE), PLAIN_NAMES[Method.NAIVE])


def why_not(values: Floats) -> str:
    """Say why a series cannot be forecast; empty when it can.

    Parameters
    ----------
    values
        One series by period, ``nan`` for gaps.
    """
    known = np.flatnonzero(np.isfinite(values))
    if len(known) < MIN_PERIODS:
        return f"only {len(known)} periods have a figure, at least {MIN_PERIODS} are needed"
    silence = len(values) - 1 - int(known[-1])
    if silence >= MAX_SILENCE:
        return f"the last {silence} periods have no figure"
    span = int(known[-1] - known[0]) + 1
    if len(known) < MIN_SHARE * span:
        return f"only {len(known)} of {span} periods have a figure"
    return ""


def forecast_series(
    values: Floats, horizon: int, season: int = 12, level: float = 0.95
) -> tuple[SeriesForecast | None, ...]:
    """Forecast series that share their periods.

    Parameters
    ----------
    values
        Series by period, shape ``(series, periods)``; ``nan`` where there is no figure: a gap, never 0.
    horizon
        Periods ahead.
    season
        Periods in a year: 12, 4 or 1.
    level
        Share of outcomes that an interval should hold.

    Returns
    -------
    tuple of SeriesForecast or None
        None where :func:`why_not` has a reason.
    """
    found: list[SeriesForecast | None] = [None] * len(values)
    for rows, rolled in roll_all(values, horizon, season):
        intervals = measure_intervals(rolled, level)
        for place, row in enumerate(rows):
            found[row] = _one(rolled, intervals, place)
    return tuple(found)


def roll_all(values: Floats, horizon: int, season: int) -> Iterator[tuple[list[int], Rolled]]:
    """Run the pool on all series that can be forecast, those that begin together at once.

    Yields
    ------
    list of int, Rolled
        Rows of the series, and what the pool forecast of them; its origins count from where they begin.
    """
    groups: dict[int, list[int]] = {}
    for row, series in enumerate(values):
        if not why_not(series):
            groups.setdefault(int(np.isfinite(series).argmax()), []).append(row)
    for start, rows in groups.items():
        yield rows, roll(values[rows, start:], horizon, season)


def _one(rolled: Rolled, intervals: Intervals, place: int) -> SeriesForecast:
    errors = np.abs(rolled.forecasts[:, place] - rolled.actual[place])
    own = np.abs(rolled.chosen[place] - rolled.actual[place])
    usable = np.isfinite(errors).all(axis=0) & np.isfinite(own)
    size = float(np.abs(rolled.actual[place])[usable].sum())
    names = [_name(method, rolled.season) for method in METHODS]
    wape = dict(zip(names, _shares([error[usable] for error in errors], size), strict=True))
    wape["chosen"] = _shares([own[usable]], size)[0]
    naive = float(errors[METHODS.index(Method.NAIVE)][usable].sum())
    return SeriesForecast(
        path=rolled.chosen[place, -1],
        half_width=intervals.half_width[place],
        method=names[int(rolled.choices[place, -1])],
        wape=wape,
        skill=1 - float(own[usable].sum()) / naive if naive > 0 else float("nan"),
        covered=int(intervals.covered[place]),
        counted=int(intervals.counted[place]),
        origins=int(usable.any(axis=1).sum()),
    )


def _name(method: Method, season: int) -> str:
    return PLAIN_NAMES.get(method, str(method)) if season == 1 else str(method)


def _shares(errors: Sequence[Floats], size: float) -> list[float]:
    return [100 * float(error.sum()) / size if size > 0 else float("nan") for error in errors]
