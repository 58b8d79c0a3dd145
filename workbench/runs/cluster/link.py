"""The kernel's side of a Dask cluster: requests go down with every beat, what units report comes up.

One link serves one map. Workers publish under a topic of their own, to which the client listens; a beat calls every
worker once a second (at once when something changes, or when much arrives) with what is requested of the units, and
learns what they compute and use. No worker keeps another from hearing.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import pickle
import queue
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError as FutureCancelled
from concurrent.futures import Future, wait
from typing import Any

import cloudpickle

from workbench.errors import JournalError, WorkersLost
from workbench.runs.cluster.worker import Orders, WorkerStatus, beat
from workbench.runs.jobs.sink import Sink
from workbench.runs.jobs.workers import address_of, check_workers
from workbench.runs.model.signals import describe_error
from workbench.runs.model.states import EventKind, Level

__all__ = ["ClusterLink", "open_client"]

CONNECT_SECONDS = 10.0
BEAT_SECONDS = 1.0
PATIENCE_SECONDS = 0.5
"""How long a round waits for a worker: native code may keep it from answering for minutes."""
HURRY_MESSAGES = 16
"""Messages after which the workers are told at once that they have arrived."""
ARRIVAL_SECONDS = 10.0
"""How long the messages of a finished unit are waited for: they travel before its result."""

Take = Callable[[int, str, Mapping[str, Any]], None]


@contextlib.contextmanager
def open_client(cluster: Any) -> Iterator[Any]:
    """Give the client of a cluster; one that was made from an address is closed again.

    Raises
    ------
    SettingError
        When Dask is not installed.
    WorkersLost
        When no scheduler answers, or the client is closed or asynchronous.
    """
    check_workers(cluster)
    if not isinstance(cluster, str):
        if cluster.asynchronous or cluster.status != "running":
            raise WorkersLost(
                f"The given client is {'asynchronous' if cluster.asynchronous else cluster.status}, expected a "
                "running one: make it with distributed.Client(address).",
                address_of(cluster),
            )
        yield cluster
        return
    distributed: Any = importlib.import_module("distributed")
    try:
        client = distributed.Client(cluster, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise WorkersLost(
            f"No Dask scheduler answers at {cluster} ({error}): check the address, and that it is up.",
            cluster,
        ) from error
    try:
        yield client
    finally:
        with contextlib.suppress(Exception):
            client.close(timeout=2)


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
    """

    def __init__(self, client: Any, sink: Sink, take: Take) -> None:
        self._client = client
        self._sink = sink
        self._take = take
        self.address = address_of(client)
        self.token = secrets.token_hex(8)
        self.topic = f"workbench-{self.token}"
        self._rounds = 0
        self._going = threading.Lock()
        self._nthreads: Mapping[str, int] = {}
        self._called: dict[str, tuple[int, Future[Mapping[str, Any]]]] = {}
        self._answered: dict[str, tuple[int, WorkerStatus]] = {}
        self._used: set[str] = set()
        self.failure: BaseException | None = None
        self._paused = False
        self._cancelled = False
        self._config: Any = None
        self._pickled_config = b""
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
        self._threads[1].join(2)
        if self.is_connected():
            with contextlib.suppress(Exception):
                self._call_all(Orders(self.token, closed=True))
        self._unsubscribe()
        self._inbox.put(None)
        self._threads[0].join()

    @property
    def workers(self) -> int:
        """Workers that are there."""
        return len(self._nthreads)

    @property
    def threads(self) -> int:
        """Units that they can compute at once."""
        return sum(self._nthreads.values())

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
        if self._sink.config is not self._config:
            self._soon.set()

    def cancel(self) -> None:
        """Ask all units to end, and wait until no worker computes one any more, or the cluster is gone."""
        self._cancelled = True
        first = self._go_round()
        while self.is_connected() and not self._is_idle_since(first):
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
        for worker, (_, status) in list(self._answered.items()):
            self._used.add(worker)
            self._sink.resources.count_elsewhere(f"{self.token} {worker}", status.used)
        return number

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
            self._nthreads = dict(self._client.nthreads())
            for gone in (self._called.keys() | self._answered.keys()) - self._nthreads.keys():
                self._called.pop(gone, None)
                self._answered.pop(gone, None)
            for worker in self._nthreads.keys() - self._called.keys():
                # What `Client.run` does, without waiting for it.
                called = self._client._run(beat, orders, workers=[worker], on_error="return")
                future = asyncio.run_coroutine_threadsafe(called, self._client.loop.asyncio_loop)
                self._called[worker] = (self._rounds, future)
            wait([future for _, future in self._called.values()], PATIENCE_SECONDS)
            for worker, (number, future) in list(self._called.items()):
                if future.done():
                    del self._called[worker]
                    self._take_answer(worker, number, future)
            return self._rounds

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

    def _is_idle_since(self, number: int) -> bool:
        """Whether every worker has answered that round or a later one, and computed nothing then."""
        answers = [self._answered.get(worker) for worker in self._nthreads]
        return all(found and found[0] >= max(1, number) and not found[1].running for found in answers)

    def _orders(self) -> Orders:
        config = self._sink.config
        if config is not self._config:
            self._config, self._pickled_config = config, b""
            try:
                self._pickled_config = cloudpickle.dumps(config, protocol=5)
            except Exception as error:  # noqa: BLE001 - whatever the classes inside raise
                told = f"Adjusted settings do not reach units on the cluster: {describe_error(error)}"
                with contextlib.suppress(JournalError):
                    self._sink.emit(EventKind.LOG, told, level=Level.WARNING)
        with self._arrived:
            received = dict(self._received)
        return Orders(self.token, self._paused, self._cancelled, False, received, self._pickled_config)

    def _unsubscribe(self) -> None:
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
