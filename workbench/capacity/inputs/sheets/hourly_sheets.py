"""Sheets with one row an hour: demand by fiscal year and zone, availability, inflow, prices of markets."""

from __future__ import annotations

import math
import re
from collections.abc import Collection

import numpy as np

from workbench.capacity.inputs.sheets.headers import YEAR, year_named
from workbench.capacity.inputs.sheets.table_reader import Row, month_of
from workbench.capacity.inputs.sheets.units import unit_of
from workbench.capacity.model.fiscal_hours import hours_of
from workbench.data.arrays import Floats
from workbench.data.problems import Problems
from workbench.data.tables.table import Table, plain_name, without_unit
from workbench.data.workbooks.number_cells import read_numbers
from workbench.data.workbooks.reading import Workbook

HOURS = (8760, 8784)
_WHOLE = ("demand", "load", "total", "totaldemand", "totalload", "system", "systemload", "year")
"""What stands before the year where it is no zone."""


def read_demand_sheet(
    book: Workbook, problems: Problems, buses: Collection[str] = ()
) -> tuple[dict[int, Floats], dict[int, dict[str, Floats]]]:
    """Read the load of each fiscal year [MW], one column a year, one row an hour from 1 April 00:00.

    Zones have columns of their own, headed by bus and year (``North 2030``).

    Returns
    -------
    dict
        Load of all zones by year [MW].
    dict
        By year, the part of it at each bus by hour; only of years that are given by zone.
    """
    found = book.find_sheet("Demand")
    if found is None:
        return {}, {}
    table = book.sheet(found).table(problems)
    whole: dict[int, Floats] = {}
    by_bus: dict[int, dict[str, Floats]] = {}
    for column in table.columns:
        bus, year = _name_and_year(column)
        bus = "" if plain_name(bus) in _WHOLE else bus
        if not year or (bus and bus not in buses):
            if year:
                problems.error(
                    f"'{bus}' is not on the sheet 'Buses'; known are {', '.join(buses) or 'none'}.",
                    sheet=table.sheet,
                    cell=table.header_cell(column),
                )
            continue
        values = _load_of_year(table, column, year, problems)
        if values is not None and bus:
            by_bus.setdefault(year, {})[bus] = values
        elif values is not None:
            whole[year] = values
    if not whole and not by_bus:
        problems.error("there is no column with a year, such as 2030.", sheet=table.sheet)
    zones = {}
    for year, loads in by_bus.items():
        total = np.sum(list(loads.values()), axis=0)
        if year in whole and not np.allclose(whole[year], total, rtol=1e-3, atol=1e-3):
            problems.error(
                f"the zones of {year} add up to {total.sum():,.0f} MWh, the column {year} to "
                f"{whole[year].sum():,.0f}; leave one of them out.",
                sheet=table.sheet,
            )
        whole[year] = total
        safe = np.where(total > 0, total, 1.0)
        zones[year] = {bus: np.where(total > 0, load / safe, 1 / len(loads)) for bus, load in loads.items()}
    return whole, zones


def _name_and_year(column: str) -> tuple[str, int]:
    """Name and year of a header such as ``North 2030`` or ``FY 2029-30``; the year is 0 where there is none."""
    found = re.fullmatch(
        r"(?:(.*?)[\s_]+)?((?:fy)?\s*(?:19|20|21)\d\d(?:[-/]\d\d(?:\d\d)?)?)",
        without_unit(column).strip(),
        re.IGNORECASE,
    )
    year = YEAR.fullmatch(plain_name(found[2])) if found else None
    if found is None or year is None:
        return column, 0
    name = re.sub(r"(?i)\bfy$", "", (found[1] or "").strip()).strip()
    return name, year_named(year)


def _load_of_year(table: Table, column: str, year: int, problems: Problems) -> Floats | None:
    values = _column(table, column, problems)
    bracket = column[len(without_unit(column)) :].strip(" []()")
    unit = unit_of(bracket, "MW") if bracket else None
    if bracket and unit is None:
        problems.error(
            f"the unit '{bracket}' is not known here; expected MW.",
            sheet=table.sheet,
            cell=table.header_cell(column),
        )
    elif unit is not None:
        values = values * unit.factor
    expected = len(hours_of(year))
    if values.size != expected:
        last = table.cell(max(values.size - 1, 0), column)
        problems.error(
            f"the year {year} has {values.size:,} hours up to {last}, expected {expected:,} (one row an "
            f"hour from 1 April {year - 1} 00:00); fill in the rest.",
            sheet=table.sheet,
            cell=table.header_cell(column),
        )
        return None
    for row in np.flatnonzero(values < 0)[:1]:
        problems.error(
            f"the load is {values[row]:g} MW, expected 0 or more.",
            sheet=table.sheet,
            cell=table.cell(int(row), column),
        )
    return values


def read_availability(book: Workbook, sheet: str, problems: Problems) -> dict[str, Floats]:
    """Read availabilities [per unit], one column a carrier or plant, one row an hour from 1 April 00:00."""
    return _read_hours(
        book, sheet, problems, 0.0, 1.0, "the availability is {:g}, expected a part of one, from 0 to 1."
    )


def read_inflow(book: Workbook, problems: Problems) -> dict[str, Floats]:
    """Read what flows into reservoirs, one column a storage: by hour [MW], or by month [MWh].

    Months are twelve rows with a column ``Month``; the water of a month flows evenly.
    """
    found = book.find_sheet("Inflow")
    table = None if found is None else book.sheet(found).table(problems)
    if table is None or table.find_column("Month") is None:
        return _read_hours(
            book, "Inflow", problems, 0.0, math.inf, "the inflow is {:g} MW, expected 0 or more."
        )
    reader = [Row(table, number, problems) for number in range(len(table.rows))]
    months = [month_of(row, problems) for row in reader]
    if sorted(months) != list(range(1, 13)):
        problems.error("expected one row for each month, from 1 to 12.", sheet=table.sheet)
        return {}
    hours = hours_of(2030)
    count = np.bincount(hours.month, minlength=13)
    read = {}
    for column in table.columns:
        if plain_name(column) != "month":
            energy = {
                month: row.number(column, minimum=0.0) for month, row in zip(months, reader, strict=True)
            }
            read[without_unit(column)] = np.array([energy[month] / count[month] for month in hours.month])
    return read


def read_prices(book: Workbook, problems: Problems) -> dict[str, dict[int, Floats]]:
    """Read prices of markets [currency/MWh] by hour, one column a market, or a market and year (``IEX 2030``)."""
    read: dict[str, dict[int, Floats]] = {}
    sentence = "the price is {:g}, expected a number."
    for column, values in _read_hours(book, "Prices", problems, -math.inf, math.inf, sentence).items():
        name, year = _name_and_year(column)
        read.setdefault(name, {})[year] = values
    return read


def _read_hours(
    book: Workbook, sheet: str, problems: Problems, lowest: float, highest: float, sentence: str
) -> dict[str, Floats]:
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
        for row in np.flatnonzero((values < lowest) | (values > highest))[:1]:
            problems.error(sentence.format(values[row]), sheet=table.sheet, cell=table.cell(int(row), column))
        read[without_unit(column)] = values
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
