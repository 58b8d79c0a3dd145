"""The hourly history as a table gives it: times, loads and temperatures, each with its row.

With a date and a time or a block of the day, with one column for both, or with a row for each day and a column for
each part of it; any step from 5 minutes to an hour; or an export of a public source, see
:mod:`~workbench.hourly_loads.public_layouts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.data.arrays import Floats, Integers, Times
from workbench.data.problems import Problem, Problems
from workbench.data.tables.table import Table, cell_name, plain_name
from workbench.data.texts.amounts import is_placeholder
from workbench.data.texts.table import any_of
from workbench.data.workbooks.number_cells import number_from_text
from workbench.hourly_loads.load_units import to_mw, without_units
from workbench.hourly_loads.moments import MAX_BAD_CELLS, Stamped, read_minutes, read_moments, read_stamps
from workbench.hourly_loads.public_layouts import PublicColumns, find_public, is_public_header, report_public
from workbench.hourly_loads.rules import Stamps
from workbench.hourly_loads.slots import BLOCK_NAMES, Slots, find_slots, read_blocks
from workbench.hourly_loads.zones import with_sum_of_zones

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
    parts
        Where the readings are of several sheets: name of each, and the position of its first reading.
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
    parts: tuple[tuple[str, int], ...] = ()

    def cell(self, position: int) -> str:
        """Name the cell of a load, or its row where there are no letters; with its sheet where they are several."""
        row = int(self.rows[position])
        place = cell_name(row - 1, int(self.places[position])) if len(self.places) else f"row {row}"
        begun = [name for name, first in self.parts if first <= position]
        return f"'{begun[-1]}'!{place}" if begun else place


def read_table(
    file: str, table: Table, problems: Problems | None = None, load_columns: Sequence[str] = ()
) -> HourlySheet:
    """Read the history from a table.

    Parameters
    ----------
    file
        Its name.
    table
        The table.
    problems
        What was noticed before.
    load_columns
        Columns that add up to the load, where it is not the one of a known name.

    Raises
    ------
    InvalidData
        When it has no such columns, or times or loads that cannot be read; with every problem.
    """
    problems = Problems(file) if problems is None else problems
    columns = _by_plain_name(table.columns)
    public = find_public(table.columns)
    load_name = public.load if public else _pick(columns, LOAD_NAMES)
    if load_columns or (load_name is None and public is None and not _slots_of(table, columns)):
        table, load_name = with_sum_of_zones(table, load_columns, _not_loads(table), problems)
    stamp = public.times if public else _pick(columns, STAMP_NAMES)
    slots = find_slots(table.columns) if load_name is None and stamp is not None else None
    if stamp is None or (load_name is None and slots is None):
        missing = "times (datetime, or date and time)" if stamp is None else "loads (demand, load or mw)"
        others = [name for name in table.columns if name not in _not_loads(table)]
        advice = (
            f" Where {', '.join(others)} add up to the load, name them in the setting load_columns."
            if stamp is not None and len(others) > 1
            else ""
        )
        problems.error(
            f"there is no column of {missing}; present: {', '.join(table.columns) or 'none'}.{advice}",
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


def _slots_of(table: Table, columns: dict[str, str]) -> Slots | None:
    return find_slots(table.columns) if _pick(columns, STAMP_NAMES) is not None else None


def _not_loads(table: Table) -> set[str]:
    """Columns of stamps, parts of the day and temperatures."""
    known = {*STAMP_NAMES, *CLOCK_NAMES, *BLOCK_NAMES, *TEMPERATURE_NAMES}
    return {name for name in table.columns if plain_name(name) in known}


def is_header(text: str) -> bool:
    """Whether a text is the header of a column that is read."""
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


def stamp_of(columns: Sequence[str]) -> str | None:
    """Name the column of the stamps; none where there is no such column."""
    public = find_public(columns)
    return public.times if public else _pick(_by_plain_name(columns), STAMP_NAMES)


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
