"""Workers, scheduler and solver children of a Dask cluster are killed while a run uses them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from workbench.errors import WorkersLost
from workbench.runs import EventKind, Job, RunState, Unit, current_job, resume, start
from workbench.runs.cluster import connection
from workbench.runs.cluster import dispatch as cluster_dispatch

pytestmark = pytest.mark.slow

pytest.importorskip("distributed", reason="Dask is an optional extra")
Make = Callable[..., Any]
Until = Callable[..., None]


def note(folder: Path, name: str) -> int:
    """Count a call where every process can see it."""
    with (folder / name).open("a") as file:
        file.write("x")
    return len((folder / name).read_text())


def calls(folder: Path, name: str) -> int:
    return len((folder / name).read_text()) if (folder / name).exists() else 0


def slowly(folder: Path, number: int) -> int:
    note(folder, f"unit-{number}")
    (folder / f"held-by-{os.getpid()}").write_text(str(number))
    job = current_job()
    assert job is not None
    for _ in job.track(range(10)):
        time.sleep(0.01)
    return number * number


def work(job: Job, project: Path, config: Any) -> dict[str, int]:
    given = [Unit(f"unit {number}", (project, number)) for number in range(config.count)]
    with job.stage("units"):
        return {found.key: found.value for found in job.map(slowly, given)}


def results(run: Any) -> int:
    done = [event.data["done"] for event in run.events(kinds=[EventKind.PROGRESS]) if "unit" in event.data]
    return max(done, default=0)


def test_a_killed_worker_costs_the_unit_it_held_and_no_other(
    make_job: Make, project: Path, make_cluster: Make, until: Until
) -> None:
    cluster = make_cluster(workers=2)
    victim = cluster.workers[0]
    run = start(make_job(work), project, count=24, workers=cluster.address)
    held = project / f"held-by-{victim.pid}"
    # In the middle of a unit, not at its very beginning, when nobody knows of it yet.
    until(
        lambda: results(run) >= 6 and held.exists() and 0.04 < time.time() - held.stat().st_mtime < 0.08, 30
    )
    victim.send_signal(signal.SIGKILL)
    assert run.result(60) == {f"unit {number}": number**2 for number in range(24)}
    assert run.failed_stages == []
    repeated = [number for number in range(24) if calls(project, f"unit-{number}") > 1]
    # What it computed, and a result that was still on it, if there was one.
    assert 1 <= len(repeated) <= 2
    assert max(calls(project, f"unit-{number}") for number in range(24)) == 2
    told = run.logs(level="warning", contains="its worker")
    assert len(told) == len(repeated)
    assert all("is computed again on tcp://" in line for line in told)
    assert [event.seq for event in run.events()] == list(range(1, run.last_seq() + 1))


def test_a_run_goes_on_when_all_workers_are_killed_and_another_joins(
    make_job: Make, project: Path, make_cluster: Make, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_dispatch, "ALONE_SECONDS", 0.5)
    cluster = make_cluster(workers=1)
    run = start(make_job(work), project, count=12, workers=cluster.address)
    until(lambda: results(run) >= 3, 30)
    cluster.workers[0].send_signal(signal.SIGKILL)
    until(lambda: run.logs(contains="No worker is connected"), 20)
    assert run.state == RunState.RUNNING
    cluster.workers.append(cluster.add_worker())
    assert len(run.result(60)) == 12
    assert sum(calls(project, f"unit-{number}") for number in range(12)) <= 12 + 2


def test_a_scheduler_that_restarts_is_waited_for_and_used_again(
    make_job: Make, project: Path, make_cluster: Make, until: Until
) -> None:
    cluster = make_cluster(workers=1)
    run = start(make_job(work), project, count=12, workers=cluster.address)
    until(lambda: results(run) >= 3, 30)
    cluster.scheduler.send_signal(signal.SIGKILL)
    until(lambda: run.logs(contains="is gone: it is waited for, 60 s at most"), 20)
    assert run.state == RunState.RUNNING
    cluster.restart_scheduler()
    cluster.workers.append(cluster.add_worker())
    assert run.result(60) == {f"unit {number}": number**2 for number in range(12)}
    assert run.failed_stages == []
    # The units that were on the way are done again, no other.
    assert sum(calls(project, f"unit-{number}") for number in range(12)) <= 12 + 3


def test_a_cancel_ends_the_wait_for_a_lost_scheduler(
    make_job: Make, project: Path, make_cluster: Make, until: Until
) -> None:
    cluster = make_cluster(workers=1)
    run = start(make_job(work), project, count=12, workers=cluster.address)
    until(lambda: results(run) >= 1, 30)
    cluster.scheduler.send_signal(signal.SIGKILL)
    until(lambda: run.logs(contains="is gone: it is waited for"), 20)
    run.cancel()
    assert run.wait(5)
    assert run.state == RunState.CANCELLED


def test_a_run_whose_scheduler_is_killed_fails_clearly_and_goes_on_with_another_one(
    make_job: Make, project: Path, make_cluster: Make, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "RESTART_SECONDS", 1.0)
    cluster = make_cluster(workers=2)
    run = start(make_job(work), project, count=24, workers=cluster.address)
    until(lambda: results(run) >= 6, 30)
    cluster.scheduler.send_signal(signal.SIGKILL)
    with pytest.raises(
        WorkersLost,
        match=r"The Dask scheduler tcp://\S+ is gone; \d+ of 24 units are finished and kept: resume",
    ) as caught:
        run.result(30)
    assert caught.value.address == cluster.address
    assert run.state == RunState.FAILED
    kept = results(run)
    before = {number: calls(project, f"unit-{number}") for number in range(24)}
    again = resume(run.id, project, workers=make_cluster(workers=2).address)
    assert again.result(60) == {f"unit {number}": number**2 for number in range(24)}
    # The units that were on the way are done again, no other.
    after = {number: calls(project, f"unit-{number}") for number in range(24)}
    assert sum(after[number] > before[number] for number in range(24)) == 24 - kept


def poison(folder: Path, number: int) -> int:
    if number == 2:
        note(folder, "poison")
        os._exit(9)
    return number


@pytest.mark.thorough
def test_a_unit_that_kills_every_worker_it_is_given_to_fails_alone(
    make_job: Make, project: Path, make_cluster: Make
) -> None:
    def poisoned(job: Job, project: Path, config: Any) -> dict[str, str | None]:
        given = [Unit(f"unit {number}", (project, number)) for number in range(5)]
        return {found.key: found.error for found in job.map(poison, given)}

    # With a nanny each, which starts the worker again.
    cluster = make_cluster(workers=2, nanny=True)
    errors = start(make_job(poisoned), project, workers=cluster.address).result(120)
    assert "its worker died each time it was tried" in str(errors.pop("unit 2"))
    assert errors == {f"unit {number}": None for number in (0, 1, 3, 4)}
    # Four times beside others, which the scheduler blames too, and four times alone.
    assert 1 <= calls(project, "poison") <= 8


def solves(folder: Path) -> None:
    (folder / "pid").write_text(str(os.getpid()))
    if note(folder, "solve") == 1:
        time.sleep(600)


def in_a_child(folder: Path) -> str:
    job = current_job()
    assert job is not None
    job.child(solves, folder)
    return "solved"


def test_a_killed_solver_child_on_a_worker_costs_its_unit_one_try(
    make_job: Make, project: Path, make_cluster: Make, until: Until
) -> None:
    def solving(job: Job, project: Path, config: Any) -> list[str]:
        return [found.value for found in job.map(in_a_child, [Unit("a", (project,))], retries=1)]

    cluster = make_cluster(workers=1)
    run = start(make_job(solving), project, workers=cluster.address)
    until(lambda: (project / "pid").exists() and (project / "pid").read_text(), 30)
    psutil.Process(int((project / "pid").read_text())).kill()
    assert run.result(30) == ["solved"]
    (line,) = run.logs(level="warning", contains="trying again")
    assert line == "a failed (try 1 of 2), trying again: The child process was ended by signal 9 (SIGKILL)."


def test_a_killed_worker_takes_its_solver_child_with_it(
    make_job: Make, project: Path, make_cluster: Make, until: Until
) -> None:
    def solving(job: Job, project: Path, config: Any) -> list[str]:
        return [found.value for found in job.map(in_a_child, [Unit("a", (project,))])]

    cluster = make_cluster(workers=2)
    run = start(make_job(solving), project, workers=cluster.address)
    until(lambda: (project / "pid").exists() and (project / "pid").read_text(), 30)
    solver = psutil.Process(int((project / "pid").read_text()))
    workers = {worker.pid: worker for worker in cluster.workers}
    workers[solver.ppid()].send_signal(signal.SIGKILL)
    # Elsewhere it is the second call, which ends.
    assert run.result(30) == ["solved"]
    until(lambda: not solver.is_running() or solver.status() == psutil.STATUS_ZOMBIE)
