"""The beat of a Dask cluster: every worker is called, and none keeps another from hearing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import Future, wait
from typing import Any

from workbench.errors import WorkersLost
from workbench.runs.cluster.messages import Orders, Telling
from workbench.runs.cluster.worker import beat

__all__ = ["ClusterBeat"]

PATIENCE_SECONDS = 0.5
"""How long a round waits for a worker: native code may keep it from answering for minutes."""


class ClusterBeat:
    """Brings orders to the workers and knows what each has answered last.

    Parameters
    ----------
    client
        The cluster.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._asked: dict[str, tuple[int, Future[Mapping[str, Any]]]] = {}
        self._answered: dict[str, int] = {}
        self._rounds = 0
        self._tellings: dict[str, Telling] = {}
        self.threads: Mapping[str, int] = {}

    @property
    def tellings(self) -> Mapping[str, Telling]:
        """The newest answer of every worker that is there."""
        return dict(self._tellings)

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
            for gone in (self._asked.keys() | self._tellings.keys()) - self.threads.keys():
                for known in (self._asked, self._tellings, self._answered):
                    known.pop(gone, None)
            for worker in self.threads:
                if worker not in self._asked:
                    self._asked[worker] = (self._rounds, self._call(worker, orders))
            wait([future for _, future in self._asked.values()], PATIENCE_SECONDS)
            for worker, (number, future) in list(self._asked.items()):
                if future.done():
                    del self._asked[worker]
                    self._take(worker, number, future)
            return self._rounds

    def is_idle_since(self, number: int) -> bool:
        """Whether every worker has answered that round or a later one, and computed nothing then."""
        return all(
            self._answered.get(worker, 0) >= max(1, number) and not self._tellings[worker].running
            for worker in self.threads
        )

    def _call(self, worker: str, orders: Orders) -> Future[Mapping[str, Any]]:
        # What `Client.run` does, without waiting for it.
        called = self._client._run(beat, orders, workers=[worker], on_error="return")
        return asyncio.run_coroutine_threadsafe(called, self._client.loop.asyncio_loop)

    def _take(self, worker: str, number: int, future: Future[Mapping[str, Any]]) -> None:
        # A worker that is just being lost answers with an error of the network, or not at all.
        answer = None if future.exception() else future.result().get(worker)
        if isinstance(answer, Telling):
            self._tellings[worker] = answer
            self._answered[worker] = number
        elif isinstance(answer, ImportError | AttributeError | TypeError):
            raise WorkersLost(
                f"The worker {worker} cannot run units ({answer}): it needs the same environment as this process, "
                "the workbench included.",
                worker,
            )
