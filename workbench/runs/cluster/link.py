"""The kernel's side of a Dask cluster: requests go down with every beat, what units report comes up.

One link serves one map. Workers publish under a topic of their own, to which the client listens; a beat calls every
worker once a second (at once when something changes, or when much arrives) with what is requested of the units, and
learns what they compute and use. No worker keeps another from hearing.
"""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import queue
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures import CancelledError as FutureCancelled
from typing import Any

from workbench.errors import JournalError, WorkersLost
from workbench.runs.cluster.admission import Admission, token_file
from workbench.runs.cluster.messages import Orders, WorkerStatus
from workbench.runs.cluster.preparation import prepare_worker
from workbench.runs.cluster.worker import beat
from workbench.runs.model.states import EventKind, Level
from workbench.runs.model.units import UnitFiles
from workbench.runs.process.sent_modules import ModuleSource
from workbench.runs.work.sent_config import PickledConfig
from workbench.runs.work.sink import Sink
from workbench.runs.work.workers import address_of

__all__ = ["ClusterLink"]

ADMISSION_SECONDS = 5.0
"""How long the workers that are there at the beginning are waited for to say what they have."""
CUT_OFF_SECONDS = 1.0
"""A worker that has answered nothing for so long after a cancel is not waited for."""
BEAT_SECONDS = 1.0
PATIENCE_SECONDS = 0.2
"""How long a round waits for a worker: native code may keep it from answering for minutes."""
HURRY_MESSAGES = 16
"""Messages after which the workers are told at once that they have arrived."""
ANSWER_SECONDS = 60.0
"""How long a worker is waited for that is to send a part of a file."""
ARRIVAL_SECONDS = 10.0
"""How long the messages of a finished unit are waited for: they travel before its result."""

Take = Callable[[int, str, Mapping[str, Any]], None]


