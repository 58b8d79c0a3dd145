from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ipywidgets
import pytest

import workbench
from workbench.capacity.jobs import plan_capacity
from workbench.capacity.results import charts
from workbench.capacity.results.saved import CapacityResult
from workbench.capacity.views.view import CapacityResultView, SolverCurve
from workbench.data.projects.project import Project
from workbench.runs import Job, job, setting, start
from workbench.ui.figures.area import FigureArea
from workbench.ui.figures.tables import TableArea

TABS = (
    "Capacity",
    "Dispatch",
    "Energy",
    "Storage",
    "Prices",
    "Costs",
    "Emissions",
    "Adequacy",
    "Network",
    "What changed",
    "Notes",
)
QUICK = {"demand_source": "hourly load", "typical_days": 3, "check_all_hours": False}


@dataclass(frozen=True, slots=True)
class Steps:
    scenario: str = setting("base", help="Scenario")


@job("pretend solve", config=Steps)
def pretend_solve(job: Job, project: Any, config: Steps) -> None:
    for step in range(5):
        job.metric("Objective", 100.0 - step)
        job.metric("MIP gap", 10.0 - step, unit="%")
        job.metric("Iterations", step)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, copy_sample: Callable[[Path], Project]) -> Project:
    return copy_sample(tmp_path_factory.mktemp("view") / "sample")


@pytest.fixture(scope="module")
def result(project: Project) -> CapacityResult:
    plan_capacity(project, scenario="cheap", discount_rate=3.0, **QUICK)
    return plan_capacity(project, **QUICK)


def open_tab(view: CapacityResultView, name: str) -> ipywidgets.Widget:
    view.selected_index = view.titles.index(name)
    return view.children[view.selected_index].children[0]


def parts(widget: ipywidgets.Widget, kind: object) -> list[ipywidgets.Widget]:
    inside = [part for child in getattr(widget, "children", ()) for part in parts(child, kind)]
    return ([widget] if isinstance(widget, kind) else []) + inside


def figure_in(area: FigureArea) -> dict[str, Any]:
    return area.outputs[0]["data"]["application/vnd.plotly.v1+json"]


@pytest.mark.parametrize("name", TABS)
def test_every_tab_is_drawn_with_a_title_on_the_axis_of_its_quantity(result, project, name):
    content = open_tab(CapacityResultView(result, project), name)
    assert parts(content, (FigureArea, TableArea))
    for area in parts(content, FigureArea):
        figure = figure_in(area)
        if name == "Network":
            # The sample has one bus, which is no network.
            assert "there is no network to draw" in figure["layout"]["annotations"][0]["text"]
            continue
        assert figure["data"]
        if figure["data"][0]["type"] in ("bar", "scatter"):
            axes = figure["layout"]["xaxis"], figure["layout"]["yaxis"]
            assert any("[" in axis["title"]["text"] for axis in axes)


def test_money_is_in_the_currency_and_energy_in_the_unit_of_the_project(result, project):
    costs = parts(open_tab(CapacityResultView(result, project), "Costs"), TableArea)[0].value
    assert f"[crore {project.currency} a year]" in costs
    assert charts.cost_chart(result).layout.yaxis.title.text == f"Costs [crore {project.currency} a year]"
    energy = parts(open_tab(CapacityResultView(result, project), "Energy"), TableArea)[0].value
    assert f"[{project.energy_unit}]" in energy
    assert "[GWh]" not in energy


def test_the_other_finished_plan_is_offered_for_comparison(result, project):
    content = open_tab(CapacityResultView(result, project), "What changed")
    other, name = parts(content, ipywidgets.Dropdown)
    assert other.options == ("cheap",)
    name.value = "costs"
    assert "Difference: costs" in figure_in(parts(content, FigureArea)[0])["layout"]["title"]["text"]


def test_saved_plans_are_chosen_by_name_and_a_project_without_one_says_where_they_are_made(
    result, project, tmp_path
):
    saved = workbench.board("capacity", project).results
    assert set(saved.children[0].options) == {"base", "cheap"}
    empty = Project.create(tmp_path / "empty", "Empty")
    assert "capacity/10-model.ipynb" in workbench.board("capacity", empty).results.children[0].value


def test_the_curve_of_a_solve_shows_objective_and_gap_and_nothing_else(tmp_path):
    run = start(pretend_solve, tmp_path)
    run.wait(10)
    curve = SolverCurve(run)
    assert not curve.look()
    names = [trace["name"] for trace in figure_in(curve)["data"]]
    assert names == ["Objective", "Gap"]
