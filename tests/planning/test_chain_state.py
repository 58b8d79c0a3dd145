"""Three boxes from the first step on: what is missing, to run, stale or contradictory."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl
import pytest
from filled_templates import fill_demand, fill_hours

from workbench.data.projects.project import Project
from workbench.planning.boxes import ChainBoxes, boxes_html
from workbench.planning.state import StepState, chain_state, run_stale_steps
from workbench.sample.project import create_from_template


def states(project: Project) -> list[StepState]:
    return [step.state for step in chain_state(project).steps]


@pytest.fixture
def copy(planned: Path, tmp_path: Path) -> Project:
    shutil.copytree(planned, tmp_path / "copy")
    return Project.open(tmp_path / "copy")


def test_a_new_project_has_three_boxes_that_say_what_is_missing(tmp_path: Path) -> None:
    project = create_from_template(tmp_path / "state", "Kerala plan")
    assert states(project) == [StepState.MISSING] * 3
    assert chain_state(project).to_run == ()
    fill_demand(project)
    fill_hours(project)
    assert states(project) == [StepState.TO_RUN, StepState.TO_RUN, StepState.MISSING]
    assert [step.job for step in chain_state(project).to_run] == ["demand", "load_profiles"]

    boxes = ChainBoxes(project)

    assert "inputs missing" in boxes._boxes.value
    assert str(project.folder) not in boxes._boxes.value
    assert [item.title for item in boxes.check()] == ["Demand workbook", "Hourly load", "Plants"]


@pytest.mark.slow
def test_running_the_chain_runs_what_is_not_up_to_date_with_the_settings_of_its_result(
    tmp_path: Path,
) -> None:
    project = create_from_template(tmp_path / "state", "Kerala plan")
    fill_demand(project)
    fill_hours(project)

    assert [run.job for run in run_stale_steps(project)] == ["demand", "load_profiles"]
    assert states(project)[:2] == [StepState.CURRENT] * 2
    assert list(run_stale_steps(project)) == []

    book = openpyxl.load_workbook(project.inputs / "demand.xlsx")
    book["Domestic"]["B13"].value = 1.02 * float(book["Domestic"]["B13"].value)
    book.save(project.inputs / "demand.xlsx")
    demand, profile, _ = chain_state(project).steps
    assert (demand.state, profile.state) == (StepState.STALE, StepState.STALE)
    assert demand.reasons == ("demand.xlsx was changed since",)
    assert profile.reasons == ("the demand forecast under it is out of date",)

    assert [run.job for run in run_stale_steps(project)] == ["demand", "load_profiles"]
    assert states(project)[:2] == [StepState.CURRENT] * 2


def test_a_finished_chain_is_up_to_date_and_a_step_that_was_made_again_makes_the_next_stale(
    copy: Project,
) -> None:
    steps = chain_state(copy).steps
    assert {step.state for step in steps} <= {StepState.CURRENT, StepState.DOUBTFUL}
    assert all(step.facts and step.scenario for step in steps)
    assert "demand forecast" in boxes_html(chain_state(copy)).lower()

    summary = copy.results / "load_profiles" / "BAU" / "result.json"
    written = json.loads(summary.read_text(encoding="utf-8"))
    summary.write_text(json.dumps(written | {"run": "another"}), encoding="utf-8")

    plan = chain_state(copy).steps[2]
    assert plan.state is StepState.STALE
    assert plan.reasons == ("the load profile 'BAU' was made again since",)
