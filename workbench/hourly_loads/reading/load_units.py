"""Units of hourly loads: a row of them below the header, and what makes MW of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.data.arrays import Floats, Times
from workbench.data.problems import Problems
from workbench.data.tables.table import Table, cell_name, plain_name
from workbench.hourly_loads.clock import step_minutes

POWER = {"mw": 1.0, "kw": 0.001, "gw": 1000.0}
ENERGY = {"mwh": 1.0, "kwh": 0.001, "gwh": 1000.0}
"""Units of a load, and of the energy of a reading -> MW, MWh."""
UNIT_NAMES = {"mw": "MW", "kw": "kW", "gw": "GW", "mwh": "MWh", "kwh": "kWh", "gwh": "GWh"}


def load_headers(*words: str) -> dict[str, str]:
    """Give the headers of a column of loads, as :func:`plain_name` writes them -> the unit that they say.

    Parameters
    ----------
    *words
        What a load is called; the first is preferred. A column may be called ``MW`` alone; other units alone are
        those of a row of units.
    """
    found = dict.fromkeys(words, "")
    for word in words:
        for unit in UNIT_NAMES:
            spellings = (
                f"{word}({unit})",
                f"{word}[{unit}]",
                f"{word}in{unit}",
                f"{word}{unit}",
                f"{word},{unit}",
            )
            found |= dict.fromkeys(spellings, unit)
    return found


def energy_headers(*words: str) -> dict[str, str]:
    """Give the headers of a column of energies, as :func:`load_headers`; without a unit they are none."""
    return {name: unit for name, unit in load_headers(*words).items() if unit in ENERGY}


def without_units(table: Table, loads: Sequence[str], problems: Problems) -> tuple[Table, str]:
    """Set a row of units below the header aside.

    Parameters
    ----------
    table
        The table.
    loads
        Its columns of loads.
    problems
        Takes the note.

    Returns
    -------
    Table
        Without that row.
    str
        The unit of the loads in it; empty where there is no such row.
    """
    if len(table.rows) < 2:
        return table, ""
    first = dict(zip(table.columns, table.rows[0], strict=True))
    said = [value for value in first.values() if value is not None]
    units = {plain_name(str(first[name])).strip("[]()") for name in loads if first[name] is not None}
    unit = units.pop() if len(units) == 1 else ""
    # A cell with a digit is one of a row of readings.
    if unit not in (*POWER, *ENERGY) or any(map(str.isdigit, "".join(map(str, said)))):
        return table, ""
    problems.change(
        f"the row below the header holds units ({', '.join(map(str, said[:6]))}) and was set aside.",
        sheet=table.sheet,
        cell=cell_name(table.row_numbers[0] - 1, table.places[0]),
    )
    return replace(table, rows=table.rows[1:], row_numbers=table.row_numbers[1:]), unit


def to_mw(load: Floats, unit: str, times: Times, table: Table, column: str, problems: Problems) -> Floats:
    """Bring loads of a unit to MW.

    Parameters
    ----------
    load
        In ``unit``; MW when it is empty.
    unit
        As in :data:`POWER` and :data:`ENERGY`.
    times
        Their stamps, minutes: an energy is that of a step.
    table, column
        Where they are.
    problems
        Takes the note.

    Raises
    ------
    InvalidData
        When energies are of more than an hour each.
    """
    if unit not in ENERGY:
        return load * POWER.get(unit, 1.0)
    step = step_minutes(times)
    where = {"sheet": table.sheet, "cell": table.header_cell(column)}
    if step > 60:
        problems.error(
            f"the energies of '{column}' are of {step / 60:g} hours each; export them by the hour.", **where
        )
        problems.raise_errors()
    problems.change(
        f"the energies of '{column}', of {step} minutes each, were read as mean loads in MW.", **where
    )
    return load * ENERGY[unit] * 60 / step
