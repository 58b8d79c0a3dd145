"""What a planner looks at first: cost, emissions and adequacy of each year, and all that was assumed for them."""

from __future__ import annotations

import math

import pandas as pd

from workbench.capacity.results.chart_parts import money_of
from workbench.capacity.results.saved import CapacityResult
from workbench.data.formatting import INDIA, Style, format_number, year_label
from workbench.data.notes import NoteKind

Rows = list[tuple[str, ...]]
NOT_KNOWN = "\N{EN DASH}"


def key_figures(result: CapacityResult, style: Style = INDIA) -> tuple[tuple[str, ...], Rows]:
    """Header and rows of the table of key figures: one column a year.

    Parameters
    ----------
    result
        A finished plan.
    style
        How numbers and years are written.
    """
    money = str(result.facts.get("currency") or "currency")
    unit, factor = money_of(result)
    costs = result.table("costs").groupby("year").total.sum()
    co2 = result.table("emissions").groupby("year").co2.sum()
    adequacy = result.table("adequacy").set_index("year")
    load = adequacy.load.reindex(result.years) * 1e3
    values: dict[str, pd.Series] = {
        f"Cost a year [{unit}]": costs / factor,
        f"Cost [{money}/MWh]": costs / load.where(load > 0),
        "CO2 [Mt]": co2,
        "CO2 [t/MWh]": 1e6 * co2 / load.where(load > 0),
        "Peak [MW]": adequacy.peak,
        "Firm margin [%]": adequacy.margin,
    }
    named = {
        "shortfall": "Firm lack [MW]",
        "lole": "LOLE [h a year]",
        "eue": "EUE [MWh a year]",
        "unserved": "Unserved [GWh]",
    }
    # Results of earlier versions know less.
    values |= {label: adequacy[column] for column, label in named.items() if column in adequacy}
    whole = result.tables.get("all_hours")
    if whole is not None and len(whole):
        whole = whole.set_index("year")
        values["All hours: cost [%]"] = whole.regret_share
        values["All hours: unserved [MWh]"] = whole.unserved
    rows = [
        (label, *(_number(series.get(y), style) for y in result.years)) for label, series in values.items()
    ]
    return ("", *(year_label(year, style) for year in result.years)), rows


def whole_cost(result: CapacityResult, style: Style = INDIA) -> str:
    """Cost of all years in a sentence, undiscounted and discounted; empty for results of earlier versions."""
    facts = result.facts
    if "cost_undiscounted" not in facts:
        return ""
    money, factor = money_of(result)
    plain, discounted = (
        format_number(float(facts[name]) / factor, style=style)
        for name in ("cost_undiscounted", "cost_discounted")
    )
    span = f"{facts['cost_years']:g} years" if float(facts["cost_years"]) != 1 else "the year"
    outages = "lole" in result.table("adequacy") and result.table("adequacy").lole.notna().any()
    meaning = " LOLE and EUE are the hours and the energy that outages can be expected to leave unserved."
    whole = result.tables.get("all_hours")
    if whole is not None and len(whole):
        meaning_of_all = (
            " All hours: what the plan costs more, and leaves unserved, in each hour of the year."
        )
    else:
        meaning_of_all = ""
    return (
        f"Costs of {span}: {plain} {money} undiscounted, {discounted} {money} discounted at "
        f"{result.config.social_discount_rate:g} % a year to {year_label(result.years[0], style)}."
        f"{meaning if outages else ''}{meaning_of_all}"
    )


def assumptions(result: CapacityResult) -> list[str]:
    """All that was assumed, the cost of capital first."""
    found = [note for note in result.notes.gravest() if note.kind is NoteKind.ASSUMPTION]
    first = (
        [f"Cost of capital: {result.facts['cost_of_capital']}."] if "cost_of_capital" in result.facts else []
    )
    return first + [str(note) for note in found if note.setting != "discount_rate" or not first]


def _number(value: float | None, style: Style) -> str:
    if value is None or math.isnan(value):
        return NOT_KNOWN
    return format_number(float(value), decimals=0 if abs(value) >= 1000 else 2, style=style)
