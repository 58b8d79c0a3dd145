"""Measures by month, quarter, fiscal year, year to date and rolling year; not available is never 0."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from finance.finance_files import ledger_of, monthly

from workbench.errors import InvalidData
from workbench.finance.analysis.measures import MEASURES, Span, figure_table, measure_table, measures_of
from workbench.finance.model.ledger import Ledger

YEARS = {
    "Revenue": [100 + at for at in range(24)],
    "Operating Costs": [60 + at for at in range(24)],
    "Net Profit": [40] * 24,
    "Accounts Receivable": [150 + at for at in range(24)],
    "Operating Cash Flow": [30] * 24,
    "Capex": [10] * 24,
}


def ledger(**columns: list[object]) -> Ledger:
    return ledger_of(
        monthly({name.replace("_", " "): values for name, values in columns.items()} or dict(YEARS))
    )


def value(table: pd.DataFrame, measure: str, label: str, entity: str = "") -> float:
    chosen = table[(table["measure"] == measure) & (table["label"] == label) & (table["entity"] == entity)]
    assert len(chosen) == 1
    return float(chosen["value"].iloc[0])


def reason(table: pd.DataFrame, measure: str, label: str) -> str:
    return str(table[(table["measure"] == measure) & (table["label"] == label)]["reason"].iloc[0])


def test_a_quarters_margin_is_of_its_sums_and_not_the_mean_of_its_months() -> None:
    table = measure_table(
        ledger(Revenue=[100, 100, 1000], Costs=[50, 50, 1000], Net_Profit=[50, 50, 0]), Span.QUARTER
    )

    assert value(table, "profit_margin", "Q1 2023") == pytest.approx(100 * 100 / 1200)
    assert value(table, "expense_ratio", "Q1 2023") == pytest.approx(100 * 1100 / 1200)


def test_a_fiscal_year_runs_from_its_month_and_is_named_by_both_years() -> None:
    table = figure_table(ledger_of(monthly(dict(YEARS)), start_month=4), Span.FISCAL_YEAR)

    revenue = table[table["measure"] == "revenue"]
    assert revenue["label"].tolist() == ["FY 2022-23", "FY 2023-24", "FY 2024-25"]
    assert revenue["value"].tolist() == [sum(range(100, 103)), sum(range(103, 115)), sum(range(115, 124))]
    assert revenue["partial"].tolist() == [True, False, True]
    assert revenue["reason"].tolist() == [
        "only 3 of 12 periods are given",
        "",
        "only 9 of 12 periods are given",
    ]


def test_a_balance_of_a_year_is_that_of_its_end_and_never_a_sum() -> None:
    table = figure_table(ledger(), Span.FISCAL_YEAR)

    assert value(table, "receivables", "2023") == 161.0
    assert value(table, "receivables", "2024") == 173.0


def test_a_partial_year_is_compared_with_the_same_months_only() -> None:
    # 2023 whole, 2024 to September: the old comparison of a part with a whole gave -20 %.
    columns = {"Revenue": [100] * 12 + [105] * 9, "Costs": [50] * 21}

    table = measure_table(ledger(**columns), Span.FISCAL_YEAR)

    assert value(table, "revenue_growth", "2024") == pytest.approx(5.0)
    assert reason(table, "revenue_growth", "2024") == "only 9 of 12 periods are given in both years"
    assert math.isnan(value(table, "revenue_growth", "2023"))


def test_a_partial_month_is_not_compared_at_all() -> None:
    days = pd.date_range("2023-01-01", "2024-02-10")
    table = measure_table(ledger_of("Date,Revenue\n" + "".join(f"{day:%Y-%m-%d},5\n" for day in days)))

    assert value(table, "revenue_growth", "Jan 2024") == pytest.approx(0.0)
    assert math.isnan(value(table, "revenue_growth", "Feb 2024"))
    assert reason(table, "revenue_growth", "Feb 2024") == "no period is whole and given in both years"


def test_year_to_date_and_rolling_year() -> None:
    table = figure_table(ledger(), Span.YEAR_TO_DATE)
    rolling = figure_table(ledger(), Span.ROLLING_12)

    assert value(table, "revenue", "2024 to Mar 2024") == 112 + 113 + 114
    assert value(rolling, "revenue", "12 months to Mar 2024") == sum(range(103, 115))
    assert rolling["label"].iloc[0] == "12 months to Dec 2023"


def test_a_rolling_year_with_a_gap_is_not_available() -> None:
    columns = {**YEARS, "Revenue": [None if at == 14 else 100 for at in range(24)]}

    table = measure_table(ledger(**columns), Span.ROLLING_12)

    assert value(table, "profit_margin", "12 months to Feb 2024") == pytest.approx(40.0)
    assert reason(table, "profit_margin", "12 months to Mar 2024") == "11 of 12 periods are given"


def test_days_sales_outstanding_uses_the_balance_at_the_end_and_the_days_of_the_span() -> None:
    # Receivables 173 at the end of 2024, revenue 112 + ... + 123 = 1410, 366 days.
    assert value(measure_table(ledger(), Span.FISCAL_YEAR), "dso", "2024") == pytest.approx(173 / 1410 * 366)
    assert value(measure_table(ledger(), Span.MONTH), "dso", "Feb 2024") == pytest.approx(163 / 113 * 29)


def test_free_cash_flow_and_cash_conversion() -> None:
    table = measure_table(ledger(), Span.QUARTER)

    assert value(table, "free_cash_flow", "Q1 2023") == 60.0
    assert value(table, "cash_conversion", "Q1 2023") == pytest.approx(75.0)


def test_current_and_quick_ratio_need_current_items_and_are_not_made_of_totals() -> None:
    totals = measure_table(ledger(Total_Assets=[100, 110], Total_Liabilities=[50, 55], Inventory=[10, 10]))
    current = measure_table(
        ledger(Current_Assets=[100, 110], Current_Liabilities=[50, 55], Inventory=[10, 10])
    )

    assert math.isnan(value(totals, "current_ratio", "Feb 2023"))
    assert (
        reason(totals, "current_ratio", "Feb 2023")
        == "the file has no current assets and current liabilities"
    )
    assert value(current, "current_ratio", "Feb 2023") == pytest.approx(2.0)
    assert value(current, "quick_ratio", "Feb 2023") == pytest.approx(100 / 55)
    assert value(current, "working_capital", "Feb 2023") == 55.0


def test_a_missing_or_zero_input_is_not_available_and_never_zero() -> None:
    table = measure_table(ledger(Revenue=[0, 100, None], Costs=[50, 50, 50], Net_Profit=[-50, 50, 50]))

    assert math.isnan(value(table, "profit_margin", "Jan 2023"))
    assert reason(table, "profit_margin", "Jan 2023") == "revenue is not above 0"
    assert reason(table, "profit_margin", "Mar 2023") == "no period has profit and revenue"
    assert reason(table, "gross_margin", "Feb 2023") == "the file has no cost of sales"
    missing = table[table["value"].isna()]
    assert (missing["reason"] != "").all()
    assert (table["value"] != 0).all()


def test_cash_conversion_of_a_loss_is_not_available() -> None:
    table = measure_table(ledger(Net_Profit=[-10, 10], Operating_Cash_Flow=[5, 5]))

    assert reason(table, "cash_conversion", "Jan 2023") == "profit is not above 0"


def test_days_payable_says_when_operating_expenses_stand_in_for_the_cost_of_sales() -> None:
    without = ledger(Accounts_Payable=[10, 10], Operating_Costs=[31, 28], Revenue=[50, 50])

    assert "the file has no cost of sales" in measures_of(without)["dpo"].formula
    assert value(measure_table(without), "dpo", "Jan 2023") == pytest.approx(10.0)


def test_measures_by_region() -> None:
    text = "Date,Region,Revenue,Costs,Net Profit\n" + "".join(
        f"2024-{month:02d}-28,{region},{size},{size / 2},{size / 2}\n"
        for month in range(1, 7)
        for region, size in (("North", 10), ("South", 20))
    )

    table = measure_table(ledger_of(text), Span.QUARTER, "region")

    assert value(table, "profit_margin", "Q2 2024", "South") == pytest.approx(50.0)
    assert value(figure_table(ledger_of(text), Span.QUARTER, "region"), "revenue", "Q2 2024", "South") == 60.0
    with pytest.raises(InvalidData, match="no dimension 'product'"):
        measure_table(ledger_of(text), Span.QUARTER, "product")


def test_a_region_that_changes_with_the_month_has_no_measures_of_its_own() -> None:
    text = "Date,Region,Revenue\n" + "".join(
        f"2024-{month:02d}-28,{'NS'[month % 2]},{month}\n" for month in range(1, 7)
    )

    with pytest.raises(InvalidData, match="one row a period and its region changes from row to row"):
        measure_table(ledger_of(text), Span.MONTH, "region")


def test_quarters_of_a_file_of_quarters_add_up_to_years() -> None:
    text = "Date,Revenue\n" + "".join(
        f"Q{quarter} {year},{quarter * 10}\n" for year in (2023, 2024) for quarter in (1, 2, 3, 4)
    )

    assert value(figure_table(ledger_of(text), Span.FISCAL_YEAR), "revenue", "2024") == 100.0
    assert value(figure_table(ledger_of(text), Span.MONTH), "revenue", "Q3 2024") == 30.0
    assert value(measure_table(ledger_of(text), Span.QUARTER), "revenue_growth", "Q3 2024") == 0.0


def test_a_single_month_has_its_measures_and_no_growth() -> None:
    table = measure_table(ledger(Revenue=[100], Costs=[60], Net_Profit=[40]))

    assert value(table, "profit_margin", "Jan 2023") == pytest.approx(40.0)
    assert math.isnan(value(table, "revenue_growth", "Jan 2023"))


@pytest.mark.parametrize("name", list(MEASURES))
def test_every_measure_says_its_formula_and_names_itself(name: str) -> None:
    measure = MEASURES[name]

    assert measure.name == name
    assert measure.formula
    assert measure.needs
