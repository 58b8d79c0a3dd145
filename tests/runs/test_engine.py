from __future__ import annotations

import datetime
import gc
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from workbench.errors import (
    ControlRefused,
    InvalidData,
    JournalError,
    ModelInfeasible,
    ProjectError,
    RunCancelled,
    ScenarioBusy,
    SettingError,
    SolverFailed,
    SourceFailed,
    UnknownRun,
    UnwritableFile,
)
from workbench.problem import Problem
from workbench.runs import Cause, EventKind, Job, RunState, attach, resume, runs, start
from workbench.runs.engine import slots as turns
from workbench.runs.engine import start as engine
from workbench.runs.engine.slots import Engine

Make = Callable[..., Any]


@pytest.fixture
def one_slot(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Give one turn at a time, so that there is a queue."""
    made = Engine(slots=1)
    monkeypatch.setattr(engine, "_engine", made)
    return made


class Gated:
    """A job that goes on only when it is let."""

    def __init__(self, make_job: Make) -> None:
        self.gate = threading.Event()
        self.began: list[str] = []
        self.job = make_job(self._work)

    def _work(self, job: Job, project: Any, config: Any) -> str:
        self.began.append(config.scenario)
        while not self.gate.wait(0.005):
            job.checkpoint()
        return f"result of {config.scenario}"


@pytest.fixture
def gated(make_job: Make) -> Iterator[Gated]:
    made = Gated(make_job)
    yield made
    made.gate.set()


# the life of a run


def test_a_run_gives_the_result_and_its_events_from_queued_to_the_end(make_job: Make, project: Path) -> None:
    run = start(make_job(lambda job, project, config: config.count * 2), project, count=21)
    assert run.result(10) == 42
    assert (run.state, run.cause, run.reason) == (RunState.SUCCEEDED, Cause.COMPLETED, "Completed")
    events = run.events()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [event.message for event in events if event.kind == EventKind.STATE] == [
        "Queued",
        "Started",
        "Completed",
    ]
    assert [event.is_final for event in events].index(True) == len(events) - 1
    record = run.record
    assert record.config["count"] == 21
    assert record.created <= record.started <= record.ended  # type: ignore[operator]
    assert repr(run) == f"<Run {run.id}: {run.title}, scenario 'base', succeeded>"


def test_a_job_gets_the_project_it_was_started_for(make_job: Make, project: Path) -> None:
    assert start(make_job(lambda job, project, config: project), project).result(10) is project


def test_the_jobs_own_error_is_raised_and_its_traceback_is_in_the_log(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Any, config: Any) -> None:
        raise ZeroDivisionError("no demand in 2030")

    run = start(make_job(work), project)
    with pytest.raises(ZeroDivisionError, match="no demand in 2030"):
        run.result(10)
    assert (run.state, run.cause) == (RunState.FAILED, Cause.EXCEPTION)
    assert run.reason == "ZeroDivisionError: no demand in 2030"
    assert run.logs(level="error") == ["ZeroDivisionError: no demand in 2030"]
    assert any("Traceback" in line for line in run.logs())


def test_a_run_that_fails_over_its_inputs_lists_every_problem_with_its_place(
    make_job: Make, project: Path
) -> None:
    cells = [Problem("is blank, fill in a number", "demand.xlsx", "Sales", f"B{row}") for row in range(3, 15)]
    other = Problem("has no year", "demand.xlsx", "Drivers", "A1")

    def work(job: Job, project: Any, config: Any) -> None:
        raise InvalidData("13 problems in demand.xlsx.", "demand.xlsx", [*cells, other])

    run = start(make_job(work), project)
    assert run.wait(10)
    assert (run.state, run.cause, run.reason) == (RunState.FAILED, Cause.INPUT, "13 problems in demand.xlsx.")
    assert not any("Traceback" in line for line in run.logs(level="info"))
    assert any("Traceback" in line for line in run.logs())
    summary = attach(run.id, project).summary()
    assert summary.details == [
        "demand.xlsx, sheet 'Sales', in 12 cells (B3, B4, B5, B6, B7, B8, B9, B10, B11, B12, B13, B14): "
        "is blank, fill in a number",
        "demand.xlsx, sheet 'Drivers', cell A1: has no year",
    ]
    assert not summary.resume_helps


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (SettingError("No such path.", "driver_path"), Cause.INPUT),
        (ProjectError("There is no input."), Cause.INPUT),
        (ModelInfeasible("No plan meets all limits."), Cause.INPUT),
        (SolverFailed("The solver gave up."), Cause.EXCEPTION),
        (UnwritableFile("The disk is full.", "out.xlsx", OSError(28, "full")), Cause.EXCEPTION),
        (SourceFailed("The source is down."), Cause.EXCEPTION),
        (RuntimeError("broken"), Cause.EXCEPTION),
    ],
)
def test_resume_is_advised_where_the_same_again_may_succeed(
    make_job: Make, project: Path, error: Exception, cause: Cause
) -> None:
    def work(job: Job, project: Any, config: Any) -> None:
        raise error

    run = start(make_job(work), project)
    assert run.wait(10)
    assert run.cause == cause
    assert run.summary().resume_helps == (cause == Cause.EXCEPTION)


def test_a_job_that_calls_exit_fails_and_this_process_goes_on(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Any, config: Any) -> None:
        raise SystemExit("enough")

    run = start(make_job(work), project)
    assert run.wait(10)
    assert (run.state, run.reason) == (RunState.FAILED, "the job called exit (enough)")


def test_a_result_that_is_not_there_yet_is_not_waited_for_longer_than_asked(
    gated: Gated, project: Path
) -> None:
    run = start(gated.job, project)
    with pytest.raises(TimeoutError, match=r"is still running after 0\.05 s"):
        run.result(0.05)
    assert not run.wait(0)


def test_settings_are_checked_before_anything_starts(make_job: Make, project: Path) -> None:
    made = make_job(lambda job, project, config: None)
    with pytest.raises(SettingError, match="There is no setting 'horizon'"):
        start(made, project, horizon=3)
    with pytest.raises(SettingError, match=r"the most allowed is 10\.0 s"):
        start(made, project, pace=11)
    with pytest.raises(SettingError, match="There is no job 'unheard of'"):
        start("unheard of", project)
    assert runs(project) == []


def test_a_job_is_started_by_its_name(make_job: Make, project: Path) -> None:
    make_job(lambda job, project, config: "found", name="by_name")
    assert start("by_name", project).result(10) == "found"


# requests


def test_pause_holds_the_work_and_resume_lets_it_go_on(
    make_job: Make, project: Path, until: Callable[..., None]
) -> None:
    count = 0

    def work(job: Job, project: Any, config: Any) -> int:
        nonlocal count
        while count < 10_000 and not done.is_set():
            count += 1
            time.sleep(0.001)
            job.checkpoint()
        return count

    done = threading.Event()
    run = start(make_job(work), project)
    until(lambda: count > 5)
    run.pause("asha")
    until(lambda: run.state == RunState.PAUSED)
    held = count
    time.sleep(0.05)
    assert count == held
    run.resume()
    until(lambda: count > held)
    done.set()
    run.result(10)
    told = [(event.data["request"], event.data["phase"]) for event in run.events(kinds=[EventKind.CONTROL])]
    assert told == [
        ("pause", "asked"),
        ("pause", "acknowledged"),
        ("resume", "asked"),
        ("resume", "acknowledged"),
    ]
    assert run.events(kinds=[EventKind.CONTROL])[0].data["by"] == "asha"


def test_every_thread_of_a_paused_run_is_held(
    make_job: Make, project: Path, until: Callable[..., None], until_still: Callable[..., None]
) -> None:
    counts = [0, 0, 0]
    done = threading.Event()

    def work(job: Job, project: Any, config: Any) -> None:
        def count(index: int) -> None:
            while not done.is_set():
                counts[index] += 1
                time.sleep(0.001)
                job.checkpoint()

        threads = [threading.Thread(target=count, args=(index,)) for index in (1, 2)]
        for thread in threads:
            thread.start()
        count(0)
        for thread in threads:
            thread.join()

    run = start(make_job(work), project)
    until(lambda: min(counts) > 3)
    run.pause()
    until(lambda: run.state == RunState.PAUSED)
    until_still(lambda: list(counts))
    held = list(counts)
    time.sleep(0.1)
    assert counts == held
    run.resume()
    until(lambda: all(now > before for now, before in zip(counts, held, strict=True)))
    done.set()
    run.result(10)


def test_cancel_asked_twice_and_while_paused_ends_the_run_once(
    gated: Gated, project: Path, until: Callable[..., None]
) -> None:
    run = start(gated.job, project)
    until(lambda: run.state == RunState.RUNNING)
    run.pause()
    until(lambda: run.state == RunState.PAUSED)
    run.cancel()
    run.cancel()
    assert run.wait(5)
    with pytest.raises(RunCancelled, match=r"cancelled: Cancelled"):
        run.result()
    told = [event.message for event in run.events(kinds=[EventKind.CONTROL])]
    assert told[-2:] == ["Cancel asked", "Cancel acknowledged"]
    assert told.count("Cancel asked") == 1
    with pytest.raises(ControlRefused, match="has already been cancelled"):
        run.cancel()


def test_a_jobs_own_handlers_do_not_swallow_a_cancel(
    make_job: Make, project: Path, until: Callable[..., None]
) -> None:
    tries = 0

    def work(job: Job, project: Any, config: Any) -> None:
        nonlocal tries
        while True:
            try:
                tries += 1
                time.sleep(0.002)
                job.checkpoint()
            except Exception:  # noqa: BLE001 - what the test is about
                continue

    run = start(make_job(work), project)
    until(lambda: tries)
    run.cancel()
    assert run.wait(5)
    assert run.state == RunState.CANCELLED


def test_a_job_that_ignores_checkpoints_is_not_called_cancelled_before_it_stops(
    make_job: Make, project: Path, until: Callable[..., None]
) -> None:
    gate = threading.Event()
    run = start(make_job(lambda job, project, config: gate.wait(20)), project)
    until(lambda: run.state == RunState.RUNNING)
    run.cancel()
    until(lambda: run.logs(contains="has not stopped yet"))
    assert run.state == RunState.RUNNING
    assert run.summary().request == "cancel"
    assert run.logs(level="warning")[0].startswith(
        "Cancel was requested 2 s ago and the work has not stopped yet"
    )
    gate.set()
    assert run.wait(5)
    # It went through to its end: that is what is said.
    assert run.state == RunState.SUCCEEDED
    assert "before the cancel request could be adopted" in run.reason


def test_adjusted_settings_are_taken_at_the_next_checkpoint_and_kept(
    make_job: Make, project: Path, until: Callable[..., None]
) -> None:
    seen: list[float] = []

    def work(job: Job, project: Any, config: Any) -> float:
        while job.config.pace < 5:
            seen.append(job.config.pace)
            time.sleep(0.002)
            job.checkpoint()
        return float(job.config.pace)

    run = start(make_job(work), project, pace=1.0)
    until(lambda: seen)
    with pytest.raises(SettingError, match="count is fixed while a run continues"):
        run.adjust(count=5)
    with pytest.raises(SettingError, match=r"the most allowed is 10\.0 s"):
        run.adjust(pace=50)
    run.adjust(pace=6.5)
    assert run.result(5) == 6.5
    assert run.record.config["pace"] == 6.5
    assert run.summary().settings["pace"] == 6.5
    messages = [event.message for event in run.events(kinds=[EventKind.CONTROL])]
    assert messages == ["Adjust asked", "Adjust acknowledged"]


def test_a_deadline_cancels_and_can_be_moved_while_the_run_goes_on(gated: Gated, project: Path) -> None:
    run = start(gated.job, project, deadline=0.25)
    run.extend(0.4)  # type: ignore[attr-defined]
    assert not run.wait(0.5)
    assert run.wait(5)
    assert (run.state, run.cause, run.reason) == (
        RunState.CANCELLED,
        Cause.DEADLINE,
        "Stopped at its deadline",
    )
    assert run.logs() == ["Deadline moved by 0.4 s", "Deadline of 0.65 s reached"]
    with pytest.raises(ControlRefused, match="too late to extend"):
        run.extend(1)  # type: ignore[attr-defined]
    other = start(gated.job, project)
    with pytest.raises(ControlRefused, match="has no deadline"):
        other.extend(1)  # type: ignore[attr-defined]


def test_time_spent_paused_does_not_count_towards_the_deadline(
    gated: Gated, project: Path, until: Callable[..., None]
) -> None:
    run = start(gated.job, project, deadline=0.6)
    until(lambda: run.state == RunState.RUNNING)
    run.pause()
    until(lambda: run.state == RunState.PAUSED)
    time.sleep(0.9)
    assert run.state == RunState.PAUSED
    run.resume()
    gated.gate.set()
    assert run.result(5) == "result of base"


# the queue


def test_runs_take_turns_in_the_order_of_their_start_and_know_their_place(
    one_slot: Engine, gated: Gated, project: Path, until: Callable[..., None]
) -> None:
    given = [start(gated.job, project, scenario=name) for name in "abcd"]
    until(lambda: gated.began)
    assert [run.state for run in given] == ["running", "queued", "queued", "queued"]
    assert [run.queue_place() for run in given] == [0, 0, 1, 2]
    gated.gate.set()
    assert [run.result(10) for run in given] == [f"result of {name}" for name in "abcd"]
    assert gated.began == list("abcd")


def test_a_paused_run_does_not_hold_up_the_others(
    one_slot: Engine, gated: Gated, project: Path, until: Callable[..., None]
) -> None:
    first = start(gated.job, project, scenario="a")
    second = start(gated.job, project, scenario="b")
    until(lambda: gated.began)
    first.pause()
    until(lambda: gated.began == ["a", "b"])
    assert (first.state, second.state) == (RunState.PAUSED, RunState.RUNNING)
    first.cancel()
    assert first.wait(5)


def test_a_run_paused_in_the_queue_lets_others_pass_and_joins_at_the_end(
    one_slot: Engine, gated: Gated, project: Path, until: Callable[..., None]
) -> None:
    first, second, third = (start(gated.job, project, scenario=name) for name in "abc")
    second.pause()
    assert second.state == RunState.PAUSED
    assert third.queue_place() == 0
    second.resume()
    assert second.state == RunState.QUEUED
    assert (third.queue_place(), second.queue_place()) == (0, 1)
    gated.gate.set()
    for run in (first, second, third):
        run.result(10)
    assert gated.began == ["a", "c", "b"]


def test_a_run_cancelled_in_the_queue_never_begins(one_slot: Engine, gated: Gated, project: Path) -> None:
    first, second = (start(gated.job, project, scenario=name) for name in "ab")
    second.cancel()
    assert second.wait(0)
    assert second.state == RunState.CANCELLED
    gated.gate.set()
    first.result(10)
    assert gated.began == ["a"]
    assert second.record.started is None


def test_a_run_paused_at_the_very_moment_of_its_turn_comes_back(
    one_slot: Engine, gated: Gated, project: Path, monkeypatch: pytest.MonkeyPatch, until: Callable[..., None]
) -> None:
    claims = one_slot._claims

    def claim_and_pause(run: Any) -> bool:
        claimed = claims(run)
        if claimed:
            monkeypatch.setattr(one_slot, "_claims", claims)
            run.pause()
        return claimed

    monkeypatch.setattr(one_slot, "_claims", claim_and_pause)
    run = start(gated.job, project)
    until(lambda: run.state == RunState.PAUSED)
    assert gated.began == []
    # It holds nothing while it is paused: the same scenario can be written by another run.
    run.resume()
    until(lambda: run.state == RunState.RUNNING)
    gated.gate.set()
    assert run.result(10) == "result of base"


# one scenario at a time


def test_a_scenario_that_is_being_written_is_refused_queued_or_renamed_as_asked(
    gated: Gated, project: Path, until: Callable[..., None]
) -> None:
    first = start(gated.job, project)
    with pytest.raises(ScenarioBusy, match="choose when_busy='queue'") as caught:
        start(gated.job, project)
    assert caught.value.run == first.id
    waiting = start(gated.job, project, when_busy="queue")
    renamed = start(gated.job, project, when_busy="rename")
    again = start(gated.job, project, when_busy="rename")
    assert (renamed.scenario, again.scenario) == ("base 2", "base 3")
    time.sleep(0.3)
    assert waiting.state == RunState.QUEUED
    gated.gate.set()
    for run in (first, waiting, renamed, again):
        run.result(10)
    assert waiting.record.started >= first.record.ended  # type: ignore[operator]


def test_a_renamed_scenario_does_not_write_over_an_earlier_result(gated: Gated, project: Path) -> None:
    gated.gate.set()
    start(gated.job, project, scenario="base 2").result(10)
    gated.gate.clear()
    start(gated.job, project)
    assert start(gated.job, project, when_busy="rename").scenario == "base 3"


def test_threads_that_start_one_scenario_at_the_same_moment_get_it_once(gated: Gated, project: Path) -> None:
    meet, busy, started = threading.Barrier(6), [], []

    def begin() -> None:
        meet.wait(5)
        try:
            started.append(start(gated.job, project))
        except ScenarioBusy as error:
            busy.append(error)

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(started), len(busy)) == (1, 5)


CONTENDER = """
import sys, time
from dataclasses import dataclass
from pathlib import Path
from workbench.errors import ScenarioBusy
from workbench.runs import job, setting, start

@dataclass(frozen=True, slots=True)
class Config:
    scenario: str = setting("base", help="")

folder, policy = Path(sys.argv[1]), sys.argv[2]

@job("contended", config=Config)
def work(job, project, config):
    mark = folder / f"writing {config.scenario}"
    mark.touch(exist_ok=False)
    # Until all have asked, however slow the machine is.
    while len(list(folder.glob("asked-*"))) < 3:
        time.sleep(0.005)
    mark.unlink()
    return config.scenario

(folder / f"ready-{sys.argv[3]}").touch()
while not (folder / "go").exists():
    time.sleep(0.001)
try:
    run = start(work, folder, when_busy=policy)
except ScenarioBusy:
    run = None
(folder / f"asked-{sys.argv[3]}").touch()
print(run.result(30) if run else "busy")
"""


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("refuse", ["base", "busy", "busy"]),
        ("queue", ["base"] * 3),
        ("rename", ["base", "base 2", "base 3"]),
    ],
)
def test_processes_that_start_one_scenario_at_the_same_moment_never_mix(
    scripts: Any, project: Path, until: Callable[..., None], policy: str, expected: list[str]
) -> None:
    started = [scripts.start(CONTENDER, project, policy, number) for number in range(3)]
    until(lambda: all((project / f"ready-{number}").exists() for number in range(3)), 30)
    (project / "go").touch()
    answers = []
    for process in started:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        answers.append(out.strip())
    assert sorted(answers) == expected


# found again


def test_attach_gives_the_very_run_of_this_process_also_by_the_beginning_of_its_id(
    gated: Gated, project: Path
) -> None:
    run = start(gated.job, project)
    assert attach(run.id, project) is run
    assert attach(run.id[:-3], str(project)) is run
    with pytest.raises(UnknownRun):
        attach("nothing", project)


def test_attach_without_any_run_says_so(project: Path) -> None:
    with pytest.raises(JournalError, match="this project has no runs yet"):
        attach("x", project)
    assert runs(project) == []


def test_history_is_filtered_by_state_job_and_date(make_job: Make, gated: Gated, project: Path) -> None:
    quick = make_job(lambda job, project, config: None)
    done = start(quick, project)
    done.result(10)
    going = start(gated.job, project)
    assert [record.id for record in runs(project)] == [going.id, done.id]
    assert [record.id for record in runs(project, states=["succeeded"])] == [done.id]
    assert [record.id for record in runs(project, job=quick.name)] == [done.id]
    tomorrow = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
    assert runs(project, since=tomorrow) == []
    assert len(runs(project, until=tomorrow)) == 2
    assert len(runs(project, limit=1)) == 1


def test_a_journal_that_is_just_being_made_has_no_runs_yet(project: Path) -> None:
    folder = project / ".workbench"
    folder.mkdir()
    sqlite3.connect(folder / "journal.sqlite").close()
    (folder / "journal.sqlite").touch()
    assert runs(project) == []


def test_an_old_run_that_nobody_holds_is_let_go_with_its_result(make_job: Make, project: Path) -> None:
    class Result:
        """Something large."""

    made = make_job(lambda job, project, config: Result())
    run = start(made, project)
    result = weakref.ref(run.result(10))
    run_id = run.id
    del run
    for _ in range(turns.KEPT_RUNS + 1):
        start(made, project).result(10)
    deadline = time.monotonic() + 5
    while result() is not None and time.monotonic() < deadline:
        gc.collect()
        time.sleep(0.02)
    assert result() is None
    assert attach(run_id, project).state == RunState.SUCCEEDED


# going on


def test_what_has_succeeded_or_still_goes_on_cannot_be_resumed(
    make_job: Make, gated: Gated, project: Path, until: Callable[..., None]
) -> None:
    done = start(make_job(lambda job, project, config: None), project)
    done.result(10)
    with pytest.raises(ControlRefused, match="has succeeded: there is nothing left to do"):
        resume(done.id, project)
    going = start(gated.job, project)
    with pytest.raises(ControlRefused, match="is running: there is nothing to resume"):
        resume(going.id, project)
    going.pause()
    until(lambda: going.state == RunState.PAUSED)
    assert resume(going.id, project) is going
    assert going.state == RunState.RUNNING


def test_a_resumed_run_has_the_settings_of_the_one_it_goes_on_from(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Any, config: Any) -> Any:
        if not (project / "again").exists():
            raise RuntimeError("stop")
        return config

    run = start(make_job(work), project, count=7, scenario="high")
    run.wait(10)
    (project / "again").touch()
    again = resume(run.id, project)
    config = again.result(10)
    assert (config.count, config.scenario) == (7, "high")
    assert again.id != run.id


# watching


def test_listeners_hear_of_events_and_of_the_end(
    gated: Gated, project: Path, until: Callable[..., None]
) -> None:
    run = start(gated.job, project)
    heard: list[bool] = []

    def listener() -> None:
        heard.append(run.wait(0))

    run.add_listener(listener)
    gated.gate.set()
    run.result(10)
    until(lambda: heard and heard[-1])
    run.remove_listener(listener)
    assert run._stream.listeners == []  # type: ignore[attr-defined]


def test_asking_for_what_follows_a_number_never_misses_or_repeats_an_event_under_a_flood(
    make_job: Make, project: Path
) -> None:
    def work(job: Job, project: Any, config: Any) -> None:
        for index in range(60_000):
            job.log(str(index))

    run = start(make_job(work), project)
    seen: list[int] = []
    messages: list[str] = []
    while True:
        ended = run.wait(0)
        page = run.events(seen[-1] if seen else 0)
        seen += [event.seq for event in page]
        messages += [event.message for event in page if event.kind == EventKind.LOG]
        if ended:
            break
        time.sleep(0.002)
    assert seen == list(range(1, len(seen) + 1))
    assert messages == [str(index) for index in range(60_000)]
    assert run.events(kinds=[EventKind.STATE])[-1].seq == len(seen)


def test_a_summary_taken_during_a_flood_is_that_of_all_events(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Any, config: Any) -> None:
        with job.stage("a"):
            for index in range(20_000):
                job.log("x")
                if index % 1000 == 0:
                    job.progress(index, 20_000)

    run = start(make_job(work), project)
    last = 0.0
    while not run.wait(0):
        time.sleep(0.005)
        share = (run.summary().stages.get("a") or type("N", (), {"fraction": 0.0})).fraction or 0.0
        assert share >= last
        last = share
    found = run.summary()
    assert (found.state, found.fraction, found.stages["a"].state) == ("succeeded", 1.0, "completed")
    assert found.seq == run.last_seq()


def test_the_heartbeat_continues_when_it_fails_for_one_run(
    gated: Gated, make_job: Make, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(gated.job, project, scenario="a")

    def broken() -> None:
        raise RuntimeError("cannot be sampled")

    monkeypatch.setattr(run.attention, "open_all", broken)  # type: ignore[attr-defined]
    time.sleep(0.3)

    def work(job: Job, project: Any, config: Any) -> int:
        for index in job.track(range(10_000), title="beats"):
            time.sleep(0.001)
            if len(job._sink.events(kinds=[EventKind.PROGRESS])) >= 2:  # type: ignore[attr-defined]
                return index
        return 0

    if (os.cpu_count() or 1) < 2:
        pytest.skip("one core gives one turn at a time")
    assert start(make_job(work), project, scenario="b").result(20) > 0


def test_a_journal_that_somebody_has_locked_does_not_hold_up_other_projects(
    make_job: Make, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        for _ in job.track(range(100)):
            time.sleep(0.02)

    monkeypatch.setattr(engine._engine, "slots", 1)
    locked = tmp_path / "locked"
    locked.mkdir()
    counting = make_job(work)
    first = start(counting, project)
    waiting = start(counting, locked)
    other = sqlite3.connect(locked / ".workbench" / "journal.sqlite", isolation_level=None)
    waiting.settle()
    other.execute("BEGIN IMMEDIATE")
    try:
        # From here on there is a free slot, and the run whose turn it is cannot be entered as running.
        monkeypatch.setattr(engine._engine, "slots", 2)
        time.sleep(0.3)
        began = time.monotonic()
        third = start(counting, project, when_busy="queue")
        assert time.monotonic() - began < 5
        first.result(20)
        assert waiting.state == RunState.QUEUED
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert len(first.events(kinds=[EventKind.PROGRESS])) > 5
    third.result(20)
    waiting.result(20)
