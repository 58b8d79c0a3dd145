"""Validation of evapotranspiration in a notebook: what is held out, how good it is, by site, season and window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets

from workbench.charts.figure import head
from workbench.evapotranspiration.model.catalogue import title_of
from workbench.evapotranspiration.results.validation_charts import (
    coverage_figure,
    scatter_figure,
    season_figure,
    skill_figure,
    windows_figure,
)
from workbench.evapotranspiration.results.validation_saved import (
    UNITS,
    ValidationResult,
)
from workbench.ui.figures.controls import figure_of
from workbench.ui.figures.tables import TableArea, notes_table
from workbench.ui.result_tabs import ResultTabs
from workbench.ui.tabs import choice, note, tab

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["ValidationAnalysis"]

_MEASURES = {
    "Nash-Sutcliffe (NSE)": "nse",
    "Kling-Gupta (KGE)": "kge",
    "R2": "r2",
    "Mean absolute error": "mae",
    "Root mean square error": "rmse",
    "Bias": "pbias",
}
_TITLES = {
    "r2": "R2",
    "kge": "KGE",
    "nse": "NSE",
    "mae": "MAE",
    "rmse": "RMSE",
    "pbias": "Bias",
    "what": "Estimate",
    "over": "Over the sites",
    "window_correlation": "30-day windows, r",
    "site": "Place",
    "coverage": "Days inside the interval",
}


class ValidationAnalysis(ResultTabs):
    """A finished validation as tabs."""

    _result: ValidationResult

    def _table(self, name: str, caption: str) -> TableArea:
        frame = getattr(self._result.measured, name).copy()
        frame["what"] = ["Fused" if what == "fused" else title_of(str(what)) for what in frame["what"]]
        area = TableArea()
        units = {column: unit for column, unit in UNITS.items() if column in frame}
        area.show_frame(frame, titles=_TITLES, units=units, caption=caption)
        return area

    def _headed(self, draw: Callable[..., go.Figure], *choices: Any, **options: Any) -> go.Figure:
        return head(draw(self._result.measured, *choices, **options), self._result.heading)

    @tab("Summary")
    def _summary(self) -> ipywidgets.Widget:
        return ipywidgets.VBox(
            [
                note(self._result.measured.description),
                self._table("overall", "Skill on held-out days"),
                figure_of(lambda: self._headed(scatter_figure)),
            ]
        )

    @tab("Sites")
    def _sites(self) -> ipywidgets.Widget:
        measure = choice("Measure", _MEASURES)
        season = choice(
            "Season", {"Whole year": "all", **{name: name for name in ("DJF", "MAM", "JJA", "SON")}}
        )
        figure = figure_of(
            lambda: self._headed(skill_figure, measure.value, season=season.value), measure, season
        )
        row = ipywidgets.HBox([measure, season], layout={"flex_flow": "row wrap"})
        return ipywidgets.VBox([row, figure, self._table("by_site", "By site and season")])

    @tab("Seasons")
    def _seasons(self) -> ipywidgets.Widget:
        measure = choice("Measure", _MEASURES)
        return ipywidgets.VBox(
            [measure, figure_of(lambda: self._headed(season_figure, measure.value), measure)]
        )

    @tab("Intervals")
    def _intervals(self) -> ipywidgets.Widget:
        return figure_of(lambda: self._headed(coverage_figure))

    @tab("30-day windows")
    def _windows(self) -> ipywidgets.Widget:
        site = choice("Place", [str(name) for name in self._result.measured.predictions["site"].unique()])
        figure = figure_of(lambda: self._headed(windows_figure, site.value), site)
        return ipywidgets.VBox(
            [site, figure, self._table("windows", "Correlation of 30-day means' anomalies")]
        )

    @tab("Notes")
    def _notes(self) -> ipywidgets.Widget:
        return notes_table(self._result.notes)
