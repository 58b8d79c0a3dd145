"""What all figures of load profiles share: axes in MW, hours of the clock, colours of overlays."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.charts import figure as plain
from workbench.charts.palette import CATEGORIES, carrier_colour

POWER = "Load [MW]"
CLOCK_AXIS = "Hour of the day (begin)"
HEAT_SCALE = "Cividis"

add_line = functools.partial(plain.add_line, hover="%{y:,.0f} MW")
"""Adds a line with its value in MW under the pointer, see :func:`workbench.charts.figure.add_line`."""


def overlay_colour(name: str) -> str:
    """Colour of an overlay."""
    known = carrier_colour(name)
    return known if known != CATEGORIES[-1] else CATEGORIES[sum(map(ord, name)) % 6]


def clock_axis(figure: go.Figure) -> go.Figure:
    """Label the x axis with hours of the clock."""
    ticks = list(range(0, 24, 3))
    return figure.update_xaxes(
        tickvals=ticks, ticktext=[f"{hour:02d}:00" for hour in ticks], range=[-0.3, 23.3], title=CLOCK_AXIS
    )


def year_axis(figure: go.Figure, labels: dict[int, str]) -> go.Figure:
    """Label the x axis with years, at most about a dozen."""
    years = sorted(labels)
    shown = years[:: max(1, int(np.ceil(len(years) / 10)))]
    return figure.update_xaxes(tickvals=shown, ticktext=[labels[year] for year in shown])


def wall_time(index: pd.Index) -> pd.DatetimeIndex:
    """Times of the local clock without their zone: Plotly would show them in UTC."""
    return pd.DatetimeIndex(index).tz_localize(None)
