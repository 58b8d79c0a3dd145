"""From the stamps of a file to hours in UTC: daylight saving, stamps at the end, steps below an hour."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.data.arrays import Integers, Times
from workbench.hourly_loads.rules import Clock


def to_utc(times: Times, clock: Clock, zone: str) -> Times:
    """Turn stamps of a clock without zone into UTC.

    An hour that the local clock lives twice is told apart by the order of its stamps: the first is summer time.

    Parameters
    ----------
    times
        Stamps, minutes, ascending but for the hour lived twice.
    clock
        Which clock they were read from.
    zone
        IANA name of the local clock.

    Returns
    -------
    ndarray
        ``NaT`` where the local clock has no such time (it was put forward).
    """
    if clock is Clock.UTC:
        return times
    if clock is Clock.STANDARD:
        return np.asarray(times - standard_offset(zone))
    index = pd.DatetimeIndex(times.astype("datetime64[s]"))
    summer = ~pd.Series(index).duplicated(keep="first").to_numpy()
    aware = index.tz_localize(zone, ambiguous=summer, nonexistent="NaT")
    return np.asarray(aware.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[m]"))


def unchanged_clock(times: Times, step: int, zone: str) -> np.datetime64 | None:
    """Give the first stamp that the local clock does not have, where the stamps are of a clock that never changes.

    Parameters
    ----------
    times
        Stamps, minutes, ascending but for an hour lived twice.
    step
        Minutes between them.
    zone
        IANA name of the local clock.

    Returns
    -------
    datetime64 or None
        None where the stamps follow the changes of the clock, or meet none that would tell.
    """
    if not len(times):
        return None
    index = pd.DatetimeIndex(np.unique(times).astype("datetime64[s]"))
    skipped = np.asarray(index.tz_localize(zone, ambiguous=True, nonexistent="NaT").isna())
    if not skipped.any():
        return None
    # One such hour may be a slip; a file that also doubles no hour has no daylight saving.
    doubled = index.tz_localize(zone, ambiguous=True, nonexistent="shift_forward") != index.tz_localize(
        zone, ambiguous=False, nonexistent="shift_forward"
    )
    twice = np.unique(times, return_counts=True)[1][doubled]
    hours = index[skipped].floor("h").nunique()
    changes = len(set(index[skipped].date))
    if not len(twice) or (twice > 1).any() or hours < changes or skipped.sum() * step < 60 * changes:
        return None
    return np.datetime64(index[skipped][0].isoformat(), "m")


def misfits(times: Times, zone: str) -> int:
    """Count the stamps that the local clock does not have, or has only once and that come twice.

    Parameters
    ----------
    times
        Stamps, minutes, ascending but for an hour lived twice.
    zone
        IANA name of the local clock.
    """
    unique, counts = np.unique(times, return_counts=True)
    index = pd.DatetimeIndex(unique.astype("datetime64[s]"))
    none = np.asarray(index.tz_localize(zone, ambiguous=True, nonexistent="NaT").isna())
    first, second = (
        index.tz_localize(zone, ambiguous=summer, nonexistent="shift_forward") for summer in (True, False)
    )
    return int(none.sum() + ((counts > 1) & (first == second)).sum())


def standard_offset(zone: str) -> np.timedelta64:
    """Offset of the local standard time from UTC: the smaller one of the zone in a recent year."""
    winter_and_summer = pd.DatetimeIndex(["2023-01-15", "2023-07-15"]).tz_localize(zone)
    offsets = [stamp.utcoffset() for stamp in winter_and_summer]
    return np.timedelta64(min(offset for offset in offsets if offset is not None), "m")


def step_minutes(times: Times) -> int:
    """Most common step between stamps that follow each other, minutes."""
    steps = np.diff(np.sort(times)).astype("timedelta64[m]").astype(np.int64)
    steps = steps[steps > 0]
    if not len(steps):
        return 60
    values, counts = np.unique(steps, return_counts=True)
    return int(values[counts.argmax()])


def hour_places(utc: Times, first_hour: np.datetime64) -> Integers:
    """Number of the hour, from ``first_hour`` on, in which each time lies."""
    return np.asarray((utc - first_hour).astype("timedelta64[m]").astype(np.int64) // 60)
