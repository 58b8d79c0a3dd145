"""A run as its user sees it: the same whether its work is done by this process or by another."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic

from workbench.deprecation import deprecated
from workbench.errors import ControlRefused, RunCancelled, RunError, RunFailed, RunInterrupted
from workbench.runs.journal.reader import JournalReader
from workbench.runs.model import hooks
from workbench.runs.model.events import Event
from workbench.runs.model.records import LogLine, RunRecord
from workbench.runs.model.states import Cause, EventKind, Level, RunState, status_of
from workbench.runs.overview.run_report import RunReport
from workbench.runs.overview.summary import StageSummary, Summary

__all__ = ["Run"]

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    # So that a plain `Run` in an annotation is one of any result; Python has this from 3.13 on.
    Result_co = TypeVar("Result_co", covariant=True, default=Any)
else:
    from typing import TypeVar

    Result_co = TypeVar("Result_co", covariant=True)


class Run(ABC, Generic[Result_co]):
    """One execution of a job, whose result is of the type in brackets.

    Made by ``start``, ``attach`` and ``resume``; never by hand.
    """

    def __init__(self, record: RunRecord, journal_path: Path, reader: JournalReader) -> None:
        self._record = record
        self._reader = reader
        self.journal_path = journal_path
        self.id = record.id
        self.job = record.job
        self.title = record.title
        self.scenario = record.scenario

    def __repr__(self) -> str:
        return f"<Run {self.id}: {self.title}, scenario {self.scenario!r}, {self.status}>"

    def _repr_mimebundle_(self, **_: object) -> Mapping[str, Any]:
        for present in reversed(hooks.presenters):
            shown: Mapping[str, Any] | None = present(self)
            if shown is not None:
                return shown
        return {"text/plain": repr(self)}

    # status

    @property
    def record(self) -> RunRecord:
        """What the journal says of the run now."""
        return self._reader.run(self.id)

    @property
    @abstractmethod
    def state(self) -> RunState:
        """Where the run is."""

    @property
    @abstractmethod
    def cause(self) -> Cause:
        """Why it is there."""

    @property
    @abstractmethod
    def reason(self) -> str:
        """The sentence that says why."""

    @property
    def status(self) -> str:
        """Where the run is, as a person reads it: ``"succeeded, incomplete"`` when something is missing."""
        return status_of(self.state, self.cause)

    @property
    def is_complete(self) -> bool:
        """Whether it has succeeded and nothing is missing from its result."""
        return self.state == RunState.SUCCEEDED and self.cause != Cause.INCOMPLETE

    @property
    def omissions(self) -> list[str]:
        """What is missing from the result, in the sentences that the job noted."""
        return list(self.summary().omissions)

    @property
    @abstractmethod
    def is_here(self) -> bool:
        """Whether the work is done by this process."""

    @abstractmethod
    def summary(self) -> Summary:
        """Fold all that has happened so far."""

    @property
    def stages(self) -> list[StageSummary]:
        """The stages so far, in the order in which they started."""
        return list(self.summary().stages.values())

    @property
    def failed_stages(self) -> list[str]:
        """Paths of the stages that failed while the run continued."""
        return self.summary().failed_stages

    def queue_place(self) -> int:
        """How many queued runs come before this one; 0 when it is next or not queued."""
        return self._reader.queue_place(self._record) if self.state == RunState.QUEUED else 0

    # events and log lines

    @abstractmethod
    def events(self, after: int = 0, *, kinds: Sequence[EventKind] = (), limit: int = -1) -> list[Event]:
        """Events that follow ``seq == after``, in order and without a gap (but for ``kinds``)."""

    @abstractmethod
    def last_seq(self) -> int:
        """Number of the newest event."""

    def settle(self) -> None:
        """Have everything that happened so far in the journal."""

    def damage(self) -> str:
        """Say how many of the events so far the journal has lost without an error; empty where all are there."""
        self.settle()
        return self._reader.lacking(self._record.number)

    def each_event(self, after: int = 0) -> Iterator[Event]:
        """Walk the events without holding them all in memory."""
        self.settle()
        return self._reader.each_event(self._record.number, after)

    def count_lines(self, *, level: Level | int | str = Level.DEBUG, contains: str = "") -> int:
        """Count the log lines at or above ``level`` that contain a text."""
        self.settle()
        return self._reader.count_lines(self._record.number, level=Level.of(level), contains=contains)

    def lines(
        self,
        first: int = 0,
        count: int = 1000,
        *,
        level: Level | int | str = Level.DEBUG,
        contains: str = "",
    ) -> list[LogLine]:
        """Give a page of the log lines that pass a filter."""
        self.settle()
        return self._reader.lines(self._record.number, first, count, level=Level.of(level), contains=contains)

    def newest_lines(self, count: int, after: int = 0) -> tuple[int, list[LogLine]]:
        """Count all log lines and give the newest past line ``after``, at most ``count``."""
        total = self._reader.count_lines(self._record.number)
        first = max(after, total - count)
        return total, self._reader.lines(self._record.number, first, total - first) if first < total else []

    def line_numbers(
        self, after: int = 0, *, level: Level | int | str = Level.DEBUG, contains: str = ""
    ) -> list[int]:
        """Numbers (from 1, among all lines) of the log lines past line ``after`` that pass a filter."""
        self.settle()
        return self._reader.line_numbers(self._record.number, after, level=Level.of(level), contains=contains)

    def lines_numbered(self, numbers: Sequence[int]) -> list[LogLine]:
        """Give the log lines with these numbers (from 1, among all lines)."""
        self.settle()
        return self._reader.lines_numbered(self._record.number, numbers)

    def logs(self, *, level: Level | int | str = Level.DEBUG, contains: str = "") -> list[str]:
        """Give the text of all log lines that pass a filter."""
        count = self.count_lines(level=level, contains=contains)
        return [line.message for line in self.lines(0, count, level=level, contains=contains)]

    def report(self) -> RunReport:
        """What happened when, with memory and CPU over time; replayed and exported by its methods."""
        return RunReport.of(self)

    @deprecated("Run.story()", since="0.2", use="Run.report()")
    def story(self) -> RunReport:
        """Give the report under its former name."""
        return self.report()

    # requests

    @abstractmethod
    def pause(self, by: str = "person") -> None:
        """Ask the run to hold at its next checkpoint.

        Raises
        ------
        ControlRefused
            When it has ended or is being cancelled.
        """

    @abstractmethod
    def resume(self, by: str = "person") -> None:
        """Let a paused run continue.

        Raises
        ------
        ControlRefused
            When it is not paused.
        """

    @abstractmethod
    def cancel(self, by: str = "person") -> None:
        """Ask the run to end; it is called cancelled when the work has really stopped.

        Raises
        ------
        ControlRefused
            When it has already ended.
        """

    @abstractmethod
    def adjust(self, *, by: str = "person", **changes: object) -> None:
        """Change settings while it runs; adopted at the next checkpoint.

        Raises
        ------
        SettingError
            When a setting is unknown, fixed, or has a value that is not allowed.
        ControlRefused
            When the run has ended or is being cancelled.
        """

    @abstractmethod
    def extend(self, seconds: float, by: str = "person") -> None:
        """Move the deadline by so many seconds.

        Raises
        ------
        ControlRefused
            When the run has no deadline, has ended, or is being cancelled.
        """

    @abstractmethod
    def abandon(self, by: str = "person") -> None:
        """End the run in the record, for whoever knows that its process is gone or lost; the process is not asked.

        If it still works after all, it finds out and stops.

        Raises
        ------
        ControlRefused
            When the run has already ended.
        """

    def kill(self, by: str = "person") -> None:
        """End a detached run at once with its process, whatever that is busy with; finished units are kept.

        Raises
        ------
        ControlRefused
            When the run has no process of its own, has ended, or is on another machine.
        """
        if self.state.is_final:
            raise ControlRefused(f"{self.id}: the run has already ended ({self.state}).", self.id)
        raise ControlRefused(
            f"{self.id}: its work is a thread of this process and cannot be killed alone; cancel it, or start it "
            "with detached=True to be able to.",
            self.id,
        )

    # outcome

    @abstractmethod
    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, at most ``timeout`` seconds; tells whether it has ended."""

    @abstractmethod
    def _finished_result(self) -> Result_co: ...

    def result(self, timeout: float | None = None) -> Result_co:
        """Wait for the end and give the job's result.

        Raises
        ------
        TimeoutError
            When it still runs after ``timeout`` seconds.
        RunCancelled, RunInterrupted
            When there is no result because it was ended.
        RunFailed
            When the job failed in another process; in this one its own error is raised.
        """
        if not self.wait(timeout):
            raise TimeoutError(f"{self.id} is still {self.state} after {timeout} s.")
        if self.state == RunState.SUCCEEDED:
            return self._finished_result()
        raise self._error()

    def _error(self) -> BaseException:
        kinds: Mapping[RunState, type[RunError]] = {
            RunState.CANCELLED: RunCancelled,
            RunState.INTERRUPTED: RunInterrupted,
        }
        return kinds.get(self.state, RunFailed)(f"{self.id} {self.state}: {self.reason}.", self.id)

    # listeners

    def add_listener(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` (which must be quick) after every event, where that can be known."""

    def remove_listener(self, listener: Callable[[], None]) -> None:
        """Stop calling it."""


def page_of(events: Iterable[Event], kinds: Sequence[EventKind], limit: int) -> list[Event]:
    """Filter and cut a list of events as the journal would."""
    wanted = [event for event in events if not kinds or event.kind in kinds]
    return wanted if limit < 0 else wanted[:limit]
