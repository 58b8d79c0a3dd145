"""Templates that nobody has filled in yet: they are files of a project, but not inputs of it."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path

from workbench.data.projects.project import WORKBOOK_SUFFIXES
from workbench.data.tables.table import plain_name
from workbench.data.workbooks.reading import read_workbook
from workbench.errors import DataError
from workbench.files import changed_at, size_of

__all__ = ["filled", "is_unfilled"]

README = "readme"
FILLED_BY_US = (README, "main", "units", "carriers")
"""Sheets of a template that hold more than headers from the beginning, by their plain names."""
MAX_BYTES = 100_000
"""A larger file is no empty template."""


def filled(paths: Iterable[Path]) -> list[Path]:
    """Leave out the workbooks that are still empty templates."""
    return [path for path in paths if not is_unfilled(path)]


def is_unfilled(path: Path) -> bool:
    """Whether a file is a template with nothing below the headers of its sheets; a damaged file is not.

    Parameters
    ----------
    path
        Of any file.
    """
    if path.suffix.lower() not in WORKBOOK_SUFFIXES or size_of(path) > MAX_BYTES:
        return False
    return _is_unfilled(path, changed_at(path), size_of(path))


@functools.lru_cache(maxsize=64)
def _is_unfilled(path: Path, _changed: float, _size: int) -> bool:
    try:
        names = read_workbook(path, sheets=()).sheet_names
        if README not in map(plain_name, names):
            return False
        book = read_workbook(path)
    except DataError:
        return False
    sheets = [sheet for sheet in book.sheets if plain_name(sheet.name) not in FILLED_BY_US]
    return bool(sheets) and all(_rows(sheet.rows) <= 1 for sheet in sheets)


def _rows(rows: Iterable[Iterable[object]]) -> int:
    return sum(any(value not in (None, "") for value in row) for row in rows)