class ClusterLink:
    """What passes between the kernel and the workers for one map; a context manager.

    Parameters
    ----------
    client
        The cluster.
    sink
        The run; CPU time and memory of the workers are counted in.
    take
        Given everything that units report, in order, by a thread of the link: number of the call, kind, facts.
    modules
        What units import besides installed packages.
    files
        Which files they use; None where that is not known.
    """

    def __init__(
        self,
        client: Any,
        sink: Sink,
        take: Take,
        modules: Mapping[str, ModuleSource],
        files: UnitFiles | None,
    ) -> None:
        self._client = client
        self._sink = sink
        self._take = take
        self._modules = modules
        self._files = files
        self.address = address_of(client)
        self.token = secrets.token_hex(8)
        self.topic = f"workbench-{self.token}"
        self._rounds = 0
        self._going = threading.Lock()
        self._nthreads: Mapping[str, int] = {}
        self._admission: Admission | None = None
        self._open = contextlib.ExitStack()
        self._called: dict[str, tuple[int, Future[Mapping[str, Any]]]] = {}
        self._answered: dict[str, tuple[int, WorkerStatus]] = {}
        self._used: set[str] = set()
        self._there: frozenset[str] = frozenset()
        self.failure: BaseException | None = None
        self._paused = False
        self._cancelled = False
        self._config = PickledConfig()
        self._told_config: Any = None
        self._inbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._received: dict[str, int] = {}
        self._told: dict[str, int] = {}
        self._arrived = threading.Condition()
        self._soon = threading.Event()
        self._closing = threading.Event()
        self._threads = [
            threading.Thread(target=self._receive, name="workbench cluster messages", daemon=True),
            threading.Thread(target=self._keep_beating, name="workbench cluster beat", daemon=True),
        ]

    def __enter__(self) -> ClusterLink:
        self._client.subscribe_topic(self.topic, lambda event: self._inbox.put(event[1]))
        try:
            uses_folder = self._files is None or self._files.folder is not None
            journal = self._sink.journal_path if uses_folder else None
            seen = self._open.enter_context(token_file(journal, self.token))
            self._admission = Admission(self._ask, self._prepare, seen, self._files is None)
            self._admit(ADMISSION_SECONDS)
            self._go_round()
        except BaseException:
            self._unsubscribe()
            raise
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._soon.set()
        # Longer only where the scheduler has gone in the middle of a round.
        self._threads[1].join(1)
        if self.is_connected():
            with contextlib.suppress(Exception):
                self._call_all(Orders(self.token, closed=True))
                self._count_use()
        self._unsubscribe()
        self._inbox.put(None)
        self._threads[0].join()

    @property
    def admission(self) -> Admission:
        """Which workers get units."""
        assert self._admission is not None
        return self._admission

    @property
    def fit(self) -> frozenset[str]:
        """Addresses of the workers that are there and get units."""
        return self.admission.fit & self._nthreads.keys()

    @property
    def workers(self) -> int:
        """How many these are."""
        return len(self.fit)

    @property
    def threads(self) -> int:
        """Units that they can compute at once."""
        return sum(self._nthreads[worker] for worker in self.fit)

    # requests

    def suspend(self) -> None:
        """Hold all units."""
        self._paused = True
        self._soon.set()

    def proceed(self) -> None:
        """Let all units continue."""
        self._paused = False
        self._soon.set()

    def tell_settings(self) -> None:
        """Have the workers know adjusted settings at once."""
        if self._sink.config is not self._told_config:
            self._soon.set()

    def config(self) -> bytes:
        """The run's config with every adjustment, pickled; empty where it cannot be."""
        return self._config.of(self._sink.config)

    def cancel(self) -> None:
        """Ask all units to end, and wait until no worker that answers computes one, or the cluster is gone."""
        self._cancelled = True
        began = time.monotonic()
        first = self._go_round()
        while self.is_connected() and (busy := self._busy_since(first)):
            if time.monotonic() - began > CUT_OFF_SECONDS and busy <= (silent := self._silent_since(first)):
                names = ", ".join(sorted(silent))
                told = f"Cancelled, but {names} could not be told: units there end by themselves"
                with contextlib.suppress(JournalError):
                    self._sink.emit(EventKind.LOG, told, level=Level.WARNING)
                return
            time.sleep(0.05)
            self._go_round()

    # what comes up

    def wait_for(self, sender: str, sent: int) -> None:
        """Wait until the messages of a worker have arrived, up to a number."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._received.get(sender, 0) >= sent, ARRIVAL_SECONDS)

    def is_connected(self) -> bool:
        """Whether the scheduler is there."""
        return bool(self._client.status == "running")

    def _receive(self) -> None:
        while (message := self._inbox.get()) is not None:
            sender, number, batch = pickle.loads(message)
            try:
                for call, kind, facts in batch:
                    self._take(call, kind, facts)
            except Exception as error:  # noqa: BLE001 - raised by the dispatching thread; the rest still counts
                self.failure = self.failure or error
            with self._arrived:
                self._received[sender] = number
                self._arrived.notify_all()
            if number - self._told.get(sender, 0) >= HURRY_MESSAGES:
                self._soon.set()

    # the beat

    def _keep_beating(self) -> None:
        while not self._closing.is_set():
            self._soon.wait(BEAT_SECONDS)
            self._soon.clear()
            if self.is_connected() and not self._closing.is_set():
                try:
                    self._go_round()
                except WorkersLost as error:
                    self.failure = self.failure or error

    def _go_round(self) -> int:
        orders = self._orders()
        try:
            number = self._call_all(orders)
        except (OSError, RuntimeError, FutureCancelled):
            # The scheduler is just being lost; that shows in the client's status.
            return 0
        self._told = dict(orders.received)
        self._count_use()
        return number

    def _count_use(self) -> None:
        for worker, (_, status) in list(self._answered.items()):
            self._used.add(worker)
            self._sink.resources.count_elsewhere(f"{self.token} {worker}", status.used)

    def _call_all(self, orders: Orders) -> int:
        """Call every worker that is not being called already; gives the number of the round.

        Raises
        ------
        WorkersLost
            When a worker cannot import what it needs.
        OSError
            When the scheduler does not answer.
        """
        with self._going:
            self._rounds += 1
            self._admit(0)
            for gone in (self._called.keys() | self._answered.keys()) - self._nthreads.keys():
                self._called.pop(gone, None)
                self._answered.pop(gone, None)
            # Also those that get no more units: what they still compute is to hear.
            self._there |= self.fit
            for worker in (self._there & self._nthreads.keys()) - self._called.keys():
                self._called[worker] = (self._rounds, self._ask(worker, beat, orders))
            wait([future for _, future in self._called.values()], PATIENCE_SECONDS)
            for worker, (number, future) in list(self._called.items()):
                if future.done():
                    del self._called[worker]
                    self._take_answer(worker, number, future)
            return self._rounds

    def _ask(
        self, worker: str, function: Callable[..., Any], *arguments: Any, **options: Any
    ) -> Future[Mapping[str, Any]]:
        # What `Client.run` does, without waiting for it.
        called = self._client._run(function, *arguments, workers=[worker], on_error="return", **options)
        return asyncio.run_coroutine_threadsafe(called, self._client.loop.asyncio_loop)

    def _prepare(self, worker: str, sees: bool) -> Future[str]:
        prepared = prepare_worker(
            self._client, worker, self.token, self._modules, None if sees else self._files
        )
        return asyncio.run_coroutine_threadsafe(prepared, self._client.loop.asyncio_loop)

    def call(self, worker: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """Have a worker call a function, outside of any task, and wait for what it gives.

        Raises
        ------
        OSError
            When it does not answer in time, or with an error.
        """
        try:
            answer = self._ask(worker, function, *arguments).result(ANSWER_SECONDS).get(worker)
        except (FutureCancelled, TimeoutError, RuntimeError) as error:
            raise OSError(f"{worker} does not answer ({type(error).__name__})") from error
        if isinstance(answer, BaseException):
            raise OSError(f"{worker} answers {type(answer).__name__}: {answer}") from answer
        return answer

    def _admit(self, patience: float) -> None:
        """Ask the workers that have joined, and say which of them get nothing."""
        self._nthreads = dict(self._client.nthreads())
        self.admission.ask_new(self._nthreads.keys())
        began = time.monotonic()
        refusals: list[str] = []
        while asked := self.admission.asked():
            wait(asked, max(0.0, patience - (time.monotonic() - began)), FIRST_COMPLETED)
            refusals += self.admission.take_answers()
            if time.monotonic() - began >= patience:
                break
        for refusal in refusals:
            with contextlib.suppress(JournalError):
                self._sink.emit(EventKind.LOG, refusal, level=Level.WARNING)

    def _take_answer(self, worker: str, number: int, future: Future[Mapping[str, Any]]) -> None:
        # A worker that is just being lost answers with an error of the network, or not at all.
        answer = None if future.exception() else future.result().get(worker)
        if isinstance(answer, WorkerStatus):
            self._answered[worker] = (number, answer)
        elif isinstance(answer, ImportError | AttributeError | TypeError):
            raise WorkersLost(
                f"The worker {worker} cannot run units ({answer}): it needs the same environment as this process, "
                "the workbench included.",
                worker,
            )

    def _silent_since(self, number: int) -> frozenset[str]:
        """Workers that have answered neither that round nor a later one."""
        answered = {worker for worker, (told, _) in self._answered.items() if told >= max(1, number)}
        return (self._there & self._nthreads.keys()) - answered

    def _busy_since(self, number: int) -> frozenset[str]:
        """Workers that may still compute: silent since that round, or with a unit when they answered."""
        busy = {worker for worker, (_, status) in self._answered.items() if status.running}
        return self._silent_since(number) | (self._there & busy & self._nthreads.keys())

    def _orders(self) -> Orders:
        config, pickled = self._sink.config, self.config()
        if config is not self._told_config:
            self._told_config = config
            if self._config.failure:
                told = f"Settings do not reach units on the cluster: {self._config.failure}"
                with contextlib.suppress(JournalError):
                    self._sink.emit(EventKind.LOG, told, level=Level.WARNING)
        with self._arrived:
            received = dict(self._received)
        return Orders(self.token, self._paused, self._cancelled, False, received, pickled)

    def _unsubscribe(self) -> None:
        self._open.close()
        for worker in self._used:
            # What they have used stays counted; the memory is theirs again.
            self._sink.resources.forget_memory(f"{self.token} {worker}")
        if not self.is_connected():
            return
        with contextlib.suppress(Exception):
            self._client.unsubscribe_topic(self.topic)
        with contextlib.suppress(Exception):
            self._client.run_on_scheduler(_forget_topic, self.topic)


def _forget_topic(topic: str, dask_scheduler: Any = None) -> None:
    # The scheduler keeps the last messages of every topic for good.
    dask_scheduler._broker.truncate(topic)
