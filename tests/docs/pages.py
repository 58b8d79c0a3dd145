"""The pages of the documentation, their blocks of code and their tables."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import PROJECT

DOCS = PROJECT / "docs"
PAGES = sorted(
    path.relative_to(PROJECT).as_posix()
    for path in (PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *DOCS.rglob("*.md"))
    if "_build" not in path.parts
)
_FENCE = re.compile(
    r"(?:^[ ]*<!-- not run: (?P<reason>.*?) -->\n)?"
    r"^(?P<indent>[ ]*)```(?P<language>[^\n`]*)\n(?P<code>.*?)^(?P=indent)```[ ]*$",
    re.MULTILINE | re.DOTALL,
)
_TABLE_HEADER = "| table | one row for each | columns |"
_COLUMN = re.compile(r"(?P<name>[^\[]+?)(?: \[(?P<unit>[^\]]+)\])?")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page; ``line`` is that of its first line of code."""

    page: str
    line: int
    language: str
    code: str
    reason: str | None


def read(page: str) -> str:
    """Give the text of a page."""
    return (PROJECT / page).read_text(encoding="utf-8")


def blocks_of(page: str) -> Iterator[Block]:
    """Give every fenced block of a page in order, directives of the builder left out."""
    text = read(page)
    for found in _FENCE.finditer(text):
        if not found["language"].startswith("{"):
            line = text.count("\n", 0, found.start("code")) + 1
            code = textwrap.dedent(found["code"])
            yield Block(page, line, found["language"].strip(), code, found["reason"])


def tables_of(page: str) -> dict[str, dict[str, str | None]]:
    """Give the result tables that a page describes: name -> column -> unit."""
    found = {}
    _, _, after = read(page).partition(_TABLE_HEADER)
    for row in after.strip().splitlines()[1:]:
        if not row.startswith("| `"):
            break
        name, _, columns = (cell.strip() for cell in row.strip("|").split("|"))
        matches = [_COLUMN.fullmatch(part) for part in columns.split(", ")]
        found[name.strip("`")] = {match["name"]: match["unit"] for match in matches if match}
    return found


def links_of(page: str) -> Iterator[tuple[str, Path]]:
    """Give every link of a page that leads to a file, and the file."""
    text = _FENCE.sub("", read(page))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, _ = target.partition("#")
        if path and not re.match(r"[a-z]+:", path):
            yield target, (PROJECT / page).parent / path
