"""The day of the history whose weather is nearest: for years whose temperatures are given."""

from __future__ import annotations

import numpy as np

from workbench.data.arrays import Booleans, Floats, Integers, Times
from workbench.hourly_loads.day_matrix import DayMatrix
from workbench.load_profiles.shapes.alignment import same_position

REACH = 30
"""Days of the year within which a day may represent another."""
YESTERDAY_WEIGHT = 0.4
"""Buildings remember: how much the temperature of the day before counts beside the day's own."""
DEGREES_A_DAY = 0.02
"""What one day of distance in the year counts, in °C, so that the nearer of two alike days is taken."""


def daily_warmth(warmth: DayMatrix) -> Floats:
    """Mean and maximum temperature of each day and the mean of the day before, days x 3 [°C]."""
    mean, highest = warmth.grid.mean(axis=1), warmth.grid.max(axis=1)
    return np.column_stack((mean, highest, np.concatenate((mean[:1], mean[:-1]))))


def similar_days(
    target_days: Times,
    target_types: Integers,
    target_warmth: Floats,
    base_days: Times,
    base_types: Integers,
    base_warmth: Floats,
    aligned: Integers,
) -> tuple[Integers, Booleans]:
    """Position in the base year of the day of the same type with the nearest weather.

    Parameters
    ----------
    target_days, base_days
        Days of both years.
    target_types, base_types
        Type of each day (learned day types, holidays apart).
    target_warmth, base_warmth
        As :func:`daily_warmth` gives them.
    aligned
        Position that represents a day when no day of its type is within reach.

    Returns
    -------
    positions, found
        ``found`` says whether a similar day was within reach.
    """
    place = same_position(target_days, base_days)
    around = np.arange(-REACH, REACH + 1)
    candidate = (place[:, None] + around) % len(base_days)
    gap = base_warmth[candidate] - target_warmth[:, None, :]
    distance = np.abs(gap[..., 0]) + np.abs(gap[..., 1]) + YESTERDAY_WEIGHT * np.abs(gap[..., 2])
    distance += DEGREES_A_DAY * np.abs(around)
    distance[base_types[candidate] != target_types[:, None]] = np.inf
    best = distance.argmin(axis=1)
    rows = np.arange(len(place))
    found = np.isfinite(distance[rows, best])
    return np.where(found, candidate[rows, best], aligned), found
