"""One page for the whole chain: what is needed, when, and what is built for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from workbench.data.formatting import (
    INDIA,
    Style,
    energy_factor,
    format_energy,
    format_money,
    format_number,
    year_label,
)
from workbench.planning.chain import TOLERANCE, PlanningChain

if TYPE_CHECKING:
    import pandas as pd

    from workbench.charts.page import ReportPage, Section

PLANNED_CARRIERS = 6
"""Carriers named in the summary, largest additions first."""


def write_report(chain: PlanningChain, path: Path, title: str, style: Style = INDIA) -> Path:
    """Write the report of a planning chain.

    Parameters
    ----------
    chain
        The three results.
    path
        Final name, ``.html``.
    title
        Usually the project's name.
    style
        The project's energy unit, currency and year labels.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    return compose_report(chain, title, style).write(path)


def compose_report(chain: PlanningChain, title: str, style: Style = INDIA) -> ReportPage:
    """Put the report together."""
    from workbench.capacity.results import report as capacity
    from workbench.charts.page import ReportPage
    from workbench.demand.results import report as demand
    from workbench.load_profiles.results import report as load_profiles

    page = ReportPage(
        f"{title}: from demand to capacity",
        f"Demand forecast '{chain.demand.scenario}', load profile '{chain.profile.scenario}', "
        f"capacity plan '{chain.plan.scenario}'.",
        f"Demand from {chain.demand.facts['workbook']} ({chain.demand.facts['sha256'][:16]}), plants from "
        f"{chain.plan.facts['source']} ({chain.plan.facts['sha256'][:16]}); workbench "
        f"{chain.plan.facts['version']}.",
        chain.heading,
    )
    short = page.section("In short")
    short.gravest_notes(chain.notes)
    short.bullets(summary(chain, style))
    _add_agreement(page.section("Do the steps agree?"), chain, style)
    demand.add_overview(page.section("How much: demand"), chain.demand, style)
    load_profiles.add_overview(page.section("When: load by hour"), chain.profile, style)
    capacity.add_overview(page.section("With what: capacity"), chain.plan, style)
    page.section("Notes").notes(chain.notes)
    return page


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number of a sentence is: a cell of a table of a step of the chain."""

    step: Literal["demand", "profile", "plan"]
    table: str
    column: str
    where: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the summary, and the cells that its numbers are of."""

    text: str
    sources: tuple[Source, ...] = ()


def summary(chain: PlanningChain, style: Style = INDIA) -> list[str]:
    """Say in sentences what comes out of the chain; every number is from one of its tables."""
    return [sentence.text for sentence in sentences(chain, style)]


def sentences(chain: PlanningChain, style: Style = INDIA) -> list[Sentence]:
    """Give the sentences of :func:`summary`, each with the cells that it is made of."""
    needed = chain.demand.table("requirement")
    first, last = needed.iloc[0], needed.iloc[-1]
    if needed[["requirement", "peak_mw"]].iloc[[0, -1]].isna().any(axis=None):
        return [_missing_requirement(needed, style), *_hours_and_plan(chain, style)]
    growth = 100 * ((last.requirement / first.requirement) ** (1 / max(1, last.year - first.year)) - 1)
    before, after = (format_energy(row.requirement, "GWh", decimals=0, style=style) for row in (first, last))
    text = (
        f"The energy requirement goes from {before} in {year_label(int(first.year), style)} to {after} "
        f"in {year_label(int(last.year), style)} ({format_number(growth, decimals=1, signed=True)} % a year), the "
        f"peak from {format_number(first.peak_mw, 'MW', decimals=0, style=style)} to "
        f"{format_number(last.peak_mw, 'MW', decimals=0, style=style)}."
    )
    years = (int(first.year), int(last.year))
    return [Sentence(text, _requirements(years)), *_hours_and_plan(chain, style)]


def _requirements(years: Iterable[int]) -> tuple[Source, ...]:
    return tuple(
        Source("demand", "requirement", column, {"year": year})
        for column in ("requirement", "peak_mw")
        for year in years
    )


def _missing_requirement(needed: pd.DataFrame, style: Style) -> Sentence:
    known = needed[needed[["requirement", "peak_mw"]].notna().all(axis=1)]
    if known.empty:
        text = "Requirement and peak are missing in every year: a part of the forecast is missing, see the notes."
        return Sentence(text, _requirements([int(needed.year.iloc[-1])]))
    last = known.iloc[-1]
    years = [int(year) for year in needed.year.drop(known.index)]
    missing = [year_label(year, style) for year in years]
    text = (
        f"Requirement and peak are missing in {missing[0]}{f' to {missing[-1]}' if len(missing) > 1 else ''}, "
        f"because a part of the forecast is, see the notes; known last are "
        f"{format_energy(last.requirement, 'GWh', decimals=0, style=style)} and "
        f"{format_number(last.peak_mw, 'MW', decimals=0, style=style)} in {year_label(int(last.year), style)}."
    )
    return Sentence(text, _requirements([int(last.year), years[0]]))


