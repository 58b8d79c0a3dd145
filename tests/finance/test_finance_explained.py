"""From the numbers of a finance report to formulas, figures and the rows of the file."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from tests.finance.report_cases import company_csv
from workbench.data.explanation.cells import explain
from workbench.data.origins import Origin
from workbench.finance.results.saved import FinanceResult


@pytest.fixture
def result(company_report: FinanceResult) -> FinanceResult:
    return company_report


def rows_of(place: str) -> list[int]:
    """Read the rows that a place names: ``company.csv, rows 2-5, 9, column 'Revenue'``."""
    found: list[int] = []
    for part in place.split("rows ")[1].split(", column")[0].split(", "):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def test_a_figure_is_the_sum_of_the_rows_that_are_named(result: FinanceResult) -> None:
    given = pd.read_csv(io.BytesIO(company_csv()))
    history = result.table("history")
    row = int(np.flatnonzero((history.figure == "revenue") & (history.dimension == ""))[7])
    found = explain(result, "history", "value", row=row)
    assert found.origin is Origin.MEASURED
    assert found.cell.place.startswith("company.csv, rows ")
    assert "column 'Revenue'" in found.cell.place
    # Row 1 of the file is its header.
    named = given.Revenue.iloc[[number - 2 for number in rows_of(found.cell.place)]]
    assert named.sum() == pytest.approx(found.cell.value)


def test_a_measure_follows_from_its_figures_by_its_formula(result: FinanceResult) -> None:
    measures = result.table("measures")
    chosen = (measures.measure == "profit_margin") & (measures.span == "month") & (measures.entity == "")
    row = int(np.flatnonzero(chosen & measures.value.notna())[5])
    found = explain(result, "measures", "value", row=row).cell
    assert "net profit / revenue" in found.rule
    profit, revenue = found.parts
    assert 100 * profit.value / revenue.value == pytest.approx(found.value)
    assert "rows" in revenue.place


def test_a_measure_of_a_year_names_each_period_of_it(result: FinanceResult) -> None:
    measures = result.table("measures")
    chosen = (measures.measure == "profit_margin") & (measures.span == "rolling 12 months")
    row = int(np.flatnonzero(chosen & measures.value.notna() & (measures.entity == ""))[-1])
    found = explain(result, "measures", "value", row=row).cell
    profits = [float(part.value) for part in found.parts[:12]]
    revenues = [float(part.value) for part in found.parts[12:]]
    assert 100 * sum(profits) / sum(revenues) == pytest.approx(found.value)


def test_a_forecast_names_its_method_and_the_last_figure(result: FinanceResult) -> None:
    forecasts = result.table("forecasts")
    row = int(np.flatnonzero((forecasts.figure == "revenue") & (forecasts.dimension == ""))[0])
    found = explain(result, "forecasts", "forecast", row=row)
    assert found.origin is Origin.DERIVED
    assert found.cell.rule.startswith("forecast by ")
    assert found.cell.parts[0].place.startswith("company.csv, rows ")


def test_a_what_if_rests_on_an_assumed_share_of_costs(result: FinanceResult) -> None:
    assert len(result.table("what_if")), "the case has drivers"
    found = explain(result, "what_if", "scenario", row=0)
    assert found.origin is Origin.ASSUMED
    assert "setting variable_share" in found.places
