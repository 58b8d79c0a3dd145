"""Market time: minutes since 1970 on the market's own clock, and stamps that END their period.

The clock of a market has no daylight saving; it is kept as naive times (``datetime64[m]``), as the market
publishes them. A range ``(start, end]`` holds the stamps s with start < s <= end, so that the reading stamped
midnight belongs to the day, and to the month, that it ends.
"""

from __future__ import annotations

import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from workbench.errors import SettingError

Minutes = NDArray[np.int64]
Stamps = NDArray[np.datetime64]
Time = np.datetime64 | datetime.datetime | datetime.date | str

DAY = 1440


def to_minutes(when: Time) -> int:
    """Give a time on the market's clock as minutes since 1970.

    Raises
    ------
    SettingError
        When it is not a time, carries a zone, or does not fall on a whole minute.
    """
    if isinstance(when, datetime.datetime) and when.tzinfo is not None:
        raise SettingError(f"{when} carries a zone, expected a time on the market's own clock.", "time", when)
    try:
        exact = np.array(when, dtype="datetime64[us]")[()]
    except ValueError:
        raise SettingError(
            f"{when!r} is not a time, expected one such as 2025-08-20T18:10.", "time", when
        ) from None
    minute = exact.astype("datetime64[m]")
    if np.isnat(exact) or minute != exact:
        raise SettingError(
            f"{when} is not a whole minute, expected one such as 2025-08-20T18:10.", "time", when
        )
    return int(minute.astype(np.int64))


def to_stamps(minutes: Minutes | int) -> Stamps:
    """Give minutes since 1970 as ``datetime64[m]``."""
    return np.asarray(minutes, dtype=np.int64).astype("datetime64[m]")


def stamp_of(minutes: int) -> np.datetime64:
    """Give one time as ``datetime64[m]``."""
    return np.datetime64(int(minutes), "m")


def shown(minutes: int) -> str:
    """Write a time for a person: ``2025-08-20 18:10``."""
    return str(stamp_of(minutes)).replace("T", " ")


def floor_to(minutes: int, step: int) -> int:
    """Give the last grid point at or before a time."""
    return minutes // step * step


def ceil_to(minutes: int, step: int) -> int:
    """Give the first grid point at or after a time."""
    return -(-minutes // step) * step


def month_of(minutes: int) -> str:
    """Name the month that a period-ending stamp belongs to: midnight of the 1st ends the month before."""
    return str(np.datetime64(int(minutes) - 1, "m").astype("datetime64[M]"))


def day_of(minutes: int) -> str:
    """Name the day that a period-ending stamp belongs to."""
    return str(np.datetime64(int(minutes) - 1, "m").astype("datetime64[D]"))


def period_bounds(period: str) -> tuple[int, int]:
    """Give a month ``2025-08`` or a day ``2025-08-20`` as a range ``(start, end]`` [minutes since 1970]."""
    unit: Literal["M", "D"] = "M" if len(period) == len("2025-08") else "D"
    first = np.array(period, dtype=f"datetime64[{unit}]")
    bounds = np.array([first, first + np.timedelta64(1, unit)]).astype("datetime64[m]").astype(np.int64)
    return int(bounds[0]), int(bounds[1])


def split_edges(start: int, end: int, step: int | None) -> Minutes:
    """Cut a range into steps that end on the clock.

    Parameters
    ----------
    start, end
        Range ``(start, end]`` [minutes since 1970].
    step
        Length [min]; None for one step. Steps up to a day end at its multiples since midnight, longer ones
        are counted from ``start``; the first and the last may be shorter.

    Returns
    -------
    ndarray of int64, shape (steps + 1,)
        Edges, ``start`` first and ``end`` last.
    """
    if step is None:
        return np.array([start, end], dtype=np.int64)
    first = ceil_to(start + 1, step) if step <= DAY else start + step
    inner = np.arange(first, end, step, dtype=np.int64)
    return np.concatenate(([start], inner, [end])).astype(np.int64)
