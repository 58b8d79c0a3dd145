"""The sheets of the sectors: a column ``Year`` and a column ``Electricity``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from workbench.data.problems import Answer, Problems
from workbench.data.tables.table import Table, plain_name
from workbench.data.texts.years import Kind, read_year
from workbench.data.workbooks.number_cells import number_at, year_in
from workbench.data.workbooks.reading import Workbook

HEADERS = ("Year", "Electricity", "Status")
EARLIEST_YEAR, LATEST_YEAR = 1900, 2200


@dataclass(frozen=True, slots=True)
class SectorSheet:
    """What the sheet of one sector says, in the unit of the workbook."""

    sector: str
    name: str
    values: Mapping[int, float]
    cells: Mapping[int, str]
    """Cell of each year's value."""
    projected: frozenset[int] = frozenset()
    """Years that a column ``Status`` calls a projection."""

    @property
    def last_year(self) -> int:
        """Last year that is not called a projection; the last one where all are."""
        return max((year for year in self.values if year not in self.projected), default=max(self.values))


def read_sector(
    book: Workbook, sector: str, main: str, main_cell: str, reducing: bool, problems: Problems
) -> SectorSheet | None:
    """Read one sector sheet; None when it cannot be used, with the reasons among the problems.

    Parameters
    ----------
    book
        The workbook.
    sector
        Name of the sector and of its sheet.
    main, main_cell
        Where the sector is named.
    reducing
        Whether the sector lowers the demand (solar, savings): it may then be written in negative numbers.
    problems
        Collects what was found.
    """
    name = book.find_sheet(sector)
    if name is None:
        problems.error(
            f"the sector '{sector}' has no sheet of that name; add it, or take the sector off the list.",
            sheet=main,
            cell=main_cell,
        )
        return None
    table = book.sheet(name).table(problems, headers=HEADERS)
    column = electricity_column(table)
    if table.find_column("Year") is None or column is None:
        present = ", ".join(table.columns) or "none"
        problems.error(
            f"expected the columns 'Year' and 'Electricity' in the first row, found {present}.", sheet=name
        )
        return None
    years = read_years(table, problems)
    values: dict[int, float] = {}
    cells: dict[int, str] = {}
    for row, year in enumerate(years):
        value = number_at(table, row, column, problems)
        if year is None or year in values or not np.isfinite(value):
            continue
        values[year], cells[year] = value, table.cell(row, column)
    if not values:
        problems.error("there is no year with a value.", sheet=name)
        return None
    values = with_signs(values, cells, name, reducing, problems)
    return SectorSheet(sector, name, values, cells, _projected(table, years, problems))


def electricity_column(table: Table) -> str | None:
    """Find the column with the electricity by its header."""
    return next((name for name in table.columns if plain_name(name).startswith("electricity")), None)


def read_years(table: Table, problems: Problems) -> list[int | None]:
    """Read the column ``Year``: whole numbers in rising order, none twice; None where it cannot be used.

    Gaps are left to the caller, who knows whether they matter.
    """
    found: list[int | None] = []
    seen: dict[int, str] = {}
    column = table.position("Year")
    for row, values in enumerate(table.rows):
        cell = table.cell(row, "Year")
        year = year_in(values[column], problems, sheet=table.sheet, cell=cell)
        value = None
        if not np.isfinite(year):
            if values[column] is None:
                problems.error(
                    "there is no year beside the values; fill it in.", sheet=table.sheet, cell=cell
                )
        elif not (year.is_integer() and EARLIEST_YEAR <= year <= LATEST_YEAR):
            problems.error(f"expected a year such as 2025, found {year:g}.", sheet=table.sheet, cell=cell)
        elif int(year) in seen:
            problems.error(
                f"the year {year:g} is there twice, also in {seen[int(year)]}; remove one.",
                sheet=table.sheet,
                cell=cell,
            )
        else:
            value = int(year)
            if seen and value < max(seen):
                problems.warning(
                    f"the year {value} comes after {max(seen)}; years are taken in order.",
                    sheet=table.sheet,
                    cell=cell,
                )
            seen[value] = cell
        found.append(value)
    return found


