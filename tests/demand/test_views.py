from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from demand_workbooks import MakeWorkbook, small_sheets

from workbench.demand.config import DemandConfig
from workbench.demand.inputs.reading import DemandInput, read_demand
from workbench.demand.results import history_tables as views
from workbench.demand.sectors.driver_plan import plan_drivers


@pytest.fixture
def data(make_workbook: MakeWorkbook) -> DemandInput:
    return read_demand(make_workbook())


def test_the_consolidated_history_is_there_without_a_forecast(data: DemandInput) -> None:
    table = views.history_table(data)
    assert list(table.columns) == ["Homes", "Factories", "solar_rooftop"]
    assert (table.index.min(), table.index.max()) == (2006, 2025)
    assert table.solar_rooftop.loc[:2019].isna().all()
    assert views.history_table(data, with_given=True).index.max() == 2040


def test_units_apply_to_electricity(data: DemandInput) -> None:
    assert views.history_table(data, "kWh").Homes[2010] == pytest.approx(
        1e6 * views.history_table(data).Homes[2010]
    )
    assert views.history_table(data, "MU").Homes[2010] == views.history_table(data).Homes[2010]


def test_conversion_leaves_drivers_percentages_and_power_alone() -> None:
    table = pd.DataFrame(
        {"year": [2025], "kind": ["actual"], "net": [5.0], "loss": [10.0], "peak_mw": [700.0]}
    )
    found = views.converted(table, "MWh").iloc[0]
    assert (found.net, found.loss, found.peak_mw, found.year) == (5000.0, 10.0, 700.0, 2025)
    drivers = pd.DataFrame({"driver": ["GSDP"], "year": [2025], "value": [2e7], "kind": ["actual"]})
    assert views.converted(drivers, "kWh").value[0] == 2e7


def test_the_total_subtracts_rooftop_solar(data: DemandInput) -> None:
    table = views.history_table(data)
    total = views.total_of(table, data)
    assert total[2025] == pytest.approx(table.Homes[2025] + table.Factories[2025] - table.solar_rooftop[2025])
    assert total[2010] == pytest.approx(table.Homes[2010] + table.Factories[2010])


def test_growth_over_the_last_years_and_the_whole_history(data: DemandInput) -> None:
    table = views.cagr_table(data)
    homes = views.history_table(data).Homes
    assert table.loc["Homes", "10 years"] == pytest.approx(100 * ((homes[2025] / homes[2015]) ** 0.1 - 1))
    assert np.isnan(table.loc["solar_rooftop", "10 years"])


def test_per_person_figures_are_in_kwh(data: DemandInput) -> None:
    table = views.per_capita_table(data)
    people = data.drivers.actual["Total Population"][2025]
    assert table.Homes[2025] == pytest.approx(views.history_table(data, "kWh").Homes[2025] / people)


def test_correlations_are_signed(make_workbook: MakeWorkbook) -> None:
    falling = [["Year", "Electricity"], *([2006 + i, 1e7 * 0.97**i] for i in range(20))]
    table = views.correlation_table(read_demand(make_workbook(Factories=falling)))
    assert table.loc["Homes", "GSDP"] > 0.9
    assert table.loc["Factories", "GSDP"] < -0.9


def test_indicators_that_go_on_into_the_future_are_the_path(make_workbook: MakeWorkbook) -> None:
    sheets = small_sheets()
    rows = [list(row) for row in sheets["Economic_Indicators"]]
    last = rows[-1]
    rows += [[2025 + i, last[1] * 1.01**i, last[2] * 1.07**i, None, None] for i in range(1, 11)]
    data = read_demand(make_workbook(Economic_Indicators=rows, paths=None))
    assert max(data.drivers.actual["GSDP"]) == 2025
    plan = plan_drivers(data.drivers, DemandConfig(target_year=2035), 2035)
    gdp = plan.paths["GSDP"]
    assert gdp.last_actual == 2025
    assert gdp.levels[2030] / gdp.levels[2029] == pytest.approx(1.07)
    assert plan.paths["Per Capita GSDP"].reaches(2035)
    assert not plan.paths["Rainfall"].reaches(2026)
