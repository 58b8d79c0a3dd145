"""Exports of further systems: right to the cent, or a question that can be answered."""

from __future__ import annotations

import calendar

import pytest

from tests.finance.finance_files import ledger_of
from workbench.errors import InvalidData
from workbench.finance.inputs.grain import open_questions
from workbench.finance.inputs.mapping.propose import propose_mapping
from workbench.finance.inputs.reading.read import read_content
from workbench.finance.model.ledger import Frequency, Ledger

MONTHS = range(1, 7)
SALES = [1000.25 + month for month in MONTHS]
GOODS = [400.5 + month for month in MONTHS]


def asked(text: str, **answers: str) -> list[str]:
    reading = read_content("figures.csv", text.encode(), answers=answers)
    return [question.key for question in open_questions(reading, propose_mapping(reading), answers)]


def sums(ledger: Ledger) -> dict[str, float]:
    return {figure.name: round(float(ledger.total(figure.name).sum()), 2) for figure in ledger.figures}


def lines(head: str, *rows: str) -> str:
    return "\n".join([head, *rows]) + "\n"


def sage() -> str:
    head = "No,Type,Account,Nominal,Dept,Details,Date,Ref,Net,Tax,T/C"
    rows = []
    for month, sale, goods in zip(MONTHS, SALES, GOODS, strict=True):
        rows.append(f"1,SI,ABC001,4000,1,Invoice,{12 + month}/0{month}/2024,10,{sale:.2f},{sale / 5:.2f},T1")
        rows.append(f"2,PI,SUP001,5000,1,Bill,{13 + month}/0{month}/2024,11,{goods:.2f},{goods / 5:.2f},T1")
        rows.append(f"3,SC,ABC001,4000,1,Credit,{14 + month}/0{month}/2024,12,10.00,2.00,T1")
    return lines(head, *rows)


def test_sage_transactions_are_postings_whose_type_is_their_side() -> None:
    assert asked(sage()) == ["chart"]
    found = sums(ledger_of(sage(), answers={"chart": "usual"}))
    assert found == {"revenue": round(sum(SALES) - 60, 2), "cost_of_sales": round(sum(GOODS), 2)}


def paypal() -> str:
    head = "Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,Transaction ID,Balance"
    rows = []
    for month, sale in zip(MONTHS, SALES, strict=True):
        day = f'"0{month}/13/2024","09:10:11","PST","X"'
        rows.append(
            f'{day},"Express Checkout Payment","Completed","USD","{sale:,.2f}","-3.10","{sale - 3.1:,.2f}","T","0"'
        )
        rows.append(f'{day},"Payment Refund","Completed","USD","-20.00","0.00","-20.00","R","0"')
        rows.append(f'{day},"General Withdrawal","Completed","USD","-900.00","0.00","-900.00","W","0"')
    return lines(head, *rows)


def test_paypal_payments_less_refunds_are_revenue_and_withdrawals_are_neither() -> None:
    assert sums(ledger_of(paypal())) == {"revenue": round(sum(SALES) - 120, 2), "expenses": 18.6}


def test_what_a_company_paid_by_paypal_is_asked() -> None:
    bill = '"03/14/2024","09:10:11","PST","X","Bill Payment","Completed","USD","-50.00","0.00","-50.00","B","0"\n'
    assert asked(paypal() + bill) == ["account:bill payment"]


def test_a_list_of_payouts_alone_is_refused_and_names_the_export_that_is_needed() -> None:
    head = "id,Type,Amount,Fees,Net,Currency,Created (UTC)"
    rows = [f"po_{month},payout,-500.00,0.00,-500.00,usd,2024-0{month}-07 00:11" for month in MONTHS]
    with pytest.raises(InvalidData, match=r"lists payouts: .* export the balance transactions"):
        ledger_of(lines(head, *rows))


def test_a_list_with_drawn_lines_and_starred_sums_is_read_as_sap_prints_it() -> None:
    rule, rows = "-" * 60, []
    for month, sale, goods in zip(MONTHS, SALES, GOODS, strict=True):
        for account, amount, sign in (("800000", sale, "-"), ("400000", goods, " ")):
            text = f"{amount:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")
            rows.append(f"|  {account}    |28.0{month}.2024   |RV |{text:>16}{sign}|EUR  |Buchung |")
    text = lines(
        rule, "|  Sachkonto |Buchungsdatum|Art|  Betrag in Hauswährung|HWähr|Text    |", rule, *rows, rule,
        "|* |             |   |        3.600,00-|EUR  |        |", rule,
    )  # fmt: skip
    assert asked(text) == ["chart"]
    found = sums(ledger_of(text, answers={"chart": "skr03"}))
    assert found["revenue"] == round(sum(SALES), 2)


def test_income_and_expense_by_category_are_postings_of_accounts() -> None:
    rows = []
    for month, sale, goods in zip(MONTHS, SALES, GOODS, strict=True):
        rows.append(f"15.0{month}.2024;RE{month};Einnahmen;{sale * 1.19:.2f};{sale:.2f};EUR")
        rows.append(f"20.0{month}.2024;ER{month};Material/Waren;-{goods * 1.19:.2f};-{goods:.2f};EUR")
    text = lines("Belegdatum;Belegnummer;Kategorie;Betrag (brutto);Betrag (netto);Währung", *rows).replace(
        ".", ","
    )
    text = text.replace(",2024", ".2024").replace("15,", "15.").replace("20,", "20.")
    answers = {"account:Einnahmen": "revenue", "account:Material/Waren": "cost_of_sales"}
    assert asked(text) == list(answers)
    assert sums(ledger_of(text, answers=answers)) == {
        "revenue": round(sum(SALES), 2),
        "cost_of_sales": round(sum(GOODS), 2),
    }


