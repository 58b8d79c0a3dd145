"""Numbers from the cells of a table, with every doubt reported by its cell."""

from __future__ import annotations

import datetime
import math

from workbench.data.problems import Problems
from workbench.data.tables.table import Table
from workbench.data.texts.amounts import plain_amount
from workbench.data.texts.years import read_year


def number_at(table: Table, row: int, column: str, problems: Problems) -> float:
    """Read one value of a table as a number.

    A number that is stored as text (``"1,234"``, ``"12,34,567"``, ``" 12.5 "``) is accepted and reported as a
    change; everything else that is not a number is reported as an error.

    Parameters
    ----------
    table
        The table.
    row
        Zero-based among its data rows.
    column
        Header name.
    problems
        Collects what was found.

    Returns
    -------
    float
        The number; ``nan`` for a blank cell (no problem) and for what is not a number (an error).

    Raises
    ------
    InvalidData
        When the table has no such column.
    """
    value = table.rows[row][table.position(column)]
    return _number(value, table, row, column, problems)


def read_numbers(table: Table, column: str, problems: Problems) -> list[float]:
    """Read a column of a table as numbers, see :func:`number_at`.

    Raises
    ------
    InvalidData
        When the table has no such column.
    """
    return [_number(value, table, row, column, problems) for row, value in enumerate(table.column(column))]


def number_from_text(text: str) -> float | None:
    """Read a number from text with optional digit grouping, ``1,234,567``, ``12,34,567`` or ``1 234 567``.

    The apostrophe by which a spreadsheet marks text may be there; what is not a number is ``None``. Text files are
    read by the same grammar, see :mod:`workbench.data.texts.amounts`.
    """
    return plain_amount(text.strip().removeprefix("'"))


def cell_number(value: object, problems: Problems, *, sheet: str, cell: str) -> float:
    """Read the value of a cell as a number, see :func:`number_at`.

    Parameters
    ----------
    value
        Of the cell.
    problems
        Collects what was found.
    sheet, cell
        Where it stands.
    """
    if value is None:
        return math.nan
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    if isinstance(value, str):
        number = number_from_text(value)
        if number is not None:
            message = f"the text '{value}' was read as the number {number:.15g}; store it as a number."
            problems.change(message, sheet=sheet, cell=cell)
            return number
    problems.error(f"expected a number, found {_describe(value)}", sheet=sheet, cell=cell)
    return math.nan


def year_in(value: object, problems: Problems, *, sheet: str, cell: str) -> float:
    """Read the value of a cell as a year; ``2014-15`` is 2015, what else is no number is an error.

    Parameters
    ----------
    value
        Of the cell.
    problems
        Collects what was found.
    sheet, cell
        Where it stands.
    """
    written = read_year(value) if isinstance(value, (str, datetime.date)) else None
    return cell_number(value, problems, sheet=sheet, cell=cell) if written is None else float(written.year)


def year_at(table: Table, row: int, column: str, problems: Problems) -> float:
    """Read one value of a table as a year, see :func:`year_in` and :func:`number_at`."""
    value = table.rows[row][table.position(column)]
    return year_in(value, problems, sheet=table.sheet, cell=table.cell(row, column))


def _number(value: object, table: Table, row: int, column: str, problems: Problems) -> float:
    if type(value) is float and math.isfinite(value):
        return value
    return (
        math.nan
        if value is None
        else cell_number(value, problems, sheet=table.sheet, cell=table.cell(row, column))
    )


def _describe(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.date):
        return f"the date {value.isoformat()}"
    if isinstance(value, (datetime.time, datetime.timedelta)):
        return f"the time {value}"
    return f"'{value}'"
