from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from demand_workbooks import MakeWorkbook, small_sheets

from workbench.data.projects.project import Project
from workbench.demand.config import DemandConfig
from workbench.demand.inputs.reading import find_workbook, read_demand
from workbench.demand.jobs import forecast_demand
from workbench.demand.model.choices import MODEL_NAMES
from workbench.demand.model.roles import Role
from workbench.demand.models.catalogue import MODELS
from workbench.demand.sectors.plan import Plan, make_plan

CONFIG = DemandConfig(target_year=2035)


@pytest.fixture
def plan(make_workbook: MakeWorkbook) -> Plan:
    return make_plan(read_demand(make_workbook()), CONFIG)


def test_the_default_is_fixed_by_rule_and_not_by_the_backtest(plan: Plan) -> None:
    assert plan.chosen == {
        "Homes": "combined_growth",
        "Factories": "combined_growth",
        "solar_rooftop": "given_path",
    }


def test_naive_and_drift_are_always_computed(plan: Plan) -> None:
    models = {request.model for request in plan.requests if request.sector == "Homes"}
    assert {"naive", "drift"} <= models


def test_every_model_of_the_registry_can_be_asked_for(make_workbook: MakeWorkbook) -> None:
    asked = make_plan(read_demand(make_workbook()), replace(CONFIG, models=tuple(MODELS)))
    assert {request.model for request in asked.requests if request.sector == "Homes"} == set(MODELS)


def test_the_names_that_settings_choose_from_are_those_of_the_registry() -> None:
    assert tuple(sorted(MODELS)) == tuple(sorted(MODEL_NAMES))


def test_every_model_says_its_formula_and_its_source() -> None:
    for model in MODELS.values():
        assert model.formula
        assert model.source


def test_a_driver_without_a_path_is_left_out_of_the_regression_and_named(plan: Plan) -> None:
    assert any(
        "Factories: Regression on drivers (MLR) leaves out Rainfall" in note.message for note in plan.notes
    )
    request = next(r for r in plan.requests if (r.sector, r.model) == ("Factories", "regression_on_drivers"))
    assert request.drivers is not None
    assert request.drivers.names == ("GSDP",)


def test_a_driver_with_a_growth_in_the_settings_is_used(make_workbook: MakeWorkbook) -> None:
    asked = make_plan(read_demand(make_workbook()), replace(CONFIG, driver_growth={"Rainfall": 0.0}))
    request = next(r for r in asked.requests if (r.sector, r.model) == ("Factories", "regression_on_drivers"))
    assert request.drivers is not None
    assert set(request.drivers.names) == {"GSDP", "Rainfall"}


def test_drivers_are_aligned_with_the_sales_by_year(plan: Plan) -> None:
    request = next(r for r in plan.requests if (r.sector, r.model) == ("Homes", "growth_elasticities"))
    assert request.drivers is not None
    people = request.drivers.history[0, :, request.drivers.names.index("Total Population")]
    assert people[0] == pytest.approx(30e6)
    assert people[-1] == pytest.approx(30e6 * 1.01**19)
    assert request.drivers.future[0, 0, 1] == pytest.approx(30e6 * 1.01**20)
    assert request.known_drivers == 20


def test_a_sector_that_begins_later_gets_its_own_years_of_the_drivers(make_workbook: MakeWorkbook) -> None:
    late = [["Year", "Electricity"], *([2012 + i, 1e6 * 1.1**i] for i in range(14))]
    asked = make_plan(read_demand(make_workbook(Factories=late)), CONFIG)
    request = next(r for r in asked.requests if (r.sector, r.model) == ("Factories", "growth_elasticities"))
    assert request.drivers is not None
    assert request.drivers.history[0, 0, 1] == pytest.approx(30e6 * 1.01**6)


def test_a_model_that_is_chosen_replaces_a_given_path_and_says_so(make_workbook: MakeWorkbook) -> None:
    asked = make_plan(
        read_demand(make_workbook()), replace(CONFIG, sector_models={"solar_rooftop": "damped_growth"})
    )
    assert asked.chosen["solar_rooftop"] == "damped_growth"
    assert any("given path to 2040 is not used" in note.message for note in asked.notes)


def test_roles_can_be_set_where_a_name_does_not_tell(make_workbook: MakeWorkbook) -> None:
    data = read_demand(make_workbook(), replace(CONFIG, roles={"Factories": "open access"}))
    assert data.sectors["Factories"].role is Role.OPEN_ACCESS


def test_tables_of_the_template_are_read(make_workbook: MakeWorkbook) -> None:
    main = small_sheets()["main"]
    main += [[], ["~Losses", "", "", "~Load_factor", "", "", "~Policy", "", ""]]
    main += [["Year", "Percent", "", "Year", "Percent", "", "Layer", "Year", "Electricity"]]
    main += [
        [2025, 12, "", 2025, 70, "", "Savings", 2030, -5e5],
        [2035, 8, "", 2035, 66, "", "Savings", 2035, -1e6],
    ]
    data = read_demand(make_workbook(main=main))
    assert data.losses == {2025: 12, 2035: 8}
    assert data.load_factors == {2025: 70, 2035: 66}
    assert data.layers["Savings"].role is Role.DEMAND_SIDE_MANAGEMENT
    assert data.layers["Savings"].points == {2030: 500, 2035: 1000}


def test_the_sample_project_runs_with_its_own_losses_and_layers(
    tmp_path: Path, copy_sample: Callable[[Path], Project]
) -> None:
    project = copy_sample(tmp_path / "sample")
    assert find_workbook(project, "").name == "demand.xlsx"
    result = forecast_demand(project, DemandConfig(models=("damped_growth",)))
    assert result.failures == {}
    assert result.assumed == ()
    table = result.table("requirement").set_index("year")
    assert table.loss[2025] == pytest.approx(9.6)
    assert (table.demand_side_management.loc[2030:] > 0).all()
    assert not any("jumps" in text for text in result.problems)
