"""Exports in the layouts of accounting systems give the figures of the books."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.finance import company_books as books
from workbench.data.projects.project import Project
from workbench.errors import InvalidData
from workbench.finance.analysis.checks import check_balance, check_profit, profit_costs
from workbench.finance.inputs.finance_file import read_ledger
from workbench.finance.inputs.grain import make_ledger, open_questions
from workbench.finance.inputs.mapping.propose import propose_mapping
from workbench.finance.inputs.mapping.saved import load_mapping, save_mapping
from workbench.finance.inputs.reading.read import read_content
from workbench.finance.model.ledger import Frequency, Ledger

RESULT = ("revenue", "cost_of_sales", "employee_cost", "marketing", "expenses")
STOCKS = ("cash", "receivables", "payables")
ORDER = {"date_order:Date": "day first"}


def ledger_of(content: str | bytes, **answers: str) -> Ledger:
    data = content.encode() if isinstance(content, str) else content
    reading = read_content("export.csv", data, answers=answers)
    return make_ledger(reading, propose_mapping(reading), answers=answers)


def asked(content: str | bytes, **answers: str) -> list[str]:
    data = content.encode() if isinstance(content, str) else content
    reading = read_content("export.csv", data, answers=answers)
    return [question.key for question in open_questions(reading, propose_mapping(reading), answers)]


def figures(ledger: Ledger) -> dict[str, list[float]]:
    return {figure.name: ledger.total(figure.name).round(2).tolist() for figure in ledger.figures}


@pytest.mark.parametrize(
    ("export", "known"),
    [
        (books.quickbooks_general_ledger, (*RESULT, "profit", *STOCKS)),
        (books.quickbooks_journal, (*RESULT, "profit", *STOCKS)),
        (
            books.quickbooks_profit_and_loss,
            ("revenue", "cost_of_sales", "profit", "employee_cost", "marketing"),
        ),
        (books.xero_account_transactions, (*RESULT, "profit", *STOCKS)),
        (books.datev_batch, (*RESULT, "profit", *STOCKS)),
        (books.sap_period_columns, RESULT),
        (books.tally_vouchers, (*RESULT, "profit")),
        (books.odoo_journal_items, (*RESULT, "profit", *STOCKS)),
        (books.gnucash_transactions, (*RESULT, "profit", *STOCKS)),
        (books.wave_accounting, (*RESULT, "profit", *STOCKS)),
        (books.french_entries, (*RESULT, "profit", *STOCKS)),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_an_export_of_postings_gives_the_figures_of_each_month(
    export: Callable[[], str | bytes], known: tuple[str, ...]
) -> None:
    ledger = ledger_of(export(), **ORDER)

    found, right = figures(ledger), books.truth()
    assert {name: found[name] for name in known} == {name: pytest.approx(right[name]) for name in known}
    assert (ledger.frequency, len(ledger.periods), ledger.partial, ledger.gaps) == (
        Frequency.MONTH,
        12,
        (),
        (),
    )


def test_the_books_balance_in_every_month_and_no_cost_is_within_another() -> None:
    ledger = ledger_of(books.odoo_journal_items())

    assert profit_costs(ledger) == ("expenses", "cost_of_sales", "marketing", "employee_cost")
    assert (check_balance(ledger).status, check_balance(ledger).tested) == ("passed", 12)
    # Interest is neither revenue nor one of the costs.
    assert {round(item.difference, 2) for item in check_profit(ledger).exceeding} == {-100.0}


@pytest.mark.parametrize(
    "export",
    [
        books.quickbooks_trial_balance,
        books.xero_trial_balance,
        books.datev_balance_list,
        books.tally_trial_balance,
    ],
    ids=lambda value: value.__name__,
)
def test_the_trial_balance_of_a_year_gives_the_year(export: Callable[[], str]) -> None:
    ledger = ledger_of(export())

    right = {
        name: sum(values) if name not in STOCKS else values[-1] for name, values in books.truth().items()
    }
    found = {name: values[0] for name, values in figures(ledger).items()}
    assert {name: found[name] for name in right} == {
        name: pytest.approx(value) for name, value in right.items()
    }
    assert found["assets"] == pytest.approx(found["liabilities"] + found["equity"])
    assert (ledger.frequency, len(ledger.periods)) == (Frequency.YEAR, 1)


def test_a_trial_balance_within_the_year_gives_balances_and_only_whole_periods_of_results() -> None:
    text = books.quickbooks_trial_balance().replace("December 31", "August 31")
    ledger = ledger_of(text)

    assert figures(ledger)["cash"] == [pytest.approx(books.truth()["cash"][-1])]
    assert not ledger.has("revenue")
    assert any("since the fiscal year began" in change.reason for change in ledger.changes)


def test_a_trial_balance_without_its_day_says_what_is_missing() -> None:
    with pytest.raises(InvalidData, match="write it there, such as 'As of 31 December 2024'"):
        ledger_of(books.quickbooks_trial_balance().replace("As of December 31, 2024", ""))


def test_accounts_with_numbers_alone_are_asked_for_their_chart_once_and_the_answer_is_kept() -> None:
    text = books.sap_line_items()

    assert asked(text) == ["chart"]
    ledger = ledger_of(text, chart="usual")
    assert figures(ledger)["revenue"] == pytest.approx(books.truth()["revenue"])
    assert not ledger.has("profit"), "the accounts of a balance sheet are not in the file"


@pytest.mark.parametrize("export", [books.bank_statement, books.bank_statement_with_two_columns])
def test_a_bank_statement_gives_what_moved_and_the_balance_that_arithmetic_proves(
    export: Callable[[], str],
) -> None:
    found = figures(ledger_of(export(), **ORDER))

    assert found["cash"] == pytest.approx(books.balances("bank"))
    assert found["cash_flow"] == pytest.approx(books.monthly("bank"))


def test_debits_and_credits_without_account_and_balance_are_not_guessed() -> None:
    text = "Date,Description,Debit,Credit,Balance\n2024-01-31,Rent,5,,1\n2024-02-29,Sale,,9,7\n"

    with pytest.raises(InvalidData, match="name them 'Paid in' and 'Paid out'"):
        ledger_of(text)


STRIPE = """id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC),Description
txn_1,charge,ch_1,100.00,3.20,96.80,usd,2024-01-05 10:00,2024-01-07 00:00,Plan
txn_2,refund,re_1,-20.00,0.00,-20.00,usd,2024-01-15 10:00,2024-01-15 00:00,REFUND
txn_3,payout,po_1,-76.80,0.00,-76.80,usd,2024-01-31 10:00,2024-02-02 00:00,STRIPE PAYOUT
txn_4,charge,ch_2,200.00,6.20,193.80,usd,2024-02-05 10:00,2024-02-07 00:00,Plan
txn_5,stripe_fee,fee_1,-5.00,0.00,-5.00,usd,2024-02-28 10:00,2024-02-28 00:00,Billing
"""


def test_stripe_charges_are_revenue_fees_are_costs_and_payouts_are_neither() -> None:
    ledger = ledger_of(STRIPE)

    assert figures(ledger) == {"revenue": [80.0, 200.0], "expenses": [3.2, 11.2]}
    assert ledger.currency == "USD"
    assert asked(STRIPE.replace("payout,", "new_thing,")) == ["account:new_thing"]


UNUSUAL = """Date,Account,Memo,Amount
2024-01-05,Widget Income,x,-100
2024-01-05,Checking,x,100
2024-02-05,Widget Income,x,-120
2024-02-05,Checking,x,120
2024-02-06,Mystery,y,20
2024-02-06,Checking,y,-20
"""


def test_an_account_that_neither_type_number_nor_usual_name_tells_is_asked() -> None:
    assert asked(UNUSUAL) == ["account:Widget Income", "account:Mystery"]
    answers = {"account:Widget Income": "revenue", "account:Mystery": "expenses"}
    ledger = ledger_of(UNUSUAL, **answers)
    assert (figures(ledger)["revenue"], figures(ledger)["profit"]) == ([100, 120], [100, 100])


def test_a_name_that_contradicts_the_number_is_asked() -> None:
    text = "Datum;Konto;Kontobezeichnung;Buchungstext;Soll;Haben\n" + "".join(
        f"{day}.02.2024;8400;Miete;Zahlung;;{day}0,00\n{day}.02.2024;1200;Bank;Zahlung;{day}0,00;\n"
        for day in (13, 14)
    )

    assert asked(text, chart="skr03") == ["account:8400 Miete"]


def test_amounts_that_name_their_side_are_amounts() -> None:
    ledger = ledger_of("Month,Revenue,Closing Cash\n" + "".join(
        f"2024-0{month},{month}00.50 Cr,{month}0.00 {'Cr' if month == 3 else 'Dr'}\n" for month in range(1, 6)
    ))  # fmt: skip

    assert figures(ledger) == {"revenue": [100.5, 200.5, 300.5, 400.5, 500.5], "cash": [10, 20, -30, 40, 50]}


def test_two_rows_of_headers_tell_regions_apart() -> None:
    ledger = ledger_of(
        ",North,,South,\nMonth,Revenue,Expenses,Revenue,Expenses\n2024-01,6,3,4,2\n2024-02,7,3,5,2\n2024-03,8,4,6,3\n"
    )

    assert ledger.by("region", "revenue").to_dict("list") == {"North": [6, 7, 8], "South": [4, 5, 6]}
    assert ledger.by("region", "expenses").to_dict("list") == {"North": [3, 3, 4], "South": [2, 2, 3]}


BUDGET = """Budget vs. Actuals: FY_2024
Acme Corp
January - March 2024

