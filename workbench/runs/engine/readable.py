"""What a run of this process shows: its state, its events and its log, from memory where they are recent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.runs.engine.run import Result_co, Run, page_of
from workbench.runs.journal.writer import Journal
from workbench.runs.model.attention import Attention
from workbench.runs.model.events import Event
from workbench.runs.model.machine import RunMachine
from workbench.runs.model.records import LogLine, RunRecord
from workbench.runs.model.states import Cause, EventKind, Level, RunState
from workbench.runs.overview.summary import Summary

__all__ = ["ReadableLiveRun"]

SETTLE_SECONDS = 2.0
"""How long a reader waits while another program has the journal locked."""


class ReadableLiveRun(Run[Result_co]):
    """A run of this process, as far as it is only looked at.

    Parameters
    ----------
    journal, record
        Where the run is recorded, and as what.
    settings
        Its settings, as plain values.
    """

    def __init__(self, journal: Journal, record: RunRecord, settings: dict[str, Any]) -> None:
        super().__init__(record, journal.path, journal.reader)
        self.journal = journal
        self._machine = RunMachine()
        self._summary = Summary(settings=settings)
        self._folded = threading.Lock()
        self.attention = Attention()
        self._stream = journal.stream(record.number, self.attention)

    # status

    @property
    def number(self) -> int:
        """Number of the run in the journal."""
        return self._record.number

    @property
    def state(self) -> RunState:
        """Where the run is."""
        return self._machine.state

    @property
    def cause(self) -> Cause:
        """Why it is there."""
        return self._machine.cause

    @property
    def reason(self) -> str:
        """The sentence that says why."""
        return self._machine.reason

    @property
    def has_started(self) -> bool:
        """Whether the work has ever started."""
        return self._machine.started

    @property
    def is_here(self) -> bool:
        """Always: the work is done by this process."""
        return True

    @property
    def lost(self) -> str:
        """How another process has ended the run, as part of a sentence; empty while none has."""
        return self._stream.lost

    @property
    def transitions(self) -> list[tuple[RunState, Any, RunState]]:
        """Every transition of the state machine, to diagnose faults."""
        return list(self._machine.transitions)

    def summary(self) -> Summary:
        """Fold all that has happened so far."""
        with self._folded:
            events = self._stream.recent(self._summary.seq)
            if events is None:
                # A flood: the journal leaves out the log lines, which a summary does not need.
                self.settle()
                events, _ = self._reader.summary_events(self.number, self._summary.seq)
            for event in events:
                self._summary.add(event)
            return self._summary.copy()

    def events(self, after: int = 0, *, kinds: Sequence[EventKind] = (), limit: int = -1) -> list[Event]:
        """Events that follow ``seq == after``: from memory where they are recent, else from the journal."""
        recent = self._stream.recent(after)
        if recent is not None:
            return page_of(recent, kinds, limit)
        self.settle()
        return self._reader.events(self.number, after, kinds=kinds, limit=limit)

    def newest_lines(self, count: int, after: int = 0) -> tuple[int, list[LogLine]]:
        """Count all log lines and give the newest past line ``after`` that memory still holds."""
        return self._stream.newest_lines(count, after)

    def last_seq(self) -> int:
        """Number of the newest event."""
        return self._stream.seq

    def settle(self) -> None:
        """Have everything that happened so far in the journal."""
        self.journal.flush(SETTLE_SECONDS)

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
        """Take one event."""
        self._stream.emit(kind, message, stage=stage, fraction=fraction, level=level, data=data)

    def add_listener(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` (which must be quick) after every event."""
        self._stream.listeners = [*self._stream.listeners, listener]

    def remove_listener(self, listener: Callable[[], None]) -> None:
        """Stop calling it."""
        self._stream.listeners = [other for other in self._stream.listeners if other != listener]

    def silent_seconds(self) -> float:
        """Seconds since the last event of the work."""
        return time.monotonic() - self._stream.last_emitted
