"""Which file of a project holds the hourly loads, and its readings from the project's cache.

The parsed readings are kept under the hash of their file, so that a second run does not parse the workbook again.
"""

from __future__ import annotations

from pathlib import Path

from workbench.data.projects.project import WORKBOOK_SUFFIXES, Project
from workbench.data.results.cache import cached
from workbench.data.tables.table import plain_name
from workbench.errors import UnreadableFile
from workbench.hourly_loads.hourly_sheet import (
    HISTORY_WORDS,
    HourlySheet,
    from_arrow,
    read_hourly_sheet,
    to_arrow,
)

__all__ = ["find_file", "named_files", "read_cached"]

HISTORY_SUFFIXES = (*WORKBOOK_SUFFIXES, ".csv", ".tsv", ".parquet")
CACHE_VERSION = 3


def named_files(project: Project) -> list[Path]:
    """Give the files of a project whose names say that they hold hourly loads."""
    words = (*HISTORY_WORDS, "load")
    return [path for path in _files(project) if any(word in plain_name(path.stem) for word in words)]


def _files(project: Project) -> list[Path]:
    return [path for path in project.input_files() if path.suffix.lower() in HISTORY_SUFFIXES]


def find_file(project: Project, name: str) -> Path:
    """Give the file that a config names, or the only one that may hold an hourly history.

    Raises
    ------
    UnreadableFile
        When there is none, or several and none is named.
    """
    if name:
        return project.input(name)
    files, named = _files(project), named_files(project)
    if len(files) == 1 or len(named) == 1:
        return (named or files)[0]
    if not files:
        raise UnreadableFile(
            f"There is no file in {project.inputs}; copy the hourly history into it (xlsx, csv or parquet).",
            project.inputs,
        )
    present = ", ".join(path.name for path in named or files)
    raise UnreadableFile(
        f"Several files in {project.inputs} may hold the hourly history ({present}); name one in the setting "
        f"'file'.",
        project.inputs,
    )


def read_cached(project: Project, path: Path, digest: str, sheet: str) -> HourlySheet:
    """Read the hourly history, from the cache where the same file was read before."""
    key = {
        "what": "hourly history",
        "file": digest,
        "name": path.name,
        "sheet": sheet,
        "version": CACHE_VERSION,
    }
    return from_arrow(cached(project, key, lambda: to_arrow(read_hourly_sheet(path, sheet))))
