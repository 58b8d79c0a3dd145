"""What all figures of a finance report share: their two colours, and room for the legend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.charts.palette import CATEGORIES

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["FORECAST_COLOUR", "legend_below"]

FORECAST_COLOUR = CATEGORIES[0]


def legend_below(figure: go.Figure, rows: int = 1) -> go.Figure:
    """Leave room at the foot for a legend of some rows."""
    return figure.update_layout(margin_b=72 + 22 * rows)
