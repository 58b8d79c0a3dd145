"""Slots: which of this process's runs work, and which wait."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from workbench.errors import JournalError
from workbench.runs.engine.heartbeat import Heartbeat
from workbench.runs.engine.live import LiveRun
from workbench.runs.engine.order import Order
from workbench.runs.engine.requests import JournalRequests
from workbench.runs.journal.writer import Journal
from workbench.runs.model import machine
from workbench.runs.model.records import RunRecord
from workbench.runs.model.states import RunState

__all__ = ["Engine"]

KEPT_RUNS = 20
"""Ended runs kept whole, with their results; older ones without a reference are read from the journal."""

SUBMIT_SECONDS = 0.02
BUSY_SECONDS = 0.5
"""After this long, the journal of a queued run that was locked is tried again."""


class Engine:
    """Gives slots to the runs of this process: as many at once as there are cores, first come first served.

    They are given one at a time, and never with the lock that all share: to claim a scenario waits for a disk, and
    a run that is being cancelled holds its own lock and waits for ours. A paused run keeps its thread but not its
    slot, so that it cannot hold up the others.

    Parameters
    ----------
    slots
        Runs at once.
    """

    def __init__(self, slots: int | None = None) -> None:
        self.slots = slots or os.cpu_count() or 1
        self._lock = threading.Lock()
        self._giving = threading.Lock()
        self._busy: dict[Path, float] = {}
        self._queue: list[LiveRun[Any]] = []
        self._active: dict[str, LiveRun[Any]] = {}
        self._known: WeakValueDictionary[tuple[Path, str], LiveRun[Any]] = WeakValueDictionary()
        self._ended: deque[LiveRun[Any]] = deque(maxlen=KEPT_RUNS)
        self._requests = JournalRequests()
        self._heartbeat = Heartbeat(self._serve)

    def submit(
        self, journal: Journal, record: RunRecord, order: Order, *, detached: bool = False
    ) -> LiveRun[Any]:
        """Do the work of a run that is entered in the journal, in this process, as soon as it has a slot."""
        run: LiveRun[Any] = LiveRun(self, journal, record, order, detached)
        with self._lock:
            self._known[run.journal_path, run.id] = run
            self._queue.append(run)
        self._heartbeat.watch(run)
        # At once, but without waiting for the journals of other projects, which may be locked.
        if self._giving.acquire(timeout=SUBMIT_SECONDS):
            try:
                self._give([other for other in self._waiting() if other.journal is journal])
            finally:
                self._giving.release()
        self._heartbeat.serve_soon()
        return run

    def join_queue(self, run: LiveRun[Any]) -> None:
        """Let a run wait for a slot."""
        with self._lock:
            self._queue.append(run)
        self._heartbeat.serve_soon()

    def leave_queue(self, run: LiveRun[Any]) -> None:
        """Take a run out of the queue."""
        with self._lock, contextlib.suppress(ValueError):
            self._queue.remove(run)

    def finished(self, run: LiveRun[Any]) -> None:
        """Take note that a run has ended; the next gets its slot."""
        self.leave_queue(run)
        with self._lock:
            self._active.pop(run.id, None)
            self._ended.append(run)
        self._heartbeat.serve_soon()

    def find(self, journal_path: Path, run_id: str) -> LiveRun[Any] | None:
        """Find a run of this process."""
        return self._known.get((journal_path, run_id))

    def place(self, run: LiveRun[Any]) -> int:
        """How many queued runs come before this one."""
        with self._lock:
            return self._queue.index(run) if run in self._queue else 0

    def _serve(self, runs: list[LiveRun[Any]]) -> None:
        # Also without a reason of our own: another process may have freed a scenario.
        with self._giving:
            self._give(self._waiting())
        self._requests.serve(runs)

    def _waiting(self) -> list[LiveRun[Any]]:
        with self._lock:
            return list(self._queue)

    def _give(self, waiting: Iterable[LiveRun[Any]]) -> None:
        for run in waiting:
            if sum(other.state == RunState.RUNNING for other in self._active.copy().values()) >= self.slots:
                break
            if self._claims(run):
                self._admit(run)

    def _claims(self, run: LiveRun[Any]) -> bool:
        if self._busy.get(run.journal_path, 0.0) > time.monotonic():
            return False
        try:
            return run.journal.claim(run.number, f"{run.job}/{run.scenario}") is None
        except JournalError:
            # Locked, or a full disk, say: the run keeps its place and is tried again soon.
            self._busy[run.journal_path] = time.monotonic() + BUSY_SECONDS
            return False

    def _admit(self, run: LiveRun[Any]) -> None:
        self.leave_queue(run)
        self._active[run.id] = run
        run.apply(machine.Admitted())
        if not run.has_started:
            # Paused or cancelled meanwhile: it is not to hold up others.
            self._active.pop(run.id, None)
            with contextlib.suppress(JournalError):
                run.journal.release(run.number)
