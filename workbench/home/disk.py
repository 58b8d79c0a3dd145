"""The disk usage of a project, and freeing some of it."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from workbench.data.projects.disk_usage import clear_cache, disk_use
from workbench.data.projects.project import Project
from workbench.runs.engine.clean_up import delete_runs, old_runs
from workbench.runs.model.read_only import is_viewer
from workbench.ui.base import Pane
from workbench.ui.figures.tables import TableArea
from workbench.ui.tabs import note

__all__ = ["DiskPane"]


class DiskPane(Pane):
    """Disk usage of a project; clears its cache and deletes its old runs, after a second click.

    Parameters
    ----------
    project
        The project.
    changed
        Called when runs were deleted.
    """

    def __init__(self, project: Project, changed: Callable[[], None]) -> None:
        self._project, self._changed = project, changed
        super().__init__()
        self._table, self._status = TableArea(), ipywidgets.HTML()
        self._days = ipywidgets.BoundedIntText(
            value=90, min=0, max=3650, description="Older than [days]", style={"description_width": "initial"}
        )
        self._days.observe(lambda _: self._ask_again(), "value")
        self._delete = self.button("Delete old runs …", self._ask, "Their results stay")
        self._sure = self.button("Delete them", self._delete_runs, "This cannot be undone")
        self._sure.layout.display, self._sure.button_style = "none", "danger"
        clear = self.button("Clear the cache", self._clear, "It is made again when it is needed")
        row = ipywidgets.HBox([clear, self._days, self._delete, self._sure], layout={"flex_flow": "row wrap"})
        self.children = [self._table, *([] if is_viewer() else [row]), self._status, self.strip]
        self.look()

    def __repr__(self) -> str:
        return f"<DiskPane of {self._project.name}>"

    def look(self) -> None:
        """Measure again."""
        rows = [[item.part, item.files, f"{item.size / 1e6:,.1f}"] for item in disk_use(self._project)]
        self._table.show(["Part", "Files", "Size [MB]"], rows, caption="Disk usage")

    def _clear(self) -> None:
        self._say(f"{clear_cache(self._project) / 1e6:,.1f} MB were freed.")
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
            "history, logs and finished units are deleted; their results stay."
        )

    def _delete_runs(self) -> None:
        self._ask_again()
        done = delete_runs(self._project, [record.id for record in old_runs(self._project, self._days.value)])
        kept = "".join(f" {name} was kept: {reason}." for name, reason in list(done.kept.items())[:5])
        self._say(f"{len(done.deleted)} deleted, {done.bytes_freed / 1e6:,.1f} MB freed.{kept}")
        self.look()
        self._changed()

    def _say(self, sentence: str) -> None:
        self._status.value = note(sentence).value
