"""Whose a run is: renamed machines, new containers, sleep, wrong clocks, and people who know better."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench.data.projects.project import Project
from workbench.runs import Job, RunState, Unit, attach, resume, runs, start
from workbench.runs.engine.followed import FollowedRun
from workbench.runs.journal.writer import Journal
from workbench.runs.model.states import Cause, EventKind
from workbench.runs.process import identity
from workbench.runs.process.identity import LEASE_SECONDS, ProcessIdentity
from workbench.testing import assert_run_is_whole

Make = Callable[..., Any]
Until = Callable[..., None]

OWNER = """
import sys, time
from dataclasses import dataclass
from pathlib import Path
from workbench.runs import job, setting, start

@dataclass(frozen=True, slots=True)
class Config:
    scenario: str = setting("base", help="")

@job("owned", config=Config)
def work(job, project, config):
    print("working", file=sys.__stdout__, flush=True)
    for number in range(3000):
        job.log(f"step {number}")
        job.checkpoint()
        time.sleep(0.01)

run = start(work, Path(sys.argv[1]))
run.wait(60)
print(run.state, run.reason, flush=True)
"""


def own(scripts: Any, project: Path) -> Any:
    process = scripts.start(OWNER, project)
    assert process.stdout.readline() == "working\n"
    # Its events reach the journal a moment after it has begun.
    deadline = time.monotonic() + 30
    while runs(project)[0].state != RunState.RUNNING:
        assert time.monotonic() < deadline, "the run is not in the journal as running"
        time.sleep(0.02)
    return process


def change(project: Path, sql: str, *values: Any) -> None:
    with sqlite3.connect(project / ".workbench" / "journal.sqlite", timeout=10) as connection:
        connection.execute(sql, values)
    connection.close()


def leave_elsewhere(make_job: Make, project: Path, silent: float) -> Any:
    """A run that a process of another machine owns, which was heard of so many seconds ago."""
    journal = Journal.open(project / ".workbench" / "journal.sqlite")
    make_job(lambda job, project, config: 7, name="left")
    record = journal.add_run(
        run_id="left-1",
        job="left",
        title="Left",
        scenario="base",
        config={},
        version="1",
        resumed_from=None,
    )
    elsewhere = ProcessIdentity("elsewhere", os.getpid(), 1.0, "another boot", time.time() - silent)
    journal.set_owner(record.number, elsewhere)
    return record


# leases


def test_a_machine_that_is_renamed_keeps_its_runs(
    scripts: Any, project: Path, monkeypatch: pytest.MonkeyPatch, until: Until
) -> None:
    process = own(scripts, project)
    monkeypatch.setattr(socket, "gethostname", lambda: "renamed")
    (record,) = runs(project)
    assert record.owner.host != "renamed"
    assert record.state == RunState.RUNNING
    process.kill()
    process.wait()
    assert runs(project)[0].state == RunState.INTERRUPTED


def test_a_process_elsewhere_is_gone_when_its_lease_has_ended(make_job: Make, project: Path) -> None:
    leave_elsewhere(make_job, project, silent=LEASE_SECONDS - 20)
    assert [record.state for record in runs(project)] == [RunState.QUEUED]
    change(project, "UPDATE run SET beat = ?", time.time() - LEASE_SECONDS - 1)
    (record,) = runs(project)
    assert (record.state, record.cause) == (RunState.INTERRUPTED, Cause.PROCESS_GONE)
    assert record.reason.startswith("Interrupted: no sign of life from its process")
    assert resume(record.id, project).result(10) == 7


def test_a_container_that_is_made_again_with_the_same_ids_is_another_place(
    scripts: Any, project: Path
) -> None:
    container = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if subprocess.run([*container, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no container can be made here")
    script = project.parent / "owner.py"
    script.write_text(OWNER)
    root = str(Path(__file__).parents[2])
    owner = subprocess.Popen(
        [*container, sys.executable, str(script), str(project)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    try:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "working\n"
        (record,) = runs(project)
        assert record.owner.pid == 1
        # Process 1 of this place is another one, and says nothing of that.
        assert not record.owner.is_here()
        assert record.state == RunState.RUNNING
        code = "import sys; from workbench.runs import runs; print(runs(sys.argv[1])[0].state)"
        again = [*container, sys.executable, "-c", code, str(project)]
        environment = {**os.environ, "PYTHONPATH": root}
        assert subprocess.check_output(again, text=True, env=environment) == "running\n"
    finally:
        owner.kill()
        owner.communicate()
    # The container is gone; its lease ends.
    change(project, "UPDATE run SET beat = beat - ?", LEASE_SECONDS + 10)
    assert subprocess.check_output(again, text=True, env=environment) == "interrupted\n"


@pytest.mark.parametrize("hours", [10, -10])
def test_a_clock_that_jumps_ends_no_run_of_a_living_process(
    scripts: Any, project: Path, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    own(scripts, project)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 3600 * hours)
    assert runs(project)[0].state == RunState.RUNNING


def test_a_laptop_that_slept_while_its_run_was_given_up_finds_out_and_stops(
    scripts: Any, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = own(scripts, project)
    os.kill(process.pid, signal.SIGSTOP)
    # Here, the process is alive however long it has said nothing.
    change(project, "UPDATE run SET beat = beat - ?", LEASE_SECONDS + 10)
    assert runs(project)[0].state == RunState.RUNNING
    # Another machine cannot see that.
    with monkeypatch.context() as patch:
        patch.setattr(identity, "_place", lambda: "another machine")
        assert runs(project)[0].state == RunState.INTERRUPTED
    os.kill(process.pid, signal.SIGCONT)
    line = process.stdout.readline()
    assert line.startswith("interrupted Interrupted: another process ended it in the journal")
    (record,) = runs(project)
    events = attach(record.id, project).events()
    assert [event.is_final for event in events].count(True) == 1
    assert events[-1].is_final


def test_a_run_says_that_it_lives(
    make_job: Make, project: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.runs.engine import requests

    monkeypatch.setattr(requests, "RENEW_SECONDS", 0.2)

    def work(job: Job, project: Path, config: Any) -> None:
        while not (project / "go").exists():
            job.checkpoint()
            time.sleep(0.01)

    run = start(make_job(work), project)
    first = run.record.owner.beat
    assert first is not None
    until(lambda: (run.record.owner.beat or 0) > first + 0.1)
    (project / "go").touch()
    run.result(10)


def test_a_journal_of_an_earlier_version_has_no_leases_and_its_runs_can_be_abandoned(
    make_job: Make, project: Path
) -> None:
    leave_elsewhere(make_job, project, silent=0)
    change(project, "UPDATE run SET beat = NULL, place = ''")
    (record,) = runs(project)
    assert record.state == RunState.QUEUED
    attach(record.id, project).abandon("Asha")
    assert runs(project)[0].state == RunState.INTERRUPTED


# people who know better


def test_anybody_can_abandon_a_run_whose_process_is_out_of_reach(
    make_job: Make, project: Path, tmp_path: Path
) -> None:
    folder = Project.create(tmp_path / "kerala", "Kerala").folder
    leave_elsewhere(make_job, folder, silent=1)
    program = "import sys; from workbench.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "cancel", "--abandon", "left-1", "--project", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "LOGNAME": "asha"}
    told = subprocess.check_output(command, text=True, env=environment)
    assert told == "left-1: abandoned, now interrupted\n"
    (record,) = runs(folder)
    assert (record.state, record.cause, record.reason) == (
        RunState.INTERRUPTED,
        Cause.PERSON,
        "Abandoned by asha",
    )
    (event,) = FollowedRun(record, folder / ".workbench" / "journal.sqlite", folder).events()
    assert event.is_final
    again = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert again.returncode != 0
    assert "has already ended" in again.stderr
    assert resume("left-1", folder).result(10) == 7


def test_a_run_of_this_kernel_that_never_looks_can_be_abandoned(
    make_job: Make, project: Path, until: Until
) -> None:
    def stuck(job: Job, project: Path, config: Any) -> None:
        while not (project / "go").exists():
            time.sleep(0.01)
        (project / "past").touch()
        job.checkpoint()
        (project / "too far").touch()

    run = start(make_job(stuck), project)
    until(lambda: run.state == RunState.RUNNING)
    run.abandon("Asha")
    assert run.wait(5)
    assert (run.record.state, run.record.reason) == (RunState.INTERRUPTED, "Abandoned by Asha")
    # The scenario is free at once, and the thread that is left stops where it looks.
    assert start(make_job(lambda job, project, config: 5), project).result(10) == 5
    (project / "go").touch()
    until((project / "past").exists)
    time.sleep(0.3)
    assert not (project / "too far").exists()
    assert_run_is_whole(run)


def test_the_history_has_a_button_to_abandon_a_run(make_job: Make, tmp_path: Path) -> None:
    from workbench.home.runs import RunHistory

    project = Project.create(tmp_path / "kerala", "Kerala")
    leave_elsewhere(make_job, project.folder, silent=1)
    history = RunHistory(project)
    history._choice.value = "left-1"
    assert not history._abandon.disabled
    history._abandon.click()
    assert runs(project)[0].reason.startswith("Abandoned by ")
    assert history._abandon.disabled
    assert "ended in the record" in history._status.value


# deadlines


def test_the_deadline_of_a_detached_run_is_extended_and_kept_on_resume(
    make_job: Make, project: Path, until: Until
) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        import time

        for _ in job.track(range(3000)):
            time.sleep(0.01)

    made = make_job(work)
    run = start(made, project, detached=True, deadline=500)
    until(lambda: run.state == RunState.RUNNING, 30)
    run.extend(250.5, "Asha")
    until(lambda: run.events(kinds=[EventKind.CONTROL]))
    facts = run.events(kinds=[EventKind.CONTROL])[0].data
    assert facts is not None
    assert (facts["request"], facts["deadline"], facts["by"]) == ("extend", 750.5, "Asha")
    run.cancel()
    assert run.wait(20)
    again: Any = resume(run.id, project)
    assert again.deadline == 750.5
    again.cancel()
    assert again.wait(10)
    other: Any = resume(again.id, project, deadline=9)
    assert other.deadline == 9
    other.cancel()
    assert other.wait(10)
    assert_run_is_whole(other)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("extend", '{"seconds": "soon"}'),
        ("extend", "{}"),
        ("adjust", '{"by": 1}'),
        ("adjust", '{"moon": 1}'),
        ("cancel", "[]"),
        ("explode", "{}"),
    ],
)
def test_a_request_written_by_hand_is_refused_and_the_next_is_carried_out(
    make_job: Make, project: Path, until: Until, kind: str, data: str
) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        for _ in range(3000):
            job.checkpoint()
            time.sleep(0.01)

    run = start(make_job(work), project, deadline=None if kind == "extend" else 100)
    until(lambda: run.state == RunState.RUNNING)
    run.settle()
    sql = "INSERT INTO request (run, kind, data, asked_by, asked) VALUES (1, ?, ?, 'hand', 0)"
    change(project, sql, kind, data)
    change(project, sql, "cancel", "{}")
    assert run.wait(10)
    assert run.state == RunState.CANCELLED
    rows = sqlite3.connect(run.journal_path).execute("SELECT refusal FROM request ORDER BY number").fetchall()
    assert "ended before" not in rows[0][0]
    assert_run_is_whole(run)


def test_units_of_a_run_that_was_abandoned_are_not_computed_again(make_job: Make, project: Path) -> None:
    def compute(folder: Path, x: int) -> int:
        with (folder / f"unit-{x}").open("a") as file:
            file.write("x")
        return x

    def work(job: Job, project: Path, config: Any) -> int:
        found = [
            outcome.value for outcome in job.map(compute, [Unit(f"{x}", (project, x)) for x in range(3)])
        ]
        while not (project / "go").exists():
            job.checkpoint()
            time.sleep(0.01)
        return sum(found)

    run = start(make_job(work), project)
    while len(list(project.glob("unit-*"))) < 3 or run.summary().fraction != 1.0:
        time.sleep(0.01)
    run.abandon()
    (project / "go").touch()
    assert resume(run.id, project).result(10) == 3
    assert [(project / f"unit-{x}").read_text() for x in range(3)] == ["x"] * 3
