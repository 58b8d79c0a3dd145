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


def notebook_list(folder: Path) -> ipywidgets.Output:
    """Show the notebooks of a folder; Jupyter opens the links of a text beside the notebook that holds it."""
    lines, group = ["**Notebooks**", ""], PurePosixPath()
    for facts in notebook_facts(folder):
        if facts.path.name.startswith("00-"):
            continue
        if facts.path.parent != group:
            group = facts.path.parent
            heading = group.name.replace("-", " ").capitalize()
            lines += [
                "",
                f"{heading} (published by `workbench serve`)" if group.name == BOARDS else heading,
                "",
            ]
        published = ""
        if facts.is_published and group.name != BOARDS:
            published = " *(published by `workbench serve`)*"
        lines.append(
            f"- [{facts.title}]({urllib.parse.quote(str(facts.path))}) — {facts.sentence}{published}"
        )
    if len(lines) == 2:
        lines.append("There are none in this folder.")
    text = "\n".join(lines)
    output = ipywidgets.Output()
    data = {"text/markdown": text, "text/plain": text}
    output.outputs = ({"output_type": "display_data", "data": data, "metadata": {}},)
    return output
