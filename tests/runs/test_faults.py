from __future__ import annotations

import contextlib
import importlib.util
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from workbench.errors import JournalError
from workbench.runs import RunState, attach, resume, runs, start

# kill -9 at every event boundary

CRASH_JOB = """
import time
from dataclasses import dataclass
from workbench.runs import Unit, job, setting

@dataclass(frozen=True, slots=True)
class Config:
    scenario: str = setting("base", help="")

def compute(folder, x):
    with (folder / f"unit-{x}").open("a") as file:
        file.write("x")
    # Not so quick that several are committed together.
    time.sleep(0.003)
    return x * x

@job("crashes", config=Config)
def work(job, project, config):
    job.plan(compute=3, save=1)
    with job.stage("compute"):
        units = [Unit(f"unit {x}", (project, x)) for x in range(4)]
        found = [outcome.value for outcome in job.map(compute, units, workers=1)]
        job.log("computed")
    with job.stage("save"):
        job.metric("total", sum(found))
    return found
"""

KILLED_AGAIN_AND_AGAIN = """
import os, signal, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from workbench.runs import start
from workbench.runs.journal import stream
from workbench.runs.journal import writer as journal
import crash_job

boundary, root = sys.argv[2], Path(sys.argv[3])
count = 0

def die_at(last, function):
    def counted(*arguments, **options):
        global count
        answer = function(*arguments, **options)
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer
    return counted

def one_life(number):
    project = root / f"project-{number}"
    project.mkdir()
    if boundary == "emitted":
        stream.EventStream.emit = die_at(number, stream.EventStream.emit)
    elif boundary == "not yet committed":
        journal.insert_events = die_at(number, journal.insert_events)
    elif boundary == "committed":
        journal.Journal.flush = die_at(number, journal.Journal.flush)
    else:
        stream.EventStream.keep_unit = die_at(number, stream.EventStream.keep_unit)
    start(crash_job.work, project).wait(20)

number = 0
while True:
    number += 1
    # Forked before any journal is open: one import for all lives.
    child = os.fork()
    if child == 0:
        one_life(number)
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
        break
print(number)
"""


@pytest.fixture
def crash_module(tmp_path: Path) -> Any:
    path = tmp_path / "crash_job.py"
    path.write_text(CRASH_JOB)
    spec = importlib.util.spec_from_file_location("crash_job", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("boundary", "at_least"), [("emitted", 10), ("not yet committed", 3), ("committed", 4), ("unit kept", 5)]
)
def test_a_process_killed_at_any_moment_leaves_a_whole_history_and_repeats_only_what_was_not_finished(
    scripts: Any, tmp_path: Path, crash_module: Any, boundary: str, at_least: int
) -> None:
    lives = int(scripts.run(KILLED_AGAIN_AND_AGAIN, tmp_path, boundary, tmp_path))
    assert lives >= at_least
    interrupted = 0
    for number in range(1, lives + 1):
        project = tmp_path / f"project-{number}"
        found = runs(project)
        if not found:
            # Killed before the run was entered: there is nothing to go on from.
            assert number <= 2
            continue
        (record,) = found
        check_history(project, record)
        if record.state == RunState.SUCCEEDED:
            continue
        assert record.state == RunState.INTERRUPTED
        interrupted += 1
        rows = (
            sqlite3.connect(project / ".workbench" / "journal.sqlite")
            .execute("SELECT key FROM unit")
            .fetchall()
        )
        again = resume(record.id, project)
        assert sorted(again.result(20)) == [0, 1, 4, 9]
        for x in range(4):
            times = len((project / f"unit-{x}").read_text())
            assert times == 1 if (f"unit {x}",) in rows else 1 <= times <= 2
    # The last life went through to its end, so did perhaps one that was killed after its last commit.
    assert interrupted >= lives - 3


def check_history(project: Path, record: Any) -> None:
    events = attach(record.id, project).events()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    final = [event for event in events if event.is_final]
    assert len(final) == 1
    assert final[0] is events[-1]
    assert final[0].data is not None
    assert final[0].data["state"] == str(record.state)
    path = project / ".workbench" / "journal.sqlite"
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchall() == [("ok",)]


# the disk is full


FILLER = """
import resource, sys
from dataclasses import dataclass
from pathlib import Path
from workbench.errors import JournalError
from workbench.runs import attach, job, setting, start
import time

folder, limit = Path(sys.argv[1]), int(sys.argv[2])

@dataclass(frozen=True, slots=True)
class Config:
    scenario: str = setting("base", help="")

@job("fills", config=Config)
def work(job, project, config):
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    for number in range(2_000_000):
        job.log(f"line {number} " + "x" * 100)
        if number % 100 == 0:
            job.checkpoint()

run = start(work, folder)
assert run.wait(60), run
print(run.state, run.cause)
try:
    run.result()
except JournalError as error:
    print(error)
# Room again: what waited is written without being asked.
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
else:
    print("full", flush=True)
    while not Path(sys.argv[3]).exists():
        time.sleep(0.01)
deadline = time.monotonic() + 20
while run.record.state != run.state and time.monotonic() < deadline:
    time.sleep(0.05)
events = run.events()
print(run.record.state, [event.seq for event in events] == list(range(1, len(events) + 1)), events[-1].is_final)
after = job("after", config=Config)(lambda job, project, config: 5)
assert start(after, folder).result(20) == 5
"""


