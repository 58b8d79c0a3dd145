"""Dispatching units to a Dask cluster: one thread keeps as many tasks there as its workers have threads.

The scheduler chooses the worker, and gives what a lost worker held to another one. All else is as at home: the
units are reported, retried, paused, cancelled and remembered by the same code.
"""

from __future__ import annotations

import contextlib
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import cloudpickle

from workbench.errors import WorkersLost
from workbench.runs.cluster import connection
from workbench.runs.cluster.attempt import Attempt
from workbench.runs.cluster.connection import Connection, SchedulerLost
from workbench.runs.cluster.fetching import results_of
from workbench.runs.cluster.link import ClusterLink
from workbench.runs.cluster.local_modules import changed_since_import, local_modules
from workbench.runs.cluster.messages import Call, CallResult
from workbench.runs.cluster.worker import run_call
from workbench.runs.cluster.written_files import with_written_files
from workbench.runs.jobs.dispatch import POLL_SECONDS, Dispatch, MapWork
from workbench.runs.model.signals import CancelSignal, describe_error
from workbench.runs.model.states import EventKind, Level
from workbench.runs.model.units import Outcome
from workbench.runs.process.sent_modules import ModuleSource
from workbench.runs.work.open_stage import stage_path
from workbench.runs.work.sent_config import PickledConfig

__all__ = ["ClusterDispatch"]

