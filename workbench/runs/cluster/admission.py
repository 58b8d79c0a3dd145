"""Which workers of a Dask cluster may compute units of a run: each is asked before it gets any.

The questions need nothing of ours on the worker, because what is there is what they ask: its versions are told by a
function of Dask itself, and whether it sees the project's folder by a function of Python's own library.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeAlias

from workbench.files import changed_at, listed, open_descriptor, remove
from workbench.runs.journal.paths import project_of

__all__ = ["Admission", "Ask", "token_file"]

PACKAGES = (
    "energy-workbench",
    "cloudpickle",
    "numpy",
    "pandas",
    "polars",
    "scikit-learn",
    "pypsa",
    "linopy",
    "highspy",
)
"""What units are computed with, as far as it is installed here."""
OURS = "energy-workbench"
FAILURES_IN_A_ROW = 3
"""Units that failed on a worker, and were computed by another, after which it gets no more."""
_TOKEN = "cluster-"
_STALE_NANOSECONDS = 2 * 24 * 3600 * 10**9

Ask: TypeAlias = Callable[..., "Future[Mapping[str, Any]]"]
"""Called with a worker, a function and its arguments: has the worker call it, outside of any task."""
Prepare: TypeAlias = Callable[[str, bool], "Future[str]"]
"""Called with a worker that has the same versions, and whether it sees the folder of the project: gives it what it
needs besides; a text says why it cannot compute."""


@contextlib.contextmanager
def token_file(journal: Path | None, token: str) -> Iterator[Path | None]:
    """Put a file beside the journal by which a worker shows that it sees this folder; None without a journal."""
    if journal is None:
        yield None
        return
    for path in listed(journal.parent):
        # Of a process that was killed.
        if path.name.startswith(_TOKEN) and time.time_ns() - changed_at(path) > _STALE_NANOSECONDS:
            remove(path)
    path = journal.with_name(f"{_TOKEN}{token}")
    os.close(open_descriptor(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    try:
        yield path
    finally:
        with contextlib.suppress(OSError):
            remove(path)


class Admission:
    """Asks every worker that joins, and knows which of them fit.

    Parameters
    ----------
    ask
        Has a worker answer.
    prepare
        Sends a worker what it needs before its first unit.
    seen
        The file by which a worker shows that it sees the project's folder; None where that makes no difference.
    has_to_see
        Whether one that does not see it gets nothing.

    Attributes
    ----------
    fit
        Addresses of the workers that get units.
    refused
        Address -> why a worker gets none.
    """

    def __init__(self, ask: Ask, prepare: Prepare, seen: Path | None, has_to_see: bool) -> None:
        from distributed.versions import get_versions

        self._ask = ask
        self._prepare = prepare
        self._seen = seen
        self._has_to_see = has_to_see
        self._versions = get_versions
        self._here: Mapping[str, Any] = get_versions(PACKAGES)["packages"]
        self._asked: dict[str, list[Future[Mapping[str, Any]]]] = {}
        self._preparing: dict[str, Future[str]] = {}
        self._failures: dict[str, int] = {}
        self.fit: frozenset[str] = frozenset()
        self.refused: dict[str, str] = {}

    @property
    def is_waiting(self) -> bool:
        """Whether a worker has been asked and has not answered yet."""
        return bool(self._asked or self._preparing)

    def asked(self) -> list[Future[Any]]:
        """The questions that are not answered, and the preparations that are not finished."""
        return [
            *self._preparing.values(),
            *(future for futures in self._asked.values() for future in futures),
        ]

    def ask_new(self, workers: Collection[str]) -> None:
        """Ask the workers that have joined, and forget those that have left."""
        self.fit = self.fit & frozenset(workers)
        for known in (self._asked, self._preparing, self.refused, self._failures):
            for gone in known.keys() - set(workers):
                known.pop(gone, None)
        known_ones = self.fit | self._asked.keys() | self._preparing.keys() | self.refused.keys()
        for worker in set(workers) - known_ones:
            questions = [self._ask(worker, self._versions, packages=PACKAGES)]
            if self._seen is not None:
                questions.append(self._ask(worker, os.path.exists, str(self._seen)))
            self._asked[worker] = questions

    def take_answers(self) -> list[str]:
        """Prepare, admit or refuse the workers that have answered; gives a sentence for each that is refused."""
        said = []
        for worker, futures in list(self._asked.items()):
            if not all(future.done() for future in futures):
                continue
            del self._asked[worker]
            if any(future.cancelled() or future.exception() for future in futures):
                # It is just being lost, or will be asked again.
                continue
            answers = [future.result().get(worker) for future in futures]
            reason = self._reason(*answers)
            if reason:
                said.append(self._refuse(worker, reason))
            else:
                self._preparing[worker] = self._prepare(worker, answers[1:] in ([], [True]))
        for worker, future in list(self._preparing.items()):
            if not future.done():
                continue
            del self._preparing[worker]
            if future.cancelled() or future.exception():
                continue
            if reason := future.result():
                said.append(self._refuse(worker, reason))
            else:
                self.fit |= {worker}
        return said

    def _refuse(self, worker: str, reason: str) -> str:
        self.refused[worker] = reason
        return f"The worker {worker} gets no units: {reason}"

    def _reason(self, versions: Any, sees: Any = True) -> str:
        if not isinstance(versions, Mapping):
            return f"it does not tell its versions ({versions})"
        there, reasons = versions["packages"], []
        if _series(there["python"]) != _series(self._here["python"]):
            reasons.append(
                f"it has Python {_series(there['python'])}, here it is {_series(self._here['python'])}"
            )
        for name in PACKAGES:
            here, its = self._here.get(name), there.get(name)
            same = its == here if name == OURS else _series(its) == _series(here)
            if here is not None and not same:
                reasons.append(
                    f"it has {name} {its}, here it is {here}" if its else f"it lacks {name} {here}"
                )
        if self._seen is not None and self._has_to_see and sees is not True:
            reasons.append(
                f"it does not see the folder {project_of(self._seen)}, which has to be shared under the same path"
            )
        return "; ".join(reasons)

    def succeeded(self, worker: str) -> None:
        """Take note that a worker has computed a unit."""
        self._failures.pop(worker, None)

    def blame(self, worker: str, error: str) -> str:
        """Take note that another worker has computed what failed on this one; says so where it gets no more."""
        self._failures[worker] = self._failures.get(worker, 0) + 1
        if self._failures[worker] < FAILURES_IN_A_ROW or worker not in self.fit:
            return ""
        self.fit -= {worker}
        self.refused[worker] = f"{FAILURES_IN_A_ROW} units in a row failed there and not elsewhere ({error})"
        return f"The worker {worker} gets no more units: {self.refused[worker]}"


def _series(version: str | None) -> str:
    """Major and minor version, which have to agree."""
    return ".".join((version or "").split(".")[:2])
