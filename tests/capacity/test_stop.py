"""A solve that is stopped, paused or adjusted while it runs, on the engine, with real processes."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

import workbench
from workbench.capacity.config import CapacityConfig, Commitment, Snapshots
from workbench.capacity.inputs.template import write_template
from workbench.capacity.jobs import plan_capacity
from workbench.capacity.results.saved import finished_scenarios
from workbench.data.projects.project import Project
from workbench.errors import ControlRefused, RunCancelled

LONG = CapacityConfig(scenario="long", snapshots=Snapshots.FULL, mip_gap=0.0, commitment=Commitment.FULL)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project.create(tmp_path_factory.mktemp("stop") / "plan", "Stop")
    write_template(made.inputs / "plan.xlsx")
    return made


def wait(condition: Callable[[], Any], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def solvers() -> list[psutil.Process]:
    found = []
    for process in psutil.Process().children(recursive=True):
        # One that has just ended has no command any more.
        with contextlib.suppress(psutil.NoSuchProcess):
            if "workbench.runs.engine.child_main" in " ".join(process.cmdline()):
                found.append(process)
    return found


def is_solving(run: Any) -> bool:
    return any("Running HiGHS" in line for line in run.logs())


@pytest.fixture
def run(project: Project) -> Iterator[Any]:
    started = workbench.start(plan_capacity, project, LONG)
    yield started
    with contextlib.suppress(ControlRefused):
        started.cancel()
    started.wait()


def test_a_cancel_ends_the_solver_within_a_second_and_leaves_everything_else(
    project: Project, run: Any
) -> None:
    wait(lambda: is_solving(run))
    began = time.monotonic()
    run.cancel()
    with pytest.raises(RunCancelled):
        run.result()
    assert time.monotonic() - began < 1.5
    assert not solvers()
    assert str(run.state) == "cancelled"
    assert is_solving(run)
    assert "long" not in finished_scenarios(project)
    # The kernel goes on: the next plan runs.
    result = plan_capacity(
        project,
        dataclasses.replace(
            LONG, scenario="next", snapshots=Snapshots.TYPICAL_DAYS, typical_days=1, commitment=Commitment.OFF
        ),
    )
    assert result.facts["status"] == "optimal"


@pytest.mark.slow
@pytest.mark.parametrize(
    "phase",
    [
        "optimise",
        "save",
        pytest.param("validate", marks=pytest.mark.thorough),
        pytest.param("all-hours-2030", marks=pytest.mark.thorough),
    ],
)
def test_a_cancel_ends_phases_without_a_checkpoint_and_leaves_no_part_of_a_result(
    project: Project, phase: str
) -> None:
    config = dataclasses.replace(
        LONG, scenario="cut", snapshots=Snapshots.TYPICAL_DAYS, typical_days=2, commitment=Commitment.OFF
    )
    run = workbench.start(plan_capacity, project, config)
    wait(lambda: any(stage.path == phase for stage in run.stages) or run.state.is_final)
    run.cancel()
    with pytest.raises(RunCancelled):
        run.result()
    assert str(run.state) == "cancelled"
    assert "cut" not in finished_scenarios(project)
    assert not list(project.folder.rglob(".part-*"))
    assert not solvers()


def test_a_pause_holds_the_solver_and_it_goes_on_after_it(run: Any) -> None:
    wait(lambda: is_solving(run))
    run.pause()
    wait(lambda: str(run.state) == "paused")
    wait(lambda: all(p.status() == psutil.STATUS_STOPPED for p in solvers() if p.memory_info().rss > 2e7))
    run.resume()
    wait(lambda: str(run.state) == "running")
    wait(lambda: any(p.status() != psutil.STATUS_STOPPED for p in solvers()))
    run.cancel()
    with pytest.raises(RunCancelled):
        run.result()


def test_a_time_limit_lowered_in_flight_ends_the_solve_without_calling_it_a_success(
    run: Any, project: Project
) -> None:
    from workbench.errors import NoSolutionInTime

    wait(lambda: is_solving(run))
    run.adjust(time_limit=0.5)
    with pytest.raises(NoSolutionInTime):
        run.result()
    assert str(run.state) == "failed"
    assert "long" not in finished_scenarios(project)


def test_nothing_is_left_in_the_folder_for_temporary_files(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    plan_capacity(
        project,
        dataclasses.replace(
            LONG,
            scenario="clean",
            snapshots=Snapshots.TYPICAL_DAYS,
            typical_days=1,
            commitment=Commitment.OFF,
        ),
    )
    assert not list(tmp_path.glob("workbench-solve-*"))
