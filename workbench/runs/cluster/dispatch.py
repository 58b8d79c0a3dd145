"""Dispatching units to a Dask cluster: one thread keeps as many tasks there as its workers have threads.

The scheduler chooses the worker, and gives what a lost worker held to another one. All else is as at home: the
units are reported, retried, paused, cancelled and remembered by the same code.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import cloudpickle

from workbench.errors import WorkersLost
from workbench.runs.cluster.link import ClusterLink, open_client
from workbench.runs.cluster.worker import Call, CallResult, run_call
from workbench.runs.jobs.dispatch import POLL_SECONDS, Dispatch, MapWork
from workbench.runs.jobs.open_stage import stage_path
from workbench.runs.jobs.workers import address_of
from workbench.runs.model.signals import describe_error
from workbench.runs.model.states import EventKind, Level
from workbench.runs.model.units import Outcome, Unit

__all__ = ["ClusterDispatch"]

ALONE_SECONDS = 5.0
"""Without any worker for so long, the log reports it."""


@dataclass(slots=True)
class _Try:
    """A unit that is with the cluster: its worker, attempt and start, and whether no other unit is with it."""

    unit: Unit
    attempt: int
    asked: float
    alone: bool = False
    future: Any = None
    worker: str = ""


class ClusterDispatch(Dispatch):
    """Has units computed by the workers of a Dask cluster.

    Parameters
    ----------
    work
        What is to be done.
    cluster
        A ``distributed.Client`` or the address of a scheduler.
    """

    def __init__(self, work: MapWork, cluster: Any) -> None:
        super().__init__(work, 64)
        self._cluster = cluster
        self._address = address_of(cluster)
        self._tries: dict[int, _Try] = {}
        self._suspects: deque[_Try] = deque()
        self._numbers = 0
        self._finished: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._function = b""
        self._alone_since: float | None = None
        self._link: ClusterLink | None = None

    def _loops(self) -> list[Callable[[], None]]:
        return [self._spread]

    def _spread(self) -> None:
        self._function = cloudpickle.dumps(self._work.function, protocol=5)
        with open_client(self._cluster) as client, ClusterLink(client, self._sink, self._take) as link:
            self._link = link
            self._sink.emit(
                EventKind.LOG,
                f"Units go to the Dask cluster {self._address} "
                f"({link.workers} workers, {link.threads} threads)",
                stage=stage_path(),
            )
            try:
                while self._left() and not self._leaving.is_set():
                    self._sink.checkpoint(holding=link)
                    self._check_link(link)
                    self._submit(client, link)
                    self._collect(client, link)
            finally:
                self._abandon(client, link)

    def _left(self) -> int:
        return len(self._work.waiting) + len(self._tries) + len(self._suspects)

    def _check_link(self, link: ClusterLink) -> None:
        if link.failure is not None:
            raise link.failure
        if not link.is_connected():
            raise self._lost()
        link.tell_settings()
        if link.workers:
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = time.monotonic()
        elif time.monotonic() - self._alone_since > ALONE_SECONDS:
            self._alone_since = float("inf")
            message = f"No worker is connected to {self._address}: the units wait until one is"
            self._sink.emit(EventKind.LOG, message, level=Level.WARNING)

    def _lost(self) -> WorkersLost:
        return WorkersLost(
            f"The Dask scheduler {self._address} is gone; {self._expected - self._left()} of {self._expected} "
            "units are finished and kept: resume the run with workers that are up.",
            self._address,
        )

    # down

    def _submit(self, client: Any, link: ClusterLink) -> None:
        # A few more than can be computed at once, so that no worker waits for the way to the kernel and back.
        most = link.threads + max(1, link.workers)
        self._work.report.workers = max(1, link.threads)
        while self._work.waiting and len(self._tries) < most:
            self._send(client, link, _Try(self._work.waiting.popleft(), 0, time.monotonic()))
        if self._suspects and not self._tries:
            suspect = self._suspects.popleft()
            self._send(client, link, _Try(suspect.unit, suspect.attempt, time.monotonic(), alone=True))

    def _send(self, client: Any, link: ClusterLink, one: _Try) -> None:
        self._numbers += 1
        number = self._numbers
        call = Call(
            token=link.token,
            topic=link.topic,
            number=number,
            stage=self._work.report.stage_of(one.unit),
            run_id=self._sink.run_id,
            work=(self._function, cloudpickle.dumps(one.unit.arguments, protocol=5)),
            search_path=tuple(path for path in sys.path if path),
        )
        with self._lock:
            self._tries[number] = one
        one.future = client.submit(run_call, call, key=f"workbench-{link.token}-{number}", pure=False)
        one.future.add_done_callback(lambda _: self._finished.put(number))

    # up

    def _take(self, number: int, kind: str, facts: Mapping[str, Any]) -> None:
        if kind == "started":
            self._started(number, str(facts["worker"]))
        else:
            self._sink.emit(EventKind(kind), **facts)

    def _started(self, number: int, worker: str) -> None:
        with self._lock:
            one = self._tries.get(number)
        if one is None:
            return
        self._work.report.started(one.unit)
        if one.worker:
            self._work.report.note(
                one.unit, f"{one.unit.key} is computed again on {worker}: its worker {one.worker} was lost"
            )
        one.worker = worker

    def _collect(self, client: Any, link: ClusterLink) -> None:
        try:
            number = self._finished.get(timeout=POLL_SECONDS)
        except queue.Empty:
            return
        with self._lock:
            one = self._tries.pop(number)
        result = self._result_of(one)
        link.wait_for(result.sender, result.sent)
        if result.kind == "stopped":
            # Cut off from us for a while, it took us for dead: the unit is not at fault.
            self._work.report.note(
                one.unit, f"{one.unit.key} was stopped on {one.worker} and is computed again"
            )
            self._work.waiting.appendleft(one.unit)
            return
        if result.kind == "killed" and not one.alone:
            # The scheduler blames every unit that was with the worker: which one it was shows when each is alone.
            self._suspects.append(one)
            return
        outcome = self._outcome_of(one, result)
        if outcome.error is not None and one.attempt < self._work.retries:
            self._work.report.retrying(one.unit, outcome.error, one.attempt, self._work.retries + 1)
            self._send(client, link, _Try(one.unit, one.attempt + 1, time.monotonic()))
            return
        self._work.report.finished(one.unit, outcome)
        self._put(outcome)

    def _while_job_is_busy(self) -> None:
        super()._while_job_is_busy()
        # Requests have to reach the workers.
        if self._link is not None:
            self._sink.checkpoint(holding=self._link)
            self._check_link(self._link)

    def _result_of(self, one: _Try) -> CallResult:
        from distributed import KilledWorker

        try:
            result: CallResult = one.future.result()
        except KilledWorker as error:
            sentence = f"its worker died each time it was tried ({describe_error(error)})"
            return CallResult("killed", (sentence, ""), time.monotonic() - one.asked, "", 0)
        except Exception as error:
            if one.future.status == "error":
                return CallResult("error", (describe_error(error), ""), time.monotonic() - one.asked, "", 0)
            # Cancelled by the loss of the scheduler, or by a restart of the cluster.
            self._work.waiting.appendleft(one.unit)
            raise self._lost() from error
        return result

    def _outcome_of(self, one: _Try, returned: CallResult) -> Outcome:
        unit, report = one.unit, self._work.report
        if returned.kind == "result":
            try:
                result = cloudpickle.loads(returned.content)
            except Exception as error:  # noqa: BLE001 - whatever the classes inside raise
                return Outcome(unit.key, None, describe_error(error), returned.seconds)
            self._work.memory.keep(unit, result, returned.seconds, returned.content)
            return Outcome(unit.key, result, None, returned.seconds)
        sentence, trace = returned.content
        if trace:
            report.note(unit, trace, Level.DEBUG)
        return Outcome(unit.key, None, sentence, returned.seconds)

    def _abandon(self, client: Any, link: ClusterLink) -> None:
        if not self._tries:
            return
        if link.is_connected():
            client.cancel([one.future for one in self._tries.values() if one.future is not None])
            link.cancel()
