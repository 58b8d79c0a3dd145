"""Spreading the units of a run over workers: threads here, processes here, later a cluster.

However the units are computed, they are reported, retried, paused, cancelled and remembered by the same code:
one feeding thread per worker takes units from a list, waits where the run is paused, and puts what came of each
into a short queue from which the job reads.
"""

from __future__ import annotations

import contextlib
import contextvars
import os
import pickle
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal, Protocol

import cloudpickle

from workbench.errors import JournalError
from workbench.runs.digest import digest_of, function_name
from workbench.runs.signals import CancelSignal, describe_error
from workbench.runs.states import EventKind, Level, StageState
from workbench.runs.units import Outcome, Unit

if TYPE_CHECKING:
    from workbench.runs.job import Job, Sink

__all__ = ["Workers", "run_units"]

Workers = Literal["threads", "processes"] | int | None


class _Home(Protocol):
    """Where one worker's units are computed."""

    def call(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any: ...


class _Here:
    """Computes units in the feeding thread itself."""

    def call(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        return function(*arguments)


class OpenMaps:
    """The maps of one job that are not finished, so that none outlives the job (it may raise in between)."""

    def __init__(self) -> None:
        self._feeders: list[_Feeders] = []

    def add(self, feeders: _Feeders) -> None:
        """Count a map in."""
        self._feeders.append(feeders)

    def remove(self, feeders: _Feeders) -> None:
        """Leave a map out that has ended."""
        with contextlib.suppress(ValueError):
            self._feeders.remove(feeders)

    def close(self) -> None:
        """End all maps; returns when no unit is being computed any more."""
        for feeders in list(self._feeders):
            feeders.leave()


def run_units(
    job: Job,
    sink: Sink,
    maps: OpenMaps,
    function: Callable[..., Any],
    units: list[Unit],
    *,
    title: str,
    workers: Workers,
    retries: int,
    remember: bool,
) -> Iterator[Outcome]:
    """Run units on workers and yield their outcomes as they finish; see :meth:`workbench.runs.Job.map`."""
    count = _count_workers(workers)
    _refuse_repeated_keys(units)
    report = _MapReport(job, sink, units, title)
    memory = _Memory(sink, function, remember)
    waiting: deque[Unit] = deque()
    for unit in units:
        outcome = memory.recall(unit)
        if outcome is None:
            waiting.append(unit)
        else:
            report.finished(unit, outcome)
            yield outcome
    if waiting:
        in_processes = workers == "processes"
        feeders = _Feeders(job, sink, function, waiting, memory, report, count, in_processes, retries)
        maps.add(feeders)
        try:
            yield from feeders.outcomes()
        finally:
            maps.remove(feeders)


def _count_workers(workers: Workers) -> int:
    if workers is None or workers in ("threads", "processes"):
        return os.cpu_count() or 1
    if isinstance(workers, int) and not isinstance(workers, bool) and workers >= 1:
        return workers
    raise ValueError(
        f"workers is {workers!r}, expected 'threads', 'processes' or a number of threads from 1."
    )


def _refuse_repeated_keys(units: list[Unit]) -> None:
    seen: set[str] = set()
    for unit in units:
        if unit.key in seen:
            raise ValueError(f"Two units have the key {unit.key!r}; each needs its own to be recognised.")
        seen.add(unit.key)


class _Memory:
    """Finished units of this run and of those it goes on from."""

    def __init__(self, sink: Sink, function: Callable[..., Any], remember: bool) -> None:
        self._sink = sink
        self._name = function_name(function)
        self._keeps = remember and sink.remembers

    def recall(self, unit: Unit) -> Outcome | None:
        if not (self._keeps and self._sink.resumes):
            return None
        try:
            digest = digest_of(self._name, unit.arguments)
            found = self._sink.remembered(unit.key, digest)
            if found is None:
                return None
            blob, seconds = found
            result = pickle.loads(blob)
        except JournalError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the classes inside raise, the unit is done again
            self._tell(
                f"{unit.key} is done again, its earlier result cannot be read: {describe_error(error)}"
            )
            return None
        # Kept under this run too, so that a later resume needs only this one.
        self._sink.remember(unit.key, digest, seconds, blob)
        return Outcome(unit.key, result, None, seconds, remembered=True)

    def keep(self, unit: Unit, result: Any, seconds: float) -> None:
        if not self._keeps:
            return
        try:
            digest = digest_of(self._name, unit.arguments)
            blob = cloudpickle.dumps(result, protocol=5)
        except Exception as error:  # noqa: BLE001 - whatever the classes inside raise
            self._keeps = False
            self._tell(
                f"Units of this map are not remembered for a resume, because {unit.key} cannot be pickled: "
                f"{describe_error(error)}"
            )
            return
        self._sink.remember(unit.key, digest, seconds, blob)

    def _tell(self, message: str) -> None:
        self._sink.emit(EventKind.LOG, message, level=Level.WARNING)


class _MapReport:
    """Turns outcomes into progress and stage events."""

    def __init__(self, job: Job, sink: Sink, units: list[Unit], title: str) -> None:
        self._sink = sink
        self._title = title
        self._parent = job.stage_path()
        self._lock = threading.Lock()
        self._done = 0
        self._total = len(units)
        self._computed_seconds: list[float] = []
        self.workers = 1
        self._members: dict[str, int] = {}
        for unit in units:
            self._members[unit.stage] = self._members.get(unit.stage, 0) + 1
        self._open: dict[str, tuple[int, list[str], float]] = {}

    def stage_of(self, unit: Unit) -> str:
        return "/".join(part for part in (self._parent, unit.stage) if part)

    def begun(self, unit: Unit) -> None:
        with self._lock:
            if unit.stage and unit.stage not in self._open:
                self._open[unit.stage] = (0, [], time.monotonic())
                self._stage_event(unit, StageState.STARTED, "")

    def finished(self, unit: Unit, outcome: Outcome) -> None:
        self.begun(unit)
        with self._lock:
            self._done += 1
            if not outcome.remembered:
                self._computed_seconds.append(outcome.seconds)
            if unit.stage:
                self._finish_in_stage(unit, outcome)
            elif outcome.error is not None:
                path = "/".join(part for part in (self._parent, outcome.key) if part)
                self._sink.add_failed_stage(path)
                data = {"state": str(StageState.FAILED)}
                self._sink.emit(EventKind.STAGE, outcome.error, stage=path, level=Level.ERROR, data=data)
            self._progress(unit)

    def _finish_in_stage(self, unit: Unit, outcome: Outcome) -> None:
        done, failures, began = self._open[unit.stage]
        if outcome.error is not None:
            failures.append(f"{outcome.key}: {outcome.error}")
            self._sink.emit(EventKind.LOG, failures[-1], stage=self.stage_of(unit), level=Level.ERROR)
        done += 1
        self._open[unit.stage] = (done, failures, began)
        total = self._members[unit.stage]
        if done < total:
            counted, stage = f"{done} of {total}", self.stage_of(unit)
            self._sink.emit(EventKind.PROGRESS, counted, stage=stage, fraction=done / total)
            return
        seconds = time.monotonic() - began
        if failures:
            self._sink.add_failed_stage(self.stage_of(unit))
            reason = failures[0] if len(failures) == 1 else f"{len(failures)} of {total}: {failures[0]}"
            self._stage_event(unit, StageState.FAILED, reason, seconds)
        else:
            self._stage_event(unit, StageState.COMPLETED, "", seconds)

    def _progress(self, unit: Unit) -> None:
        left = None
        if self._done == self._total:
            left = 0.0
        elif len(self._computed_seconds) >= 2:
            mean = sum(self._computed_seconds) / len(self._computed_seconds)
            left = mean * (self._total - self._done) / self.workers
        counted = f"{self._done} of {self._total}"
        self._sink.emit(
            EventKind.PROGRESS,
            f"{self._title}: {counted}" if self._title else counted,
            stage=self._parent,
            fraction=self._done / self._total,
            data={"done": self._done, "total": self._total, "unit": unit.key, "seconds_left": left},
        )

    def _stage_event(self, unit: Unit, state: StageState, message: str, seconds: float | None = None) -> None:
        data: dict[str, Any] = {"state": str(state)}
        if seconds is not None:
            data["seconds"] = seconds
        level = Level.ERROR if state == StageState.FAILED else Level.INFO
        self._sink.emit(EventKind.STAGE, message, stage=self.stage_of(unit), level=level, data=data)


class _Feeders:
    """One thread per worker, each taking the next unit until none is left."""

    def __init__(
        self,
        job: Job,
        sink: Sink,
        function: Callable[..., Any],
        waiting: deque[Unit],
        memory: _Memory,
        report: _MapReport,
        count: int,
        in_processes: bool,
        retries: int,
    ) -> None:
        self._job = job
        self._sink = sink
        self._function = function
        self._waiting = waiting
        self._memory = memory
        self._report = report
        self._retries = retries
        self._in_processes = in_processes
        self._count = report.workers = max(1, min(count, len(waiting)))
        self._expected = len(waiting)
        self._results: queue.Queue[Outcome | BaseException] = queue.Queue(maxsize=2 * self._count)
        self._leaving = threading.Event()
        self._threads: list[threading.Thread] = []

    def outcomes(self) -> Iterator[Outcome]:
        self._threads = [
            threading.Thread(
                target=contextvars.copy_context().run,
                args=(self._feed,),
                name=f"workbench unit worker {index + 1}",
                daemon=True,
            )
            for index in range(self._count)
        ]
        for thread in self._threads:
            thread.start()
        try:
            for _ in range(self._expected):
                yield self._next()
        finally:
            self.leave()

    def leave(self) -> None:
        # Nothing is called finished or cancelled while a unit is still being computed.
        self._leaving.set()
        for thread in self._threads:
            thread.join()

    def _next(self) -> Outcome:
        while True:
            try:
                item = self._results.get(timeout=0.05)
            except queue.Empty:
                self._sink.checkpoint()
                continue
            if isinstance(item, BaseException):
                raise item
            return item

    def _feed(self) -> None:
        self._sink.add_thread()
        try:
            with self._home() as home:
                while not self._leaving.is_set():
                    self._sink.checkpoint()
                    try:
                        unit = self._waiting.popleft()
                    except IndexError:
                        return
                    self._put(self._do(home, unit))
        except BaseException as error:  # noqa: BLE001 - handed to the job's own thread
            self._put(error)
        finally:
            self._sink.remove_thread()

    @contextlib.contextmanager
    def _home(self) -> Iterator[_Home]:
        if not self._in_processes:
            yield _Here()
            return
        from workbench.runs.child import Child  # imports Job

        with Child(self._job, self._sink) as child:
            yield child

    def _do(self, home: _Home, unit: Unit) -> Outcome:
        self._report.begun(unit)
        for attempt in range(self._retries + 1):
            began = time.monotonic()
            try:
                with self._job.active(self._report.stage_of(unit)):
                    result = home.call(self._function, unit.arguments)
            except CancelSignal:
                raise
            except (Exception, SystemExit) as error:  # noqa: BLE001 - a unit may fail in any way, alone
                outcome = Outcome(unit.key, None, describe_error(error), time.monotonic() - began)
                self._announce_retry(unit, outcome, attempt)
            else:
                outcome = Outcome(unit.key, result, None, time.monotonic() - began)
                self._memory.keep(unit, result, outcome.seconds)
                break
        self._report.finished(unit, outcome)
        return outcome

    def _announce_retry(self, unit: Unit, outcome: Outcome, attempt: int) -> None:
        if attempt < self._retries:
            self._sink.emit(
                EventKind.LOG,
                f"{unit.key} failed (try {attempt + 1} of {self._retries + 1}), trying again: {outcome.error}",
                stage=self._report.stage_of(unit),
                level=Level.WARNING,
            )
            self._sink.checkpoint()

    def _put(self, item: Outcome | BaseException) -> None:
        while not self._leaving.is_set():
            try:
                self._results.put(item, timeout=0.05)
            except queue.Full:
                continue
            return