def _hours_and_plan(chain: PlanningChain, style: Style) -> list[Sentence]:
    found = []
    hours = {int(row["year"]): row for row in chain.profile.table("years").to_dict("records")}
    for year in chain.plan.years:
        if year in hours:
            row = hours[year]
            text = (
                f"In {year_label(year, style)} the highest hour is {row['peak_time']:%d %B %Y, %H:%M} with "
                f"{format_number(row['peak'], 'MW', decimals=0, style=style)}; the load factor is "
                f"{format_number(row['load_factor'], decimals=1)} %."
            )
            columns = ("peak", "load_factor")
            sources = (Source("profile", "years", column, {"year": year}) for column in columns)
            found.append(Sentence(text, tuple(sources)))
        found.extend(_plan_sentences(chain, year, style))
    return found


def _plan_sentences(chain: PlanningChain, year: int, style: Style) -> list[Sentence]:
    plan, label = chain.plan, year_label(year, style)
    capacity = plan.table("capacity")
    new = capacity[(capacity.year == year) & (capacity.new > 0.5)].sort_values("new", ascending=False)
    named = new.head(PLANNED_CARRIERS)
    added = ", ".join(
        f"{format_number(row['new'], row['unit'], decimals=0, style=style)} {row['carrier']}"
        for row in named.to_dict("records")
    )
    costs = plan.table("costs")
    total = float(costs[costs.year == year].total.sum())
    emitted = plan.table("emissions")
    carbon = float(emitted[emitted.year == year].co2.sum())
    adequacy = plan.table("adequacy")
    unserved = float(adequacy[adequacy.year == year].unserved_share.iloc[0])
    return [
        Sentence(
            f"For {label} the plan adds {added}." if added else f"For {label} the plan adds nothing.",
            tuple(
                Source("plan", "capacity", "new", {"row": int(row)})
                for row in capacity.index.get_indexer(named.index)
            ),
        ),
        Sentence(
            f"In {label} it costs {format_money(total, style=style)} a year, emits "
            f"{format_number(carbon, decimals=1, style=style)} Mt CO2, and leaves "
            f"{format_number(unserved, decimals=3)} % of the load unserved.",
            (
                *_rows_of(costs, "costs", "total", year),
                *_rows_of(emitted, "emissions", "co2", year),
                Source("plan", "adequacy", "unserved_share", {"year": year}),
            ),
        ),
    ]


def _rows_of(frame: pd.DataFrame, table: str, column: str, year: int) -> Iterator[Source]:
    """The cells of a year that add up to a number; those that are 0 add nothing."""
    mine = ((frame.year == year) & (frame[column] != 0)).to_numpy()
    yield from (Source("plan", table, column, {"row": int(row)}) for row in mine.nonzero()[0])


def _add_agreement(section: Section, chain: PlanningChain, style: Style) -> None:
    apart = [year_label(item.year, style) for item in chain.agreements if not item.agrees]
    unknown = [year_label(item.year, style) for item in chain.agreements if not item.is_known]
    if apart:
        section.warning(
            f"The steps differ by more than {TOLERANCE} % in {', '.join(apart)}: a target of the workbook replaced "
            "the forecast, or a result is older than the one it was made from. Run the chain again."
        )
    if unknown:
        section.warning(f"In {', '.join(unknown)} the forecast is missing: nothing can be compared with it.")
    elif not apart:
        section.text(f"Every year carries its energy and peak through all steps, to within {TOLERANCE} %.")
    headers, rows = agreement_table(chain, style)
    differing = [place for place, item in enumerate(chain.agreements) if not item.agrees]
    section.table(headers, rows, strong=differing)


def agreement_table(chain: PlanningChain, style: Style = INDIA) -> tuple[list[str], list[list[str]]]:
    """Give headings and formatted cells: energy and peak of every year at each step of the chain."""
    unit, factor = style.energy_unit, energy_factor("GWh", style.energy_unit)
    headers = [
        "Year",
        f"Requirement [{unit}]",
        f"Load profile [{unit}]",
        f"Plan [{unit}]",
        "Forecast peak [MW]",
        "Profile peak [MW]",
        "Plan peak [MW]",
        "Largest difference [%]",
    ]
    rows = [
        [
            year_label(item.year, style),
            *(
                format_number(value * factor, decimals=0, style=style)
                for value in (item.requirement, item.profile_energy, item.plan_energy)
            ),
            *(
                format_number(value, decimals=0, style=style)
                for value in (item.forecast_peak, item.profile_peak, item.plan_peak)
            ),
            format_number(item.worst, decimals=2),
        ]
        for item in chain.agreements
    ]
    return headers, rows
