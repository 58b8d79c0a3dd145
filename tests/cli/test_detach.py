from __future__ import annotations

import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from dask_cluster import Cluster

from workbench.cli import main
from workbench.data.projects.project import Project
from workbench.runs import RunState, attach, runs

PLACES_JOB = """
import os, time
from dataclasses import dataclass
from workbench.runs import Unit, job, setting

@dataclass(frozen=True, slots=True)
class Config:
    scenario: str = setting("base", help="Scenario")
    fail: bool = setting(False, help="Raise at the end")
    deaf: bool = setting(False, help="Look at nothing")

def where(number):
    return os.getpid()

@job("places", title="Places", config=Config)
def places(job, project, config):
    units = [Unit(f"unit {n}", (n,)) for n in range(4)]
    pids = {outcome.value for outcome in job.map(where, units)}
    (project.folder / "pids.txt").write_text(" ".join(map(str, pids)))
    if config.deaf:
        time.sleep(600)
    if config.fail:
        raise RuntimeError("the last step went wrong")
    return len(pids)
"""


@pytest.fixture(autouse=True)
def _places_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "places_job.py").write_text(PLACES_JOB)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("places_job")
    yield
    del sys.modules["places_job"]


def words(project: Project, *more: str) -> list[str]:
    return [*more, "--project", str(project.folder)]


def pids(project: Project) -> set[int]:
    return set(map(int, (project.folder / "pids.txt").read_text().split()))


def test_units_are_computed_where_the_person_says(project, capsys):
    assert main(words(project, "run", "places", "--workers", "1")) == 0
    assert pids(project) == {os.getpid()}
    assert main(words(project, "run", "places", "--workers", "processes")) == 0
    assert pids(project).isdisjoint({os.getpid()})


def test_units_go_to_a_cluster_by_its_address(project, capsys, tmp_path):
    pytest.importorskip("distributed", reason="Dask is an optional extra")
    cluster = Cluster(tmp_path / "dask")
    try:
        assert main(words(project, "run", "places", "--workers", cluster.address)) == 0
        assert pids(project) <= {worker.pid for worker in cluster.workers}
    finally:
        cluster.end()
    assert f"Units go to the Dask cluster {cluster.address}" in capsys.readouterr().err.replace("\n", "")


def test_wrong_workers_are_wrong_use(project, capsys):
    assert main(words(project, "run", "places", "--workers", "many")) == 2
    assert "workers is 'many', expected 'threads', 'processes'" in capsys.readouterr().err
    assert runs(project) == []


def test_a_detached_run_is_left_alone_and_watched_later(project, capsys):
    assert main(words(project, "run", "places", "--detach")) == 0
    out = capsys.readouterr().out
    run_id = runs(project)[0].id
    assert f"workbench watch {run_id} --project {project.folder}" in out
    assert main(words(project, "watch", run_id)) == 0
    assert "succeeded" in capsys.readouterr().out
    assert pids(project) == {runs(project)[0].owner.pid}


def test_a_detached_run_as_json_is_its_record(project, capsys):
    assert main(words(project, "run", "places", "--detach", "--json")) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["pid"] != os.getpid()
    assert attach(record["id"], project).result(20) >= 1


def test_a_failed_run_goes_on_detached_without_repeating_its_units(project, capsys):
    assert main(words(project, "run", "places", "--set", "fail=yes")) == 1
    assert main(words(project, "resume", runs(project)[0].id, "--detach")) == 0
    again = attach(runs(project)[0].id, project)
    assert again.wait(20)
    assert again.state == RunState.FAILED
    # Computed by the first run, in this process.
    assert pids(project) == {os.getpid()}


def test_cancel_with_kill_ends_a_detached_run_that_never_looks(project, capsys):
    main(words(project, "run", "places", "--set", "deaf=yes", "--detach"))
    run = attach(runs(project)[0].id, project)
    deadline = time.monotonic() + 20
    while not (project.folder / "pids.txt").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert main(words(project, "cancel", run.id, "--kill")) == 0
    assert "killed, now cancelled" in capsys.readouterr().out
    assert run.reason.startswith("Killed by ")
    assert not psutil.pid_exists(run.record.owner.pid)


def test_a_run_that_has_ended_is_not_killed(project, capsys):
    main(words(project, "run", "places"))
    assert main(words(project, "cancel", runs(project)[0].id, "--kill")) == 2
    assert "has already ended" in capsys.readouterr().err
