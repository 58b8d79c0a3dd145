"""Dates and times from the cells of a table, however they were typed, with every doubt reported by its cell."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.data.arrays import Booleans, Integers, Times
from workbench.data.problems import Problems
from workbench.data.tables.table import Table
from workbench.data.texts.dates import (
    MAX_DATE_CHARACTERS,
    DateOrder,
    Precision,
    Shape,
    daily_order,
    read_date,
)
from workbench.hourly_loads.reading.slots import MINUTES_A_DAY, ending_step
from workbench.hourly_loads.rules import Stamps
from workbench.hourly_loads.year_hours import month_of_header

MAX_BAD_CELLS = 20
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?::\d{2}(?:\.0+)?)?\s*([AaPp][Mm])?")
_DAY_AND_CLOCK = re.compile(r"(\S.*?)(?:[T\s]+|,\s*)(\d{1,2}[:.]\d{2}\S*(?:\s*[AaPp][Mm])?)")
_ISO = r"\d{4}-?\d{2}-?\d{2}(?:[T ]\d{2}(?::?\d{2}(?::?\d{2}(?:\.\d+)?)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_ZONED = r"\d{2}[T ]\d{2}.*(?:Z|[+-]\d{2}:?\d{2})$"
# 01.01.2024 00:00 - 01.01.2024 01:00, and what some write behind a time: (CEST), DST
_INTERVAL = re.compile(r"(\d\S*[T ]\d{1,2}:\d{2}(?::\d{2})?)(?: \(?[A-Z]+\)?)?\s+[-\u2013]\s+\d.*")
_SUMMER_MARK = re.compile(r"(.*\d{1,2}:\d{2}(?::\d{2})?) (?:DST|\([A-Z]{3,4}\))")
_INDIAN = re.compile(r"(.*\d{1,2}:\d{2}(?::\d{2})?) ?IST")
_NUMBERED = re.compile(r"(?:hours?|hrs?|he|h)[ ._-]*(\d{1,2})", re.IGNORECASE)
SERIAL_DAYS = (29_000.0, 73_000.0)
"""1979 to 2099, in days since 30 December 1899."""
UNIX_SECONDS = (946_684_800.0, 4_102_444_800.0)
"""2000 to 2099: what a count of seconds since 1970 can be, and hardly anything else of ten digits is."""


@dataclass(frozen=True, slots=True, eq=False)
class Stamped:
    """Stamps of a column.

    Parameters
    ----------
    times
        Minutes.
    zone
        ``"UTC"`` where the cells carried a zone; empty where they did not.
    stamps
        What they mark, where the cells say it.
    """

    times: Times
    zone: str = ""
    stamps: Stamps | None = None


def read_moments(table: Table, column: str, problems: Problems, order: DateOrder | None = None) -> Times:
    """Read a column of dates or times, see :func:`read_stamps`."""
    return read_stamps(table, column, problems, order).times


def read_stamps(table: Table, column: str, problems: Problems, order: DateOrder | None = None) -> Stamped:
    """Read a column of dates or times; what cannot be read is reported as an error by its cell.

    Parameters
    ----------
    table, column
        Where.
    problems
        Takes what cannot be read, and how the rest was read.
    order
        Which of day and month comes first, where the layout of the file says it.
    """
    values = table.column(column)
    kinds = {type(value) for value in values}
    if kinds <= {datetime.date}:
        return Stamped(np.array(values, dtype="datetime64[D]").astype("datetime64[m]"))
    if kinds <= {datetime.date, datetime.datetime}:
        # Excel counts days in binary: a full hour may lie a few milliseconds below.
        exact = np.array(values, dtype="datetime64[ms]") + np.timedelta64(500, "ms")
        return Stamped(exact.astype("datetime64[m]"))
    unix = _unix_times(values)
    if unix is not None:
        problems.change(
            f"the numbers of '{column}' were read as seconds since 1970, UTC.",
            sheet=table.sheet,
            cell=table.header_cell(column),
        )
        return Stamped(unix, "UTC")
    serial = _serial_times(values)
    if serial is not None:
        problems.change(
            f"the numbers of '{column}' were read as days since 30 December 1899, as spreadsheets count them.",
            sheet=table.sheet,
            cell=table.header_cell(column),
        )
        return Stamped(serial)
    texts = [value if isinstance(value, str) else "" for value in values]
    local = [match[1] if (match := _INDIAN.fullmatch(text)) else text for text in texts]
    if local != texts:
        problems.change(
            f"the times of '{column}' that say IST were read as those of the project's clock.",
            sheet=table.sheet,
            cell=table.header_cell(column),
        )
    texts = local
    begins = [match[1] if (match := _INTERVAL.fullmatch(text)) else text for text in texts]
    intervals = sum(begin != text for begin, text in zip(begins, texts, strict=True))
    if intervals:
        problems.change(
            f"{intervals} cells of '{column}' give the begin and the end of a reading; the begin was read.",
            sheet=table.sheet,
            cell=table.header_cell(column),
        )
    texts = [match[1] if (match := _SUMMER_MARK.fullmatch(text)) else text for text in begins]
    found, zoned = _iso_times(texts)
    naive = [row for row, text in enumerate(texts) if not zoned[row] and (text or values[row] is not None)]
    if zoned.any() and naive:
        problems.error(
            f"{len(naive)} times have no zone, unlike the others; write all with it or all without.",
            sheet=table.sheet,
            cell=table.cell(naive[0], column),
        )
    for row, value in enumerate(values):
        if isinstance(value, datetime.date):
            found[row] = np.datetime64(value, "m")
    rest = [row for row in np.flatnonzero(np.isnat(found)).tolist() if texts[row]]
    said = _read_others(table, column, found, rest, texts, problems, order)
    read = sum(not np.isnat(found[row]) for row in rest)
    if read:
        problems.change(
            f"{read} dates are text and were read as {said}; store them as dates.",
            sheet=table.sheet,
            cell=table.header_cell(column),
        )
    for row in np.flatnonzero(np.isnat(found))[:MAX_BAD_CELLS].tolist():
        seen = "nothing" if values[row] is None else f"'{values[row]}'"
        problems.error(
            f"expected a date such as 2025-04-01, found {seen}.",
            sheet=table.sheet,
            cell=table.cell(row, column),
        )
    return Stamped(found, "UTC" if zoned.any() else "", Stamps.BEGINS if intervals else None)


def _serial_times(values: Sequence[object]) -> Times | None:
    """Times of a column of days since 1899-12-30, as spreadsheets count them; ``None`` where it is not one."""
    try:
        numbers = np.array([float(value) for value in values if not isinstance(value, bool)])  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    first, last = SERIAL_DAYS
    if len(numbers) != len(values) or not len(numbers) or not ((numbers >= first) & (numbers < last)).all():
        return None
    minutes = np.rint(numbers * MINUTES_A_DAY).astype(np.int64)
    return np.asarray(np.datetime64("1899-12-30T00:00", "m") + minutes.astype("timedelta64[m]"))


def read_date_parts(table: Table, columns: Sequence[str], problems: Problems) -> Times:
    """Read dates from a column of years, one of months and one of days, minutes; reports what is none."""
    found = np.empty(len(table.rows), dtype="datetime64[m]")
    parts = [table.column(name) for name in columns]
    bad = 0
    for row, cells in enumerate(zip(*parts, strict=True)):
        try:
            found[row] = np.datetime64(datetime.date(*(_whole_number(cell) for cell in cells)), "m")
        except (TypeError, ValueError):
            bad += 1
            if bad <= MAX_BAD_CELLS:
                said = " ".join(map(str, cells))
                problems.error(
                    f"expected a year, a month and a day, found {said}.",
                    sheet=table.sheet,
                    cell=table.cell(row, columns[0]),
                )
            found[row] = np.datetime64("NaT", "m")
    return found


def _whole_number(cell: object) -> int:
    if isinstance(cell, str) and (month := month_of_header(cell)) is not None:
        return month + 1
    number = float(cell)  # type: ignore[arg-type]
    if number != int(number):
        raise ValueError(number)
    return int(number)


def with_dates_below(table: Table, column: str, problems: Problems) -> Table:
    """Give the rows below a date, which is written once a day, that date too; reported as a change.

    Parameters
    ----------
    table, column
        Where.
    problems
        Takes the note.
    """
    values = table.column(column)
    blank = [row for row, value in enumerate(values) if value is None or value == ""]
    if not blank or blank[0] == 0 or len(blank) < len(values) / 2:
        return table
    filled: list[object] = []
    for value in values:
        filled.append(filled[-1] if value is None or value == "" else value)
    problems.change(
        f"{len(blank)} rows have no date of their own: each has that of the row above it, which is written once "
        "a day.",
        sheet=table.sheet,
        cell=table.cell(blank[0], column),
    )
    place = table.position(column)
    rows = tuple(
        (*row[:place], value, *row[place + 1 :]) for row, value in zip(table.rows, filled, strict=True)
    )
    return replace(table, rows=rows)


def _unix_times(values: Sequence[object]) -> Times | None:
    """Times of a column of seconds or milliseconds since 1970; ``None`` where it is not one."""
    texts = [value for value in values if isinstance(value, str)]
    if any(not (text.isdecimal() and len(text) in (10, 13)) for text in texts):
        return None
    if any(isinstance(value, bool) or not isinstance(value, (str, int, float)) for value in values):
        return None
    numbers = np.array([float(value) for value in values])  # type: ignore[arg-type]
    for scale in (1.0, 1000.0):
        first, last = (scale * end for end in UNIX_SECONDS)
        if len(numbers) and ((numbers >= first) & (numbers <= last)).all():
            return (numbers / scale).astype("datetime64[s]").astype("datetime64[m]")
    return None


def _iso_times(texts: Sequence[str]) -> tuple[Times, Booleans]:
    series = pd.Series(texts, dtype=object)
    is_iso = series.str.fullmatch(_ISO)
    zoned = is_iso & series.str.contains(_ZONED, regex=True)
    parsed = pd.to_datetime(series.where(is_iso), format="ISO8601", errors="coerce", utc=bool(zoned.any()))
    times = parsed.dt.tz_localize(None) if zoned.any() else parsed
    return times.to_numpy().astype("datetime64[m]"), zoned.to_numpy(dtype=bool)


def _read_others(
    table: Table,
    column: str,
    found: Times,
    rest: Sequence[int],
    texts: Sequence[str],
    problems: Problems,
    known: DateOrder | None,
) -> str:
    """Read texts that are not ISO 8601, all in the order of day and month that is known or some of them show."""
    parts = {row: _parts(texts[row]) for row in rest}
    found_order, evidence = (known, "") if known else daily_order(day for day, _ in parts.values())
    if found_order is None and "only" in evidence:
        problems.error(
            f"{evidence}; write all dates like 2024-02-29.",
            sheet=table.sheet,
            cell=table.header_cell(column),
        )
    order = found_order or DateOrder.DAY_FIRST
    shapes = set()
    for row, (day, clock) in parts.items():
        date = read_date(day, order)
        minute = minute_of(clock) if clock else 0
        if date and date.precision is Precision.DAY and minute >= 0:
            found[row] = np.datetime64(date.day, "m") + np.timedelta64(minute, "m")
            shapes.add(date.shape)
    if shapes <= {Shape.ISO}:
        return "year-month-day"
    return "month-day-year" if order is DateOrder.MONTH_FIRST else "day-month-year"


def is_moment(value: object) -> bool:
    """Whether a cell holds a day and, where it is text, a time of it."""
    if not isinstance(value, str):
        return isinstance(value, datetime.date)
    if re.fullmatch(_ISO, value):
        return "T" in value or ":" in value
    day, clock = _parts(value)
    return bool(clock) and minute_of(clock) >= 0 and read_date(day) is not None


def _parts(text: str) -> tuple[str, str]:
    match = _DAY_AND_CLOCK.fullmatch(text.strip()) if len(text) <= MAX_DATE_CHARACTERS else None
    return (match[1], match[2]) if match else (text, "")


def read_minutes(
    table: Table, column: str, problems: Problems, *, as_written: bool = False
) -> tuple[Integers, Stamps | None]:
    """Read a column of times of the day or of hours; reports what cannot be read.

    Parameters
    ----------
    table, column
        Where.
    problems
        Takes what cannot be read, and how the rest was read.
    as_written
        Leave times from the first step to 24:00, which end their part of the day, as they are.

    Returns
    -------
    minutes
        Since midnight.
    stamps
        What they mark, where they show it.
    """
    values = table.column(column)
    if {type(value) for value in values} <= {datetime.time}:
        clocks = [60 * v.hour + v.minute for v in values]  # type: ignore[attr-defined]
        return np.array(clocks, dtype=np.int64), None
    minutes = _without_colon(values)
    if minutes is None:
        minutes = np.array([minute_of(value) for value in values], dtype=np.int64)
    bad = np.flatnonzero(minutes < 0)
    for row in bad[:MAX_BAD_CELLS]:
        problems.error(
            f"expected a time such as 13:00 or an hour from 0 to 24, found '{values[row]}'.",
            sheet=table.sheet,
            cell=table.cell(int(row), column),
        )
    step = 0 if as_written else ending_step(minutes)
    if step and not len(bad):
        what = "hours run from 1 to 24" if step == 60 else f"times run from 00:{step:02} to 24:00"
        which = "hour that ends then" if step == 60 else f"{step} minutes that end then"
        problems.change(
            f"the {what}: each was read as the {which}.", sheet=table.sheet, cell=table.header_cell(column)
        )
        return minutes - step, Stamps.BEGINS
    return minutes, None


def _without_colon(values: Sequence[object]) -> Integers | None:
    """Minutes of a column of times such as 0930 and 2400; ``None`` where it is not one."""
    try:
        numbers = np.array([float(value) for value in values])  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    if not len(numbers) or not np.isfinite(numbers).all() or numbers.max() <= MINUTES_A_DAY / 60:
        return None
    whole = numbers.astype(np.int64)
    hours, minutes = whole // 100, whole % 100
    if (
        (whole != numbers).any()
        or numbers.min() < 0
        or hours.max() > MINUTES_A_DAY // 60
        or minutes.max() >= 60
    ):
        return None
    # Numbers of blocks run through 60 to 99, which no time has.
    return np.asarray(60 * hours + minutes)


def minute_of(value: object) -> int:
    """Minutes of a day since midnight; -1 for what is not a time."""
    if isinstance(value, datetime.timedelta):
        return round(value.total_seconds() / 60)
    if isinstance(value, (datetime.time, datetime.datetime)):
        return value.hour * 60 + value.minute
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        # Excel keeps a time as a fraction of a day; whole numbers count hours.
        minute = value * MINUTES_A_DAY if 0 < value < 1 else value * 60
        return round(minute) if 0 <= minute <= MINUTES_A_DAY else -1
    numbered = _NUMBERED.fullmatch(str(value).strip())
    if numbered:
        return minute_of(int(numbered[1]))
    match = _CLOCK.fullmatch(str(value).strip())
    if not match:
        return -1
    hour, minute, half = int(match[1]), int(match[2]), (match[3] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return hour * 60 + minute if hour <= 24 and minute < 60 else -1
