"""Appendices of the report: every figure, measure, forecast, event, check and change, in full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.data.formatting import Style
from workbench.finance.results.figures.analysis_charts import events_chart, tornado_chart
from workbench.finance.results.figures.charts import (
    accuracy_chart,
    bridge_chart,
    forecast_chart,
    measure_chart,
    parts_chart,
    small_forecasts_chart,
)
from workbench.finance.results.report import tables as report_tables
from workbench.finance.results.report.against_plan import (
    SECTION,
    against_plan,
    parts_against_plan,
    plans_of,
    shown_dimensions,
)
from workbench.finance.results.report.sentences import say
from workbench.finance.results.saved import FinanceResult

if TYPE_CHECKING:
    from workbench.charts.page import ReportPage, Section

__all__ = ["add_appendices"]

HEADLINES = ("revenue", "profit", "cash_flow")
MAX_EVENT_CHARTS = 3
MAX_CHANGES = 40


def add_appendices(page: ReportPage, result: FinanceResult, style: Style) -> None:
    """Add what the first sheets leave out."""
    _figures(page.appendix("All figures"), result, style)
    plans = plans_of(result.table("measures"))
    if plans:
        _against_plan(page.appendix(f"{SECTION}, in full"), result, plans, style)
    _since_last(page.appendix("Since the last report"), result, style)
    _measures(page.appendix("Measures"), result, style)
    _bridges(page.appendix("All bridges"), result)
    _forecasts(page.appendix("Forecasts"), result, style)
    for dimension in result.dimensions:
        _parts(page.appendix(f"By {dimension}"), result, dimension, style)
    _events(page.appendix("Events"), result, style)
    _relations(page.appendix("Relations"), result)
    _what_if(page.appendix("What if, in full"), result, style)
    _checks(page.appendix("Checks"), result, style)
    _data(page.appendix("What was done to the data"), result, style)
    _settings(page.appendix("Columns and settings"), result)


def _figures(section: Section, result: FinanceResult, style: Style) -> None:
    say(section, result, "Overview")
    section.table(*report_tables.latest(result, style))
    known = set(result.table("figures").figure)
    charts = [forecast_chart(result, name) for name in HEADLINES if name in known]
    for chart in charts:
        section.figure(chart)


def _against_plan(section: Section, result: FinanceResult, plans: Sequence[str], style: Style) -> None:
    say(section, result, SECTION)
    section.table(*against_plan(result, style), text=True)
    for dimension in shown_dimensions(result.table("measures"), plans):
        for plan in plans:
            headers, rows = parts_against_plan(result, plan, dimension, style)
            if rows:
                section.heading(f"{result.title(plan)} by {dimension}")
                section.table(headers, rows)


def _since_last(section: Section, result: FinanceResult, style: Style) -> None:
    say(section, result, "Since the last report")
    if len(result.table("difference")):
        section.table(*report_tables.differences(result, style))


def _measures(section: Section, result: FinanceResult, style: Style) -> None:
    section.text(
        "What cannot be computed is marked as not available, with what is missing; it is never counted as 0."
    )
    section.table(*report_tables.measures(result, style))
    table = result.table("measures")
    shares = [
        m
        for m in dict.fromkeys(table[(table.unit == "%") & table.value.notna()].measure)
        if "growth" not in m and "." not in m
    ]
    if shares:
        section.figure(measure_chart(result, shares))


def _bridges(section: Section, result: FinanceResult) -> None:
    table = result.table("bridges")
    if not len(table):
        section.text("There is no earlier year to compare with.")
        return
    pairs = table[["bridge", "window"]].drop_duplicates()
    longest = pairs.groupby("bridge", sort=False).window.last()
    for bridge, window in longest.items():
        section.figure(bridge_chart(result, str(bridge), str(window)))


def _forecasts(section: Section, result: FinanceResult, style: Style) -> None:
    section.text(
        "Each figure is forecast by the method that did best at earlier dates, measured on months "
        "that it did not know. "
        "Intervals are as wide as earlier errors say; how often they held is measured the same way."
    )
    say(section, result, "Forecasts")
    section.table(*report_tables.models(result, style))
    if result.table("accuracy").wape.notna().any():
        section.figure(accuracy_chart(result))
    for table in report_tables.forecast_tables(result, style):
        section.table(*table)
    known = set(result.table("forecasts").figure)
    others = [name for name in result.table("figures").figure if name in known and name not in HEADLINES]
    if others:
        section.figure(small_forecasts_chart(result, others))


def _parts(section: Section, result: FinanceResult, dimension: str, style: Style) -> None:
    left_out = result.table("left_out")
    mine = left_out[(left_out.dimension == dimension) & (left_out.figure != "other_items")]
    ahead = result.table("forecasts")
    if (ahead.dimension == dimension).any():
        section.text("These forecasts add up to the company's, and their profit is revenue less costs.")
        section.table(*report_tables.part_forecasts(result, dimension, style))
    for row in mine.to_dict("records"):
        of = f" of {row['entity']}" if row["entity"] else ""
        section.text(f"{result.title(row['figure'])}{of} has no forecast by {dimension}: {row['reason']}.")
    for figure in ("revenue", "profit"):
        history = result.table("history")
        if ((history.figure == figure) & (history.dimension == dimension)).any():
            section.figure(parts_chart(result, figure, dimension))


def _events(section: Section, result: FinanceResult, style: Style) -> None:
    section.text(
        "One line for each cause, at the deepest level that shows it. Expected is what a robust regression on "
        "trend and month lets expect; of a figure that follows another, what the other does not explain."
    )
    say(section, result, "What stands out")
    events = result.table("events")
    shown = events[events.status != "muted"]
    if not len(shown):
        return
    section.table(*report_tables.events(result, style), text=True)
    drawn = shown[["figure", "dimension", "entity"]].drop_duplicates().head(MAX_EVENT_CHARTS)
    for figure, dimension, entity in drawn.itertuples(index=False):
        section.figure(events_chart(result, figure, dimension, entity))


def _relations(section: Section, result: FinanceResult) -> None:
    say(section, result, "Relations")
    table = result.table("relations")
    if len(table):
        section.table(*report_tables.relations(result))
    for row in result.table("leading_indicators").drop_duplicates("target").to_dict("records"):
        if row["reason"]:
            section.text(f"{row['target']}: {row['reason']} (tested on {row['tested']} later periods).")
        else:
            section.text(
                f"{row['target']}: the past of {row['figure']} is the strongest leading indicator of its changes; "
                "together the figures "
                f"avoid {row['gain']:.0%} of the squared error on {row['tested']} later periods."
            )


def _what_if(section: Section, result: FinanceResult, style: Style) -> None:
    say(section, result, "What if")
    if not len(result.table("what_if")) or not result.config.drivers:
        return
    section.figure(tornado_chart(result))
    section.table(*report_tables.what_if(result, style))


def _checks(section: Section, result: FinanceResult, style: Style) -> None:
    say(section, result, "Checks")
    exceptions = result.table("exceptions")
    if len(exceptions):
        section.table(*report_tables.exceptions(result, style))


def _data(section: Section, result: FinanceResult, style: Style) -> None:
    totals, changes = result.table("totals"), result.table("changes")
    section.text(
        "Rows and sums that go in come out again, or are set aside with a reason; a run that loses one stops."
    )
    section.table(*report_tables.frame(totals, style))
    section.notes(result.notes)
    if not len(changes):
        section.text("No value of the file was changed.")
        return
    section.text(f"{len(changes)} changes, each with its row; all of them are in the workbook.")
    section.table(*report_tables.frame(changes.head(MAX_CHANGES), style), text=True)


def _settings(section: Section, result: FinanceResult) -> None:
    rows = [
        (column, role or "not used", variant, reason)
        for column, role, variant, reason in result.facts["mapping"]
    ]
    section.table(("Column", "Role", "Kind", "Why"), rows, text=True)
    section.settings(result.config)