def test_a_business_assessment_of_one_month_leaves_its_cumulated_values_out() -> None:
    text = lines(
        "Bezeichnung;Dez/2024;% Leistung;Jan/2024 - Dez/2024;% Leistung",
        "Umsatzerlöse;1.500,25;100,00;18.000,00;100,00",
        "Mat./Wareneinkauf;600,00;39,99;7.000,00;38,89",
        "Personalkosten;300,00;20,00;3.500,00;19,44",
        "Betriebsergebnis;600,25;40,01;7.500,00;41,67",
    )
    assert sums(ledger_of(text)) == {
        "revenue": 1500.25, "cost_of_sales": 600.0, "employee_cost": 300.0, "profit": 600.25,
    }  # fmt: skip


def test_years_side_by_side_behind_the_numbers_of_accounts() -> None:
    text = lines(
        "Account,Account Code,2024,2023,2022", "Sales,400,\"1,200.50\",\"1,100.00\",\"1,000.00\"",
        "Cost of Goods Sold,500,500.00,450.00,400.00", "Net Profit/Loss,,700.50,650.00,600.00",
    )  # fmt: skip
    ledger = ledger_of(text)
    assert ledger.frequency is Frequency.YEAR
    assert sums(ledger) == {"revenue": 3300.5, "cost_of_sales": 1350.0, "profit": 1950.5}


def test_the_numbers_of_the_lines_of_a_printed_statement_are_no_part_of_their_names() -> None:
    names = ["Ene", "Feb", "Mar", "Abr", "May", "Jun"]
    text = lines(
        "Cuenta," + ",".join(f"{name} 2024" for name in names),
        "1. Importe neto de la cifra de negocios," + ",".join(f"{sale:.2f}" for sale in SALES),
        "4. Aprovisionamientos," + ",".join(f"-{goods:.2f}" for goods in GOODS),
        "A) RESULTADO DE EXPLOTACIÓN," + ",".join(f"{a - b:.2f}" for a, b in zip(SALES, GOODS, strict=True)),
    )
    assert sums(ledger_of(text)) == {
        "revenue": round(sum(SALES), 2),
        "cost_of_sales": round(sum(GOODS), 2),
        "profit": round(sum(SALES) - sum(GOODS), 2),
    }


def test_days_with_a_time_and_the_name_of_its_zone() -> None:
    rows = [
        f'"{calendar.month_abbr[month]} {day}, 2024 3:04:11 AM {zone}","Order","{sale:.2f}","{fee}"'
        for month, sale in zip(MONTHS, SALES, strict=True)
        for day, zone, fee in ((2, "PST", "-1.5"), (9, "PDT", "0"))
    ]
    text = lines('"date/time","type","product sales","selling fees"', *rows)
    assert asked(text) == ["role:product sales"]
    answers = {"role:product sales": "revenue", "role:selling fees": "expenses"}
    # Fees are written with a minus, or are nothing.
    assert sums(ledger_of(text, answers=answers)) == {"revenue": round(2 * sum(SALES), 2), "expenses": 9.0}


def test_a_file_without_the_name_of_a_figure_asks_for_the_revenue_and_any_column_can_be_given_a_role() -> (
    None
):
    rows = [f"2024-0{month}-28,{month}01.5,{month}02.5,{month}03.5" for month in MONTHS]
    text = lines("Date,Alpha,Beta,Gamma", *rows)
    assert asked(text) == ["role:revenue"]
    answers = {"role:revenue": "Beta", "role:Gamma": "expenses"}
    assert asked(text, **answers) == []
    assert sums(ledger_of(text, answers=answers)) == {"revenue": 2115.0, "expenses": 2121.0}
    with pytest.raises(InvalidData, match="'role:Gamma' is 'costs', expected one of"):
        ledger_of(text, answers={**answers, "role:Gamma": "costs"})
    with pytest.raises(InvalidData, match=r"column 'Alpha' holds numbers .* cannot be region"):
        ledger_of(text.replace("01.5", "01.25"), answers={**answers, "role:Alpha": "region"})


def test_an_answer_may_take_any_column_where_several_are_offered() -> None:
    rows = [f"2024-0{month}-28,{month}01.5,{month}02.5,{month}03.5" for month in MONTHS]
    text = lines("Date,Sales,Turnover,Invoiced", *rows)
    assert asked(text) == ["role:revenue"]
    assert sums(ledger_of(text, answers={"role:revenue": "Invoiced"})) == {"revenue": 2121.0}


@pytest.mark.parametrize("corner", ["", "Line item"])
@pytest.mark.parametrize(
    "heads", [["Q1 2023", "Q2 2023", "Q3 2023", "Q4 2023"], ["Jan-23", "Feb-23", "Mar-23", "Apr-23"]]
)
def test_periods_across_are_found_below_a_blank_corner(corner: str, heads: list[str]) -> None:
    text = lines(",".join([corner, *heads]), "Turnover,1000,1001,1002,1003", "Cost of sales,400,401,402,403")
    assert sums(ledger_of(text)) == {"revenue": 4006.0, "cost_of_sales": 1606.0}
