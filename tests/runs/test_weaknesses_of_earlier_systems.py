"""What went wrong in the systems that came before, each named by its test."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from workbench.errors import ScenarioBusy
from workbench.runs import EventKind, Job, Run, RunState, attach, start
from workbench.runs.engine.followed import FollowedRun
from workbench.runs.journal.reader import JournalReader
from workbench.runs.journal.stream import BACKLOG, RING

Make = Callable[..., Any]


def from_elsewhere(run: Run) -> FollowedRun:
    """See a run as another tab's kernel does: through the journal only."""
    reader = JournalReader(run.journal_path)
    return FollowedRun(reader.run(run.id), run.journal_path, run.journal_path.parent.parent)


def test_unbounded_queue(make_job: Make, project: Path) -> None:
    most = 0

    def work(job: Job, project: Path, config: Any) -> None:
        nonlocal most
        for index in range(2 * BACKLOG):
            job.log(str(index))
            most = max(most, len(run._stream._waiting) + len(run._stream._ring))  # type: ignore[attr-defined]

    gate = threading.Event()

    def gated(job: Job, project: Path, config: Any) -> None:
        gate.wait(5)
        work(job, project, config)

    run = start(make_job(gated), project)
    gate.set()
    run.result(30)
    # Nobody has read anything so far, and nothing was thrown away for it.
    assert most <= BACKLOG + RING + 1
    assert run.count_lines() == 2 * BACKLOG


def test_one_way(make_job: Make, project: Path, until: Callable[..., None]) -> None:
    def work(job: Job, project: Path, config: Any) -> float:
        while job.config.pace < 1:
            time.sleep(0.002)
            job.checkpoint()
        return float(job.config.pace)

    run = start(make_job(work), project)
    viewer = from_elsewhere(run)
    until(lambda: viewer.state == RunState.RUNNING)
    viewer.pause()
    until(lambda: viewer.state == RunState.PAUSED)
    viewer.resume()
    viewer.adjust(pace=3.0)
    assert run.result(10) == 3.0


