"""A board: the runs that are active now, above the saved results; for readers, and for a quick look."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import ipywidgets

from workbench.data.projects.project import Project
from workbench.runs.engine.run import Run
from workbench.runs.engine.start import attach, runs
from workbench.runs.model.records import RunRecord
from workbench.runs.model.states import RunState
from workbench.ui.base import Pane
from workbench.ui.forms.saved_results import SavedResults
from workbench.ui.panel.run_panel import panel_of
from workbench.ui.polling import poll

__all__ = ["Board", "LiveRuns"]

POLL_SECONDS = 0.5
KEEP_SECONDS = 60.0
"""How long a run that has ended stays in sight."""
MAX_SHOWN = 3
ACTIVE = (RunState.QUEUED, RunState.RUNNING, RunState.PAUSED)


class LiveRuns(Pane):
    """The active runs of a project, whichever process does them, each in its panel.

    Parameters
    ----------
    project
        The project.
    jobs
        Names of the jobs whose runs are shown; all when there are none.
    when_ended
        Called, in a thread, with the record of each run that has ended meanwhile.
    live_view
        Makes a widget of an active run, shown below its panel.
    """

    def __init__(
        self,
        project: Project,
        jobs: Sequence[str] = (),
        *,
        when_ended: Callable[[RunRecord], None] | None = None,
        live_view: Callable[[Run], ipywidgets.Widget] | None = None,
    ) -> None:
        self._project, self._jobs = project, tuple(jobs)
        self._when_ended, self._live_view = when_ended, live_view
        self._shown: dict[str, ipywidgets.Widget] = {}
        self._ended: dict[str, float] = {}
        self._told: set[str] = set()
        self._since = time.time()
        self._in_sight: tuple[ipywidgets.Widget, ...] = ()
        super().__init__()
        self.look()
        poll(self, self.look, POLL_SECONDS)

    def __repr__(self) -> str:
        return f"<LiveRuns of {self._project.name}>"

    def look(self) -> None:
        """See which runs are active now, and which have ended."""
        self.guarded(self._look)
        children = (*self._shown.values(), self.strip)
        if children != self._in_sight:
            self._in_sight = self.children = children

    def _look(self) -> None:
        active = self._of_our_jobs(runs(self._project, states=ACTIVE, limit=50))
        self._add(active[:MAX_SHOWN])
        self._remove_ended({record.id for record in active})
        # A short run may begin and end between two looks.
        for record in self._of_our_jobs(runs(self._project, limit=MAX_SHOWN)):
            if record.state.is_final and record.created >= self._since:
                self._tell_ended(record)

    def _of_our_jobs(self, records: Sequence[RunRecord]) -> list[RunRecord]:
        return [record for record in records if not self._jobs or record.job in self._jobs]

    def _add(self, records: Sequence[RunRecord]) -> None:
        for record in reversed(records):
            if record.id not in self._shown:
                run = attach(record.id, self._project)
                parts: list[ipywidgets.Widget] = [panel_of(run)]
                if self._live_view is not None:
                    parts.append(self._live_view(run))
                self._shown = {record.id: ipywidgets.VBox(parts), **self._shown}

    def _remove_ended(self, active: set[str]) -> None:
        now = time.monotonic()
        for identity in list(self._shown):
            if identity in active:
                continue
            if identity not in self._ended:
                self._ended[identity] = now
                self._tell_ended(attach(identity, self._project).record)
            elif now - self._ended[identity] > KEEP_SECONDS:
                del self._shown[identity], self._ended[identity]

    def _tell_ended(self, record: RunRecord) -> None:
        if record.id not in self._told:
            self._told.add(record.id)
            if self._when_ended is not None:
                self._when_ended(record)


class Board(ipywidgets.VBox):  # type: ignore[misc]
    """Live runs of one job above the results that it has saved; a new result appears by itself.

    Parameters
    ----------
    project
        The project.
    job
        Name of the job.
    label
        What the dropdown of results chooses.
    names
        Gives the scenarios that have a result now.
    view_of
        Loads the result of a scenario and makes its view.
    live_view
        Makes a widget of an active run.
    when_empty
        What is said when there is no result.
    """

    def __init__(
        self,
        project: Project,
        job: str,
        *,
        label: str,
        names: Callable[[], Sequence[str]],
        view_of: Callable[[str], ipywidgets.Widget],
        live_view: Callable[[Run], ipywidgets.Widget] | None = None,
        when_empty: str = "There is no result to show yet.",
    ) -> None:
        self._names = names
        self.results = SavedResults(label, names(), view_of, when_empty)
        self.live = LiveRuns(project, (job,), when_ended=self._take_result, live_view=live_view)
        super().__init__([self.live, self.results])

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def _take_result(self, record: RunRecord) -> None:
        if record.state == RunState.SUCCEEDED:
            self.results.offer(self._names(), newest=record.scenario)
