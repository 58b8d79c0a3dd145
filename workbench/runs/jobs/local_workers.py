"""Feeding units to workers of this machine: threads of this process, or a child process each.

One feeding thread per worker takes units from a list, waits where the run is paused, and puts what came of each
into a short queue from which the job reads.
"""

from __future__ import annotations

import contextlib
import contextvars
import queue
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from workbench.runs.jobs.map_report import MapReport
from workbench.runs.jobs.unit_memory import UnitMemory
from workbench.runs.model.signals import CancelSignal, describe_error
from workbench.runs.model.units import Outcome, Unit

if TYPE_CHECKING:
    from workbench.runs.jobs.job import Job, Sink

__all__ = ["Feeding", "LocalFeeding", "MapWork"]


@dataclass(frozen=True, slots=True)
class MapWork:
    """What one map has to do.

    Attributes
    ----------
    job, sink
        The run.
    function
        Computes a unit from its arguments.
    waiting
        The units that are not done yet.
    memory, report
        Where finished units are kept and told.
    retries
        How often a failed unit is tried again.
    """

    job: Job
    sink: Sink
    function: Callable[..., Any]
    waiting: deque[Unit]
    memory: UnitMemory
    report: MapReport
    retries: int


class Feeding(ABC):
    """Threads that have units computed, and the short queue from which the job reads what came of them.

    Parameters
    ----------
    work
        What is to be done.
    kept
        Finished units that may wait for the job.
    """

    def __init__(self, work: MapWork, kept: int) -> None:
        self._work = work
        self._sink = work.sink
        self._expected = len(work.waiting)
        self._results: queue.Queue[Outcome | BaseException] = queue.Queue(maxsize=kept)
        self._leaving = threading.Event()
        self._threads: list[threading.Thread] = []

    @abstractmethod
    def _feeders(self) -> list[Callable[[], None]]:
        """What each of the threads does."""

    def outcomes(self) -> Iterator[Outcome]:
        """Yield what came of the units as they finish; ends with the last, or when the job leaves."""
        self._threads = [
            threading.Thread(
                target=contextvars.copy_context().run,
                args=(self._feed, feeder),
                name=f"workbench unit worker {index + 1}",
                daemon=True,
            )
            for index, feeder in enumerate(self._feeders())
        ]
        for thread in self._threads:
            thread.start()
        try:
            for _ in range(self._expected):
                yield self._next()
        finally:
            self.leave()

    def leave(self) -> None:
        """End the feeding; returns when no unit is being computed any more."""
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

    def _feed(self, feeder: Callable[[], None]) -> None:
        self._sink.resources.add_thread()
        try:
            feeder()
        except BaseException as error:  # noqa: BLE001 - handed to the job's own thread
            self._put(error)
        finally:
            self._sink.resources.remove_thread()

    def _put(self, item: Outcome | BaseException) -> None:
        while not self._leaving.is_set():
            try:
                self._results.put(item, timeout=0.05)
            except queue.Full:
                continue
            return


class _Home(Protocol):
    """Where one worker's units are computed."""

    def call(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any: ...


class _Here:
    """Computes units in the feeding thread itself."""

    def call(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        return function(*arguments)


class LocalFeeding(Feeding):
    """One thread per worker, each taking the next unit until none is left.

    Parameters
    ----------
    work
        What is to be done.
    count
        Workers at once.
    in_processes
        Whether each has a child process to compute in.
    """

    def __init__(self, work: MapWork, count: int, in_processes: bool) -> None:
        self._count = work.report.workers = max(1, min(count, len(work.waiting)))
        super().__init__(work, 2 * self._count)
        self._in_processes = in_processes

    def _feeders(self) -> list[Callable[[], None]]:
        return [self._take_units] * self._count

    def _take_units(self) -> None:
        with self._home() as home:
            while not self._leaving.is_set():
                self._sink.checkpoint()
                try:
                    unit = self._work.waiting.popleft()
                except IndexError:
                    return
                self._put(self._do(home, unit))

    @contextlib.contextmanager
    def _home(self) -> Iterator[_Home]:
        if not self._in_processes:
            yield _Here()
            return
        from workbench.runs.jobs.child import Child  # imports Job

        with Child(self._work.job, self._sink) as child:
            yield child

    def _do(self, home: _Home, unit: Unit) -> Outcome:
        work, report = self._work, self._work.report
        report.begun(unit)
        for attempt in range(work.retries + 1):
            began = time.monotonic()
            try:
                with work.job.active(report.stage_of(unit)):
                    result = home.call(work.function, unit.arguments)
            except CancelSignal:
                raise
            except (Exception, SystemExit) as error:  # noqa: BLE001 - a unit may fail in any way, alone
                reason = describe_error(error)
                outcome = Outcome(unit.key, None, reason, time.monotonic() - began)
                if attempt < work.retries:
                    report.tried_again(unit, reason, attempt, work.retries + 1)
                    self._sink.checkpoint()
            else:
                outcome = Outcome(unit.key, result, None, time.monotonic() - began)
                work.memory.keep(unit, result, outcome.seconds)
                break
        report.finished(unit, outcome)
        return outcome