ALONE_SECONDS = 5.0
"""Without any worker for so long, the log reports it; with none that fits, the run ends."""
ELSEWHERE = 2
"""On so many more workers a unit is tried that fails in a way of which a worker may be the reason."""
RESCUE_SECONDS = 0.2
AHEAD_SECONDS, MOST_AHEAD = 0.1, 64
"""Quick units wait at the workers for so long, or so many for each thread."""
AT_ONCE = 256
"""Results that are fetched together."""
DEATHS = 4
"""Workers that are lost with a unit before it counts as what ends them; Dask's own number for what it reassigns."""


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
        self._connection = Connection(cluster)
        self._address = self._connection.address
        self._tries: dict[int, Attempt] = {}
        self._suspects: deque[Attempt] = deque()
        self._numbers = 0
        self._finished: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._function = b""
        self._modules: Mapping[str, ModuleSource] = {}
        self._alone_since: float | None = None
        self._looked = 0.0
        self._seconds = 1.0
        self._link: ClusterLink | None = None

    def _loops(self) -> list[Callable[[], None]]:
        return [self._spread]

    def _spread(self) -> None:
        self._function = cloudpickle.dumps(self._work.function, protocol=5)
        self._find_modules()
        while True:
            try:
                self._use_cluster()
                return
            except SchedulerLost:
                self._wait_for_scheduler()

    def _find_modules(self) -> None:
        """Find the modules beside the notebook that units need, by what the first of them names."""
        named = [self._function, PickledConfig().of(self._sink.config)]
        if self._work.waiting:
            named.append(cloudpickle.dumps(self._work.waiting[0].arguments, protocol=5))
        self._modules = local_modules(named)
        for name in changed_since_import(self._modules):
            self._log(
                f"The module {name} was changed after it was imported here: workers compute with what its file "
                "holds now. Restart the kernel, or import it again, so that both are the same.",
                Level.WARNING,
            )

    def _use_cluster(self) -> None:
        work = self._work
        with (
            self._connection.client() as client,
            ClusterLink(client, self._sink, self._take, self._modules, work.files) as link,
        ):
            self._link = link
            self._log(
                f"Units go to the Dask cluster {self._address} ({link.workers} workers, {link.threads} threads)"
            )
            try:
                while self._left() and not self._leaving.is_set():
                    self._sink.checkpoint(holding=link)
                    self._check_link(link)
                    self._rescue(client, link)
                    self._submit(client, link)
                    self._collect(client, link)
            finally:
                self._link = None
                self._abandon(client, link)

    def _wait_for_scheduler(self) -> None:
        """Take back what was with a lost scheduler, and wait until there is one again.

        Raises
        ------
        WorkersLost
            When there is none in time.
        """
        with self._lock:
            self._work.waiting.extendleft(one.unit for one in reversed([*self._tries.values()]))
            self._tries.clear()
        limit = f"{connection.RESTART_SECONDS:.0f} s at most"
        self._log(f"The Dask scheduler {self._address} is gone: it is waited for, {limit}", Level.WARNING)
        if not self._connection.wait(self._look_while_waiting):
            raise WorkersLost(
                f"The Dask scheduler {self._address} is gone; {self._expected - self._left()} of {self._expected} "
                "units are finished and kept: resume the run with workers that are up.",
                self._address,
            )

    def _look_while_waiting(self) -> None:
        if self._leaving.is_set():
            raise CancelSignal
        self._sink.checkpoint()

    def _log(self, message: str, level: Level = Level.INFO) -> None:
        self._sink.emit(EventKind.LOG, message, stage=stage_path(), level=level)

    def _left(self) -> int:
        return len(self._work.waiting) + len(self._tries) + len(self._suspects)

    def _check_link(self, link: ClusterLink) -> None:
        if link.failure is not None:
            raise link.failure
        if not link.is_connected():
            raise SchedulerLost
        link.tell_settings()
        if link.workers:
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = time.monotonic()
        elif time.monotonic() - self._alone_since > ALONE_SECONDS:
            refused = dict(link.admission.refused)
            if refused and not link.admission.is_waiting:
                raise WorkersLost(self._none_fits(refused), self._address)
            self._alone_since = float("inf")
            self._log(
                f"No worker is connected to {self._address}: the units wait until one is", Level.WARNING
            )

    def _none_fits(self, refused: Mapping[str, str]) -> str:
        workers_of: dict[str, list[str]] = {}
        for worker, reason in sorted(refused.items()):
            workers_of.setdefault(reason, []).append(worker)
        reasons = "; ".join(f"{', '.join(workers)}: {reason}" for reason, workers in workers_of.items())
        return f"No worker of the Dask cluster {self._address} can compute units of this run. {reasons}."

    # down

    def _submit(self, client: Any, link: ClusterLink) -> None:
        if not link.workers:
            return
        # More than can be computed at once, so that no worker waits for the way to the kernel and back: one for
        # each, and as many as are computed meanwhile where units are quick.
        ahead = min(MOST_AHEAD, AHEAD_SECONDS / max(self._seconds, 1e-4))
        most = round(link.threads * (1 + ahead)) + link.workers
        self._work.report.workers = max(1, link.threads)
        while self._work.waiting and len(self._tries) < most:
            self._send(client, link, Attempt(self._work.waiting.popleft(), 0, time.monotonic()))
        if self._suspects and not self._tries:
            one = self._suspects.popleft()
            self._send(
                client,
                link,
                Attempt(one.unit, one.attempt, time.monotonic(), alone=True, failed_on=one.failed_on),
            )

    def _send(self, client: Any, link: ClusterLink, one: Attempt) -> None:
        self._numbers += 1
        number, files = self._numbers, self._work.files
        call = Call(
            token=link.token,
            topic=link.topic,
            number=number,
            stage=self._work.report.stage_of(one.unit),
            run_id=self._sink.run_id,
            config=link.config(),
            work=(self._function, cloudpickle.dumps(one.unit.arguments, protocol=5)),
            search_path=tuple(path for path in sys.path if path),
            folder=str(files.folder) if files is not None and files.folder is not None else "",
            writes=files.writes if files is not None else "",
        )
        # Where it has not failed yet, if there is such a worker; never where nobody has looked what is there.
        one.allowed = (link.fit - one.failed_on.keys()) or link.fit
        one.files.clear()
        with self._lock:
            self._tries[number] = one
        one.future = client.submit(
            run_call, call, key=f"workbench-{link.token}-{number}", pure=False, workers=sorted(one.allowed)
        )
        one.future.add_done_callback(lambda _: self._finished.put(number))

    def _rescue(self, client: Any, link: ClusterLink) -> None:
        """Send again what waits for workers that have all left; looked at a few times a second."""
        if time.monotonic() - self._looked < RESCUE_SECONDS:
            return
        self._looked = time.monotonic()
        for number, one in list(self._tries.items()):
            if one.allowed & link.fit or one.future.status in ("finished", "error") or not link.workers:
                continue
            with self._lock:
                del self._tries[number]
            one.future.cancel()
            self._send_again(client, link, one)

    def _send_again(self, client: Any, link: ClusterLink, one: Attempt) -> None:
        # One that dies at once has not even told that it had begun, and has gone from worker to worker.
        one.deaths += min(2, len(one.allowed))
        if one.deaths < DEATHS:
            self._send(client, link, one)
        elif one.alone:
            sentence = f"its worker died each time it was tried, {one.deaths} in all"
            self._finish(one, Outcome(one.unit.key, None, sentence, time.monotonic() - one.asked))
        else:
            self._suspects.append(one)

    # up

    def _take(self, number: int, kind: str, facts: Mapping[str, Any]) -> None:
        if kind == "started":
            self._started(number, str(facts["worker"]))
        else:
            self._sink.emit(EventKind(kind), **facts)
            if kind == EventKind.ARTIFACT and facts["data"].get("role") == "result":
                with self._lock:
                    if one := self._tries.get(number):
                        one.files.append(str(facts["data"]["path"]))

    def _started(self, number: int, worker: str) -> None:
        with self._lock:
            one = self._tries.get(number)
        if one is None:
            return
        self._work.report.started(one.unit)
        if one.worker and one.worker not in one.failed_on:
            one.deaths += 1
            self._work.report.note(
                one.unit, f"{one.unit.key} is computed again on {worker}: its worker {one.worker} was lost"
            )
        one.worker = worker

    def _collect(self, client: Any, link: ClusterLink) -> None:
        ended: dict[int, Attempt] = {}
        with contextlib.suppress(queue.Empty):
            number = self._finished.get(timeout=POLL_SECONDS)
            while len(ended) < AT_ONCE:
                with self._lock:
                    # One that was sent again meanwhile has another number.
                    if number in self._tries:
                        ended[number] = self._tries[number]
                number = self._finished.get_nowait()
        for number, result in results_of(client, ended):
            if result is None:
                self._finished.put(number)
                continue
            link.wait_for(result.sender, result.sent)
            with self._lock:
                one = self._tries.pop(number)
            one.worker = result.worker or one.worker
            self._seconds += (result.seconds - self._seconds) / 8
            result = with_written_files(
                link, self._work.files, number, one, result, lambda: self._sink.checkpoint(holding=link)
            )
            self._settle(client, link, one, result)

    def _settle(self, client: Any, link: ClusterLink, one: Attempt, result: CallResult) -> None:
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
        if result.kind == "unfit":
            one.failed_on[one.worker] = str(outcome.error)
        if outcome.error is not None and one.attempt < self._work.retries:
            self._work.report.retrying(one.unit, outcome.error, one.attempt, self._work.retries + 1)
            self._send(
                client, link, Attempt(one.unit, one.attempt + 1, time.monotonic(), failed_on=one.failed_on)
            )
            return
        if result.kind == "unfit" and self._is_left_for(one, link):
            self._work.report.note(
                one.unit,
                f"{one.unit.key} failed on {one.worker} and is tried on another worker: {outcome.error}",
            )
            self._send(
                client, link, Attempt(one.unit, one.attempt, time.monotonic(), failed_on=one.failed_on)
            )
            return
        if outcome.error is None:
            self._judge_workers(one, link)
        self._finish(one, outcome)

    def _finish(self, one: Attempt, outcome: Outcome) -> None:
        self._work.report.finished(one.unit, outcome)
        self._put(outcome)

    def _is_left_for(self, one: Attempt, link: ClusterLink) -> bool:
        return len(one.failed_on) <= ELSEWHERE and bool(link.fit - one.failed_on.keys())

    def _judge_workers(self, one: Attempt, link: ClusterLink) -> None:
        """Blame the workers on which a unit failed that another one has computed."""
        link.admission.succeeded(one.worker)
        for worker, error in one.failed_on.items():
            if worker != one.worker and (told := link.admission.blame(worker, error)):
                self._log(told, Level.WARNING)

    def _while_job_is_busy(self) -> None:
        super()._while_job_is_busy()
        # Requests have to reach the workers.
        if self._link is not None:
            self._sink.checkpoint(holding=self._link)
            self._check_link(self._link)

    def _outcome_of(self, one: Attempt, returned: CallResult) -> Outcome:
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
