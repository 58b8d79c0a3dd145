"""More parts than are forecast one by one: shares of the company's forecast, which add up, and it is said."""

from __future__ import annotations

import numpy as np
import pytest
from finance.report_cases import make_project

from workbench.charts.page import ReportPage
from workbench.data.formatting import INDIA
from workbench.finance.jobs import make_finance_report
from workbench.finance.results.report import tables as report_tables
from workbench.finance.results.report.appendices import add_appendices
from workbench.finance.results.saved import FinanceResult

CUSTOMERS, MONTHS = 70, 30


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> FinanceResult:
    """Give a report by 70 customers, of whom one is new in the last year and one bought only before it."""
    rng = np.random.default_rng(8)
    lines = ["Date,Customer,Revenue,Operating Costs,Net Profit"]
    for month in range(MONTHS):
        for customer in range(CUSTOMERS):
            if (customer == 1 and month < MONTHS - 5) or (customer == 2 and month >= MONTHS - 12):
                continue
            revenue = round((1 + customer) * 10 * np.exp(rng.normal(0, 0.1)), 2)
            costs = round(0.7 * revenue, 2)
            day = f"{2022 + month // 12}-{month % 12 + 1:02d}-28"
            lines.append(f"{day},C{customer:02d},{revenue},{costs},{revenue - costs:.2f}")
    project = make_project(tmp_path_factory.mktemp("many") / "board", company__csv="\n".join(lines).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workbench.finance.results.report.page.report_page", lambda *_: ReportPage("", ""))
        return make_finance_report(project, file="company.csv", horizon=3)


def test_very_many_parts_add_up_to_the_company_and_none_goes_below_zero(result: FinanceResult) -> None:
    table = result.table("forecasts")
    parts = table[table.dimension == "customer"].pivot_table("forecast", "period", "figure", aggfunc="sum")
    whole = table[table.dimension == ""].pivot_table("forecast", "period", "figure")
    amounts = table[(table.dimension == "customer") & table.figure.isin(["revenue", "expenses"])]

    assert parts.to_numpy() == pytest.approx(whole[parts.columns].to_numpy(), abs=1e-6)
    assert set(parts.columns) == {"revenue", "expenses", "profit", "other_items"}
    assert amounts[["forecast", "lower", "upper"]].min().min() >= 0
    assert (amounts.upper > amounts.lower).all()
    # Who bought nothing in the last year has no share; who is new has one.
    assert set(amounts.entity) == {f"C{at:02d}" for at in range(CUSTOMERS)} - {"C02"}


def test_profit_of_each_of_very_many_parts_is_revenue_less_costs(result: FinanceResult) -> None:
    table = result.table("forecasts").query("dimension == 'customer'")
    wide = table.pivot_table("forecast", ["entity", "period"], "figure", aggfunc="first")

    assert wide.profit.to_numpy() == pytest.approx(
        (wide.revenue - wide.expenses - wide.other_items).to_numpy()
    )


def test_it_is_said_that_very_many_parts_are_not_forecast_one_by_one(result: FinanceResult) -> None:
    said = [str(note) for note in result.notes]
    assert any("69 parts by customer keep the share of the company" in text for text in said)
    models = result.table("models").query("dimension == 'customer'")
    assert set(models.method) == {"share of the company's forecast"}
    assert "customer" not in set(result.table("events").dimension)


def test_the_report_shows_the_largest_parts_and_the_sum_of_the_others(result: FinanceResult) -> None:
    headers, rows = report_tables.part_forecasts(result, "customer", INDIA)
    page = ReportPage("", "")
    add_appendices(page, result, INDIA)

    assert len(headers) == len(rows[0]) == 2 + 8 + 2
    assert headers[2] == "C69"
    assert headers[-2:] == ["61 others", "Company"]
    assert "By customer" in [section.title for section in page.sections]
