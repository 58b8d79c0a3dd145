"""Real company files are read without help, to the cent, and every change is reported."""

from __future__ import annotations

import csv
import gzip
import math
from pathlib import Path

import pytest

from workbench.finance.analysis.checks import check_profit, profit_costs
from workbench.finance.inputs.finance_file import read_ledger
from workbench.finance.model.ledger import Frequency


@pytest.fixture(scope="module")
def files(shared_data: Path) -> Path:
    return shared_data / "finance"


def column(path: Path, name: str) -> list[float]:
    """The amounts of a column by the plainest of readers."""
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    rows = csv.DictReader(text.splitlines())
    return [float(row[name]) for row in rows if row[name]]


def test_the_24_month_file_keeps_its_one_date_of_another_format_and_its_three_blanks(files: Path) -> None:
    ledger = read_ledger(files / "company_monthly_24.csv")

    assert len(ledger.lines["period"].unique()) == 24
    assert (
        ledger.total("revenue").sum()
        == sum(column(files / "company_monthly_24.csv", "Sales Revenue"))
        == 4_107_500
    )
    (change,) = ledger.changes
    assert (change.rows, change.before, change.after) == ((21,), ("24/08/2024",), ("2024-08-24",))
    assert [(str(gap.period.date()), gap.figure) for gap in ledger.gaps] == [
        ("2023-05-01", "cash_flow"),
        ("2023-08-01", "marketing"),
        ("2023-10-01", "expenses"),
    ]
    assert ledger.mapping.unused == ()


def test_regions_that_alternate_with_the_month_are_said_to_be_confounded(files: Path) -> None:
    for name in ("company_monthly_24.csv", "company_monthly_40.csv"):
        assert read_ledger(files / name).confounded == ("region", "department")


def test_the_rows_where_profit_is_not_revenue_less_costs_are_found(files: Path) -> None:
    ledger = read_ledger(files / "company_monthly_40.csv")

    result = check_profit(ledger)

    assert profit_costs(ledger) == ("expenses", "marketing")
    revenue, costs, marketing, profit = (
        column(files / "company_monthly_40.csv", name)
        for name in ("Sales Revenue", "Operating Costs", "Marketing Spend", "Net Profit")
    )
    off = [p - (r - c - m) for r, c, m, p in zip(revenue, costs, marketing, profit, strict=True)]
    # 2022, and all but two months of 2025, which is 2024 with something added by hand.
    assert sorted(item.row for item in result.exceeding) == [
        at + 2 for at, amount in enumerate(off) if amount
    ]
    assert (result.tested, len(result.exceeding)) == (40, 16)
    assert (result.exceeding[0].row, result.exceeding[0].difference) == (41, 7000.0)


def test_the_24_month_file_keeps_its_profit_identity_in_every_row_that_can_be_tested(files: Path) -> None:
    result = check_profit(read_ledger(files / "company_monthly_24.csv"))

    assert (result.status, result.tested) == ("passed", 22)


def test_the_messy_file_is_read_without_a_question(files: Path) -> None:
    ledger = read_ledger(files / "messy_6_rows.csv")

    assert ledger.currency == "USD"
    assert ledger.entries["revenue"].tolist()[:5] == [152_000, 145_500, 180_000, 195_000, 210_000]
    assert math.isnan(ledger.entries["revenue"].iloc[5])
    assert ledger.entries["expenses"].tolist()[3:] == [98_000, 110_000, 105_000]
    assert {item.column: item.figure for item in ledger.mapping.columns if item.figure} == {
        "Total Income": "revenue",
        "Operational Expenses": "expenses",
        "Profit (pre-tax)": "profit",
    }
    assert ledger.mapping.unused == ("Notes",)


def test_10500_days_become_345_months_with_every_cent_and_a_partial_last_one(files: Path) -> None:
    path = files / "company_daily_10500.csv.gz"

    ledger = read_ledger(path)

    assert (ledger.frequency, len(ledger.periods), len(ledger.entries)) == (Frequency.MONTH, 345, 10_500)
    for name, header in (
        ("revenue", "Sales Revenue"),
        ("marketing", "Marketing Spend"),
        ("profit", "Net Profit"),
    ):
        assert ledger.lines[name].sum() == sum(column(path, header))
    assert [str(item.period.date()) for item in ledger.partial] == ["2048-09-01"]
    assert ledger.company_wide == ("receivables", "payables", "assets", "liabilities", "inventory")
    assert ledger.total("assets").iloc[:2].tolist() == [column(path, "Total Assets")[at] for at in (30, 59)]
    assert ledger.mapping.unused == ("Accounts Receivable Aging", "Transaction Type", "Quarter")


def test_the_days_on_which_the_profit_has_the_wrong_sign_are_ranked_first(files: Path) -> None:
    result = check_profit(read_ledger(files / "company_daily_10500.csv.gz"))

    assert len(result.exceeding) == 213
    worst = result.exceeding[0]
    assert (worst.row, worst.found, worst.expected) == (10_367, -252_642.0, 252_642.0)
    differences = [abs(item.difference) for item in result.exceeding]
    assert differences == sorted(differences, reverse=True)
