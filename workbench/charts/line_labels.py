"""Names at the ends of lines, in place of a legend that has to be looked up."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import plotly.graph_objects as go

from workbench.charts.repeated import is_repeated

__all__ = ["label_lines"]

MAX_LINES = 8
LETTER, LINE_HEIGHT = 7, 15
"""Of a name [px]."""
BELOW = 64
"""Margin for ticks and title of the axis [px]."""


def label_lines(figure: go.Figure) -> go.Figure:
    """Write the name of each line behind its end, in place of the legend; not of one line, nor of very many."""
    lines = [trace for trace in figure.data if trace.name and not is_repeated(trace)]
    drawn = [trace for trace in lines if trace.type == "scatter" and trace.mode == "lines"]
    if not 2 <= len(drawn) == len(lines) <= MAX_LINES:
        return figure
    low, high = figure.layout.yaxis.range or _extent(drawn)
    lower, upper = figure.layout.yaxis.domain or (0.0, 1.0)
    margin = figure.layout.margin
    if figure.layout.height is None:
        figure.update_layout(height=420)
    height = figure.layout.height - (margin.t or 64) - (margin.b or 64)
    ends = [(_last(trace) - low) / ((high - low) or 1.0) * (upper - lower) + lower for trace in drawn]
    for trace, place in zip(
        drawn, _apart([min(max(end, 0.0), 1.0) for end in ends], LINE_HEIGHT / height), strict=True
    ):
        figure.add_annotation(
            text=f'<span style="color:{trace.line.color}">▬</span> {trace.name}',
            **{
                "xref": "paper",
                "yref": "paper",
                "x": 1.0,
                "y": place,
                "xanchor": "left",
                "yanchor": "middle",
            },
            **{"showarrow": False, "xshift": 4, "font": {"size": 11}},
        )
    room = 28 + LETTER * max(len(trace.name) for trace in drawn)
    # The room of the legend below is the drawing's.
    spare = max((margin.b or 64) - BELOW, 0)
    return figure.update_layout(
        showlegend=False,
        margin_r=max(margin.r or 0, room),
        margin_b=BELOW,
        height=figure.layout.height - spare,
    )


def _last(trace: Any) -> float:
    known = np.asarray(trace.y, float)
    known = known[np.isfinite(known)]
    return float(known[-1]) if len(known) else 0.0


def _extent(traces: Any) -> tuple[float, float]:
    """Give the range that plotly chooses: a twentieth more than the values have."""
    values = np.concatenate([np.asarray(trace.y, float) for trace in traces])
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return low - 0.05 * (high - low), high + 0.05 * (high - low)


def _apart(places: list[float], gap: float) -> list[float]:
    """Move places up, and then all back below the top, until none is nearer to another than the gap."""
    order = np.argsort(places)
    moved = list(places)
    for before, after in itertools.pairwise(order):
        moved[after] = max(moved[after], moved[before] + gap)
    top = 1.0
    for one in order[::-1]:
        moved[one] = min(moved[one], top)
        top = moved[one] - gap
    return moved
