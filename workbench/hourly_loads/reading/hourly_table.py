"""The hourly history as a table gives it: times, loads and temperatures, each with its row.

With a date and a time or a block of the day, with one column for both, or with a row for each day and a column for
each part of it; any step from 5 minutes to an hour; or an export of a public source, see
:mod:`~workbench.hourly_loads.reading.public_layouts`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.data.arrays import Times
from workbench.data.problems import Problems
from workbench.data.tables.table import Table, plain_name
from workbench.data.texts.table import any_of
from workbench.hourly_loads.reading.column_contents import load_by_content, said_unit, times_by_content
from workbench.hourly_loads.reading.day_tables import days_across, read_days, read_days_across
from workbench.hourly_loads.reading.load_cells import read_loads
from workbench.hourly_loads.reading.load_units import (
    UNIT_NAMES,
    energy_headers,
    load_headers,
    to_mw,
    without_units,
)
from workbench.hourly_loads.reading.moments import (
    Stamped,
    read_date_parts,
    read_minutes,
    read_moments,
    read_stamps,
    with_dates_below,
)
from workbench.hourly_loads.reading.public_layouts import (
    PublicColumns,
    find_public,
    is_public_header,
    report_public,
)
from workbench.hourly_loads.reading.readings import HourlySheet
from workbench.hourly_loads.reading.slots import BLOCK_NAMES, Slots, find_slots, read_blocks
from workbench.hourly_loads.reading.zones import with_sum_of_zones
from workbench.hourly_loads.rules import Stamps

TIME_NAMES = (
    *("datetime", "timestamp", "utc", "datetimeutc", "stamp", "period", "localtime", "beginofthehour"),
    *(
        "starttime",
        "start",
        "begin",
        "from",
        "intervalstart",
        "periodstart",
        "startdatetime",
        "von",
        "zeitstempel",
    ),
    *("dateandtime", "date/time", "date&time", "datum/uhrzeit", "fechahora"),
)
END_NAMES = ("endtime", "end", "to", "intervalend", "periodend", "enddatetime", "bis")
"""Beside a begin they say nothing more."""
PART_NAMES = (("year", "jahr"), ("month", "monat"), ("day", "tag"))
"""Columns that make up a date together."""
DATE_NAMES = ("date", "day", "datum", "fecha", "dates")
CLOCK_NAMES = ("time", "hour", "clock", "hr", "uhrzeit", "hora", "hours", "timeofday")
MINUTE_NAMES = ("min", "minute", "minutes", "mins")
"""Beside the hour of the day."""
HOUR_ENDING_NAMES = ("hourending", "hourend", "endofhour", "he")
"""Of the day beside a date, or whole stamps: either way they end their hour."""
LOAD_UNITS = (
    load_headers(
        *("demand", "load", "value", "systemdemand", "systemload", "totaldemand", "totalload", "demandmet"),
        *(
            "grossdemand",
            "grossload",
            "netdemand",
            "netload",
            "consumption",
            "drawal",
            "power",
            "last",
            "demanda",
        ),
    )
    | energy_headers("energy", "drawal", "sentout")
    | {"mw": "mw"}
)
"""Headers of a load -> the unit that they say; empty where they say none, and it is MW."""
LOAD_NAMES = tuple(LOAD_UNITS)
UTC_NAMES = ("utc", "datetimeutc")
TEMPERATURE_NAMES = ("temperature", "temp", "temperature(c)", "temperature(°c)", "t2m", "drybulb")
STAMP_NAMES = (*TIME_NAMES, *DATE_NAMES, *HOUR_ENDING_NAMES)
HOURS_OF_YEARS = (8760, 8784)
MANY_AT_ONCE, MAX_LOADS, MOSTLY = 1.5, 60, 0.9
"""How many rows a time must have on average to be of several loads, how many these may be, and how nearly all."""
HEADERS = (STAMP_NAMES, (*CLOCK_NAMES, *BLOCK_NAMES), LOAD_NAMES)
"""Names of the columns by which the header of a sheet is found."""


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
    beside = _pick(columns, (*CLOCK_NAMES, *BLOCK_NAMES))
    if load_name is None and stamp in (None, beside) and (across := days_across(table, beside)):
        are_blocks = plain_name(str(beside)) in BLOCK_NAMES
        return read_days_across(file, table, str(beside), across, problems, are_blocks=are_blocks)
    if stamp is None and (told := times_by_content(table, problems)) is not None:
        stamp, ends = told
        columns = {name: column for name, column in columns.items() if column != stamp}
        columns["hourending" if ends else "datetime"] = stamp
    slots = find_slots(table.columns) if load_name is None and stamp is not None else None
    if load_name is None and slots is None and public is None and stamp is not None:
        load_name = load_by_content(table, {*_not_loads(table), stamp}, problems)
    if stamp is None and (numbered := _numbers_hours(table)):
        problems.error(
            f"the rows of '{numbered}' number the hours of a year, of which is not said: add a column 'datetime'.",
            sheet=table.sheet,
            cell=table.header_cell(numbered),
        )
    elif stamp is None or (load_name is None and slots is None):
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
        _note_unread(table, slots.columns, problems)
        return read_days(file, table, stamp, slots, unit, problems)
    assert load_name is not None
    stamped = _public_times(table, public, problems) if public else _times(table, columns, problems)
    temperature_name = _pick(columns, TEMPERATURE_NAMES)
    if public is None:
        _note_unread(table, (stamp, load_name, temperature_name or ""), problems)
    temperature = read_loads(table, temperature_name, problems) if temperature_name else np.empty(0)
    load = read_loads(table, load_name, problems)
    _refuse_several_loads(table, stamped.times, (load_name, temperature_name or ""), problems)
    problems.raise_errors()
    said = LOAD_UNITS.get(plain_name(load_name), said_unit(load_name))
    unit = "mwh" if public and public.layout.energy else unit or said
    if said not in ("", "mw"):
        problems.change(
            f"the header '{load_name}' says {UNIT_NAMES[said]}: its values were brought to MW.",
            sheet=table.sheet,
            cell=table.header_cell(load_name),
        )
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


def _numbers_hours(table: Table) -> str | None:
    """Name a column that counts the hours of a whole year."""
    for name in table.columns:
        values = table.column(name)
        for first in (0, 1):
            if len(values) in HOURS_OF_YEARS and values == list(range(first, first + len(values))):
                return name
    return None


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
    parts = {name for names in PART_NAMES for name in names}
    times = {*STAMP_NAMES, *CLOCK_NAMES, *MINUTE_NAMES, *BLOCK_NAMES, *END_NAMES, *parts}
    others = [name for name in table.columns if name not in read and plain_name(name) not in times]
    if others:
        problems.unused(
            f"not read: the columns {', '.join(others)}; read are times, a load and a temperature.",
            sheet=table.sheet,
            cell=table.header_cell(others[0]),
        )


def _refuse_several_loads(table: Table, times: Times, read: Sequence[str], problems: Problems) -> None:
    """Refuse rows of several loads, one below the other: each time is there once for each of them."""
    if not len(times) or len(np.unique(times)) > len(times) / MANY_AT_ONCE:
        return
    for name in table.columns:
        values = list(dict.fromkeys(table.column(name)))
        # Every time comes about as often as there are names.
        if (
            name not in read
            and 1 < len(values) <= MAX_LOADS
            and all(isinstance(value, str) for value in values)
            and len(np.unique(times)) * len(values) >= MOSTLY * len(times)
        ):
            problems.error(
                f"the column '{name}' says that it holds several loads ({', '.join(map(str, values[:6]))}), and "
                "each time is there once for each; keep the rows of one of them, or give each a column of its own "
                "and name them in the setting load_columns.",
                sheet=table.sheet,
                cell=table.header_cell(name),
            )
            return


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
    parts = [_pick(columns, found) for found in PART_NAMES]
    if both is None and all(parts) and "date" not in columns:
        days = read_date_parts(table, [str(part) for part in parts], problems)
        return _days_and_parts(table, days, clock, block, ending, problems)
    if both is not None and date is not None and plain_name(both) == "period":
        both, block = None, both
    if both is None and date is not None and (clock or block or ending):
        table = with_dates_below(table, date, problems)
        days = read_moments(table, date, problems).astype("datetime64[D]").astype("datetime64[m]")
        return _days_and_parts(table, days, clock, block, ending, problems)
    name = both or date or ending
    assert name is not None
    read = read_stamps(table, name, problems)
    if both is None and not (read.times != read.times.astype("datetime64[D]")).any():
        problems.error(f"the column '{name}' holds days only; add a column 'time'.", sheet=table.sheet)
    zone = read.zone or ("UTC" if plain_name(name) in UTC_NAMES else "")
    stamps = _note_hour_ending(table, name, problems) if name == ending else read.stamps
    return Stamped(read.times, zone, stamps)


def _days_and_parts(
    table: Table,
    days: Times,
    clock: str | None,
    block: str | None,
    ending: str | None,
    problems: Problems,
) -> Stamped:
    """Add the parts of the day in the column beside them to days."""
    stamps: Stamps | None = Stamps.BEGINS
    minute = _pick({plain_name(name): name for name in table.columns}, MINUTE_NAMES)
    if clock or not block:
        if clock is None and ending is None:
            problems.error("there is no column of hours beside the days.", sheet=table.sheet)
            problems.raise_errors()
        as_written = not clock or minute is not None
        minutes, stamps = read_minutes(table, str(clock or ending), problems, as_written=as_written)
        if minute is not None and not (minutes % 60).any():
            minutes = minutes + np.nan_to_num(read_loads(table, minute, problems)).astype(np.int64)
    else:
        minutes = read_blocks(table, block, problems)
    if ending and not clock and not block:
        stamps = _note_hour_ending(table, ending, problems)
    return Stamped(days + minutes.astype("timedelta64[m]"), "", stamps)


def _note_hour_ending(table: Table, column: str, problems: Problems) -> Stamps:
    problems.change(
        f"the header '{column}' says that its times end their hour, and so they were read.",
        sheet=table.sheet,
        cell=table.header_cell(column),
    )
    return Stamps.ENDS


def has_parts_of_days(table: Table) -> bool:
    """Whether a table has a column for each part of the day, or one for each day beside its parts."""
    clock = _pick(_by_plain_name(table.columns), (*CLOCK_NAMES, *BLOCK_NAMES))
    return find_slots(table.columns) is not None or bool(days_across(table, clock))


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
