"""Periods as text, such as ``2025-07``, ``2025-Q3``, ``2025-07-01/2025-07-08`` and ``last 7 days``."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from workbench.errors import SettingError
from workbench.market.model.clock import Stamp
from workbench.market.model.period import MINUTE, Period

EXAMPLES = (
    '"2025", "2025-Q3", "2025-07", "2025-07-14", "2025-07-01/2025-07-08", "last 7 days", "last 12 hours"'
)
_LAST = re.compile(r"last\s+(?:(\d{1,4})\s+)?(hour|day|week|month|year)s?", re.IGNORECASE)
_QUARTER = re.compile(r"(\d{4})-?q([1-4])", re.IGNORECASE)
_UNIT_OF_LENGTH = {4: "Y", 7: "M", 10: "D", 13: "h", 16: "m"}
_MOMENT = re.compile(r"\d{4}(-\d{2}(-\d{2}([T ]\d{2}(:\d{2})?)?)?)?")


def read_period(text: object, data_time: Stamp) -> Period:
    """Read a period that a user has written.

    Parameters
    ----------
    text
        A year, a quarter, a month, a day, or two of them (or two times) with ``/`` or ``to`` between them: of
        days, months and years the last one is part of the period, times are its exact ends. ``last 7 days`` are the
        day of the newest reading and those before it, ``last 12 hours`` end with it. A :class:`Period` is given
        back.
    data_time
        End of the newest reading: what "last" counts from.

    Returns
    -------
    Period
        On the market's clock.

    Raises
    ------
    SettingError
        When it is none of these; the sentence shows examples.

    Examples
    --------
    >>> print(read_period("2025-07", None))
    2025-07-01 00:00 to 2025-08-01 00:00
    >>> print(read_period("2025-07-01/2025-07-08", None))
    2025-07-01 00:00 to 2025-07-09 00:00
    """
    if isinstance(text, Period):
        return text
    if not isinstance(text, str) or not (plain := " ".join(text.split())):
        raise _unreadable(text)
    try:
        if found := _LAST.fullmatch(plain):
            return _last(int(found[1] or 1), found[2].lower(), data_time)
        begin, separator, end = plain.partition("/")
        if not separator:
            begin, separator, end = plain.partition(" to ")
        first, after = _bounds(begin.strip())
        return Period(first, _bounds(end.strip())[1] if separator else after)
    except ValueError as error:
        raise _unreadable(text, f" ({error})" if "empty" in str(error) else "") from error


def _bounds(text: str) -> tuple[Stamp, Stamp]:
    """Begin and end of a year, quarter, month, day or hour; of a time, the time twice."""
    if found := _QUARTER.fullmatch(text):
        first = np.datetime64(f"{found[1]}-{3 * int(found[2]) - 2:02d}", "M")
        return first.astype("datetime64[m]"), (first + np.timedelta64(3, "M")).astype("datetime64[m]")
    if not _MOMENT.fullmatch(text):
        raise ValueError(f"{text!r} is not a date")
    unit = _UNIT_OF_LENGTH[len(text)]
    moment = np.array(text.replace(" ", "T"), dtype=f"datetime64[{unit}]")[()]
    after = moment if unit in ("h", "m") else moment + np.array(1, dtype=f"timedelta64[{unit}]")[()]
    return moment.astype("datetime64[m]"), after.astype("datetime64[m]")


def _last(count: int, unit: str, data_time: Stamp) -> Period:
    if not count or np.isnat(np.datetime64(data_time, "m")):
        raise ValueError("the period is empty")
    lengths: dict[str, Callable[[], Period]] = {
        "hour": lambda: Period(data_time - count * 60 * MINUTE, data_time),
        "day": lambda: Period.last_days(count, data_time),
        "week": lambda: Period.last_days(7 * count, data_time),
        "month": lambda: _last_months(count, data_time),
        "year": lambda: _last_months(12 * count, data_time),
    }
    return lengths[unit]()


def _last_months(count: int, data_time: Stamp) -> Period:
    day_after = Period.last_days(1, data_time).begin.astype("datetime64[D]") + np.timedelta64(1, "D")
    month = day_after.astype("datetime64[M]")
    # The same day of the month as today's end; the 31st of a short month is its last day.
    first = month - np.timedelta64(count, "M")
    within = min(day_after - month.astype("datetime64[D]"), _length(first) - np.timedelta64(1, "D"))
    return Period(first.astype("datetime64[D]") + within, data_time)


def _length(month: Stamp) -> Stamp:
    return (month + np.timedelta64(1, "M")).astype("datetime64[D]") - month.astype("datetime64[D]")


def _unreadable(text: object, reason: str = "") -> SettingError:
    return SettingError(
        f"{text!r} cannot be read as a period{reason}; write it like {EXAMPLES}.", "period", text
    )
