"""What the form of a report offers: files, their sheets, and saved reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.data.projects.project import WORKBOOK_SUFFIXES, Project
from workbench.data.results.scenario import finished_scenarios
from workbench.data.workbooks.reading import read_workbook
from workbench.files import walked

__all__ = ["SUFFIXES", "files", "reports", "sheets"]

SUFFIXES = (".csv", ".tsv", ".txt", ".gz", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


def files(project: Project, _values: Mapping[str, Any] | None = None) -> list[str]:
    """Name the input files of a kind that a report is made from."""
    found = (path for path in walked(project.inputs, links=True) if path.suffix.lower() in SUFFIXES)
    names = (path.relative_to(project.inputs) for path in found if not path.name.startswith((".", "~$")))
    return sorted(name.as_posix() for name in names)


def sheets(project: Project, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the sheets of the file that is chosen, where it is a workbook."""
    name = str(values.get("file") or "")
    if not name.lower().endswith(WORKBOOK_SUFFIXES):
        return ()
    return tuple(read_workbook(project.input(name), sheets=()).sheet_names)


def reports(project: Project, _values: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the saved reports."""
    return finished_scenarios(project, "finance")
