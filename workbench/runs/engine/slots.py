"""Turns: which of this process's runs work, and which wait."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakValueDictionary

from workbench.errors import JournalError
from workbench.runs.engine.heartbeat import Pulse
from workbench.runs.engine.live import LiveRun
from workbench.runs.engine.run import Run
from workbench.runs.model import machine
from workbench.runs.model.states import RunState

__all__ = ["Engine"]

KEPT_RUNS = 20
"""Ended runs kept whole, with their results; older ones that nobody holds are read from the journal."""


@dataclass(frozen=True, slots=True, eq=False)
class _Turn:
    run: LiveRun


class Engine:
    """Gives turns to the runs of this process: as many at once as there are cores, first come first served.

    A paused run keeps its thread but not its turn, so that it cannot hold up the others.

    Parameters
    ----------
    slots
        Runs at once.
    """

    def __init__(self, slots: int | None = None) -> None:
        self.slots = slots or os.cpu_count() or 1
        self._lock = threading.RLock()
        self._queue: list[LiveRun] = []
        self._active: dict[str, _Turn] = {}
        self._known: WeakValueDictionary[tuple[Path, str], LiveRun] = WeakValueDictionary()
        self._ended: deque[LiveRun] = deque(maxlen=KEPT_RUNS)
        self._pulse = Pulse(self)

    def submit(self, run: LiveRun) -> None:
        """Enter a new run."""
        with self._lock:
            self._known[run.journal_path, run.id] = run
            self._queue.append(run)
        self._pulse.watch(run)
        self.give_turns()

    def join_queue(self, run: LiveRun) -> None:
        """Let a run wait for its turn."""
        with self._lock:
            self._queue.append(run)
        self._pulse.give_turns_soon()

    def leave_queue(self, run: LiveRun) -> None:
        """Take a run out of the queue."""
        with self._lock:
            if run in self._queue:
                self._queue.remove(run)

    def finished(self, run: LiveRun) -> None:
        """Take note that a run has ended; the next gets its turn."""
        self.leave_queue(run)
        with self._lock:
            self._active.pop(run.id, None)
            self._ended.append(run)
        self._pulse.give_turns_soon()

    def give_turns(self) -> None:
        """Admit as many queued runs as there are free turns and free scenarios."""
        with self._lock:
            admitted = self._choose()
        # Outside of our lock: a run that is being cancelled holds its own and waits for ours.
        for turn in admitted:
            turn.run.apply(machine.Admitted())
            if turn.run.state != RunState.RUNNING:
                self._take_back(turn)

    def _take_back(self, turn: _Turn) -> None:
        # Somebody paused (or ended) the run between our choice and its turn.
        with self._lock:
            if self._active.get(turn.run.id) is not turn or turn.run.begun:
                return
            del self._active[turn.run.id]
            with contextlib.suppress(JournalError):
                turn.run.journal.release(turn.run.number)

    def _choose(self) -> list[_Turn]:
        chosen: list[_Turn] = []
        working = sum(turn.run.state in (RunState.RUNNING, RunState.QUEUED) for turn in self._active.values())
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
                turn = self._active[run.id] = _Turn(run)
                chosen.append(turn)
        return chosen

    def find(self, journal_path: Path, run_id: str) -> LiveRun | None:
        """Find a run of this process."""
        return self._known.get((journal_path, run_id))

    def place(self, run: LiveRun) -> int:
        """How many queued runs come before this one."""
        with self._lock:
            return self._queue.index(run) if run in self._queue else 0


def _claim_of(run: Run) -> str:
    return f"{run.job}/{run.scenario}"
