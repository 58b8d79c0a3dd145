"""Computing units on this machine: in threads of this process, or in a child process each.

One thread per worker takes units from a list, waits where the run is paused, and puts each outcome into a short
queue from which the job reads.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from workbench.runs.jobs.dispatch import Dispatch, MapWork
from workbench.runs.jobs.plain_functions import refuse_unfinished
from workbench.runs.model.signals import CancelSignal, describe_error
from workbench.runs.model.units import Outcome, Unit
from workbench.runs.work.child import Child

__all__ = ["LocalDispatch"]


class _Place(Protocol):
    """Where one worker's units are computed."""

    def call(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any: ...


class _Here:
    """Computes units in the dispatching thread itself."""

    def call(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        return refuse_unfinished(function(*arguments))


class LocalDispatch(Dispatch):
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

    def _loops(self) -> list[Callable[[], None]]:
        return [self._take_units] * self._count

    def _take_units(self) -> None:
        with self._place() as place:
            while not self._leaving.is_set():
                self._sink.checkpoint()
                try:
                    unit = self._work.waiting.popleft()
                except IndexError:
                    return
                self._put(self._do(place, unit))

    @contextlib.contextmanager
    def _place(self) -> Iterator[_Place]:
        if not self._in_processes:
            yield _Here()
            return
        with Child(self._sink) as child:
            yield child

    def _do(self, place: _Place, unit: Unit) -> Outcome:
        work, report = self._work, self._work.report
        report.started(unit)
        for attempt in range(work.retries + 1):
            started = time.monotonic()
            try:
                with work.active(report.stage_of(unit)):
                    result = place.call(work.function, unit.arguments)
            except CancelSignal:
                raise
            except BaseException as error:  # noqa: BLE001 - a unit may fail in any way, alone
                reason = describe_error(error)
                outcome = Outcome(unit.key, None, reason, time.monotonic() - started)
                if attempt < work.retries:
                    report.retrying(unit, reason, attempt, work.retries + 1)
                    self._sink.checkpoint()
            else:
                outcome = Outcome(unit.key, result, None, time.monotonic() - started)
                work.memory.keep(unit, result, outcome.seconds)
                break
        report.finished(unit, outcome)
        return outcome
