from __future__ import annotations

import os
import pickle
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from workbench.errors import RunCancelled, UnitFailed
from workbench.runs import Job, RunState, Unit, current_job, resume, start
from workbench.runs.journal import signing
from workbench.runs.model.states import EventKind

PLACES = ["threads", "processes"]
Make = Callable[..., Any]


def square(x: int) -> int:
    return x * x


def slow_square(x: int) -> int:
    # Slower than progress is reported at most.
    time.sleep(0.12)
    return x * x


def odd_only(x: int) -> int:
    if x % 2 == 0:
        raise ValueError(f"{x} is even")
    return x


def note(folder: Path, name: str) -> None:
    """Count a call where every process can see it."""
    with (folder / name).open("a") as file:
        file.write("x")


def calls(folder: Path, name: str) -> int:
    return len((folder / name).read_text()) if (folder / name).exists() else 0


def fails_at_first(folder: Path, name: str) -> str:
    note(folder, name)
    if calls(folder, name) < 3:
        raise OSError("not yet")
    return name


def counted(folder: Path, x: int) -> int:
    note(folder, f"unit-{x}")
    return x * 10


def dies_once(folder: Path, name: str) -> str:
    note(folder, name)
    if calls(folder, name) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return name


def waits(folder: Path, name: str) -> str:
    note(folder, name)
    while not (folder / "go").exists():
        time.sleep(0.005)
    return name


def units(count: int) -> list[Unit]:
    return [Unit(f"unit {index}", (index,)) for index in range(count)]


def progress_of(run: Any) -> list[float]:
    return [event.fraction for event in run.events(kinds=[EventKind.PROGRESS])]


@pytest.mark.parametrize("workers", [*PLACES, 1, 5, None])
def test_every_unit_is_computed_once_and_the_bar_only_rises(
    make_job: Make, project: Path, workers: Any
) -> None:
    def work(job: Job, project: Path, config: Any) -> dict[str, int]:
        return {
            found.key: found.value for found in job.map(square, units(9), title="Squares", workers=workers)
        }

    run = start(make_job(work), project)
    assert run.result(30) == {f"unit {index}": index * index for index in range(9)}
    seen = progress_of(run)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    last = run.events(kinds=[EventKind.PROGRESS])[-1]
    assert last.message == "Squares: 9 of 9"


def waits_for(folder: Path, name: str, before: str) -> str:
    while before and not (folder / before).exists():
        time.sleep(0.005)
    return name


@pytest.mark.parametrize("workers", [2, "processes"])
def test_results_come_as_they_finish_not_in_the_order_given(
    make_job: Make, project: Path, workers: Any
) -> None:
    def work(job: Job, project: Path, config: Any) -> list[str]:
        given = [Unit("slow", (project, "slow", "seen")), Unit("quick", (project, "quick", ""))]
        found = []
        for outcome in job.map(waits_for, given, workers=workers):
            found.append(outcome.key)
            (project / "seen").touch()
        return found

    if workers == "processes" and (os.cpu_count() or 1) < 2:
        pytest.skip("one core takes one unit at a time")
    assert start(make_job(work), project).result(20) == ["quick", "slow"]


@pytest.mark.parametrize("workers", PLACES)
def test_a_unit_that_fails_is_reported_and_stops_no_other(
    make_job: Make, project: Path, workers: Any
) -> None:
    def work(job: Job, project: Path, config: Any) -> list[int]:
        values = []
        with job.stage("all"):
            for found in job.map(odd_only, units(5), workers=workers):
                if found.error is None:
                    values.append(found.value)
                else:
                    with pytest.raises(UnitFailed, match="is even"):
                        _ = found.value
        return sorted(values)

    run = start(make_job(work), project)
    assert run.result(30) == [1, 3]
    assert run.state == RunState.SUCCEEDED
    assert sorted(run.failed_stages) == ["all/unit 0", "all/unit 2", "all/unit 4"]
    assert "all/unit 2" in run.reason
    failed = next(event for event in run.events(kinds=[EventKind.STAGE]) if event.stage == "all/unit 2")
    assert failed.message == "ValueError: 2 is even"


