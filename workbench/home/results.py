"""The newest results of a project, whichever job has made them."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.data.projects.project import Project
from workbench.home.cards import moment_of
from workbench.planning.progress import newest_result
from workbench.runs.jobs.registry import find_job, known_jobs
from workbench.ui.base import Pane
from workbench.ui.figures.tables import TableArea
from workbench.ui.live.project_news import News, ProjectNews
from workbench.ui.tabs import note

__all__ = ["RecentResults"]


class RecentResults(Pane):
    """The newest result of each job, the newest first.

    Parameters
    ----------
    project
        The project.
    """

    def __init__(self, project: Project) -> None:
        super().__init__()
        self._project = project
        self._table = TableArea()
        self.children = [self._table, self.strip]
        self.look()
        ProjectNews.of(project).follow(self._take, jobs=tuple(known_jobs()), limit=0)

    def __repr__(self) -> str:
        return f"<RecentResults of {self._project.name}>"

    def _take(self, _news: News) -> None:
        self.look()

    def look(self) -> None:
        """Look again."""
        rows = _newest(self._project)
        if not rows:
            self._table.value = note("There is no result in this project yet: open a notebook below.").value
            return
        self._table.show(["What", "Scenario", "Made"], rows, caption="Newest results", text_columns=(0, 1, 2))


def _newest(project: Project) -> Sequence[tuple[str, str, str]]:
    found = []
    for job in known_jobs():
        scenario, made = newest_result(project, job)
        if scenario:
            found.append((made, find_job(job).title, scenario))
    return [(title, scenario, moment_of(made)) for made, title, scenario in sorted(found, reverse=True)]
