"""Which notebooks are published: those that say so in their metadata, and no other file.

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

from workbench.errors import SettingError
from workbench.files import changed_at, confine, is_file, listed, read_bytes, size_of
from workbench.ui.declared import find_view

__all__ = ["Cell", "Library", "PublishedBoard"]

MAX_BYTES = 2_000_000
MAX_ORDER = 10_000
BOARDS = "boards"
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; the source of a code cell never leaves the server."""

    is_code: bool
    source: str


@dataclass(frozen=True, slots=True)
class PublishedBoard:
    """A published notebook.

    Attributes
    ----------
    slug
        The name in its address: that of the file without its suffix.
    title, description
        What a reader sees of it in the gallery.
    icon
        Name of its thumbnail.
    cells
        Its cells.
    order
        Its place in the gallery; those of one place are ordered by their slugs.
    """

    slug: str
    title: str
    description: str
    icon: str
    cells: tuple[Cell, ...]
    order: int = 0

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules that its code needs, to be loaded before the first reader comes."""
        found: dict[str, None] = {}
        for cell in self.cells:
            if cell.is_code:
                found |= dict.fromkeys(_needed(cell.source))
        return tuple(found)


class Library:
    """The published notebooks of a folder and of its folder ``boards``; read again when a file has changed.

    Parameters
    ----------
    folder
        Where the notebooks are; no other folder inside it is looked at.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = confine(folder)
        self._read: dict[Path, tuple[tuple[int, int], PublishedBoard | None]] = {}

    def boards(self) -> list[PublishedBoard]:
        """List what is published now, in the order of the gallery."""
        known, self._read = self._read, {}
        for path in [*listed(self.folder), *listed(self.folder / BOARDS)]:
            facts = self._facts_of(path) if path.suffix == ".ipynb" else None
            if facts is None:
                continue
            earlier = known.get(path)
            fresh = earlier is None or earlier[0] != facts
            self._read[path] = (facts, read_board(path)) if fresh or earlier is None else earlier
        found: dict[str, PublishedBoard] = {}
        for _, board in self._read.values():
            if board is not None:
                found.setdefault(board.slug, board)
        return sorted(found.values(), key=lambda board: (board.order, board.slug))

    def find(self, slug: str) -> PublishedBoard | None:
        """Find a board by the name in its address; nothing is ever opened by that name."""
        return next((board for board in self.boards() if board.slug == slug), None)

    def _facts_of(self, path: Path) -> tuple[int, int] | None:
        try:
            return (changed_at(path), size_of(path)) if is_file(path) else None
        except OSError:
            return None


def read_board(path: Path) -> PublishedBoard | None:
    """Read a notebook; None (and a line in the log where it was meant to be published) when it is not a board."""
    try:
        content = read_bytes(path)
        notebook: Any = json.loads(content) if len(content) <= MAX_BYTES else {}
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
            "%s is not published: it is damaged, or its name has other characters than A-z0-9._-", path.name
        )
        return None
    title = _text(mark.get("title")) or path.stem
    order = mark.get("order")
    place = order if isinstance(order, int) and abs(order) <= MAX_ORDER else 0
    facts = (_text(mark.get("description")), _text(mark.get("icon")))
    return PublishedBoard(path.stem, title, *facts, cells, place)


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


def _needed(source: str) -> Sequence[str]:
    """Name the modules that code imports, and those of the views that it shows by name."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ()
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.append(node.module)
        elif isinstance(node, ast.Call):
            names += _view_modules(node)
    return names


def _view_modules(call: ast.Call) -> Sequence[str]:
    # workbench.board("demand", …): the view is known by its name, its modules by its declaration.
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    first = call.args[0] if call.args else None
    if (
        name not in ("board", "view")
        or not isinstance(first, ast.Constant)
        or not isinstance(first.value, str)
    ):
        return ()
    try:
        return find_view(first.value).modules
    except (SettingError, ImportError, AttributeError):
        return ()