def test_a_unit_that_calls_exit_is_a_failed_unit(make_job: Make, project: Path) -> None:
    def leave(x: int) -> None:
        raise SystemExit(3)

    def work(job: Job, project: Path, config: Any) -> list[str | None]:
        return [found.error for found in job.map(leave, units(2))]

    assert start(make_job(work), project).result(10) == ["the job called exit (3)"] * 2


def test_units_with_a_stage_make_one_stage_that_fails_when_one_of_them_does(
    make_job: Make, project: Path
) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        given = [Unit(f"{name}/{x}", (x,), stage=name) for name in ("Odd", "Mixed") for x in (1, 3)]
        given.append(Unit("Mixed/2", (2,), stage="Mixed"))
        list(job.map(odd_only, given, workers=1))

    run = start(make_job(work), project)
    run.result(10)
    stages = {stage.path: stage for stage in run.stages}
    assert (stages["Odd"].state, stages["Mixed"].state) == ("completed", "failed")
    assert stages["Mixed"].message == "Mixed/2: ValueError: 2 is even"
    assert run.failed_stages == ["Mixed"]


@pytest.mark.parametrize("workers", PLACES)
def test_a_failed_unit_is_tried_again_as_often_as_asked(make_job: Make, project: Path, workers: Any) -> None:
    def work(job: Job, project: Path, config: Any) -> tuple[list[Any], list[Any]]:
        enough = list(job.map(fails_at_first, [Unit("a", (project, "a"))], workers=workers, retries=2))
        few = list(job.map(fails_at_first, [Unit("b", (project, "b"))], workers=workers, retries=1))
        return enough, few

    run = start(make_job(work), project)
    (enough,), (few,) = run.result(30)
    assert enough.value == "a"
    assert few.error == "OSError: not yet"
    assert (calls(project, "a"), calls(project, "b")) == (3, 2)
    assert run.logs(level="warning")[0] == "a failed (try 1 of 3), trying again: OSError: not yet"


