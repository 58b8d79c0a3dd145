"""House style of every chart: registered with Plotly as ``workbench_light`` and ``workbench_dark``."""

from __future__ import annotations

from typing import Any, Literal

import plotly.graph_objects as go
import plotly.io as pio

from workbench.charts.interaction import use_config
from workbench.charts.palette import CATEGORIES, INK

__all__ = ["Theme", "register_templates", "use_theme"]

Theme = Literal["light", "dark"]

_GRID = {"light": "#E4E7EB", "dark": "#3E4C59"}
_PAPER = {"light": "#FFFFFF", "dark": "#111417"}
_FONT = "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def register_templates(default: Theme = "light") -> None:
    """Make both templates known to Plotly and use one for every figure made from now on."""
    for theme in ("light", "dark"):
        pio.templates[f"workbench_{theme}"] = _template(theme)
    pio.templates.default = f"workbench_{default}"
    use_config()


def use_theme(figure: go.Figure, theme: Theme) -> go.Figure:
    """Return the same figure in the other theme; data and titles stay, and what was drawn in ink still is."""
    other: Theme = "light" if theme == "dark" else "dark"
    content = _with_ink(figure.to_plotly_json(), INK[other], INK[theme])
    return go.Figure(content, skip_invalid=True).update_layout(template=f"workbench_{theme}")


def _with_ink(content: Any, before: str, after: str) -> Any:
    if isinstance(content, dict):
        return {
            key: value if key == "template" else _with_ink(value, before, after)
            for key, value in content.items()
        }
    if isinstance(content, (list, tuple)):
        return [_with_ink(value, before, after) for value in content]
    return after if isinstance(content, str) and content.lower() == before.lower() else content


def _template(theme: str) -> go.layout.Template:
    axis = {
        "gridcolor": _GRID[theme],
        "linecolor": _GRID[theme],
        "zerolinecolor": _GRID[theme],
        "zerolinewidth": 1,
        "ticks": "outside",
        "tickcolor": _GRID[theme],
        "ticklen": 4,
        "title": {"standoff": 8, "font": {"size": 12}},
        "automargin": True,
        # 60,000 MU, not 60k MU: a prefix beside a unit reads like another unit.
        "exponentformat": "none",
    }
    return go.layout.Template(
        layout={
            "colorway": CATEGORIES,
            "colorscale": {"sequential": "Cividis", "sequentialminus": "Cividis", "diverging": "RdBu"},
            "font": {"family": _FONT, "size": 12, "color": INK[theme]},
            "title": {
                "x": 0,
                "xref": "container",
                "xanchor": "left",
                "font": {"size": 15},
                "pad": {"b": 8, "l": 12},
            },
            "paper_bgcolor": _PAPER[theme],
            "plot_bgcolor": _PAPER[theme],
            "height": 420,
            "margin": {"l": 64, "r": 44, "t": 64, "b": 64},
            "xaxis": {**axis, "showgrid": False},
            # Not on the other axis, where most numbers are years.
            "yaxis": {**axis, "separatethousands": True},
            # At the foot of the figure, however high the ticks and the axis title above it are.
            "legend": {
                "orientation": "h",
                "yref": "container",
                "y": 0,
                "yanchor": "bottom",
                "x": 0,
                "title": {"text": ""},
            },
            "hovermode": "x unified",
            "hoverlabel": {"font": {"family": _FONT, "size": 12}},
            "separators": ".,",
            "bargap": 0.25,
        },
        data={
            "scatter": [{"line": {"width": 2}}],
            "heatmap": [{"colorscale": "Cividis"}],
        },
    )


register_templates()
