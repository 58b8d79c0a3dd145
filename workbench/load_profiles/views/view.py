"""Load profiles in a notebook: form, run, panel, and every view of the hours as tabs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import ipywidgets
import pandas as pd

from workbench.data.formatting import energy_factor
from workbench.data.projects.project import Project
from workbench.data.results.scenario import finished_scenarios
from workbench.errors import WorkbenchError
from workbench.load_profiles.jobs import make_load_profiles
from workbench.load_profiles.results import charts, day_charts
from workbench.load_profiles.results.analysis import extreme_days, peak_days
from workbench.load_profiles.results.export import write_csv, write_excel
from workbench.load_profiles.results.saved import ACCURACY_UNITS, UNITS, LoadProfileResult, compare, load
from workbench.runs.model.read_only import is_viewer
from workbench.ui.figures.controls import figure_of, follow
from workbench.ui.figures.tables import TableArea
from workbench.ui.forms.saved_results import SavedResults
from workbench.ui.run_view import RunView
from workbench.ui.tabs import LazyTabs, choice, note

__all__ = ["LoadProfilesView", "ProfileAnalysis", "SavedProfiles"]

_MEASURES = {
    "Energy": "energy",
    "Peak": "peak",
    "Mean load": "mean",
    "Minimum": "minimum",
    "Load factor": "load_factor",
}


class LoadProfilesView(RunView):
    """Make load profiles of a project, watch the run, read the hours.

    Parameters
    ----------
    project
        The project.
    """

    def __init__(self, project: Project) -> None:
        super().__init__(
            make_load_profiles, project, result_view=lambda result: ProfileAnalysis(result, project)
        )


class SavedProfiles(SavedResults):
    """Choose among the saved profiles of a project and look at them.

    Parameters
    ----------
    project
        The project.
    """

    def __init__(self, project: Project) -> None:
        super().__init__(
            "Load profiles",
            finished_scenarios(project, "load_profiles"),
            lambda name: ProfileAnalysis(load(project, name), project),
            "There are no load profiles yet: make some in 20-load-profiles.ipynb.",
        )


class ProfileAnalysis(LazyTabs):
    """Finished load profiles as tabs; each is drawn when it is first opened.

    Parameters
    ----------
    result
        The result.
    project
        Its project: units, year labels, and the other profiles to compare with.
    """

    def __init__(self, result: LoadProfileResult, project: Project) -> None:
        self._result = result
        self._project = project
        super().__init__(
            {
                "Years": self._years,
                "Heat maps": self._heat_maps,
                "Series": self._series,
                "Days": self._days,
                "Duration": self._duration,
                "Overlays": self._overlays,
                "Targets": self._targets,
                "Accuracy": self._accuracy,
                "Compare": self._compare,
                "Notes": self._notes,
            }
        )

    def _year(self) -> ipywidgets.Dropdown:
        return choice("Year", {charts.label(year, self._result): year for year in self._result.years})

    def _show(
        self, table: TableArea, frame: pd.DataFrame, caption: str, units: Mapping[str, str] = UNITS
    ) -> None:
        """Show a table of the result in the project's energy unit, with its years as the project writes them."""
        shown, unit = frame.copy(), self._project.energy_unit
        for name in shown.columns:
            if units.get(name) == "GWh":
                shown[name] = shown[name] * energy_factor("GWh", unit)
            elif name in ("year", "base_year"):
                shown[name] = [charts.label(int(year), self._result) for year in shown[name]]
        written = {name: unit if word == "GWh" else word for name, word in units.items()}
        table.show_frame(shown, titles={"ramp_p99": "Ramps p99"}, units=written, caption=caption)

    def _years(self) -> ipywidgets.Widget:
        result, style = self._result, self._project.style
        table = TableArea()
        self._show(table, result.table("years").drop(columns=["hours"]), "Years")
        return ipywidgets.VBox(
            [
                figure_of(lambda: charts.energy_and_peak_chart(result, style=style)),
                figure_of(lambda: day_charts.load_factor_chart(result)),
                table,
                self._export(),
            ]
        )

    def _export(self) -> ipywidgets.Widget:
        year, said = self._year(), ipywidgets.HTML()
        if self._result.folder is None or is_viewer():
            return said
        folder = self._result.folder / "exports"

        def write(writer: Callable[..., Path], suffix: str) -> None:
            path = folder / f"{self._result.scenario} {charts.label(year.value, self._result)}{suffix}"
            try:
                said.value = note(f"Wrote {writer(self._result, year.value, path)}").value
            except WorkbenchError as error:
                said.value = note(str(error)).value

        excel = ipywidgets.Button(description="Write Excel", layout={"width": "auto"})
        excel.on_click(lambda _: write(write_excel, ".xlsx"))
        text = ipywidgets.Button(description="Write CSV", layout={"width": "auto"})
        text.on_click(lambda _: write(write_csv, ".csv"))
        return ipywidgets.VBox([ipywidgets.HBox([year, excel, text]), said])

    def _heat_maps(self) -> ipywidgets.Widget:
        result, style = self._result, self._project.style
        year, measure = self._year(), choice("By month", _MEASURES)
        hours = figure_of(lambda: charts.hour_day_heat_map(result, year.value), year)
        months = figure_of(lambda: charts.month_year_heat_map(result, measure.value, style=style), measure)
        return ipywidgets.VBox([year, hours, measure, months])

    def _series(self) -> ipywidgets.Widget:
        result, year = self._result, self._year()
        first = ipywidgets.DatePicker(description="From", value=None)
        last = ipywidgets.DatePicker(description="To", value=None)

        def draw() -> object:
            start = None if first.value is None else first.value.isoformat()
            # A day is meant with all of its hours.
            end = None if last.value is None else f"{last.value.isoformat()} 23:59"
            if start is not None and end is not None and end < start:
                start = end = None
            return charts.series_chart(result, year.value, start=start, end=end)

        text = note("Daily range and mean; choose up to two months to see every hour.")
        return ipywidgets.VBox(
            [ipywidgets.HBox([year, first, last]), text, figure_of(draw, year, first, last)]
        )

    def _days(self) -> ipywidgets.Widget:
        result, year = self._result, self._year()
        by = choice("By", ["season", "month", "day type"])
        statistic = choice("Show", {"Average": "mean", "Highest": "max", "Lowest": "min"})
        peaks, extremes = TableArea(), TableArea()

        def draw() -> None:
            hours = result.hours(year.value)["load"]
            self._show(peaks, peak_days(hours), "Ten highest days")
            self._show(extremes, extreme_days(hours), "Extreme days")

        follow(draw, year)
        return ipywidgets.VBox(
            [
                year,
                figure_of(lambda: day_charts.peak_day_chart(result, year.value), year),
                peaks,
                ipywidgets.HBox([by, statistic]),
                figure_of(
                    lambda: day_charts.day_profile_chart(result, year.value, by.value, statistic.value),
                    year,
                    by,
                    statistic,
                ),
                extremes,
                figure_of(lambda: day_charts.day_type_chart(result)),
            ]
        )

    def _duration(self) -> ipywidgets.Widget:
        result, year = self._result, self._year()
        per_unit = ipywidgets.Checkbox(description="Per unit of the peak", indent=False)
        return ipywidgets.VBox(
            [
                per_unit,
                figure_of(lambda: charts.duration_curve_chart(result, per_unit=per_unit.value), per_unit),
                year,
                figure_of(lambda: day_charts.ramp_chart(result, year.value), year),
                figure_of(lambda: charts.history_comparison_chart(result, year.value), year),
            ]
        )

    def _overlays(self) -> ipywidgets.Widget:
        if not self._result.overlays:
            return note(
                "These profiles have no overlays. Rooftop solar, electric vehicles, hydrogen or new industry are "
                "added under Settings, each with its yearly energy and shape."
            )
        return figure_of(lambda: day_charts.duck_curve_chart(self._result))

    def _targets(self) -> ipywidgets.Widget:
        result, conflicts, targets = self._result, TableArea(), TableArea()
        yielded = result.table("conflicts")
        if len(yielded):
            self._show(conflicts, yielded[["year", "period", "sentence"]], "Targets that had to yield")
        else:
            conflicts.value = note("No target contradicts another.").value
        self._show(targets, result.table("targets"), "Targets beside what the hours reach")
        return ipywidgets.VBox([conflicts, targets])

    def _accuracy(self) -> ipywidgets.Widget:
        result, table, ageing = self._result, TableArea(), TableArea()
        measured = result.table("accuracy")
        if measured.empty:
            return note("No year was held out: the history has no two complete years.")
        caption = "Years of the history made from earlier ones, with their true targets"
        self._show(table, measured, caption, ACCURACY_UNITS)
        self._show(ageing, result.table("ageing"), "How fast the shape ages")
        return ipywidgets.VBox([figure_of(lambda: charts.held_out_chart(result)), table, ageing])

    def _compare(self) -> ipywidgets.Widget:
        finished = finished_scenarios(self._project, "load_profiles")
        others = [name for name in finished if name != self._result.scenario]
        if not others:
            return note("There are no other load profiles yet: change the scenario's name and run again.")
        other, year, area = choice("Compare with", others), self._year(), ipywidgets.VBox()

        def draw() -> None:
            table = TableArea()
            try:
                second = load(self._project, other.value)
            except WorkbenchError as error:
                area.children = (note(str(error)),)
                return
            self._show(table, compare(self._result, second), "By year")
            parts: list[ipywidgets.Widget] = [table]
            if year.value in second.years:
                parts.insert(0, figure_of(lambda: charts.comparison_chart(self._result, second, year.value)))
            area.children = tuple(parts)

        follow(draw, other, year)
        return ipywidgets.VBox([ipywidgets.HBox([other, year]), area])

    def _notes(self) -> ipywidgets.Widget:
        result = self._result
        remarks, cleaning, years, holidays = TableArea(), TableArea(), TableArea(), TableArea()
        remarks.show(["Remark"], [[text] for text in result.problems], caption="Remarks on the inputs")
        cleaning.show_frame(result.table("cleaning"), caption="Cleaning of the history", units={"hours": "h"})
        self._show(years, result.table("history_years"), "Years of the history")
        holidays.show_frame(result.table("holidays"), caption="Holidays")
        return ipywidgets.VBox([remarks, cleaning, years, holidays])
