"""Jobs that report values of wrong types: the run, its journal and every other run of the project go on."""

from __future__ import annotations

import asyncio
import functools
import math
from collections.abc import AsyncIterator, Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tqdm import tqdm

from workbench.errors import SettingError, WorkbenchError
from workbench.runs import Job, RunState, Unit, start
from workbench.runs.engine.followed import FollowedRun
from workbench.runs.model.events import Event
from workbench.runs.model.states import EventKind
from workbench.testing import assert_run_is_whole

Make = Callable[..., Any]


class Unreadable(Exception):
    def __str__(self) -> str:
        raise KeyboardInterrupt("no text")

    __repr__ = __str__


class Lying(Exception):
    """Its class cannot be asked for: ``isinstance`` raises."""

    @property
    def __class__(self) -> type:  # type: ignore[override]
        raise RuntimeError("no class")

    def __str__(self) -> str:
        raise SystemExit(3)


class Evasive(WorkbenchError):
    """One of ours whose facts raise."""

    @property
    def details(self) -> tuple[str, ...]:
        raise KeyboardInterrupt("no details")

    @property
    def caused_by_input(self) -> bool:
        raise KeyboardInterrupt("no cause")


class NamelessType(type):
    @property
    def __name__(cls) -> str:  # type: ignore[override]
        raise RuntimeError("no name")


class Nameless(metaclass=NamelessType):
    def __str__(self) -> str:
        raise RuntimeError("no text")


ODD_REPORTS: dict[str, Callable[[Any], Any]] = {
    "progress without a message": lambda job: job.progress(1, 2, None),
    "progress in bytes": lambda job: job.progress(1, 2, b"\xe9\xff"),
    "progress of numpy": lambda job: job.progress(np.int8(1), np.float32(2), np.str_("x")),
    "progress of nan": lambda job: job.progress(math.nan, 1),
    "progress of inf": lambda job: job.progress(1, math.inf),
    "progress of texts": lambda job: job.progress("one", "two"),
    "progress of nothing": lambda job: job.progress(None, None),
    "progress of an array": lambda job: job.progress(np.arange(3), 2),
    "half a surrogate": lambda job: job.log("half \ud83d"),
    "NUL": lambda job: job.log("a\0b"),
    "a line in bytes": lambda job: job.log(b"\xff\x00"),
    "a line of nothing": lambda job: job.log(None),
    "an unreadable line": lambda job: job.log(Unreadable()),
    "a level of nothing": lambda job: job.log("x", None),
    "huge text": lambda job: job.log("x" * 3_000_000),
    "a huge message": lambda job: job.progress(1, 2, "x" * 3_000_000),
    "a metric that is a text": lambda job: job.metric("gap", "small"),
    "a metric of nothing": lambda job: job.metric("gap", None),
    "a metric of numpy": lambda job: job.metric("gap", np.float32(0.5), unit=None),
    "a metric of nan": lambda job: job.metric("gap", math.nan),
    "a metric of an array": lambda job: job.metric("gap", np.arange(3)),
    "a metric named by a number": lambda job: job.metric(5, 1, stage=7),
    "an omission that is an error": lambda job: job.incomplete(Unreadable()),
    "a plan of texts": lambda job: job.plan(read="much", save=1),
    "a plan of nan": lambda job: job.plan(read=math.nan, save=np.float64(1)),
    "an artifact of bytes": lambda job: job.artifact("a\0b.csv", title=b"x"),
    "a bar of nothing": lambda job: job.show_bar(job.open_bar(None, None, 5)),
    "data that do not serialise": lambda job: job._sink.emit(EventKind.LOG, "x", data={(1, 2): object()}),
    "data of an unreadable value": lambda job: job._sink.emit(EventKind.LOG, "x", data={"x": Unreadable()}),
    "a bar of less than nothing": lambda job: list(job.track([1, 2], total=-3)),  # type: ignore[arg-type]
    "a bar of nan": lambda job: list(job.track([1, 2], total=math.nan)),  # type: ignore[arg-type]
    "bars of Decimal and NumPy": lambda job: [
        list(tqdm([1, 2], total=total)) for total in (Decimal(2), np.int64(2), np.float32(2), -1, math.inf)
    ],
    "a value whose class raises": lambda job: job.metric(Lying("x"), Lying("x"), unit=Lying("x")),
    "progress of values whose class raises": lambda job: job.progress(Lying("x"), Lying("x"), Lying("x")),
    "a value whose type has no name": lambda job: job.log(Nameless()),
    "a huge number": lambda job: job._sink.emit(EventKind.LOG, "x", data={"x": 10**5000}),
}


