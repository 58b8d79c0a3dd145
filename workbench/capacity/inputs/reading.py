"""From the project's inputs to a checked system, whichever of the two workbooks it is."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from workbench.capacity.config import CapacityConfig, Snapshots
from workbench.capacity.inputs.availability import water_limits
from workbench.capacity.inputs.plan_settings import check_names
from workbench.capacity.inputs.planning_workbook import is_planning_workbook, read_planning_workbook
from workbench.capacity.inputs.plant_list import is_plant_list, read_plant_list
from workbench.capacity.model.system import (
    ASSUMED_WACC,
    UNSERVED,
    UNSERVED_LOAD,
    Candidate,
    Kind,
    Plant,
    System,
    expansion_of,
)
from workbench.data.notes import Notes
from workbench.data.problems import Problems
from workbench.data.projects.project import WORKBOOK_SUFFIXES, Project
from workbench.data.projects.unfilled import filled
from workbench.data.workbooks.reading import Workbook, read_workbook
from workbench.errors import InvalidData, UnreadableFile
from workbench.files import inside, is_folder, size_of
from workbench.runs.model.settings import refuse

MAX_SEARCHED_BYTES = 1_000_000
"""Size of a workbook up to which its sheets are read to find out what it is."""


def find_source(project: Project, name: str = "") -> Path:
    """Find the workbook or network that a plan starts from.

    Parameters
    ----------
    project
        Where to look.
    name
        Its name in the inputs; the only workbook of plants when left out.

    Raises
    ------
    UnreadableFile
        When there is none, or more than one and no name.
    """
    if name:
        folder = inside(project.inputs, name)
        if is_folder(folder):
            return folder
        return project.input(name)
    fitting = plant_workbooks(project)
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise UnreadableFile(
            f"There is no workbook of plants in {project.inputs}; fill in the sheet 'plants' of the template, or "
            "copy your own into it and name it in the setting 'source'.",
            project.inputs,
        )
    names = ", ".join(path.name for path in fitting)
    raise UnreadableFile(
        f"There are several workbooks of plants in {project.inputs} ({names}); give the name of one in the setting "
        "'source'.",
        project.inputs,
    )


def plant_workbooks(project: Project) -> list[Path]:
    """List the workbooks of plants among a project's inputs, told by their sheets."""
    books = [path for path in project.input_files() if path.suffix.lower() in WORKBOOK_SUFFIXES]
    return [path for path in filled(books) if _kind_of_file(path)]


def is_network(path: Path) -> bool:
    """Whether a source is a saved PyPSA network, told by its content and not by its name."""
    if is_folder(path) or path.suffix.lower() in (".nc", ".h5"):
        return True
    if path.suffix.lower() not in WORKBOOK_SUFFIXES:
        return False
    book = read_workbook(path, sheets=())
    return not _kind(book) and book.find_sheet("network") is not None


def read_system(path: Path, config: CapacityConfig) -> System:
    """Read a workbook of plants whole, every problem in one pass.

    Raises
    ------
    DataError
        When it cannot be read, or holds errors.
    SettingError
        When a setting names what it does not have.
    """
    book = read_workbook(path)
    problems = Problems(path.name)
    problems.extend(book.problems)
    kind = _kind(book)
    if not kind:
        raise InvalidData(
            f"{path.name} is not a workbook of plants: expected the sheets plants, options and carriers, or "
            f"Generators, Buses and Demand; present: {', '.join(book.sheet_names)}.",
            path,
        )
    notes = Notes(path.name)
    if kind == "list":
        system = read_plant_list(book, problems, notes)
    else:
        system = read_planning_workbook(book, problems, notes, config.years)
    system = _with_water(system, config, notes)
    _note_cost_of_capital(system, config, notes)
    _check_whole(system, config, problems)
    problems.raise_errors()
    refuse(check_names(config, system))
    return dataclasses.replace(system, problems=tuple(problems), notes=tuple(notes))


def read_components(path: Path, years: tuple[int, ...]) -> System | None:
    """Read what a workbook of plants names, whatever else is wrong in it; None when it is no such workbook.

    Raises
    ------
    DataError
        When it cannot be read.
    """
    book = read_workbook(path)
    problems, notes = Problems(path.name), Notes(path.name)
    kind = _kind(book)
    if not kind:
        return None
    if kind == "list":
        return read_plant_list(book, problems, notes)
    return read_planning_workbook(book, problems, notes, years)


def _kind_of_file(path: Path) -> str:
    """Kind by the names of the sheets; by their headers where these say nothing and the file is small."""
    book = read_workbook(path, sheets=())
    kind = _kind(book)
    if kind or book.find_sheet("network") or size_of(path) > MAX_SEARCHED_BYTES:
        return kind
    return _kind(read_workbook(path))


def _kind(book: Workbook) -> str:
    if is_planning_workbook(book):
        return "planning"
    return "list" if is_plant_list(book) else ""


