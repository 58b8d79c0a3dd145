"""House style for Plotly: importing it registers the templates and makes the light one the default."""

from workbench.charts.palette import CARRIERS, CATEGORIES, DASHES, HISTORY, carrier_colour, category_colours
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

register_templates()
