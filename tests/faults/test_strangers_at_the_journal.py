"""Forks, locks of other programs, folders that go away, planted rows: runs continue, or end and say why."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from workbench.runs import Job, RunState, Unit, attach, runs, start
from workbench.runs.engine.clean_up import delete_runs
from workbench.runs.journal.writer import Journal
from workbench.runs.model.states import Cause, EventKind
from workbench.testing import assert_run_is_whole

Make = Callable[..., Any]
Until = Callable[..., None]

PRELUDE = """
import multiprocessing, os, sys, time
from dataclasses import dataclass
from pathlib import Path
from workbench.runs import attach, job, runs, setting, start

@dataclass(frozen=True, slots=True)
class Config:
    scenario: str = setting("base", help="")

folder = Path(sys.argv[1])
"""


# forked processes


def test_a_forked_child_that_reports_disturbs_no_run(scripts: Any, project: Path) -> None:
    code = """
    @job("forks", config=Config)
    def work(job, project, config):
        job.log("before")
        for _ in range(3):
            pid = os.fork()
            if pid == 0:
                for number in range(2000):
                    job.log(f"of the child {number}")
                    job.progress(number, 2000)
                    job.checkpoint()
                os._exit(0)
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        job.log("after")
        return 5

    assert start(work, folder).result(30) == 5
    assert start(work, folder).result(30) == 5
    found = runs(folder)
    assert [str(record.state) for record in found] == ["succeeded", "succeeded"], found
    events = attach(found[0].id, folder).events()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    logs = [event.message for event in events if event.kind == "log"]
    assert logs == ["before", "after"], logs
    """
    process = scripts.start(code, project, prelude=PRELUDE)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "was forked from a run's process" in err
    assert "of the child 1999" in err


def test_a_forked_child_uses_connections_of_its_own_or_is_refused(scripts: Any, project: Path) -> None:
    code = """
    from workbench.errors import JournalError

    @job("plain", config=Config)
    def work(job, project, config):
        return 5

    first = start(work, folder)
    assert first.result(30) == 5
    pid = os.fork()
    if pid == 0:
        try:
            assert len(runs(folder)) == 1
            assert [event.seq for event in first.journal.reader.events(1)]
            try:
                first.journal.flush()
            except JournalError as error:
                assert "was forked" in str(error), error
            else:
                os._exit(3)
            assert start(work, folder).result(30) == 5
            os._exit(0)
        except BaseException:
            import traceback
            traceback.print_exc()
            os._exit(4)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert start(work, folder).result(30) == 5
    assert [str(record.state) for record in runs(folder)] == ["succeeded"] * 3
    assert [record.number for record in runs(folder)] == [3, 2, 1]
    """
    scripts.run(code, project, prelude=PRELUDE)


def test_a_pool_that_forks_inside_a_job_works_and_the_queue_is_not_started_twice(
    scripts: Any, project: Path
) -> None:
    code = """
    import workbench.runs.engine.start as engine
    engine._engine.slots = 1

    def square(x):
        print("in the pool")
        return x * x

    @job("pools", config=Config)
    def work(job, project, config):
        with (project / "started").open("a") as file:
            file.write("x")
        with multiprocessing.get_context("fork").Pool(2) as pool:
            return sum(pool.map(square, range(20)))

    begun = [start(work, folder, scenario=f"s{n}") for n in range(3)]
    assert [run.result(40) for run in begun] == [2470] * 3
    assert (folder / "started").read_text() == "xxx"
    """
    scripts.run(code, project, prelude=PRELUDE)


# locks of other programs


@contextmanager
def locked(path: Path, how: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    """What a database browser does: a transaction that somebody has left open."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute(how)
    other.execute("SELECT count(*) FROM event").fetchone()
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def square(x: int) -> int:
    time.sleep(0.05)
    return x * x


def test_a_lock_of_another_program_is_waited_for_and_said(
    make_job: Make, project: Path, until: Until
) -> None:
    def work(job: Job, project: Path, config: Any) -> int:
        while not (project / "locked").exists():
            time.sleep(0.01)
        job.log("under the lock")
        units = [Unit(f"unit {x}", (x,)) for x in range(4)]
        return sum(outcome.value for outcome in job.map(square, units))

    run = start(make_job(work), project)
    until(lambda: run.state == RunState.RUNNING)
    run.settle()
    with locked(run.journal_path):
        began = time.monotonic()
        (project / "locked").touch()
        until(lambda: "another program has locked" in run.summary().health, 10)
        assert 1.5 < time.monotonic() - began < 6
        assert run.state == RunState.RUNNING
    assert run.result(20) == 14
    assert run.summary().cause == Cause.COMPLETED
    assert_run_is_whole(run)
    # The four units, and what signs the settings of the run.
    assert len(sqlite3.connect(run.journal_path).execute("SELECT * FROM unit").fetchall()) == 4 + 1


