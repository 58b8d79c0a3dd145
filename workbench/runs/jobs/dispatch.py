"""Handing units to whatever computes them: what local workers and a cluster have in common."""

from __future__ import annotations

import contextvars
import queue
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from workbench.runs.jobs.map_report import MapReport
from workbench.runs.jobs.unit_memory import QUICK_SECONDS, UnitMemory
from workbench.runs.model.units import Outcome, Unit, UnitFiles
from workbench.runs.work.sink import Sink

__all__ = ["Dispatch", "MapWork"]

POLL_SECONDS = 0.05
QUICK_FACTOR = 64
"""So many times more quick units may wait for the job, so that they are handed over in groups."""


@dataclass(frozen=True, slots=True)
class MapWork:
    """What one map has to do.

    Attributes
    ----------
    sink
        The run.
    active
        Makes a stage of the run the one that the running thread works for.
    function
        Computes a unit from its arguments.
    waiting
        The units that are not done yet.
    memory, report
        Where finished units are kept and reported.
    retries
        How often a failed unit is tried again.
    files
        Which files the units use; None where that is not known.
    """

    sink: Sink
    active: Callable[[str], AbstractContextManager[object]]
    function: Callable[..., Any]
    waiting: deque[Unit]
    memory: UnitMemory
    report: MapReport
    retries: int
    files: UnitFiles | None = None


class Dispatch(ABC):
    """Threads that have units computed, and the short queue from which the job reads their outcomes.

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
        self._kept = kept
        self._results: queue.SimpleQueue[Outcome | BaseException] = queue.SimpleQueue()
        self._room = threading.Event()
        self._leaving = threading.Event()
        self._threads: list[threading.Thread] = []

    @abstractmethod
    def _loops(self) -> list[Callable[[], None]]:
        """What each of the threads does until no unit is left."""

    def outcomes(self) -> Iterator[Outcome]:
        """Yield the outcomes of the units as they finish; ends with the last, or when the job leaves."""
        self._threads = [
            threading.Thread(
                target=contextvars.copy_context().run,
                args=(self._run, loop),
                name=f"workbench unit worker {index + 1}",
                daemon=True,
            )
            for index, loop in enumerate(self._loops())
        ]
        for thread in self._threads:
            thread.start()
        try:
            for _ in range(self._expected):
                yield self._next()
        finally:
            self.leave()

    def leave(self) -> None:
        """Stop dispatching; returns when no unit is being computed any more."""
        # Nothing is called finished or cancelled while a unit is still being computed.
        self._leaving.set()
        for thread in self._threads:
            thread.join()

    def _next(self) -> Outcome:
        while True:
            try:
                item = self._results.get(timeout=POLL_SECONDS)
            except queue.Empty:
                self._sink.checkpoint()
                self._work.report.catch_up()
                continue
            if not self._room.is_set() and self._results.qsize() < self._kept:
                self._room.set()
            if isinstance(item, BaseException):
                raise item
            return item

    def _run(self, loop: Callable[[], None]) -> None:
        self._sink.resources.add_thread()
        try:
            loop()
        except BaseException as error:  # noqa: BLE001 - handed to the job's own thread
            self._put(error)
        finally:
            self._sink.resources.remove_thread()

    def _put(self, item: Outcome | BaseException) -> None:
        self._results.put(item)
        quick = isinstance(item, Outcome) and item.seconds < QUICK_SECONDS
        most = QUICK_FACTOR * self._kept if quick else self._kept
        while self._results.qsize() >= most and not self._leaving.is_set():
            self._room.clear()
            if self._results.qsize() >= most and not self._room.wait(POLL_SECONDS):
                self._while_job_is_busy()

    def _while_job_is_busy(self) -> None:
        """Called now and then while outcomes wait because the job is busy with earlier ones."""
        self._work.report.catch_up()
