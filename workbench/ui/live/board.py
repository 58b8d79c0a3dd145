"""A board: the runs that are active now, above the saved results; for readers, and for a quick look."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import ipywidgets

from workbench.data.projects.project import Project
from workbench.runs.engine.run import Run
from workbench.runs.engine.start import attach
from workbench.runs.model.records import RunRecord
from workbench.ui.base import Pane
from workbench.ui.live.polling import poll
from workbench.ui.live.project_news import News, ProjectNews
from workbench.ui.live.saved_results import SavedResults
from workbench.ui.panel.run_panel import panel_of

__all__ = ["Board", "LiveRuns"]

KEEP_SECONDS = 60.0
"""How long a run that has ended stays in sight."""
TIDY_SECONDS = 10.0
MAX_SHOWN = 3


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
        self._looking = threading.RLock()
        self._in_sight: tuple[ipywidgets.Widget, ...] = ()
        super().__init__()
        self._news = ProjectNews.of(project)
        self._take(self._news.follow(self._take))
        poll(self, self._tidy, TIDY_SECONDS)

    def __repr__(self) -> str:
        return f"<LiveRuns of {self._project.name}>"

    def look(self) -> None:
        """See now which runs are active, and which have ended."""
        self._news.look()
        self._tidy()

    def _take(self, news: News) -> None:
        with self._looking:
            self.guarded(lambda: self._show(news))
            self._arrange()

    def _tidy(self) -> None:
        """Take the panels of runs away that ended some time ago."""
        with self._looking:
            now = time.monotonic()
            for identity in [one for one, ended in self._ended.items() if now - ended > KEEP_SECONDS]:
                del self._shown[identity], self._ended[identity]
            self._arrange()

    def _arrange(self) -> None:
        children = (*self._shown.values(), self.strip)
        if children != self._in_sight:
            self._in_sight = self.children = children

    def _show(self, news: News) -> None:
        active = self._of_our_jobs(news.active())
        self._add(active[:MAX_SHOWN])
        self._note_ended({record.id for record in active})
        # A short run may begin and end between two looks.
        for record in self._of_our_jobs(news.runs):
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

    def _note_ended(self, active: set[str]) -> None:
        for identity in self._shown:
            if identity not in active and identity not in self._ended:
                self._ended[identity] = time.monotonic()
                self._tell_ended(attach(identity, self._project).record)

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
        view_of: Callable[[str], ipywidgets.Widget],
        live_view: Callable[[Run], ipywidgets.Widget] | None = None,
        when_empty: str = "There is no result to show yet.",
    ) -> None:
        self._job = job
        self.results = SavedResults(label, view_of, when_empty)
        self.live = LiveRuns(project, (job,), live_view=live_view)
        super().__init__([self.live, self.results])
        self.results.follow(project, job)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"