def require_currency(system: System, currency: str) -> None:
    """Refuse costs in another currency than that of the project, by which every result is labelled.

    Raises
    ------
    InvalidData
        Naming both.
    """
    if system.currency and currency and system.currency != currency:
        raise InvalidData(
            f"The costs of {system.path.name} are in {system.currency}, as its headers say, and the project counts "
            f"in {currency}: set the currency of the project (project.toml), or bring the costs to {currency}.",
            system.path,
        )


def _note_cost_of_capital(system: System, config: CapacityConfig, notes: Notes) -> None:
    if config.discount_rate is None and system.wacc is None and system.candidates:
        notes.assumption(
            f"no cost of capital is given: {100 * ASSUMED_WACC:g} % is assumed.",
            setting="discount_rate",
            tables=("costs",),
            advice="give it there, or on a sheet wacc of the planning workbook",
        )


def _with_water(system: System, config: CapacityConfig, notes: Notes) -> System:
    """Limit hydro plants by a stylised inflow where nothing else limits their energy."""
    items: list[Plant | Candidate] = [*system.plants, *system.candidates]
    carriers = {item.carrier for item in items if item.kind is Kind.GENERATOR}
    limited = (
        {carrier for carrier, _ in system.monthly_limits} | set(system.p_max_pu) | set(config.energy_limits)
    )
    limited |= set(config.capacity_factor_limits)
    dry = [c for c in sorted(carriers) if "hydro" in c.lower() and c not in limited]
    if not dry:
        return system
    for carrier in dry:
        notes.assumption(
            f"no water is given for {carrier}: a stylised inflow with a highest capacity factor of 28 to 60 % by "
            "month is assumed.",
            setting="energy_limits",
            tables=("dispatch", "energy"),
            advice="give your own limits there, or on the sheet Settings",
        )
    limits = {(carrier, month): value for carrier in dry for month, value in water_limits().items()}
    return dataclasses.replace(system, monthly_limits={**system.monthly_limits, **limits})


def _check_whole(system: System, config: CapacityConfig, problems: Problems) -> None:
    items: list[Plant | Candidate] = [*system.plants, *system.candidates]
    for item in items:
        _check_storage(item, system, problems)
    _check_component_names(system, config, problems)
    if config.snapshots is Snapshots.CRITICAL_DAYS:
        for day in () if config.critical_days else system.custom_days:
            _check_day(day, problems)
    if not any(p.p_nom > 0 for p in system.plants) and not system.candidates:
        problems.error("there is neither a plant with capacity nor one that can be built.")


def _check_component_names(system: System, config: CapacityConfig, problems: Problems) -> None:
    """No two components of the network have one name: plants, links, what is built of a candidate in each year."""
    taken = dict.fromkeys(
        (UNSERVED_LOAD, *(f"{UNSERVED_LOAD} {bus}" for bus in system.buses)), "load that is not served"
    )
    for item in system.candidates:
        taken |= {f"{item.name} {year}": f"what is built of '{item.name}' in {year}" for year in config.years}
    for line in (line for line in system.lines if line.extendable):
        name = expansion_of(line.name)
        taken |= {f"{name} {year}": f"what is added to '{line.name}' in {year}" for year in config.years}
    existing = [(plant.name, "plant") for plant in system.plants]
    for name, kind in [*existing, *((line.name, "link") for line in system.lines)]:
        if name in taken:
            problems.error(
                f"the {kind} '{name}' has the name of {taken[name]}; rename it.",
                **_place_of(system, name, "name"),
            )
        taken[name] = f"the {kind} '{name}'"
    seen: set[str] = set()
    for candidate in system.candidates:
        if candidate.name in seen:
            problems.error(
                f"two candidates are called '{candidate.name}'; rename one.",
                **_place_of(system, candidate.name, "TECHNOLOGY"),
            )
        seen.add(candidate.name)
    for name in {UNSERVED, "AC"} & set(system.carriers):
        problems.error(
            f"the carrier '{name}' has a name that the plan itself uses; rename it.",
            **_place_of(system, name, "TECHNOLOGY", "co2_emissions"),
        )


def _place_of(system: System, name: str, *attributes: str) -> dict[str, str]:
    sheet, _, cell = system.place(name, *attributes).partition(", cell ")
    return {"sheet": sheet.removeprefix("sheet '").removesuffix("'"), "cell": cell}


def _check_storage(item: Plant | Candidate, system: System, problems: Problems) -> None:
    if item.kind is Kind.STORAGE_UNIT and item.max_hours <= 0:
        problems.error(
            f"the storage {item.name} has no max_hours; fill in its energy over its capacity [h].",
            **_place_of(system, item.name, "max_hours"),
        )


def _check_day(day: str, problems: Problems) -> None:
    try:
        np.datetime64(f"2024-{day}")
    except ValueError:
        problems.error(f"the critical day '{day}' is not a day of a year; expected MM-DD, such as 03-21.")
