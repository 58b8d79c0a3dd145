"""Load profiles in a notebook: every view of the hours, as tabs."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import ipywidgets
import pandas as pd

from workbench.data.formatting import energy_factor, format_number
from workbench.load_profiles.results import charts, day_charts
from workbench.load_profiles.results.analysis import extreme_days, peak_days
from workbench.load_profiles.results.export import write_blocks, write_csv, write_excel
from workbench.load_profiles.results.figure_style import wall_time
from workbench.load_profiles.results.saved import (
    ACCURACY_UNITS,
    QUARTERS,
    UNITS,
    LoadProfileResult,
)
from workbench.runs.model.read_only import is_viewer
from workbench.ui.days import DaySpan
from workbench.ui.figures.area import FigureArea
from workbench.ui.figures.controls import figure_of, follow, redrawing
from workbench.ui.figures.tables import TableArea, notes_table
from workbench.ui.headline import Tile
from workbench.ui.result_tabs import ResultTabs
from workbench.ui.tabs import choice, note, tab
from workbench.ui.transfer.downloads import Downloads
from workbench.ui.transfer.offers import MadeOffer, written

__all__ = ["ProfileAnalysis"]

_MEASURES = {
    "Energy": "energy",
    "Peak": "peak",
    "Mean load": "mean",
    "Minimum": "minimum",
    "Load factor": "load_factor",
}


class ProfileAnalysis(ResultTabs):
    """Finished load profiles as tabs; each is drawn when it is first opened."""

    _result: LoadProfileResult

    def headline(self) -> Sequence[Tile]:
        """Give energy, peak and load factor of the last year."""
        years, style = self._result.table("years"), self._project.style
        first, last = years.iloc[0], years.iloc[-1]
        when, since = charts.label(int(last.year), self._result), charts.label(int(first.year), self._result)
        factor = energy_factor("GWh", style.energy_unit)

        def tile(name: str, column: str, unit: str, factor: float = 1.0, decimals: int = 0) -> Tile:
            before, value = (
                format_number(row[column] * factor, decimals=decimals, style=style) for row in (first, last)
            )
            return Tile(f"{name} {when}", value, unit, f"{since}: {before}")

        return (
            tile("Energy", "energy", style.energy_unit, factor),
            tile("Peak", "peak", "MW"),
            tile("Minimum", "minimum", "MW"),
            tile("Load factor", "load_factor", "%", decimals=1),
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

    @tab("Years")
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
        if self._result.folder is None or is_viewer():
            return ipywidgets.HTML()
        year, area = self._year(), ipywidgets.VBox()

        def offer() -> None:
            for earlier in area.children:
                earlier.close()
            called = f"{self._result.scenario} {charts.label(year.value, self._result)}"
            writers = {f"{called}.xlsx": write_excel, f"{called}.csv": write_csv}
            if QUARTERS[0] in self._result.hours(year.value):
                writers[f"{called} 96 blocks.csv"] = write_blocks
            area.children = (
                Downloads({name: self._written(name, year.value, writers[name]) for name in writers}),
            )

        follow(offer, year)
        return ipywidgets.VBox([year, area])

    def _written(self, name: str, year: int, write: Callable[..., Path]) -> MadeOffer:
        return written(name, lambda path: write(self._result, year, path))

    @tab("Heat maps")
    def _heat_maps(self) -> ipywidgets.Widget:
        result, style = self._result, self._project.style
        year, measure = self._year(), choice("By month", _MEASURES)
        hours = figure_of(lambda: charts.hour_day_heat_map(result, year.value), year)
        months = figure_of(lambda: charts.month_year_heat_map(result, measure.value, style=style), measure)
        return ipywidgets.VBox([year, hours, measure, months])

    @tab("Series")
    def _series(self) -> ipywidgets.Widget:
        result, year = self._result, self._year()
        span, area = DaySpan(*self._days_of(year.value), may_be_empty=True), FigureArea()

        def draw() -> None:
            first, last = span.days
            start = None if first is None else first.isoformat()
            # A day is meant with all of its hours.
            end = None if last is None else f"{last.isoformat()} 23:59"
            with redrawing(area):
                area.draw(lambda: charts.series_chart(result, year.value, start=start, end=end), year)

        def draw_year() -> None:
            span.limit(*self._days_of(year.value))
            draw()

        span.follow(draw)
        follow(draw_year, year)
        text = note("Daily range and mean; choose up to two months to see every hour.")
        row = ipywidgets.HBox([year, span.first, span.last], layout={"flex_flow": "row wrap"})
        return ipywidgets.VBox([row, span.reasons, text, area])

    def _days_of(self, year: int) -> tuple[datetime.date, datetime.date]:
        hours = wall_time(charts.year_series(self._result, year).index)
        return hours[0].date(), hours[-1].date()

    @tab("Days")
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

    @tab("Duration")
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

    @tab("Overlays")
    def _overlays(self) -> ipywidgets.Widget:
        if not self._result.overlays:
            return note(
                "These profiles have no overlays. Rooftop solar, electric vehicles, hydrogen or new industry are "
                "added under Settings, each with its yearly energy and shape."
            )
        return figure_of(lambda: day_charts.duck_curve_chart(self._result))

    @tab("Targets")
    def _targets(self) -> ipywidgets.Widget:
        result, conflicts, targets = self._result, TableArea(), TableArea()
        overridden = result.table("conflicts")
        if len(overridden):
            self._show(conflicts, overridden[["year", "period", "sentence"]], "Targets that were overridden")
        else:
            conflicts.value = note("No target contradicts another.").value
        self._show(targets, result.table("targets"), "Targets beside what the hours reach")
        return ipywidgets.VBox([conflicts, targets])

    @tab("Accuracy")
    def _accuracy(self) -> ipywidgets.Widget:
        result, table, ageing = self._result, TableArea(), TableArea()
        measured = result.table("accuracy")
        if measured.empty:
            return note("No year was held out: the history has no two complete years.")
        caption = "Years of the history made from earlier ones, with their true targets"
        self._show(table, measured, caption, ACCURACY_UNITS)
        self._show(ageing, result.table("ageing"), "How fast the shape ages")
        return ipywidgets.VBox([figure_of(lambda: charts.held_out_chart(result)), table, ageing])

    def beside(self, other: LoadProfileResult) -> list[ipywidgets.Widget]:
        """Draw a year of both."""
        years = {charts.label(year, self._result): year for year in self._result.years if year in other.years}
        if not years:
            return []
        year = choice("Year", years)
        return [year, figure_of(lambda: charts.comparison_chart(other, self._result, year.value), year)]

    @tab("Notes")
    def _notes(self) -> ipywidgets.Widget:
        result = self._result
        cleaning, years, holidays = TableArea(), TableArea(), TableArea()
        remarks = notes_table(result.notes)
        cleaning.show_frame(result.table("cleaning"), caption="Cleaning of the history", units={"hours": "h"})
        self._show(years, result.table("history_years"), "Years of the history")
        holidays.show_frame(result.table("holidays"), caption="Holidays")
        return ipywidgets.VBox([remarks, cleaning, years, holidays])