def test_a_reader_that_leaves_a_transaction_open_holds_up_nothing(make_job: Make, project: Path) -> None:
    start(make_job(lambda job, project, config: 1), project).result(10)

    def work(job: Job, project: Path, config: Any) -> int:
        return sum(outcome.value for outcome in job.map(square, [Unit(f"{x}", (x,)) for x in range(4)]))

    with locked(project / ".workbench" / "journal.sqlite", "BEGIN"):
        began = time.monotonic()
        run = start(make_job(work), project)
        assert run.result(20) == 14
        assert time.monotonic() - began < 10
    assert_run_is_whole(run)


def test_a_run_that_waits_for_a_lock_can_be_cancelled(make_job: Make, project: Path, until: Until) -> None:
    def work(job: Job, project: Path, config: Any) -> list[Any]:
        while not (project / "locked").exists():
            time.sleep(0.01)
        return list(job.map(square, [Unit(f"{x}", (x,)) for x in range(4)], workers=2))

    run = start(make_job(work), project)
    until(lambda: run.state == RunState.RUNNING)
    run.settle()
    with locked(run.journal_path):
        (project / "locked").touch()
        time.sleep(0.5)
        began = time.monotonic()
        run.cancel()
        assert time.monotonic() - began < 1, "nobody who asks waits for the lock"
        assert run.wait(5)
        assert run.state == RunState.CANCELLED
    until(lambda: run.record.state == RunState.CANCELLED)
    assert_run_is_whole(run)


def test_a_stopped_kernel_that_holds_the_lock_is_waited_for(
    make_job: Make, project: Path, scripts: Any, until: Until
) -> None:
    first = start(make_job(lambda job, project, config: 1), project)
    first.result(10)
    holder = scripts.start(
        """
        import os, signal, sqlite3, sys
        connection = sqlite3.connect(sys.argv[1], isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        print("locked", flush=True)
        os.kill(os.getpid(), signal.SIGSTOP)
        connection.execute("COMMIT")
        """,
        first.journal_path,
    )
    assert holder.stdout.readline() == "locked\n"
    try:
        waiting = start_in_thread(make_job, project)
        time.sleep(1)
        assert waiting.is_alive()
    finally:
        os.kill(holder.pid, signal.SIGCONT)
    waiting.join(20)
    assert not waiting.is_alive()
    until(lambda: [record.state for record in runs(project)] == [RunState.SUCCEEDED] * 2)


def start_in_thread(make_job: Make, project: Path) -> Any:
    import threading

    thread = threading.Thread(target=lambda: start(make_job(lambda job, p, config: 2), project).result(20))
    thread.start()
    return thread


