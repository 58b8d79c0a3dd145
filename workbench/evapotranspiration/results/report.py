"""The report of a result: one HTML page that opens offline, with live charts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.data.formatting import INDIA, Style, format_number
from workbench.evapotranspiration.model.catalogue import title_of
from workbench.evapotranspiration.results.saved import EtoResult

if TYPE_CHECKING:
    from workbench.charts.page import Section

MAX_SITES_DRAWN = 6


def write_report(result: EtoResult, path: Path, style: Style = INDIA) -> Path:
    """Write the report.

    Parameters
    ----------
    result
        The result.
    path
        Final name, ``.html``.
    style
        The project's digit grouping.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    from workbench.charts.page import ReportPage
    from workbench.evapotranspiration.results import charts

    daily = result.table("daily")
    files = ", ".join(f"{name} {sha[:16]}" for name, sha in result.facts["files"].items()) or "none"
    page = ReportPage(
        f"Reference evapotranspiration: {result.scenario}",
        f"{daily['date'].min():%d %b %Y} to {daily['date'].max():%d %b %Y}, {len(result.sites)} places",
        f"Files: {files}; workbench {result.facts['package_version']}.",
        made_up=result.made_up,
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
    return page.write(path)


def _sites(section: Section, result: EtoResult, style: Style) -> None:
    headers = [
        "Place",
        "Mean ETo [mm/d]",
        "Standard error [mm/d]",
        "ETo [mm]",
        "Rain [mm]",
        "Balance [mm]",
        "Days",
        "Missing days",
    ]
    rows = []
    for row in result.table("sites").to_dict("records"):
        numbers = [(row["mean_eto"], 2), (row["mean_error"], 2)]
        numbers += [(row[name], 0) for name in ("total_eto", "total_precip", "total_balance")]
        cells = [format_number(value, decimals=digits, style=style) for value, digits in numbers]
        rows.append([row["site"], *cells, str(row["days"]), str(row["missing_days"])])
    section.table(headers, rows)


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
