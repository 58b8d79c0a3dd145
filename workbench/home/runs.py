"""The runs of a project, and the story of one of them."""

from __future__ import annotations

import time

import ipywidgets

from workbench.data.projects.project import Project
from workbench.errors import WorkbenchError
from workbench.runs.engine.start import attach, runs
from workbench.runs.model.read_only import is_viewer
from workbench.runs.model.records import RunRecord
from workbench.ui.figures.tables import TableArea
from workbench.ui.panel.run_panel import panel_of
from workbench.ui.tabs import choice, note

__all__ = ["RunHistory"]

MOST = 200
LISTED = 15


class RunHistory(ipywidgets.VBox):  # type: ignore[misc]
    """What was run, newest first; the chosen one with its panel, and its story as a file.

    Parameters
    ----------
    project
        The project.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._table = TableArea()
        self._choice = choice("Look at", [("choose a run", "")])
        self._story = ipywidgets.Button(
            description="Write its story", tooltip="One file that opens offline", layout={"width": "auto"}
        )
        self._story.on_click(lambda _: self._write_story())
        self._said = ipywidgets.HTML()
        self._area = ipywidgets.VBox()
        self._choice.observe(lambda _: self._show(), "value")
        tools = [self._choice] if is_viewer() else [self._choice, self._story]
        row = ipywidgets.HBox(tools, layout={"flex_flow": "row wrap"})
        super().__init__([self._table, row, self._said, self._area])
        self.look()

    def __repr__(self) -> str:
        return f"<RunHistory of {self._project.name}>"

    def look(self) -> None:
        """List the runs again."""
        try:
            found = runs(self._project, limit=MOST)
        except WorkbenchError as error:
            self._table.value = note(str(error)).value
            return
        if not found:
            self._table.value = note("Nothing has been run in this project yet.").value
        else:
            heads = ["Run", "Scenario", "State", "Begun", "Took [s]", "Reason"]
            more = f", the newest {LISTED} of {len(found)}" if len(found) > LISTED else ""
            rows = [_row(record) for record in found[:LISTED]]
            self._table.show(heads, rows, caption=f"Runs{more}", words=(0, 1, 2, 3, 5))
        chosen = self._choice.value
        self._choice.options = [("choose a run", ""), *((_label(record), record.id) for record in found)]
        if chosen in [record.id for record in found]:
            self._choice.value = chosen

    def _show(self) -> None:
        self._said.value = ""
        if not self._choice.value:
            self._area.children = ()
            return
        try:
            self._area.children = (panel_of(attach(self._choice.value, self._project)),)
        except WorkbenchError as error:
            self._said.value = note(str(error)).value

    def _write_story(self) -> None:
        if not self._choice.value:
            self._said.value = note("Choose a run first.").value
            return
        try:
            run = attach(self._choice.value, self._project)
            path = run.story().to_html(self._project.results / f"{run.id}.html")
            self._said.value = note(f"Wrote {path}").value
        except (WorkbenchError, OSError) as error:
            self._said.value = note(f"The story could not be written: {error}").value


def _row(record: RunRecord) -> list[object]:
    took = "" if record.started is None or record.ended is None else f"{record.ended - record.started:,.1f}"
    reason = "" if record.state == "succeeded" else record.reason
    return [record.title, record.scenario, str(record.state), _moment(record), took, reason]


def _label(record: RunRecord) -> str:
    return f"{_moment(record)}  {record.title}, {record.scenario}  {record.state}"


def _moment(record: RunRecord) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(record.created))
