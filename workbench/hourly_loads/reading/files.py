"""Which file of a project holds the hourly loads, and its readings from the project's cache.

The parsed readings are kept under the hash of their file, so that a second run does not parse the workbook again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from workbench.data.problems import Problem, Severity
from workbench.data.projects.project import WORKBOOK_SUFFIXES, Project
from workbench.data.projects.unfilled import filled
from workbench.data.results.cache import cached
from workbench.data.tables.table import plain_name
from workbench.errors import UnreadableFile
from workbench.hourly_loads.reading.hourly_sheet import HISTORY_WORDS, HourlySheet, read_hourly_sheet
from workbench.hourly_loads.rules import Stamps

__all__ = ["find_file", "from_arrow", "named_files", "read_cached", "to_arrow"]

HISTORY_SUFFIXES = (*WORKBOOK_SUFFIXES, ".csv", ".tsv", ".parquet")
CACHE_VERSION = 5
PROBLEMS_KEY = b"problems"
FACTS_KEY = b"facts"


def named_files(project: Project) -> list[Path]:
    """Give the files of a project whose names say that they hold hourly loads."""
    return [path for path in _files(project) if _has_name(path)]


def _has_name(path: Path) -> bool:
    return any(word in plain_name(path.stem) for word in (*HISTORY_WORDS, "load"))


def _files(project: Project) -> list[Path]:
    return filled(path for path in project.input_files() if path.suffix.lower() in HISTORY_SUFFIXES)


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
    if not named and any(_has_name(path) for path in project.input_files()):
        # The template of the hourly load is still empty: the other files are something else.
        files = []
    if len(files) == 1 or len(named) == 1:
        return (named or files)[0]
    if not files:
        raise UnreadableFile(
            f"There is no hourly history in {project.inputs}; fill in the template of the hourly load, or copy "
            "your file into it (xlsx, csv or parquet).",
            project.inputs,
        )
    present = ", ".join(path.name for path in named or files)
    raise UnreadableFile(
        f"Several files in {project.inputs} may hold the hourly history ({present}); name one in the setting "
        f"'file'.",
        project.inputs,
    )


def read_cached(
    project: Project, path: Path, digest: str, sheet: str, load_columns: Sequence[str] = ()
) -> HourlySheet:
    """Read the hourly history, from the cache where the same file was read before."""
    key = {
        "what": "hourly history",
        "file": digest,
        "name": path.name,
        "sheet": sheet,
        "columns": list(load_columns),
        "version": CACHE_VERSION,
    }
    return from_arrow(cached(project, key, lambda: to_arrow(read_hourly_sheet(path, sheet, load_columns))))


def to_arrow(sheet: HourlySheet) -> pa.Table:
    """Give a history as an Arrow table, for the cache."""
    blank = np.full(len(sheet.load), np.nan)
    columns = {
        "time": pa.array(sheet.times.astype("datetime64[s]")),
        "load": pa.array(sheet.load),
        "temperature": pa.array(sheet.temperature if len(sheet.temperature) else blank),
        "row": pa.array(sheet.rows),
        "place": pa.array(sheet.places if len(sheet.places) else np.full(len(sheet.load), -1)),
    }
    facts = {
        "file": sheet.file,
        "sheet": sheet.sheet,
        "zone": sheet.zone,
        "stamps": sheet.stamps and sheet.stamps.value,
        "warm": bool(len(sheet.temperature)),
        "parts": sheet.parts,
    }
    problems = [[p.message, p.file, p.sheet, p.cell, p.severity.value] for p in sheet.problems]
    metadata = {FACTS_KEY: json.dumps(facts), PROBLEMS_KEY: json.dumps(problems)}
    return pa.table(columns).replace_schema_metadata(metadata)


def from_arrow(table: pa.Table) -> HourlySheet:
    """Read back what :func:`to_arrow` gave."""
    metadata = table.schema.metadata
    facts = json.loads(metadata[FACTS_KEY])
    stored: list[list[str]] = json.loads(metadata[PROBLEMS_KEY])
    problems = [Problem(words, file, page, cell, Severity(kind)) for words, file, page, cell, kind in stored]
    names = ("load", "temperature", "row", "place")
    load, warm, rows, places = (table.column(name).to_numpy() for name in names)
    return HourlySheet(
        facts["file"],
        facts["sheet"],
        table.column("time").to_numpy().astype("datetime64[m]"),
        facts["zone"],
        load,
        warm if facts["warm"] else np.empty(0),
        rows,
        places if len(places) and places[0] >= 0 else places[:0],
        tuple(problems),
        Stamps(facts["stamps"]) if facts["stamps"] else None,
        tuple((str(name), int(first)) for name, first in facts["parts"]),
    )
