"""What a panel asks of a run: its newest lines, the lines that pass a filter, a summary that holds still."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from workbench.runs import Job, Run, job, setting, start
from workbench.runs.engine.followed import FollowedRun


@dataclass(frozen=True, slots=True)
class LinesConfig:
    scenario: str = setting("base", help="Name")
    lines: int = setting(30, help="Lines")


go_on = threading.Event()


@job("lines", config=LinesConfig)
def write_lines(job: Job, project: Any, config: LinesConfig) -> None:
    with job.stage("one"):
        for number in job.track(range(config.lines)):
            job.log(f"line {number}", "warning" if number % 10 == 0 else "info")
    with job.stage("two"):
        go_on.wait(20)


@pytest.fixture(params=["this process", "another process"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    made = start("lines", tmp_path)
    go_on.set()
    made.wait(20)
    return made if request.param == "this process" else FollowedRun(made.record, made.journal_path, tmp_path)


def test_the_newest_lines_are_given_with_the_number_of_all(run: Run) -> None:
    total, lines = run.newest_lines(5)
    assert total == 30
    assert [line.message for line in lines] == [f"line {number}" for number in range(25, 30)]
    assert [line.line for line in lines] == list(range(26, 31))


def test_only_lines_past_those_that_are_known_are_given(run: Run) -> None:
    assert [line.line for line in run.newest_lines(100, after=27)[1]] == [28, 29, 30]
    assert run.newest_lines(100, after=30) == (30, [])
    assert run.newest_lines(0) == (30, [])


def test_the_numbers_of_lines_that_pass_a_filter_lead_to_the_lines(run: Run) -> None:
    numbers = run.line_numbers(level="warning")
    assert numbers == [1, 11, 21]
    assert run.line_numbers(11, level="warning") == [21]
    assert run.line_numbers(contains="LINE 29") == [30]
    assert [line.message for line in run.lines_numbered([21, 1])] == ["line 0", "line 20"]


def test_a_summary_stays_as_it_is_while_the_run_goes_on(tmp_path: Path) -> None:
    go_on.clear()
    run = start("lines", tmp_path)
    while "two" not in run.summary().stages:
        threading.Event().wait(0.01)
    before = run.summary()
    plain = before.to_plain()
    go_on.set()
    run.wait(20)
    assert run.summary().state == "succeeded"
    assert before.to_plain() == plain
    assert before.state == "running"


def test_a_summary_after_a_flood_is_the_same_as_one_of_every_event(tmp_path: Path) -> None:
    go_on.set()
    run = start("lines", tmp_path, lines=20_000)
    run.wait(20)
    followed = FollowedRun(run.record, run.journal_path, tmp_path)
    live, read = run.summary(), followed.summary()
    assert live.seq == read.seq == run.last_seq()
    assert live.stages == read.stages
    assert live.state == read.state == "succeeded"
