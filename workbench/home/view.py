"""The home page: projects, active and earlier runs, the notebooks, and disk usage."""

from __future__ import annotations

from pathlib import Path

import ipywidgets

from workbench.data.projects.project import Project
from workbench.data.projects.recent import remember_project
from workbench.errors import ProjectError
from workbench.home.disk import DiskPane
from workbench.home.notebooks import notebook_list
from workbench.home.projects import ProjectPane
from workbench.home.runs import RunHistory
from workbench.runs.model.read_only import is_viewer
from workbench.ui.board import LiveRuns
from workbench.ui.earlier_views import close_tree, instead_of_earlier
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
        self._projects = ProjectPane(self._open)
        self._area = ipywidgets.VBox()
        pane = [] if is_viewer() else [self._projects]
        super().__init__([*pane, self._area, notebook_list(notebooks or Path.cwd())])
        instead_of_earlier(self)
        newest = self._projects.newest
        if project is None and newest is None:
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
        history = RunHistory(project)
        live = LiveRuns(project, when_ended=lambda _: history.look())
        disk = DiskPane(project, history.look)
        earlier = self._area.children
        self._area.children = [live, history, disk]
        for part in earlier:
            close_tree(part)
