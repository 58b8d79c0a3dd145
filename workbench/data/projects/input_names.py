"""Names of a project's inputs and results, as a form offers them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.data.projects.project import WORKBOOK_SUFFIXES, Project
from workbench.files import subfolders

__all__ = ["arrays_and_tables", "folders", "names_of_kinds", "tables", "tables_and_records", "workbooks"]

TABLE_SUFFIXES = (*WORKBOOK_SUFFIXES, ".csv", ".tsv", ".parquet")


def names_of_kinds(project: Project, suffixes: tuple[str, ...]) -> list[str]:
    """Name the input files of these kinds."""
    files = (path for path in project.input_files() if path.suffix.lower() in suffixes)
    return [path.relative_to(project.inputs).as_posix() for path in files]


def workbooks(project: Project, _values: Mapping[str, Any]) -> list[str]:
    """Name the workbooks among the inputs."""
    return names_of_kinds(project, WORKBOOK_SUFFIXES)


def tables(project: Project, _values: Mapping[str, Any]) -> list[str]:
    """Name the workbooks and the text and Parquet files among the inputs."""
    return names_of_kinds(project, TABLE_SUFFIXES)


def tables_and_records(project: Project, values: Mapping[str, Any]) -> list[str]:
    """Name the tables among the inputs, and the JSON files."""
    return [*tables(project, values), *names_of_kinds(project, (".json",))]


def arrays_and_tables(project: Project, values: Mapping[str, Any]) -> list[str]:
    """Name the tables among the inputs, and the NetCDF files."""
    return [*tables(project, values), *names_of_kinds(project, (".nc",))]


def folders(project: Project, _values: Mapping[str, Any]) -> list[str]:
    """Name the folders among the inputs."""
    return [name for name in subfolders(project.inputs) if not name.startswith(".")]
