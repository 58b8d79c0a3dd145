"""What an earlier system got wrong in reading a company's figures; each test would catch the mistake again."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from finance.finance_files import ledger_of, monthly

from workbench.errors import InvalidData
from workbench.finance.analysis.checks import CheckStatus, check_profit
from workbench.finance.analysis.measures import Span, figure_table, measure_table
from workbench.finance.inputs.finance_file import read_ledger
from workbench.finance.sample import sample_figures, write_samples


def test_duplicates_are_not_dropped_by_the_date_alone(tmp_path: Path) -> None:
    # It kept 60 of 540 rows and 11 % of the revenue, and reported 0 corrections.
    ledger = read_ledger(write_samples(tmp_path)[0])

    assert len(ledger.lines) == 540
    assert round(ledger.lines["revenue"].sum(), 2) == round(sample_figures()["Revenue"].sum(), 2)


def test_months_without_rows_are_not_counted_as_0() -> None:
    ledger = ledger_of("Date,Revenue\n2024-01-31,5\n2024-02-29,5\n2024-04-30,5\n2024-05-31,5\n")

    assert math.isnan(ledger.total("revenue")["2024-03-01"])
    quarter = figure_table(ledger, Span.QUARTER).query("label == 'Q1 2024'").iloc[0]
    assert math.isnan(quarter["value"])
    assert quarter["reason"] == "1 of 3 periods are missing; the partial sum is 10.00"


def test_other_date_formats_are_not_dropped_without_a_word() -> None:
    ledger = ledger_of("Date,Revenue\n2024-01-31,5\n29/02/2024,6\n2024-03-31,7\n")

    assert ledger.total("revenue").tolist() == [5.0, 6.0, 7.0]
    assert ledger.changes.table()["before"].tolist() == ["29/02/2024"]


@pytest.mark.parametrize(
    ("written", "value"),
    [("(1,034)", -1034.0), ("1.5M", 1_500_000.0), ("$152,000", 152_000.0), ("1034-", -1034.0)],
)
def test_amounts_are_not_read_as_something_else(written: str, value: float) -> None:
    ledger = ledger_of(f'Date;Net Profit\n2024-01-31;"{written}"\n2024-02-29;12345\n2024-03-31;23456\n')

    assert ledger.total("profit").iloc[0] == value


def test_a_german_amount_is_not_cut_at_its_first_mark() -> None:
    assert (
        ledger_of("Datum;Umsatz\n31.01.2024;1.234,56\n29.02.2024;2.000,00\n").total("revenue").iloc[0]
        == 1234.56
    )


def test_a_missing_profit_column_is_not_turned_into_0_and_praised() -> None:
    ledger = ledger_of(monthly({"Revenue": [5, 6], "Costs": [3, 3]}))

    assert not ledger.has("profit")
    assert check_profit(ledger).status is CheckStatus.NOT_AVAILABLE
    margin = measure_table(ledger).query("measure == 'profit_margin'")
    assert margin["value"].isna().all()
    assert set(margin["reason"]) == {"the file has no profit"}


def test_ratios_are_not_summed() -> None:
    text = "Date,Region,Revenue,Margin %\n" + "".join(
        f"{day},{region},{revenue},{revenue}%\n"
        for day in ("2024-01-31", "2024-02-29")
        for region, revenue in (("N", 5), ("S", 6))
    )

    ledger = ledger_of(text)

    assert [figure.name for figure in ledger.figures] == ["revenue"]
    assert ledger.mapping.of("Margin %").role == "ratio"


def test_a_partial_year_is_not_compared_with_a_whole_one() -> None:
    # It said -132.7 % for a company that grew.
    ledger = ledger_of(monthly({"Revenue": [100] * 12 + [110] * 4}))

    growth = (
        measure_table(ledger, Span.FISCAL_YEAR)
        .query("measure == 'revenue_growth' and label == '2024'")
        .iloc[0]
    )
    assert growth["value"] == pytest.approx(10.0)
    assert growth["partial"]


def test_the_year_column_is_not_summed() -> None:
    # 12 rows of 2023 made 24276.
    text = "Date,Year,Quarter,Revenue\n" + "".join(
        f"2023-{month:02d}-28,2023,Q1,5\n" for month in range(1, 13)
    )

    ledger = ledger_of(text)

    assert [figure.name for figure in ledger.figures] == ["revenue"]
    assert ledger.mapping.unused == ("Year", "Quarter")


def test_nothing_is_added_to_the_owners_own_figures() -> None:
    amounts = [101.37, 98.12, 105.99, 99.01]

    ledger = ledger_of(monthly({"Revenue": amounts}))

    assert ledger.entries["revenue"].tolist() == amounts
    assert ledger.total("revenue").tolist() == amounts


def test_nothing_is_imputed_unless_it_is_asked_for() -> None:
    ledger = ledger_of(monthly({"Revenue": [5, None, 7], "Costs": [1, 1, 1]}))

    assert ledger.entries["revenue"].isna().tolist() == [False, True, False]
    assert ledger.changes.of("imputed") == ()


def test_a_file_that_cannot_be_trusted_stops_with_the_reason_and_makes_no_figures() -> None:
    with pytest.raises(InvalidData, match="Column 'Date', row 3: '31/02/2024' is not a date"):
        ledger_of("Date,Revenue\n2024-01-31,5\n31/02/2024,6\n")
