"""The hours of a year on the local clock: fiscal or calendar, leap days and daylight saving as they fall.

A day always has 24 places on the clock. On a day of 23 hours one place is not used, on a day of 25 hours one
is used twice; each real hour is counted once in every sum.
"""

from __future__ import annotations

import datetime
import functools
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.data.arrays import Integers, Times
from workbench.data.tables.table import plain_name

HOUR = np.timedelta64(60, "m")
MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH_WORDS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


def month_of_header(header: str) -> int | None:
    """Month that a header names, such as ``Apr``, ``April`` or ``Apr 2026``, from 0; None for other headers."""
    word = re.sub(r"[^a-z].*", "", plain_name(header))
    found = (at for at, name in enumerate(MONTH_WORDS) if len(word) >= 3 and name.startswith(word))
    return next(found, None)


@dataclass(frozen=True, slots=True, eq=False)
class YearHours:
    """The hours of one (fiscal) year.

    Parameters
    ----------
    year
        Number of the year in which it ends.
    first_month
        Month in which it begins; 1 for calendar years.
    zone
        IANA name of the local clock.
    utc
        Begin of each hour, UTC, minutes.
    days
        Local days.
    day
        Position of each hour's day in ``days``.
    clock
        Local hour of each hour, 0 to 23.
    month
        Position of each hour's month in the year, 0 to 11.
    """

    year: int
    first_month: int
    zone: str
    utc: Times
    days: Times
    day: Integers
    clock: Integers
    month: Integers

    def __len__(self) -> int:
        return len(self.utc)

    @property
    def month_bounds(self) -> Integers:
        """First hour of each month, and the number of hours at the end."""
        return np.searchsorted(self.month, np.arange(13)).astype(np.int64)

    @property
    def hours_by_month(self) -> Integers:
        """Number of real hours of each month."""
        return np.diff(self.month_bounds)

    @property
    def local(self) -> Times:
        """Begin of each hour on the local clock, without zone; an hour that is lived twice is there twice."""
        return local_times(self.utc, self.zone)

    @property
    def month_names(self) -> tuple[str, ...]:
        """Names of the months in the order of the year."""
        return tuple(MONTH_NAMES[(self.first_month - 1 + month) % 12] for month in range(12))


@functools.lru_cache(maxsize=256)
def hours_of_year(year: int, first_month: int = 4, zone: str = "Asia/Kolkata") -> YearHours:
    """List the hours of a year.

    Parameters
    ----------
    year
        The year in which it ends: 2025 is April 2024 to March 2025 when ``first_month`` is 4.
    first_month
        1 for calendar years.
    zone
        IANA name of the local clock.
    """
    begin_year = year - (first_month > 1)
    begin, end = (datetime.date(begin_year + add, first_month, 1) for add in (0, 1))
    first, last = (
        pd.Timestamp(day).tz_localize(zone).tz_convert("UTC").tz_localize(None) for day in (begin, end)
    )
    utc = np.arange(first.to_datetime64().astype("datetime64[m]"), last.to_datetime64(), HOUR)
    local = local_times(utc, zone)
    days = np.arange(np.datetime64(begin, "D"), np.datetime64(end, "D"))
    day = (local.astype("datetime64[D]") - days[0]).astype(np.int64)
    month = (days.astype("datetime64[M]") - days[0].astype("datetime64[M]")).astype(np.int64)
    return YearHours(year, first_month, zone, utc, days, day, clock_hours(local), month[day])


def local_times(utc: Times, zone: str) -> Times:
    """Turn times in UTC into times of the local clock, without zone, minutes."""
    aware = pd.DatetimeIndex(utc.astype("datetime64[s]")).tz_localize("UTC").tz_convert(zone)
    return np.asarray(aware.tz_localize(None).to_numpy().astype("datetime64[m]"))


def clock_hours(local: Times) -> Integers:
    """Hour of the day, 0 to 23, of local times."""
    since = local.astype("datetime64[m]") - local.astype("datetime64[D]").astype("datetime64[m]")
    return np.asarray(since.astype(np.int64) // 60)


def weekdays(days: Times) -> Integers:
    """Weekday of each day, 0 for Monday to 6 for Sunday."""
    return np.asarray((days.astype("datetime64[D]").astype(np.int64) + 3) % 7)


def year_of_days(days: Times, first_month: int) -> Integers:
    """Number of the (fiscal) year of each day: that of the year in which it ends."""
    months = days.astype("datetime64[M]").astype(np.int64)
    shift = 0 if first_month == 1 else 13 - first_month
    return np.asarray((months + shift) // 12 + 1970)
