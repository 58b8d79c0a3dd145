"""Nights and weekends behind figures of hours, so that a day can be read off them."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

__all__ = ["shade_nights_and_weekends"]

NIGHT_BEGINS, NIGHT_ENDS = 21, 6
"""Hours of the day."""
MAX_DAYS_OF_NIGHTS, MAX_DAYS_OF_WEEKENDS = 10, 70
"""Longest stretches in which single nights, and weekends, can be seen [d]."""
TINT = {"night": "rgba(61, 90, 128, 0.09)", "weekend": "rgba(230, 159, 0, 0.09)"}
SATURDAY = 5


def shade_nights_and_weekends(figure: go.Figure, begin: Any, end: Any) -> str:
    """Tint the nights of a few days, or the weekends of a few weeks, behind what is drawn; give words for it.

    Parameters
    ----------
    figure
        With times of the place across.
    begin, end
        Of what is drawn, ``datetime64`` of the clock that the figure shows.

    Returns
    -------
    str
        What the tint means, for the title of the axis; empty where the stretch is too long for either.
    """
    first, last = np.datetime64(begin, "m"), np.datetime64(end, "m")
    days = np.arange(first.astype("datetime64[D]") - 1, last.astype("datetime64[D]") + 1).astype(
        "datetime64[m]"
    )
    length = (last - first) / np.timedelta64(1, "D")
    if not 0 < length <= MAX_DAYS_OF_WEEKENDS:
        return ""
    if length <= MAX_DAYS_OF_NIGHTS:
        kind, words = "night", f"tinted: night, {NIGHT_BEGINS}:00 to {NIGHT_ENDS:02d}:00"
        bands = [
            (day + np.timedelta64(NIGHT_BEGINS, "h"), day + np.timedelta64(24 + NIGHT_ENDS, "h"))
            for day in days
        ]
    else:
        kind, words = "weekend", "tinted: weekend"
        saturdays = days[(days.astype("datetime64[D]").astype(int) + 3) % 7 == SATURDAY]
        bands = [(day, day + np.timedelta64(2, "D")) for day in saturdays]
    shapes = [
        {
            **{"type": "rect", "xref": "x", "yref": "paper", "y0": 0, "y1": 1, "layer": "below"},
            **{"x0": str(max(start, first)), "x1": str(min(stop, last))},
            **{"fillcolor": TINT[kind], "line": {"width": 0}},
        }
        for start, stop in bands
        if max(start, first) < min(stop, last)
    ]
    if not shapes:
        return ""
    figure.update_layout(shapes=[*shapes, *figure.layout.shapes])
    return words
