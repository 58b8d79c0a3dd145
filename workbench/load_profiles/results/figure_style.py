"""What all figures of load profiles share: axes in MW, hours of the clock, colours of years and overlays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import plotly.graph_objects as go

POWER = "Load [MW]"
CLOCK_AXIS = "Hour of the day (begin)"
HEAT_SCALE = "Cividis"
UNIFIED_HOVER = "%{y:,.0f} MW"


def new_figure(title: str, x_title: str, y_title: str = POWER) -> go.Figure:
    """Give an empty figure in the house style."""
    import plotly.graph_objects as go

    import workbench.charts  # noqa: F401 - registers the house style

    figure = go.Figure(layout={"template": "workbench_light"})
    return figure.update_layout(title=title, xaxis_title=x_title, yaxis_title=y_title)


def colour(index: int) -> str:
    """Colour of the n-th line."""
    from workbench.charts.palette import CATEGORIES

    return str(CATEGORIES[index % len(CATEGORIES)])


def dash(index: int) -> str:
    """Dash of the n-th line: a second code beside the colour."""
    from workbench.charts.palette import DASHES

    return str(DASHES[index % len(DASHES)])


def history_colour() -> str:
    """Colour of what has been observed."""
    from workbench.charts.palette import HISTORY

    return str(HISTORY)


def overlay_colour(name: str) -> str:
    """Colour of an overlay."""
    from workbench.charts.palette import CATEGORIES, carrier_colour

    known = carrier_colour(name)
    return str(known if known != CATEGORIES[-1] else CATEGORIES[sum(map(ord, name)) % 6])


def add_line(
    figure: go.Figure,
    x: Any,
    y: Any,
    name: str,
    line_colour: str,
    *,
    line_dash: str = "solid",
    width: float = 2,
    **more: Any,
) -> None:
    """Add a line with its value in MW under the pointer."""
    import plotly.graph_objects as go

    line = {"color": line_colour, "dash": line_dash, "width": width}
    more.setdefault("hovertemplate", UNIFIED_HOVER)
    figure.add_trace(go.Scatter(x=x, y=y, name=name, mode=more.pop("mode", "lines"), line=line, **more))


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
