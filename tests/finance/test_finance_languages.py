"""Exports in other languages and notations: months, sides, signs, accounts and banks as they are written there."""

from __future__ import annotations

import shlex

import pytest

from tests.finance.finance_files import ledger_of
from workbench.errors import InvalidData
from workbench.finance.config import FinanceConfig
from workbench.finance.inputs.grain import open_questions
from workbench.finance.inputs.mapping.propose import propose_mapping
from workbench.finance.inputs.reading.read import read_content
from workbench.runs.model.settings import config_from_plain, parse_assignments

REVENUE = [1000.5, 1100.25, 1200.0, 1300.75]


def figures(text: str, **answers: str) -> dict[str, list[float]]:
    ledger = ledger_of(text, answers=answers)
    return {one.name: ledger.total(one.name).round(2).tolist() for one in ledger.figures}


def asked(text: str) -> list[str]:
    reading = read_content("figures.csv", text.encode())
    return [question.key for question in open_questions(reading, propose_mapping(reading), {})]


@pytest.mark.parametrize(
    ("months", "headers"),
    [
        ("gen-23 feb-23 mar-23 apr-23", "Mese;Ricavi;Costo del venduto;Utile netto"),
        ("januari 2023|februari 2023|maart 2023|april 2023", "Maand;Omzet;Kostprijs omzet;Nettowinst"),
        ("janeiro/2023 fevereiro/2023 março/2023 abril/2023", "Mês;Receita;Custo das Vendas;Lucro Líquido"),
        ("janv. 2023|févr. 2023|mars 2023|avr. 2023", "Mois;Chiffre d'affaires;Coût des ventes;Résultat net"),
        ("enero 2023|febrero 2023|marzo 2023|abril 2023", "Mes;Ventas;Costo de ventas;Utilidad neta"),
    ],
    ids=["Italian", "Dutch", "Portuguese", "French", "Spanish"],
)
def test_months_and_figures_are_known_in_other_languages(months: str, headers: str) -> None:
    names = months.split("|") if "|" in months else months.split()
    rows = [
        f"{name};{value:.2f};{value / 2:.2f};{value / 4:.2f}".replace(".", ",").replace(
            name.replace(".", ","), name
        )
        for name, value in zip(names, REVENUE, strict=True)
    ]
    found = figures("\n".join([headers, *rows]) + "\n")

    assert found["revenue"] == REVENUE
    assert set(found) == {"revenue", "cost_of_sales", "profit"}


@pytest.mark.parametrize("minus", ["\u25b2", "\u25b3", "\u2013", "\u2212", "\uff0d"])
def test_what_stands_for_a_minus_is_one(minus: str) -> None:
    rows = "".join(f"2023-{at:02d}-28,100.5,{minus}{at}0.25\n" for at in range(1, 5))

    assert figures(f"Date,Revenue,Operating cash flow\n{rows}")["cash_flow"] == [
        -10.25,
        -20.25,
        -30.25,
        -40.25,
    ]


def test_a_budget_keeps_the_name_of_its_figure_whole() -> None:
    rows = "".join(f"2023-{at:02d}-28,{at}0.5,{at}1.5\n" for at in range(1, 5))

    assert set(figures(f"Date,Cost of Sales,Cost of Sales Budget\n{rows}")) == {
        "cost_of_sales",
        "cost_of_sales_budget",
    }


def booked(amount: float, month: int, template: str) -> str:
    return "".join(
        template.format(day=f"28.{month:02d}.2024", debited=debited, credited=credited, value=value)
        for debited, credited, value in (("1200", "8400", amount), ("3400", "1200", amount / 2))
    )


def test_bookings_with_both_accounts_in_a_row_are_a_ledger() -> None:
    rows = "".join(
        booked(value, month, "{day};Beleg;{debited};{credited};{value:.2f}\n")
        for month, value in enumerate(REVENUE, 1)
    )
    text = f"Belegdatum;Buchungstext;Sollkonto;Habenkonto;Betrag\n{rows}"

    assert asked(text) == ["chart"]
    assert figures(text, chart="skr03")["revenue"] == REVENUE
    assert figures(text, chart="skr03")["profit"] == pytest.approx(
        [value / 2 for value in REVENUE], abs=0.006
    )


@pytest.mark.parametrize("minus", ["", "-"], ids=["bare", "with a minus too"])
def test_credits_that_have_a_side_and_a_minus_are_not_turned_twice(minus: str) -> None:
    rows = "".join(
        f"{day}.{month:02d}.2024;{account};{name};{side};{value:.2f}{minus if side == 'H' else ''};EUR\n"
        for month, value in enumerate(REVENUE, 1)
        for day, account, name, side in (
            (28, "0000120000", "Bank", "S"),
            (28, "0000400000", "Sales", "H"),
        )
    )
    head = "Posting Date;G/L Account;Account Name;Debit/Credit Ind.;Amount in Local Currency;Local Currency\n"

    assert figures(head + rows, **{"chart": "usual"})["revenue"] == REVENUE


