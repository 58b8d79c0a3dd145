"""Figures and tables that follow dropdowns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import ipywidgets

from workbench.ui.figures.area import FigureArea
from workbench.ui.figures.origins import current_panel, explaining

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["figure_of", "follow"]


def follow(draw: Callable[[], None], *controls: ipywidgets.Widget) -> None:
    """Call ``draw`` now and whenever one of the controls changes its value."""
    panel = current_panel()

    def draw_explained() -> None:
        # What is made anew then is explained like what was made first.
        with explaining(panel):
            draw()

    for control in controls:
        control.observe(lambda _: draw_explained(), "value")
    draw()


def figure_of(make: Callable[[], go.Figure], *controls: ipywidgets.Widget) -> FigureArea:
    """Make a figure that is drawn again whenever one of the controls changes its value."""
    area = FigureArea()
    follow(lambda: area.show(make()), *controls)
    return area
