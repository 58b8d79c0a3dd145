"""The report of a result: one HTML page that opens offline, with live charts."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.charts.page import ReportPage, Section
from workbench.data.formatting import INDIA, Style, energy_factor, format_number
from workbench.data.results.export import listed, report_writer
from workbench.load_profiles.model.overlays import Counted
from workbench.load_profiles.results import charts, day_charts
from workbench.load_profiles.results.analysis import times_of
from workbench.load_profiles.results.charts import label
from workbench.load_profiles.results.saved import BASE_SHAPE, LoadProfileResult

if TYPE_CHECKING:
    import pandas as pd

MEASURE_HEADERS = {
    "hourly_mape": "Hourly MAPE [%]",
    "peak": "Peak [%]",
    "monthly_peak": "Monthly peaks [%]",
    "duration_curve": "Duration curve [%]",
    "top_hours": "Highest 1 % [%]",
    "ramp_p99": "Ramps p99 [%]",
    "day_type": "Kinds of days [%]",
}
MAX_CONFLICTS = 24


def compose_report(result: LoadProfileResult, style: Style = INDIA) -> ReportPage:
    """Put the report together."""
    first, last = result.years[0], result.years[-1]
    files = ", ".join(f"{name} {sha[:16]}" for name, sha in result.facts["files"].items())
    page = ReportPage.of(
        result,
        f"{label(first, result)} to {label(last, result)}, hourly, {result.zone}",
        f"Inputs: {files}; workbench {result.facts['package_version']}.",
    )
    add_overview(page.section("Overview"), result, style)
    _targets(page.section("Targets"), result, style)
    profile = page.section("Profiles")
    profile.figure(charts.duration_curve_chart(result))
    profile.figure(charts.month_year_heat_map(result, "peak", style=style))
    profile.figure(charts.hour_day_heat_map(result, last))
    profile.figure(charts.series_chart(result, last))
    days = page.section("Days")
    days.figure(day_charts.peak_day_chart(result, last))
    days.figure(day_charts.day_profile_chart(result, last, "season"))
    days.figure(day_charts.ramp_chart(result, last))
    days.figure(day_charts.day_type_chart(result))
    if result.overlays:
        _overlays(page.section("Overlays"), result, style)
    _accuracy(page.section("Accuracy"), result)
    page.section("Inputs and settings").inputs(result)
    return page


write_report = report_writer(compose_report)


def add_overview(section: Section, result: LoadProfileResult, style: Style) -> None:
    """Add energy, peak and shape of every year, and the years that could not be made."""
    for year, reason in result.facts["failed_years"].items():
        section.warning(f"{year} could not be made: {reason}")
    section.figure(charts.energy_and_peak_chart(result, style=style))
    section.table(*_years(result, style))
    section.text(
        f"Shapes of {', '.join(label(year, result) for year in result.facts['base_years'])} "
        f"({result.config.shape.value.replace('_', ' ')}), brought to the targets by the "
        f"{result.config.transform.value.replace('_', '-')} transform. {result.facts['stamps']}"
    )


def _years(result: LoadProfileResult, style: Style) -> tuple[list[str], list[list[str]]]:
    unit, factor = style.energy_unit, energy_factor("GWh", style.energy_unit)

    def number(name: str, decimals: int, factor: float = 1.0) -> Callable[[dict[Any, Any]], str]:
        return lambda row: format_number(row[name] * factor, decimals=decimals, style=style)

    return listed(
        result.table("years"),
        {
            "Year": lambda row: label(int(row["year"]), result),
            "Base year": lambda row: label(int(row["base_year"]), result),
            f"Energy [{unit}]": number("energy", 1, factor),
            "Peak [MW]": number("peak", 1),
            **(
                {f"P{level} [MW]": number(f"peak_p{level}", 0) for level in (50, 90)}
                if "peak_p50" in result.table("years")
                else {}
            ),
            "At": lambda row: f"{row['peak_time']:%d %b %Y %H:%M}",
            "Minimum [MW]": number("minimum", 0),
            "Load factor [%]": number("load_factor", 1),
            "Ramps p99 [MW/h]": number("ramp_p99", 0),
        },
    )


def _targets(section: Section, result: LoadProfileResult, style: Style) -> None:
    table = result.table("targets")
    held = table[table.error.notna() & (table.kind != "load_factor")]
    worst = float(held.error.abs().max()) if len(held) else math.nan
    section.text(
        f"{len(held)} energies, peaks and minima are met, the worst to {worst:.1e} of its value. "
        f"{int(table.error.isna().sum())} targets had to yield, because others contradict them."
    )
    conflicts = result.table("conflicts")
    if len(conflicts):
        rows = [
            (label(int(row["year"]), result), row["period"], row["yields"].replace("_", " "), row["sentence"])
            for row in conflicts.head(MAX_CONFLICTS).to_dict("records")
        ]
        section.table(("Year", "Period", "Yields", "What was seen"), rows, text=True)
        if len(conflicts) > MAX_CONFLICTS:
            section.text(f"{len(conflicts) - MAX_CONFLICTS} more are in conflicts.parquet.")


def _overlays(section: Section, result: LoadProfileResult, style: Style) -> None:
    """Show the duck curve, and the last year with and without the overlays that lie inside its targets."""
    last = result.years[-1]
    hours = result.hours(last)
    if BASE_SHAPE in hours:
        inside = [item.name for item in result.config.overlays if item.counted is Counted.IN_TARGET]
        section.text(
            f"{', '.join(inside)} lie inside the energy of {label(last, result)}. Without hours of their own the "
            "load would keep the shape of the base year:"
        )
        rows = [
            (
                words,
                *(
                    format_number(value(hours[name]), decimals=0, style=style)
                    for name in (BASE_SHAPE, "load")
                ),
            )
            for words, value in WITH_AND_WITHOUT.items()
        ]
        section.table(("MW", "Shape of the base year", "With them"), rows)
    section.figure(day_charts.duck_curve_chart(result))


def _mean_at(hour: int) -> Callable[[pd.Series], float]:
    return lambda load: float(load[times_of(load).hour == hour].mean())


WITH_AND_WITHOUT: dict[str, Callable[[pd.Series], float]] = {
    "Highest hour": lambda load: float(load.max()),
    "Lowest hour": lambda load: float(load.min()),
    "Average from 12 to 13 o'clock": _mean_at(12),
    "Average from 19 to 20 o'clock": _mean_at(19),
}


def _accuracy(section: Section, result: LoadProfileResult) -> None:
    table = result.table("accuracy")
    if not len(table):
        section.text("No year was held out.")
        return
    section.text(
        "Years that really came, made from earlier ones with their true monthly energies and peaks. What is "
        "left is the "
        "error of the shape; the error of the targets comes on top."
    )
    headers = ["Year", "Base year", "Transform", *MEASURE_HEADERS.values()]
    rows = [
        [
            label(int(row["year"]), result),
            label(int(row["base_year"]), result),
            str(row["transform"]).replace("_", " "),
            *(format_number(float(row[name]), decimals=2) for name in MEASURE_HEADERS),
        ]
        for _, row in table.iterrows()
    ]
    section.table(headers, rows, strong=[place for place, chosen in enumerate(table.chosen) if chosen])
    section.figure(charts.held_out_chart(result))
    ageing = result.table("ageing")
    if len(ageing):
        section.text("How the shape of the load has changed with the years of its age:")
        section.table(
            ("Age [years]", "Pairs of years", "Mean 24-hour profile [%]", "Steepest ramps [%]"),
            [
                (
                    str(row["age"]),
                    str(row["pairs"]),
                    f"{row['profile_change']:.1f}",
                    f"{round(row['ramp_change']):+d}",
                )
                for row in ageing.to_dict("records")
            ],
        )
