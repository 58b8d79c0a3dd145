"""Do the figures agree with each other: identities of the accounts, roll-forwards, ranges."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from workbench.finance.model.ledger import Ledger
from workbench.finance.model.roles import Role

# Amounts are kept to the cent; files are often rounded to whole units.
DEFAULT_TOLERANCE = 1.0
COST_CANDIDATES = ("expenses", "cost_of_sales", "marketing", "employee_cost")
# An identity that holds in fewer rows than this is not one of the file.
HOLDS_MOSTLY = 0.5


class CheckStatus(StrEnum):
    """Outcome of a check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_AVAILABLE = "not available"


@dataclass(frozen=True, slots=True)
class Exceeding:
    """One place where a check fails.

    Parameters
    ----------
    row
        Of the file; 0 when it is a period as a whole.
    period
        First day of the period.
    entity
        Values of the dimensions; empty for the whole company.
    expected, found, difference
        Amounts [currency]; the difference is found less expected.
    """

    row: int
    period: pd.Timestamp
    entity: tuple[str, ...]
    expected: float
    found: float
    difference: float


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Outcome of one check.

    Parameters
    ----------
    name, formula
        What is checked, in words and as a formula.
    status
        Passed, failed, or not available because a figure is missing.
    tested
        Number of rows or periods that could be tested.
    tolerance
        Difference that is let pass [currency].
    exceeding
        Where it fails, the largest difference first.
    reason
        Why it is not available.
    """

    name: str
    formula: str
    status: CheckStatus
    tested: int
    tolerance: float
    exceeding: tuple[Exceeding, ...] = ()
    reason: str = ""


def check_ledger(ledger: Ledger, *, tolerance: float = DEFAULT_TOLERANCE) -> tuple[CheckResult, ...]:
    """Run every check.

    Parameters
    ----------
    ledger
        The figures.
    tolerance
        Difference that is let pass [currency].

    Returns
    -------
    tuple of CheckResult
        The profit identity first; those that cannot be run say which figure is missing.
    """
    return (
        check_profit(ledger, tolerance=tolerance),
        check_balance(ledger, tolerance=tolerance),
        _check_roll_forward(ledger, "receivables", "revenue", "collections", tolerance),
        _check_roll_forward(ledger, "payables", "purchases", "payments", tolerance),
        _check_cash(ledger, tolerance),
        _check_part(ledger, "current_assets", "assets", tolerance),
        _check_part(ledger, "current_liabilities", "liabilities", tolerance),
        *(
            _check_not_negative(ledger, figure.name)
            for figure in ledger.figures
            if _never_negative(figure.role)
        ),
    )


def profit_costs(ledger: Ledger) -> tuple[str, ...]:
    """Find the costs that the file itself takes from revenue to get its profit.

    Files differ in whether marketing or salaries are inside the operating expenses. Of all sets of cost
    figures the one is taken for which revenue - costs = profit holds (within 1) in the most rows; with a tie,
    the smaller. Of a ledger each account belongs to one cost, and all are taken.

    Returns
    -------
    tuple of str
        Names of figures, such as ``("expenses", "marketing")``; without a profit to compare with, the operating
        expenses and the cost of sales where they are given; empty when nothing can be said.
    """
    costs = [name for name in COST_CANDIDATES if ledger.has(name)]
    usual = tuple(name for name in ("expenses", "cost_of_sales") if ledger.has(name))
    if ledger.is_of_accounts:
        return tuple(costs)
    if not (ledger.has("revenue", "profit") and costs):
        return usual
    entries = _rows_with(ledger, ("revenue", "profit"), costs)
    best, most = usual or (costs[0],), -1
    for count in range(1, len(costs) + 1):
        for subset in itertools.combinations(costs, count):
            off = entries["profit"] - (entries["revenue"] - entries[list(subset)].sum(axis=1, skipna=False))
            holds = int((off.abs() <= DEFAULT_TOLERANCE).sum())
            if holds > most:
                best, most = subset, holds
    known = int(entries[["revenue", "profit", *best]].notna().all(axis=1).sum())
    return best if most >= HOLDS_MOSTLY * known else usual or best


def check_profit(ledger: Ledger, *, tolerance: float = DEFAULT_TOLERANCE) -> CheckResult:
    """Check in every row that profit is revenue less the costs that the file takes from it."""
    costs = profit_costs(ledger)
    words = " - ".join(ledger.figure(name).title.lower() for name in ("revenue", *costs) if ledger.has(name))
    name = "Profit identity"
    missing = [item for item in ("revenue", "profit") if not ledger.has(item)] + (
        [] if costs else ["expenses"]
    )
    if missing:
        return _not_available(name, "net profit = revenue - expenses", missing, tolerance)
    formula = f"{ledger.figure('profit').title.lower()} = {words}"

    def expected(entries: pd.DataFrame) -> pd.Series[float]:
        return entries["revenue"] - entries[list(costs)].sum(axis=1, skipna=False)

    needed = ("revenue", "profit", *costs)
    return _check_rows(ledger, name, formula, expected, "profit", tolerance, needed)


def check_balance(ledger: Ledger, *, tolerance: float = DEFAULT_TOLERANCE) -> CheckResult:
    """Check in every row that assets are liabilities and equity."""
    name, formula = "Balance sheet", "total assets = total liabilities + equity"
    missing = [item for item in ("assets", "liabilities", "equity") if not ledger.has(item)]
    if missing:
        return _not_available(name, formula, missing, tolerance)
    return _check_rows(
        ledger,
        name,
        formula,
        lambda entries: entries["liabilities"] + entries["equity"],
        "assets",
        tolerance,
        ("assets", "liabilities", "equity"),
    )


def _check_roll_forward(ledger: Ledger, stock: str, grows: str, falls: str, tolerance: float) -> CheckResult:
    title = stock.capitalize()
    formula = f"{stock} at the end = {stock} before + {grows} - {falls}"
    name = f"{title} roll-forward"
    missing = [item for item in (stock, grows, falls) if not ledger.has(item)]
    if missing:
        return _not_available(name, formula, missing, tolerance)
    balance = ledger.total(stock)
    expected = balance.shift(1) + ledger.total(grows) - ledger.total(falls)
    return _check_periods(ledger, name, formula, expected, balance, tolerance)


def _check_cash(ledger: Ledger, tolerance: float) -> CheckResult:
    name = "Cash roll-forward"
    formula = "cash at the end = cash before + operating cash flow - capital expenditure"
    missing = [item for item in ("cash", "cash_flow", "capex") if not ledger.has(item)]
    if missing:
        return _not_available(name, formula, missing, tolerance)
    cash = ledger.total("cash")
    expected = cash.shift(1) + ledger.total("cash_flow") - ledger.total("capex")
    return _check_periods(ledger, name, formula, expected, cash, tolerance)


def _check_part(ledger: Ledger, part: str, whole: str, tolerance: float) -> CheckResult:
    name = f"{part.replace('_', ' ').capitalize()} within {whole}"
    formula = f"{part.replace('_', ' ')} <= total {whole}"
    missing = [item for item in (part, whole) if not ledger.has(item)]
    if missing:
        return _not_available(name, formula, missing, tolerance)
    return _check_rows(
        ledger,
        name,
        formula,
        lambda entries: entries[[part, whole]].min(axis=1, skipna=False),
        part,
        tolerance,
        (part, whole),
    )


def _never_negative(role: Role) -> bool:
    return role in (
        Role.REVENUE, Role.ASSETS, Role.CURRENT_ASSETS, Role.LIABILITIES, Role.CURRENT_LIABILITIES,
        Role.RECEIVABLES,
        Role.PAYABLES, Role.INVENTORY, Role.VOLUME,
    )  # fmt: skip


def _check_not_negative(ledger: Ledger, name: str) -> CheckResult:
    title = f"{ledger.figure(name).title} not negative"
    return _check_rows(
        ledger,
        title,
        f"{name.replace('_', ' ')} >= 0",
        lambda entries: entries[name].clip(lower=0.0),
        name,
        0.0,
    )


def _rows_with(ledger: Ledger, figures: Sequence[str], some: Sequence[str] = ()) -> pd.DataFrame:
    """Give the rows of the file; its periods and entities where no row has all figures, and some of the others.

    Where accounts stand below each other, each row has one figure; the row of a period is 0.
    """
    entries = ledger.entries
    together = entries[list(figures)].notna().all(axis=1)
    if some:
        together &= entries[list(some)].notna().any(axis=1)
    if together.any():
        return entries
    return ledger.lines.assign(row=0)


def _check_rows(
    ledger: Ledger,
    name: str,
    formula: str,
    expected: Callable[[pd.DataFrame], pd.Series[float]],
    figure: str,
    tolerance: float,
    needed: Sequence[str] = (),
) -> CheckResult:
    entries = _rows_with(ledger, needed or (figure,))
    wanted, found = expected(entries), entries[figure]
    off = (found - wanted).to_numpy()
    tested = int(np.isfinite(off).sum())
    places = np.flatnonzero(np.abs(off) > tolerance + 1e-9)
    places = places[np.argsort(-np.abs(off[places]), kind="stable")]
    dimensions = entries[list(ledger.dimensions)]
    exceeding = tuple(
        Exceeding(
            int(entries["row"].iloc[at]),
            entries["period"].iloc[at],
            tuple(str(value) for value in dimensions.iloc[at]),
            float(wanted.iloc[at]),
            float(found.iloc[at]),
            float(off[at]),
        )
        for at in places
    )
    return _result(name, formula, tested, tolerance, exceeding)


def _check_periods(
    ledger: Ledger,
    name: str,
    formula: str,
    expected: pd.Series[float],
    found: pd.Series[float],
    tolerance: float,
) -> CheckResult:
    off = (found - expected).drop([item.period for item in ledger.partial])
    tested = int(off.notna().sum())
    order = off[off.abs() > tolerance + 1e-9].abs().sort_values(ascending=False, kind="stable").index
    exceeding = tuple(
        Exceeding(0, period, (), float(expected[period]), float(found[period]), float(off[period]))
        for period in order
    )
    return _result(name, formula, tested, tolerance, exceeding)


def _result(
    name: str, formula: str, tested: int, tolerance: float, exceeding: tuple[Exceeding, ...]
) -> CheckResult:
    if not tested:
        reason = "no row or period has all figures of the formula"
        return CheckResult(name, formula, CheckStatus.NOT_AVAILABLE, 0, tolerance, (), reason)
    status = CheckStatus.FAILED if exceeding else CheckStatus.PASSED
    return CheckResult(name, formula, status, tested, tolerance, exceeding)


def _not_available(name: str, formula: str, missing: Sequence[str], tolerance: float) -> CheckResult:
    words = " and ".join(item.replace("_", " ") for item in missing)
    reason = f"the file has no {words}"
    return CheckResult(name, formula, CheckStatus.NOT_AVAILABLE, 0, tolerance, (), reason)
