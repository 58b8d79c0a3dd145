"""What figures of every domain begin with: an empty one in the house style, lines, bands, a word for no data."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import plotly.graph_objects as go
import plotly.io as pio

from workbench.charts.template import Theme
from workbench.data.heading import SEPARATOR, Heading

__all__ = [
    "add_band",
    "add_line",
    "head",
    "headed",
    "narrow_head",
    "new_figure",
    "note_empty",
    "plain_title",
    "say_resolution",
    "with_line",
]

Draw = TypeVar("Draw", bound=Callable[..., go.Figure])
HEIGHT, TOP_MARGIN = 420, 72
"""Of a figure with one line below its title [px]."""
LINE_HEIGHT = 20
"""Of a line below the title [px]."""
MAX_LINE, MAX_NARROW_LINE = 124, 44
"""Characters of a line below the title, and on a narrow page."""

BAND = "rgba(0, 114, 178, 0.18)"


def new_figure(title: str = "", x_title: str = "", y_title: str = "", theme: Theme = "light") -> go.Figure:
    """Give an empty figure in the house style; axis titles carry their units."""
    axes = {"xaxis": {"title": {"text": x_title}}, "yaxis": {"title": {"text": y_title}}}
    figure = go.Figure(layout={"title": {"text": title}, **axes})
    if pio.templates.default != f"workbench_{theme}":  # a template is copied several times: not twice
        figure.layout.template = f"workbench_{theme}"
    return figure


def with_line(title: str, line: str) -> str:
    """Write a smaller line below a title; none when it is empty."""
    return f"{title}<br><sup>{line}</sup>" if line else title


def say_resolution(figure: go.Figure, resolution: str) -> go.Figure:
    """Say what one value of a figure stands for, where it is not what the result holds; empty says nothing."""
    return figure.update_layout(meta={"resolution": resolution}) if resolution else figure


def head(figure: go.Figure, heading: Heading) -> go.Figure:
    """Write below the title of a figure what it shows; the figure keeps that wherever it goes, as an image too.

    A figure that is headed already stays as it is; a resolution of its own, see :func:`say_resolution`, counts
    before the heading's.
    """
    said = figure.layout.meta or {}
    if "heading" in said:
        return figure
    heading = heading.of(resolution=said.get("resolution", ""))
    title = figure.layout.title.text or ""
    lines = [html.escape(line, quote=False) for line in _wrapped(heading.parts)]
    title = "<br>".join([title, *(f"<sup>{line}</sup>" for line in lines)])
    more = LINE_HEIGHT * max(0, title.count("<br>") - 1)
    return figure.update_layout(
        title={"text": title, "y": 1, "yanchor": "top", "pad": {"t": 14, "l": 12}},
        margin_t=TOP_MARGIN + more,
        height=(figure.layout.height or HEIGHT) + more,
        meta={**said, "heading": dict(heading.facts)},
    )


def plain_title(figure: go.Figure) -> str:
    """Give the title of a figure, with the lines below it, as one line of plain text."""
    text = re.sub("<[^>]*>", "", (figure.layout.title.text or "").replace("<br>", SEPARATOR))
    return html.unescape(text)


def headed(resolution: str = "") -> Callable[[Draw], Draw]:
    """Make a function that draws results head its figures as the results are headed.

    Parameters
    ----------
    resolution
        What one value of the figure stands for, where it is not what the result holds.
    """

    def mark(draw: Draw) -> Draw:
        @functools.wraps(draw)
        def drawn(*results: Any, **options: Any) -> go.Figure:
            headings = [one.heading for one in results if hasattr(one, "heading")]
            heading = headings[0].of(
                resolution=resolution,
                filters=tuple(dict.fromkeys(text for one in headings for text in one.filters)),
                made_up=any(one.made_up for one in headings),
            )
            return head(draw(*results, **options), heading)

        return cast("Draw", drawn)

    return mark


def narrow_head(figure: go.Figure) -> go.Figure:
    """Break the lines below the title of a figure so that they fit on a narrow page."""
    title, *lines = (figure.layout.title.text or "").split("<br>")
    parts = [part for line in lines for part in re.sub("</?sup>", "", line).split(SEPARATOR)]
    narrow = _wrapped(parts, MAX_NARROW_LINE)
    more = LINE_HEIGHT * (len(narrow) - len(lines))
    if more <= 0:
        return figure
    return figure.update_layout(
        title_text="<br>".join([title, *(f"<sup>{line}</sup>" for line in narrow)]),
        margin_t=figure.layout.margin.t + more,
        height=figure.layout.height + more,
    )


def _wrapped(parts: Sequence[str], limit: int = MAX_LINE) -> list[str]:
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]}{SEPARATOR}{part}" if lines else ""
        if lines and len(longer) <= limit:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


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
