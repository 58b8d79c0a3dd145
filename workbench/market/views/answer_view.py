"""One answer on the screen: figure, downloads, table on request; a zoom asks for its period in full detail."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import ipywidgets
import numpy as np

from workbench.data.explanation.place import Shown
from workbench.data.explanation.steps import Explanation
from workbench.data.formatting import MISSING, Grouping, Style, format_number
from workbench.errors import WorkbenchError
from workbench.market.model.answer import Answer, Column
from workbench.market.model.clock import Stamp
from workbench.market.model.period import Period
from workbench.market.results.figure_style import for_narrow_page
from workbench.market.store.reading import MarketData
from workbench.market.views.answer_code import code_html
from workbench.market.views.answer_figure import AnswerFigure
from workbench.market.views.answer_tools import AnswerTools, Appearance
from workbench.ui.base import sentence_of
from workbench.ui.figures.legend import LegendTable
from workbench.ui.figures.origins import OriginPanel, explaining
from workbench.ui.figures.tables import MAX_ROWS, TableArea
from workbench.ui.tabs import note

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from workbench.charts import Theme

__all__ = ["AnswerView", "Legend", "Screen", "answer_rows"]

Legend = Callable[[LegendTable, Any, Answer, Period | None, set[str]], None]

_log = logging.getLogger(__name__)

_ZOOM_MINUTES = 30
"""Step of the parts to which a figure zooms, where the market's own is not longer."""


@dataclass(slots=True)
class Screen:
    """What all answers of a board share: the page's theme and how numbers are written."""

    theme: Theme = "light"
    narrow: bool = False
    data: MarketData | None = None
    """What the answers are of, where their numbers are to be explained."""
    style: Style = field(default_factory=lambda: Style(grouping=Grouping.THOUSANDS))
    key: Callable[..., str] | None = None
    """Tells the figure of an answer by what draws it, the answer and what else was chosen; empty: not shared."""


class AnswerView(ipywidgets.VBox):  # type: ignore[misc]
    """A figure that can be zoomed, downloaded and read as a table.

    Parameters
    ----------
    ask
        Gives the answer for a period: the board's, or the part of it that is looked at.
    draw
        Makes the figure in a theme; without it only the table is shown.
    screen
        Theme and style of the board.
    on_theme
        Called when the page has told what it looks like.
    zooms
        Whether the figure has a time axis, so that a zoom can ask again.
    legend
        Shows a legend as a table, given the figure, the answer, the period and the parts that are left out.
    """

    def __init__(
        self,
        ask: Callable[[Period], Answer],
        draw: Callable[[Answer, Theme], go.Figure] | None,
        screen: Screen,
        on_theme: Callable[[Appearance], None],
        *,
        zooms: bool = False,
        legend: Legend | None = None,
    ) -> None:
        self._ask, self._draw, self._screen, self.zooms = ask, draw, screen, zooms
        self._legend_of, self._hidden = legend, set[str]()
        self._period: Period | None = None
        self._zoom: Period | None = None
        self.answer: Answer | None = None
        self._origins = OriginPanel(self._explain)
        with explaining(self._origins):
            self._figure, self._table = AnswerFigure(), TableArea()
        self._notes = ipywidgets.HTML()
        self._code = ipywidgets.HTML()
        self._tools = AnswerTools(self._zoomed, on_theme)
        self._as_table = ipywidgets.Checkbox(
            description="Table", value=draw is None, indent=False, layout={"width": "auto"}
        )
        self._as_table.observe(lambda _: self._show_table(), "value")
        foot = ipywidgets.HBox([self._tools, self._as_table])
        foot.add_class("wb-answer-foot")
        self._legend = None if legend is None else LegendTable(self._toggle)
        shown: list[ipywidgets.Widget] = [self._figure]
        if self._legend is not None:
            # Beside the figure where the page is wide enough for both.
            beside = ipywidgets.Box([self._figure, self._legend])
            beside.add_class("wb-answer-beside")
            shown = [beside]
        parts = (
            [self._table, self._notes, self._tools, self._code, self._origins]
            if draw is None
            else [*shown, self._notes, foot, self._table, self._code, self._origins]
        )
        super().__init__(parts)
        self.add_class("wb-answer")

    def __repr__(self) -> str:
        return f"<AnswerView of {self.answer.title if self.answer else 'nothing yet'}>"

    def show(self, period: Period) -> None:
        """Ask for a period and show the answer; a zoom into it stays while it still lies within."""
        if self._zoom is not None and (self._period is None or self._period.begin != period.begin):
            self._zoom = None
        self._period = period
        self.redraw()

    def redraw(self) -> None:
        """Ask and draw again."""
        if self._period is None:
            return
        try:
            self.answer = self._ask(self._zoom or self._period)
            self._paint()
        except (LookupError, WorkbenchError) as error:
            self._say(str(error.args[0]) if error.args else type(error).__name__)
        except Exception as error:  # noqa: BLE001 - one figure that fails leaves the others in place
            # What went wrong is said in place of the figure; an old or empty one would be taken for an answer.
            _log.exception("An answer of a market board")
            self._say(sentence_of(error))

    def _say(self, reason: str) -> None:
        self.answer = None
        self._figure.clear()
        if self._legend is not None:
            self._legend.show("", (), (), "")
        self._table.value = self._code.value = ""
        self._notes.value = note(f"This cannot be shown: {reason}").value
        self._tools.offer(None)

    def restyle(self) -> None:
        """Draw the same answer again, in the page's theme."""
        if self.answer is not None:
            self._paint()

    def _paint(self) -> None:
        answer = self.answer
        if answer is None:
            return
        if self._draw is not None:
            draw, tell = self._draw, self._screen.key
            chosen = (self._zoom, sorted(self._hidden))
            key = "" if tell is None else tell(draw, answer, *chosen)
            legend = self._legend
            kept = self._figure.draw(
                lambda: self._drawn(draw, answer), key, lambda: None if legend is None else legend.content
            )
            if legend is not None and kept is not None:
                legend.take_content(kept)
        self._notes.value = note(" ".join(answer.notes)).value if answer.notes else ""
        self._tools.offer(answer, zoomed=self._zoom is not None)
        self._code.value = code_html(answer, self._screen.data)
        self._show_table()

    def _drawn(self, draw: Callable[[Answer, Theme], go.Figure], answer: Answer) -> go.Figure:
        figure = draw(answer, self._screen.theme)
        if self._zoom is not None:
            begin, end = (str(stamp).replace("T", " ") for stamp in (self._zoom.begin, self._zoom.end))
            figure.update_xaxes(range=[begin, end])
        if self._legend is not None and self._legend_of is not None:
            self._legend_of(self._legend, figure, answer, self._zoom or self._period, self._hidden)
            figure.for_each_trace(lambda trace: trace.update(visible=trace.name not in self._hidden))
        return for_narrow_page(figure) if self._screen.narrow else figure

    def _toggle(self, name: str) -> None:
        self._hidden ^= {name}
        self._paint()

    def _show_table(self) -> None:
        if not self._as_table.value or self.answer is None:
            self._table.value = ""
            return
        headers, rows, text_columns = answer_rows(self.answer, self._screen.style)
        title = self.answer.heading.caption
        if len(self.answer) > MAX_ROWS:
            title = f"{title} (the first {MAX_ROWS} of {len(self.answer):,} rows; a download has all)"
        if not rows:
            title = f"{title}: none"
        answer = self.answer
        self._table.show(
            headers,
            rows,
            caption=title,
            text_columns=text_columns,
            exact=_exact_rows(answer, MAX_ROWS),
            whole=(lambda: _exact_rows(answer, len(answer))) if len(answer) > MAX_ROWS else None,
        )

    def _explain(self, shown: Shown) -> Explanation:
        # With it come polars and the readers of raw files, which a view that explains nothing does not need.
        from workbench.market.results.explained import explain_answer

        data, period = self._screen.data, self._zoom or self._period
        if data is None or self.answer is None or period is None:
            raise WorkbenchError("There is no answer to explain.")
        return explain_answer(data, self.answer, shown, period, self._screen.style)

    def _zoomed(self, begin: str, end: str) -> None:
        if not self.zooms or self._period is None:
            return
        data = self._screen.data
        step = max(_ZOOM_MINUTES, data.description.bucket_minutes) if data is not None else _ZOOM_MINUTES
        zoom = _part_of(self._period, begin, end, step)
        if zoom != self._zoom:
            self._zoom = zoom
            self.redraw()


