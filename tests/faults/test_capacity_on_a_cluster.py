"""The capacity job itself on a cluster: a set of scenarios, and a worker that is killed in the middle of it."""

from __future__ import annotations

import dataclasses
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from dask_cluster import own_disk

from workbench.capacity.config import CapacityConfig, Commitment, Snapshots
from workbench.capacity.inputs.template import write_template
from workbench.capacity.jobs import plan_capacity
from workbench.capacity.results.saved import STORE, load
from workbench.data.projects.project import Project
from workbench.runs import EventKind, start

pytest.importorskip("distributed", reason="Dask is an optional extra")

PRICES = {f"co2 at {price}": f"co2_price={price}" for price in (500, 1000, 1500)}
QUICK = CapacityConfig(
    scenario="base", snapshots=Snapshots.TYPICAL_DAYS, typical_days=1, commitment=Commitment.OFF
)


def begun(run: Any) -> list[str]:
    stages = run.events(kinds=[EventKind.STAGE])
    return [event.stage for event in stages if event.stage.startswith("scenarios/co2 at")]


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore::DeprecationWarning:pypsa")
def test_a_set_of_capacity_scenarios_loses_nothing_when_a_worker_is_killed(
    tmp_path: Path, make_cluster: Callable[..., Any], until: Callable[..., None]
) -> None:
    project = Project.create(tmp_path / "plan", "Scenarios")
    write_template(project.inputs / "plan.xlsx")
    cluster = make_cluster(workers=2)
    config = dataclasses.replace(QUICK, changes=PRICES)
    run = start(plan_capacity, project, config, workers=cluster.address)
    until(lambda: len(begun(run)) >= 2 or run.state.is_final, 120)
    cluster.workers[0].send_signal(signal.SIGKILL)
    run.result(240)
    assert run.failed_stages == []
    assert len(run.logs(level="warning", contains="its worker")) == 1
    for name in PRICES:
        saved = load(project, name)
        assert saved.facts["status"] == "optimal"
        # Traced to the run, though another process has written it.
        assert saved.facts["run"] == run.id
    price = "co2 at 1500"
    alone = plan_capacity(project, dataclasses.replace(QUICK, scenario="alone", co2_price=1500.0))
    assert load(project, price).facts["objective"] == pytest.approx(alone.facts["objective"], rel=1e-9)
    # The solver's own lines have come from the workers.
    assert any(line.stage.startswith(f"scenarios/{price}") for line in run.lines(count=100_000))


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore::DeprecationWarning:pypsa")
def test_scenarios_solved_on_another_disk_are_those_that_are_solved_here(
    tmp_path: Path, make_cluster: Callable[..., Any]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    if subprocess.run([*own_disk(elsewhere), "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a disk of its own")
    project = Project.create(elsewhere / "plan", "Scenarios")
    write_template(project.inputs / "plan.xlsx")
    cluster = make_cluster(workers=0)
    cluster.workers = [cluster.add_worker(hidden=elsewhere)]
    cluster.wait_for(1)
    config = dataclasses.replace(QUICK, changes=PRICES)
    run = start(plan_capacity, project, config, workers=cluster.address)
    run.result(240)
    assert run.failed_stages == []
    alone = Project.create(tmp_path / "alone", "Scenarios")
    write_template(alone.inputs / "plan.xlsx")
    start(plan_capacity, alone, config, workers=1).result(240)
    for name in PRICES:
        there, here = load(project, name), load(alone, name)
        assert there.facts["objective"] == pytest.approx(here.facts["objective"], rel=1e-9)
        for table in ("capacity", "costs", "dispatch"):
            pd.testing.assert_frame_equal(there.table(table), here.table(table))
        assert len(there.networks) == len(here.networks)
    # Once more: what a scenario had before is kept beside the new result.
    other = dataclasses.replace(QUICK, changes={"co2 at 500": "co2_price=600"})
    start(plan_capacity, project, other, workers=cluster.address).result(240)
    assert STORE.earlier(project, "co2 at 500")


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore::DeprecationWarning:pypsa")
def test_sixty_four_scenarios_on_a_cluster_are_those_that_are_solved_here(
    tmp_path: Path, make_cluster: Callable[..., Any]
) -> None:
    prices = {f"co2 at {25 * step}": f"co2_price={25 * step}" for step in range(1, 65)}
    # The dispatch of all hours takes four fifths of each, and is the same problem again.
    config = dataclasses.replace(QUICK, changes=prices, check_all_hours=False)
    projects = [Project.create(tmp_path / name, "Scenarios") for name in ("here", "there")]
    for project in projects:
        write_template(project.inputs / "plan.xlsx")
    here, there = projects
    start(plan_capacity, here, config, workers=1).result(900)
    cluster = make_cluster(workers=2)
    run = start(plan_capacity, there, config, workers=cluster.address)
    run.result(900)
    assert run.failed_stages == []
    for name in prices:
        alone, sent = load(here, name), load(there, name)
        assert sent.facts["objective"] == pytest.approx(alone.facts["objective"], rel=1e-9)
        for table in ("capacity", "costs"):
            pd.testing.assert_frame_equal(sent.table(table), alone.table(table))