def test_when_a_file_may_not_grow_the_run_fails_clearly_and_nothing_is_corrupt(
    scripts: Any, project: Path
) -> None:
    out = scripts.run(FILLER, project, 400_000).splitlines()
    assert out[0] == "failed journal"
    assert out[1].startswith(f"The journal {project / '.workbench' / 'journal.sqlite'} cannot be written: ")
    assert out[2] == "failed True True"
    path = project / ".workbench" / "journal.sqlite"
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a small disk cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def test_when_the_disk_is_full_the_run_fails_clearly_and_is_made_up_for_when_there_is_room(
    scripts: Any, small_disk: Path
) -> None:
    room = small_disk.parent / "room"
    process = scripts.start(FILLER, small_disk, 0, room)
    lines = [process.stdout.readline().strip() for _ in range(3)]
    assert lines[0] == "failed journal"
    assert lines[1].endswith("cannot be written: database or disk is full.")
    assert lines[2] == "full"
    subprocess.run(["mount", "-o", "remount,size=60m", str(small_disk)], check=True)
    room.touch()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert out.splitlines() == ["failed True True"]


def test_a_run_cannot_be_started_on_a_full_disk_and_the_reason_is_said(
    scripts: Any, small_disk: Path
) -> None:
    (small_disk / "ballast").write_bytes(b"")
    with contextlib.suppress(OSError), (small_disk / "ballast").open("wb") as file:
        while True:
            file.write(b"x" * 4096)
            file.flush()
    out = scripts.run(
        """
        import sys
        from dataclasses import dataclass
        from workbench.errors import JournalError
        from workbench.runs import job, setting, start

        @dataclass(frozen=True, slots=True)
        class Config:
            scenario: str = setting("base", help="")

        try:
            start(job("full", config=Config)(lambda job, project, config: 1), sys.argv[1])
        except JournalError as error:
            print(error)
        """,
        small_disk,
    )
    assert "journal.sqlite" in out
    assert "disk is full" in out or "disk I/O error" in out


def test_the_history_on_a_disk_that_takes_no_changes_is_read(
    make_job: Callable[..., Any], project: Path, small_disk: Path
) -> None:
    start(make_job(lambda job, project, config: job.log("a line")), project).result(10)
    with contextlib.closing(sqlite3.connect(project / ".workbench" / "journal.sqlite")) as connection:
        # Without a log, as a project lies on a DVD or in a snapshot.
        (small_disk / ".workbench").mkdir()
        connection.execute(f"VACUUM INTO '{small_disk / '.workbench' / 'journal.sqlite'}'")
    with contextlib.closing(sqlite3.connect(small_disk / ".workbench" / "journal.sqlite")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    assert [path.name for path in (small_disk / ".workbench").iterdir()] == ["journal.sqlite"]
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)

    (record,) = runs(small_disk)
    found = attach(record.id, small_disk)
    assert (found.state, found.logs(), found.damage()) == ("succeeded", ["a line"], "")
    with pytest.raises(JournalError, match=r"journal\.sqlite cannot be (opened|written)"):
        start(make_job(lambda job, project, config: 1), small_disk)


# the clock


def test_a_clock_that_is_set_back_makes_no_time_run_backwards(
    make_job: Callable[..., Any], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = time.time

    def work(job: Any, project: Path, config: Any) -> None:
        job.log("before")
        monkeypatch.setattr(time, "time", lambda: real() - 3600)
        job.log("after")

    run = start(make_job(work), project)
    run.result(10)
    times = [event.time for event in run.events()]
    assert times == sorted(times)
    record = run.record
    assert record.started is not None
    assert record.ended is not None
    assert 0 <= record.ended - record.started < 60
    assert run.summary().seconds_run(time.time()) < 60
    later = start(make_job(lambda job, project, config: None), project)
    later.result(10)
    assert [found.id for found in runs(project)] == [later.id, run.id]


# many events


@pytest.mark.slow
@pytest.mark.thorough
def test_a_run_of_a_million_events_is_found_and_shown_as_quickly_as_a_small_one(
    make_job: Callable[..., Any], project: Path
) -> None:
    def work(job: Any, project: Path, config: Any) -> None:
        with job.stage("flood"):
            for number in range(config.count):
                job.log(f"line {number}")
                if number % 10 == 0:
                    job.progress(number, config.count)

    def look(run_id: str) -> float:
        from workbench.runs.engine.followed import FollowedRun
        from workbench.runs.journal.reader import JournalReader

        path = project / ".workbench" / "journal.sqlite"
        began = time.perf_counter()
        run = FollowedRun(JournalReader(path).run(run_id), path, project)
        summary = run.summary()
        assert summary.stages["flood"].state == "completed"
        assert len(run.lines(max(0, run.count_lines() - 200), 200)) == 200
        assert run.events(summary.seq - 10)
        return time.perf_counter() - began

    made = make_job(work)
    small = start(made, project, count=1000)
    small.result(60)
    large = start(made, project, count=910_000)
    large.result(300)
    assert large.last_seq() > 1_000_000
    # Not a thousand times: what is read does not grow with the log, only (a little) with the progress.
    assert min(look(large.id) for _ in range(3)) < 1.0 + 100 * min(look(small.id) for _ in range(3))
    assert [event.seq for event in large.events(500_000, limit=3)] == [500_001, 500_002, 500_003]
