"""An hourly series as a matrix: one row a local day, one column an hour of the clock."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.data.arrays import Floats, Times
from workbench.hourly_loads.year_hours import clock_hours, local_times


@dataclass(frozen=True, slots=True, eq=False)
class DayMatrix:
    """Hourly values by day and hour of the clock.

    Parameters
    ----------
    days
        Local days without a gap.
    grid
        Days x 24; ``nan`` where nothing is known.
    """

    days: Times
    grid: Floats

    def __len__(self) -> int:
        return len(self.days)

    def between(self, first: np.datetime64, last: np.datetime64) -> DayMatrix:
        """Give the days from ``first`` to ``last``, both included, as far as they are there."""
        start, end = np.searchsorted(self.days, [first, last + np.timedelta64(1, "D")])
        return DayMatrix(self.days[start:end], self.grid[start:end])


def day_matrix(utc: Times, values: Floats, zone: str) -> DayMatrix:
    """Lay out hourly values by day and hour of the local clock.

    An hour that is lived twice (the clock is put back) holds the mean of both; the hour that is skipped (the
    clock is put forward) holds the mean of its neighbours, so that every day can serve as a pattern.

    Parameters
    ----------
    utc
        Begin of each hour, UTC, ascending.
    values
        One value for each.
    zone
        IANA name of the local clock.
    """
    local = local_times(utc, zone)
    days = local.astype("datetime64[D]")
    place = (days - days[0]).astype(np.int64) * 24 + clock_hours(local)
    count = int((days[-1] - days[0]).astype(np.int64) + 1) * 24
    flat = np.full(count, np.nan)
    flat[place] = values
    seen = np.bincount(place, minlength=count)
    twice = np.flatnonzero(seen > 1)
    if len(twice):
        flat[twice] = np.bincount(place, weights=values, minlength=count)[twice] / seen[twice]
    # Only hours that the clock leaves out; an hour that was not measured stays unknown.
    skipped = np.flatnonzero((seen == 0) & (np.arange(count) > place[0]) & (np.arange(count) < place[-1]))
    flat[skipped] = (flat[skipped - 1] + flat[skipped + 1]) / 2
    return DayMatrix(np.arange(days[0], days[-1] + np.timedelta64(1, "D")), flat.reshape(-1, 24))
