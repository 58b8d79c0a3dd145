"""The hourly history of a file: a sheet or several of a workbook, a CSV file or a Parquet file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.data.problems import Problems
from workbench.data.tables.parquet import read_frame
from workbench.data.tables.table import Table, plain_name
from workbench.data.texts.content import FileKind, kind_of
from workbench.data.texts.table import read_text_table, rows_without_totals, without_totals
from workbench.data.texts.units_in_cells import without_units_behind
from workbench.data.workbooks.one_table import known_headers
from workbench.data.workbooks.reading import Workbook, read_workbook
from workbench.errors import InvalidData, UnreadableFile
from workbench.hourly_loads.reading.hourly_table import (
    CLOCK_NAMES,
    DATE_NAMES,
    HEADERS,
    LOAD_NAMES,
    TEMPERATURE_NAMES,
    TIME_NAMES,
    has_parts_of_days,
    is_header,
    read_table,
    stamp_of,
)
from workbench.hourly_loads.reading.joined_sheets import join_sheets
from workbench.hourly_loads.reading.readings import HourlySheet

__all__ = [
    "CLOCK_NAMES",
    "DATE_NAMES",
    "HISTORY_WORDS",
    "LOAD_NAMES",
    "TEMPERATURE_NAMES",
    "TIME_NAMES",
    "HourlySheet",
    "has_history_name",
    "read_hourly_sheet",
    "read_table",
]

HISTORY_WORDS = ("hourly", "halfhourly", "history", "loadcurve", "scada")


def read_hourly_sheet(path: Path, sheet: str = "", load_columns: Sequence[str] = ()) -> HourlySheet:
    """Read the history of a file.

    Parameters
    ----------
    path
        Workbook, CSV or Parquet.
    sheet
        Name of the sheet; found by its name or headers when left out. Several whose times follow each other,
        such as one a year, are read as one.
    load_columns
        Columns that add up to the load, where it is not the one of a known name.

    Raises
    ------
    UnreadableFile
        When the file cannot be opened.
    InvalidData
        When it has no such columns, or times or loads that cannot be read; with every problem.
    """
    problems = Problems(path.name)
    if (kind := kind_of(path)) is FileKind.PARQUET:
        return _read_parquet(path, problems, load_columns)
    if kind is FileKind.TEXT:
        text = without_units_behind(read_text_table(path, problems, is_header), is_header, problems)
        if text.frame.is_empty():
            raise _without_rows(path)
        date = stamp_of(text.columns)
        text = without_totals(text, date, problems) if date else text
        return read_table(path.name, text.table(lambda name: name != date), problems, load_columns)
    found = _history_sheets(path, sheet)
    book = read_workbook(path, sheets=found)
    problems.extend(book.problems)
    if len(found) > 1:
        found = _with_hours(book, found, problems)
    if len(found) == 1:
        return _read_page(path, book, found[0], problems, load_columns)
    return join_sheets(
        [_read_page(path, book, name, Problems(path.name), load_columns) for name in found], problems
    )


def _with_hours(book: Workbook, named: list[str], problems: Problems) -> list[str]:
    """Leave out sheets that are called like a history, but have no stamps or loads."""
    found = [name for name in named if _may_hold_hours(book, name)]
    others = [name for name in named if name not in found]
    if not found:
        found, others = named[:1], named[1:]
    if others:
        problems.warning(
            f"the sheets {', '.join(others)} may hold hourly loads too and are not read.", sheet=found[0]
        )
    return found


def _may_hold_hours(book: Workbook, name: str) -> bool:
    """Whether a sheet has stamps and a load, or a column for each part of the day."""
    sheet = book.sheet(name)
    if sheet.has((HEADERS[0], HEADERS[2])):
        return True
    return has_parts_of_days(sheet.table(headers=known_headers(sheet, is_header)))


def _read_page(
    path: Path, book: Workbook, found: str, problems: Problems, load_columns: Sequence[str]
) -> HourlySheet:
    table = book.sheet(found).table(problems, headers=known_headers(book.sheet(found), is_header))
    if table.columns and not table.rows:
        raise _without_rows(path)
    stamp = stamp_of(table.columns)
    table = rows_without_totals(table, _is_no_stamp, stamp, problems) if stamp else table
    return read_table(path.name, table, problems, load_columns)


def _without_rows(path: Path) -> UnreadableFile:
    return UnreadableFile(f"{path.name} has no rows below its header; fill it, or choose another file.", path)


def _is_no_stamp(value: object) -> bool:
    return isinstance(value, str) and not any(map(str.isdigit, value))


def has_history_name(name: str) -> bool:
    """Tell whether a sheet is called like one of hourly loads."""
    return any(word in plain_name(name) for word in HISTORY_WORDS)


def _history_sheets(path: Path, asked: str) -> list[str]:
    """Name the sheets of the history: the one requested, those whose names say so, or those that can be it."""
    names = read_workbook(path, sheets=()).sheet_names
    if asked:
        wanted = [name for name in names if plain_name(name) == plain_name(asked)]
    else:
        wanted = [name for name in names if has_history_name(name)]
        wanted = wanted or (list(names) if len(names) == 1 else [])
    if not wanted and not asked:
        book = read_workbook(path)
        wanted = [name for name in names if _may_hold_hours(book, name)]
    if not wanted:
        what = (
            f"no sheet '{asked}'"
            if asked
            else "no sheet whose name or headers say that it holds hourly loads"
        )
        raise InvalidData(
            f"{path.name} has {what}; present: {', '.join(names)}. Name it in the setting 'history_sheet'.",
            path,
        )
    return wanted


def _read_parquet(path: Path, problems: Problems, load_columns: Sequence[str]) -> HourlySheet:
    """A frame is read like a sheet, but for times with a zone, which are brought to UTC."""
    frame = read_frame(path)
    if isinstance(frame.index, pd.DatetimeIndex):
        frame = frame.reset_index(names="datetime")
    zoned = [name for name in frame.columns if isinstance(frame[name].dtype, pd.DatetimeTZDtype)]
    frame = frame.assign(**{name: frame[name].dt.tz_convert("UTC").dt.tz_localize(None) for name in zoned})
    rows = tuple(zip(*(_plain(frame[name]) for name in frame.columns), strict=True))
    names = tuple(map(str, frame.columns))
    table = Table(path.stem, "", names, rows, range(2, 2 + len(rows)), range(len(names)), 1, path.name)
    read = read_table(path.name, table, problems, load_columns)
    return replace(read, zone="UTC" if zoned else read.zone, places=np.empty(0, dtype=np.int64))


def _plain(column: pd.Series) -> list[object]:
    if column.dtype.kind == "M":
        values: list[object] = column.to_numpy().astype("datetime64[ms]").tolist()
        return values
    if column.dtype.kind in "fiu":
        numbers = column.astype(float)
        return numbers.astype(object).where(numbers.notna(), None).tolist()
    return column.astype(object).where(column.notna(), None).tolist()
