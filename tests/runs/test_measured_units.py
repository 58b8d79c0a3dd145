"""Units that leave this process only where a measurement says that it pays."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench.runs import Job, Unit, start
from workbench.runs.jobs import measured
from workbench.runs.jobs.measured import Left

Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("left", "pays"),
    [
        # 1 000 sites of 30 ms on two workers: 30 s here, 18 s there.
        (Left(1000, 0.03, 0.004, 2), True),
        # As much to be sent as to be computed: one thread here would do all the work.
        (Left(1000, 0.03, 0.03, 64), False),
        # Long units, but few: the processes would have to import first.
        (Left(2, 0.5, 0.001, 8), False),
        (Left(20, 0.5, 0.001, 8), True),
        # One worker is no gain.
        (Left(1000, 0.5, 0.001, 1), False),
        # Units of a millisecond.
        (Left(100_000, 0.001, 0.002, 64), False),
    ],
)
def test_units_go_out_where_they_are_quicker_there(left: Left, pays: bool) -> None:
    assert left.pays is pays


def pid_of(seconds: float, number: int) -> tuple[int, int]:
    time.sleep(seconds)
    return number, os.getpid()


def mapping(function: Callable[..., Any], count: int, *arguments: Any) -> Callable[..., Any]:
    def work(job: Job, project: Path, config: Any) -> list[Any]:
        given = [Unit(f"unit {number}", (*arguments, number)) for number in range(count)]
        return [found.value for found in job.map(function, given, title="Site", workers="measured")]

    return work


def test_quick_units_stay_here_and_the_log_says_so(make_job: Make, project: Path) -> None:
    run = start(make_job(mapping(pid_of, 12, 0.0)), project, workers="processes")
    assert sorted(run.result(20)) == [(number, os.getpid()) for number in range(12)]
    (told,) = run.logs(contains="Site: a unit takes")
    assert told.endswith("the other 8 are computed here, which is quicker")


def test_units_that_are_long_enough_go_where_the_person_wishes(
    make_job: Make, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measured, "START_SECONDS", 0.0)
    monkeypatch.setattr(measured, "threads_of", lambda _: 2)
    run = start(make_job(mapping(pid_of, 8, 0.03)), project, workers="processes")
    found = dict(run.result(20))
    assert sorted(found) == list(range(8))
    assert [number for number, pid in found.items() if pid == os.getpid()] == [0, 1, 2, 3]
    assert run.logs(contains="the other 4 go to")


def test_without_a_wish_nothing_is_measured(make_job: Make, project: Path) -> None:
    run = start(make_job(mapping(pid_of, 6, 0.0)), project)
    assert len(run.result(20)) == 6
    assert run.logs() == []


def lock_of(number: int) -> Any:
    return threading.Lock()


def test_units_whose_results_cannot_be_sent_stay_here(make_job: Make, project: Path) -> None:
    run = start(make_job(mapping(lock_of, 6)), project, workers="processes")
    assert run.wait(20)
    assert "Site: units cannot be sent: the other 2 are computed here" in run.logs()


def test_units_are_computed_here_where_the_cluster_can_compute_none(
    make_job: Make, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = pytest.importorskip("workbench.runs.cluster.connection", reason="Dask is an optional extra")
    pytest.importorskip("distributed", reason="Dask is an optional extra")
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 0.3)
    monkeypatch.setattr(measured, "START_SECONDS", 0.0)
    run = start(make_job(mapping(pid_of, 8, 0.02)), project, workers="tcp://127.0.0.1:9")
    assert sorted(run.result(20)) == [(number, os.getpid()) for number in range(8)]
    (told,) = run.logs(level="warning")
    assert told.startswith("No Dask scheduler answers at tcp://127.0.0.1:9")
    assert told.endswith("The 4 that are left are computed here.")
