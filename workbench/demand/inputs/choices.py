"""What the form of a forecast offers: the sectors, drivers and paths of the workbook that is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.data.problems import Problems
from workbench.data.projects.input_names import tables
from workbench.data.projects.project import Project
from workbench.data.results.scenario import finished_scenarios
from workbench.data.workbooks.reading import Workbook
from workbench.demand.inputs.driver_sheets import DriverTables, read_drivers
from workbench.demand.inputs.main_sheet import MainSheet, read_main
from workbench.demand.inputs.plain_workbook import PlainWorkbook, is_plain, read_plain
from workbench.demand.inputs.reading import find_workbook, open_workbook
from workbench.demand.model.choices import AUTOMATIC, GIVEN_PATH, MODEL_NAMES
from workbench.demand.model.roles import Role

__all__ = [
    "drivers",
    "hourly_files",
    "models",
    "paths",
    "roles",
    "scenarios",
    "sectors",
    "sectors_and_layers",
]

Values = Mapping[str, Any]


def scenarios(project: Project, _values: Values) -> tuple[str, ...]:
    """Name the scenarios that have a forecast."""
    return finished_scenarios(project, "demand")


def hourly_files(project: Project, values: Values) -> list[str]:
    """Name the files that may hold the hourly load, after the two words for finding one and for none."""
    return ["automatic", "none", *tables(project, values)]


def models(_project: Project, _values: Values) -> tuple[str, ...]:
    """Name the models of a sector."""
    return (AUTOMATIC, GIVEN_PATH, *MODEL_NAMES)


def roles(_project: Project, _values: Values) -> list[str]:
    """Name the roles of a sector."""
    return [str(role) for role in Role]


def sectors(project: Project, values: Values) -> list[str]:
    """Name the sectors of the workbook."""
    _, main, _ = _opened(project, values)
    return list(main.sectors)


def sectors_and_layers(project: Project, values: Values) -> list[str]:
    """Name the sectors and the policy layers of the workbook."""
    _, main, _ = _opened(project, values)
    return [*main.sectors, *main.policy]


def drivers(project: Project, values: Values) -> list[str]:
    """Name the drivers of the workbook."""
    return list(_drivers(project, values).actual)


def paths(project: Project, values: Values) -> list[str]:
    """Name the paths of the drivers, by their plain names."""
    _, main, _ = _opened(project, values)
    named = [path for _, path in (*_drivers(project, values).growth, *main.driver_growth)]
    return list(dict.fromkeys(named))


def _drivers(project: Project, values: Values) -> DriverTables:
    book, main, plain = _opened(project, values)
    return read_drivers(book, main, Problems(book.path.name)) if plain is None else plain.drivers


def _opened(project: Project, values: Values) -> tuple[Workbook, MainSheet, PlainWorkbook | None]:
    book = open_workbook(find_workbook(project, str(values.get("workbook") or "")))
    problems = Problems(book.path.name)
    plain = read_plain(book, (), problems) if is_plain(book) else None
    main = plain.main if plain is not None else read_main(book, problems)
    return book, main or MainSheet(""), plain
