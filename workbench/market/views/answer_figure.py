"""The figure of an answer, drawn by the page's own renderer; the answer itself is offered beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets

from workbench.data.explanation.place import Shown
from workbench.ui.figures.area import shown_point
from workbench.ui.figures.origins import registered
from workbench.ui.figures.shared import store_here

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["AnswerFigure"]

MIME = "application/vnd.plotly.v1+json"


class AnswerFigure(ipywidgets.Output):  # type: ignore[misc]
    """Shows one figure at a time; its numbers are in the answer's table, with every value and its unit."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __init__(self) -> None:
        self._mark = registered(self)
        self._shown: go.Figure | None = None
        self._make: Callable[[], go.Figure] | None = None
        super().__init__()

    def shown_at(self, first: int, second: int) -> Shown | None:
        """Give what a point of a trace shows; None where there is none."""
        if self._shown is None and self._make is not None:
            self._shown = self._make()
        return None if self._shown is None else shown_point(self._shown, first, second)

    def draw(self, make: Callable[[], go.Figure], key: str, beside: Callable[[], Any]) -> Any:
        """Replace what is shown by what ``make`` draws, as it was drawn for another reader where it was.

        Parameters
        ----------
        make
            Draws the figure.
        key
            Tells what it is of and was chosen; empty where it cannot be shared.
        beside
            Gives what was made with it, to be kept with it.

        Returns
        -------
        Any
            What was kept with a figure that another reader has seen; None where it was drawn now.
        """
        store = store_here() if key else None
        kept = None if store is None else store.get(key)
        if kept is not None:
            self._shown, self._make = None, make
            self._put(kept["data"])
            return kept["beside"]
        self.show(make())
        if store is not None:
            data = self.outputs[0]["data"]
            layout = {name: part for name, part in data[MIME]["layout"].items() if name != "meta"}
            store.put(key, {"data": {**data, MIME: {**data[MIME], "layout": layout}}, "beside": beside()})
        return None

    def show(self, figure: go.Figure) -> None:
        """Replace what is shown."""
        import plotly.io as pio

        from workbench.charts.figure import plain_title
        from workbench.charts.interaction import figure_config

        self._shown = figure
        content: dict[str, Any] = json.loads(pio.to_json(figure, validate=False))
        content["config"] = figure_config()
        words = f"{plain_title(figure)}: {', '.join(trace.name for trace in figure.data if trace.name)}"
        self._put({MIME: content, "text/plain": words})

    def _put(self, data: Mapping[str, Any]) -> None:
        content = data[MIME]
        meta = {"meta": {"origins": self._mark}} if self._mark else {}
        shown = {**data, MIME: {**content, "layout": {**content["layout"], **meta}}}
        self.set_trait("outputs", ({"output_type": "display_data", "data": shown, "metadata": {}},))

    def clear(self) -> None:
        """Show nothing."""
        self._shown = self._make = None
        self.set_trait("outputs", ())