def test_a_worker_that_is_killed_costs_its_unit_one_try(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> list[Any]:
        given = [Unit(name, (project, name)) for name in "abcd"]
        return list(job.map(dies_once, given, workers="processes", retries=1))

    run = start(make_job(work), project)
    assert sorted(found.value for found in run.result(30)) == ["a", "b", "c", "d"]
    assert any("ended by signal 9 (SIGKILL)" in line for line in run.logs(level="warning"))


def test_a_worker_that_is_killed_is_reported_where_nothing_is_retried(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> list[Any]:
        given = [Unit("a", (project, "a")), Unit("b", (project, "b"))]
        (project / "b").write_text("x")
        return list(job.map(dies_once, given, workers="processes"))

    outcomes = {found.key: found for found in start(make_job(work), project).result(30)}
    assert outcomes["a"].error == "The child process was ended by signal 9 (SIGKILL)."
    assert outcomes["b"].value == "b"


@pytest.mark.parametrize("workers", PLACES)
def test_a_cancel_ends_the_map_and_leaves_no_unit_running(
    make_job: Make, project: Path, until: Callable[..., None], workers: Any
) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        def patient(name: str) -> None:
            note(project, name)
            while True:
                time.sleep(0.01)
                job.checkpoint()

        given = [Unit(name, (project, name) if workers == "processes" else (name,)) for name in "abcdef"]
        list(job.map(waits if workers == "processes" else patient, given, workers=workers))

    run = start(make_job(work), project)
    until(lambda: calls(project, "a"))
    run.cancel()
    assert run.wait(10)
    assert run.state == RunState.CANCELLED
    with pytest.raises(RunCancelled):
        run.result()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("workbench unit worker")]


def test_a_pause_holds_units_that_have_not_begun(
    make_job: Make, project: Path, until: Callable[..., None]
) -> None:
    begun: list[int] = []

    def unit(x: int) -> int:
        begun.append(x)
        if x == 0:
            run.pause()
        return x

    def work(job: Job, project: Path, config: Any) -> list[int]:
        return [found.value for found in job.map(unit, units(5), workers=1)]

    gate = threading.Event()

    def gated(job: Job, project: Path, config: Any) -> list[int]:
        gate.wait(5)
        return work(job, project, config)

    run = start(make_job(gated), project)
    gate.set()
    until(lambda: run.state == RunState.PAUSED)
    time.sleep(0.15)
    assert begun == [0]
    run.resume()
    assert run.result(10) == [0, 1, 2, 3, 4]


def test_a_pause_suspends_units_in_processes(
    make_job: Make, project: Path, until: Callable[..., None]
) -> None:
    def work(job: Job, project: Path, config: Any) -> list[Any]:
        return [found.value for found in job.map(waits, [Unit("a", (project, "a"))], workers="processes")]

    def stopped() -> bool:
        return any(child.status() == psutil.STATUS_STOPPED for child in psutil.Process().children())

    run = start(make_job(work), project)
    until(lambda: calls(project, "a"))
    run.pause()
    until(stopped)
    assert run.state == RunState.PAUSED
    (project / "go").touch()
    time.sleep(0.2)
    assert run.state == RunState.PAUSED
    assert progress_of(run) == []
    run.resume()
    assert run.result(10) == ["a"]


@pytest.mark.parametrize("workers", PLACES)
def test_on_resume_only_unfinished_units_are_done(make_job: Make, project: Path, workers: Any) -> None:
    def work(job: Job, project: Path, config: Any) -> list[tuple[int, bool]]:
        given = [Unit(f"unit {x}", (project, x)) for x in range(6)]
        found = []
        for outcome in job.map(counted, given, workers=workers):
            found.append((outcome.value, outcome.remembered))
            if len(found) == 3 and not (project / "second").exists():
                raise RuntimeError("power cut")
        return sorted(found)

    run = start(make_job(work), project)
    with pytest.raises(RuntimeError, match="power cut"):
        run.result(30)
    done = {x for x in range(6) if calls(project, f"unit-{x}")}
    assert len(done) >= 3
    (project / "second").touch()
    again = resume(run.id, project)
    result = again.result(30)
    assert [value for value, _ in result] == [0, 10, 20, 30, 40, 50]
    assert {value // 10 for value, remembered in result if remembered} == done
    assert all(calls(project, f"unit-{x}") == 1 for x in range(6))
    assert again.record.resumed_from == run.id


def test_a_unit_with_other_arguments_is_done_again(make_job: Make, project: Path) -> None:
    factor = 1

    def work(job: Job, project: Path, config: Any) -> list[bool]:
        given = [Unit("same", (1,)), Unit("other", (factor,))]
        found = sorted((outcome.key, outcome.remembered) for outcome in job.map(square, given))
        if factor == 1:
            raise RuntimeError("stop")
        return [remembered for _, remembered in found]

    made = make_job(work)
    run = start(made, project)
    run.wait(10)
    factor = 2
    assert resume(run.id, project).result(10) == [False, True]


def test_units_signed_by_a_stranger_are_done_again_and_their_pickles_never_opened(
    make_job: Make, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = tmp_path / "opened"

    class Trap:
        def __reduce__(self) -> Any:
            return (Path.touch, (opened,))

    def work(job: Job, project: Path, config: Any) -> Any:
        outcomes = list(job.map(lambda: Trap() if not marker.exists() else "clean", [Unit("a")]))
        if not marker.exists():
            raise RuntimeError("stop")
        return [(outcome.value, outcome.remembered) for outcome in outcomes]

    marker = tmp_path / "marker"
    made = make_job(work)
    with monkeypatch.context() as patch:
        patch.setattr(signing, "_key_file", lambda: tmp_path / "stranger.key")
        run = start(made, project)
        run.wait(10)
    marker.touch()
    assert resume(run.id, project).result(10) == [("clean", False)]
    assert not opened.exists()


def test_a_result_that_cannot_be_kept_is_told_and_costs_nothing_else(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> int:
        return len([found.value for found in job.map(lambda x: threading.Lock(), units(3))])

    run = start(make_job(work), project)
    assert run.result(10) == 3
    (warning,) = {line.partition(", because")[0] for line in run.logs(level="warning")}
    assert warning == "Units of this map are not remembered for a resume"


def test_a_result_that_can_no_longer_be_read_is_computed_again(
    make_job: Make, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(job: Job, project: Path, config: Any) -> list[bool]:
        found = [outcome.remembered for outcome in job.map(square, units(2))]
        if not (project / "second").exists():
            raise RuntimeError("stop")
        return found

    run = start(make_job(work), project)
    run.wait(10)
    (project / "second").touch()

    def moved(blob: bytes) -> Any:
        raise ModuleNotFoundError("the class has moved")

    monkeypatch.setattr(
        "workbench.runs.jobs.unit_memory.pickle", type("P", (), {"loads": staticmethod(moved)})
    )
    again = resume(run.id, project)
    assert again.result(10) == [False, False]
    assert "is computed again, its earlier result cannot be read" in again.logs(level="warning")[0]
    assert pickle.loads(pickle.dumps(1)) == 1


def test_a_job_that_raises_between_two_units_leaves_no_worker_behind(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        for found in job.map(square, units(500), workers=3):
            raise RuntimeError(found.key)

    run = start(make_job(work), project)
    assert run.wait(10)
    # The error, kept for `result()`, keeps the job's frame and with it the unfinished map.
    with pytest.raises(RuntimeError):
        run.result()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("workbench unit worker")]


def test_finished_results_wait_in_bounded_number_for_a_slow_job(make_job: Make, project: Path) -> None:
    finished = 0
    seen: list[int] = []

    def unit(x: int) -> int:
        nonlocal finished
        finished += 1
        time.sleep(0.002)
        return x

    def work(job: Job, project: Path, config: Any) -> None:
        for index, _ in enumerate(job.map(unit, units(60), workers=2)):
            if index == 0:
                time.sleep(0.3)
                seen.append(finished)

    start(make_job(work), project).result(20)
    # One with the job, four in the queue, one in the hands of each of two workers; not sixty.
    assert seen[0] <= 7


def test_two_units_with_one_key_are_refused(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        list(job.map(square, [Unit("a", (1,)), Unit("a", (2,))]))

    with pytest.raises(ValueError, match="Two units have the key 'a'"):
        start(make_job(work), project).result(10)


@pytest.mark.parametrize("workers", ["process", 0, -1, True, 2.5])
def test_workers_that_make_no_sense_are_refused(make_job: Make, project: Path, workers: Any) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        list(job.map(square, units(2), workers=workers))

    with pytest.raises(ValueError, match="expected 'threads', 'processes' or a number of threads from 1"):
        start(make_job(work), project).result(10)


def test_a_map_of_nothing_gives_nothing(make_job: Make, project: Path) -> None:
    assert start(make_job(lambda job, project, config: list(job.map(square, []))), project).result(10) == []


def test_output_of_units_is_the_runs_with_the_units_stage(make_job: Make, project: Path) -> None:
    def unit(name: str) -> None:
        print("hello from", name)
        assert current_job() is not None

    def work(job: Job, project: Path, config: Any) -> None:
        with job.stage("outer"):
            list(job.map(unit, [Unit(name, (name,), stage=name) for name in ("a", "b")]))

    run = start(make_job(work), project)
    run.result(10)
    assert sorted((line.stage, line.message) for line in run.lines()) == [
        ("outer/a", "hello from a"),
        ("outer/b", "hello from b"),
    ]


def test_cpu_time_of_unit_threads_is_the_runs(make_job: Make, project: Path) -> None:
    def burn(x: int) -> None:
        began = time.thread_time()
        while time.thread_time() - began < 0.15:
            sum(range(1000))

    def work(job: Job, project: Path, config: Any) -> float:
        list(job.map(burn, units(2), workers=2))
        return float(run.resources.sample().cpu_seconds)  # type: ignore[attr-defined]

    gate = threading.Event()
    run = start(make_job(lambda job, project, config: gate.wait(5) and work(job, project, config)), project)
    gate.set()
    assert run.result(10) >= 0.25


def test_a_stage_of_several_units_shows_how_many_of_them_are_done(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> int:
        given = [Unit(f"unit {number}", (number,), stage="part") for number in range(4)]
        return sum(outcome.value for outcome in job.map(slow_square, given, workers=1))

    run = start(make_job(work), project)
    run.result(10)
    reported = [event.fraction for event in run.events(kinds=[EventKind.PROGRESS]) if event.stage == "part"]
    assert reported == [0.25, 0.5, 0.75]
