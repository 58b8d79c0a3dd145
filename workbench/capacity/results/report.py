"""The report of a plan: one HTML page that opens offline, with live charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.capacity.results.saved import CapacityResult, units_of
from workbench.capacity.results.summary import assumptions, key_figures, whole_cost
from workbench.data.formatting import INDIA, Style, format_number, year_label
from workbench.data.results.export import in_unit_of, report_writer

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from workbench.charts.page import ReportPage, Section

SHOWN = (
    "capacity",
    "retirements",
    "ranges",
    "all_hours",
    "costs",
    "energy",
    "adequacy",
    "emissions",
    "curtailment",
    "market_values",
    "transmission",
    "constraints",
    "alternatives",
    "solves",
)
MAX_SNAPSHOTS = 2000
"""Snapshots drawn in the report; the workbook and the network hold all."""


def compose_report(result: CapacityResult, style: Style = INDIA) -> ReportPage:
    """Put the report together."""
    from workbench.charts.page import ReportPage

    years = ", ".join(year_label(year, style) for year in result.years)
    subtitle = f"{years}; load from {result.facts['load']}"
    page = ReportPage.of(result, subtitle)
    add_overview(page.section("Plan"), result, style)
    details = page.section("Dispatch and adequacy")
    for figure in _detail_charts(result, style):
        details.figure(figure)
    for name in SHOWN:
        frame = result.table(name)
        if len(frame):
            page.section(name.replace("_", " ").capitalize()).table(*_table(name, frame, style))
    inputs = page.section("Inputs and settings")
    inputs.inputs(result)
    facts = {name: value for name, value in result.facts.items() if isinstance(value, (str, int, float))}
    inputs.heading("Facts")
    inputs.table(("Fact", "Value"), [(name, str(value)) for name, value in facts.items()], text=True)
    return page


write_report = report_writer(compose_report)


def add_overview(section: Section, result: CapacityResult, style: Style) -> None:
    """Add what is built, generated and paid, and what was assumed for it."""
    from workbench.capacity.results import charts

    if result.is_accepted_incumbent:
        section.warning(
            "This is the best plan that was found in the time given, not a proven optimum; see the table of solves."
        )
    section.table(*key_figures(result, style))
    if sentence := whole_cost(result, style):
        section.text(sentence)
    if assumed := assumptions(result):
        section.heading("Assumptions")
        section.bullets(assumed)
    section.figure(charts.capacity_chart(result, style=style))
    section.figure(charts.capacity_chart(result, "new", style=style))
    section.figure(charts.energy_chart(result, style=style))
    section.figure(charts.cost_chart(result, style=style))


def _detail_charts(result: CapacityResult, style: Style) -> list[go.Figure]:
    from workbench.capacity.results import charts, market_charts
    from workbench.capacity.results import hourly_charts as charts_hourly

    found = [
        charts_hourly.dispatch_chart(result, result.years[-1], count=MAX_SNAPSHOTS, style=style),
        charts_hourly.duration_chart(result, style=style),
        charts.capacity_factor_chart(result, style=style),
        charts.emission_chart(result, style=style),
        charts.adequacy_chart(result, style=style),
    ]
    if len(result.table("curtailment")):
        found.append(charts.curtailment_chart(result, style=style))
    if result.table("prices").shape[1] > 2:
        found.append(charts_hourly.duration_chart(result, "prices", style=style))
    if len(result.tables.get("market_values", ())):
        found.append(market_charts.market_value_chart(result, style=style))
    if result.table("storage").shape[1] > 2 and len(result.table("storage")) <= 4 * MAX_SNAPSHOTS:
        found.append(charts_hourly.storage_chart(result, result.years[-1], style=style))
    if len(set(result.table("buses").bus)) > 1:
        found.append(market_charts.network_map(result, style=style))
    return found


def _table(name: str, frame: pd.DataFrame, style: Style) -> tuple[list[str], list[list[str]]]:
    units = units_of(name, frame)
    headers, columns = [], []
    for column in map(str, frame.columns):
        values, unit = in_unit_of(frame[column], units.get(column, ""), style)
        headers.append(f"{column.replace('_', ' ').capitalize()}" + (f" [{unit}]" if unit else ""))
        columns.append([_cell(value, column, style) for value in values])
    return headers, [list(row) for row in zip(*columns, strict=True)]


def _cell(value: Any, column: str, style: Style) -> str:
    if isinstance(value, str) or value is None:
        return value or ""
    if column == "year":
        return year_label(int(value), style)
    if pd.isna(value):
        return "\N{EN DASH}"
    number = float(value)
    return format_number(number, decimals=0 if abs(number) >= 1000 else 2, style=style)
