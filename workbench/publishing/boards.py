"""Which notebooks are published: those that say so in their metadata, and no other file in the world.

::

    "metadata": {"workbench": {"publish": true, "title": "Demand", "description": "One line.", "icon": "demand"}}
"""

from __future__ import annotations

import ast
import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Board", "Cell", "Library"]

LARGEST_BYTES = 2_000_000
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; the source of a code cell never leaves the server."""

    is_code: bool
    source: str


@dataclass(frozen=True, slots=True)
class Board:
    """A published notebook.

    Attributes
    ----------
    slug
        What stands in its address: the name of the file without its suffix.
    title, description
        What a reader sees of it in the gallery.
    icon
        Name of its thumbnail.
    cells
        Its cells.
    """

    slug: str
    title: str
    description: str
    icon: str
    cells: tuple[Cell, ...]

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules that its code imports, to be loaded before anybody comes."""
        found: dict[str, None] = {}
        for cell in self.cells:
            if cell.is_code:
                found |= dict.fromkeys(_imported(cell.source))
        return tuple(found)


class Library:
    """The published notebooks of a folder; looked at again when a file in it has changed.

    Parameters
    ----------
    folder
        Where the notebooks are; folders inside it are not looked at.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._read: dict[Path, tuple[tuple[int, int], Board | None]] = {}

    def boards(self) -> list[Board]:
        """List what is published now, in the order of the files' names."""
        known, self._read = self._read, {}
        for path in sorted(self.folder.glob("*.ipynb")):
            facts = self._facts_of(path)
            if facts is None:
                continue
            earlier = known.get(path)
            fresh = earlier is None or earlier[0] != facts
            self._read[path] = (facts, read_board(path)) if fresh or earlier is None else earlier
        return [board for _, board in self._read.values() if board is not None]

    def find(self, slug: str) -> Board | None:
        """Find a board by what stands in its address; nothing is ever opened by that name."""
        return next((board for board in self.boards() if board.slug == slug), None)

    def _facts_of(self, path: Path) -> tuple[int, int] | None:
        try:
            inside = path.resolve().parent == self.folder
            facts = path.stat()
        except OSError:
            return None
        return (facts.st_mtime_ns, facts.st_size) if inside and path.is_file() else None


def read_board(path: Path) -> Board | None:
    """Read a notebook; None (and a line in the log where it was meant to be published) when it is no board."""
    try:
        content = path.read_bytes()
        notebook: Any = json.loads(content) if len(content) <= LARGEST_BYTES else {}
    except (OSError, ValueError) as error:
        _log.warning("%s cannot be read and is not published: %s", path.name, error)
        return None
    mark = _mark_of(notebook)
    if mark is None or mark.get("publish") is not True:
        if mark is not None and mark.get("publish") not in (None, False):
            _log.warning("%s is not published: 'publish' in its metadata is not true", path.name)
        return None
    cells = _cells_of(notebook.get("cells"))
    if cells is None or not _SLUG.fullmatch(path.stem):
        _log.warning(
            "%s is not published: it is damaged, or its name has other signs than A-z0-9._-", path.name
        )
        return None
    title = _text(mark.get("title")) or path.stem
    return Board(path.stem, title, _text(mark.get("description")), _text(mark.get("icon")), cells)


def _mark_of(notebook: object) -> Mapping[str, Any] | None:
    metadata = notebook.get("metadata") if isinstance(notebook, dict) else None
    mark = metadata.get("workbench") if isinstance(metadata, dict) else None
    return mark if isinstance(mark, dict) else None


def _cells_of(cells: Any) -> tuple[Cell, ...] | None:
    if not isinstance(cells, list):
        return None
    found = []
    for cell in cells:
        if not isinstance(cell, dict):
            return None
        source = cell.get("source")
        text = (
            "".join(source)
            if isinstance(source, list) and all(isinstance(s, str) for s in source)
            else source
        )
        if not isinstance(text, str):
            return None
        if cell.get("cell_type") in ("code", "markdown"):
            found.append(Cell(cell["cell_type"] == "code", text))
    return tuple(found)


def _text(value: object) -> str:
    return " ".join(value.split())[:300] if isinstance(value, str) else ""


def _imported(source: str) -> Sequence[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ()
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.append(node.module)
    return names
