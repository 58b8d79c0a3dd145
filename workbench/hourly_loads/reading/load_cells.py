"""The numbers of a column of loads or temperatures, with every doubt reported by its cell."""

from __future__ import annotations

import numpy as np

from workbench.data.arrays import Floats
from workbench.data.problems import Problems
from workbench.data.tables.table import Table
from workbench.data.texts.amounts import is_placeholder
from workbench.data.workbooks.number_cells import number_from_text
from workbench.hourly_loads.reading.moments import MAX_BAD_CELLS

__all__ = ["read_loads"]


def read_loads(table: Table, column: str, problems: Problems) -> Floats:
    """Read a column of numbers, ``nan`` where a cell is blank; what is no number is an error by its cell."""
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
