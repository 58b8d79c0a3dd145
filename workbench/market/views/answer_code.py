"""The lines of Python that give the answer of a board, under its figure."""

from __future__ import annotations

import html
from pathlib import Path

from workbench.files import is_file
from workbench.market.model.answer import Answer
from workbench.market.store.reading import MarketData
from workbench.runs.model.read_only import is_viewer

_SOMEWHERE = "folder of the project"


def code_html(answer: Answer, data: MarketData | None) -> str:
    """Give the lines that ask for an answer, folded; nothing where it was not asked by a query."""
    lines = code_lines(answer, data)
    if not lines:
        return ""
    code = html.escape("\n".join(lines))
    return f'<details class="wb-code"><summary>Python</summary><pre><code>{code}</code></pre></details>'


def code_lines(answer: Answer, data: MarketData | None) -> tuple[str, ...]:
    """Give the lines that ask for an answer; readers of a published board are told no folder."""
    if answer.question is None or data is None:
        return ()
    project, dataset = _place(data.folder)
    return answer.question.lines(_SOMEWHERE if is_viewer() else str(project), dataset)


def _place(folder: Path) -> tuple[Path, str]:
    """Give the project of a dataset and its name; of a dataset that lies elsewhere its folder."""
    parents = folder.parents
    if len(parents) > 2 and is_file(parents[2] / "project.toml"):
        return parents[2], folder.name
    return folder, ""
