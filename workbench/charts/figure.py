"""What figures of every domain begin with: an empty one in the house style, lines, bands, a word for no data."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from workbench.charts.template import Theme

__all__ = ["add_band", "add_line", "new_figure", "note_empty", "with_line"]

BAND = "rgba(0, 114, 178, 0.18)"


def new_figure(title: str = "", x_title: str = "", y_title: str = "", theme: Theme = "light") -> go.Figure:
    """Give an empty figure in the house style; axis titles carry their units."""
    figure = go.Figure(layout={"template": f"workbench_{theme}"})
    return figure.update_layout(title=title, xaxis_title=x_title, yaxis_title=y_title)


def with_line(title: str, line: str) -> str:
    """Write a smaller line below a title; none when it is empty."""
    return f"{title}<br><sup>{line}</sup>" if line else title


def note_empty(figure: go.Figure, words: str) -> go.Figure:
    """Say in a figure why there is nothing to see."""
    figure.add_annotation(text=words, xref="paper", yref="paper", x=0.5, y=0.5, showarrow=False)
    return figure.update_xaxes(visible=False).update_yaxes(visible=False)


def add_line(
    figure: go.Figure,
    x: Any,
    y: Any,
    name: str,
    colour: str,
    *,
    dash: str = "solid",
    width: float = 2,
    hover: str | None = None,
    **more: Any,
) -> None:
    """Add a line.

    Parameters
    ----------
    figure
        The figure.
    x, y
        Its places.
    name
        For the legend.
    colour, dash, width
        Of the line; width in pixels.
    hover
        Plotly's template of what is under the pointer, with the unit.
    **more
        Anything else that a scatter trace takes.
    """
    line = {"color": colour, "dash": dash, "width": width}
    trace = go.Scatter(x=x, y=y, name=name, mode="lines", line=line, hovertemplate=hover)
    figure.add_trace(trace.update(more))


def add_band(figure: go.Figure, x: Any, lower: Any, upper: Any, name: str, colour: str = BAND) -> None:
    """Add an interval as a band; a line that lies within is added after it."""
    hidden = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    figure.add_trace(go.Scatter(x=x, y=upper, showlegend=False, **hidden))
    figure.add_trace(go.Scatter(x=x, y=lower, name=name, fill="tonexty", fillcolor=colour, **hidden))
