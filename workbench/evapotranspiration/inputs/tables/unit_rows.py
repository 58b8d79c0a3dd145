"""Rows right below a header that hold units, and whether a value is an extreme or a mean of its time."""

from __future__ import annotations

import re
from dataclasses import replace

from workbench.data.problems import Problems
from workbench.data.texts.table import TextTable
from workbench.evapotranspiration.inputs.tables.units import unit_of

_ROWS_BELOW = 2
_PARTS_OF_TIME = frozenset(("max", "min", "avg"))
_WRITTEN = frozenset((
    "degC", "degF", "K", "m/s", "km/h", "mph", "kn", "ft/s", "MJ/m2/d", "MJ/m2/h", "kJ/m2", "J/m2", "J/cm2",
    "cal/cm2", "kWh/m2", "Wh/m2", "W/m2", "mm/d", "in", "%",
))  # fmt: skip
"""Units that a row of units is told by."""


def with_units_below(table: TextTable, problems: Problems) -> TextTable:
    """Take rows of words right below the header, as loggers write them, for units and parts of time.

    Parameters
    ----------
    table
        A table of a text file or sheet.
    problems
        Takes how many rows were read so.

    Returns
    -------
    TextTable
        With the units in the headers, and without those rows.
    """
    names, gone = list(table.columns), 0
    for row in table.frame.head(_ROWS_BELOW).rows():
        cells = row[1:]
        if any(cell is not None and any(letter.isdigit() for letter in _plain_unit(cell)) for cell in cells):
            break
        if not any(cells) or (
            not any(cell and unit_of(cell) in _WRITTEN for cell in cells if cell) and not gone
        ):
            break
        for place, cell in enumerate(cells):
            if cell and unit_of(cell) in _WRITTEN and "[" not in names[place] and "(" not in names[place]:
                names[place] = f"{names[place]} [{cell}]"
            elif cell and gone:
                word = cell.casefold()
                added = word in _PARTS_OF_TIME and word not in names[place].casefold()
                names[place] = f"{cell} {names[place]}" if added else names[place]
        gone += 1
    if not gone:
        return table
    rows = "1 row below the header was" if gone == 1 else f"{gone} rows below the header were"
    problems.change(f"{rows} read as units and what a value is of its time.")
    return replace(table, columns=tuple(names), frame=table.frame.slice(gone))


def with_header_below(table: TextTable, problems: Problems) -> TextTable:
    """Join a header of two rows, of which the second names date and time, as Davis' WeatherLink writes it."""
    first = next(iter(table.frame.head(1).rows()), None)
    if first is None:
        return table
    cells = [(cell or "").strip() for cell in first[1:]]
    words = {cell.casefold() for cell in cells}
    if not {"date", "time"} <= words or any(letter.isdigit() for cell in cells for letter in cell):
        return table
    names: list[str] = []
    for name, cell in zip(table.columns, cells, strict=True):
        above = re.sub(r" \([A-Z]{1,3}\)$|^\(?[Cc]olumn [A-Z]{1,3}\)?$", "", name)
        joined = f"{above} {cell}".strip()
        names.append(joined if joined not in names else f"{joined} ({len(names) + 1})")
    problems.change(f"the header has two rows, which were joined, as '{names[-1]}'.")
    return replace(table, columns=tuple(names), frame=table.frame.slice(1))


def _plain_unit(cell: str) -> str:
    """A cell without the digits that units have."""
    return "" if unit_of(cell) in _WRITTEN else cell
