"""Validation of evapotranspiration in a notebook: what is held out, how good it is, by site, season and window."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from workbench.data.projects.project import Project
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
    load,
    saved_validations,
)
from workbench.evapotranspiration.validation_job import validate_evapotranspiration
from workbench.runs.model.read_only import is_viewer
from workbench.ui.figures.controls import figure_of
from workbench.ui.figures.tables import TableArea
from workbench.ui.forms.saved_results import SavedResults
from workbench.ui.run_view import RunView
from workbench.ui.tabs import LazyTabs, choice, note

__all__ = ["EtoValidationView", "SavedValidations", "ValidationAnalysis"]

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


class EtoValidationView(ipywidgets.VBox):  # type: ignore[misc]
    """Validate the fusion on a project's reference, watch the run, read the skill.

    Where strangers look, only saved validations are shown.

    Parameters
    ----------
    project
        The project.
    """

    def __init__(self, project: Project) -> None:
        if is_viewer():
            super().__init__([SavedValidations(project)])
            return
        super().__init__([RunView(validate_evapotranspiration, project, result_view=ValidationAnalysis)])

    def __repr__(self) -> str:
        return "<EtoValidationView>"


class SavedValidations(SavedResults):
    """Choose among the saved validations of a project.

    Parameters
    ----------
    project
        The project.
    """

    def __init__(self, project: Project) -> None:
        super().__init__(
            "Validation",
            saved_validations(project),
            lambda name: ValidationAnalysis(load(project, name)),
            "There is no validation yet: make one in 61-evapotranspiration-validation.ipynb.",
        )


class ValidationAnalysis(LazyTabs):
    """A finished validation as tabs.

    Parameters
    ----------
    result
        The result.
    """

    def __init__(self, result: ValidationResult) -> None:
        self._measured = result.measured
        self._problems = result.problems
        makers: dict[str, Callable[[], ipywidgets.Widget]] = {
            "Summary": self._summary,
            "Sites": self._sites,
            "Seasons": self._seasons,
            "Intervals": self._intervals,
            "30-day windows": self._windows,
            "Notes": self._notes,
        }
        super().__init__(makers)

    def _table(self, name: str, caption: str) -> TableArea:
        frame = getattr(self._measured, name).copy()
        frame["what"] = ["Fused" if what == "fused" else title_of(str(what)) for what in frame["what"]]
        area = TableArea()
        units = {column: unit for column, unit in UNITS.items() if column in frame}
        area.show_frame(frame, titles=_TITLES, units=units, caption=caption)
        return area

    def _summary(self) -> ipywidgets.Widget:
        return ipywidgets.VBox(
            [
                note(self._measured.description),
                self._table("overall", "Skill on held-out days"),
                figure_of(lambda: scatter_figure(self._measured)),
            ]
        )

    def _sites(self) -> ipywidgets.Widget:
        measure = choice("Measure", _MEASURES)
        season = choice(
            "Season", {"Whole year": "all", **{name: name for name in ("DJF", "MAM", "JJA", "SON")}}
        )
        figure = figure_of(
            lambda: skill_figure(self._measured, measure.value, season=season.value), measure, season
        )
        row = ipywidgets.HBox([measure, season], layout={"flex_flow": "row wrap"})
        return ipywidgets.VBox([row, figure, self._table("by_site", "By site and season")])

    def _seasons(self) -> ipywidgets.Widget:
        measure = choice("Measure", _MEASURES)
        return ipywidgets.VBox(
            [measure, figure_of(lambda: season_figure(self._measured, measure.value), measure)]
        )

    def _intervals(self) -> ipywidgets.Widget:
        return figure_of(lambda: coverage_figure(self._measured))

    def _windows(self) -> ipywidgets.Widget:
        site = choice("Place", [str(name) for name in self._measured.predictions["site"].unique()])
        figure = figure_of(lambda: windows_figure(self._measured, site.value), site)
        return ipywidgets.VBox(
            [site, figure, self._table("windows", "Correlation of 30-day means' anomalies")]
        )

    def _notes(self) -> ipywidgets.Widget:
        area = TableArea()
        area.show(["Remark"], [[text] for text in self._problems], caption="Remarks on the inputs")
        return area if self._problems else note("Nothing was noticed in the inputs.")
