"""Time on period-ENDING stamps: which hour, which day, which comparable period.

An interval of ``m`` minutes stamped ``t`` covers ``(t - m, t]``. The interval stamped midnight belongs to the day
before, and the one stamped 18:00 to the hour from 17:00. All times are the market's own, a fixed offset from UTC
without daylight saving.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Stamps = NDArray[Any]
"""Array of ``datetime64``."""
Stamp = Any
"""One ``datetime64``."""

EVENING_PEAK_HOURS = (17, 22)
"""From the beginning of hour 17 to the beginning of hour 22."""

WEEKS_OF_A_YEAR = 52
_MINUTE = np.timedelta64(1, "m")


def begin_of(stamps: Stamps, minutes: int) -> Stamps:
    """Begin of the intervals that end at the stamps."""
    begins: Stamps = stamps.astype("datetime64[m]") - minutes * _MINUTE
    return begins


def hour_of_day(stamps: Stamps, minutes: int) -> NDArray[np.int64]:
    """Hour of the clock in which each interval lies, 0 to 23.

    Parameters
    ----------
    stamps
        Period-ending stamps.
    minutes
        Cadence; at most 60, or an interval lies in several hours.

    Raises
    ------
    ValueError
        When the cadence is longer than an hour.
    """
    if minutes > 60:
        raise ValueError(
            f"intervals of {minutes} min lie in more than one hour of the day, at most 60 min have one"
        )
    begins = begin_of(stamps, minutes)
    hours: NDArray[np.int64] = (begins - begins.astype("datetime64[D]")) // np.timedelta64(60, "m")
    return hours


def day_of(stamps: Stamps, minutes: int) -> Stamps:
    """Day to which each interval belongs; midnight belongs to the day that it ends."""
    return begin_of(stamps, minutes).astype("datetime64[D]")


def in_hours(stamps: Stamps, minutes: int, hours: tuple[int, int] = EVENING_PEAK_HOURS) -> NDArray[np.bool_]:
    """Tell for each interval whether it lies from the beginning of the first hour to that of the second."""
    hour = hour_of_day(stamps, minutes)
    return (hour >= hours[0]) & (hour < hours[1])


def comparable_start(start: Stamp, end: Stamp) -> Stamp:
    """Begin of the previous comparable period: a year ago, on the same weekday.

    Parameters
    ----------
    start, end
        Begin and end of the period. It ends at the returned begin plus the same length.

    Returns
    -------
    datetime64
        ``start`` less 52 weeks (364 days), or twice, three times … as much for a period longer than that, so that
        the two never overlap. 365 days would compare Saturdays with Fridays.
    """
    first, last = np.datetime64(start, "m"), np.datetime64(end, "m")
    year = np.timedelta64(WEEKS_OF_A_YEAR * 7, "D").astype("timedelta64[m]")
    times = max(1, -int(-(last - first) // year))
    return first - times * year


def written(stamp: Stamp) -> str:
    """Write a time for a person: ``2025-08-20 18:10``."""
    return str(np.datetime64(stamp, "m")).replace("T", " ")
