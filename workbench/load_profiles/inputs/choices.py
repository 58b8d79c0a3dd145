"""What the form of load profiles offers: files, their sheets, and scenarios of the demand forecast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.data.projects.project import WORKBOOK_SUFFIXES, Project
from workbench.data.results.scenario import finished_scenarios
from workbench.data.workbooks.reading import read_workbook
from workbench.hourly_loads.reading.files import find_file
from workbench.load_profiles.inputs.demand_scenario import DEMAND

__all__ = ["demand_scenarios", "scenarios", "sheets"]


def scenarios(project: Project, _values: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the scenarios that have load profiles."""
    return finished_scenarios(project, "load_profiles")


def demand_scenarios(project: Project, _values: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the scenarios that have a demand forecast."""
    return finished_scenarios(project, DEMAND)


def sheets(project: Project, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the sheets of the file with the history, where it is a workbook."""
    path = find_file(project, str(values.get("file") or ""))
    return read_workbook(path, sheets=()).sheet_names if path.suffix.lower() in WORKBOOK_SUFFIXES else ()
