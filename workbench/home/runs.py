"""The runs of a project, and the report of one of them."""

from __future__ import annotations

import time

import ipywidgets

from workbench.data.projects.project import Project
from workbench.errors import WorkbenchError
from workbench.runs.engine.start import attach, runs
from workbench.runs.model.read_only import is_viewer
from workbench.runs.model.records import RunRecord
from workbench.ui.base import Pane, sentence_of
from workbench.ui.figures.tables import TableArea
from workbench.ui.live.project_news import News, ProjectNews
from workbench.ui.panel.run_panel import panel_of
from workbench.ui.tabs import choice, note

__all__ = ["RunHistory"]

MAX_RUNS = 200
MAX_LISTED = 15
MAX_REASON = 140


class RunHistory(Pane):
    """The runs, newest first; the chosen one with its panel, and its report as a file.

    Parameters
    ----------
    project
        The project.
    """

    def __init__(self, project: Project) -> None:
        super().__init__()
        self._project = project
        self._table = TableArea()
        self._choice = choice("Show", [("choose a run", "")])
        self._report = self.button("Write its report", self._write_report, "One file that opens offline")
        self._abandon = self.button(
            "Abandon",
            self._end_in_the_record,
            "End it in the record, without its process: for one that is gone or out of reach",
        )
        self._status = ipywidgets.HTML()
        self._area = ipywidgets.VBox()
        self._choice.observe(lambda _: self.guarded(self._show), "value")
        tools = [self._choice] if is_viewer() else [self._choice, self._report, self._abandon]
        self._row = ipywidgets.HBox(tools, layout={"flex_flow": "row wrap"})
        self.children = [self._table, self._row, self._status, self.strip, self._area]
        self.look()
        ProjectNews.of(project).follow(self._take, limit=MAX_RUNS)

    def __repr__(self) -> str:
        return f"<RunHistory of {self._project.name}>"

    def _take(self, _news: News) -> None:
        self.look()

    def look(self) -> None:
        """List the runs again."""
        try:
            found = runs(self._project, limit=MAX_RUNS)
        except WorkbenchError as error:
            self._table.value = note(sentence_of(error)).value
            return
        self._row.layout.display = "" if found else "none"
        if not found:
            self._table.value = note("Nothing has been run in this project yet.").value
        else:
            headers = ["Run", "Scenario", "State", "Started", "Duration [s]", "Reason"]
            more = f", the newest {MAX_LISTED} of {len(found)}" if len(found) > MAX_LISTED else ""
            rows = [_row(record) for record in found[:MAX_LISTED]]
            self._table.show(headers, rows, caption=f"Runs{more}", text_columns=(0, 1, 2, 3, 5))
        chosen = self._choice.value
        self._choice.options = [("choose a run", ""), *((_label(record), record.id) for record in found)]
        if chosen in [record.id for record in found]:
            self._choice.value = chosen

    def _show(self) -> None:
        self._status.value = ""
        chosen = self._choice.value
        run = attach(chosen, self._project) if chosen else None
        self._area.children = () if run is None else (panel_of(run),)
        self._abandon.disabled = run is None or run.state.is_final

    def _end_in_the_record(self) -> None:
        if not self._choice.value:
            self._status.value = note("Choose a run first.").value
            return
        attach(self._choice.value, self._project).abandon()
        self.look()
        self._show()
        self._status.value = note(
            "The run was ended in the record. A resume repeats only what is unfinished."
        ).value

    def _write_report(self) -> None:
        if not self._choice.value:
            self._status.value = note("Choose a run first.").value
            return
        run = attach(self._choice.value, self._project)
        path = run.report().to_html(self._project.results / f"{run.id}.html")
        self._status.value = note(f"Wrote {path}").value


def _row(record: RunRecord) -> list[object]:
    duration = (
        "" if record.started is None or record.ended is None else f"{record.ended - record.started:,.1f}"
    )
    reason = "" if record.is_complete else record.damage or record.reason
    if len(reason) > MAX_REASON:
        # The panel of the run has all of it.
        reason = f"{reason[:MAX_REASON].rsplit(' ', 1)[0]} …"
    return [record.title, record.scenario, record.status, _moment(record), duration, reason]


def _label(record: RunRecord) -> str:
    return f"{_moment(record)}  {record.title}, {record.scenario}  {record.status}"


def _moment(record: RunRecord) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(record.created))
