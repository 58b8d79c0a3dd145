"""From the numbers of a plan to the cells of the workbook of plants, the solver's choice and its binding limits."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from test_capacity_plan import QUICK

from workbench.capacity.inputs.template import write_template
from workbench.capacity.jobs import plan_capacity
from workbench.capacity.results.saved import CapacityResult
from workbench.data.explanation.cells import explain
from workbench.data.origins import Origin
from workbench.data.projects.project import Project

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project.create(tmp_path_factory.mktemp("explained") / "plan", "Small state")
    write_template(made.inputs / "plan.xlsx")
    return made


@pytest.fixture(scope="module")
def result(project: Project) -> CapacityResult:
    return plan_capacity(project, dataclasses.replace(QUICK, co2_limit={2030: 2.5}))


def value_at(project: Project, place: str) -> Any:
    file, sheet, cell = (part.strip() for part in place.split(", "))
    book = openpyxl.load_workbook(project.inputs / file)
    return book[sheet.removeprefix("sheet ").strip("'")][cell.removeprefix("cell ")].value


def total(parts: Any) -> float:
    return float(sum(float(part.value) for part in parts))


def test_existing_capacity_leads_to_its_cell(project: Project, result: CapacityResult) -> None:
    assets = result.table("assets")
    row = int(np.flatnonzero((assets.component == "Generator") & (assets.existing > 0))[0])
    found = explain(result, "assets", "existing", row=row)
    assert found.origin is Origin.GIVEN
    assert value_at(project, found.cell.place) == pytest.approx(found.cell.value)


def test_new_capacity_is_the_choice_of_the_solver_and_names_the_limit_that_binds(
    result: CapacityResult,
) -> None:
    assets = result.table("assets")
    row = int(np.flatnonzero(assets.new > 0)[0])
    found = explain(result, "assets", "new", row=row)
    assert "chosen by the solver" in found.cell.rule
    cost, *_ = found.cell.parts
    assert cost.place.startswith("plan.xlsx, sheet 'Capital_cost', cell ")
    objective = next(part for part in found.cell.parts if part.quantity == "Objective")
    assert objective.value == result.facts["objective"]
    assert any("binding limit" in part.rule for part in found.cell.parts)


@pytest.mark.parametrize(
    ("table", "column"), [("capacity", "capacity"), ("costs", "total"), ("energy", "supply")]
)
def test_a_total_is_the_sum_of_its_parts(result: CapacityResult, table: str, column: str) -> None:
    frame = result.table(table)
    for row in np.flatnonzero((frame[column] > 0) & (frame.component == "Generator")):
        found = explain(result, table, column, row=int(row)).cell
        assert total(found.parts) == pytest.approx(found.value, rel=1e-6)


def test_a_capital_cost_is_new_capacity_at_the_cost_of_a_cell(
    project: Project, result: CapacityResult
) -> None:
    costs = result.table("costs")
    row = int(np.flatnonzero(costs.capital > 0)[0])
    found = explain(result, "costs", "capital", row=row).cell
    rates = [part for part in found.parts if part.quantity.startswith("Capital cost of")]
    assert rates
    for rate in rates:
        assert rate.origin is Origin.GIVEN
        assert value_at(project, rate.place) == pytest.approx(rate.value)


def test_a_load_that_was_grown_is_assumed(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "plan", "Small state")
    write_template(project.inputs / "plan.xlsx")
    book = openpyxl.load_workbook(project.inputs / "plan.xlsx")
    (header,) = (cell for cell in book["Demand"][1] if str(cell.value) == "2035")
    book["Demand"].delete_cols(header.column)
    book.save(project.inputs / "plan.xlsx")
    grown = plan_capacity(project, dataclasses.replace(QUICK, years=(2035,), demand_growth=3.0))
    found = explain(grown, "adequacy", "load", year=2035)
    assert found.origin is Origin.ASSUMED
    assert "setting demand_growth" in found.places


def test_a_workbook_that_has_changed_is_said(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "plan", "Small state")
    write_template(project.inputs / "plan.xlsx")
    result = plan_capacity(project, QUICK)
    (project.inputs / "plan.xlsx").unlink()
    assets = result.table("assets")
    row = int(np.flatnonzero((assets.component == "Generator") & (assets.existing > 0))[0])
    assert "not looked up" in explain(result, "assets", "existing", row=row).cell.rule
