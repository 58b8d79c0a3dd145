"""The events of one live run: numbered, kept in a ring, handed to the journal in batches."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from workbench.errors import JournalBusy
from workbench.runs.journal.units import KeptUnit
from workbench.runs.model.attention import Attention
from workbench.runs.model.events import Event
from workbench.runs.model.plain_values import plain_fraction, plain_text
from workbench.runs.model.records import LogLine
from workbench.runs.model.signals import CancelSignal
from workbench.runs.model.states import EventKind, Level

__all__ = ["EventStream"]

_logger = logging.getLogger(__name__)

RING = 5_000
"""Newest events kept in memory; older ones are read from the journal."""
BACKLOG = 20_000
"""Events that may wait for the disk before the emitting thread helps to write them: what bounds the memory."""
SHORT = 1_000
"""Characters of a text that is taken as it is where all of them can be printed."""
GROUP_SECONDS = 0.05
"""Units that finish so soon after a group wait for the journal's thread; others are committed at once."""
GROUP_BYTES = 16 * 2**20
"""Size of the results that may wait for it."""


class _Store(Protocol):
    def wake(self) -> None: ...

    def flush(self, patience: float | None = ...) -> None: ...


class EventStream:
    """Numbers and keeps what happens in one run.

    Emitting costs microseconds: the journal's own thread does the writing. Only when ``BACKLOG`` events wait
    does the emitter write them itself, so that neither memory grows nor a line is lost.

    Parameters
    ----------
    store
        The journal; told when something waits.
    run
        Number of the run in the journal.
    attention
        Tells an emitter that waits for another program's lock when the work is to end.
    """

    def __init__(self, store: _Store, run: int, attention: Attention | None = None) -> None:
        self.run = run
        self._attention = attention or Attention()
        self._store = store
        self._lock = threading.Lock()
        self._ring: deque[Event] = deque(maxlen=RING)
        self._waiting: list[tuple[Event, int | None]] = []
        self._units: list[KeptUnit] = []
        self._unit_bytes = 0
        self._units_taken = 0.0
        self.seq = 0
        self.lines = 0
        self.last_time = 0.0
        self.last_emitted = time.monotonic()
        self.listeners: list[Callable[[], None]] = []
        self._ended = False
        self._pid = os.getpid()
        self._forks = _forks
        self._stage = ""
        self._told_forked = False
        self.lost = ""
        """How another process has ended the run, as part of a sentence; empty while none has."""

    def emit(
        self,
        kind: EventKind,
        message: str = "",
        *,
        stage: str = "",
        fraction: float | None = None,
        level: Level = Level.INFO,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Add one event; what comes after the final state (from a thread left behind) is not the run's any more.

        Raises
        ------
        JournalError
            When the journal cannot be written and no more events can be kept waiting.
        """
        # Each call that is left out here is a tenth of what an event costs.
        if type(message) is not str or not message.isprintable() or len(message) > SHORT:
            message = plain_text(message)
        if stage is not self._stage:
            stage = self._stage = plain_text(stage)
        if fraction is not None and not (type(fraction) is float and 0.0 <= fraction <= 1.0):
            fraction = plain_fraction(fraction)
        if self._forks != _forks:
            self._tell_forked(kind, message)
            return
        if len(self._waiting) >= BACKLOG and kind not in _OF_THE_ENGINE:
            # Before the event gets its number: one that cannot be kept leaves no gap.
            self.write_out()
        with self._lock:
            if self._ended:
                return
            # Durations are differences of these times: a clock that is set back must not make them negative.
            now = time.time()
            if now > self.last_time:
                self.last_time = now
            seq = self.seq + 1
            event = Event(seq, self.last_time, kind, stage, message, fraction, _WORDS[level], data)
            ends = kind is EventKind.STATE and event.is_final
            line = self.lines + 1 if kind is EventKind.LOG else None
            # Numbered when it is kept: where a job recurses too deep, any call before this may fail.
            self._ring.append(event)
            self._waiting.append((event, line))
            self.seq, self.lines, self._ended = seq, line or self.lines, ends
            first = len(self._waiting) == 1 or kind is EventKind.HEARTBEAT
        if kind is not EventKind.HEARTBEAT:
            self.last_emitted = time.monotonic()
        if first:
            self._store.wake()
        if self.listeners:
            self.tell_listeners()

    def write_out(self) -> None:
        """Write all that waits, for the work, which waits for another program's lock until it is to end.

        Raises
        ------
        CancelSignal
            When it is to end.
        JournalError
            When the journal cannot be written.
        """
        while True:
            try:
                return self._store.flush(patience=0.5)
            except JournalBusy:
                if self._attention.stopping:
                    raise CancelSignal from None

    @property
    def is_forked(self) -> bool:
        """Whether this is the copy of a forked process, whose reports are not the run's."""
        return self._forks != _forks

    def _tell_forked(self, kind: EventKind, message: str) -> None:
        # Locks may be held for ever by threads that a fork has not copied, and the journal is the other process's.
        if kind is not EventKind.LOG:
            return
        with contextlib.suppress(Exception):
            if not self._told_forked:
                self._told_forked = True
                note = (
                    f"(process {os.getpid()} was forked from a run's process {self._pid}: see its lines here)"
                )
                print(note, file=sys.stderr)  # noqa: T201
            print(message, file=sys.stderr)  # noqa: T201

    def lose(self, how: str) -> None:
        """Take note that another process has ended the run: what comes from now on is not the run's any more."""
        with self._lock:
            self.lost, self._ended, self._waiting, self._units = how, True, [], []

    def keep_unit(self, unit: KeptUnit, *, at_once: bool) -> None:
        """Have a finished unit committed: at once, or with others that finish within ``GROUP_SECONDS``.

        Raises
        ------
        JournalError
            When the journal cannot be written.
        """
        if self.is_forked:
            return
        with self._lock:
            if self._ended:
                return
            self._units.append(unit)
            self._unit_bytes += len(unit.result)
            first, much = len(self._units) == 1, self._unit_bytes > GROUP_BYTES
        if at_once or much or time.monotonic() - self._units_taken > GROUP_SECONDS:
            self.write_out()
        elif first:
            self._store.wake()

    def tell_listeners(self) -> None:
        """Call everybody who wants to know that something happened."""
        for listener in self.listeners:
            try:
                listener()
            except Exception:
                # A display that breaks must not break the work it shows.
                self.listeners = [other for other in self.listeners if other is not listener]
                _logger.exception("A listener of a run failed and is not called any more")

    def is_ended(self) -> bool:
        """Whether nothing can come any more."""
        return self._ended

    def is_over(self) -> bool:
        """Whether nothing can come any more and nothing waits."""
        with self._lock:
            return self._ended and not self._waiting and not self._units

    def take_waiting(self) -> list[tuple[Event, int | None]]:
        """Hand over what is not in the journal yet (called with the journal's lock held)."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        return waiting

    def take_units(self) -> list[KeptUnit]:
        """Hand over the finished units that are not in the journal yet (called with the journal's lock held)."""
        with self._lock:
            units, self._units, self._unit_bytes = self._units, [], 0
            if units:
                self._units_taken = time.monotonic()
        return units

    def put_back(self, waiting: list[tuple[Event, int | None]], units: Sequence[KeptUnit] = ()) -> None:
        """Keep what could not be written, in front of what has come since."""
        with self._lock:
            self._waiting = waiting + self._waiting
            self._units = [*units, *self._units]
            self._unit_bytes += sum(len(unit.result) for unit in units)

    def recent(self, after: int) -> list[Event] | None:
        """Events that follow ``after`` if the ring still holds them all, else None."""
        with self._lock:
            if after >= self.seq:
                return []
            oldest = self._ring[0].seq
            if oldest > after + 1:
                return None
            wanted = self.seq - after
            ring = self._ring
            if wanted < len(ring) // 4:
                newest = [ring[-index] for index in range(1, wanted + 1)]
                newest.reverse()
                return newest
            return [event for event in ring if event.seq > after]

    def newest_lines(self, count: int, after: int) -> tuple[int, list[LogLine]]:
        """Count all log lines and give the newest past line ``after``, at most ``count`` that the ring holds."""
        newest: list[LogLine] = []
        with self._lock:
            number = total = self.lines
            wanted = min(count, total - after)
            for event in reversed(self._ring):
                if len(newest) >= wanted:
                    break
                if event.kind is EventKind.LOG:
                    newest.append(
                        LogLine(number, event.seq, event.time, event.level, event.stage, event.message)
                    )
                    number -= 1
        newest.reverse()
        return total, newest


_forks = 0
"""How often this process was forked from another one: cheaper to look at than its id."""


def _count_fork() -> None:
    global _forks
    _forks += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_count_fork)

_OF_THE_ENGINE = (EventKind.STATE, EventKind.CONTROL, EventKind.HEARTBEAT)
"""What must not wait for a disk: few, and written by threads that serve all runs."""
_WORDS = {level: level.word for level in Level}
