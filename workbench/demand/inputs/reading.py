"""The demand workbook: read once, checked in one pass, every problem reported at once with sheet and cell.

Workbooks with the ``~`` tables that analysts use, the template of :mod:`workbench.demand.inputs.template`, and
plain tables of sales by year (:mod:`workbench.demand.inputs.plain_workbook`) are read alike. Electricity is in GWh
from here on.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from workbench.data.notes import Note
from workbench.data.problems import Problem, Problems
from workbench.data.projects.project import WORKBOOK_SUFFIXES, Project
from workbench.data.projects.unfilled import filled
from workbench.data.tables.table import plain_name
from workbench.data.workbooks.reading import PLAIN_SUFFIXES, Workbook, read_workbook
from workbench.demand.config import DemandConfig, GapHandling
from workbench.demand.inputs.driver_sheets import DriverTables, read_drivers
from workbench.demand.inputs.electricity_unit import label_of, resolve_unit
from workbench.demand.inputs.main_sheet import MainSheet, read_main
from workbench.demand.inputs.measured_hours import MeasuredHours, read_measured_hours
from workbench.demand.inputs.plain_workbook import is_plain, read_plain
from workbench.demand.inputs.sector_checks import check_sectors
from workbench.demand.inputs.sector_sheets import SectorSheet, fill_gaps, read_sector, without_years
from workbench.demand.inputs.unused import unused_inputs
from workbench.demand.model.drivers import breaks
from workbench.demand.model.roles import REDUCING, Role, role_of
from workbench.demand.model.sector import Sector
from workbench.errors import InvalidData, UnreadableFile
from workbench.files import changed_at, size_of
from workbench.hourly_loads.reading.hourly_sheet import has_history_name

FILE_WORDS = ("demand", "sales", "consumption")
MIN_SHARE_SUM, MAX_SHARE_SUM = 99.9, 100.1


@dataclass(frozen=True, slots=True)
class Layer:
    """A policy layer: GWh by year as positive numbers, straight lines between, zero before the first."""

    role: Role
    points: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class DemandInput:
    """Everything that a demand workbook says."""

    path: Path
    sha256: str
    sectors: Mapping[str, Sector]
    drivers: DriverTables
    solar_share: Mapping[str, float]
    """Share of rooftop solar by sector, %."""
    losses: Mapping[int, float]
    load_factors: Mapping[int, float]
    layers: Mapping[str, Layer]
    unit: str
    """Unit of electricity that the workbook was read in."""
    last_actual_year: int
    problems: tuple[Problem, ...]
    peaks: Mapping[int, float] = field(default_factory=dict)
    """Peak load by year, MW, as the workbook gives it."""
    unused: tuple[Note, ...] = ()
    """Sheets, tables and columns without effect."""
    main: str = ""
    """Sheet with the tables of assumptions."""
    end_year: int | None = None
    """Last year of the forecast that the workbook asks for."""
    cells: Mapping[tuple[str, object], str] = field(default_factory=dict)
    """Cells of that sheet: (plain name of the table, year, or layer and year) -> cell."""
    measured: MeasuredHours = field(default_factory=MeasuredHours)
    """The hourly load of the project."""


def find_workbook(project: Project, name: str) -> Path:
    """Give the workbook that a config names, or the only one of the project.

    Raises
    ------
    UnreadableFile
        When there is none, or several and none is named.
    """
    if name:
        return project.input(name)
    files = project.input_files()
    present = [path for path in files if path.suffix.lower() in WORKBOOK_SUFFIXES]
    books = filled(present)
    named = [path for path in books if _is_named(path)]
    if len(books) == 1 or len(named) == 1:
        return (named or books)[0]
    texts = [path for path in files if path.suffix.lower() in PLAIN_SUFFIXES and _is_named(path)]
    if not named and len(texts) == 1:
        return texts[0]
    if present and not books:
        raise UnreadableFile(
            f"{', '.join(path.name for path in present)} in {project.inputs} are still empty templates; fill in "
            "the sales of the sectors in the demand workbook, as its sheet 'read me' says.",
            project.inputs,
        )
    if not books:
        raise UnreadableFile(
            f"There is no workbook in {project.inputs}; copy the demand workbook into it.", project.inputs
        )
    names = ", ".join(path.name for path in books)
    raise UnreadableFile(
        f"There are several workbooks in {project.inputs} ({names}); name one in the setting 'workbook'.",
        project.inputs,
    )


def _is_named(path: Path) -> bool:
    """Whether a file is named like one of yearly sales."""
    return any(word in path.stem.casefold() for word in FILE_WORDS) and not has_history_name(path.stem)


def read_demand(path: Path | str, config: DemandConfig | None = None) -> DemandInput:
    """Read and check a demand workbook; the same file is not read twice.

    Parameters
    ----------
    path
        The workbook.
    config
        Says the unit, the last actual year, the roles and what is done about gaps.

    Raises
    ------
    UnreadableFile
        When the file is missing, locked, too large or no workbook.
    InvalidData
        With every problem in ``.problems``.
    """
    return _read(open_workbook(Path(path)), config or DemandConfig())


def with_measured_hours(data: DemandInput, project: Project, config: DemandConfig) -> DemandInput:
    """Add the hourly load of the project to what the workbook says.

    Raises
    ------
    DataError
        As :func:`~workbench.demand.inputs.measured_hours.read_measured_hours`.
    """
    measured = read_measured_hours(project, data.path, config, data.last_actual_year)
    read = measured.sheet if measured.path == data.path else None
    return replace(
        data,
        measured=measured,
        unused=tuple(note for note in data.unused if read is None or note.sheet != read),
    )


def open_workbook(path: Path) -> Workbook:
    """Read the cells of a workbook; the same file is not read twice.

    Raises
    ------
    UnreadableFile, InvalidData
        As :func:`read_demand`.
    """
    try:
        return _read_once(path, changed_at(path), size_of(path))
    except OSError:
        return read_workbook(path)


@functools.lru_cache(maxsize=4)
def _read_once(path: Path, _changed: int, _size: int) -> Workbook:
    return read_workbook(path)


def _read(book: Workbook, config: DemandConfig) -> DemandInput:
    problems = Problems(book.path.name)
    problems.extend(book.problems)
    plain = read_plain(book, config.left_out, problems) if is_plain(book) else None
    main = plain.main if plain is not None else read_main(book, problems)
    if main is None:
        problems.raise_errors()
        raise InvalidData(f"{book.path.name} has no sales by year.", book.path)
    _check_named(main, config, problems)
    sheets = plain.sheets if plain is not None else _read_sheets(book, main, config, problems)
    sheets = {
        name: without_years(sheet, config.blank_years.get(name, ()), problems)
        for name, sheet in sheets.items()
    }
    drivers = plain.drivers if plain is not None else read_drivers(book, main, problems)
    problems.raise_errors()
    last_actual = config.last_actual_year or most_common_last_year(sheets)
    label = plain.unit if plain is not None else label_of(book, problems)
    unit, factor = resolve_unit(label, config.electricity_unit, sheets, drivers, last_actual, problems)
    sectors = {
        name: _sector(sheet, _role(name, main, config), last_actual, factor, main, config, problems)
        for name, sheet in sheets.items()
    }
    check_sectors(sectors, problems)
    layers = _layers(main, factor, problems)
    shares = _solar_shares(main, sectors, config, problems)
    drivers.split_at(last_actual)
    _check_driver_years(drivers, last_actual, problems)
    _check_breaks(drivers, problems)
    end_year = _end_year(main, config, problems)
    problems.raise_errors()
    return DemandInput(
        book.path,
        book.sha256,
        sectors,
        drivers,
        shares,
        main.losses,
        main.load_factors,
        layers,
        unit,
        last_actual,
        tuple(problems),
        main.peaks,
        tuple(plain.unused) if plain is not None else unused_inputs(book, main, sheets.values(), drivers),
        main.name,
        end_year,
        main.cells,
    )


def _read_sheets(
    book: Workbook, main: MainSheet, config: DemandConfig, problems: Problems
) -> dict[str, SectorSheet]:
    found = {
        name: read_sector(book, name, main.name, cell, _role(name, main, config) in REDUCING, problems)
        for name, cell in main.sectors.items()
        if name not in config.left_out
    }
    return {name: sheet for name, sheet in found.items() if sheet is not None}


def _check_named(main: MainSheet, config: DemandConfig, problems: Problems) -> None:
    named = [("left_out", name) for name in config.left_out]
    named += [("blank_years", name) for name in config.blank_years]
    for setting, name in named:
        if name not in main.sectors:
            problems.error(
                f"{setting} names the sector '{name}', which the workbook does not have; present: "
                f"{', '.join(main.sectors)}.",
                sheet=main.name,
            )


def most_common_last_year(sheets: Mapping[str, SectorSheet]) -> int:
    """Year in which most sectors end; the earlier one where two are as common.

    Sectors that go on longer hold projections.
    """
    ends = Counter(sheet.last_year for sheet in sheets.values())
    most = max(ends.values())
    return min(year for year, count in ends.items() if count == most)


def _sector(
    sheet: SectorSheet,
    role: Role,
    last_actual: int,
    factor: float,
    main: MainSheet,
    config: DemandConfig,
    problems: Problems,
) -> Sector:
    values = {year: value * factor for year, value in sheet.values.items()}
    later = {year for year in values if year > last_actual or year in sheet.projected}
    actual = {year: value for year, value in values.items() if year not in later}
    given = {year: value for year, value in values.items() if year in later}
    if given:
        # What the file itself calls a projection is no doubt.
        say = problems.change if sheet.projected.issuperset(given) else problems.warning
        say(
            f"the values of {min(given)} to {max(given)} lie after the last actual year {last_actual}: "
            "they are taken as projections, not as history.",
            sheet=sheet.name,
            cell=sheet.cells[min(given)],
        )
    if not actual:
        actual = {last_actual: 0.0}
        problems.warning(
            f"there is no value up to the last actual year {last_actual}; it is taken as not yet started (zero).",
            sheet=sheet.name,
        )
    sheet = replace(sheet, values=actual)
    blank = config.blank_years.get(sheet.sector, ())
    filled = fill_gaps(sheet, config.gaps is GapHandling.INTERPOLATE, problems, blank)
    first = min(filled)
    energy = np.array([filled[year] for year in range(first, max(filled) + 1) if year in filled])
    drivers = main.drivers.get(sheet.sector, ())
    return Sector(sheet.sector, role, first, energy, given, drivers, sheet.name, sheet.cells)


def _role(name: str, main: MainSheet, config: DemandConfig) -> Role:
    if name in config.roles:
        return Role(config.roles[name])
    return main.roles.get(name) or role_of(name)


def _layers(main: MainSheet, factor: float, problems: Problems) -> dict[str, Layer]:
    layers = {}
    for name, points in main.policy.items():
        role = role_of(name)
        signs = {value > 0 for value in points.values() if value}
        if len(signs) > 1:
            problems.error(f"~Policy: '{name}' has positive and negative values; split it.", sheet=main.name)
        if role is Role.SALES and signs == {False}:
            role = Role.DEMAND_SIDE_MANAGEMENT
        layers[name] = Layer(role, {year: abs(value) * factor for year, value in points.items()})
    return layers


def _solar_shares(
    main: MainSheet, sectors: Mapping[str, Sector], config: DemandConfig, problems: Problems
) -> Mapping[str, float]:
    """Shares of the sectors that there are [%]; where one is left out, those of the others in proportion."""
    if not main.solar_share:
        return {}
    total = sum(main.solar_share.values())
    if not MIN_SHARE_SUM <= total <= MAX_SHARE_SUM:
        problems.error(
            f"the shares of rooftop solar sum to {total:g} %, expected 100 % (they split the solar among sectors).",
            sheet=main.name,
            cell=main.solar_share_cell,
        )
    for name, share in main.solar_share.items():
        if name in config.left_out:
            problems.warning(
                f"~Solar_share gives {share:g} % to the sector '{name}', which is left out: the other shares are "
                "taken in proportion.",
                sheet=main.name,
                cell=main.solar_share_cell,
            )
        elif name not in sectors:
            problems.error(
                f"~Solar_share names the sector '{name}', which is not in ~Consumption_Sectors; correct the name.",
                sheet=main.name,
                cell=main.solar_share_cell,
            )
    kept = {name: share for name, share in main.solar_share.items() if name in sectors}
    whole = sum(kept.values())
    if len(kept) == len(main.solar_share) or whole <= 0:
        return kept if whole > 0 else {}
    return {name: 100 * share / whole for name, share in kept.items()}


def _check_driver_years(drivers: DriverTables, last_actual: int, problems: Problems) -> None:
    ending: dict[int, list[str]] = {}
    for name, series in drivers.actual.items():
        if max(series) < last_actual:
            ending.setdefault(max(series), []).append(name)
    for last, names in ending.items():
        problems.warning(
            f"{', '.join(names)}: end in {last}, the sales in {last_actual}; later years come from a path, or the "
            "models that need them are left out.",
            sheet=drivers.sheet,
            cell=f"{drivers.cells[names[0], last]}:{drivers.cells[names[-1], last]}",
        )


def _end_year(main: MainSheet, config: DemandConfig, problems: Problems) -> int | None:
    """Last year that the workbook asks for; a setting of the run counts before it."""
    requested = next((value for name, value in main.settings.items() if plain_name(name) == "endyear"), None)
    if requested is None:
        return None
    if not isinstance(requested, (int, float)) or requested != int(requested):
        problems.error(f"End_Year of ~Settings is {requested!r}, expected a year.", sheet=main.name)
        return None
    if config.target_year is not None and requested != config.target_year:
        problems.warning(
            f"~Settings asks for a forecast to {requested:g}; the setting target_year says {config.target_year}, "
            "which holds.",
            sheet=main.name,
        )
    return int(requested)


def _check_breaks(drivers: DriverTables, problems: Problems) -> None:
    for name, series in drivers.actual.items():
        values = np.array([series[year] for year in sorted(series)])
        if (values <= 0).any():
            continue
        for position in breaks(values):
            year = sorted(series)[position]
            jump = 100 * (values[position] / values[position - 1] - 1)
            problems.warning(
                f"'{name}' jumps by {jump:+.0f} % in {year} and stays there: this looks like a new base year. The "
                "models bridge it with its usual growth (splice_breaks); give one base year to be rid of it.",
                sheet=drivers.sheet,
                cell=drivers.cells[name, year],
            )
