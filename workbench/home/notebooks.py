"""The notebooks of a folder and of the folders in it, each with what it is for and a link."""

from __future__ import annotations

import json
import urllib.parse
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import ipywidgets

__all__ = ["NotebookFacts", "notebook_facts", "notebook_list"]

BOARDS = "boards"


@dataclass(frozen=True, slots=True)
class NotebookFacts:
    """Path of the file within the folder, its title, its first sentence, whether it is published, and its place."""

    path: PurePosixPath
    title: str
    sentence: str
    is_published: bool
    order: int = 0


def notebook_facts(folder: Path) -> tuple[NotebookFacts, ...]:
    """Read what notebooks are for: those of the folder itself, then by folder, then boards; skip other files."""
    found = []
    inside = sorted(path for path in folder.glob("*/*.ipynb") if not path.parent.name.startswith("."))
    for path in [*sorted(folder.glob("*.ipynb")), *inside]:
        try:
            notebook = json.loads(path.read_text(encoding="utf-8"))
            first = "".join(notebook["cells"][0]["source"])
            mark = notebook["metadata"].get("workbench", {})
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            continue
        title, _, rest = first.partition("\n")
        sentence = rest.strip().split("\n")[0]
        is_published = isinstance(mark, dict) and mark.get("publish") is True
        place = PurePosixPath(path.relative_to(folder).as_posix())
        order = mark.get("order", 0) if isinstance(mark, dict) else 0
        title = title.lstrip("# ").strip() or path.stem
        found.append(
            NotebookFacts(place, title, sentence, is_published, order if isinstance(order, int) else 0)
        )
    return tuple(sorted(found, key=_place))


def _place(facts: NotebookFacts) -> tuple[bool, int, PurePosixPath]:
    is_board = facts.path.parent.name == BOARDS
    return is_board, facts.order if facts.path.parent.name else 0, facts.path


def notebook_list(folder: Path) -> ipywidgets.Widget:
    """Show the notebooks of a folder, a card for each domain; a text beside the notebook makes the links open."""
    groups: dict[PurePosixPath, list[str]] = {}
    for facts in notebook_facts(folder):
        if facts.path.name.startswith("00-"):
            continue
        is_board = facts.path.parent.name == BOARDS
        published = " *(published by `workbench serve`)*" if facts.is_published and not is_board else ""
        address = urllib.parse.quote(str(facts.path))
        groups.setdefault(facts.path.parent, []).append(
            f"- [{facts.title}]({address})" + ("" if is_board else f" — {facts.sentence}{published}")
        )
    if not groups:
        return _text("**Notebooks**\n\nThere are none in this folder.")
    cards = [_text("\n".join([f"**{_heading(group)}**", "", *lines])) for group, lines in groups.items()]
    columns = "repeat(auto-fill, minmax(min(340px, 100%), 1fr))"
    return ipywidgets.GridBox(cards, layout={"grid_template_columns": columns, "grid_gap": "8px 32px"})


def _heading(group: PurePosixPath) -> str:
    if group.name == BOARDS:
        return "Boards (published by `workbench serve`)"
    return group.name.replace("-", " ").capitalize() or "Notebooks"


def _text(words: str) -> ipywidgets.Output:
    output = ipywidgets.Output()
    data = {"text/markdown": words, "text/plain": words}
    output.outputs = ({"output_type": "display_data", "data": data, "metadata": {}},)
    return output