def without_years(sheet: SectorSheet, years: Collection[int], problems: Problems) -> SectorSheet:
    """Take the values of some years as missing.

    Parameters
    ----------
    sheet
        The sector.
    years
        Whose values are wrong.
    problems
        Collects what was done, and years that have no value.
    """
    for year in years:
        if year not in sheet.values:
            problems.error(f"blank_years names {year}, which has no value.", sheet=sheet.name)
            continue
        problems.change(
            f"{year}, {sheet.values[year]:,.6g}, was taken as missing: the setting blank_years says so.",
            sheet=sheet.name,
            cell=sheet.cells[year],
        )
    left = {year: value for year, value in sheet.values.items() if year not in years}
    if not left:
        problems.error("blank_years leaves no year with a value.", sheet=sheet.name)
        return sheet
    # A value that is made has no cell.
    return replace(sheet, values=left, cells={year: sheet.cells[year] for year in left})


def fill_gaps(
    sheet: SectorSheet, interpolate: bool, problems: Problems, bridged: Collection[int] = ()
) -> dict[int, float]:
    """Give the values with gaps between the first and the last year filled, or report the gaps as errors.

    Parameters
    ----------
    sheet
        The sector.
    interpolate
        Fill with equal yearly growth between the neighbours; each is reported as a change.
    problems
        Collects what was found.
    bridged
        Years that are filled in any case.
    """
    values = {year: sheet.values[year] for year in sorted(sheet.values)}
    known = list(values)
    missing = [year for year in range(known[0], known[-1] + 1) if year not in values]
    for year in missing:
        before = max(y for y in known if y < year)
        after = min(y for y in known if y > year)
        low, high = sheet.values[before], sheet.values[after]
        place = f"{sheet.cells[before]}:{sheet.cells[after]}"
        if not interpolate and year not in bridged:
            problems.error(
                f"the year {year} has no value (blank is not zero); fill it in, write 0 if it is zero, "
                "or set gaps = interpolate.",
                sheet=sheet.name,
                cell=place,
            )
            problems.offer(Answer("gaps", "interpolate", "Bridge missing years"))
            continue
        share = (year - before) / (after - before)
        even = low > 0 and high > 0
        values[year] = low * (high / low) ** share if even else low + (high - low) * share
        problems.change(
            f"the missing year {year} was filled between {before} and {after}.", sheet=sheet.name, cell=place
        )
    return values


def _projected(table: Table, years: list[int | None], problems: Problems) -> frozenset[int]:
    column = table.find_column("Status")
    found = {
        year
        for year, value in zip(years, table.column("Year"), strict=True)
        if year is not None and isinstance(value, str)
        if (written := read_year(value)) is not None and written.kind is Kind.PROJECTION
    }
    for row, word in enumerate(table.column(column) if column else ()):
        year = years[row]
        text = plain_name(str(word or "actual"))
        if text not in ("actual", "projection"):
            problems.error(
                f"expected 'actual' or 'projection', found '{word}'.",
                sheet=table.sheet,
                cell=table.cell(row, "Status"),
            )
        elif text == "projection" and year is not None:
            found.add(year)
    return frozenset(found)


def with_signs(
    values: Mapping[int, float], cells: Mapping[int, str], sheet: str, reducing: bool, problems: Problems
) -> dict[int, float]:
    """Refuse negative values; those of a sector that lowers the demand may all be written as such."""
    negative = [year for year, value in values.items() if value < 0]
    if not negative:
        return dict(values)
    if reducing and not any(value > 0 for value in values.values()):
        problems.change(
            f"{len(negative)} values are negative; they are read as the amount by which demand is lowered.",
            sheet=sheet,
            cell=f"{cells[negative[0]]}:{cells[negative[-1]]}",
        )
        return {year: abs(value) for year, value in values.items()}
    for year in negative:
        problems.error(
            f"the electricity of {year} is {values[year]:g}, expected zero or more.",
            sheet=sheet,
            cell=cells[year],
        )
    return dict(values)
