"""The report of a result: one HTML page for the browser and for print; the same input gives the same bytes.

What a board reads takes at most four sheets of A4, whatever the file: every list and table of this part has a
limit, and what is beyond it is in the appendices.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.charts.tiles import Tile
from workbench.data.formatting import INDIA, Style
from workbench.finance.results.figures.analysis_charts import events_chart, tornado_chart, what_if_chart
from workbench.finance.results.figures.charts import bridge_chart, forecast_chart
from workbench.finance.results.report import tables as report_tables
from workbench.finance.results.report.against_plan import (
    SECTION,
    against_plan,
    parts_against_plan,
    plans_of,
    shown_dimensions,
    tile_detail,
)
from workbench.finance.results.report.appendices import add_appendices
from workbench.finance.results.report.sentences import say
from workbench.finance.results.saved import FinanceResult

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from workbench.charts.page import ReportPage, Section

__all__ = ["headline_tiles", "report_page"]

TILES = ("revenue", "profit", "cash_flow", "cash", "equity")
MAX_TILES = 4
CHARTS = ("revenue", "profit")
CASH = ("cash", "cash_flow", "receivables")
HEIGHT = 230
"""Pixels of a figure of the first four sheets."""
LEGEND = "Solid: what happened. Dashed: the forecast, with its {level:g} % interval."
MAX_ROWS = 11
MAX_LINES = 5
MAX_PARTS = 6
MAX_BRIDGES = 2
MAX_DIMENSIONS = 2


def report_page(result: FinanceResult, style: Style = INDIA) -> ReportPage:
    """Make the page.

    Parameters
    ----------
    result
        The result.
    style
        How the project writes numbers.
    """
    from workbench.charts.page import ReportPage

    facts = result.facts
    page = ReportPage.of(
        result,
        f"{facts['first']} to {result.newest}, {facts['rows']} rows of {facts['file']}, amounts in "
        f"{result.currency}",
        f"{facts['file']}, SHA-256 {str(facts['sha256'])[:16]}; workbench {facts['package_version']}.",
    )
    _overview(page.section("Overview"), result, style)
    plans = plans_of(result.table("measures"))
    if plans:
        _against_plan(page.section(SECTION), result, plans, style)
    if len(result.table("bridges")):
        _bridges(page.section("Why it changed"), result)
    _outlook(page.section("Outlook"), result, style)
    _events(page.section("What stands out"), result)
    if len(result.table("what_if")) and result.config.drivers:
        _what_if(page.section("What if"), result, style)
    add_appendices(page, result, style)
    return page


def headline_tiles(result: FinanceResult, style: Style) -> list[Tile]:
    """Give the newest value of the first known figures, and how far it is from its budget or the period before."""
    headers, rows = report_tables.latest(result, style)
    known = {row[0]: row for row in rows}
    titles = {result.title(name): name for name in TILES}
    unit = headers[0].partition("[")[2].rstrip("]")
    tiles = []
    for title, name in titles.items():
        if title not in known:
            continue
        row = known[title]
        before = f"{headers[-3]}: {row[-3]}" if len(row) > 3 else ""
        detail = tile_detail(result.table("measures"), name, style) or before
        tiles.append(Tile(f"{title} {headers[-2]}", row[-2], unit, detail))
    return tiles[:MAX_TILES]


def _low(chart: go.Figure) -> go.Figure:
    """Make a figure small enough for two beside each other on paper; a note below them stands for the legend."""
    chart.update_layout(height=HEIGHT, font_size=10, title_font_size=13, margin={"b": 40, "l": 60, "r": 12})
    chart.update_annotations(font_size=9, yshift=14)
    chart.update_xaxes(title_text=None).update_yaxes(title_font_size=10)
    return chart.update_layout(showlegend=False)


def _overview(section: Section, result: FinanceResult, style: Style) -> None:
    section.gravest_notes(result.notes)
    failed = result.table("checks")[result.table("checks").status == "failed"]
    for row in failed.head(MAX_LINES).to_dict("records"):
        section.warning(
            f"{row['name']} does not hold in {row['exceeding']} of {row['tested']} places; see Checks."
        )
    section.tiles(headline_tiles(result, style))
    say(section, result, "Overview", MAX_LINES + 1)
    if result.facts["last_report_to"]:
        say(section, result, "Since the last report", MAX_LINES - 2)
    headers, rows = report_tables.latest(result, style)
    section.table(headers, rows[:MAX_ROWS])
    if len(rows) > MAX_ROWS:
        section.note(f"{len(rows) - MAX_ROWS} more figures are in the appendix All figures.")
    known = set(result.table("figures").figure)
    charts = [_low(forecast_chart(result, name)) for name in CHARTS if name in known]
    if charts:
        section.figure(*charts)
        section.note(LEGEND.format(level=result.config.level))


def _against_plan(section: Section, result: FinanceResult, plans: Sequence[str], style: Style) -> None:
    say(section, result, SECTION, MAX_LINES)
    headers, rows = against_plan(result, style)
    section.table(headers, rows[:MAX_ROWS], text=True)
    for dimension in shown_dimensions(result.table("measures"), plans)[:MAX_DIMENSIONS]:
        headers, rows = parts_against_plan(result, plans[0], dimension, style)
        if rows:
            section.heading(f"{result.title(plans[0])} by {dimension}, the largest differences first")
            section.table(headers, rows[:MAX_PARTS])
    section.note(
        "Plan and actual are added over the periods in which both are given; all are in the appendix."
    )


def _bridges(section: Section, result: FinanceResult) -> None:
    pairs = result.table("bridges")[["bridge", "window"]].drop_duplicates()
    # Profit by item and revenue by its parts say most; the others are in the appendix.
    longest = pairs.groupby("bridge", sort=False).window.last()
    ordered = sorted(
        longest.items(), key=lambda item: (item[0] != "profit by item", "margin" in str(item[0]))
    )
    charts = [_low(bridge_chart(result, str(name), str(window))) for name, window in ordered[:MAX_BRIDGES]]
    section.figure(*charts)
    section.note("The parts of each bridge add up exactly from the earlier span to the later one.")


def _outlook(section: Section, result: FinanceResult, style: Style) -> None:
    headers, rows = report_tables.outlook(result, style)
    if rows:
        section.table(headers, rows[:MAX_ROWS])
    else:
        say(section, result, "Forecasts", MAX_LINES)
    known = set(result.table("forecasts").query("dimension == ''").figure)
    cash = [name for name in CASH if name in known][:2]
    if cash:
        section.figure(*(_low(forecast_chart(result, name)) for name in cash))
    section.note(
        "Each figure is forecast by the method that did best at earlier dates. Methods, intervals and months are "
        "in the appendix Forecasts."
    )


def _events(section: Section, result: FinanceResult) -> None:
    say(section, result, "What stands out", MAX_LINES)
    events = result.table("events")
    shown = events[events.status != "muted"].head(2)
    if len(shown):
        drawn = shown[["figure", "dimension", "entity"]].drop_duplicates()
        section.figure(*(_low(events_chart(result, *one)) for one in drawn.itertuples(index=False)))


def _what_if(section: Section, result: FinanceResult, style: Style) -> None:
    say(section, result, "What if", MAX_LINES)
    headers, rows = report_tables.what_if(result, style)
    # The interval of the cost share stands in the text, and in the appendix for each figure.
    section.table(headers[:-1], [row[:-1] for row in rows[:MAX_PARTS]])
    section.figure(_low(what_if_chart(result)), _low(tornado_chart(result)))
    section.note(f"Dashed: the scenario, with its {result.config.level:g} % interval. Solid: the forecast.")
