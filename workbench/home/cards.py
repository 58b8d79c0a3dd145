"""The projects as cards: how far their planning has come, what runs in them, and a button that opens each."""

from __future__ import annotations

import html
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import ipywidgets

from workbench.data.projects.project import Project
from workbench.data.projects.recent import recent_projects
from workbench.errors import WorkbenchError
from workbench.planning.progress import StepProgress, chain_progress
from workbench.runs.engine.start import runs
from workbench.runs.model.records import RunRecord
from workbench.runs.model.states import RunState
from workbench.ui.base import Pane
from workbench.ui.live.project_news import ACTIVE

__all__ = ["ProjectCards", "moment_of"]

MOST = 6
_STYLE = """<style>
.workbench-card { border: 1px solid var(--jp-border-color2, #d8dee6); border-radius: 8px; padding: 14px 16px;
  min-width: 0; color: var(--jp-ui-font-color0, #1f2933); background: var(--jp-layout-color0, #fff); }
.workbench-card.chosen { border: 2px solid var(--jp-brand-color1, #0b5c8a); padding: 13px 15px; }
.workbench-card b.name { font-size: 20px; font-weight: 600; line-height: 1.3; overflow-wrap: anywhere; }
.workbench-card .quiet { color: var(--jp-ui-font-color2, #52606d); font-size: 12px; overflow-wrap: anywhere; }
.workbench-card ol { list-style: none; margin: 10px 0 6px; padding: 0; }
.workbench-card li { display: flex; gap: 8px; padding: 2px 0; line-height: 1.4; }
.workbench-card li > span:first-child { flex: 0 0 16px; text-align: center; }
.workbench-card li > span:last-child { min-width: 0; overflow-wrap: anywhere; }
</style>"""
_SIGNS = {
    "done": ("●", "made"),
    "incomplete": ("◐", "incomplete"),
    "stale": ("◐", "older than the step before it"),
    "none": ("○", "not made yet"),
}
MAX_RUNS = 200


class ProjectCards(Pane):
    """A card for each project that was opened last, the open one first.

    Parameters
    ----------
    opened
        Called with each project that is opened from its card.
    """

    def __init__(self, opened: Callable[[Project], None]) -> None:
        super().__init__()
        self._opened = opened
        self._grid = ipywidgets.GridBox(
            layout={
                "grid_template_columns": "repeat(auto-fill, minmax(min(280px, 100%), 1fr))",
                "grid_gap": "16px",
            }
        )
        style = ipywidgets.HTML(_STYLE, layout={"display": "none"})
        self.children = [style, self._grid, self.strip]

    def __repr__(self) -> str:
        return f"<ProjectCards, {len(self._grid.children)} projects>"

    def show(self, chosen: Project | None) -> None:
        """Show the cards; that of the open project is marked."""
        folders = [path for path in recent_projects() if chosen is None or path != chosen.folder.resolve()]
        cards = [] if chosen is None else [self._card(chosen, is_chosen=True)]
        cards += [card for path in folders[: MOST - len(cards)] if (card := self._card_of(path)) is not None]
        self._grid.children = tuple(cards)

    def _card_of(self, folder: Path) -> ipywidgets.Widget | None:
        try:
            return self._card(Project.open(str(folder)), is_chosen=False)
        except WorkbenchError:
            # A project that cannot be opened says why where its folder is typed.
            return None

    def _card(self, project: Project, *, is_chosen: bool) -> ipywidgets.Widget:
        text = ipywidgets.HTML(_words(project))
        parts: list[ipywidgets.Widget] = [text]
        if not is_chosen:
            parts.append(self.button("Open", lambda: self._opened(project), f"Open {project.name}"))
        card = ipywidgets.VBox(parts)
        card.add_class("workbench-card")
        if is_chosen:
            card.add_class("chosen")
        return card


def moment_of(nanoseconds: int) -> str:
    """Write when something was made, in the local time."""
    return time.strftime("%d %b %Y, %H:%M", time.localtime(nanoseconds / 1e9))


def _words(project: Project) -> str:
    name, folder = html.escape(project.name), html.escape(str(project.folder))
    region = html.escape(project.region) if project.region not in ("", project.name) else ""
    try:
        records = runs(project, limit=MAX_RUNS)
    except WorkbenchError:
        records = []
    count = sum(record.state in ACTIVE for record in records)
    facts = (region, "made-up data" if project.made_up else "", f"{count} running" if count else "")
    steps = "".join(_step(step, records) for step in chain_progress(project))
    return (
        f'<b class="name">{name}</b><div class="quiet">{" · ".join(filter(None, facts))}</div>'
        f'<ol aria-label="Planning chain">{steps}</ol><div class="quiet">{folder}</div>'
    )


def _step(step: StepProgress, records: Sequence[RunRecord]) -> str:
    made_by = (
        record
        for record in records
        if (record.job, record.scenario, record.state) == (step.job, step.scenario, RunState.SUCCEEDED)
    )
    run = next(made_by, None)
    is_incomplete = run is not None and not run.is_complete
    state = "none" if not step.scenario else "incomplete" if is_incomplete else "done"
    state = "stale" if step.is_stale else state
    sign, words = _SIGNS[state]
    detail = f"{html.escape(step.scenario)}, {moment_of(step.made)}" if step.scenario else words
    if state in ("incomplete", "stale"):
        detail += f" · {words}"
    return (
        f'<li><span role="img" aria-label="{words}">{sign}</span>'
        f'<span>{html.escape(step.title)} <span class="quiet">{detail}</span></span></li>'
    )
