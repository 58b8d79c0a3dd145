"""The hourly history as a file gives it: times, loads and temperatures, each with its row.

A workbook sheet, a CSV file or a Parquet file; with a date and a time or a block of the day, with one column for
both, or with a row for each day and a column for each part of it; any step from 5 minutes to an hour.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from workbench.data.arrays import Floats, Integers, Times
from workbench.data.problems import Problem, Problems, Severity
from workbench.data.tables.parquet import read_frame
from workbench.data.tables.table import Table, cell_name, plain_name
from workbench.data.texts.amounts import is_placeholder
from workbench.data.texts.content import TEXT_SUFFIXES
from workbench.data.texts.table import any_of, read_text_table, without_totals
from workbench.data.workbooks.number_cells import number_from_text
from workbench.data.workbooks.reading import read_workbook
from workbench.errors import InvalidData, UnreadableFile
from workbench.hourly_loads.moments import MAX_BAD_CELLS, read_minutes, read_moments, read_stamps
from workbench.hourly_loads.slots import BLOCK_NAMES, Slots, find_slots, read_blocks

HISTORY_WORDS = ("hourly", "halfhourly", "history", "loadcurve", "scada")
TIME_NAMES = ("datetime", "timestamp", "utc", "datetimeutc", "stamp", "period", "localtime", "beginofthehour")
DATE_NAMES = ("date", "day")
CLOCK_NAMES = ("time", "hour", "clock", "hr")
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
HEADERS = ((*TIME_NAMES, *DATE_NAMES), (*CLOCK_NAMES, *BLOCK_NAMES), LOAD_NAMES)
"""Names of the columns by which the header of a sheet is found."""
PROBLEMS_KEY = b"problems"
FACTS_KEY = b"facts"


@dataclass(frozen=True, slots=True, eq=False)
class HourlySheet:
    """Readings as a file gives them.

    Parameters
    ----------
    file, sheet
        Where.
    times
        One a reading, minutes, in the order of the file.
    in_utc
        Whether the times carried a zone and are UTC now; else they are of the clock that the config names.
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
    """

    file: str
    sheet: str
    times: Times
    in_utc: bool
    load: Floats
    temperature: Floats
    rows: Integers
    places: Integers
    problems: tuple[Problem, ...] = ()

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
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return _read_parquet(path, problems)
    if suffix in TEXT_SUFFIXES:
        text = read_text_table(
            path, problems, any_of(TIME_NAMES, DATE_NAMES, CLOCK_NAMES, BLOCK_NAMES, LOAD_NAMES)
        )
        if text.frame.is_empty():
            raise UnreadableFile(
                f"{path.name} has no rows below its header; fill it, or choose another file.", path
            )
        date = _pick(_by_plain_name(text.columns), (*TIME_NAMES, *DATE_NAMES))
        text = without_totals(text, date, problems) if date else text
        return read_table(path.name, text.table(lambda name: name != date), problems)
    found = _history_sheet(path, sheet, problems)
    table = read_workbook(path, sheets=[found]).sheet(found).table(problems, headers=HEADERS)
    return read_table(path.name, table, problems)


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
    load_name = _pick(columns, LOAD_NAMES)
    stamp = _pick(columns, (*TIME_NAMES, *DATE_NAMES))
    slots = find_slots(table.columns) if load_name is None and stamp is not None else None
    if stamp is None or (load_name is None and slots is None):
        missing = "times (datetime, or date and time)" if stamp is None else "loads (demand, load or mw)"
        problems.error(
            f"there is no column of {missing}; present: {', '.join(table.columns) or 'none'}.",
            sheet=table.sheet,
        )
    problems.raise_errors()
    assert stamp is not None
    if slots is not None:
        return _read_days(file, table, stamp, slots, problems)
    assert load_name is not None
    times, in_utc = _times(table, columns, problems)
    load = _numbers(table, load_name, problems)
    temperature_name = _pick(columns, TEMPERATURE_NAMES)
    _note_unread(table, (load_name, temperature_name or "", *_time_columns(columns)), problems)
    temperature = _numbers(table, temperature_name, problems) if temperature_name else np.empty(0)
    problems.raise_errors()
    rows = np.asarray(table.row_numbers, dtype=np.int64)
    places = np.full(len(rows), table.places[table.position(load_name)], dtype=np.int64)
    return HourlySheet(file, table.sheet, times, in_utc, load, temperature, rows, places, tuple(problems))


def _note_unread(table: Table, read: Sequence[str], problems: Problems) -> None:
    """Name the columns that are not read: a temperature under another name may be among them."""
    others = [name for name in table.columns if name not in read]
    if others:
        problems.unused(
            f"not read: the columns {', '.join(others)}; read are the times, the load and the temperature "
            f"({', '.join(filter(None, read))}).",
            sheet=table.sheet,
            cell=table.header_cell(others[0]),
        )


def _time_columns(columns: dict[str, str]) -> tuple[str, ...]:
    """Name the columns that the times are made of."""
    both, date, clock, block = _named_times(columns)
    if both is None and date is not None and (clock or block):
        return date, str(clock or block)
    return (str(both or date),)


def _named_times(columns: dict[str, str]) -> tuple[str | None, ...]:
    """Find the columns of times, of days, of times of the day and of blocks."""
    names = (TIME_NAMES, DATE_NAMES, CLOCK_NAMES, BLOCK_NAMES)
    both, date, clock, block = (_pick(columns, found) for found in names)
    if both is not None and date is not None and plain_name(both) == "period":
        both, block = None, both
    return both, date, clock, block


def _times(table: Table, columns: dict[str, str], problems: Problems) -> tuple[Times, bool]:
    both, date, clock, block = _named_times(columns)
    if both is None and date is not None and (clock or block):
        days = read_moments(table, date, problems).astype("datetime64[D]").astype("datetime64[m]")
        minutes = read_minutes(table, clock, problems) if clock else read_blocks(table, str(block), problems)
        return days + minutes.astype("timedelta64[m]"), False
    name = both or date
    assert name is not None
    times, in_utc = read_stamps(table, name, problems)
    if both is None and not (times != times.astype("datetime64[D]")).any():
        problems.error(f"the column '{name}' holds days only; add a column 'time'.", sheet=table.sheet)
    return times, in_utc or plain_name(name) in UTC_NAMES


def _read_days(file: str, table: Table, stamp: str, slots: Slots, problems: Problems) -> HourlySheet:
    """Read a table with a row for each day and a column for each part of it."""
    days = read_moments(table, stamp, problems).astype("datetime64[D]").astype("datetime64[m]")
    load = np.stack([_numbers(table, name, problems) for name in slots.columns], axis=1)
    problems.raise_errors()
    _note_unread(table, (stamp, *slots.columns), problems)
    said = "ends" if slots.ends else "begins"
    problems.change(
        f"the columns '{slots.columns[0]}' to '{slots.columns[-1]}' hold the {len(slots.columns)} parts of each "
        f"day; each was read as the part that {said} at its number or time.",
        sheet=table.sheet,
    )
    times = days[:, None] + slots.minutes.astype("timedelta64[m]")
    rows = np.repeat(np.asarray(table.row_numbers, dtype=np.int64), len(slots.columns))
    places = np.tile([table.places[table.position(name)] for name in slots.columns], len(days))
    return HourlySheet(
        file, table.sheet, times.ravel(), False, load.ravel(), np.empty(0), rows, places, tuple(problems)
    )


def to_arrow(sheet: HourlySheet) -> pa.Table:
    """Give a history as an Arrow table, for the cache."""
    blank = np.full(len(sheet.load), np.nan)
    columns = {
        "time": pa.array(sheet.times.astype("datetime64[s]")),
        "load": pa.array(sheet.load),
        "temperature": pa.array(sheet.temperature if len(sheet.temperature) else blank),
        "row": pa.array(sheet.rows),
        "place": pa.array(sheet.places if len(sheet.places) else np.full(len(sheet.load), -1)),
    }
    facts = {
        "file": sheet.file,
        "sheet": sheet.sheet,
        "in_utc": sheet.in_utc,
        "warm": bool(len(sheet.temperature)),
    }
    problems = [[p.message, p.file, p.sheet, p.cell, p.severity.value] for p in sheet.problems]
    metadata = {FACTS_KEY: json.dumps(facts), PROBLEMS_KEY: json.dumps(problems)}
    return pa.table(columns).replace_schema_metadata(metadata)


def from_arrow(table: pa.Table) -> HourlySheet:
    """Read back what :func:`to_arrow` gave."""
    metadata = table.schema.metadata
    facts = json.loads(metadata[FACTS_KEY])
    stored: list[list[str]] = json.loads(metadata[PROBLEMS_KEY])
    problems = [Problem(words, file, page, cell, Severity(kind)) for words, file, page, cell, kind in stored]
    names = ("load", "temperature", "row", "place")
    load, warm, rows, places = (table.column(name).to_numpy() for name in names)
    return HourlySheet(
        facts["file"],
        facts["sheet"],
        table.column("time").to_numpy().astype("datetime64[m]"),
        facts["in_utc"],
        load,
        warm if facts["warm"] else np.empty(0),
        rows,
        places if len(places) and places[0] >= 0 else places[:0],
        tuple(problems),
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
    if {type(value) for value in values} <= {float}:
        return np.array(values, dtype=float)
    found = np.full(len(values), np.nan)
    texts, bad, nothing = 0, 0, []
    for row, value in enumerate(values):
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found[row] = value
        elif isinstance(value, str) and (number := number_from_text(value)) is not None:
            found[row] = number
            texts += 1
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
            f"{texts} numbers of '{column}' are stored as text and were read as numbers.", sheet=table.sheet
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
    return replace(read, in_utc=read.in_utc or bool(zoned), places=np.empty(0, dtype=np.int64))


def _plain(column: pd.Series) -> list[object]:
    if column.dtype.kind == "M":
        values: list[object] = column.to_numpy().astype("datetime64[s]").tolist()
        return values
    if column.dtype.kind in "fiu":
        numbers = column.astype(float)
        return numbers.astype(object).where(numbers.notna(), None).tolist()
    return column.astype(object).where(column.notna(), None).tolist()
