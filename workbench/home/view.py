"""The home page: projects, active and earlier runs, the notebooks, and disk usage."""

from __future__ import annotations

from pathlib import Path

import ipywidgets

from workbench.data.projects.project import Project
from workbench.data.projects.recent import remember_project
from workbench.errors import ProjectError
from workbench.home.cards import ProjectCards
from workbench.home.disk import DiskPane
from workbench.home.notebooks import notebook_list
from workbench.home.projects import ProjectPane
from workbench.home.results import RecentResults
from workbench.home.runs import RunHistory
from workbench.runs.model.read_only import is_viewer
from workbench.ui.earlier_views import close_tree, instead_of_earlier
from workbench.ui.fold import Fold
from workbench.ui.live.board import LiveRuns
from workbench.ui.tabs import note

__all__ = ["Home"]


class Home(ipywidgets.VBox):  # type: ignore[misc]
    """Where a day starts: open a project, see its runs, continue in a notebook.

    Parameters
    ----------
    project
        The project to open first; without one, the project that was opened last, if any.
    notebooks
        Folder of the notebooks; the current one when left out.
    """

    def __init__(self, project: Project | None = None, notebooks: Path | None = None) -> None:
        self.project: Project | None = None
        self._cards, self._projects = ProjectCards(self._open), ProjectPane(self._open)
        self._area, self._disk = ipywidgets.VBox(), ipywidgets.VBox()
        pane = [] if is_viewer() else [self._cards, self._projects]
        super().__init__([*pane, self._area, notebook_list(notebooks or Path.cwd()), self._disk])
        instead_of_earlier(self)
        newest = self._projects.newest
        if project is None and newest is None:
            self._cards.show(None)
            self._area.children = [note("No project is open: choose one above, or make one.")]
            return
        try:
            self._open(Project.open(str(newest)) if project is None else project)
        except ProjectError as error:
            self._projects.show_error(error)

    def __repr__(self) -> str:
        return f"<Home, {'no project' if self.project is None else self.project.name}>"

    def _open(self, project: Project) -> None:
        self.project = project
        remember_project(project.folder)
        self._projects.show(project)
        self._cards.show(project)
        history, results = RunHistory(project), RecentResults(project)

        def look() -> None:
            history.look()
            results.look()
            self._cards.show(project)

        live = LiveRuns(project, when_ended=lambda _: look())
        earlier = (*self._area.children, *self._disk.children)
        self._area.children = [live, results, history]
        self._disk.children = [Fold("Disk usage", DiskPane(project, history.look))]
        for part in earlier:
            close_tree(part)
