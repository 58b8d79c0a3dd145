"""A demand forecast in a notebook, as tabs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets

from workbench.data.formatting import energy_factor, format_number, year_label
from workbench.demand.requirement.requirement import DEFINITIONS
from workbench.demand.results import charts
from workbench.demand.results.report_tables import accuracy_rows, holdout_rows, requirement_rows
from workbench.demand.results.saved import DemandResult
from workbench.ui.figures.area import FigureArea
from workbench.ui.figures.controls import figure_of, follow
from workbench.ui.figures.tables import TableArea, notes_table, table_of
from workbench.ui.headline import Tile
from workbench.ui.result_tabs import ResultTabs
from workbench.ui.tabs import choice, note, tab

__all__ = ["DemandResultView"]

HORIZONS = (1, 3, 5, 10)
_MEASURES = {"MAPE [%]": "mape", "sMAPE [%]": "smape", "MASE [-]": "mase", "Bias [%]": "bias"}


class DemandResultView(ResultTabs):
    """A finished demand forecast as tabs; each is drawn when it is first opened."""

    _result: DemandResult

    def headline(self) -> Sequence[Tile]:
        """Give requirement and peak of the last year, and their growth."""
        table, style = self._result.table("requirement"), self._style
        first, last = table.iloc[0], table.iloc[-1]
        factor, years = energy_factor("GWh", style.energy_unit), int(last.year) - int(first.year)
        when, since = year_label(int(last.year), style), year_label(int(first.year), style)

        def growth(name: str) -> str:
            rate = 100 * ((last[name] / first[name]) ** (1 / years) - 1) if years else float("nan")
            if rate != rate:
                missing = [when for when, row in ((since, first), (when, last)) if row[name] != row[name]]
                return f"not known for {' and '.join(missing)}" if missing else ""
            return f"{format_number(rate, '%', decimals=1, signed=True)} a year since {since}"

        def number(value: float) -> str:
            return format_number(value, decimals=0, style=style)

        span = f"{number(last.lower_95 * factor)} to {number(last.upper_95 * factor)}"
        return (
            Tile(
                f"Requirement {when}",
                number(last.requirement * factor),
                style.energy_unit,
                growth("requirement"),
            ),
            Tile(f"95 % interval {when}", span, style.energy_unit),
            Tile(f"Peak load {when}", number(last.peak_mw), "MW", growth("peak_mw")),
            Tile(f"Losses {when}", format_number(last.loss, decimals=1), "%"),
        )

    @tab("Total")
    def _total(self) -> ipywidgets.Widget:
        kind = choice("Draw as", {"Stacked bars": "bars", "Area": "area", "Lines": "lines"})
        area = figure_of(lambda: charts.consolidated_chart(self._result, kind.value, style=self._style), kind)
        requirement = figure_of(lambda: charts.requirement_chart(self._result, style=self._style))
        peak = figure_of(lambda: charts.peak_chart(self._result, style=self._style))
        rows = requirement_rows(self._result, self._style)
        table = table_of(*rows, caption="From sales to requirement to peak")
        return ipywidgets.VBox([kind, area, requirement, peak, table])

    @tab("Sectors")
    def _sectors(self) -> ipywidgets.Widget:
        sector = choice("Sector", list(self._result.cards))
        area, card, accuracy = FigureArea(), ipywidgets.VBox(), TableArea()

        def draw() -> None:
            name = sector.value
            area.show(charts.sector_chart(self._result, name, style=self._style))
            card.children = [_card(self._result.cards[name])]
            _show_accuracy(accuracy, self._result, name)

        follow(draw, sector)
        return ipywidgets.VBox([sector, area, card, accuracy])

    @tab("Accuracy")
    def _accuracy(self) -> ipywidgets.Widget:
        names = list(dict.fromkeys(self._result.table("accuracy").sector))
        sector, measure = (
            choice("Sector", ["Total", *(n for n in names if n != "Total")]),
            choice("Measure", _MEASURES),
        )
        table = TableArea()
        area = figure_of(
            lambda: charts.accuracy_chart(self._result, sector.value, measure=measure.value), sector, measure
        )
        follow(lambda: _show_accuracy(table, self._result, sector.value), sector)
        unit = self._style.energy_unit
        held = table_of(
            ["Sector", "Drivers", "Year", f"Forecast [{unit}]", f"Actual [{unit}]", "Error [%]"],
            holdout_rows(self._result, self._style),
            caption="The last two years held out: trained on what was known before",
            text_columns=(0, 1, 2),
        )
        text = note(
            "Every model was run at every earlier year with what was known then, and compared with what followed."
        )
        return ipywidgets.VBox([ipywidgets.HBox([sector, measure]), text, area, table, held])

    @tab("Drivers")
    def _drivers(self) -> ipywidgets.Widget:
        of_growth = choice("Correlation of", {"Levels": False, "Yearly growth": True})
        area = figure_of(lambda: charts.correlation_chart(self._result, of_growth=of_growth.value), of_growth)
        return ipywidgets.VBox([of_growth, area])

    def beside(self, other: DemandResult) -> Sequence[ipywidgets.Widget]:
        """Draw the requirement of both."""
        return (figure_of(lambda: charts.comparison_chart(other, self._result, style=self._style)),)

    @tab("Notes")
    def _notes(self) -> ipywidgets.Widget:
        result = self._result
        shown = {
            name: result.facts[name]
            for name in ("workbook", "sha256", "unit", "last_actual_year", "target_year")
        }
        shown["package version"] = result.facts["package_version"]
        rows = [[name.replace("_", " "), value] for name, value in shown.items()]
        caption = "What these numbers were made from"
        parts = [table_of(["Fact", ""], rows, caption=caption, text_columns=(0, 1))]
        words = [[name.replace("_", " "), text] for name, text in DEFINITIONS.items()]
        parts += [
            notes_table(result.notes),
            table_of(["Word", "Meaning"], words, caption="Definitions", text_columns=(0, 1)),
        ]
        return ipywidgets.VBox(parts)


def _card(card: Any) -> ipywidgets.Widget:
    rows: list[Sequence[object]] = [
        ["Model", card["label"]],
        ["Formula", card["formula"]],
        ["Source", card["source"]],
        ["Years", f"{card['first_year']} to {card['last_actual_year']} ({card['years_used']} used)"],
        ["Extraordinary years", ", ".join(map(str, card["extraordinary_years"])) or "none"],
        ["Drivers", "; ".join(f"{name}: {source}" for name, source in card["drivers"].items()) or "none"],
        ["R² one year ahead", format_number(card["r_squared_one_year_ahead"], decimals=3)],
        *(["Remark", text] for text in card["warnings"]),
    ]
    parts = [table_of(["Model card", ""], rows, text_columns=(0, 1))]
    if card["coefficients"]:
        coefficients = table_of(
            ["Coefficient", "Value", "Standard error", "Unit"],
            [
                [
                    item["name"],
                    format_number(item["value"], decimals=3),
                    format_number(item["standard_error"], decimals=3),
                    item["unit"],
                ]
                for item in card["coefficients"]
            ],
            text_columns=(0, 3),
        )
        parts.append(coefficients)
    return ipywidgets.HBox(parts, layout={"flex_flow": "row wrap"})


def _show_accuracy(table: TableArea, result: DemandResult, sector: str) -> None:
    rows = accuracy_rows(result, sector)
    if not rows:
        table.value = note("Its path is given: there is no model whose errors could be measured.").value
        return
    table.show(
        [
            "Model",
            "Drivers",
            *(f"MAPE {horizon} y [%]" for horizon in HORIZONS),
            "sMAPE 1 y [%]",
            "MASE 1 y [-]",
            "Bias 1 y [%]",
            "Coverage 1 y [%]",
        ],
        [
            [
                row["model"],
                row["drivers"],
                *(format_number(value, decimals=1) for value in row["mape"]),
                *(format_number(row[name], decimals=2) for name in ("smape", "mase", "bias")),
                " / ".join(format_number(value, decimals=0) for value in row["coverage"]),
            ]
            for row in rows
        ],
        caption=f"{sector}: error out of sample",
        text_columns=(0, 1),
        marked=[number for number, row in enumerate(rows) if row["chosen"]],
    )
