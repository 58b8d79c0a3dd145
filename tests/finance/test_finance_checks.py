"""Identities of the accounts, row by row, with the largest difference first."""

from __future__ import annotations

import pytest
from finance.finance_files import ledger_of, monthly

from workbench.finance.analysis.checks import (
    CheckResult,
    CheckStatus,
    check_ledger,
    check_profit,
    profit_costs,
)

REVENUE, COSTS, MARKETING = [100, 110, 120, 130], [50, 55, 60, 65], [10, 10, 12, 13]


def check(name: str, columns: dict[str, list[object]]) -> CheckResult:
    results = {result.name: result for result in check_ledger(ledger_of(monthly(columns)))}
    return results[name]


@pytest.mark.parametrize(
    ("profit", "costs"),
    [
        ([50, 55, 60, 65], ("expenses",)),
        ([40, 45, 48, 52], ("expenses", "marketing")),
        ([90, 100, 108, 117], ("marketing",)),
    ],
)
def test_the_costs_that_make_the_profit_are_what_the_file_itself_shows(
    profit: list[object], costs: tuple[str, ...]
) -> None:
    columns = {
        "Revenue": REVENUE,
        "Operating Costs": COSTS,
        "Marketing Spend": MARKETING,
        "Net Profit": profit,
    }

    ledger = ledger_of(monthly(columns))

    assert profit_costs(ledger) == costs
    assert check_profit(ledger).status is CheckStatus.PASSED


def test_one_wrong_row_does_not_change_which_costs_make_the_profit_and_is_named() -> None:
    columns = {
        "Revenue": REVENUE,
        "Operating Costs": COSTS,
        "Marketing Spend": MARKETING,
        "Net Profit": [40, 45, -48, 50],
    }

    result = check("Profit identity", columns)

    assert result.formula == "net profit = revenue - operating expenses - marketing expense"
    assert result.status is CheckStatus.FAILED
    assert [(item.row, item.expected, item.found, item.difference) for item in result.exceeding] == [
        (4, 48.0, -48.0, -96.0),
        (5, 52.0, 50.0, -2.0),
    ]


def test_a_row_with_a_blank_is_not_tested_rather_than_passed_as_zero() -> None:
    columns = {"Revenue": REVENUE, "Operating Costs": [50, None, 60, 65], "Net Profit": [50, 55, 60, 65]}

    assert check("Profit identity", columns).tested == 3


def test_a_missing_profit_column_is_not_available_and_not_praised() -> None:
    result = check("Profit identity", {"Revenue": REVENUE, "Operating Costs": COSTS})

    assert result.status is CheckStatus.NOT_AVAILABLE
    assert result.reason == "the file has no profit"


def test_assets_are_liabilities_and_equity() -> None:
    columns = {"Total Assets": [100, 110, 120], "Total Liabilities": [60, 65, 70], "Equity": [40, 45, 40]}

    result = check("Balance sheet", columns)

    assert [(item.row, item.difference) for item in result.exceeding] == [(4, 10.0)]


def test_receivables_roll_forward_by_revenue_and_collections() -> None:
    columns = {"Revenue": [100, 110, 120], "Collections": [90, 100, 100], "Accounts Receivable": [50, 60, 85]}

    result = check("Receivables roll-forward", columns)

    assert (
        result.tested,
        [(str(item.period.date()), item.expected, item.found) for item in result.exceeding],
    ) == (
        2,
        [("2023-03-01", 80.0, 85.0)],
    )


def test_payables_roll_forward_by_purchases_and_payments() -> None:
    columns = {"Purchases": [10, 20, 30], "Payments": [5, 15, 25], "Accounts Payable": [7, 12, 17]}

    assert check("Payables roll-forward", columns).status is CheckStatus.PASSED


def test_cash_rolls_forward_by_operating_cash_flow_and_capital_expenditure() -> None:
    columns = {"Cash": [100, 110, 125], "Operating Cash Flow": [20, 15, 20], "Capex": [5, 5, 5]}

    assert check("Cash roll-forward", columns).status is CheckStatus.PASSED


def test_a_balance_below_zero_and_a_part_above_its_whole_are_found() -> None:
    columns = {"Total Assets": [100, 110, -1], "Current Assets": [50, 115, 60]}

    assert [item.row for item in check("Total assets not negative", columns).exceeding] == [4]
    assert [item.row for item in check("Current assets within assets", columns).exceeding] == [4, 3]


def test_the_tolerance_lets_rounded_files_pass() -> None:
    ledger = ledger_of(monthly({"Revenue": REVENUE, "Costs": COSTS, "Net Profit": [50.9, 55.9, 60.9, 65.9]}))

    assert check_profit(ledger, tolerance=1.0).status is CheckStatus.PASSED
    assert check_profit(ledger, tolerance=0.5).status is CheckStatus.FAILED
