"""Measures of a company, each with its formula; "not available" where an input is missing, never 0.

Definitions as in White, G. I., Sondhi, A. C. and Fried, D. (2003), The Analysis and Use of Financial
Statements, 3rd ed., chapter 4: activity, liquidity and profitability ratios; balances are those at the end of
the span.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from workbench.data.arrays import Booleans, Floats
from workbench.errors import InvalidData
from workbench.finance.analysis.against_plan import (
    ACTUAL,
    DIFFERENCE,
    PLAN,
    SHARE,
    plan_name,
    planned_figures,
)
from workbench.finance.analysis.checks import profit_costs
from workbench.finance.model.ledger import Ledger
from workbench.finance.model.roles import Behaviour
from workbench.finance.model.spans import Span, Windows, windows_of

__all__ = ["MEASURES", "Measure", "Span", "figure_table", "measure_table", "measures_of"]

COLUMNS = ["measure", "title", "unit", "period", "label", "entity", "value", "partial", "reason"]


class Kind(StrEnum):
    """How a measure is computed."""

    RATIO = "flows by flows"
    DAYS = "a balance by a flow, in days"
    BALANCES = "balances by balances"
    BALANCE = "balances"
    FLOW = "flows"
    GROWTH = "a flow by that of the same months a year before"


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure.

    Parameters
    ----------
    name, title, formula
        For programs, for people, and what it is.
    unit
        ``"%"``, ``"days"``, ``"currency"`` or empty for a plain number.
    kind
        How it is computed.
    top, bottom
        Figure -> factor, of the numerator and of the denominator.
    """

    name: str
    title: str
    formula: str
    unit: str
    kind: Kind
    top: Mapping[str, float]
    bottom: Mapping[str, float]

    @property
    def needs(self) -> tuple[str, ...]:
        """The figures without which it is not available."""
        return tuple(dict.fromkeys((*self.top, *self.bottom)))


def _measure(
    name: str, title: str, formula: str, unit: str, kind: Kind, top: str, bottom: str = ""
) -> tuple[str, Measure]:
    return name, Measure(name, title, formula, unit, kind, _terms(top), _terms(bottom))


def _terms(text: str) -> dict[str, float]:
    return {word.lstrip("-"): -1.0 if word.startswith("-") else 1.0 for word in text.split()}


MEASURES: dict[str, Measure] = dict(
    (
        _measure("gross_margin", "Gross margin", "(revenue - cost of sales) / revenue", "%", Kind.RATIO,
                 "revenue -cost_of_sales", "revenue"),
        _measure("profit_margin", "Profit margin", "net profit / revenue", "%", Kind.RATIO, "profit", "revenue"),
        _measure("expense_ratio", "Expense ratio", "operating expenses / revenue", "%", Kind.RATIO,
        "expenses", "revenue"),
        _measure("marketing_ratio", "Marketing ratio", "marketing expense / revenue", "%", Kind.RATIO,
                 "marketing", "revenue"),
        _measure("employee_ratio", "Employee cost ratio", "employee cost / revenue", "%", Kind.RATIO,
                 "employee_cost", "revenue"),
        _measure("roas", "Return on advertising spend", "revenue / marketing expense", "", Kind.RATIO,
                 "revenue", "marketing"),
        _measure("cash_conversion", "Cash conversion", "operating cash flow / net profit", "%", Kind.RATIO,
                 "cash_flow", "profit"),
        _measure("revenue_growth", "Revenue growth", "revenue / revenue of the same months a year before - 1", "%",
                 Kind.GROWTH, "revenue"),
        _measure("profit_growth", "Profit growth",
        "net profit / net profit of the same months a year before - 1", "%",
                 Kind.GROWTH, "profit"),
        _measure("dso", "Days sales outstanding", "receivables at the end / revenue x days", "days", Kind.DAYS,
                 "receivables", "revenue"),
        _measure("dpo", "Days payables outstanding", "payables at the end / cost of sales x days", "days",
        Kind.DAYS,
                 "payables", "cost_of_sales"),
        _measure("dio", "Days inventory outstanding", "inventory at the end / cost of sales x days",
        "days", Kind.DAYS,
                 "inventory", "cost_of_sales"),
        _measure("current_ratio", "Current ratio", "current assets / current liabilities", "", Kind.BALANCES,
                 "current_assets", "current_liabilities"),
        _measure("quick_ratio", "Quick ratio", "(current assets - inventory) / current liabilities", "",
        Kind.BALANCES,
                 "current_assets -inventory", "current_liabilities"),
        _measure("debt_ratio", "Debt ratio", "total liabilities / total assets", "%", Kind.BALANCES,
                 "liabilities", "assets"),
        _measure("working_capital", "Working capital", "current assets - current liabilities", "currency",
        Kind.BALANCE,
                 "current_assets -current_liabilities"),
        _measure("trade_working_capital", "Trade working capital", "receivables + inventory - payables", "currency",
                 Kind.BALANCE, "receivables inventory -payables"),
        _measure("free_cash_flow", "Free cash flow", "operating cash flow - capital expenditure",
        "currency", Kind.FLOW,
                 "cash_flow -capex"),
    )
)  # fmt: skip