,Jan 2024,,,,Feb 2024,,,,Mar 2024,,,
,Actual,Budget,over Budget,% of Budget,Actual,Budget,over Budget,% of Budget,Actual,Budget,over Budget,% of Budget
Revenue,100,110,-10,90.91%,105,110,-5,95.45%,120,110,10,109.09%
Operating expenses,40,41,-1,97.56%,40,41,-1,97.56%,40,41,-1,97.56%
"""


@pytest.mark.parametrize(
    "text",
    [
        BUDGET,
        "Account,Jan-24 Actual,Jan-24 Budget,Feb-24 Actual,Feb-24 Budget,Mar-24 Actual,Mar-24 Budget\n"
        "Revenue,100,110,105,110,120,110\nOperating expenses,40,41,40,41,40,41\n",
        ",Revenue,,Operating expenses,\nMonth,Actual,Budget,Actual,Budget\n"
        "2024-01,100,110,40,41\n2024-02,105,110,40,41\n2024-03,120,110,40,41\n",
        "Month,Account,Actual,Budget amount,Variance\n"
        "2024-01,Revenue,100,110,-10\n2024-01,Operating expenses,40,41,-1\n"
        "2024-02,Revenue,105,110,-5\n2024-02,Operating expenses,40,41,-1\n"
        "2024-03,Revenue,120,110,10\n2024-03,Operating expenses,40,41,-1\n",
    ],
    ids=["quickbooks", "one row of headers", "figures above kinds", "accounts below each other"],
)
def test_a_budget_beside_what_happened_is_never_added_to_it(text: str) -> None:
    assert figures(ledger_of(text)) == {
        "revenue": [100, 105, 120],
        "revenue_budget": [110, 110, 110],
        "expenses": [40, 40, 40],
        "expenses_budget": [41, 41, 41],
    }


def test_actual_and_budget_of_one_month_take_it_from_the_title() -> None:
    lines = "Line item,Actual,Budget,Variance,Variance %\nRevenue,120,110,10,9.1%\nExpenses,40,45,-5,-11.1%\n"

    ledger = ledger_of(f"Management accounts\nMarch 2024\n\n{lines}")
    assert (figures(ledger)["revenue_budget"], f"{ledger.periods[0]:%Y-%m}") == ([110], "2024-03")
    with pytest.raises(InvalidData, match="write it there, such as 'January 2024'"):
        ledger_of(f"Management accounts\n\n{lines}")


def test_months_of_a_fiscal_year_that_goes_over_the_end_of_a_calendar_year() -> None:
    months = "Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec,Jan,Feb,Mar"
    line = f"Line,{months}\nRevenue,{','.join(map(str, range(12)))}\n"

    assert f"{ledger_of(f'Budget FY 2024-25{chr(10)}{line}').periods[-1]:%Y-%m}" == "2025-03"
    with pytest.raises(InvalidData, match="the months go over its end"):
        ledger_of(f"Budget 2024\n{line}")


def test_years_side_by_side_in_thousands() -> None:
    ledger = ledger_of(
        "Income statement (USD thousands),2021,2022,2023\nRevenue,100,110,120\nCost of sales,60,65,70\nNet "
        "income,20,24,28\n"
    )

    assert figures(ledger)["revenue"] == [100_000, 110_000, 120_000]
    assert (ledger.frequency, ledger.currency) == (Frequency.YEAR, "USD")


@pytest.mark.parametrize(
    ("name", "answers", "expected"),
    [
        ("gl_debit_credit", ORDER, {"revenue": 100000.0, "cost_of_sales": 58797.1, "profit": 41202.9}),
        ("gnucash", ORDER, {"revenue": 1453.2, "profit": 1453.2}),
        ("datev_extf", {}, {"revenue": 17610.12, "expenses": 4904.87, "profit": 12705.25}),
        ("m2_debit_credit", {"chart": "usual"}, {"revenue": 87885.9}),
        ("stripe_balance", {}, {"revenue": 6452.91, "expenses": 194.63}),
        ("dr_cr_suffix", {}, {"revenue": 100000.0, "cash": 50000.0}),
    ],
)
def test_ledgers_as_people_have_them(
    name: str, answers: dict[str, str], expected: dict[str, float], shared_data: Path
) -> None:
    ledger = read_ledger(shared_data.parent / "cases" / "finance" / f"{name}.csv", answers=answers)

    found = {figure: values[0] for figure, values in figures(ledger).items()}
    assert {figure: found[figure] for figure in expected} == pytest.approx(expected)


def test_the_lines_of_accounts_are_kept_for_next_month_and_only_a_new_account_is_asked(
    tmp_path: Path,
) -> None:
    project = Project.create(tmp_path / "company", "Company")
    reading = read_content("january.csv", UNUSUAL.encode())
    answers = {"account:Widget Income": "revenue", "account:Mystery": "expenses"}
    save_mapping(project, propose_mapping(reading), answers)
    _, kept = load_mapping(project)

    later = UNUSUAL.replace("2024-", "2025-") + "2025-02-07,Riddle,z,5\n2025-02-07,Checking,z,-5\n"
    assert asked(later, **kept) == ["account:Riddle"]
