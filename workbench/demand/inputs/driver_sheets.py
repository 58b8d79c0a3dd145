"""Drivers of a workbook: the sheet ``Economic_Indicators``, and sheets or tables that give their paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from workbench.data.problems import Problems
from workbench.data.tables.table import Table, cell_name, plain_name
from workbench.data.workbooks.number_cells import number_at
from workbench.data.workbooks.reading import Sheet, Workbook
from workbench.demand.inputs.main_sheet import MainSheet
from workbench.demand.inputs.sector_sheets import electricity_column, read_years
from workbench.demand.model.drivers import GrowthPath

INDICATORS = "Economic_Indicators"
PATH_NAMES = ("BAU", "optimistic", "pessimistic")


@dataclass(slots=True)
class DriverTables:
    """Drivers as the workbook gives them."""

    sheet: str = INDICATORS
    actual: dict[str, dict[int, float]] = field(default_factory=dict)
    cells: dict[tuple[str, int], str] = field(default_factory=dict)
    """Cell by driver and year."""
    levels: dict[str, dict[int, float]] = field(default_factory=dict)
    """Levels on other sheets that reach beyond the actuals, by driver."""
    levels_source: dict[str, str] = field(default_factory=dict)
    growth: dict[tuple[str, str], GrowthPath] = field(default_factory=dict)
    """(plain name of the driver, plain name of the path) -> growth."""

    def split_at(self, last_actual: int) -> None:
        """Move values after the last actual year of the sales from the actuals to the given levels."""
        for driver, series in self.actual.items():
            later = [year for year in series if year > last_actual]
            if later and len(later) < len(series):
                self.levels[driver] = dict(series)
                self.levels_source[driver] = self.sheet
                self.actual[driver] = {year: value for year, value in series.items() if year <= last_actual}

    def find(self, name: str) -> str | None:
        """Give the driver as written in the workbook, whatever the case, spaces and underscores."""
        wanted = plain_name(name)
        return next((driver for driver in self.actual if plain_name(driver) == wanted), None)


def read_drivers(book: Workbook, main: MainSheet, problems: Problems) -> DriverTables:
    """Read the drivers and their paths; a workbook without drivers gives none."""
    found = DriverTables()
    listed = tuple(
        {plain_name(driver): driver for names in main.drivers.values() for driver in names}.values()
    )
    name = book.find_table(
        INDICATORS, ("Year", *listed) if listed else (), problems, (*main.sectors, main.name)
    )
    if name is None:
        if main.drivers:
            problems.warning(
                f"there is no sheet '{INDICATORS}': models that need drivers are left out.", sheet=main.name
            )
        return found
    found.sheet = name
    table = book.sheet(name).table(problems, headers=("Year",))
    if table.find_column("Year") is None:
        problems.error(
            f"expected a column 'Year' in the first row, found {', '.join(table.columns) or 'none'}.",
            sheet=name,
        )
        return found
    _read_actuals(table, found, problems)
    _check_listed(table, main, found, problems)
    sector_sheets = {plain_name(sector) for sector in main.sectors}
    for other in book.sheet_names:
        if plain_name(other) not in sector_sheets | {plain_name(name), plain_name(main.name), "units"}:
            _read_path_sheet(book.sheet(other), found, problems)
    _read_growth(main, found)
    return found


def _read_actuals(table: Table, found: DriverTables, problems: Problems) -> None:
    years = read_years(table, problems)
    for driver in table.columns:
        if plain_name(driver) == "year":
            continue
        series: dict[int, float] = {}
        for row, year in enumerate(years):
            value = number_at(table, row, driver, problems)
            if year is not None and np.isfinite(value):
                series[year] = value
                found.cells[driver, year] = table.cell(row, driver)
        if not series:
            problems.warning(
                f"'{driver}' has no values: it is left out.",
                sheet=table.sheet,
                cell=table.header_cell(driver),
            )
            continue
        gaps = [year for year in range(min(series), max(series)) if year not in series]
        if gaps:
            listed = ", ".join(map(str, gaps))
            problems.error(
                f"'{driver}' has no value in {listed}; fill it in.",
                sheet=table.sheet,
                cell=f"{found.cells[driver, min(series)]}:{found.cells[driver, max(series)]}",
            )
        found.actual[driver] = series


def _check_listed(table: Table, main: MainSheet, found: DriverTables, problems: Problems) -> None:
    missing: dict[str, list[str]] = {}
    for sector, drivers in main.drivers.items():
        for driver in drivers:
            # A column that is still blank gives no values, and a problem says so; a name without one is a mistake.
            if found.find(driver) is None and table.find_column(driver) is None:
                missing.setdefault(driver, []).append(sector)
        main.drivers[sector] = tuple(driver for driver in drivers if found.find(driver) is not None)
    for driver, sectors in missing.items():
        problems.error(
            f"the driver '{driver}' of {', '.join(sectors)} is not a column of this sheet; "
            f"present: {', '.join(found.actual)}.",
            sheet=found.sheet,
        )


def _read_path_sheet(sheet: Sheet, found: DriverTables, problems: Problems) -> None:
    """Take levels beyond the last actual, and growth columns named after a path, from a sheet with years."""
    silent = Problems(problems.file)
    table = sheet.table(silent, headers=("Year",))
    if table.find_column("Year") is None or electricity_column(table) is not None:
        return
    years = read_years(table, silent)
    for column in table.columns:
        driver = found.find(column)
        if driver is None:
            continue
        values = [number_at(table, row, column, silent) for row in range(len(table.rows))]
        levels = {
            year: value for year, value in zip(years, values, strict=True) if year and np.isfinite(value)
        }
        if levels and max(levels) > max(found.actual[driver]):
            _check_shift(driver, levels, found, table, problems)
            found.levels[driver] = levels
            found.levels_source[driver] = sheet.name
    if found.levels_source and sheet.name in found.levels_source.values():
        problems.extend(silent)
        _read_growth_columns(sheet, table.header_row, found, problems)


def _read_growth_columns(sheet: Sheet, below: int, found: DriverTables, problems: Problems) -> None:
    """Read one growth rate under each header BAU, optimistic, pessimistic beside the years, as GDP growth."""
    gdp = found.find("GSDP") or found.find("GDP")
    header = sheet.rows[below - 1]
    for column, value in enumerate(header):
        if gdp is None or not isinstance(value, str) or value.casefold() not in map(str.casefold, PATH_NAMES):
            continue
        rate = sheet.rows[below][column] if len(sheet.rows) > below else None
        if not isinstance(rate, float) or not -0.5 < rate < 0.5:
            continue
        place = f"{sheet.name}!{cell_name(below, column)}"
        found.growth[plain_name(gdp), plain_name(value)] = GrowthPath(100 * rate, place)
        problems.change(
            f"{rate:g} under '{value}' is read as a growth of {gdp} of {100 * rate:g} % a year.",
            sheet=sheet.name,
            cell=cell_name(below, column),
        )


def _read_growth(main: MainSheet, found: DriverTables) -> None:
    gdp = found.find("GSDP") or found.find("GDP")
    if main.gdp_growth and gdp is not None:
        source = f"~Gdp_Growth_rate, {main.name}!{main.gdp_growth_cell}"
        found.growth[plain_name(gdp), "bau"] = GrowthPath(main.gdp_growth, source)
    for (driver, path), (percent, source) in main.driver_growth.items():
        found.growth[driver, path] = GrowthPath(percent, source)


def _check_shift(
    driver: str, levels: Mapping[int, float], found: DriverTables, table: Table, problems: Problems
) -> None:
    """Report a column of levels whose years are shifted against the actuals."""
    actual = found.actual[driver]
    for shift in (1, -1):
        pairs = [(actual[year], levels[year + shift]) for year in actual if year + shift in levels]
        direct = [(actual[year], levels[year]) for year in actual if year in levels]
        if (
            len(pairs) >= 4
            and all(np.isclose(a, b, rtol=1e-6) for a, b in pairs)
            and not all(np.isclose(a, b, rtol=1e-6) for a, b in direct)
        ):
            problems.error(
                f"the years of '{driver}' are shifted by {shift:+d} against the sheet '{found.sheet}'; "
                "correct the years of one of them.",
                sheet=table.sheet,
                cell=table.header_cell(driver),
            )