def measures_of(ledger: Ledger) -> dict[str, Measure]:
    """Give the measures with the formulas that fit a file.

    The expenses are those that the file itself takes from revenue; without a cost of sales, payables are set
    against the operating expenses, and the formula says so.
    """
    measures = dict(MEASURES)
    costs = profit_costs(ledger)
    if costs:
        words = " + ".join(ledger.figure(name).title.lower() for name in costs)
        formula = f"({words}) / revenue" if len(costs) > 1 else f"{words} / revenue"
        measures["expense_ratio"] = replace(
            measures["expense_ratio"], top=dict.fromkeys(costs, 1.0), formula=formula
        )
    if not ledger.has("cost_of_sales") and ledger.has("expenses"):
        measures["dpo"] = replace(
            measures["dpo"],
            bottom={"expenses": 1.0},
            formula="payables at the end / operating expenses x days (the file has no cost of sales)",
        )
    return measures | {measure.name: measure for measure in _against_plans(ledger)}


def _against_plans(ledger: Ledger) -> Iterator[Measure]:
    """Measures of what happened beside a budget, a forecast or the prior year, where both are given."""
    for actual, plan in planned_figures(ledger):
        flow = actual.behaviour is Behaviour.FLOW
        amount, share = (Kind.FLOW, Kind.RATIO) if flow else (Kind.BALANCE, Kind.BALANCES)
        ours, theirs, title = actual.name, plan.name, plan.title
        # A factor of 0 keeps to the periods in which the other is given, too.
        for what, words, top in (
            (ACTUAL, f"{actual.title}, where {title} is given", {ours: 1.0, theirs: 0.0}),
            (PLAN, title, {theirs: 1.0, ours: 0.0}),
            (DIFFERENCE, f"{actual.title} less {title}", {ours: 1.0, theirs: -1.0}),
        ):
            formula = f"{actual.title.lower()} - {title.lower()}" if what == DIFFERENCE else words.lower()
            yield Measure(plan_name(theirs, what), words, formula, "currency", amount, top, {})
        words = f"{actual.title} of {title}"
        formula = f"{actual.title.lower()} / {title.lower()}"
        yield Measure(plan_name(theirs, SHARE), words, formula, "%", share, {ours: 1.0}, {theirs: 1.0})


