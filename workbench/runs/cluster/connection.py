"""Reaching a Dask scheduler, at first and again after it was lost."""

from __future__ import annotations

import contextlib
import importlib
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from workbench.errors import WorkersLost
from workbench.runs.work.workers import address_of, check_workers

__all__ = ["Connection", "SchedulerLost"]

CONNECT_SECONDS = 10.0
RESTART_SECONDS = 60.0
"""So long a scheduler that was lost is waited for."""
AGAIN_SECONDS = 0.25


class SchedulerLost(WorkersLost):
    """The connection to the scheduler has ended, and what was asked of it with it; it may come back."""

    def __init__(self) -> None:
        super().__init__("The Dask scheduler is gone.")


class Connection:
    """The way to one cluster, by its address or by a client that somebody else keeps.

    Parameters
    ----------
    cluster
        A ``distributed.Client`` or the address of a scheduler.
    """

    def __init__(self, cluster: Any) -> None:
        self._cluster = cluster
        self.address = address_of(cluster)
        self._security = None if isinstance(cluster, str) else getattr(cluster, "security", None)

    @contextlib.contextmanager
    def client(self) -> Iterator[Any]:
        """Give the client; one that was made from an address is closed again.

        Raises
        ------
        SettingError
            When Dask is not installed.
        WorkersLost
            When no scheduler answers, or the client is closed or asynchronous.
        """
        check_workers(self._cluster)
        if not isinstance(self._cluster, str):
            if self._cluster.asynchronous or self._cluster.status != "running":
                what = "asynchronous" if self._cluster.asynchronous else self._cluster.status
                raise WorkersLost(
                    f"The given client is {what}, expected a running one: make it with "
                    "distributed.Client(address).",
                    self.address,
                )
            yield self._cluster
            return
        client = self._made(CONNECT_SECONDS)
        try:
            yield client
        finally:
            with contextlib.suppress(Exception):
                client.close(timeout=1)

    def wait(self, checkpoint: Callable[[], None]) -> bool:
        """Wait until the scheduler answers again; False when it did not within ``RESTART_SECONDS``.

        Parameters
        ----------
        checkpoint
            Called several times a second; what it raises ends the wait.
        """
        deadline = time.monotonic() + RESTART_SECONDS
        while time.monotonic() < deadline:
            checkpoint()
            if not isinstance(self._cluster, str):
                if self._cluster.status == "running":
                    return True
                if self._cluster.status == "closed":
                    # It has given up; the scheduler may be back all the same.
                    self._cluster = self.address
            if isinstance(self._cluster, str) and self._answers():
                return True
            time.sleep(AGAIN_SECONDS)
        return False

    def _answers(self) -> bool:
        try:
            self._made(1.0).close(timeout=1)
        except WorkersLost:
            return False
        return True

    def _made(self, seconds: float) -> Any:
        distributed: Any = importlib.import_module("distributed")
        try:
            with warnings.catch_warnings():
                # Workers that do not fit are named one by one when they are asked.
                warnings.filterwarnings("ignore", "Mismatched versions")
                return distributed.Client(
                    self._cluster, timeout=seconds, set_as_default=False, security=self._security
                )
        except (OSError, ValueError) as error:
            raise WorkersLost(
                f"No Dask scheduler answers at {self.address} ({error}): check the address, and that it is up.",
                self.address,
            ) from error
        except TypeError as error:
            # What Dask raises for tls:// where its configuration names no certificates.
            raise WorkersLost(
                f"The Dask scheduler {self.address} cannot be reached ({error}): a secured cluster needs "
                "certificates, in Dask's configuration (distributed.comm.tls) or in a client of your own.",
                self.address,
            ) from error
