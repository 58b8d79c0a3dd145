"""Plotly figures inside widgets, without a second copy of plotly's script for each, and each with its table."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets

from workbench.data.explanation.place import Shown
from workbench.runs.model.read_only import is_viewer
from workbench.ui.figures.origins import current_panel, explaining, registered
from workbench.ui.figures.page_theme import page_theme
from workbench.ui.figures.shared import NotShared, current_source, key_of, store_here
from workbench.ui.figures.tables import TableArea

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from workbench.charts.template import Theme

__all__ = ["FigureArea", "shown_point"]

MIME = "application/vnd.plotly.v1+json"
_SWITCH = {"width": "auto", "align_self": "flex-start", "display": "none"}


class FigureArea(ipywidgets.VBox):  # type: ignore[misc]
    """Shows one figure at a time; drawn by the page's own plotly renderer, with its numbers as a table on request.

    ``FigureWidget`` would send plotly's whole script (5 MB) through the kernel's connection for each figure.
    """

    def __init__(self) -> None:
        self._figure: go.Figure | None = None
        self._make: Callable[[], go.Figure] | None = None
        self._mark, self._panel, self._source = registered(self), current_panel(), current_source()
        self._table: TableArea | None = None
        # Without a width of its own: with one, the first figures of a page collapse to no height.
        self._output = ipywidgets.Output()
        self._switch = ipywidgets.ToggleButton(
            description="Table",
            tooltip="The same as numbers",
            layout=_SWITCH,
        )
        self._switch.observe(lambda _: self._show_table(), "value")
        # A published page colours its figures itself; in JupyterLab they are drawn again in the page's theme.
        self._page = None if is_viewer() else page_theme()
        super().__init__(self._parts())
        if self._page is not None:
            self._page.follow(self._draw)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    @property
    def outputs(self) -> tuple[dict[str, Any], ...]:
        """What is shown, as a notebook keeps it: one output with the figure, or none."""
        shown: tuple[dict[str, Any], ...] = self._output.outputs
        return shown

    def show(self, figure: go.Figure) -> None:
        """Replace what is shown."""
        self._figure, self._make = figure, None
        self._draw()
        self._switch.layout.display = ""
        if self._switch.value:
            self._show_table()

    def draw(self, make: Callable[[], go.Figure], *controls: ipywidgets.Widget) -> None:
        """Replace what is shown by what ``make`` draws, as it was drawn for another reader where it was.

        Parameters
        ----------
        make
            Draws the figure.
        controls
            What it is drawn by.
        """
        store, key = store_here(), ""
        if store is not None and self._source is not None:
            with contextlib.suppress(NotShared):
                key = key_of(self._source, make, controls)
        output = store.get(key) if store is not None and key else None
        if output is not None:
            self._show_drawn(output, make)
            return
        self.show(make())
        if store is not None and key:
            store.put(key, self._output_to_share())

    def _output_to_share(self) -> Mapping[str, Any]:
        """Give what is shown without what belongs to this page only."""
        output = self.outputs[0]
        figure = dict(output["data"][MIME])
        figure["layout"] = {name: part for name, part in figure["layout"].items() if name != "meta"}
        return {**output, "data": {**output["data"], MIME: figure}}

    def _show_drawn(self, output: Mapping[str, Any], make: Callable[[], go.Figure]) -> None:
        """Replace what is shown by a figure that was drawn before; drawn again where its numbers are asked for."""
        self._figure, self._make = None, make
        shown = {**output, "data": {**output["data"], MIME: _marked(output["data"][MIME], self._mark)}}
        self._output.outputs = (shown,)
        self._switch.layout.display = ""
        if self._switch.value:
            self._show_table()

    def _drawn(self) -> go.Figure | None:
        if self._figure is None and self._make is not None:
            self._figure = self._make()
        return self._figure

    def clear(self) -> None:
        """Show nothing."""
        self._figure = self._make = None
        self._output.outputs = ()
        self._switch.layout.display = "none"
        self.children = self._parts()

    def _parts(self) -> list[ipywidgets.Widget]:
        return [self._output, self._switch] + ([] if self._page is None else [self._page])

    def _draw(self) -> None:
        if self._figure is not None:
            theme = "light" if self._page is None else self._page.theme
            self._output.outputs = (_output_of(self._figure, theme, self._mark),)

    def _show_table(self) -> None:
        parts = self._parts()
        if self._switch.value and (figure := self._drawn()) is not None:
            if self._table is None:
                # Made when it is wanted: a published page knows no widget that it did not show when it was opened.
                with explaining(self._panel):
                    self._table = TableArea()
            _show_table_of(figure, self._table)
            parts.append(self._table)
        self.children = parts

    def shown_at(self, first: int, second: int) -> Shown | None:
        """Give what a point of a trace shows; None where there is none."""
        figure = self._drawn()
        return None if figure is None else shown_point(figure, first, second)


def shown_point(figure: go.Figure, trace: int, point: int) -> Shown | None:
    """Give what a point of a trace shows, for an explanation; None where there is none."""
    from workbench.charts.figure import plain_title
    from workbench.charts.figure_table import point_of

    found = point_of(figure, trace, point)
    if found is None:
        return None
    value, header, labels = found
    return Shown(value, header, labels, plain_title(figure))


def _show_table_of(figure: go.Figure, area: TableArea) -> None:
    from workbench.charts.figure import plain_title
    from workbench.charts.figure_table import figure_table
    from workbench.data.formatting import format_number

    table = figure_table(figure)
    if not table.rows:
        area.value = "<p>This figure has no numbers that a table could hold.</p>"
        return
    text_columns = [place for place in range(len(table.headers)) if isinstance(table.rows[0][place], str)]
    rows = [[format_number(cell) if isinstance(cell, float) else cell for cell in row] for row in table.rows]
    caption = plain_title(figure) or "Figure"
    if table.is_cut:
        caption += f" (the first {len(table.rows)} of {table.rows_in_all} rows)"
    area.show(
        table.headers,
        rows,
        caption=caption,
        text_columns=text_columns,
        exact=table.rows,
        whole=(lambda: figure_table(figure, table.rows_in_all).rows) if table.is_cut else None,
    )


def _output_of(figure: go.Figure, theme: Theme, mark: str) -> dict[str, Any]:
    from workbench.charts.interaction import figure_config
    from workbench.charts.template import use_theme

    content = (use_theme(figure, theme) if theme == "dark" else figure).to_plotly_json()
    content = _marked(content, mark)
    # JupyterLab resizes a figure itself; plotly's own way loses the height with the first change of the window.
    content["config"] = figure_config()
    return {
        "output_type": "display_data",
        "data": {MIME: _plain(content), "text/plain": _describe(figure)},
        "metadata": {},
    }


def _marked(content: Mapping[str, Any], mark: str) -> dict[str, Any]:
    """Let a page name a figure where it asks where a number comes from."""
    marked = dict(content)
    if mark:
        marked["layout"] = {**marked["layout"], "meta": {"origins": mark}}
    return marked


def _plain(content: Any) -> Any:
    # Arrays become what JSON can hold, the way plotly itself writes them.
    import plotly.io as pio

    return json.loads(pio.to_json(content, validate=False))


def _describe(figure: go.Figure) -> str:
    from workbench.charts.figure import plain_title

    title = plain_title(figure) or "Figure"
    return f"{title}: {', '.join(trace.name for trace in figure.data if trace.name)}"
