"""A second scale above the first for a few values that would press all others flat."""

from __future__ import annotations

import copy

import numpy as np
import plotly.graph_objects as go

from workbench.charts.repeated import REPEATED

__all__ = ["split_spikes"]

MIN_VALUES = 20
USUAL = (1.0, 98.0)
"""Percentiles between which values are usual."""
FAR = 3.0
"""So many times the usual span above it lies a value that gets the scale its own."""
BELOW, ABOVE = (0.0, 0.66), (0.73, 1.0)
"""Parts of the height."""


def split_spikes(figure: go.Figure) -> go.Figure:
    """Divide the y axis of a figure of lines where a few values lie far above all others; else leave it as it is.

    Prices of electricity are the case: most lie within a hundred, a few hours in the thousands. Below the cut the
    scale is that of the usual values, above it another one; every value is drawn.
    """
    values = np.concatenate([np.asarray(trace.y, float) for trace in figure.data] or [np.empty(0)])
    values = values[np.isfinite(values)]
    if len(values) < MIN_VALUES:
        return figure
    low, high = np.percentile(values, USUAL)
    top, bottom, span = float(values.max()), float(values.min()), float(high - low)
    if span <= 0 or top < high + FAR * span:
        return figure
    cut = _round_up(high + 0.5 * span)
    for trace in [copy.deepcopy(trace) for trace in figure.data]:
        figure.add_trace(trace.update(yaxis="y2", showlegend=False, meta=REPEATED))
    title = figure.layout.yaxis.title.text or ""
    figure.add_annotation(
        text=f"above {cut:,.0f}: another scale",
        xref="paper",
        yref="paper",
        x=0,
        y=(BELOW[1] + ABOVE[0]) / 2,
        xanchor="left",
        yanchor="middle",
        showarrow=False,
        font={"size": 11},
    )
    return figure.update_layout(
        yaxis={"domain": BELOW, "range": [bottom - 0.05 * (cut - bottom), cut], "title": title},
        yaxis2={
            **{"domain": ABOVE, "range": [cut, top + 0.05 * (top - cut)], "anchor": "x", "nticks": 4},
            "title": {"text": title, "font": {"color": "rgba(0,0,0,0)"}},
        },
    )


def _round_up(value: float) -> float:
    step = 10.0 ** np.floor(np.log10(max(abs(value), 1.0))) / 2
    return float(np.ceil(value / step) * step)
