"""Kinds of days, learned from the load: which weekdays are alike, which one is the day of rest.

Nothing is taken for granted: in Kerala Saturday is a working day, elsewhere Friday is the day of rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from workbench.data.arrays import Booleans, Floats, Integers, Times
from workbench.hourly_loads.day_matrix import DayMatrix
from workbench.hourly_loads.year_hours import weekdays

HOLIDAY = 7
ALIKE = 0.02
"""Weekdays whose normalised profiles differ by less than this (root mean square) are of one type."""
DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Holiday")
WEEK_DAYS = 7


@dataclass(frozen=True, slots=True, eq=False)
class DayTypes:
    """What was learned.

    Parameters
    ----------
    factors
        Mean load of Monday to Sunday and of holidays, over that of the ordinary days around.
    profiles
        8 x 24: load over the mean of the days around, by hour of the clock.
    types
        Number of the type of Monday to Sunday and of holidays; alike days have the same number.
    rest_day
        Weekday with the lowest load, 0 for Monday.
    """

    factors: Floats
    profiles: Floats
    types: Integers
    rest_day: int

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each type, such as ``"Tue-Sat"`` or ``"Sun, Holiday"``."""
        return tuple(_name(np.flatnonzero(self.types == kind)) for kind in range(int(self.types.max()) + 1))

    def table(self) -> pd.DataFrame:
        """Give day, factor and type by name."""
        names = self.names
        return pd.DataFrame(
            {"day": DAY_NAMES, "factor": self.factors, "type": [names[kind] for kind in self.types]}
        )


def day_kinds(days: Times, holidays: Booleans) -> Integers:
    """Kind of each day: its weekday from 0 for Monday, or 7 for a holiday."""
    return np.where(holidays, HOLIDAY, weekdays(days))


def learn_day_types(matrix: DayMatrix, holidays: Booleans) -> DayTypes:
    """Learn which weekdays are alike and how much lower holidays are.

    Each day is compared with the mean of the ordinary days of the week around it, so that neither season nor
    growth counts.

    Parameters
    ----------
    matrix
        A year or more of days; days with unknown hours are left out.
    holidays
        Whether each day is one.
    """
    kinds = day_kinds(matrix.days, holidays)
    whole = ~np.isnan(matrix.grid).any(axis=1)
    level = _level(matrix.grid.mean(axis=1), whole & ~holidays)
    relative = matrix.grid / level[:, None]
    usable = whole & ~np.isnan(level)
    profiles = np.ones((8, 24))
    for kind in range(8):
        of_kind = usable & (kinds == kind)
        if of_kind.any():
            profiles[kind] = np.median(relative[of_kind], axis=0)
    if not (usable & (kinds == HOLIDAY)).any():
        profiles[HOLIDAY] = profiles[int(profiles[:WEEK_DAYS].mean(axis=1).argmin())]
    factors = profiles.mean(axis=1)
    return DayTypes(factors, profiles, _types(profiles), int(factors[:WEEK_DAYS].argmin()))


def _level(daily: Floats, usable: Booleans) -> Floats:
    """Mean of the usable days of the 15 days around each day."""
    window = np.ones(15)
    values = np.where(usable, np.nan_to_num(daily), 0.0)
    count = np.convolve(usable.astype(float), window, "same")
    with np.errstate(invalid="ignore", divide="ignore"):
        level: Floats = np.convolve(values, window, "same") / count
    return level


def _types(profiles: Floats) -> Integers:
    """Join alike profiles (average linkage): always the two most alike groups, as long as they differ little."""
    apart = np.sqrt(np.mean((profiles[:, None] - profiles[None]) ** 2, axis=2))
    groups = [[kind] for kind in range(len(profiles))]
    while len(groups) > 1:
        pairs = list(combinations(range(len(groups)), 2))
        distances = [float(apart[np.ix_(groups[one], groups[other])].mean()) for one, other in pairs]
        nearest = int(np.argmin(distances))
        if distances[nearest] >= ALIKE:
            break
        one, other = pairs[nearest]
        groups[one] = sorted(groups[one] + groups.pop(other))
    types = np.empty(len(profiles), dtype=np.int64)
    for number, group in enumerate(sorted(groups)):
        types[group] = number
    return types


def _name(days: Integers) -> str:
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1 and day != HOLIDAY:
            runs[-1].append(int(day))
        else:
            runs.append([int(day)])
    return ", ".join(
        DAY_NAMES[run[0]] if len(run) == 1 else f"{DAY_NAMES[run[0]]}-{DAY_NAMES[run[-1]]}" for run in runs
    )
