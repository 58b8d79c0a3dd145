"""The report of a result: one HTML page that opens offline, with live charts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.data.formatting import INDIA, Style, format_number
from workbench.data.results.export import listed, report_writer
from workbench.evapotranspiration.model.catalogue import title_of
from workbench.evapotranspiration.results.saved import EtoResult

if TYPE_CHECKING:
    from workbench.charts.page import ReportPage, Section

MAX_SITES_DRAWN = 6


def compose_report(result: EtoResult, style: Style = INDIA) -> ReportPage:
    """Put the report together."""
    from workbench.charts.page import ReportPage
    from workbench.evapotranspiration.results import charts

    daily = result.table("daily")
    files = ", ".join(f"{name} {sha[:16]}" for name, sha in result.facts["files"].items()) or "none"
    page = ReportPage.of(
        result,
        f"{daily['date'].min():%d %b %Y} to {daily['date'].max():%d %b %Y}, {len(result.sites)} places",
        f"Files: {files}; workbench {result.facts['package_version']}.",
    )
    overview = page.section("Overview")
    for reason in result.facts["failed_sites"].values():
        overview.warning(reason)
    _sites(overview, result, style)
    overview.figure(charts.grades_chart(result))
    overview.figure(charts.map_chart(result))
    overview.text(result.facts["learned_from"])
    for site in result.sites[:MAX_SITES_DRAWN]:
        section = page.section(site)
        section.text(str(result.table("sites").set_index("site")["explanation"][site]))
        section.figure(charts.series_chart(result, site))
        section.figure(charts.sources_chart(result, site))
        section.figure(charts.monthly_chart(result, site))
        section.figure(charts.water_balance_chart(result, site))
    if len(result.sites) > MAX_SITES_DRAWN:
        page.section("More places").text(
            f"{len(result.sites) - MAX_SITES_DRAWN} more places are in the tables beside this page."
        )
    _sources(page.section("Sources and quality control"), result)
    page.section("Settings").settings(result.config)
    return page


write_report = report_writer(compose_report)


def _sites(section: Section, result: EtoResult, style: Style) -> None:
    def number(name: str, decimals: int) -> Callable[[dict[Any, Any]], str]:
        return lambda row: format_number(row[name], decimals=decimals, style=style)

    columns = {
        "Place": lambda row: row["site"],
        "Mean ETo [mm/d]": number("mean_eto", 2),
        "Standard error [mm/d]": number("mean_error", 2),
        "ETo [mm]": number("total_eto", 0),
        "Rain [mm]": number("total_precip", 0),
        "Balance [mm]": number("total_balance", 0),
        "Days": lambda row: str(row["days"]),
        "Missing days": lambda row: str(row["missing_days"]),
    }
    section.table(*listed(result.table("sites"), columns))


def _sources(section: Section, result: EtoResult) -> None:
    rows = [
        (
            row["site"],
            title_of(row["source"]),
            f"{row['first']:%Y-%m-%d} to {row['last']:%Y-%m-%d}",
            f"{row['days']} days, {row['state']}",
            row["message"],
        )
        for row in result.table("downloads").to_dict("records")
    ]
    section.table(("Place", "Source", "Requested", "Received", "Remarks"), rows, text=True)
    findings = result.table("findings")
    if len(findings):
        found = [
            (row["site"], title_of(row["source"]), row["message"]) for row in findings.to_dict("records")
        ]
        section.table(("Place", "Source", "What quality control found"), found, text=True)
    else:
        section.text("Quality control found nothing.")
    section.notes(result.notes)
    section.bullets(result.credits)
