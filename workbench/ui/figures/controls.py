"""Figures and tables that follow dropdowns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import ipywidgets

from workbench.ui.figures.area import FigureArea
from workbench.ui.figures.origins import current_panel, explaining

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["figure_of", "follow", "redrawing"]

BUSY = "workbench-busy"
"""Class of what is being drawn again; figure_keys.js makes a page say so."""


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


@contextmanager
def redrawing(*areas: ipywidgets.DOMWidget) -> Iterator[None]:
    """Say of parts of a page, as long as this lasts, that they are drawn again: dimmed, and read aloud after."""
    for area in areas:
        area.add_class(BUSY)
    try:
        yield
    finally:
        for area in areas:
            area.remove_class(BUSY)


def figure_of(make: Callable[[], go.Figure], *controls: ipywidgets.Widget) -> FigureArea:
    """Make a figure that is drawn again whenever one of the controls changes its value.

    For readers, one that another reader has seen is taken as it was drawn then.
    """
    area = FigureArea()

    def draw() -> None:
        with redrawing(area):
            area.draw(make, *controls)

    follow(draw, *controls)
    return area
