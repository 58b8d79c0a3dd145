"""Units that stand beside the numbers of a table: in a row below the header, or behind each number."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import polars as pl

from workbench.data.problems import Problems
from workbench.data.texts.amounts import is_placeholder
from workbench.data.texts.table import TextTable

_UNIT = re.compile(r"[\[(]?([^\W\d_°%]*[°%$€₹£]?[^\W\d_]{0,8}(?:[ /·*^.-]*[^\W_]{1,6}){0,4})[\])]?")
_BEHIND = re.compile(r"([-+]?[0-9]+(?:\.[0-9]+)?)\s*([^\s0-9.,:/eE+-][^\s]{0,11})")
_UNITS_BEHIND = frozenset(
    (
        *(
            "mw",
            "kw",
            "gw",
            "mwh",
            "kwh",
            "gwh",
            "mu",
            "°c",
            "degc",
            "°f",
            "degf",
            "%",
            "mm",
            "cm",
            "km",
            "ha",
        ),
        *("m/s", "km/h", "mph", "kn", "hpa", "kpa", "mbar", "mj/m2", "mj/m²", "mj/m2/d", "w/m2", "w/m²"),
    )
)
"""Of one letter alone it is not certain: 1A and 2A are names."""
MAX_CHARACTERS = 20
FIRST_CELLS = 5


def with_units(table: TextTable, known: Callable[[str], bool], problems: Problems) -> TextTable:
    """Write the units in cells into the headers of their columns: ``5 MW`` below ``load`` becomes ``load [MW]``.

    A row of units below the header is set aside. It is one where each of its cells is a unit and all others of that
    column are numbers: a row of values has a name or a date as well.

    Parameters
    ----------
    table
        The table.
    known
        Whether a text is a header that can be used; the unit is left out of one that could not be used with it.
    problems
        Takes a note of each.
    """
    return without_units_behind(_without_row_of_units(table, known, problems), known, problems)


def _without_row_of_units(table: TextTable, known: Callable[[str], bool], problems: Problems) -> TextTable:
    if table.frame.height < 2:
        return table
    row, *cells = table.frame.row(0)
    units = {at: cell for at, cell in enumerate(cells) if cell is not None}
    if not units or not all(map(_is_unit, units.values())):
        return table
    for at in units:
        below = table.frame[str(at)][1:]
        if not below.count() or below.cast(pl.Float64, strict=False).count() < below.count():
            return table
    said = ", ".join([*units.values()][:6])
    problems.change(f"row {row}, below the header, holds units ({said}) and was read as such.")
    names = list(table.columns)
    for at, unit in units.items():
        if known(name := f"{names[at]} [{unit.strip('[]()')}]"):
            names[at] = name
    return replace(table, columns=tuple(names), frame=table.frame[1:], set_aside=table.set_aside + 1)


def without_units_behind(table: TextTable, known: Callable[[str], bool], problems: Problems) -> TextTable:
    """Take the unit from behind the numbers of a column where it is the same behind all of them."""
    names, frame = list(table.columns), table.frame
    for at, name in enumerate(table.columns):
        if not known(name) or not any(map(_BEHIND.fullmatch, frame[str(at)].head(FIRST_CELLS).drop_nulls())):
            continue
        parts = frame[str(at)].str.extract_groups(f"^{_BEHIND.pattern}$").struct.unnest()
        numbers, units = parts["1"], parts["2"].drop_nulls().unique()
        whole = numbers.cast(pl.Float64, strict=False).count() == frame[str(at)].count()
        if (
            whole
            and len(units) == 1
            and units[0].casefold() in _UNITS_BEHIND
            and known(new := f"{name} [{units[0]}]")
        ):
            problems.change(
                f"column '{name}': the numbers end with {units[0]!r}, which was read as their unit."
            )
            names[at], frame = new, frame.with_columns(numbers.alias(str(at)))
    return replace(table, columns=tuple(names), frame=frame)


def _is_unit(text: str) -> bool:
    return (
        len(text) <= MAX_CHARACTERS
        and not is_placeholder(text)
        and any(sign.isalpha() or sign == "%" for sign in text)
        and _UNIT.fullmatch(text) is not None
    )
