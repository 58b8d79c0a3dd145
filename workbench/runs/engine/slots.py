"""Slots: which of this process's runs work, and which wait."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
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
        self.give_slots()

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
        with self._lock:
            admitted = self._choose()
        # Outside of our lock: a run that is being cancelled holds its own and waits for ours.
        for slot in admitted:
            slot.run.apply(machine.Admitted())
            if slot.run.state != RunState.RUNNING:
                self._take_back(slot)

    def _take_back(self, slot: _Slot) -> None:
        # The run was paused (or ended) between our choice and its admission.
        with self._lock:
            if self._active.get(slot.run.id) is not slot or slot.run.has_started:
                return
            del self._active[slot.run.id]
            with contextlib.suppress(JournalError):
                slot.run.journal.release(slot.run.number)

    def _choose(self) -> list[_Slot]:
        chosen: list[_Slot] = []
        working = sum(slot.run.state in (RunState.RUNNING, RunState.QUEUED) for slot in self._active.values())
        for run in list(self._queue):
            if working + len(chosen) >= self.slots:
                break
            try:
                holder = run.journal.claim(run.number, _claim_of(run))
            except JournalError:
                # A full disk, say: the run keeps its place and is tried again at the next beat.
                continue
            if holder is None:
                self._queue.remove(run)
                slot = self._active[run.id] = _Slot(run)
                chosen.append(slot)
        return chosen

    def find(self, journal_path: Path, run_id: str) -> LiveRun[Any] | None:
        """Find a run of this process."""
        return self._known.get((journal_path, run_id))

    def place(self, run: LiveRun[Any]) -> int:
        """How many queued runs come before this one."""
        with self._lock:
            return self._queue.index(run) if run in self._queue else 0


def _claim_of(run: Run[Any]) -> str:
    return f"{run.job}/{run.scenario}"