def measure_table(ledger: Ledger, span: Span = Span.MONTH, dimension: str = "") -> pd.DataFrame:
    """Compute every measure over one span.

    Flows of a window are added over the periods in which all inputs of the measure are given; growth compares only
    periods that are given in both years and are not partial.

    Parameters
    ----------
    ledger
        The figures.
    span
        Over what.
    dimension
        By the values of this dimension; the whole company when empty.

    Returns
    -------
    DataFrame
        ``measure, title, unit, period`` (first day of the last period of the window)``, label, entity`` (empty for
        all)``, value`` (nan when not available; percentages as 12.3)``, partial, reason``.

    Raises
    ------
    InvalidData
        When there is no such dimension, or it changes only together with the period.
    """
    windows = windows_of(ledger, span)
    parts = []
    for entity, values in _values_by_entity(ledger, dimension).items():
        for measure in measures_of(ledger).values():
            missing = [name for name in measure.needs if name not in values]
            if missing:
                reason = f"the file has no {' and '.join(name.replace('_', ' ') for name in missing)}"
                value, reasons = np.full(len(windows.last), np.nan), [reason] * len(windows.last)
            else:
                value, reasons = _computed(ledger, measure, values, windows, span)
            parts.append(_lines(measure.name, measure.title, measure.unit, windows, entity, value, reasons))
    return pd.concat(parts, ignore_index=True)


def figure_table(ledger: Ledger, span: Span = Span.MONTH, dimension: str = "") -> pd.DataFrame:
    """Give the figures themselves over one span: flows added, balances as at the end.

    Parameters
    ----------
    ledger, span, dimension
        As in :func:`measure_table`.

    Returns
    -------
    DataFrame
        The same columns; a window in which some periods are missing has no value, and ``reason`` names the partial
        sum of the others. One that reaches beyond the file has the sum so far, and is marked as partial.

    Raises
    ------
    InvalidData
        As :func:`measure_table`.
    """
    windows = windows_of(ledger, span)
    parts = []
    for entity, values in _values_by_entity(ledger, dimension).items():
        for figure in ledger.figures:
            if figure.behaviour is Behaviour.STOCK:
                measure = Measure(
                    figure.name, figure.title, "", "currency", Kind.BALANCE, {figure.name: 1.0}, {}
                )
            else:
                measure = Measure(
                    figure.name, figure.title, "", "currency", Kind.FLOW, {figure.name: 1.0}, {}
                )
            value, reasons = _computed(ledger, measure, values, windows, span)
            parts.append(_lines(figure.name, figure.title, "currency", windows, entity, value, reasons))
    return pd.concat(parts, ignore_index=True)


def _values_by_entity(ledger: Ledger, dimension: str) -> dict[str, dict[str, Floats]]:
    names = [figure.name for figure in ledger.figures]
    if not dimension:
        return {"": {name: np.asarray(ledger.total(name), dtype=np.float64) for name in names}}
    if dimension in ledger.confounded:
        raise InvalidData(
            f"{ledger.file} has one row a period and its {dimension} changes from row to row: nothing can "
            "be said by "
            f"{dimension}."
        )
    tables = {name: ledger.by(dimension, name) for name in names}
    entities = next(iter(tables.values())).columns
    return {
        str(entity): {name: np.asarray(table[entity], dtype=np.float64) for name, table in tables.items()}
        for entity in entities
    }


def _computed(
    ledger: Ledger, measure: Measure, values: Mapping[str, Floats], windows: Windows, span: Span
) -> tuple[Floats, list[str]]:
    flows = [name for name in measure.needs if ledger.figure(name).behaviour is Behaviour.FLOW]
    given = np.all([np.isfinite(values[name]) for name in measure.needs], axis=0)
    if measure.kind is Kind.GROWTH:
        return _growth(ledger, values[flows[0]], windows)
    if measure.kind is Kind.DAYS:
        given = np.all([np.isfinite(values[name]) for name in flows], axis=0)
    counted = windows.member & given
    counts = counted.sum(axis=1)
    top, bottom = (_sum(ledger, terms, values, counted, windows) for terms in (measure.top, measure.bottom))
    factor = 100.0 if measure.unit == "%" else 1.0
    reasons = _reasons(measure, counts, bottom, windows, span)
    if measure.kind is Kind.FLOW:
        reasons = _without_holes(reasons, counts, windows.member.sum(axis=1), top)
    whole = np.array([not reason or reason.startswith("only ") for reason in reasons])
    with np.errstate(divide="ignore", invalid="ignore"):
        value = factor * top / bottom if measure.bottom else top
        if measure.kind is Kind.DAYS:
            # Revenue of the periods that are given, and the days of those.
            value = top / bottom * (counted * windows.days).sum(axis=1)
    value = np.where(whole, value, np.nan)
    reasons = [
        reason or ("" if np.isfinite(number) else "the balance at the end is not given")
        for reason, number in zip(reasons, value, strict=True)
    ]
    return value, reasons


