"""Where the units of a run are computed: threads here, child processes here, or a Dask cluster."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

from workbench.errors import SettingError

__all__ = ["Place", "Placement", "Workers", "check_workers", "choose_workers", "parse_workers", "threads_of"]


class ClusterClient(Protocol):
    """A ``distributed.Client``, which need not be installed."""

    status: str

    def submit(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Give a task to the cluster."""


Workers: TypeAlias = str | int | ClusterClient | None
"""``"threads"``, ``"processes"``, a number, a ``distributed.Client``, the address of a Dask scheduler, or None."""

_ADDRESS = re.compile(r"(tcp|tls|ws|wss|ucx)://\S+")
_EXPECTED = (
    "expected 'threads', 'processes' or a number of threads from 1, a distributed.Client, or the address of a "
    "Dask scheduler such as 'tcp://127.0.0.1:8786'"
)


class Place(StrEnum):
    """A kind of home for units."""

    THREADS = "threads"
    PROCESSES = "processes"
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the units of one map go.

    Attributes
    ----------
    place
        The kind of home.
    count
        Units at once; 0 for a cluster, which knows itself.
    cluster
        A ``distributed.Client`` or the address of a scheduler.
    """

    place: Place
    count: int = 0
    cluster: Any = None

    def __str__(self) -> str:
        if self.place == Place.CLUSTER:
            return f"the Dask cluster {address_of(self.cluster)}"
        one = {Place.THREADS: "1 thread", Place.PROCESSES: "1 process"}
        return one[self.place] if self.count == 1 else f"{self.count} {self.place}"


def choose_workers(requested: Workers, preferred: Workers = None) -> Placement:
    """Decide where a map goes.

    A map that the job has bound to threads of its own process stays there: its function may share state with the
    job. One without a choice, or that runs in other processes anyway, goes where the person who started the run
    wishes.

    Parameters
    ----------
    requested
        Given by the job for this map.
    preferred
        Given when the run was started.

    Raises
    ------
    SettingError
        When one of them makes no sense.
    """
    own = _placement(requested)
    if preferred is None or (requested is not None and own.place == Place.THREADS):
        return own
    wanted = _placement(preferred)
    if own.place == Place.PROCESSES and wanted.place == Place.THREADS and preferred != "threads":
        return Placement(Place.PROCESSES, wanted.count)
    return wanted


def threads_of(placement: Placement) -> int:
    """Units that a place computes at once; two where that is not known before it is asked."""
    if placement.place != Place.CLUSTER:
        return placement.count
    nthreads = getattr(placement.cluster, "nthreads", None)
    return sum(nthreads().values()) if callable(nthreads) and placement.cluster.status == "running" else 2


def check_workers(workers: Workers) -> None:
    """Refuse what makes no sense, and a cluster where Dask is not installed.

    Raises
    ------
    SettingError
        With what is expected, or what to install.
    """
    if _placement(workers).place == Place.CLUSTER and importlib.util.find_spec("distributed") is None:
        raise SettingError(
            f"workers is {workers!r}, but Dask is not installed: pip install 'energy-workbench[dask]' "
            "(or conda install distributed), here and on every worker.",
            "workers",
            workers,
        )


def parse_workers(text: str | None) -> Workers:
    """Read workers from the command line; None where nothing was given.

    Raises
    ------
    SettingError
        When they make no sense or Dask is not installed.
    """
    workers: Workers = int(text) if text and text.isascii() and text.isdigit() else text
    check_workers(workers)
    return workers


def address_of(cluster: Any) -> str:
    """Address of a cluster's scheduler."""
    if isinstance(cluster, str):
        return cluster
    scheduler = getattr(cluster, "scheduler", None)
    return str(getattr(scheduler, "address", "") or "of a closed client")


def _placement(workers: Workers) -> Placement:
    if workers is None or workers in ("threads", "processes"):
        return Placement(Place(workers or "threads"), os.cpu_count() or 1)
    if isinstance(workers, int) and not isinstance(workers, bool) and workers >= 1:
        return Placement(Place.THREADS, workers)
    if (isinstance(workers, str) and _ADDRESS.fullmatch(workers)) or _is_client(workers):
        return Placement(Place.CLUSTER, 0, workers)
    raise SettingError(f"workers is {workers!r}, {_EXPECTED}.", "workers", workers)


def _is_client(workers: object) -> bool:
    # The owner of a client has imported distributed; others need not.
    distributed = sys.modules.get("distributed")
    return distributed is not None and isinstance(workers, distributed.Client)
