"""Which day of the base year represents each day of a target year.

The same position in the year, moved by at most three days to the same weekday. A holiday takes a holiday,
an ordinary day never does.
"""

from __future__ import annotations

import numpy as np

from workbench.data.arrays import Booleans, Integers, Times
from workbench.hourly_loads.year_hours import weekdays

HOLIDAY_REACH = 20
"""Days within which a holiday of the base year may represent another."""
SUNDAY = 6


def same_position(target_days: Times, base_days: Times) -> Integers:
    """Position in the base year of the same month and day; 29 February falls on the 28th.

    Parameters
    ----------
    target_days
        Any days.
    base_days
        The days of one whole year that begins with a month.
    """
    base_month = base_days.astype("datetime64[M]")
    starts = np.searchsorted(base_month, base_month[0] + np.arange(13))
    month = (target_days.astype("datetime64[M]").astype(np.int64) - base_month[0].astype(np.int64)) % 12
    of_month = (target_days - target_days.astype("datetime64[M]")).astype(np.int64)
    return np.asarray(starts[month] + np.minimum(of_month, np.diff(starts)[month] - 1), dtype=np.int64)


def align_days(
    target_days: Times,
    base_days: Times,
    target_holidays: Booleans,
    base_holidays: Booleans,
    rest_day: int = SUNDAY,
) -> Integers:
    """Position in the base year of the day that represents each target day.

    Parameters
    ----------
    target_days, base_days
        The days of both years.
    target_holidays, base_holidays
        Whether each of them is a holiday.
    rest_day
        Weekday that represents a holiday when the base year has none near, 0 for Monday.
    """
    position = same_position(target_days, base_days)
    base_weekday = weekdays(base_days)
    chosen = _nearest_weekday(position, weekdays(target_days), base_weekday, base_holidays)
    ordinary = np.flatnonzero(~base_holidays)
    rest = ordinary[base_weekday[ordinary] == rest_day]
    feasts = np.flatnonzero(base_holidays)
    for day in np.flatnonzero(target_holidays):
        near = _nearest(feasts, int(position[day]))
        if near is None or abs(near - position[day]) > HOLIDAY_REACH:
            near = _nearest(rest, int(position[day]))
        if near is not None:
            chosen[day] = near
    return chosen


def _nearest_weekday(
    position: Integers, wanted: Integers, base_weekday: Integers, base_holidays: Booleans
) -> Integers:
    shift = (wanted - base_weekday[position] + 3) % 7 - 3
    last = len(base_weekday) - 1
    best = np.full(len(position), -1, dtype=np.int64)
    distance = np.full(len(position), np.iinfo(np.int64).max, dtype=np.int64)
    # A week off where the nearest lies outside the year or is a holiday; two or three at a cluster of them.
    for weeks in (0, -1, 1, -2, 2, -3, 3):
        candidate = position + shift + 7 * weeks
        inside = (candidate >= 0) & (candidate <= last)
        usable = inside & ~base_holidays[np.clip(candidate, 0, last)]
        away = np.abs(candidate - position)
        better = usable & (away < distance)
        best[better], distance[better] = candidate[better], away[better]
    return np.where(best >= 0, best, np.clip(position, 0, last))


def _nearest(places: Integers, position: int) -> int | None:
    if not len(places):
        return None
    return int(places[np.argmin(np.abs(places - position))])
