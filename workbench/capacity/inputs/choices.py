"""What the form of a capacity plan offers: sources, load profiles, and the carriers and plants of a workbook."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.capacity.config import CapacityConfig
from workbench.capacity.inputs.reading import find_source, is_network, plant_workbooks, read_components
from workbench.capacity.model.system import System
from workbench.data.projects.input_names import folders, names_of_kinds
from workbench.data.projects.project import WORKBOOK_SUFFIXES, Project
from workbench.data.results.scenario import finished_scenarios
from workbench.files import changed_at, size_of
from workbench.runs.model.settings import from_plain

__all__ = ["carriers", "futures", "load_profiles", "plants", "scenarios", "sources"]

Values = Mapping[str, Any]


def scenarios(project: Project, _values: Values) -> tuple[str, ...]:
    """Name the scenarios that have a plan."""
    return finished_scenarios(project, "capacity")


def sources(project: Project, values: Values) -> list[str]:
    """Name what a plan can start from: workbooks of plants first, then networks and other workbooks."""
    plants = [path.relative_to(project.inputs).as_posix() for path in plant_workbooks(project)]
    return [*plants, *names_of_kinds(project, (".nc", *WORKBOOK_SUFFIXES)), *folders(project, values)]


def load_profiles(project: Project, _values: Values) -> tuple[str, ...]:
    """Name the scenarios that have load profiles."""
    return finished_scenarios(project, "load_profiles")


def carriers(project: Project, values: Values) -> list[str]:
    """Name the carriers of what runs or can be built."""
    system = _system(project, values)
    if system is None:
        return []
    return sorted({plant.carrier for plant in system.plants} | {item.carrier for item in system.candidates})


def plants(project: Project, values: Values) -> list[str]:
    """Name the plants."""
    system = _system(project, values)
    return [] if system is None else [plant.name for plant in system.plants]


def futures(project: Project, values: Values) -> list[str]:
    """Name the futures of the workbook."""
    system = _system(project, values)
    return [] if system is None else list(system.futures)


def _system(project: Project, values: Values) -> System | None:
    path = find_source(project, str(values.get("source") or ""))
    if is_network(path):
        return None
    years = from_plain(tuple[int, ...], values.get("years") or CapacityConfig().years, "years")
    return _read_once(path, years, changed_at(path), size_of(path))


@functools.lru_cache(maxsize=2)
def _read_once(path: Path, years: tuple[int, ...], _changed: int, _size: int) -> System | None:
    return read_components(path, years)
