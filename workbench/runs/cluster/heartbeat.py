"""The beat of a Dask cluster: every worker is called, and none keeps another from hearing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import Future, wait
from typing import Any

from workbench.errors import WorkersLost
from workbench.runs.cluster.messages import Orders, WorkerStatus
from workbench.runs.cluster.worker import beat

__all__ = ["ClusterHeartbeat"]

PATIENCE_SECONDS = 0.5
"""How long a round waits for a worker: native code may keep it from answering for minutes."""


class ClusterHeartbeat:
    """Brings orders to the workers and knows what each has answered last.

    Parameters
    ----------
    client
        The cluster.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._called: dict[str, tuple[int, Future[Mapping[str, Any]]]] = {}
        self._answered: dict[str, int] = {}
        self._rounds = 0
        self._statuses: dict[str, WorkerStatus] = {}
        self.threads: Mapping[str, int] = {}

    @property
    def statuses(self) -> Mapping[str, WorkerStatus]:
        """The newest status of every worker that is there."""
        return dict(self._statuses)

    def go_round(self, orders: Orders) -> int:
        """Call every worker that is not being called already; gives the number of the round.

        Raises
        ------
        WorkersLost
            When a worker cannot import what it needs.
        OSError
            When the scheduler does not answer.
        """
        with self._lock:
            self._rounds += 1
            self.threads = dict(self._client.nthreads())
            for gone in (self._called.keys() | self._statuses.keys()) - self.threads.keys():
                for known in (self._called, self._statuses, self._answered):
                    known.pop(gone, None)
            for worker in self.threads:
                if worker not in self._called:
                    self._called[worker] = (self._rounds, self._call(worker, orders))
            wait([future for _, future in self._called.values()], PATIENCE_SECONDS)
            for worker, (number, future) in list(self._called.items()):
                if future.done():
                    del self._called[worker]
                    self._take(worker, number, future)
            return self._rounds

    def is_idle_since(self, number: int) -> bool:
        """Whether every worker has answered that round or a later one, and computed nothing then."""
        return all(
            self._answered.get(worker, 0) >= max(1, number) and not self._statuses[worker].running
            for worker in self.threads
        )

    def _call(self, worker: str, orders: Orders) -> Future[Mapping[str, Any]]:
        # What `Client.run` does, without waiting for it.
        called = self._client._run(beat, orders, workers=[worker], on_error="return")
        return asyncio.run_coroutine_threadsafe(called, self._client.loop.asyncio_loop)

    def _take(self, worker: str, number: int, future: Future[Mapping[str, Any]]) -> None:
        # A worker that is just being lost answers with an error of the network, or not at all.
        answer = None if future.exception() else future.result().get(worker)
        if isinstance(answer, WorkerStatus):
            self._statuses[worker] = answer
            self._answered[worker] = number
        elif isinstance(answer, ImportError | AttributeError | TypeError):
            raise WorkersLost(
                f"The worker {worker} cannot run units ({answer}): it needs the same environment as this process, "
                "the workbench included.",
                worker,
            )