@pytest.mark.parametrize("report", ODD_REPORTS.values(), ids=ODD_REPORTS)
def test_a_report_of_a_wrong_type_disturbs_neither_its_run_nor_the_project(
    make_job: Make, project: Path, report: Callable[[Any], Any]
) -> None:
    def work(job: Job, project: Path, config: Any) -> int:
        with job.stage("read"):
            job.log("before")
            report(job)
            job.log("after")
        return 5

    run = start(make_job(work), project)
    assert run.result(10) == 5
    assert_run_is_whole(run)
    read = FollowedRun(run.record, run.journal_path, project)
    messages = [event.message for event in read.events()]
    assert "before" in messages
    assert "after" in messages
    assert not any("damaged" in message for message in messages)
    assert read.summary().stages["read"].state == "completed"
    assert start(make_job(lambda job, project, config: 6), project).result(10) == 6


@pytest.mark.parametrize("name", [5, None, b"bytes", "half \ud83d", "a\0b", np.int64(3), 2.5, Unreadable()])
def test_a_stage_may_have_any_name(make_job: Make, project: Path, name: Any) -> None:
    def work(job: Job, project: Path, config: Any) -> int:
        with job.stage(name), job.stage("inner"):
            job.skip_stage(name, name)
            units = [Unit(name, (1,), stage=name)]
            return sum(outcome.value for outcome in job.map(int, units, title="x"))

    run = start(make_job(work), project)
    assert run.result(10) == 1
    assert_run_is_whole(run)


def test_a_metric_that_is_not_a_number_is_left_out_and_said(make_job: Make, project: Path) -> None:
    run = start(make_job(lambda job, project, config: job.metric("gap", "small")), project)
    run.result(10)
    assert run.summary().metrics == {}
    assert "The metric gap was left out: 'small' is not a number" in run.logs()


def test_a_long_line_loses_nothing(make_job: Make, project: Path) -> None:
    text = "0123456789" * 30_000
    run = start(make_job(lambda job, project, config: job.log(text)), project)
    run.result(10)
    assert "".join(run.logs()) == text


