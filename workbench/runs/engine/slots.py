"""Slots: which of this process's runs work, and which wait."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from workbench.errors import JournalError
from workbench.runs.engine.heartbeat import Heartbeat
from workbench.runs.engine.live import LiveRun
from workbench.runs.engine.run import Run
from workbench.runs.model import machine
from workbench.runs.model.states import RunState

__all__ = ["Engine"]

KEPT_RUNS = 20
"""Ended runs kept whole, with their results; older ones without a reference are read from the journal."""

SUBMIT_SECONDS = 0.02
BUSY_SECONDS = 0.5
"""After this long, the journal of a queued run that was locked is tried again."""


@dataclass(frozen=True, slots=True, eq=False)
class _Slot:
    run: LiveRun[Any]


class Engine:
    """Gives slots to the runs of this process: as many at once as there are cores, first come first served.

    A paused run keeps its thread but not its slot, so that it cannot hold up the others.

    Parameters
    ----------
    slots
        Runs at once.
    """

    def __init__(self, slots: int | None = None) -> None:
        self.slots = slots or os.cpu_count() or 1
        self._lock = threading.RLock()
        self._giving = threading.Lock()
        self._busy: dict[Path, float] = {}
        self._queue: list[LiveRun[Any]] = []
        self._active: dict[str, _Slot] = {}
        self._known: WeakValueDictionary[tuple[Path, str], LiveRun[Any]] = WeakValueDictionary()
        self._ended: deque[LiveRun[Any]] = deque(maxlen=KEPT_RUNS)
        self._heartbeat = Heartbeat(self.give_slots)

    def submit(self, run: LiveRun[Any]) -> None:
        """Enter a new run."""
        with self._lock:
            self._known[run.journal_path, run.id] = run
            self._queue.append(run)
        self._heartbeat.watch(run)
        # At once, but without waiting for the journals of other projects, which may be locked.
        if self._giving.acquire(timeout=SUBMIT_SECONDS):
            try:
                self._admit([other for other in self._candidates() if other.journal is run.journal])
            finally:
                self._giving.release()
        self._heartbeat.give_slots_soon()

    def join_queue(self, run: LiveRun[Any]) -> None:
        """Let a run wait for a slot."""
        with self._lock:
            self._queue.append(run)
        self._heartbeat.give_slots_soon()

    def leave_queue(self, run: LiveRun[Any]) -> None:
        """Take a run out of the queue."""
        with self._lock:
            if run in self._queue:
                self._queue.remove(run)

    def finished(self, run: LiveRun[Any]) -> None:
        """Take note that a run has ended; the next gets its slot."""
        self.leave_queue(run)
        with self._lock:
            self._active.pop(run.id, None)
            self._ended.append(run)
        self._heartbeat.give_slots_soon()

    def give_slots(self) -> None:
        """Admit as many queued runs as there are free slots and free scenarios."""
        # One at a time, and never with the lock that all share: a claim waits for a disk, and a run that is being
        # cancelled holds its own lock and waits for ours.
        with self._giving:
            self._admit(self._candidates())

    def _admit(self, candidates: Sequence[LiveRun[Any]]) -> None:
        for run in candidates:
            slot = self._claim(run)
            if slot is not None:
                run.apply(machine.Admitted())
                if run.state != RunState.RUNNING:
                    self._take_back(slot)

    def _take_back(self, slot: _Slot) -> None:
        # The run was paused (or ended) between our choice and its admission.
        with self._lock:
            if self._active.get(slot.run.id) is not slot or slot.run.has_started:
                return
            del self._active[slot.run.id]
        with contextlib.suppress(JournalError):
            slot.run.journal.release(slot.run.number)

    def _candidates(self) -> list[LiveRun[Any]]:
        with self._lock:
            return list(self._queue)

    def _claim(self, run: LiveRun[Any]) -> _Slot | None:
        with self._lock:
            states = [slot.run.state for slot in self._active.values()]
            if sum(state in (RunState.RUNNING, RunState.QUEUED) for state in states) >= self.slots:
                return None
        moment = time.monotonic()
        if self._busy.get(run.journal_path, 0.0) > moment:
            return None
        try:
            holder = run.journal.claim(run.number, _claim_of(run))
        except JournalError:
            # Locked, or a full disk, say: the run keeps its place and is tried again soon.
            self._busy[run.journal_path] = time.monotonic() + BUSY_SECONDS
            return None
        if holder is not None:
            return None
        with self._lock:
            if run in self._queue:
                self._queue.remove(run)
                slot = self._active[run.id] = _Slot(run)
                return slot
        # Paused or cancelled meanwhile: it is not to hold up others.
        with contextlib.suppress(JournalError):
            run.journal.release(run.number)
        return None

    def find(self, journal_path: Path, run_id: str) -> LiveRun[Any] | None:
        """Find a run of this process."""
        return self._known.get((journal_path, run_id))

    def place(self, run: LiveRun[Any]) -> int:
        """How many queued runs come before this one."""
        with self._lock:
            return self._queue.index(run) if run in self._queue else 0


def _claim_of(run: Run[Any]) -> str:
    return f"{run.job}/{run.scenario}"
