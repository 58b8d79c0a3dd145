"""What happened beside the budget, by figure and by part: tables and sentences of a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from workbench.data.formatting import Style, format_number
from workbench.finance.analysis.against_plan import ACTUAL, DIFFERENCE, PLAN, SHARE, plan_name
from workbench.finance.model.roles import COSTS, Role, Variant
from workbench.finance.model.spans import Span
from workbench.finance.results.formatter import Formatter
from workbench.finance.results.saved import FinanceResult
from workbench.finance.results.text import Sentence

__all__ = [
    "SECTION",
    "against_plan",
    "parts_against_plan",
    "plan_sentences",
    "plans_of",
    "shown_dimensions",
    "tile_detail",
]

Table = tuple[list[str], list[list[str]]]
SECTION = "Against plan"
SPANS = (str(Span.MONTH), str(Span.YEAR_TO_DATE))
MAX_PARTS = 12
_WORDS = {
    Variant.BUDGET: "the budget",
    Variant.FORECAST: "the forecast",
    Variant.PRIOR_YEAR: "the prior year",
}
_COSTS = frozenset(map(str, COSTS))


def plans_of(measures: pd.DataFrame) -> list[str]:
    """Name the plans that something is set against, such as ``revenue_budget``."""
    mark = plan_name("", DIFFERENCE)
    return [name.removesuffix(mark) for name in dict.fromkeys(measures.measure) if name.endswith(mark)]


def _split(plan: str) -> tuple[str, Variant]:
    variant = next(one for one in Variant if plan.endswith(f"_{one}"))
    return plan.removesuffix(f"_{variant}"), variant


def _newest(
    measures: pd.DataFrame, plan: str, span: str, dimension: str = ""
) -> dict[str, dict[str, pd.Series]]:
    """Give entity -> what -> row, of the last window in which both are given."""
    mine = measures[(measures.span == span) & (measures.dimension == dimension)]
    found: dict[str, dict[str, pd.Series]] = {}
    known = mine[(mine.measure == plan_name(plan, DIFFERENCE)) & mine.value.notna()]
    if not len(known):
        return found
    last = known.period.max()
    for what in (ACTUAL, PLAN, DIFFERENCE, SHARE):
        rows = mine[(mine.measure == plan_name(plan, what)) & (mine.period == last)]
        for _, row in rows.iterrows():
            found.setdefault(str(row.entity), {})[what] = row
    return {entity: rows for entity, rows in found.items() if len(rows) > 2}


def _cells(rows: dict[str, pd.Series], style: Style) -> list[str]:
    amounts = [format_number(float(rows[what].value), style=style) for what in (ACTUAL, PLAN)]
    difference = format_number(float(rows[DIFFERENCE].value), style=style, signed=True)
    return [*amounts, difference, _percent(rows, style)]


def _percent(rows: dict[str, pd.Series], style: Style) -> str:
    share = rows[SHARE].value if SHARE in rows else float("nan")
    return (
        "not available"
        if pd.isna(share)
        else format_number(float(share) - 100, decimals=1, style=style, signed=True)
    )


def against_plan(result: FinanceResult, style: Style) -> Table:
    """Every figure with a plan: the last period and the year to date; headers and rows."""
    measures, unit = result.table("measures"), result.currency
    headers = [
        "Figure",
        "Beside",
        "Span",
        f"Actual [{unit}]",
        f"Plan [{unit}]",
        f"Difference [{unit}]",
        "Difference [%]",
    ]
    rows = []
    for plan in plans_of(measures):
        figure, variant = _split(plan)
        for span in SPANS:
            found = _newest(measures, plan, span).get("")
            if found:
                said = str(found[DIFFERENCE].label)
                rows.append(
                    [result.title(figure), str(variant).replace("_", " "), said, *_cells(found, style)]
                )
    return headers, rows


def parts_against_plan(
    result: FinanceResult, plan: str, dimension: str, style: Style
) -> tuple[list[str], list[list[str]]]:
    """One figure beside its plan by the values of a dimension, the year to date; the largest difference first."""
    unit = result.currency
    found = _newest(result.table("measures"), plan, str(Span.YEAR_TO_DATE), dimension)
    ordered = sorted(found.items(), key=lambda item: (-abs(item[1][DIFFERENCE].value), item[0]))
    label = str(ordered[0][1][DIFFERENCE].label) if ordered else ""
    headers = [
        f"{dimension.capitalize()} ({label})",
        f"Actual [{unit}]",
        f"Plan [{unit}]",
        f"Difference [{unit}]",
        "Difference [%]",
    ]
    return headers, [[entity, *_cells(rows, style)] for entity, rows in ordered[:MAX_PARTS]]


def plan_sentences(measures: pd.DataFrame, formatter: Formatter) -> Iterator[Sentence]:
    """Say how far each figure is from its plan, and which part makes the most of it."""
    for plan in plans_of(measures):
        figure, variant = _split(plan)
        for span in SPANS:
            rows = _newest(measures, plan, span).get("")
            if not rows:
                continue
            off, share = float(rows[DIFFERENCE].value), rows[SHARE].value if SHARE in rows else float("nan")
            side = "above" if off > 0 else "below"
            percent = "" if pd.isna(share) else f" ({abs(float(share) - 100):.1f} %)"
            how = f"{formatter.of(figure, abs(off))}{percent} {side}" if off else "exactly"
            judged = "" if not off or variant is Variant.PRIOR_YEAR else _judged(figure, off)
            yield Sentence(
                SECTION,
                f"{formatter.title(figure)} of {rows[DIFFERENCE].label} was "
                f"{formatter.of(figure, float(rows[ACTUAL].value))}, "
                f"{how} {_WORDS[variant]}{judged}.",
                figure=figure,
                period=f"{rows[DIFFERENCE].period:%Y-%m}",
            )


def _judged(figure: str, off: float) -> str:
    if figure not in (*_COSTS, str(Role.REVENUE), str(Role.PROFIT)):
        return ""
    return ", which is favourable" if (off > 0) != (figure in _COSTS) else ", which is unfavourable"


def tile_detail(measures: pd.DataFrame, figure: str, style: Style) -> str:
    """Say in a few words how far the newest value of a figure is from its budget; empty without one."""
    rows = _newest(measures, f"{figure}_{Variant.BUDGET}", str(Span.MONTH)).get("")
    return f"{_percent(rows, style)} % against budget" if rows and SHARE in rows else ""


def shown_dimensions(measures: pd.DataFrame, plans: Sequence[str]) -> list[str]:
    """Give the dimensions by which plans are known."""
    of_plans = measures.measure.isin([plan_name(plan, DIFFERENCE) for plan in plans]) & measures.value.notna()
    return [name for name in dict.fromkeys(measures[of_plans].dimension) if name]
