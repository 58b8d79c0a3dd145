"""Which columns of a table hold times and a load, where no header has a known name: told by what stands in them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection

from workbench.data.problems import Problems
from workbench.data.tables.table import Table
from workbench.data.workbooks.number_cells import number_from_text
from workbench.hourly_loads.reading.load_units import ENERGY, POWER
from workbench.hourly_loads.reading.moments import is_moment

__all__ = ["load_by_content", "said_unit", "times_by_content"]

LOOKED_AT = 200
MOSTLY = 0.9
"""Share of the cells that have to be numbers: a load has gaps and remarks."""
_UNIT = re.compile(r".*[\[(]\s*([^\])]+?)\s*[\])]\s*")
_ENDS = re.compile(r"end|\bto\b|until|bis|\bhe\b", re.IGNORECASE)
_NO_LOAD = re.compile(
    r"price|cost|tariff|\brrp\b|temp|humid|frequency|\bhz\b|volt|\bwind|rain|irradi|radiation|\bghi\b|speed|pressure"
    r"|index|number|\bid\b|\bno\b|year|month|week|flag|quality",
    re.IGNORECASE,
)
_OTHER_POWER = re.compile(
    r"forecast|schedule|capacity|generation|solar|import limit|export limit|reserve", re.IGNORECASE
)
"""What is in MW or MWh too, and is not the load."""


def times_by_content(table: Table, problems: Problems) -> tuple[str, bool] | None:
    """Find the column of whole times by its cells, and whether its header says that they end their step."""
    found = [name for name in table.columns if _are_moments(table.column(name)[:LOOKED_AT])]
    begins = [name for name in found if not _ENDS.search(name)]
    if not found or len(begins) > 1:
        return None
    name = begins[0] if begins else found[0]
    problems.change(
        f"the cells of '{name}' are dates with times, and were read as those of the load.",
        sheet=table.sheet,
        cell=table.header_cell(name),
    )
    return name, not begins


def load_by_content(table: Table, others: Collection[str], problems: Problems) -> str | None:
    """Find the load: the only column of numbers that is not called something else.

    Parameters
    ----------
    table
        The table.
    others
        Columns that are no load.
    problems
        Takes a note of the column that is read.
    """
    found = [name for name in table.columns if name not in others and _may_be_load(name, table)]
    if len(found) != 1:
        return None
    unit = said_unit(found[0])
    problems.change(
        f"'{found[0]}' is the only column of numbers that can be a load, and was read as it"
        + ("." if unit else ", in MW: its header says no unit."),
        sheet=table.sheet,
        cell=table.header_cell(found[0]),
    )
    return found[0]


def said_unit(header: str) -> str:
    """Give the unit of power or energy in brackets behind a header, in small letters; empty without one."""
    match = _UNIT.fullmatch(header)
    unit = match[1].casefold() if match else ""
    return unit if unit in POWER or unit in ENERGY else ""


def _may_be_load(name: str, table: Table) -> bool:
    unit = said_unit(name)
    if (not unit and (_UNIT.fullmatch(name) or _NO_LOAD.search(name))) or _OTHER_POWER.search(name):
        return False
    cells = [value for value in table.column(name)[:LOOKED_AT] if value is not None]
    numbers = [value for value in cells if _is_number(value)]
    return len(numbers) > 1 and len(numbers) >= MOSTLY * len(cells)


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        return number_from_text(value) is not None
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _are_moments(values: list[object]) -> bool:
    cells = [value for value in values if value is not None]
    return len(cells) > 1 and all(map(is_moment, cells)) and not all(type(v) is datetime.date for v in cells)
