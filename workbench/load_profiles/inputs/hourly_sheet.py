"""The hourly history as a file gives it: times, loads and temperatures, each with its row.

A workbook sheet, a CSV file or a Parquet file, with a date and a time column or with one column for both, any
step from 5 minutes to an hour.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from workbench.data.arrays import Floats, Integers, Times
from workbench.data.atomic import reason_of
from workbench.data.problems import Problem, Problems, Severity
from workbench.data.workbooks.number_cells import number_from_text
from workbench.data.workbooks.reading import read_workbook
from workbench.data.workbooks.table import Table, cell_name, plain_name
from workbench.errors import InvalidData, UnreadableFile
from workbench.load_profiles.inputs.moments import MAX_BAD_CELLS, read_minutes, read_moments

HISTORY_WORDS = ("hourly", "halfhourly", "history", "loadcurve", "scada")
TIME_NAMES = ("datetime", "timestamp", "utc", "datetimeutc", "stamp", "period", "localtime")
DATE_NAMES = ("date", "day")
CLOCK_NAMES = ("time", "hour", "clock", "hr")
LOAD_NAMES = ("demand", "load", "mw", "demandmw", "loadmw", "demand(mw)", "load(mw)", "value", "systemdemand")
TEMPERATURE_NAMES = ("temperature", "temp", "temperature(c)", "temperature(°c)", "t2m", "drybulb")
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
    load_letter
        Letter of the column of loads; empty outside of workbooks.
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
    load_letter: str
    problems: tuple[Problem, ...] = ()

    def cell(self, position: int) -> str:
        """Name the cell of a load, or its row where there are no letters."""
        return (
            f"{self.load_letter}{self.rows[position]}" if self.load_letter else f"row {self.rows[position]}"
        )


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
    suffix = path.suffix.lower()
    if suffix in (".csv", ".parquet"):
        return _read_frame(path, _load_frame(path, suffix))
    names = read_workbook(path, sheets=()).sheet_names
    found = find_history_sheet(path, names, sheet)
    problems = Problems(path.name)
    headers = ((*TIME_NAMES, *DATE_NAMES), CLOCK_NAMES, LOAD_NAMES)
    table = read_workbook(path, sheets=[found]).sheet(found).table(problems, headers=headers)
    return read_table(path.name, table, problems)


def find_history_sheet(path: Path, names: Sequence[str], asked: str = "") -> str:
    """Name the sheet that holds the history.

    Raises
    ------
    InvalidData
        When there is no such sheet; the sentence names those present.
    """
    if asked:
        wanted = [name for name in names if plain_name(name) == plain_name(asked)]
    else:
        wanted = [name for name in names if any(word in plain_name(name) for word in HISTORY_WORDS)]
        wanted = wanted or (list(names) if len(names) == 1 else [])
    if not wanted:
        what = f"no sheet '{asked}'" if asked else "no sheet whose name says that it holds hourly loads"
        raise InvalidData(
            f"{path.name} has {what}; present: {', '.join(names)}. Name it in the setting 'history_sheet'.",
            path,
        )
    return wanted[0]


def read_table(file: str, table: Table, problems: Problems | None = None) -> HourlySheet:
    """Read the history from a table of a sheet; ``problems`` hold what was noticed before."""
    problems = Problems(file) if problems is None else problems
    columns = {plain_name(name): name for name in reversed(table.columns)}
    load_name = _pick(columns, LOAD_NAMES)
    both, date, clock = (_pick(columns, names) for names in (TIME_NAMES, DATE_NAMES, CLOCK_NAMES))
    if load_name is None or (both is None and date is None):
        missing = "loads (demand, load or mw)" if load_name is None else "times (datetime, or date and time)"
        problems.error(
            f"there is no column of {missing}; present: {', '.join(table.columns) or 'none'}.",
            sheet=table.sheet,
        )
    problems.raise_errors()
    assert load_name is not None
    if both is not None or clock is None:
        name = both or date
        assert name is not None
        times = read_moments(table, name, problems)
        if both is None and not (times != times.astype("datetime64[D]")).any():
            problems.error(f"the column '{name}' holds days only; add a column 'time'.", sheet=table.sheet)
    else:
        assert date is not None
        times = read_moments(table, date, problems).astype("datetime64[D]").astype("datetime64[m]")
        times = times + read_minutes(table, clock, problems).astype("timedelta64[m]")
    load = _numbers(table, load_name, problems)
    temperature_name = _pick(columns, TEMPERATURE_NAMES)
    temperature = _numbers(table, temperature_name, problems) if temperature_name else np.empty(0)
    problems.raise_errors()
    rows = np.asarray(table.row_numbers, dtype=np.int64)
    letter = cell_name(0, table.places[table.position(load_name)])[:-1]
    return HourlySheet(
        file,
        table.sheet,
        times,
        plain_name(both or "") == "utc",
        load,
        temperature,
        rows,
        letter,
        tuple(problems),
    )


def to_arrow(sheet: HourlySheet) -> pa.Table:
    """Give a history as an Arrow table, for the cache."""
    blank = np.full(len(sheet.load), np.nan)
    columns = {
        "time": pa.array(sheet.times.astype("datetime64[s]")),
        "load": pa.array(sheet.load),
        "temperature": pa.array(sheet.temperature if len(sheet.temperature) else blank),
        "row": pa.array(sheet.rows),
    }
    facts = {
        "file": sheet.file,
        "sheet": sheet.sheet,
        "in_utc": sheet.in_utc,
        "letter": sheet.load_letter,
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
    load, warm, rows = (table.column(name).to_numpy() for name in ("load", "temperature", "row"))
    return HourlySheet(
        facts["file"],
        facts["sheet"],
        table.column("time").to_numpy().astype("datetime64[m]"),
        facts["in_utc"],
        load,
        warm if facts["warm"] else np.empty(0),
        rows,
        facts["letter"],
        tuple(problems),
    )


def _pick(columns: dict[str, str], names: Sequence[str]) -> str | None:
    return next((columns[name] for name in names if name in columns), None)


def _numbers(table: Table, column: str, problems: Problems) -> Floats:
    values = table.column(column)
    if {type(value) for value in values} <= {float}:
        return np.array(values, dtype=float)
    found = np.full(len(values), np.nan)
    texts, bad = 0, 0
    for row, value in enumerate(values):
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found[row] = value
        elif isinstance(value, str) and (number := number_from_text(value)) is not None:
            found[row] = number
            texts += 1
        elif value is not None:
            bad += 1
            if bad <= MAX_BAD_CELLS:
                problems.error(
                    f"expected a number, found '{value}'.", sheet=table.sheet, cell=table.cell(row, column)
                )
    if texts:
        problems.change(
            f"{texts} numbers of '{column}' are stored as text and were read as numbers.", sheet=table.sheet
        )
    return found


def _load_frame(path: Path, suffix: str) -> pd.DataFrame:
    try:
        if suffix == ".parquet":
            frame: pd.DataFrame = pq.read_table(path, partitioning=None).to_pandas()
            return frame
        return pd.read_csv(path, skipinitialspace=True, encoding="utf-8-sig")
    except FileNotFoundError:
        raise UnreadableFile(f"There is no file {path}; check the name and the folder.", path) from None
    except (pa.ArrowInvalid, pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise UnreadableFile(
            f"{path} cannot be read as {suffix[1:]} ({error}); save it again.", path
        ) from error
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {reason_of(error)}", path) from error


def _read_frame(path: Path, frame: pd.DataFrame) -> HourlySheet:
    """A frame is read like a sheet, but for one column of times, which may carry a zone."""
    if isinstance(frame.index, pd.DatetimeIndex):
        frame = frame.reset_index(names="datetime")
    columns = {plain_name(str(name)): str(name) for name in reversed(list(frame.columns))}
    both = _pick(columns, TIME_NAMES)
    in_utc = plain_name(both or "") in ("utc", "datetimeutc")
    if both is not None:
        times = frame[both]
        if not isinstance(times.dtype, (np.dtype, pd.DatetimeTZDtype)) or times.dtype.kind != "M":
            mixed = times.astype(str).str.contains(r"(?:Z|[+-]\d{2}:?\d{2})$", regex=True).any()
            parsed = pd.to_datetime(times, format="ISO8601", errors="coerce", utc=bool(mixed))
            if parsed.isna().all():
                parsed = pd.to_datetime(times, format="mixed", dayfirst=True, errors="coerce")
            frame = frame.assign(**{both: parsed.astype(object).where(parsed.notna(), times)})
            times = parsed
        if isinstance(times.dtype, pd.DatetimeTZDtype):
            in_utc = True
            frame = frame.assign(**{both: times.dt.tz_convert("UTC").dt.tz_localize(None)})
    rows = list(zip(*(_plain(frame[name]) for name in frame.columns), strict=True))
    numbers, places = range(2, 2 + len(rows)), range(frame.shape[1])
    table = Table(path.stem, "", tuple(map(str, frame.columns)), tuple(rows), numbers, places, 1, path.name)
    read = read_table(path.name, table)
    return HourlySheet(
        path.name, "", read.times, in_utc, read.load, read.temperature, read.rows, "", read.problems
    )


def _plain(column: pd.Series) -> list[object]:
    if column.dtype.kind == "M":
        values: list[object] = column.to_numpy().astype("datetime64[s]").tolist()
        return values
    if column.dtype.kind in "fiu":
        numbers = column.astype(float)
        return numbers.astype(object).where(numbers.notna(), None).tolist()
    return column.astype(object).where(column.notna(), None).tolist()
