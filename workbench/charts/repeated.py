"""Traces that draw once more what others of the figure show: a line across a gap, a line on a second scale."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

__all__ = ["REPEATED", "is_repeated", "join"]

REPEATED = {"repeated": True}
"""Mark of such a trace: the table of the figure leaves it out."""


def is_repeated(trace: Any) -> bool:
    """Whether a trace shows only what another one of its figure does."""
    return bool(trace.meta) and trace.meta == REPEATED


def join(figure: go.Figure, x: Any, y: Any, later_x: Any, later_y: Any, colour: str, **more: Any) -> None:
    """Draw the line from the last point of a history to the first of what follows; nothing where one is missing."""
    known = [(one, value) for one, value in zip(x, y, strict=True) if value == value]
    if not known or not len(later_x):
        return
    before, value = known[-1]
    after, next_value = next(zip(later_x, later_y, strict=True))
    figure.add_trace(
        go.Scatter(
            x=[before, after],
            y=[value, next_value],
            mode="lines",
            line={"color": colour, "dash": "dot", "width": 2},
            showlegend=False,
            hoverinfo="skip",
            meta=REPEATED,
            **more,
        )
    )
