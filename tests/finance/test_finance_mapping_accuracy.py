"""How many columns of exports are known, asked, and left out: none has a wrong role without a question."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from finance.mapping_truth import LAYOUTS, NOTHING, RATIO

from workbench.errors import WorkbenchError
from workbench.finance.inputs.mapping.propose import propose_mapping
from workbench.finance.inputs.reading.read import read_content
from workbench.finance.model.roles import FIGURES

MONTHS = 18


def export(headers: list[str]) -> str:
    """Make a table with amounts that no arithmetic relates."""
    rng = np.random.default_rng(len(headers))
    rows = [
        ";".join(
            [f"{2023 + month // 12}-{month % 12 + 1:02d}-28"]
            + [f"{value:.2f}" for value in rng.uniform(100, 900, len(headers))]
        )
        for month in range(MONTHS)
    ]
    return "\n".join([";".join(["Date", *headers]), *rows]) + "\n"


def outcome(told: str, is_confirmed: bool, right: str) -> str:
    """Judge one column: a question is never wrong, and what has no role is lost only where it should have one."""
    if told and not is_confirmed:
        return "asked"
    if told == right:
        return "right"
    if told in (NOTHING, RATIO):
        # Neither is added to any figure.
        return "left out" if right not in (NOTHING, RATIO) else "right"
    return "wrong"


def outcomes(layout: str) -> dict[str, str]:
    truth = LAYOUTS[layout]
    mapping = propose_mapping(read_content("export.csv", export(list(truth)).encode()))
    found = {}
    for header, right in truth.items():
        item = mapping.of(header)
        told = RATIO if str(item.role) == RATIO else item.figure if item.role in FIGURES else NOTHING
        found[header] = outcome(told, item.confirmed, right)
    return found


@pytest.mark.parametrize("layout", list(LAYOUTS))
def test_no_column_of_an_export_has_a_wrong_role_without_a_question(layout: str) -> None:
    assert [header for header, how in outcomes(layout).items() if how == "wrong"] == []


def test_most_columns_with_a_meaning_are_known_without_a_question() -> None:
    counted: Counter[str] = Counter()
    for layout, truth in LAYOUTS.items():
        found = outcomes(layout)
        counted.update(found[header] for header, right in truth.items() if right not in (NOTHING, RATIO))
    known = counted["right"] / counted.total()

    assert counted["wrong"] == 0
    assert known >= 0.9, counted


RIGHT_OF_CASES = {
    "m1_gross_and_net_sales.csv": {"Sales": "revenue", "COGS": "cost_of_sales", "Profit": "profit"},
    "m5_margin_ratio.csv": {"Revenue": "revenue"},
    "ratio_headers.csv": {"Sales": "revenue"},
    "messy_a.csv": {
        "Umsatz netto (EUR)": "revenue", "Wareneinsatz": "cost_of_sales", "Personalkosten": "employee_cost",
        "Werbung": "marketing", "EBIT": "profit", "Forderungen": "receivables",
    },
    "b12_dupheads.csv": {},
    "m2_debit_credit.csv": {},
    "m3_account_value.csv": {"Revenue": "revenue", "Expenses": "expenses"},
    "long_account_amount.csv": {
        "4000 Sales": "revenue", "5000 COGS": "cost_of_sales", "6100 Payroll": "employee_cost",
        "6000 Advertising": "marketing",
    },
    "dr_cr_suffix.csv": {"Revenue": "revenue", "Closing Cash": "cash"},
    "f3_falling.csv": {"Revenue": "revenue", "Expenses": "expenses", "Inventory": "inventory"},
    "datev_extf.csv": {"Revenue": "revenue", "Operating expenses": "expenses", "Net profit": "profit"},
    "gl_debit_credit.csv": {"Revenue": "revenue", "Cost of sales": "cost_of_sales", "Net profit": "profit"},
    "gnucash.csv": {"Revenue": "revenue", "Net profit": "profit"},
    "stripe_balance.csv": {"Revenue": "revenue", "Operating expenses": "expenses"},
    "x2_uncalculated.xlsx": {"Expenses": "expenses"},
    "month_names_across.csv": {"Revenue (budget)": "revenue_budget", "Expenses (budget)": "expenses_budget"},
    "months_across.xlsx": {"Revenue": "revenue", "Operating expenses": "expenses", "Net profit": "profit"},
    "xero_pl_months.csv": {
        "Total Trading Income": "revenue", "Purchases": "purchases", "Total Cost of Sales": "cost_of_sales",
    },
    "sap_period.csv": {"Net sales": "revenue", "Operating expenses": "expenses"},
}  # fmt: skip
"""Figures that a case gives without a question; the others have `Revenue` and `Expenses` or less."""
PLAIN = {"Revenue": "revenue", "Expenses": "expenses"}


def test_no_case_has_a_wrong_role_without_a_question(shared_data: Path) -> None:
    folder = shared_data.parent / "cases" / "finance"
    if not folder.is_dir():
        pytest.skip(f"the cases are not at {folder}")
    wrong = {}
    for path in sorted(folder.iterdir()):
        try:
            mapping = propose_mapping(read_content(path.name, path.read_bytes()))
        except WorkbenchError:
            # Refused with its place, which the tests of that case pin.
            continue
        right = RIGHT_OF_CASES.get(path.name, PLAIN)
        given = {
            item.column: item.figure for item in mapping.columns if item.role in FIGURES and item.confirmed
        }
        unlike = {column: figure for column, figure in given.items() if right.get(column) != figure}
        if unlike:
            wrong[path.name] = unlike
    assert wrong == {}
