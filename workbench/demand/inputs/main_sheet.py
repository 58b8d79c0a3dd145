"""The sheet ``main``: which sectors there are, their drivers, and the tables of assumptions.

Tables are opened by a ``~Name`` cell: ``~Consumption_Sectors``, ``~Econometric_Parameters`` or ``~Drivers``,
``~Gdp_Growth_rate``, ``~Driver_Growth``, ``~Solar_share``, ``~Losses``, ``~Load_factor``, ``~Peak``, ``~Policy``,
``~Settings``.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from workbench.data.problems import Problems
from workbench.data.tables.table import Table, plain_name
from workbench.data.workbooks.finding import MARK
from workbench.data.workbooks.number_cells import number_at, year_at
from workbench.data.workbooks.reading import Workbook
from workbench.demand.model.roles import WORDS, Role
from workbench.errors import InvalidData

MAIN = "main"
TABLES = (
    "consumptionsectors",
    "econometricparameters",
    "drivers",
    "gdpgrowthrate",
    "drivergrowth",
    "solarshare",
    "losses",
    "loadfactor",
    "peak",
    "policy",
    "settings",
)
"""Tables that are read, by their plain names."""
SECTOR_COLUMNS = ("title", "role")
"""Columns of the table of sectors beside their names, as their plain names."""
# More than the peak of any grid; a value above it is in another unit.
MAX_PEAK_MW = 5e6


@dataclass(slots=True)
class MainSheet:
    """What ``main`` says."""

    name: str
    sectors: dict[str, str] = field(default_factory=dict)
    """Sector -> cell that names it."""
    roles: dict[str, Role] = field(default_factory=dict)
    """Role by sector, where the table says one."""
    drivers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    driver_growth: dict[tuple[str, str], tuple[float, str]] = field(default_factory=dict)
    """(driver, path) -> growth in % a year, and where it is given."""
    gdp_growth: dict[int, float] = field(default_factory=dict)
    """Growth of the GDP in % by year."""
    gdp_growth_cell: str = ""
    solar_share: dict[str, float] = field(default_factory=dict)
    solar_share_cell: str = ""
    losses: dict[int, float] = field(default_factory=dict)
    load_factors: dict[int, float] = field(default_factory=dict)
    peaks: dict[int, float] = field(default_factory=dict)
    """Peak load by year, MW."""
    policy: dict[str, dict[int, float]] = field(default_factory=dict)
    """Electricity by layer and year, in the unit of the workbook; negative lowers the demand."""
    settings: dict[str, object] = field(default_factory=dict)
    cells: dict[tuple[str, object], str] = field(default_factory=dict)
    """(Plain name of the table, year, or layer and year) -> cell of the value."""


def read_main(book: Workbook, problems: Problems) -> MainSheet | None:
    """Read ``main``; None when it is missing or names no sectors, with the reason among the problems."""
    found = book.find_sheet(MAIN) or _only_sheet_with_sectors(book, problems)
    if found is None:
        present = ", ".join(book.sheet_names)
        problems.error(
            f"there is no sheet '{MAIN}' with the table ~Consumption_Sectors, and no table of sales by year (years "
            f"in a row or a column, a sector in each of the others); present: {present}."
        )
        return None
    try:
        tables = {
            plain_name(name): table for name, table in book.sheet(found).marked_tables(problems).items()
        }
    except InvalidData as error:
        problems.extend(error.problems)
        return None
    main = MainSheet(found)
    sectors = tables.get("consumptionsectors")
    if sectors is None or not sectors.columns:
        problems.error("the table ~Consumption_Sectors is missing; name the sectors in it.", sheet=found)
        return None
    _read_sectors(sectors, main, problems)
    _read_driver_names(tables, main, problems)
    _read_growth(tables, main, problems)
    for name, target in (("losses", main.losses), ("loadfactor", main.load_factors)):
        if name in tables:
            target.update(_by_year(tables[name], main, problems, minimum=0.0, maximum=100.0))
    if "peak" in tables:
        limits = {"minimum": 0.0, "maximum": MAX_PEAK_MW}
        main.peaks = _by_year(tables["peak"], main, problems, **limits, what="a peak in MW")
    if "solarshare" in tables:
        _read_solar_share(tables["solarshare"], main, problems)
    if "policy" in tables:
        _read_policy(tables["policy"], main, problems)
    if "settings" in tables and len(tables["settings"].columns) >= 2:
        main.settings = {str(row[0]): row[1] for row in tables["settings"].rows if row[0] is not None}
    return main


def _only_sheet_with_sectors(book: Workbook, problems: Problems) -> str | None:
    opening = f"{MARK}{TABLES[0]}"
    found = [
        name
        for name in book.sheet_names
        if any(isinstance(v, str) and plain_name(v) == opening for row in book.sheet(name).rows for v in row)
    ]
    if len(found) != 1:
        return None
    problems.change(
        f"there is no sheet '{MAIN}': this one has the table ~Consumption_Sectors and is read as it.",
        sheet=found[0],
    )
    return found[0]


def _read_sectors(table: Table, main: MainSheet, problems: Problems) -> None:
    header = table.columns[0]
    for column in table.columns[1:]:
        close = difflib.get_close_matches(plain_name(column), SECTOR_COLUMNS, 1, 0.75)
        if close and plain_name(column) not in SECTOR_COLUMNS:
            problems.error(
                f"the column '{column}' is not known; did you mean '{close[0].capitalize()}'?",
                sheet=main.name,
                cell=table.header_cell(column),
            )
    for row, value in enumerate(table.column(header)):
        if value is None:
            if any(cell is not None for cell in table.rows[row]):
                problems.warning(
                    "there is no name of a sector in this row: it is not used.",
                    sheet=main.name,
                    cell=table.cell(row, header),
                )
            continue
        name = str(value)
        if plain_name(name) in {plain_name(known) for known in main.sectors}:
            problems.error(
                f"the sector '{name}' is named twice; remove one.",
                sheet=main.name,
                cell=table.cell(row, header),
            )
        main.sectors[name] = table.cell(row, header)
        role_column = table.find_column("Role")
        word = table.column(role_column)[row] if role_column else None
        if word is not None:
            _read_role(name, str(word), table.cell(row, "Role"), main, problems)
    if not main.sectors:
        problems.error("the table ~Consumption_Sectors names no sector.", sheet=main.name)


def _read_role(name: str, word: str, cell: str, main: MainSheet, problems: Problems) -> None:
    role = WORDS.get(plain_name(word))
    if role is None:
        allowed = ", ".join(WORDS)
        problems.error(
            f"the role '{word}' of '{name}' is not known; use one of {allowed}.", sheet=main.name, cell=cell
        )
    else:
        main.roles[name] = role


def _read_policy(table: Table, main: MainSheet, problems: Problems) -> None:
    if len(table.columns) < 3:
        problems.error("~Policy needs the columns Layer, Year and Electricity.", sheet=main.name)
        return
    layers, years, values = table.columns[:3]
    for row, layer in enumerate(table.column(layers)):
        year = year_at(table, row, years, problems)
        value = number_at(table, row, values, problems)
        blank = [name for name in table.columns[:3] if table.rows[row][table.position(name)] is None]
        if blank and len(blank) < 3:
            problems.error(
                f"~Policy: {' and '.join(blank)} is blank beside other cells; fill it in, or clear the row.",
                sheet=main.name,
                cell=table.cell(row, blank[0]),
            )
        if layer is None or not (np.isfinite(year) and np.isfinite(value)):
            continue
        points = main.policy.setdefault(str(layer), {})
        if int(year) in points:
            problems.error(
                f"the year {year:g} of '{layer}' is there twice; remove one.",
                sheet=main.name,
                cell=table.cell(row, years),
            )
        points[int(year)] = value
        main.cells["policy", (str(layer), int(year))] = table.cell(row, values)


def _read_driver_names(tables: Mapping[str, Table], main: MainSheet, problems: Problems) -> None:
    table = tables.get("econometricparameters") or tables.get("drivers")
    if table is None:
        return
    by_name = {plain_name(name): name for name in main.sectors}
    if table.columns and plain_name(table.columns[0]) in ("sector", "sectorname"):
        listed = {str(row[0]): row[1:] for row in table.rows if row[0] is not None}
    else:
        listed = {name: tuple(table.column(name)) for name in table.columns}
    absent = {name: plain for plain, name in by_name.items() if plain not in set(map(plain_name, listed))}
    deleted = []
    for name, values in listed.items():
        sector = by_name.get(plain_name(name))
        if sector is None:
            close = difflib.get_close_matches(name, absent, 1, 0.75)
            if close:
                problems.error(
                    f"~{table.name} lists drivers of '{name}', which is not in ~Consumption_Sectors; did you mean "
                    f"'{close[0]}'?",
                    sheet=main.name,
                )
            else:
                deleted.append(name)
            continue
        words = [part.strip() for value in values if value is not None for part in str(value).split(",")]
        main.drivers[sector] = tuple(dict.fromkeys(word for word in words if word))
    if deleted:
        problems.warning(
            f"~{table.name} lists drivers of {', '.join(deleted)}: not used, as ~Consumption_Sectors does not list "
            "them.",
            sheet=main.name,
        )


def _read_growth(tables: Mapping[str, Table], main: MainSheet, problems: Problems) -> None:
    if "gdpgrowthrate" in tables:
        table = tables["gdpgrowthrate"]
        main.gdp_growth = _by_year(table, main, problems, minimum=-50.0, maximum=50.0)
        main.gdp_growth_cell = table.header_cell(table.columns[-1]) if table.columns else ""
    if "drivergrowth" not in tables:
        return
    table = tables["drivergrowth"]
    paths = [name for name in table.columns[1:] if plain_name(name) not in ("unit", "note", "source")]
    for row, driver in enumerate(table.column(table.columns[0])):
        if driver is None and any(cell is not None for cell in table.rows[row]):
            problems.warning(
                f"~{table.name}: there is growth without the name of a driver: it is not used.",
                sheet=main.name,
                cell=table.cell(row, table.columns[0]),
            )
        for path in paths if driver is not None else ():
            value = number_at(table, row, path, problems)
            if np.isfinite(value):
                cell = table.cell(row, path)
                _check_range(value, -50.0, 50.0, table, cell, problems)
                main.driver_growth[plain_name(str(driver)), plain_name(path)] = (value, f"{main.name}!{cell}")


def _read_solar_share(table: Table, main: MainSheet, problems: Problems) -> None:
    if len(table.columns) < 2:
        problems.error("~Solar_share needs two columns, Sector and Percentage_share.", sheet=main.name)
        return
    names, shares = table.columns[0], table.columns[1]
    by_name = {plain_name(name): name for name in main.sectors}
    main.solar_share_cell = table.header_cell(shares)
    for row, value in enumerate(table.column(names)):
        share = number_at(table, row, shares, problems)
        if value is None:
            if np.isfinite(share):
                problems.warning(
                    f"~{table.name}: there is a share without the name of a sector: it is not used.",
                    sheet=main.name,
                    cell=table.cell(row, names),
                )
            continue
        if not np.isfinite(share):
            continue
        _check_range(share, 0.0, 100.0, table, table.cell(row, shares), problems)
        main.solar_share[by_name.get(plain_name(str(value)), str(value))] = share
    if not main.solar_share and any(value is not None for value in table.column(names)):
        problems.warning(
            f"~{table.name} names sectors but gives no share: rooftop solar is not split among sectors.",
            sheet=main.name,
            cell=main.solar_share_cell,
        )


def _by_year(
    table: Table,
    main: MainSheet,
    problems: Problems,
    *,
    minimum: float,
    maximum: float,
    what: str = "a percentage",
) -> dict[int, float]:
    found: dict[int, float] = {}
    if len(table.columns) < 2:
        problems.error(f"~{table.name} needs two columns, the year and {what}.", sheet=table.sheet)
        return found
    years, values = table.columns[0], table.columns[1]
    for row in range(len(table.rows)):
        year = year_at(table, row, years, problems)
        value = number_at(table, row, values, problems)
        if not (np.isfinite(year) and np.isfinite(value)):
            continue
        cell = table.cell(row, years)
        if int(year) in found:
            problems.error(f"the year {year:g} is there twice; remove one.", sheet=table.sheet, cell=cell)
        place = table.cell(row, values)
        _check_range(value, minimum, maximum, table, place, problems, what)
        found[int(year)] = value
        main.cells[plain_name(table.name), int(year)] = place
    return found


def _check_range(
    value: float,
    minimum: float,
    maximum: float,
    table: Table,
    cell: str,
    problems: Problems,
    what: str = "a percentage",
) -> None:
    if not minimum <= value <= maximum:
        problems.error(
            f"expected {what} from {minimum:g} to {maximum:g}, found {value:g}.",
            sheet=table.sheet,
            cell=cell,
        )
