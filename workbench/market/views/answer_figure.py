"""The figure of an answer, drawn by the page's own renderer; the answer itself is offered beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import ipywidgets

from workbench.data.explanation.place import Shown
from workbench.ui.figures.area import shown_point
from workbench.ui.figures.origins import registered

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["AnswerFigure"]


class AnswerFigure(ipywidgets.Output):  # type: ignore[misc]
    """Shows one figure at a time; its numbers are in the answer's table, with every value and its unit."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __init__(self) -> None:
        self._mark = registered(self)
        self._shown: go.Figure | None = None
        super().__init__()

    def shown_at(self, first: int, second: int) -> Shown | None:
        """Give what a point of a trace shows; None where there is none."""
        return None if self._shown is None else shown_point(self._shown, first, second)

    def show(self, figure: go.Figure) -> None:
        """Replace what is shown."""
        import plotly.io as pio

        from workbench.charts.figure import plain_title
        from workbench.charts.interaction import figure_config

        self._shown = figure
        content: dict[str, Any] = json.loads(pio.to_json(figure, validate=False))
        if self._mark:
            content["layout"]["meta"] = {"origins": self._mark}
        content["config"] = figure_config()
        words = f"{plain_title(figure)}: {', '.join(trace.name for trace in figure.data if trace.name)}"
        data = {"application/vnd.plotly.v1+json": content, "text/plain": words}
        self.set_trait(
            "outputs",
            ({"output_type": "display_data", "data": data, "metadata": {}},),
        )

    def clear(self) -> None:
        """Show nothing."""
        self._shown = None
        self.set_trait("outputs", ())
