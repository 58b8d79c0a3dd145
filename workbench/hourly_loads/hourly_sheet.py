"""The hourly history as a file gives it: times, loads and temperatures, each with its row.

A workbook sheet, a CSV file or a Parquet file; with a date and a time or a block of the day, with one column for
both, or with a row for each day and a column for each part of it; any step from 5 minutes to an hour; or an export
of a public source, see :mod:`~workbench.hourly_loads.public_layouts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.data.arrays import Floats, Integers, Times
from workbench.data.problems import Problem, Problems
from workbench.data.tables.parquet import read_frame
from workbench.data.tables.table import Table, cell_name, plain_name
from workbench.data.texts.amounts import is_placeholder
from workbench.data.texts.content import FileKind, kind_of
from workbench.data.texts.table import any_of, read_text_table, rows_without_totals, without_totals
from workbench.data.workbooks.number_cells import number_from_text
from workbench.data.workbooks.one_table import known_headers
from workbench.data.workbooks.reading import read_workbook
from workbench.errors import InvalidData, UnreadableFile
from workbench.hourly_loads.load_units import to_mw, without_units
from workbench.hourly_loads.moments import MAX_BAD_CELLS, Stamped, read_minutes, read_moments, read_stamps
from workbench.hourly_loads.public_layouts import PublicColumns, find_public, is_public_header, report_public
from workbench.hourly_loads.rules import Stamps
from workbench.hourly_loads.slots import BLOCK_NAMES, Slots, find_slots, read_blocks

HISTORY_WORDS = ("hourly", "halfhourly", "history", "loadcurve", "scada")
TIME_NAMES = ("datetime", "timestamp", "utc", "datetimeutc", "stamp", "period", "localtime", "beginofthehour")
DATE_NAMES = ("date", "day")
CLOCK_NAMES = ("time", "hour", "clock", "hr")
HOUR_ENDING_NAMES = ("hourending", "hourend", "endofhour", "he")
"""Of the day beside a date, or whole stamps: either way they end their hour."""
LOAD_NAMES = (
    "demand",
    "load",
    "mw",
    "demandmw",
    "loadmw",
    "demand(mw)",
    "load(mw)",
    "demand[mw]",
    "load[mw]",
    "value",
    "systemdemand",
)
UTC_NAMES = ("utc", "datetimeutc")
TEMPERATURE_NAMES = ("temperature", "temp", "temperature(c)", "temperature(°c)", "t2m", "drybulb")
STAMP_NAMES = (*TIME_NAMES, *DATE_NAMES, *HOUR_ENDING_NAMES)
HEADERS = (STAMP_NAMES, (*CLOCK_NAMES, *BLOCK_NAMES), LOAD_NAMES)
"""Names of the columns by which the header of a sheet is found."""


@dataclass(frozen=True, slots=True, eq=False)
class HourlySheet:
    """Readings as a file gives them.

    Parameters
    ----------
    file, sheet
        Where.
    times
        One a reading, minutes, in the order of the file.
    zone
        IANA name of the clock of the times, where the file says it; ``"UTC"`` where they carried a zone. They are
        of the clock that the config names when it is empty.
    load
        Power [MW]; ``nan`` where the cell is blank.
    temperature
        [°C]; empty when there is no such column.
    rows
        Row of each reading in the file, from 1.
    places
        Zero-based column of each load in the file; empty where a file has no letters for them.
    problems
        What was noticed.
    stamps
        What the times mark, where the file says it; what the config says when it does not.
    """

    file: str
    sheet: str
    times: Times
    zone: str
    load: Floats
    temperature: Floats
    rows: Integers
    places: Integers
    problems: tuple[Problem, ...] = ()
    stamps: Stamps | None = None

    def cell(self, position: int) -> str:
        """Name the cell of a load, or its row where there are no letters."""
        row = int(self.rows[position])
        return cell_name(row - 1, int(self.places[position])) if len(self.places) else f"row {row}"


def read_hourly_sheet(path: Path, sheet: str = "") -> HourlySheet:
    """Read the history of a file.

    Parameters
    ----------
    path
        Workbook, CSV or Parquet.
    sheet
        Name of the sheet; found by its name when left out.

    Raises
    ------
    UnreadableFile
        When the file cannot be opened.
    InvalidData
        When it has no such columns, or times or loads that cannot be read; with every problem.
    """
    problems = Problems(path.name)
    if (kind := kind_of(path)) is FileKind.PARQUET:
        return _read_parquet(path, problems)
    if kind is FileKind.TEXT:
        text = read_text_table(path, problems, _is_header)
        if text.frame.is_empty():
            raise _without_rows(path)
        date = _stamp_of(text.columns)
        text = without_totals(text, date, problems) if date else text
        return read_table(path.name, text.table(lambda name: name != date), problems)
    found = _history_sheet(path, sheet, problems)
    book = read_workbook(path, sheets=[found])
    problems.extend(book.problems)
    table = book.sheet(found).table(problems, headers=known_headers(book.sheet(found), _is_header))
    if table.columns and not table.rows:
        raise _without_rows(path)
    stamp = _stamp_of(table.columns)
    table = rows_without_totals(table, _is_no_stamp, stamp, problems) if stamp else table
    return read_table(path.name, table, problems)


def _without_rows(path: Path) -> UnreadableFile:
    return UnreadableFile(f"{path.name} has no rows below its header; fill it, or choose another file.", path)


def _stamp_of(columns: Sequence[str]) -> str | None:
    public = find_public(columns)
    return public.times if public else _pick(_by_plain_name(columns), STAMP_NAMES)


def _is_no_stamp(value: object) -> bool:
    return isinstance(value, str) and not any(map(str.isdigit, value))


def has_history_name(name: str) -> bool:
    """Tell whether a sheet is called like one of hourly loads."""
    return any(word in plain_name(name) for word in HISTORY_WORDS)


def _history_sheet(path: Path, asked: str, problems: Problems) -> str:
    """Name the sheet of the history: the one requested, one whose name says so, or the only one that can be."""
    names = read_workbook(path, sheets=()).sheet_names
    if asked:
        wanted = [name for name in names if plain_name(name) == plain_name(asked)]
    else:
        wanted = [name for name in names if has_history_name(name)]
        wanted = wanted or (list(names) if len(names) == 1 else [])
    if not wanted and not asked:
        by_headers = read_workbook(path).find_table("hourly", (HEADERS[0], HEADERS[2]), problems)
        wanted = [by_headers] if by_headers else []
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
    if len(wanted) > 1:
        others = ", ".join(wanted[1:])
        problems.warning(f"the sheets {others} may hold hourly loads too and are not read.", sheet=wanted[0])
    return wanted[0]


def read_table(file: str, table: Table, problems: Problems | None = None) -> HourlySheet:
    """Read the history from a table; ``problems`` hold what was noticed before."""
    problems = Problems(file) if problems is None else problems
    columns = _by_plain_name(table.columns)
    public = find_public(table.columns)
    load_name = public.load if public else _pick(columns, LOAD_NAMES)
    stamp = public.times if public else _pick(columns, STAMP_NAMES)
    slots = find_slots(table.columns) if load_name is None and stamp is not None else None
    if stamp is None or (load_name is None and slots is None):
        missing = "times (datetime, or date and time)" if stamp is None else "loads (demand, load or mw)"
        problems.error(
            f"there is no column of {missing}; present: {', '.join(table.columns) or 'none'}.",
            sheet=table.sheet,
        )
    problems.raise_errors()
    assert stamp is not None
    loads = slots.columns if slots is not None else (str(load_name),)
    table, unit = without_units(table, loads, problems)
    if slots is not None:
        return _read_days(file, table, stamp, slots, unit, problems)
    assert load_name is not None
    stamped = _public_times(table, public, problems) if public else _times(table, columns, problems)
    temperature_name = _pick(columns, TEMPERATURE_NAMES)
    if public is None:
        _note_unread(table, (load_name, temperature_name or ""), problems)
    temperature = _numbers(table, temperature_name, problems) if temperature_name else np.empty(0)
    load = _numbers(table, load_name, problems)
    problems.raise_errors()
    unit = "mwh" if public and public.layout.energy else unit
    load = to_mw(load, unit, stamped.times, table, load_name, problems)
    rows = np.asarray(table.row_numbers, dtype=np.int64)
    places = np.full(len(rows), table.places[table.position(load_name)], dtype=np.int64)
    return HourlySheet(
        file,
        table.sheet,
        stamped.times,
        stamped.zone,
        load,
        temperature,
        rows,
        places,
        tuple(problems),
        stamped.stamps,
    )


def _is_header(text: str) -> bool:
    return _has_known_name(text) or is_public_header(text)


_has_known_name = any_of(STAMP_NAMES, CLOCK_NAMES, BLOCK_NAMES, LOAD_NAMES)


def _note_unread(table: Table, read: Sequence[str], problems: Problems) -> None:
    """Name the columns that are not read: a temperature under another name may be among them."""
    times = {*STAMP_NAMES, *CLOCK_NAMES, *BLOCK_NAMES, *HOUR_ENDING_NAMES}
    others = [name for name in table.columns if name not in read and plain_name(name) not in times]
    if others:
        problems.unused(
            f"not read: the columns {', '.join(others)}; read are times, a load and a temperature.",
            sheet=table.sheet,
            cell=table.header_cell(others[0]),
        )


def _public_times(table: Table, public: PublicColumns, problems: Problems) -> Stamped:
    """Read the stamps of an export of a public source, whose layout says their clock and what they mark."""
    report_public(public, table, problems)
    layout = public.layout
    read = read_stamps(table, public.times, problems, layout.order)
    times = read.times
    if public.clock:
        minutes, _ = read_minutes(table, public.clock, problems, as_written=True)
        times = times.astype("datetime64[D]").astype("datetime64[m]") + minutes.astype("timedelta64[m]")
    return Stamped(times, read.zone or public.zone, layout.stamps)


def _times(table: Table, columns: dict[str, str], problems: Problems) -> Stamped:
    names = (TIME_NAMES, DATE_NAMES, CLOCK_NAMES, BLOCK_NAMES, HOUR_ENDING_NAMES)
    both, date, clock, block, ending = (_pick(columns, found) for found in names)
    if both is not None and date is not None and plain_name(both) == "period":
        both, block = None, both
    if both is None and date is not None and (clock or block or ending):
        days = read_moments(table, date, problems).astype("datetime64[D]").astype("datetime64[m]")
        stamps: Stamps | None = Stamps.BEGINS
        if clock or not block:
            minutes, stamps = read_minutes(table, str(clock or ending), problems, as_written=not clock)
        else:
            minutes = read_blocks(table, block, problems)
        if ending and not clock and not block:
            stamps = _note_hour_ending(table, ending, problems)
        return Stamped(days + minutes.astype("timedelta64[m]"), "", stamps)
    name = both or date or ending
    assert name is not None
    read = read_stamps(table, name, problems)
    if both is None and not (read.times != read.times.astype("datetime64[D]")).any():
        problems.error(f"the column '{name}' holds days only; add a column 'time'.", sheet=table.sheet)
    zone = read.zone or ("UTC" if plain_name(name) in UTC_NAMES else "")
    stamps = _note_hour_ending(table, name, problems) if name == ending else read.stamps
    return Stamped(read.times, zone, stamps)


def _note_hour_ending(table: Table, column: str, problems: Problems) -> Stamps:
    problems.change(
        f"the header '{column}' says that its times end their hour, and so they were read.",
        sheet=table.sheet,
        cell=table.header_cell(column),
    )
    return Stamps.ENDS


def _read_days(
    file: str, table: Table, stamp: str, slots: Slots, unit: str, problems: Problems
) -> HourlySheet:
    """Read a table with a row for each day and a column for each part of it."""
    days = read_moments(table, stamp, problems).astype("datetime64[D]").astype("datetime64[m]")
    _note_unread(table, slots.columns, problems)
    load = np.stack([_numbers(table, name, problems) for name in slots.columns], axis=1)
    problems.raise_errors()
    times = (days[:, None] + slots.minutes.astype("timedelta64[m]")).ravel()
    load = to_mw(load.ravel(), unit, times, table, slots.columns[0], problems)
    said = "ends" if slots.ends else "begins"
    problems.change(
        f"the columns '{slots.columns[0]}' to '{slots.columns[-1]}' hold the {len(slots.columns)} parts of each "
        f"day; each was read as the part that {said} at its number or time.",
        sheet=table.sheet,
    )
    rows = np.repeat(np.asarray(table.row_numbers, dtype=np.int64), len(slots.columns))
    places = np.tile([table.places[table.position(name)] for name in slots.columns], len(days))
    return HourlySheet(
        file,
        table.sheet,
        times,
        "",
        load,
        np.empty(0),
        rows,
        places,
        tuple(problems),
        Stamps.BEGINS,
    )


def _by_plain_name(columns: Sequence[str]) -> dict[str, str]:
    # An exported year names the clock in the header of its times.
    return {
        plain_name(name.partition(" [")[0] if name.startswith("begin of") else name): name
        for name in reversed(columns)
    }


def _pick(columns: dict[str, str], names: Sequence[str]) -> str | None:
    return next((columns[name] for name in names if name in columns), None)


def _numbers(table: Table, column: str, problems: Problems) -> Floats:
    values = table.column(column)
    plain = {type(value) for value in values} <= {float}
    if plain and not np.isinf(found := np.array(values, dtype=float)).any():
        return found
    found = np.full(len(values), np.nan)
    texts, bad, nothing = [], 0, []
    for row, value in enumerate(values):
        if isinstance(value, (int, float)) and not isinstance(value, bool) and not np.isinf(value):
            found[row] = value
        elif isinstance(value, str) and (number := number_from_text(value)) is not None:
            found[row] = number
            texts.append(row)
        elif isinstance(value, str) and is_placeholder(value):
            nothing.append(row)
        elif value is not None:
            bad += 1
            if bad <= MAX_BAD_CELLS:
                problems.error(
                    f"expected a number, found '{value}'.", sheet=table.sheet, cell=table.cell(row, column)
                )
    if nothing:
        problems.change(
            f"{len(nothing)} cells of '{column}' say '{values[nothing[0]]}' or the like and were read as missing, "
            "not as 0.",
            sheet=table.sheet,
            cell=table.cell(nothing[0], column),
        )
    if texts:
        problems.change(
            f"{len(texts)} numbers of '{column}' are stored as text and were read as numbers, such as "
            f"'{values[texts[0]]}' as {found[texts[0]]:.15g}.",
            sheet=table.sheet,
        )
    return found


def _read_parquet(path: Path, problems: Problems) -> HourlySheet:
    """A frame is read like a sheet, but for times with a zone, which are brought to UTC."""
    frame = read_frame(path)
    if isinstance(frame.index, pd.DatetimeIndex):
        frame = frame.reset_index(names="datetime")
    zoned = [name for name in frame.columns if isinstance(frame[name].dtype, pd.DatetimeTZDtype)]
    frame = frame.assign(**{name: frame[name].dt.tz_convert("UTC").dt.tz_localize(None) for name in zoned})
    rows = tuple(zip(*(_plain(frame[name]) for name in frame.columns), strict=True))
    names = tuple(map(str, frame.columns))
    table = Table(path.stem, "", names, rows, range(2, 2 + len(rows)), range(len(names)), 1, path.name)
    read = read_table(path.name, table, problems)
    return replace(read, zone="UTC" if zoned else read.zone, places=np.empty(0, dtype=np.int64))


def _plain(column: pd.Series) -> list[object]:
    if column.dtype.kind == "M":
        values: list[object] = column.to_numpy().astype("datetime64[ms]").tolist()
        return values
    if column.dtype.kind in "fiu":
        numbers = column.astype(float)
        return numbers.astype(object).where(numbers.notna(), None).tolist()
    return column.astype(object).where(column.notna(), None).tolist()
