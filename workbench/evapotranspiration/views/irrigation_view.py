"""An irrigation plan in a notebook: what is due, the soil water, the seasons, in mm or inch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import ipywidgets
import pandas as pd

from workbench.data.formatting import format_number
from workbench.evapotranspiration.results.irrigation import charts
from workbench.evapotranspiration.results.irrigation.export import csv_text, write_csv, write_excel
from workbench.evapotranspiration.results.irrigation.saved import IrrigationResult, in_unit
from workbench.runs.model.read_only import is_viewer
from workbench.ui.figures.controls import figure_of, follow
from workbench.ui.figures.download import csv_link
from workbench.ui.figures.tables import TableArea, notes_table
from workbench.ui.headline import Tile
from workbench.ui.result_tabs import ResultTabs
from workbench.ui.tabs import choice, note, tab
from workbench.ui.transfer.downloads import Downloads
from workbench.ui.transfer.offers import MadeOffer, written

__all__ = ["IrrigationAnalysis"]

TITLES = {
    "basis": "Day is",
    "eto": "ETo",
    "etc": "Demand",
    "etc_low": "Demand, low",
    "etc_high": "Demand, high",
    "eta": "Used",
    "net": "Irrigation, net",
    "need": "Lacks if nothing is applied",
    "need_low": "Lacks, low",
    "need_high": "Lacks, high",
    "gross": "Irrigation, gross",
    "depletion": "Depletion",
    "readily": "Without stress",
    "effective_rain": "Effective rain",
    "stress_days": "Days of stress",
    "lost": "Lost to stress",
    "degree_days": "Degree days",
    "percolation": "Below the roots",
    "holds": "Soil holds",
    "p": "Depletion fraction p",
}
OF_SEASONS = (
    *("field", "season", "first", "last", "days", "etc", "eta", "rain", "effective_rain", "net", "gross"),
    *("irrigations", "percolation", "stress_days", "lost", "degree_days", "volume"),
)
OF_OUTLOOK = (
    *("date", "basis", "eto", "etc", "etc_low", "etc_high", "rain", "depletion", "readily"),
    *("need", "need_low", "need_high", "net", "gross"),
)
WATER = ("mm", "inch")


class IrrigationAnalysis(ResultTabs):
    """A finished irrigation plan as tabs."""

    _result: IrrigationResult

    def headline(self) -> Sequence[Tile]:
        """Give the next irrigation, and the means of the seasons."""
        seasons, ahead = self._result.table("seasons"), self._result.table("outlook")
        due = ahead[ahead["net"] > 0]
        if ahead.empty:
            next_one = Tile("Next irrigation", "-", "", "no season is under way")
        elif due.empty and ahead["net"].isna().any():
            next_one = Tile(
                "Next irrigation", "not known", "", "ETo of days before is missing: see the notes"
            )
        elif due.empty:
            next_one = Tile("Next irrigation", "none", "", f"in the next {ahead['date'].nunique()} days")
        else:
            first = due.sort_values("date").iloc[0]
            next_one = Tile(
                "Next irrigation",
                f"{first['date']:%d %b}",
                "",
                f"{first['field']}: {first['net']:.0f} mm net, {first['gross']:.0f} mm gross",
            )
        whole = seasons[seasons["whole"].astype(bool)]
        shown = whole if len(whole) else seasons

        def mean(name: str) -> str:
            return format_number(float(shown[name].mean()), decimals=0)

        count = "1 season" if len(shown) == 1 else f"{len(shown)} seasons"
        detail = f"mean of {count.replace(' ', ' whole ') if len(whole) else count}"
        return (
            next_one,
            Tile("Demand of the crop", mean("etc"), "mm", detail),
            Tile("Effective rain", mean("effective_rain"), "mm", detail),
            Tile("Irrigation, net", mean("net"), "mm", f"gross {mean('gross')} mm"),
        )

    def _field(self) -> ipywidgets.Dropdown:
        return choice("Field", list(self._result.fields))

    def _unit(self) -> ipywidgets.Dropdown:
        return choice("Water in", list(WATER))

    def _table(self, area: TableArea, frame: pd.DataFrame, unit: str, caption: str) -> None:
        shown, units = in_unit(frame, unit)
        area.show_frame(shown, titles=TITLES, units=units, caption=caption, limit=120)

    @tab("Days ahead")
    def _outlook(self) -> ipywidgets.Widget:
        result, field, unit, table = self._result, self._field(), self._unit(), TableArea()

        def draw() -> None:
            days = result.table("outlook")
            own = days.loc[days["field"] == field.value, list(OF_OUTLOOK)]
            self._table(table, own, unit.value, "The days ahead")

        follow(draw, field, unit)
        figure = figure_of(lambda: charts.outlook_chart(result, field.value, unit.value), field, unit)
        words = note(
            "The band is that of ETo on all days being low, or all high; a rule of the plan says when irrigation "
            "is due."
        )
        return ipywidgets.VBox([_row(field, unit), figure, table, words])

    @tab("Soil water")
    def _soil(self) -> ipywidgets.Widget:
        result, field, unit = self._result, self._field(), self._unit()
        season = choice("Season", self._seasons(field.value)[::-1])

        def other_field(_: object) -> None:
            season.options = self._seasons(field.value)[::-1]
            season.value = season.options[0]

        field.observe(other_field, "value")
        soil = figure_of(
            lambda: charts.soil_chart(result, field.value, season.value, unit.value), field, season, unit
        )
        curve = figure_of(lambda: charts.coefficients_chart(result, field.value, season.value), field, season)
        return ipywidgets.VBox([_row(field, season, unit), soil, curve])

    def _seasons(self, field: str) -> list[str]:
        return [str(name) for name in self._result.field_days(field)["season"].unique()]

    @tab("Seasons")
    def _sums(self) -> ipywidgets.Widget:
        result, field, unit = self._result, self._field(), self._unit()
        table, events = TableArea(), TableArea()

        def draw() -> None:
            seasons, each = result.table("seasons"), result.table("irrigations")
            own = seasons.loc[seasons["field"] == field.value, list(OF_SEASONS)].drop(columns="field")
            self._table(table, own, unit.value, "Seasons: the days that are over")
            own = each[each["field"] == field.value].drop(columns="field").iloc[::-1]
            self._table(events, own, unit.value, "Irrigations, the newest first")

        follow(draw, field, unit)
        figure = figure_of(lambda: charts.seasons_chart(result, field.value, unit.value), field, unit)
        return ipywidgets.VBox([_row(field, unit), figure, table, events])

    @tab("Fields")
    def _facts(self) -> ipywidgets.Widget:
        area = TableArea()
        self._table(
            area, self._result.table("fields"), "mm", "What the fields are, and where their numbers are from"
        )
        return area

    @tab("Export")
    def _export(self) -> ipywidgets.Widget:
        unit, links = self._unit(), ipywidgets.HTML()

        def draw() -> None:
            content = csv_text(self._result, "days", unit.value).encode()
            links.value = csv_link("Download all days", f"{self._result.scenario} irrigation", content)

        follow(draw, unit)
        parts: list[ipywidgets.Widget] = [unit, links]
        if self._result.folder is not None and not is_viewer():
            parts.append(Downloads({name: self._written(name) for name in self._names()}))
        return ipywidgets.VBox(parts)

    def _names(self) -> list[str]:
        return [f"{self._result.scenario} [{unit}].{kind}" for unit in WATER for kind in ("xlsx", "csv")]

    def _written(self, name: str) -> MadeOffer:
        unit = "inch" if "[inch]" in name else "mm"

        def write(path: Path) -> Path:
            if name.endswith(".csv"):
                return write_csv(self._result, path, "seasons", unit)
            return write_excel(self._result, path, unit)

        return written(name, write)

    @tab("Notes")
    def _notes(self) -> ipywidgets.Widget:
        credit = [note(text) for text in self._result.credits]
        return ipywidgets.VBox([notes_table(self._result.notes), *credit])


def _row(*widgets: ipywidgets.Widget) -> ipywidgets.HBox:
    return ipywidgets.HBox(list(widgets), layout={"flex_flow": "row wrap"})
