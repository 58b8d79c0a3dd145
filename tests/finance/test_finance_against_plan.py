"""A budget beside what happened: by figure and part, over the periods in which both are given."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.finance.finance_files import ledger_of
from workbench.data.formatting import INDIA
from workbench.data.projects.project import Project
from workbench.finance.analysis.against_plan import plan_name
from workbench.finance.analysis.measures import measure_table
from workbench.finance.jobs import make_finance_report
from workbench.finance.model.series import figure_series
from workbench.finance.model.spans import Span
from workbench.finance.results.report.against_plan import against_plan, parts_against_plan
from workbench.finance.results.saved import FinanceResult


def company() -> str:
    """Two regions, two years of actuals, a budget for the second; what happened ends in September."""
    lines = ["Date,Region,Revenue,Revenue Budget,Expenses,Expenses Budget"]
    for number in range(24):
        year, month = 2023 + number // 12, number % 12 + 1
        for region, size in (("North", 100), ("South", 50)):
            happened = f"{size + number},{60 + number}" if number < 21 else ","
            revenue, expenses = happened.split(",")
            budget = ("100", "70") if year == 2024 else ("", "")
            lines.append(f"{year}-{month:02d}-28,{region},{revenue},{budget[0]},{expenses},{budget[1]}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> FinanceResult:
    project = Project.create(tmp_path_factory.mktemp("plan") / "company", "Company")
    (project.inputs / "plan.csv").write_text(company())
    return make_finance_report(project, file="plan.csv", horizon=3)


def value(table: pd.DataFrame, name: str, period: str) -> float:
    return float(table[(table.measure == name) & (table.period == period)].value.iloc[0])


def test_a_plan_is_set_against_what_happened_in_the_periods_that_have_both() -> None:
    ledger = ledger_of(company())
    table = measure_table(ledger, Span.YEAR_TO_DATE)

    months = range(12, 21)
    actual, plan = sum(150 + 2 * number for number in months), 9 * 200
    assert value(table, plan_name("revenue_budget", "difference"), "2024-09-01") == actual - plan
    assert value(table, plan_name("revenue_budget", "share"), "2024-09-01") == pytest.approx(
        100 * actual / plan
    )
    assert pd.isna(value(table, plan_name("revenue_budget", "difference"), "2024-12-01"))


def test_months_ahead_that_have_only_a_plan_are_not_missing() -> None:
    ledger = ledger_of(company())

    assert (ledger.gaps, ledger.partial) == ((), ())
    assert {str(one.periods[-1])[:7] for one in figure_series(ledger)} == {"2024-09"}
    assert any("from Oct 2024 on there are only plans" in problem.message for problem in ledger.problems)


def test_a_report_begins_with_actual_against_budget_and_goes_down_to_the_parts(result: FinanceResult) -> None:
    headers, rows = against_plan(result, INDIA)

    assert headers[3:5] == ["Actual [currency units]", "Plan [currency units]"]
    assert rows[0] == ["Revenue", "budget", "Sep 2024", "190.0", "200.0", "-10.00", "-5.0"]
    _, parts = parts_against_plan(result, "revenue_budget", "region", INDIA)
    assert [row[0] for row in parts] == ["South", "North"]
    page = (result.folder / "report.html").read_text()  # type: ignore[operator]
    assert page.index(">Against plan<") < page.index("</span>Measures<")


def test_more_cost_than_planned_is_unfavourable(result: FinanceResult) -> None:
    said = result.table("sentences").query("section == 'Against plan'").text.tolist()

    costs = next(text for text in said if text.startswith("Operating expenses of Sep 2024"))
    assert costs.endswith("above the budget, which is unfavourable.")


def test_a_budget_and_the_prior_year_have_measures_of_their_own_and_are_both_reported(tmp_path: Path) -> None:
    rows = [f"2024-{month:02d},{100 + month},110,{90 + month}" for month in range(1, 13)]
    text = "\n".join(["Month,Revenue,Revenue Budget,Revenue Prior Year", *rows]) + "\n"
    table = measure_table(ledger_of(text))
    titles = table.drop_duplicates("measure").title
    assert titles.is_unique

    project = Project.create(tmp_path / "company", "Company")
    (project.inputs / "plan.csv").write_text(text)
    result = make_finance_report(project, file="plan.csv", horizon=3)
    _, shown = against_plan(result, INDIA)
    assert {row[1] for row in shown} == {"budget", "prior year"}
    assert (result.folder / "report.xlsx").stat().st_size > 0  # type: ignore[operator]