def test_lost_on_reload(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        with job.stage("a"):
            for index in range(RING + 500):
                job.log(str(index))

    run = start(make_job(work), project)
    run.result(20)
    # A reloaded page has nothing but the id.
    again = attach(run.id, project)
    assert [event.seq for event in again.events()] == list(range(1, run.last_seq() + 1))
    assert again.logs() == from_elsewhere(run).logs() == [str(index) for index in range(RING + 500)]
    assert from_elsewhere(run).summary().to_plain() == run.summary().to_plain()


def test_no_order(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        def talk(name: int) -> None:
            for index in range(300):
                job.log(f"{name} {index}")

        threads = [threading.Thread(target=talk, args=(name,)) for name in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    run = start(make_job(work), project)
    run.result(20)
    for seen in (run.events(), from_elsewhere(run).events()):
        assert [event.seq for event in seen] == list(range(1, len(seen) + 1))
        assert all(event.time <= later.time for event, later in pairwise(seen))
        for name in range(6):
            own = [event.message for event in seen if event.message.startswith(f"{name} ")]
            assert own == [f"{name} {index}" for index in range(300)]


def test_two_tabs_splitting_the_stream(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        for index in range(20_000):
            job.log(str(index))

    run = start(make_job(work), project)
    seen: dict[str, list[int]] = {"first": [], "second": [], "elsewhere": []}

    def follow(name: str, tab: Run) -> None:
        while True:
            ended = run.wait(0)
            after = seen[name][-1] if seen[name] else 0
            seen[name] += [event.seq for event in tab.events(after)]
            if ended:
                return
            time.sleep(0.003)

    tabs = {"first": run, "second": attach(run.id, project), "elsewhere": from_elsewhere(run)}
    threads = [threading.Thread(target=follow, args=item) for item in tabs.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = list(range(1, run.last_seq() + 1))
    assert seen == {"first": everything, "second": everything, "elsewhere": everything}


def test_fixed_one_hour_kill(make_job: Make, project: Path, until: Callable[..., None]) -> None:
    gate = threading.Event()
    run = start(make_job(lambda job, project, config: gate.wait(20)), project)
    until(lambda: run.started_at is not None)  # type: ignore[attr-defined]
    # As if it had begun two days ago and been silent since: nobody gave it a deadline.
    run.started_at -= 172_800  # type: ignore[attr-defined]
    run._stream.last_emitted -= 172_800  # type: ignore[attr-defined]
    time.sleep(0.35)
    assert run.state == RunState.RUNNING
    gate.set()
    assert run.result(10) is True


def test_silence_is_judged_by_cpu_time_and_not_by_the_clock(
    make_job: Make, project: Path, until: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.runs.engine.heartbeat.SAMPLE_SECONDS", 0.2)
    monkeypatch.setattr("workbench.runs.engine.heartbeat.QUIET_SECONDS", 0.5)
    idle, busy = threading.Event(), threading.Event()

    def work(job: Job, project: Path, config: Any) -> None:
        idle.wait(20)
        job.log("now busy")
        while not busy.is_set():
            sum(range(1000))

    run = start(make_job(work), project)
    until(lambda: run.summary().health.startswith("stalled: no event and no CPU time"))
    idle.set()
    until(lambda: "but busy" in run.summary().health)
    busy.set()
    run.result(10)


def test_zombie_connections(make_job: Make, project: Path, scripts: Any, until: Callable[..., None]) -> None:
    gate = threading.Event()

    def work(job: Job, project: Path, config: Any) -> None:
        while not gate.wait(0.002):
            job.log("x")

    run = start(make_job(work), project)
    # A viewer that dies in the middle of a read, and a listener whose page is gone.
    viewer = scripts.start(
        """
        import sqlite3, sys, time
        connection = sqlite3.connect(sys.argv[1], isolation_level=None)
        connection.execute("BEGIN")
        connection.execute("SELECT * FROM event").fetchone()
        print("reading", flush=True)
        time.sleep(100)
        """,
        run.journal_path,
    )
    assert viewer.stdout.readline() == "reading\n"

    def gone() -> None:
        raise BrokenPipeError("the page is gone")

    run.add_listener(gone)
    viewer.kill()
    viewer.wait()
    lines = run.count_lines()
    until(lambda: run.count_lines() > lines + 20)
    assert run.state == RunState.RUNNING
    assert gone not in run._stream.listeners  # type: ignore[attr-defined]
    gate.set()
    run.result(10)
    connection = sqlite3.connect(run.journal_path, isolation_level=None)
    # (busy, pages in the log, pages moved into the file): nobody's dead read holds pages back.
    _, pages, moved = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    connection.close()
    assert pages == moved


def test_progress_that_jumps_back(make_job: Make, project: Path) -> None:
    shown: list[float] = []

    def work(job: Job, project: Path, config: Any) -> None:
        job.plan(fit=1, check=1)
        for name in ("fit", "check"):
            with job.stage(name):
                # Two loops in one stage, the second of which begins at nothing.
                for _ in range(2):
                    for index in range(5):
                        job.progress(index, 5)
                        shown.append(run.summary().fraction or 0.0)
                        shown_elsewhere.append(viewer.summary().fraction or 0.0)

    gate = threading.Event()

    def gated(job: Job, project: Path, config: Any) -> None:
        gate.wait(5)
        work(job, project, config)

    shown_elsewhere: list[float] = []
    run = start(make_job(gated), project)
    viewer = from_elsewhere(run)
    gate.set()
    run.result(20)
    assert shown == sorted(shown)
    assert shown_elsewhere == sorted(shown_elsewhere)
    assert shown[-1] > 0.8
    assert run.summary().fraction == viewer.summary().fraction == 1.0


def test_stale_loads_overwriting_newer_ones(make_job: Make, project: Path) -> None:
    written: list[str] = []
    slow = threading.Event()

    def work(job: Job, project: Path, config: Any) -> str:
        if not written:
            slow.wait(10)
        written.append(job_name := f"{config.scenario} by load {config.count}")
        return job_name

    made = make_job(work)
    first = start(made, project, count=1)
    # The earlier, slower load of the same thing: a newer one cannot begin beside it and be overwritten by it.
    with pytest.raises(ScenarioBusy):
        start(made, project, count=2)
    second = start(made, project, count=2, when_busy="queue")
    slow.set()
    assert first.result(10) == "base by load 1"
    assert second.result(10) == "base by load 2"
    assert written == ["base by load 1", "base by load 2"]


def test_stale_summaries_overwriting_newer_ones(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        for index in range(3000):
            job.progress(index, 3000)

    run = start(make_job(work), project)
    seqs: list[int] = []

    def look() -> None:
        while not run.wait(0):
            with lock:
                seqs.append(run.summary().seq)

    lock = threading.Lock()
    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seqs == sorted(seqs)
    assert run.summary().state == RunState.SUCCEEDED
    assert run.events(kinds=[EventKind.PROGRESS])
