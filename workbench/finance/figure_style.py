"""What all figures of a finance report share: an empty figure in the house style, bands, colours, short amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.finance.results import FinanceResult

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = [
    "FORECAST_COLOUR",
    "HISTORY_COLOUR",
    "add_band",
    "colour",
    "dash",
    "legend_below",
    "new_figure",
    "note_empty",
    "short_amounts",
    "unit_of",
]

HISTORY_COLOUR = "#5B6770"
FORECAST_COLOUR = "#0072B2"
BAND_COLOUR = "rgba(0, 114, 178, 0.18)"


def new_figure(title: str, x_title: str, y_title: str) -> go.Figure:
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


def unit_of(result: FinanceResult, figure: str) -> str:
    """Unit of a figure."""
    return "units" if figure == "volume" else result.currency


def add_band(figure: go.Figure, x: Any, lower: Any, upper: Any, name: str) -> None:
    """Add an interval as a band."""
    import plotly.graph_objects as go

    hidden = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    figure.add_trace(go.Scatter(x=x, y=upper, showlegend=False, **hidden))
    figure.add_trace(go.Scatter(x=x, y=lower, name=name, fill="tonexty", fillcolor=BAND_COLOUR, **hidden))


def legend_below(figure: go.Figure, rows: int = 1) -> go.Figure:
    """Leave room at the foot for a legend of some rows."""
    return figure.update_layout(margin_b=72 + 22 * rows)


def short_amounts(figure: go.Figure) -> go.Figure:
    """Write large ticks as 1.2M: the unit stands in the title of the axis."""
    return figure.update_yaxes(exponentformat="SI", tickformat="~s")


def note_empty(figure: go.Figure, words: str) -> go.Figure:
    """Say why a figure is empty."""
    figure.add_annotation(text=words, xref="paper", yref="paper", x=0.5, y=0.5, showarrow=False)
    return figure.update_xaxes(visible=False).update_yaxes(visible=False)
