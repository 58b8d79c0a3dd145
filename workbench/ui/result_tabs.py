"""A finished result as tabs, and the tab that compares it with another one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets

from workbench.data.comparison.comparison import Comparison, compare
from workbench.data.explanation.cells import Tracer
from workbench.data.explanation.shown import explain_shown
from workbench.data.formatting import Style
from workbench.data.projects.project import Project
from workbench.data.results.store import store_of
from workbench.errors import WorkbenchError
from workbench.runs.model.read_only import is_viewer
from workbench.ui.base import ErrorStrip
from workbench.ui.figures.controls import follow
from workbench.ui.figures.download import csv_link
from workbench.ui.figures.origins import OriginPanel, explaining
from workbench.ui.figures.shared import Source, shared_figures
from workbench.ui.figures.tables import table_of
from workbench.ui.headline import Tile
from workbench.ui.live.project_news import News, ProjectNews
from workbench.ui.tabs import LazyTabs, choice, note, tab, tabs_of
from workbench.ui.transfer.downloads import Downloads

__all__ = ["ResultTabs", "comparison_widgets"]


class ResultTabs(LazyTabs):
    """The result of a run as tabs: the methods marked with ``tab``; each is drawn when it is first opened.

    Parameters
    ----------
    result
        The result.
    project
        Its project: how numbers are written, and the other results to compare with.
    """

    def __init__(self, result: Any, project: Project) -> None:
        self._result, self._project, self._style = result, project, project.style
        tracer = functools.cache(lambda: Tracer(result))
        self._origins = OriginPanel(lambda shown: explain_shown(tracer(), shown))
        tabs = tabs_of(self)
        if result.folder is not None and not is_viewer():
            tabs["Files"] = self._files
        files = getattr(result, "files", "")
        # Headings and numbers are written as the project says: elsewhere the same result has other figures.
        facts = (files, result.scenario, getattr(result, "made_up", False), project)
        self._source = Source(repr(facts), result, self) if files else None
        super().__init__(tabs, always=[self._origins])

    def _made(self, index: int) -> ipywidgets.Widget:
        with explaining(self._origins), shared_figures(self._source):
            return super()._made(index)

    def headline(self) -> Sequence[Tile]:
        """Give the three to five numbers that matter most, shown first."""
        return ()

    def beside(self, other: Any) -> Sequence[ipywidgets.Widget]:
        """Draw what a domain shows of two results beside what changed: figures, most often."""
        return ()

    def _files(self) -> ipywidgets.Widget:
        folder = self._result.folder
        where = note(f"A click downloads a file, from a remote server too. They are in {folder}.")
        return ipywidgets.VBox([where, Downloads.of_folder(folder)])

    @tab("What changed")
    def _what_changed(self) -> ipywidgets.Widget:
        return _WhatChanged(self._result, self._project, self.beside)


class _WhatChanged(ipywidgets.VBox):  # type: ignore[misc]
    """A choice among the other results, also of those that come later, above what is different in them."""

    def __init__(
        self, result: Any, project: Project, beside: Callable[[Any], Sequence[ipywidgets.Widget]]
    ) -> None:
        self._result, self._project, self._beside = result, project, beside
        self._store = store_of(result)
        self._other: ipywidgets.Dropdown | None = None
        self._area, self._strip = ipywidgets.VBox(), ErrorStrip()
        super().__init__()
        self._take(ProjectNews.of(project).follow(self._take, jobs=(self._store.domain,), limit=0))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def _take(self, _news: News) -> None:
        own = self._result.scenario
        earlier = self._store.earlier(self._project, own)
        names = [name for name in (earlier, *self._store.finished(self._project)) if name not in ("", own)]
        if not names:
            self._other = None
            more = "" if is_viewer() else ": run this scenario again, or another one under its own name"
            self.children = [note(f"There is nothing to compare with yet{more}.")]
        elif self._other is None:
            self._other = choice("Changed since", names)
            follow(self._show, self._other)
            self.children = [self._other, self._strip, self._area]
        elif names != list(self._other.options):
            chosen = self._other.value
            with self._other.hold_trait_notifications():
                self._other.options = names
                self._other.value = chosen if chosen in names else names[0]

    def _show(self) -> None:
        assert self._other is not None
        try:
            before = self._store.load_named(self._project, self._other.value)
            changed = compare(before, self._result)
            # A number of two results is not one of this result.
            with explaining(None), shared_figures(None):
                self._area.children = (
                    *comparison_widgets(changed, self._project.style),
                    *self._beside(before),
                )
            self._strip.clear()
        except WorkbenchError as error:
            self._area.children = ()
            self._strip.show(error)


def comparison_widgets(comparison: Comparison, style: Style) -> tuple[ipywidgets.Widget, ...]:
    """Show what changed between two results: a sentence, a table of each part, and all of it to download."""
    parts: list[ipywidgets.Widget] = [note(comparison.summary)]
    for table in comparison.tables(style):
        if table.rows:
            parts.append(
                table_of(table.headers, table.rows, caption=table.title, text_columns=table.text_columns)
            )
        if table.remark:
            parts.append(note(table.remark if table.rows else f"{table.title}: {table.remark}"))
    link = csv_link("All of it", comparison.title, comparison.to_csv().encode())
    return (*parts, ipywidgets.HTML(link))
