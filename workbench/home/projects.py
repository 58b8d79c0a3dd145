"""Choosing, making and checking a project."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path

import ipywidgets

from workbench.data.projects.project import Project
from workbench.data.projects.recent import recent_projects
from workbench.errors import ProjectError
from workbench.sample.project import create_from_sample, create_from_template
from workbench.ui.base import Pane
from workbench.ui.figures.tables import TableArea
from workbench.ui.fold import Fold
from workbench.ui.tabs import choice

__all__ = ["ProjectPane"]

ORIGINS = {
    "the sample: everything filled in": "sample",
    "a template: empty workbooks": "template",
    "nothing": "empty",
}


class ProjectPane(Pane):
    """Opens projects, makes new ones, and checks the one that is open.

    Parameters
    ----------
    opened
        Called with each project that is opened or made.
    """

    def __init__(self, opened: Callable[[Project], None]) -> None:
        self._opened = opened
        super().__init__()
        self._title = ipywidgets.HTML()
        self._checks = TableArea()
        check = self.button("Check", self._check, "Check the project and its inputs")
        header = ipywidgets.HBox(
            [self._title, check], layout={"flex_flow": "row wrap", "align_items": "center"}
        )
        self._folds = (
            Fold("Open a project", self._open_form()),
            Fold("Make a project", self._make_form(), is_open=not recent_projects()),
        )
        self.children = [header, self.strip, self._checks, *self._folds]
        self._project: Project | None = None

    @property
    def newest(self) -> Path | None:
        """Folder of the project that was opened last."""
        return next(iter(recent_projects()), None)

    def show(self, project: Project) -> None:
        """Say which project is open."""
        self._project = project
        self._title.value = (
            'In other notebooks: <code style="overflow-wrap:anywhere;white-space:normal">'
            f'workbench.open_project("{html.escape(str(project.folder))}")</code>'
        )
        self._checks.value = ""
        self.strip.clear()
        self._recent.options = _recent_options()
        for fold in self._folds:
            fold.is_open = False

    def _open_form(self) -> ipywidgets.Widget:
        self._recent = choice("Opened last", _recent_options())
        self._path = ipywidgets.Text(
            description="Or folder",
            placeholder="of another project",
            layout={"width": "min(420px, 100%)"},
        )
        row = ipywidgets.HBox(
            [self._recent, self.button("Open", self._open_recent)], layout={"flex_flow": "row wrap"}
        )
        other = ipywidgets.HBox(
            [self._path, self.button("Open", self._open_path)], layout={"flex_flow": "row wrap"}
        )
        return ipywidgets.VBox([row, other])

    def _make_form(self) -> ipywidgets.Widget:
        self._origin = choice("Begin with", ORIGINS)
        self._name = ipywidgets.Text(description="Name", value="My state")
        self._folder = ipywidgets.Text(
            description="Folder", value="my-state", placeholder="a folder that does not exist yet"
        )
        return ipywidgets.VBox(
            [
                self._origin,
                self._name,
                self._folder,
                self.button("Make it", self._make, "Writes into this folder only"),
            ]
        )

    def _open_recent(self) -> None:
        if self._recent.value:
            self._open(self._recent.value)

    def _open_path(self) -> None:
        if self._path.value.strip():
            self._open(self._path.value.strip())

    def _open(self, folder: Path | str) -> None:
        self._opened(Project.open(folder))

    def _make(self) -> None:
        folder, name = self._folder.value.strip(), self._name.value.strip()
        if not folder:
            raise ProjectError(
                "A new project needs a folder: give the name of one that does not exist yet.", Path()
            )
        if self._origin.value == "sample":
            made = create_from_sample(folder)
        elif self._origin.value == "template":
            made = create_from_template(folder, name)
        else:
            made = Project.create(folder, name)
        self._opened(made)

    def _check(self) -> None:
        if self._project is None:
            return
        found = self._project.validate()
        rows = [[str(problem.severity), problem.place or "project", problem.message] for problem in found]
        if rows:
            self._checks.show(["", "Where", "What"], rows, text_columns=(0, 1, 2), caption="Checked just now")
        else:
            self._checks.value = "<p>Checked just now: everything can be opened.</p>"


def _recent_options() -> list[tuple[str, Path | None]]:
    found: list[tuple[str, Path | None]] = [(path.name, path) for path in recent_projects()]
    return found or [("none yet", None)]