def test_a_row_that_cannot_be_written_is_set_aside_alone_with_a_note(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> int:
        for number in range(50):
            job.log(f"line {number}")
        # What no border has settled: as a fault of ours, or a process of another version, would leave it.
        stream: Any = job._sink._stream  # type: ignore[attr-defined]
        with stream._lock:
            stream.seq += 1
            odd: Any = ("moon", object(), b"x", "half", "loud", 7)
            stream._waiting.append((Event(stream.seq, 0.0, *odd), None))
        for number in range(50, 100):
            job.log(f"line {number}")
        job._sink.settle()  # type: ignore[attr-defined]
        job.checkpoint()
        return 5

    run = start(make_job(work), project)
    assert run.result(10) == 5
    read = FollowedRun(run.record, run.journal_path, project)
    events = read.events()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    (note,) = {line for line in read.logs() if "could not be written" in line}
    assert note.startswith("Event ")
    assert "(moon) could not be written" in note
    assert [line for line in read.logs() if line.startswith("line ")] == [f"line {n}" for n in range(100)]


# errors


class Base(BaseException):
    """Neither an Exception nor one of Python's own."""


def odd_errors() -> Iterator[BaseException]:
    yield Unreadable()
    yield Base("base")
    yield KeyboardInterrupt()
    yield GeneratorExit()
    yield asyncio.CancelledError()
    yield UnicodeEncodeError("utf-8", "\ud83d", 0, 1, "half \ud83d")
    yield ValueError("half \ud83d \0 and a NUL")
    noted = ValueError("noted")
    noted.__notes__ = [Unreadable()]  # type: ignore[list-item]
    yield noted
    caused = ValueError("caused")
    caused.__cause__ = Unreadable()
    yield caused
    yield ExceptionGroup("several", [Unreadable(), ValueError("one")])


class OddDetails(SettingError):
    caused_by_input = Unreadable()  # type: ignore[assignment]

    @property
    def details(self) -> tuple[str, ...]:
        raise ZeroDivisionError


@pytest.mark.parametrize("error", [*odd_errors(), OddDetails("odd")], ids=lambda error: type(error).__name__)
def test_a_run_ends_whatever_its_job_raises(make_job: Make, project: Path, error: BaseException) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        raise error

    run = start(make_job(work), project)
    assert run.wait(10)
    assert run.state == RunState.FAILED
    assert run.record.state == RunState.FAILED
    assert run.record.reason
    assert_run_is_whole(run)


@pytest.mark.parametrize("kind", [Lying, Evasive])
def test_a_run_ends_whatever_the_class_of_its_error_makes_of_itself(
    make_job: Make, project: Path, kind: type[Exception]
) -> None:
    def work(job: Job, project: Path, config: Any) -> list[str | None]:
        found = [outcome.error for outcome in job.map(fail_as, [Unit("a", (kind,)), Unit("b", (int,))])]
        assert [error is None for error in sorted(found, key=str)] == [False, True]
        raise kind("odd")

    run = start(make_job(work), project)
    assert run.wait(10)
    assert run.state == RunState.FAILED
    assert run.summary().stages["a"].state == "failed"
    assert_run_is_whole(run)


def fail_as(kind: type) -> int:
    if issubclass(kind, Exception):
        raise kind("odd")
    return 1


def test_a_job_that_recurses_too_deep_while_it_reports_leaves_no_gap(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        job.log("deeper")
        job.progress(1, 2, "deeper")
        work(job, project, config)

    run = start(make_job(work), project)
    assert run.wait(20)
    assert run.state == RunState.FAILED
    assert "RecursionError" in run.reason
    assert_run_is_whole(run)
    assert FollowedRun(run.record, run.journal_path, project).damage() == ""


def test_a_run_ends_when_its_error_wraps_one_of_a_journal_that_takes_no_more(
    make_job: Make, project: Path, monkeypatch: pytest.MonkeyPatch, until: Callable[..., None]
) -> None:
    import sqlite3

    from workbench.runs.journal import stream, writer

    def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(stream, "BACKLOG", 50)

        def work(job: Job, project: Path, config: Any) -> None:
            patch.setattr(writer, "insert_events", full)
            try:
                for number in range(1000):
                    job.log(f"line {number}")
            except Exception as error:
                raise ValueError("wrapped") from error

        run = start(make_job(work), project)
        assert run.wait(10)
        assert (run.state, run.reason) == (RunState.FAILED, "ValueError: wrapped")
        assert not run.record.state.is_final
    # Held in memory until there is room.
    until(lambda: run.record.state == RunState.FAILED)
    assert_run_is_whole(run)


def fail_oddly(error: str) -> int:
    made: dict[str, BaseException] = {type(one).__name__: one for one in odd_errors()}
    if error in made:
        raise made[error]
    return 1


@pytest.mark.parametrize("workers", ["threads", pytest.param("processes", marks=pytest.mark.slow)])
def test_an_odd_error_of_a_unit_fails_that_unit_only(make_job: Make, project: Path, workers: str) -> None:
    names = ["fine", *dict.fromkeys(type(error).__name__ for error in odd_errors()), "fine too"]

    def work(job: Job, project: Path, config: Any) -> dict[str, str | None]:
        units = [Unit(name, (name,)) for name in names]
        return {outcome.key: outcome.error for outcome in job.map(fail_oddly, units, workers=workers)}

    run = start(make_job(work), project)
    errors = run.result(60)
    assert {name for name, error in errors.items() if error is None} == {"fine", "fine too"}
    assert len(errors) == len(names)
    assert_run_is_whole(run)


# functions that only make a coroutine or a generator


async def asynchronous(*_: Any) -> int:
    return 1


def generating(*_: Any) -> Iterator[int]:
    yield 1


async def generating_asynchronously(*_: Any) -> AsyncIterator[int]:
    yield 1


class Called:
    async def __call__(self, *_: Any) -> int:
        return 1


OTHERS = {
    "asynchronous": asynchronous,
    "generating": generating,
    "generating asynchronously": generating_asynchronously,
    "partial": functools.partial(generating, 1),
    "object": Called(),
}


@pytest.mark.parametrize("function", OTHERS.values(), ids=OTHERS)
def test_an_async_or_generator_job_is_refused_when_it_is_registered(make_job: Make, function: Any) -> None:
    with pytest.raises(SettingError, match="would return before any of its work is done"):
        make_job(function)


@pytest.mark.parametrize("function", OTHERS.values(), ids=OTHERS)
def test_an_async_or_generator_unit_is_refused_before_any_is_computed(
    make_job: Make, project: Path, function: Any
) -> None:
    run = start(
        make_job(lambda job, project, config: list(job.map(function, [Unit("a", (1,))], title="sites"))),
        project,
    )
    assert run.wait(10)
    assert run.state == RunState.FAILED
    assert run.reason.startswith("The function of sites is a")


@pytest.mark.parametrize("made", [asynchronous, generating, generating_asynchronously])
def test_a_job_that_returns_work_that_nobody_has_done_fails(make_job: Make, project: Path, made: Any) -> None:
    run = start(make_job(lambda job, project, config: made()), project)
    assert run.wait(10)
    assert run.state == RunState.FAILED
    assert "would return before any of its work is done" in run.reason
