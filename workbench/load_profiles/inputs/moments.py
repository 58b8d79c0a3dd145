"""Dates and times from the cells of a table, however they were typed, with every doubt reported by its cell."""

from __future__ import annotations

import datetime
import re

import numpy as np

from workbench.data.arrays import Integers, Times
from workbench.data.problems import Problems
from workbench.data.workbooks.table import Table

MINUTES_A_DAY = 1440
MAX_BAD_CELLS = 20
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?::\d{2}(?:\.0+)?)?\s*([AaPp][Mm])?")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")


def read_moments(table: Table, column: str, problems: Problems) -> Times:
    """Read a column of dates or times, minutes; what cannot be read is reported as an error by its cell."""
    values = table.column(column)
    kinds = {type(value) for value in values}
    if kinds <= {datetime.date}:
        return np.array(values, dtype="datetime64[D]").astype("datetime64[m]")
    if kinds <= {datetime.date, datetime.datetime}:
        return np.array(values, dtype="datetime64[s]").astype("datetime64[m]")
    return _read_each(table, column, problems)


def _read_each(table: Table, column: str, problems: Problems) -> Times:
    found, bad, day_first = [], 0, 0
    for row, value in enumerate(table.column(column)):
        moment: np.datetime64 = np.datetime64("NaT", "m")
        if isinstance(value, datetime.date):
            moment = np.datetime64(value, "m")
        elif isinstance(value, str):
            moment, swapped = _text_moment(value)
            day_first += swapped
        if np.isnat(moment):
            bad += 1
            if bad <= MAX_BAD_CELLS:
                shown = "nothing" if value is None else f"'{value}'"
                problems.error(
                    f"expected a date such as 2025-04-01, found {shown}.",
                    sheet=table.sheet,
                    cell=table.cell(row, column),
                )
        found.append(moment)
    if day_first:
        problems.change(
            f"{day_first} dates are text and were read as day-month-year; store them as dates.",
            sheet=table.sheet,
            cell=table.header_cell(column),
        )
    return np.array(found, dtype="datetime64[m]")


def _text_moment(text: str) -> tuple[np.datetime64, bool]:
    match = _DAY_FIRST.match(text)
    rest = text
    if match:
        day, month, year = match.groups()
        rest = f"{year}-{month:0>2}-{day:0>2}{text[match.end() :]}"
    try:
        return np.datetime64(datetime.datetime.fromisoformat(rest.strip()).replace(tzinfo=None), "m"), bool(
            match
        )
    except ValueError:
        return np.datetime64("NaT", "m"), False


def read_minutes(table: Table, column: str, problems: Problems) -> Integers:
    """Read a column of times of the day or of hours, minutes since midnight; reports what cannot be read."""
    values = table.column(column)
    if {type(value) for value in values} <= {datetime.time}:
        return np.array([60 * v.hour + v.minute for v in values], dtype=np.int64)  # type: ignore[attr-defined]
    minutes = np.array([_minute_of(value) for value in values], dtype=np.int64)
    bad = np.flatnonzero(minutes < 0)
    for row in bad[:MAX_BAD_CELLS]:
        problems.error(
            f"expected a time such as 13:00 or an hour from 0 to 24, found '{values[row]}'.",
            sheet=table.sheet,
            cell=table.cell(int(row), column),
        )
    whole_hours = all(isinstance(value, (int, float)) for value in values)
    if whole_hours and not len(bad) and minutes.min() == 60 and minutes.max() == MINUTES_A_DAY:
        problems.change(
            "the hours run from 1 to 24: each was read as the hour that ends then.",
            sheet=table.sheet,
            cell=table.header_cell(column),
        )
        return minutes - 60
    return minutes


def _minute_of(value: object) -> int:
    """Minutes since midnight; -1 for what is not a time."""
    if isinstance(value, datetime.timedelta):
        return round(value.total_seconds() / 60)
    if isinstance(value, (datetime.time, datetime.datetime)):
        return value.hour * 60 + value.minute
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        # Excel keeps a time as a fraction of a day; whole numbers count hours.
        minute = value * MINUTES_A_DAY if 0 < value < 1 else value * 60
        return round(minute) if 0 <= minute <= MINUTES_A_DAY else -1
    match = _CLOCK.fullmatch(str(value).strip())
    if not match:
        return -1
    hour, minute, half = int(match[1]), int(match[2]), (match[3] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return hour * 60 + minute if hour <= 24 and minute < 60 else -1
