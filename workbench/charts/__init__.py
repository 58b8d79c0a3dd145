"""House style for Plotly: the first figure of ours registers the templates and makes the light one the default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.lazy import lazy_names

if TYPE_CHECKING:
    from workbench.charts.palette import (
        CARRIERS,
        CATEGORIES,
        DASHES,
        HISTORY,
        carrier_colour,
        category_colours,
    )
    from workbench.charts.plots import Plots, Table
    from workbench.charts.template import Theme, register_templates, use_theme

__all__ = [
    "CARRIERS",
    "CATEGORIES",
    "DASHES",
    "HISTORY",
    "Plots",
    "Table",
    "Theme",
    "carrier_colour",
    "category_colours",
    "register_templates",
    "use_theme",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        **dict.fromkeys(
            ("CARRIERS", "CATEGORIES", "DASHES", "HISTORY", "carrier_colour", "category_colours"), "palette"
        ),
        **dict.fromkeys(("Plots", "Table"), "plots"),
        **dict.fromkeys(("Theme", "register_templates", "use_theme"), "template"),
    },
)
