"""Plotly figures inside widgets, without a second copy of plotly's script for each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import ipywidgets

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["FigureArea"]


class FigureArea(ipywidgets.Output):  # type: ignore[misc]
    """Shows one figure at a time; drawn by the page's own plotly renderer.

    ``FigureWidget`` would send plotly's whole script (5 MB) through the kernel's connection for each figure.
    """

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def show(self, figure: go.Figure) -> None:
        """Replace what is shown."""
        self.set_trait("outputs", (_output_of(figure),))

    def clear(self) -> None:
        """Show nothing."""
        self.set_trait("outputs", ())


def _output_of(figure: go.Figure) -> dict[str, Any]:
    content = figure.to_plotly_json()
    content["config"] = {"displaylogo": False, "responsive": True, "plotlyServerURL": ""}
    return {
        "output_type": "display_data",
        "data": {"application/vnd.plotly.v1+json": _plain(content), "text/plain": _describe(figure)},
        "metadata": {},
    }


def _plain(content: Any) -> Any:
    # Arrays become what JSON can hold, the way plotly itself writes them.
    import plotly.io as pio

    return json.loads(pio.to_json(content, validate=False))


def _describe(figure: go.Figure) -> str:
    title = figure.layout.title.text or "Figure"
    return f"{title}: {', '.join(trace.name for trace in figure.data if trace.name)}"