def test_locked_projects_do_not_delay_the_start_of_another(
    make_job: Make, project: Path, tmp_path: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.runs.engine import start as engine

    def held(job: Job, project: Path, config: Any) -> None:
        while not (project / "go").exists():
            job.checkpoint()
            time.sleep(0.01)

    quick = make_job(lambda job, project, config: 1)
    start(quick, project).result(10)
    monkeypatch.setattr(engine._engine, "slots", 1)
    busy = start(make_job(held), project)
    until(lambda: busy.state == RunState.RUNNING)
    others = []
    for number in range(3):
        folder = tmp_path / f"locked-{number}"
        folder.mkdir()
        others.append(start(quick, folder))
        others[-1].settle()
    with (
        locked(others[0].journal_path),
        locked(others[1].journal_path),
        locked(others[2].journal_path),
    ):
        # From here on there are slots for those whose journals are locked.
        monkeypatch.setattr(engine._engine, "slots", 8)
        time.sleep(0.3)
        took = []
        for number in range(10):
            began = time.perf_counter()
            begun = start(quick, project, scenario=f"s{number}")
            took.append(time.perf_counter() - began)
            assert begun.result(10) == 1
        assert sorted(took)[len(took) // 2] < 0.05, took
        assert [other.state for other in others] == [RunState.QUEUED] * 3
    (project / "go").touch()
    assert [other.result(20) for other in others] == [1, 1, 1]
    busy.result(10)


# folders that go away


def wait_for_the_end(job: Job, project: Path, config: Any) -> None:
    for _ in range(2000):
        job.checkpoint()
        time.sleep(0.01)


@pytest.mark.parametrize("what", ["deleted", "moved", "replaced by a copy", "deleted and made again"])
def test_a_folder_that_goes_away_under_a_run_ends_it_and_says_so(
    make_job: Make, project: Path, tmp_path: Path, until: Until, what: str
) -> None:
    run = start(make_job(wait_for_the_end), project)
    until(lambda: run.state == RunState.RUNNING)
    run.settle()
    elsewhere = tmp_path / "elsewhere"
    if what == "moved":
        project.rename(elsewhere)
    elif what == "replaced by a copy":
        project.rename(elsewhere)
        shutil.copytree(elsewhere, project)
    else:
        shutil.rmtree(project)
        if what == "deleted and made again":
            project.mkdir()
            start(make_job(lambda job, project, config: 5), project).result(10)
    assert run.wait(10)
    assert (run.state, run.cause) == (RunState.FAILED, Cause.JOURNAL)
    assert "was deleted, moved or replaced while runs were using it" in run.reason
    if what in ("moved", "replaced by a copy"):
        until(lambda: runs(elsewhere)[0].state == RunState.FAILED)
    # The same place can be used at once.
    project.mkdir(exist_ok=True)
    again = start(make_job(lambda job, project, config: 6), project, scenario="again")
    assert again.result(10) == 6
    assert_run_is_whole(again)


def test_a_result_is_not_called_done_in_a_folder_that_is_gone(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> int:
        shutil.rmtree(project)
        return 5

    run = start(make_job(work), project)
    assert run.wait(10)
    assert (run.state, run.cause) == (RunState.FAILED, Cause.JOURNAL)
    assert not project.exists()


# numbers and planted rows


def test_the_number_of_a_deleted_run_is_not_used_again(make_job: Make, project: Path) -> None:
    quick = make_job(lambda job, project, config: 1)
    for _ in range(3):
        start(quick, project).result(10)
    assert [record.number for record in runs(project)] == [3, 2, 1]
    delete_runs(project, [record.id for record in runs(project)])
    assert runs(project) == []
    start(quick, project).result(10)
    assert [record.number for record in runs(project)] == [4]


def test_rows_planted_for_runs_that_do_not_exist_yet_do_nothing(make_job: Make, project: Path) -> None:
    quick = make_job(lambda job, project, config: job.log("mine") or 1)
    first = start(quick, project)
    first.result(10)
    planted = sqlite3.connect(first.journal_path)
    for run in (2, 3, 2**62):
        planted.execute(
            "INSERT INTO request (run, kind, data, asked_by, asked) VALUES (?, 'cancel', '{}', 'x', 0)",
            (run,),
        )
        for seq in (1, 2, 3, 50):
            planted.execute(
                "INSERT INTO event VALUES (?, ?, 0, 'log', '', 'planted', NULL, 20, NULL, ?)", (run, seq, seq)
            )
    planted.execute("INSERT INTO sqlite_sequence VALUES ('run', ?)", (2**62,))
    planted.commit()
    planted.close()
    for number in (2, 3):
        run = start(quick, project)
        assert run.result(10) == 1
        assert run.record.number == number
        assert run.logs() == ["mine"]
        assert_run_is_whole(run)


def test_a_run_that_another_process_has_ended_stops_and_writes_no_more(
    make_job: Make, project: Path, until: Until
) -> None:
    run = start(make_job(wait_for_the_end), project)
    until(lambda: run.state == RunState.RUNNING)
    run.settle()
    code = (
        "import sys; from pathlib import Path; from workbench.runs.journal.writer import Journal; "
        "from workbench.runs.model.states import Cause, RunState; j = Journal.open(Path(sys.argv[1])); "
        "j.end(j.reader.run(sys.argv[2]), RunState.INTERRUPTED, Cause.PERSON, 'Ended elsewhere')"
    )
    subprocess.run([sys.executable, "-c", code, str(run.journal_path), run.id], check=True, timeout=60)
    assert run.wait(10)
    assert run.state == RunState.INTERRUPTED
    assert "another process ended it in the journal (Ended elsewhere)" in run.reason
    events = attach(run.id, project).journal.reader.events(run.record.number)  # type: ignore[attr-defined]
    assert [event.is_final for event in events].count(True) == 1
    assert events[-1].message == "Ended elsewhere"
    assert start(make_job(lambda job, project, config: 6), project).result(10) == 6


def test_a_run_whose_row_is_deleted_stops_and_the_others_go_on(
    make_job: Make, project: Path, until: Until
) -> None:
    run = start(make_job(wait_for_the_end), project)
    until(lambda: run.state == RunState.RUNNING)
    run.settle()
    with sqlite3.connect(run.journal_path) as other:
        other.execute("DELETE FROM run")
    other.close()
    assert run.wait(10)
    assert run.state == RunState.INTERRUPTED
    assert "its row was deleted from the journal" in run.reason
    assert Journal.open(run.journal_path).failure is None
    again = start(make_job(lambda job, project, config: 6), project)
    assert again.result(10) == 6
    assert again.events(kinds=[EventKind.STATE])
