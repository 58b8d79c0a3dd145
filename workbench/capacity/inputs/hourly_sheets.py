"""Sheets with one row an hour: demand by fiscal year, availability by carrier."""

from __future__ import annotations

import numpy as np

from workbench.capacity.model.fiscal_hours import hours_of
from workbench.data.arrays import Floats
from workbench.data.problems import Problems
from workbench.data.tables.table import Table, plain_name
from workbench.data.workbooks.number_cells import read_numbers
from workbench.data.workbooks.reading import Workbook

HOURS = (8760, 8784)


def read_demand_sheet(book: Workbook, problems: Problems) -> dict[int, Floats]:
    """Read the load of each fiscal year [MW], one column a year, one row an hour from 1 April 00:00."""
    found = book.find_sheet("Demand")
    if found is None:
        return {}
    table = book.sheet(found).table(problems)
    demand = {}
    for column in table.columns:
        if not column.isdigit():
            continue
        year = int(column)
        values = _column(table, column, problems)
        expected = len(hours_of(year))
        if values.size != expected:
            last = table.cell(max(values.size - 1, 0), column)
            problems.error(
                f"the year {year} has {values.size:,} hours up to {last}, expected {expected:,} (one row an "
                f"hour from 1 April {year - 1} 00:00); fill in the rest.",
                sheet=table.sheet,
                cell=table.header_cell(column),
            )
            continue
        for row in np.flatnonzero(values < 0)[:1]:
            problems.error(
                f"the load is {values[row]:g} MW, expected 0 or more.",
                sheet=table.sheet,
                cell=table.cell(int(row), column),
            )
        demand[year] = values
    if not demand:
        problems.error("there is no column with a year, such as 2030.", sheet=table.sheet)
    return demand


def read_availability(book: Workbook, sheet: str, problems: Problems) -> dict[str, Floats]:
    """Read availabilities [per unit], one column a carrier or plant, one row an hour from 1 April 00:00."""
    found = book.find_sheet(sheet)
    if found is None:
        return {}
    table = book.sheet(found).table(problems)
    read = {}
    for column in table.columns:
        if plain_name(column) in ("hour", "time", "date", "snapshot"):
            continue
        values = _column(table, column, problems)
        blank = _blank_rows(table)
        if values.size in HOURS and values.size + blank in HOURS and blank:
            problems.error(
                f"{blank} rows between the hours are blank: fill them in, or delete them.", sheet=table.sheet
            )
        if values.size not in HOURS:
            problems.error(
                f"'{column}' has {values.size:,} hours, expected 8,760 or 8,784; fill in the rest.",
                sheet=table.sheet,
                cell=table.header_cell(column),
            )
            continue
        for row in np.flatnonzero((values < 0) | (values > 1))[:1]:
            problems.error(
                f"the availability is {values[row]:g}, expected a part of one, from 0 to 1.",
                sheet=table.sheet,
                cell=table.cell(int(row), column),
            )
        read[column] = values
    return read


def _column(table: Table, column: str, problems: Problems) -> Floats:
    values = np.array(read_numbers(table, column, problems))
    filled = np.flatnonzero(~np.isnan(values))
    values = values[: filled[-1] + 1] if filled.size else values[:0]
    for row in np.flatnonzero(np.isnan(values))[:1]:
        problems.error(
            "the hour has no value; hours in between cannot be left out.",
            sheet=table.sheet,
            cell=table.cell(int(row), column),
        )
    return values


def _blank_rows(table: Table) -> int:
    """Blank rows that were passed over inside the table."""
    numbers = table.row_numbers
    return numbers[-1] - numbers[0] + 1 - len(numbers) if numbers else 0
