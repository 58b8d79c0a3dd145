"""A year as level x weekly profile x holiday factor x residual, and put together again for another calendar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from workbench.data.arrays import Booleans, Floats, Integers, Times
from workbench.forecasting.seasonal_trend import mstl
from workbench.hourly_loads.day_matrix import DayMatrix
from workbench.load_profiles.shapes.alignment import same_position
from workbench.load_profiles.shapes.day_types import day_kinds, learn_day_types

LEVEL_DAYS = 29
PERIODS = (24, 168)
DRAWN_WITHIN = 14
"""Days around the position in the year from which a residual is drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """A decomposed year.

    Parameters
    ----------
    days
        Its days.
    level
        Mean load of the four weeks around each day, holidays left out [MW].
    profiles
        8 x 24: load over level of Monday to Sunday and of holidays.
    residual
        Days x 24: what is left, around 1.
    """

    days: Times
    level: Floats
    profiles: Floats
    residual: Floats


def decompose(matrix: DayMatrix, holidays: Booleans) -> Components:
    """Take a year apart; level x profile x residual gives it back exactly.

    Parameters
    ----------
    matrix
        One complete year.
    holidays
        Whether each day is one.
    """
    daily = matrix.grid.mean(axis=1)
    kinds = day_kinds(matrix.days, holidays)
    types = learn_day_types(matrix, holidays)
    neutral = daily / types.factors[kinds]
    half = LEVEL_DAYS // 2
    padded = np.concatenate((neutral[half:0:-1], neutral, neutral[-2 : -half - 2 : -1]))
    level = np.convolve(padded, np.ones(LEVEL_DAYS) / LEVEL_DAYS, "valid")
    residual = matrix.grid / (level[:, None] * types.profiles[kinds])
    return Components(matrix.days, level, types.profiles, residual)


def compose(parts: Components, target_days: Times, holidays: Booleans, aligned: Integers) -> Floats:
    """Put a year together for another calendar, days x 24 [MW].

    Parameters
    ----------
    parts
        The decomposed base year.
    target_days
        Days of the year to make.
    holidays
        Whether each of them is one.
    aligned
        Position in the base year of the day whose residual is replayed.
    """
    level = parts.level[same_position(target_days, parts.days)]
    kinds = day_kinds(target_days, holidays)
    return np.asarray(level[:, None] * parts.profiles[kinds] * parts.residual[aligned])


@dataclass(frozen=True, slots=True, eq=False)
class SeasonalParts:
    """A year taken apart by MSTL, in logarithms; each days x 24.

    Parameters
    ----------
    days
        Its days.
    trend, daily, weekly, residual
        Their sum is the logarithm of the load.
    """

    days: Times
    trend: Floats
    daily: Floats
    weekly: Floats
    residual: Floats


def seasonal_parts(matrix: DayMatrix) -> SeasonalParts:
    """Take a year apart with MSTL of 24 and 168 hours.

    See :func:`workbench.forecasting.seasonal_trend.mstl`.

    Parameters
    ----------
    matrix
        One complete year.
    """
    found = mstl(np.log(matrix.grid.ravel()), PERIODS)
    parts = (found.trend, *found.seasons, found.residual)
    return SeasonalParts(matrix.days, *(part.reshape(matrix.grid.shape) for part in parts))


def compose_seasonal(
    parts: SeasonalParts,
    target_days: Times,
    target_holidays: Booleans,
    base_holidays: Booleans,
    aligned: Integers,
    rng: Generator,
) -> Floats:
    """Put a year together for another calendar, days x 24 [MW].

    Trend and daily season stay at their place in the year, the weekly season goes with the weekday. An ordinary
    day draws the residual of a whole ordinary day around its place, a holiday keeps that of its base holiday.

    Parameters
    ----------
    parts
        The base year.
    target_days
        Days of the year to make.
    target_holidays, base_holidays
        Whether each day is one.
    aligned
        Position in the base year of the day that represents each.
    rng
        Source of the draws.
    """
    position = same_position(target_days, parts.days)
    drawn = np.clip(
        position + rng.integers(-DRAWN_WITHIN, DRAWN_WITHIN + 1, len(position)), 0, len(parts.days) - 1
    )
    ordinary = np.flatnonzero(~base_holidays)
    nearest = ordinary[np.clip(np.searchsorted(ordinary, drawn), 0, len(ordinary) - 1)]
    residual_day = np.where(target_holidays, aligned, nearest)
    logs = (
        parts.trend[position] + parts.daily[position] + parts.weekly[aligned] + parts.residual[residual_day]
    )
    return np.exp(logs)
