"""The report of a result: one HTML page that opens offline, with live charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.data.formatting import INDIA, Style, format_number
from workbench.data.results.export import report_writer
from workbench.demand.requirement.requirement import DEFINITIONS
from workbench.demand.results.report_tables import HORIZONS, accuracy_rows, holdout_rows, requirement_rows
from workbench.demand.results.saved import TOTAL, DemandResult

if TYPE_CHECKING:
    from workbench.charts.page import ReportPage, Section

ACCURACY_HEADS = (
    "Model",
    "Drivers",
    *(f"MAPE {horizon} y [%]" for horizon in HORIZONS),
    "sMAPE 1 y [%]",
    "MASE 1 y",
    "Bias 1 y [%]",
    "Coverage 1 y [%]",
)


def compose_report(result: DemandResult, style: Style = INDIA) -> ReportPage:
    """Put the report together."""
    from workbench.charts.page import ReportPage

    facts = result.facts
    page = ReportPage.of(
        result,
        f"{facts['workbook']}, actuals to {facts['last_actual_year']}, forecast to {facts['target_year']}. "
        f"Sales in the workbook read in {facts['unit']}; shown in {style.energy_unit}.",
        f"Workbook {facts['sha256']}, workbench {facts['package_version']}.",
    )
    add_overview(page.section("Total"), result, style)
    _accuracy(page.section("Accuracy"), result, style)
    for name, card in result.cards.items():
        _sector(page.section(name), name, card, result, style)
    assumptions = page.section("Assumptions")
    assumptions.settings(result.config)
    assumptions.heading("Notes")
    assumptions.notes(result.notes)
    return page


write_report = report_writer(compose_report)


def add_overview(section: Section, result: DemandResult, style: Style) -> None:
    """Add the way from sales to requirement to peak, and what is missing in it."""
    from workbench.demand.results import charts

    section.gravest_notes(result.notes)
    section.figure(charts.consolidated_chart(result, style=style))
    section.figure(charts.requirement_chart(result, style=style))
    section.figure(charts.peak_chart(result, style=style))
    section.table(*requirement_rows(result, style))
    section.note(
        "Intervals are those of the simulated sum of the sectors; given paths do not spread, and neither do losses "
        "and load factors."
    )
    section.bullets([*DEFINITIONS.values(), *result.assumed])


def _accuracy(section: Section, result: DemandResult, style: Style) -> None:
    section.text(
        "Every model was run at every earlier year with what was known then, and compared with what followed. "
        "Models with drivers are judged twice: with drivers as forecast at the origin, and with their actuals."
    )
    section.heading("Total of the modelled sectors")
    _accuracy_table(section, accuracy_rows(result, TOTAL))
    section.heading("The last two years held out")
    unit = style.energy_unit
    section.table(
        ("Sector", "Drivers", "Year", f"Forecast [{unit}]", f"Actual [{unit}]", "Error [%]"),
        holdout_rows(result, style),
    )


def _sector(section: Section, name: str, card: Mapping[str, Any], result: DemandResult, style: Style) -> None:
    from workbench.demand.results import charts

    section.figure(charts.sector_chart(result, name, style=style))
    section.text(card["label"])
    section.note(f"{card['formula']} ({card['source']})")
    if card["warnings"]:
        section.bullets(card["warnings"])
    if card["extraordinary_years"]:
        years = ", ".join(map(str, card["extraordinary_years"]))
        section.text(f"Extraordinary years ({card['shocks']}): {years}.")
    if card["coefficients"]:
        rows = [
            (item["name"], _number(item["value"], 3), _number(item["standard_error"], 3), item["unit"])
            for item in card["coefficients"]
        ]
        section.table(("Coefficient", "Value", "Standard error", "Unit"), rows, text=True)
        fit = _number(card["r_squared_one_year_ahead"], 3)
        section.note(f"R² of one-year-ahead forecasts {fit}; read the errors below with it.")
    _accuracy_table(section, accuracy_rows(result, name))
    section.note(
        f"{card['years']} years from {card['first_year']} to {card['last_actual_year']}; "
        f"data {card['data_sha256'][:16]}"
    )


def _accuracy_table(section: Section, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    cells = [
        (
            row["model"],
            row["drivers"],
            *(_number(value) for value in row["mape"]),
            *(_number(row[name]) for name in ("smape", "mase", "bias")),
            " / ".join(_number(value, 0) for value in row["coverage"]),
        )
        for row in rows
    ]
    section.table(ACCURACY_HEADS, cells, strong=[place for place, row in enumerate(rows) if row["chosen"]])


def _number(value: float | None, decimals: int = 2) -> str:
    return format_number(value, decimals=decimals)