@pytest.mark.parametrize(
    ("debit", "credit", "account"),
    [("Debet", "Credit", "Grootboekrekening"), ("Debe", "Haber", "Cuenta"), ("Dare", "Avere", "Conto")],
)
def test_debits_and_credits_are_known_in_other_languages(debit: str, credit: str, account: str) -> None:
    rows = "".join(
        f"28-{month:02d}-2024,{name},texto,{value if name == 'Bank' else ''},{value if name != 'Bank' else ''}\n"
        for month, value in enumerate(REVENUE, 1)
        for name in ("Bank", "Sales")
    )

    assert figures(f"Datum,{account},Description,{debit},{credit}\n{rows}")["revenue"] == REVENUE


def test_a_column_that_a_payment_service_calls_charges_is_asked_and_never_a_cost_unasked() -> None:
    rows = "".join(f"2024-{at:02d}-28,paid,{at}00.25,-5.00,0.00,-{at}.10,{at}90.15\n" for at in range(1, 5))
    text = f"Payout Date,Status,Charges,Refunds,Adjustments,Fees,Total\n{rows}"

    assert asked(text) == ["role:Charges"]
    assert figures(text, **{"role:Charges": "revenue"})["revenue"] == [100.25, 200.25, 300.25, 400.25]
    french = "".join(f"2024-{at:02d}-28,{at}00.25,{at}0.10\n" for at in range(1, 5))
    assert set(figures(f"Date,Produits,Charges\n{french}")) == {"revenue", "expenses"}


def test_the_setting_that_answers_a_question_is_given_and_is_read_as_it_is_written() -> None:
    text = "Date,Revenue,Revenue\n" + "".join(f"2024-{at:02d}-28,{at}00.5,{at}01.5\n" for at in range(1, 5))
    with pytest.raises(InvalidData) as refused:
        ledger_of(text)
    given = shlex.split(str(refused.value).partition("such as ")[2].removesuffix("."))[1]
    config = config_from_plain(FinanceConfig, parse_assignments([given]))

    assert config.answers == {"role:revenue": "Revenue"}
    short = config_from_plain(FinanceConfig, parse_assignments(["answers=role:revenue:Revenue"]))
    assert short.answers == config.answers
    assert figures(text, **config.answers)["revenue"] == [100.5, 200.5, 300.5, 400.5]


def test_periods_may_be_written_as_their_days() -> None:
    days = ["Jan 1 - Jan 31 2024", "Feb 1 - 29, 2024", "Mar 1 - Mar 31 2024", "Apr 1 - Apr 30 2024"]
    heads = ",".join(f'"{day}"' for day in days)
    text = f"Account,{heads}\nRevenue,1,2,3,4\nNet profit,.1,.2,.3,.4\n"

    assert figures(text)["revenue"] == [1, 2, 3, 4]


MOVES = [
    ("240105", "C", "100,50"),
    ("240120", "D", "40,25"),
    ("240210", "RD", "0,25"),
    ("240311", "C", "9,50"),
]


def statement(closing: str = "C240331EUR1070,00", account: str = "37040044/532013000") -> str:
    moves = "".join(
        f":61:{day}{day[2:]}{side}{amount}NTRFNONREF\n:86:166?00Text\n" for day, side, amount in MOVES
    )
    return f":20:STARTUMS\n:25:{account}\n:28C:1/1\n:60F:C240101EUR1000,00\n{moves}:62F:{closing}\n-\n"


def test_a_statement_in_the_format_mt940_gives_moves_and_balances() -> None:
    found = figures(statement())

    assert found == {"cash_flow": [60.25, 0.25, 9.5], "cash": [1060.25, 1060.5, 1070.0]}


def test_a_statement_that_does_not_add_up_or_mixes_accounts_is_refused_with_its_line() -> None:
    with pytest.raises(
        InvalidData, match=r"figures\.csv, row 13: the balance is 1,071\.00.* gives 1,070\.00"
    ):
        ledger_of(statement("C240331EUR1071,00"))
    with pytest.raises(InvalidData, match="one account in a file"):
        ledger_of(statement() + statement(account="20010020/1"))


def test_bank_statements_without_a_balance_are_known_by_what_only_banks_write() -> None:
    german = (
        "Buchungstag;Valutadatum;Buchungstext;Verwendungszweck;Beguenstigter;IBAN;Betrag;Waehrung\n"
        + "".join(
            f"{day}.{month:02d}.24;{day}.{month:02d}.24;X;Rechnung;Firma;DE02120300000000202051;{value};EUR\n"
            for month in range(1, 4)
            for day, value in ((14, "1.100,50"), (25, "-100,25"))
        )
    )
    head = '"Datum";"Omschrijving";"IBAN";"Tegenrekening";"Code";"Af Bij";"Bedrag (EUR)";"Mutatiesoort"\n'
    dutch = head + "".join(
        f'"2024{month:02d}{day}";"Klant";"NL01INGB0001234567";"NL02";"OV";"{side}";"{value}";"extra"\n'
        for month in range(1, 4)
        for day, side, value in ((14, "Bij", "1100,50"), (25, "Af", "100,25"))
    )

    for text in (german, dutch):
        assert figures(text) == {"cash_flow": [1000.25, 1000.25, 1000.25]}