def _part_of(period: Period, begin: str, end: str, step: int) -> Period | None:
    """Give the steps of a period that are shown; None for all of it, or for what is not a part of it."""
    if not begin:
        return None
    try:
        first, last = (np.datetime64(text.replace(" ", "T"), "m") for text in (begin, end))
    except ValueError:
        return None
    first, last = _on_step(first, step, up=False), _on_step(last, step, up=True)
    first, last = max(first, period.begin), min(last, period.end)
    if last - first < np.timedelta64(step, "m") or (first == period.begin and last == period.end):
        return None
    return Period(first, last)


def _on_step(stamp: Stamp, step: int, *, up: bool) -> Stamp:
    minutes = int(stamp.astype(int))
    return np.datetime64((-(-minutes // step) if up else minutes // step) * step, "m")


def answer_rows(answer: Answer, style: Style) -> tuple[list[str], list[list[str]], list[int]]:
    """Give an answer as headings, formatted cells and the numbers of its text columns.

    Parameters
    ----------
    answer
        The answer; of a long one the first rows.
    style
        How numbers are written.
    """
    columns = [_cells(column, style) for column in answer]
    text_columns = [place for place, column in enumerate(answer) if column.cells.dtype.kind in "OU"]
    return (
        [column.header for column in answer],
        [list(row) for row in zip(*columns, strict=True)],
        text_columns,
    )


def _exact_rows(answer: Answer, count: int) -> list[tuple[object, ...]]:
    """Give the first rows with numbers in full, and times as they are shown."""
    columns = [
        _times(column.cells[:count]) if column.cells.dtype.kind == "M" else column.cells[:count].tolist()
        for column in answer
    ]
    return list(zip(*columns, strict=True))


def _times(values: Any) -> list[str]:
    return ["" if np.isnat(value) else str(value).replace("T", " ") for value in values]


def _cells(column: Column, style: Style) -> list[str]:
    values: Any = column.cells[:MAX_ROWS]
    if values.dtype.kind == "M":
        return _times(values)
    if values.dtype.kind in "fiu":
        digits = _digits(values, column.unit)
        return [
            MISSING if value != value else format_number(float(value), decimals=digits, style=style)
            for value in values.tolist()
        ]
    return [str(value) for value in values]


def _digits(values: Any, unit: str) -> int:
    """Choose the digits after the point for a whole column, so that its numbers can be compared."""
    if unit.endswith("/MWh"):
        return 2
    finite = np.abs(values[np.isfinite(values)])
    if (finite == np.round(finite)).all():
        return 0
    largest = float(finite.max()) if len(finite) else 0.0
    return 0 if largest >= 1000 else 1 if largest >= 10 else 2 if largest >= 1 else 3
