"""Tables with a row for each day and a column for each part of it, or the other way round."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.data.problems import Problems
from workbench.data.tables.table import Table
from workbench.data.texts.dates import Precision, daily_order, read_date
from workbench.hourly_loads.reading.load_cells import read_loads
from workbench.hourly_loads.reading.load_units import to_mw
from workbench.hourly_loads.reading.moments import read_minutes, read_moments
from workbench.hourly_loads.reading.readings import HourlySheet
from workbench.hourly_loads.reading.slots import SLOTS_A_DAY, Slots, read_blocks
from workbench.hourly_loads.rules import Stamps

__all__ = ["days_across", "read_days", "read_days_across"]

MIN_DAYS_ACROSS = 2


def read_days(
    file: str, table: Table, stamp: str, slots: Slots, unit: str, problems: Problems
) -> HourlySheet:
    """Read a table with a row for each day and a column for each part of it.

    Parameters
    ----------
    file, table
        Where.
    stamp
        Its column of days.
    slots
        Its columns of loads.
    unit
        Of the loads; MW when empty.
    problems
        What was noticed.
    """
    days = read_moments(table, stamp, problems).astype("datetime64[D]").astype("datetime64[m]")
    load = np.stack([read_loads(table, name, problems) for name in slots.columns], axis=1)
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


def days_across(table: Table, clock: str | None) -> dict[str, np.datetime64]:
    """Find the columns that are headed by days beside a column of the parts of a day; empty where there are none.

    Parameters
    ----------
    table
        The table.
    clock
        Its column of times, hours or blocks.
    """
    if clock is None or len(table.rows) not in SLOTS_A_DAY:
        return {}
    heads = [name for name in table.columns if name != clock]
    texts = [name.partition(" 00:00")[0] for name in heads]
    order, _ = daily_order(texts)
    found: dict[str, np.datetime64] = {}
    for name, text in zip(heads, texts, strict=True):
        date = read_date(text, order) if order is not None else read_date(text)
        if date is not None and date.precision is Precision.DAY:
            found[name] = np.datetime64(date.day, "m")
    return found if len(found) >= max(MIN_DAYS_ACROSS, len(heads) - 3) else {}


def read_days_across(
    file: str,
    table: Table,
    clock: str,
    found: dict[str, np.datetime64],
    problems: Problems,
    *,
    are_blocks: bool,
) -> HourlySheet:
    """Read a table with a column for each day and a row for each part of it.

    Parameters
    ----------
    file, table
        Where.
    clock
        Its column of times, hours or blocks.
    found
        As :func:`days_across` gives it.
    problems
        What was noticed.
    are_blocks
        Whether the parts are numbered as blocks.
    """
    stamps: Stamps | None = Stamps.BEGINS
    if are_blocks:
        minutes = read_blocks(table, clock, problems)
    else:
        minutes, stamps = read_minutes(table, clock, problems)
    names: Sequence[str] = tuple(found)
    load = np.stack([read_loads(table, name, problems) for name in names])
    problems.raise_errors()
    problems.change(
        f"the columns '{names[0]}' to '{names[-1]}' hold a day each, and the rows its {len(minutes)} parts.",
        sheet=table.sheet,
    )
    times = np.array(list(found.values()))[:, None] + minutes.astype("timedelta64[m]")
    rows = np.tile(np.asarray(table.row_numbers, dtype=np.int64), len(names))
    places = np.repeat([table.places[table.position(name)] for name in names], len(minutes))
    values = to_mw(load.ravel(), "", times.ravel(), table, names[0], problems)
    return HourlySheet(
        file, table.sheet, times.ravel(), "", values, np.empty(0), rows, places, tuple(problems), stamps
    )
