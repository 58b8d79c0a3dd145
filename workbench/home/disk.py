"""The room that a project takes, and giving some of it back."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from workbench.data.projects.disk_usage import clear_cache, disk_use
from workbench.data.projects.project import Project
from workbench.errors import WorkbenchError
from workbench.runs.engine.clean_up import forget_runs, old_runs
from workbench.runs.model.read_only import is_viewer
from workbench.ui.figures.tables import TableArea
from workbench.ui.tabs import note

__all__ = ["DiskPane"]


class DiskPane(ipywidgets.VBox):  # type: ignore[misc]
    """Disk use of a project; clears its cache and forgets its old runs, after a second click.

    Parameters
    ----------
    project
        The project.
    changed
        Called when runs were forgotten.
    """

    def __init__(self, project: Project, changed: Callable[[], None]) -> None:
        self._project, self._changed = project, changed
        self._table, self._said = TableArea(), ipywidgets.HTML()
        self._days = ipywidgets.BoundedIntText(
            value=90, min=0, max=3650, description="Older than [days]", style={"description_width": "initial"}
        )
        self._days.observe(lambda _: self._ask_again(), "value")
        self._forget = _button("Forget old runs …", "Their results stay", self._ask)
        self._sure = _button("Forget them", "This cannot be undone", self._forget_them)
        self._sure.layout.display, self._sure.button_style = "none", "danger"
        clear = _button("Clear the cache", "It is made again when it is needed", self._clear)
        row = ipywidgets.HBox([clear, self._days, self._forget, self._sure], layout={"flex_flow": "row wrap"})
        super().__init__([self._table, *([] if is_viewer() else [row]), self._said])
        self.look()

    def __repr__(self) -> str:
        return f"<DiskPane of {self._project.name}>"

    def look(self) -> None:
        """Measure again."""
        rows = [[item.part, item.files, f"{item.size / 1e6:,.1f}"] for item in disk_use(self._project)]
        self._table.show(["Part", "Files", "Size [MB]"], rows, caption="Disk use")

    def _clear(self) -> None:
        try:
            self._say(f"{clear_cache(self._project) / 1e6:,.1f} MB were freed.")
        except WorkbenchError as error:
            self._say(str(error))
        self.look()

    def _ask_again(self) -> None:
        self._sure.layout.display = "none"

    def _ask(self) -> None:
        count = len(old_runs(self._project, self._days.value))
        if not count:
            self._say(f"No ended run is older than {self._days.value} days.")
            return
        self._sure.layout.display = ""
        self._say(
            f"{count} ended run{'s are' if count > 1 else ' is'} older than {self._days.value} days. Their "
            "history, logs and finished units go; their results stay."
        )

    def _forget_them(self) -> None:
        self._ask_again()
        try:
            done = forget_runs(
                self._project, [record.id for record in old_runs(self._project, self._days.value)]
            )
        except WorkbenchError as error:
            self._say(str(error))
            return
        kept = "".join(f" {name} was kept: {reason}." for name, reason in list(done.kept.items())[:5])
        self._say(f"{len(done.forgotten)} forgotten, {done.bytes_freed / 1e6:,.1f} MB freed.{kept}")
        self.look()
        self._changed()

    def _say(self, sentence: str) -> None:
        self._said.value = note(sentence).value


def _button(title: str, help_text: str, action: Callable[[], None]) -> ipywidgets.Button:
    made = ipywidgets.Button(description=title, tooltip=help_text, layout={"width": "auto"})
    made.on_click(lambda _: action())
    return made