def _sum(
    ledger: Ledger,
    terms: Mapping[str, float],
    values: Mapping[str, Floats],
    counted: Booleans,
    windows: Windows,
) -> Floats:
    total = np.zeros(len(windows.last))
    for name, factor in terms.items():
        if ledger.figure(name).behaviour is Behaviour.FLOW:
            total += factor * np.where(counted, np.nan_to_num(values[name]), 0.0).sum(axis=1)
        else:
            at = ledger.periods.get_indexer(windows.last)
            total += factor * values[name][at]
    return total


def _reasons(measure: Measure, counts: np.ndarray, bottom: Floats, windows: Windows, span: Span) -> list[str]:
    words = " and ".join(name.replace("_", " ") for name in measure.needs)
    below = " + ".join(name.replace("_", " ") for name in measure.bottom)
    reasons = []
    for count, expected, size in zip(
        counts.tolist(), windows.expected.tolist(), bottom.tolist(), strict=True
    ):
        if measure.kind in (Kind.BALANCE, Kind.BALANCES):
            reason = "" if not measure.bottom or not size <= 0 else f"{below} is not above 0"
        elif count == 0:
            reason = f"no period has {words}"
        elif span is Span.ROLLING_12 and count < expected:
            reason = f"{count} of {expected} periods are given"
        elif measure.bottom and size <= 0:
            reason = f"{below} is not above 0"
        else:
            reason = f"only {count} of {expected} periods are given" if count < expected else ""
        reasons.append(reason)
    return reasons


def _without_holes(reasons: Sequence[str], counts: np.ndarray, inside: np.ndarray, sums: Floats) -> list[str]:
    """A sum with a hole is missing, and named as partial; one that the file only begins is that of its periods."""
    return [
        f"{size - count} of {size} periods are missing; the partial sum is {total:,.2f}"
        if 0 < count < size
        else reason
        for reason, count, size, total in zip(
            reasons, counts.tolist(), inside.tolist(), sums.tolist(), strict=True
        )
    ]


def _growth(ledger: Ledger, values: Floats, windows: Windows) -> tuple[Floats, list[str]]:
    back = 12 // ledger.frequency.months
    before = np.concatenate([np.full(min(back, len(values)), np.nan), values[:-back]])
    partial = ledger.periods.isin([item.period for item in ledger.partial])
    partial_before = np.concatenate([np.zeros(min(back, len(values)), dtype=bool), partial[:-back]])
    alike = np.isfinite(values) & np.isfinite(before) & ~partial & ~partial_before
    counted = windows.member & alike
    counts = counted.sum(axis=1)
    now = np.where(counted, np.nan_to_num(values), 0.0).sum(axis=1)
    then = np.where(counted, np.nan_to_num(before), 0.0).sum(axis=1)
    reasons = []
    for count, expected, size in zip(counts.tolist(), windows.expected.tolist(), then.tolist(), strict=True):
        if count == 0:
            reasons.append("no period is whole and given in both years")
        elif size <= 0:
            reasons.append("the year before is not above 0")
        else:
            reasons.append(
                f"only {count} of {expected} periods are given in both years" if count < expected else ""
            )
    possible = (counts > 0) & (then > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(possible, 100.0 * (now / then - 1.0), np.nan), reasons


def _lines(
    name: str, title: str, unit: str, windows: Windows, entity: str, value: Floats, reasons: Sequence[str]
) -> pd.DataFrame:
    partial = windows.partial | np.array([reason.startswith("only ") for reason in reasons], dtype=bool)
    return pd.DataFrame(
        {
            "measure": name,
            "title": title,
            "unit": unit,
            "period": windows.last,
            "label": list(windows.labels),
            "entity": entity,
            "value": value,
            "partial": partial,
            "reason": list(reasons),
        },
        columns=COLUMNS,
    )
