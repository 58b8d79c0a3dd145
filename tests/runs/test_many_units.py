from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench.runs import Job, Unit, resume, start
from workbench.runs.jobs import dispatch
from workbench.runs.journal.units import SETTINGS_KEY
from workbench.runs.model.states import EventKind

Make = Callable[..., Any]


def numbered(count: int) -> list[Unit]:
    return [Unit(f"unit {index}", (index,)) for index in range(count)]


def kept(journal: Path) -> list[str]:
    with sqlite3.connect(f"file:{journal}?mode=ro", uri=True) as connection:
        # A run's settings are signed among them.
        found = connection.execute("SELECT key FROM unit WHERE key != ?", (SETTINGS_KEY,))
        return [key for (key,) in found]


def test_units_finished_before_a_long_one_are_in_the_journal_within_a_tenth_of_a_second(
    make_job: Make, project: Path, until: Callable[..., None]
) -> None:
    let_go, long_one = threading.Event(), threading.Event()

    def unit(x: int) -> int:
        if x == 499:
            long_one.set()
            let_go.wait(20)
        return x

    run = start(
        make_job(lambda job, project, config: sum(1 for _ in job.map(unit, numbered(500), workers=1))),
        project,
    )
    assert long_one.wait(20)
    began = time.monotonic()
    until(lambda: len(kept(run.journal_path)) == 499)
    waited = time.monotonic() - began
    # And the panel knows of them, although no further unit has ended.
    until(lambda: run.summary().fraction == pytest.approx(499 / 500), 1)
    let_go.set()
    assert run.result(20) == 500
    assert waited < 0.1 + 0.2, "with what a busy machine adds"


def test_a_unit_after_a_pause_is_committed_before_the_job_sees_its_outcome(
    make_job: Make, project: Path
) -> None:
    seen: list[list[str]] = []

    def unit(x: int) -> int:
        time.sleep(0.2)
        return x

    def work(job: Job, project: Path, config: Any) -> None:
        seen.extend(kept(run_path) for _ in job.map(unit, numbered(2), workers=1))

    run_path = project / ".workbench" / "journal.sqlite"
    start(make_job(work), project).result(20)
    assert "unit 0" in seen[0]


@pytest.mark.parametrize("size", [1, 200_000])
def test_many_finished_units_are_found_again_whatever_their_size(
    make_job: Make, project: Path, size: int
) -> None:
    computed: list[int] = []
    broken = True
    count = 1500 if size == 1 else 60

    def unit(x: int) -> bytes:
        computed.append(x)
        return x.to_bytes(4) * size

    def work(job: Job, project: Path, config: Any) -> int:
        total = sum(int.from_bytes(found.value[:4]) for found in job.map(unit, numbered(count), workers=2))
        if broken:
            raise ValueError("after the last unit")
        return total

    made = make_job(work)
    first = start(made, project)
    assert first.wait(30)
    broken = False
    computed.clear()
    assert resume(first.id, project).result(30) == sum(range(count))
    assert computed == []


def test_progress_of_many_units_is_reported_by_time_and_not_by_count(make_job: Make, project: Path) -> None:
    run = start(make_job(lambda job, project, config: sum(1 for _ in job.map(abs, numbered(5000)))), project)
    run.result(30)
    told = run.events(kinds=[EventKind.PROGRESS])
    assert len(told) < 1000
    assert told[-1].fraction == 1.0


def test_quick_units_wait_for_a_slow_job_in_bounded_number(make_job: Make, project: Path) -> None:
    finished = 0
    seen: list[int] = []

    def unit(x: int) -> int:
        nonlocal finished
        finished += 1
        return x

    def work(job: Job, project: Path, config: Any) -> None:
        for index, _ in enumerate(job.map(unit, numbered(3000), workers=2)):
            if index == 0:
                time.sleep(0.3)
                seen.append(finished)

    start(make_job(work), project).result(20)
    assert seen[0] <= 4 * dispatch.QUICK_FACTOR + 8


def test_a_key_that_a_database_cannot_hold_costs_no_other_unit_its_place(
    make_job: Make, project: Path
) -> None:
    units = [Unit("half a \ud800 pair", (1,)), *numbered(20)]
    broken = True
    computed: list[int] = []

    def unit(x: int) -> int:
        computed.append(x)
        return x

    def work(job: Job, project: Path, config: Any) -> int:
        total = sum(found.value for found in job.map(unit, units))
        if broken:
            raise ValueError("after the last unit")
        return total

    first = start(make_job(work), project)
    assert first.wait(20)
    assert len(kept(first.journal_path)) == 21
    broken = False
    computed.clear()
    assert resume(first.id, project).result(20) == 1 + sum(range(20))
    assert computed == []
