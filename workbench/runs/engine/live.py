"""A run of this process: the shell that carries out what the state machine says."""

from __future__ import annotations

import contextlib
import contextvars
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import ControlRefused, JournalError
from workbench.runs.engine.run import Run, page_of
from workbench.runs.jobs.job import Job, Suspendable
from workbench.runs.jobs.workers import Workers
from workbench.runs.journal.writer import Journal
from workbench.runs.model import machine
from workbench.runs.model.events import Event
from workbench.runs.model.machine import RunMachine
from workbench.runs.model.progress import Gates
from workbench.runs.model.records import LogLine, RunRecord
from workbench.runs.model.resources import Resources
from workbench.runs.model.settings import changed, to_plain
from workbench.runs.model.signals import CancelSignal, describe_error
from workbench.runs.model.states import Cause, EventKind, Level, RunState
from workbench.runs.model.summary import Summary
from workbench.runs.output.capture import capture_output

if TYPE_CHECKING:
    from workbench.runs.engine.slots import Engine
    from workbench.runs.jobs.registry import JobFunction

__all__ = ["LiveRun"]


class LiveRun(Run):
    """A run whose work is done by a thread of this process; also the sink of its job.

    Parameters
    ----------
    engine
        Gives turns.
    journal, record
        Where the run is recorded, and as what.
    job_function, project, config
        What is to be done.
    lineage
        Numbers of the runs whose finished units may be taken over.
    deadline
        Seconds of work after which the run is cancelled.
    workers
        Where its units are computed, for maps to which the job gives no place of their own.
    detached
        Whether this process is for this run only.
    """

    on_terminal = False
    remembers = True

    def __init__(
        self,
        engine: Engine,
        journal: Journal,
        record: RunRecord,
        job_function: JobFunction[Any],
        project: Any,
        config: Any,
        lineage: Sequence[int] = (),
        deadline: float | None = None,
        workers: Workers = None,
        detached: bool = False,
    ) -> None:
        super().__init__(record, journal.path, journal.reader)
        self.config = config
        self.gates = Gates()
        self.resources = Resources()
        self.deadline = deadline
        self.workers = workers
        self.detached = detached
        self.began: float | None = None
        self.cancel_asked: float | None = None
        self._engine = engine
        self.journal = journal
        self._job_function = job_function
        self._project = project
        self._lineage = list(lineage)
        self._machine = RunMachine()
        self._turn = threading.Condition(threading.RLock())
        self._attention = False
        self.run_id = record.id
        self._finished = threading.Event()
        self._result: Any = None
        self._exception: BaseException | None = None
        self._summary = Summary(settings=to_plain(config))
        self._folded = threading.Lock()
        self._failed_stages: list[str] = []
        self._stream = journal.stream(record.number)
        self.emit(EventKind.STATE, "Queued", data={"state": "queued", "cause": ""})

    # what it is

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
    def begun(self) -> bool:
        """Whether the work has ever begun."""
        return self._machine.begun

    @property
    def is_here(self) -> bool:
        """Always: the work is done by this process."""
        return True

    def queue_place(self) -> int:
        """How many queued runs come before this one; 0 when it is next or not queued."""
        return self._engine.place(self)

    @property
    def machine_story(self) -> list[tuple[RunState, Any, RunState]]:
        """Every transition of the state machine, for when something went wrong."""
        return list(self._machine.story)

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

    # events

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
        self.journal.flush()

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
        """Call ``listener`` (which must be quick) whenever something happens."""
        self._stream.listeners = [*self._stream.listeners, listener]

    def remove_listener(self, listener: Callable[[], None]) -> None:
        """Stop calling it."""
        self._stream.listeners = [other for other in self._stream.listeners if other != listener]

    def silent_seconds(self) -> float:
        """Seconds since the work last said something."""
        return time.monotonic() - self._stream.last_emitted

    # what the job asks of its sink

    def checkpoint(self, holding: Suspendable | None = None) -> None:
        """Hold or end the work if that was asked."""
        if not self._attention:
            return
        if self.journal.failure is not None:
            raise JournalError(f"The journal {self.journal_path} cannot be written: {self.journal.failure}.")
        with self._turn:
            self.apply(machine.CheckpointReached())
            if self._machine.state == RunState.PAUSED and not self._machine.cancelling:
                if holding is not None:
                    holding.suspend()
                while self._machine.state == RunState.PAUSED and not self._machine.cancelling:
                    self._turn.wait()
                if holding is not None:
                    holding.proceed()
            if self._machine.cancelling:
                # Also when the cancel came while this thread was held: it is taken now.
                self.apply(machine.CheckpointReached())
                raise CancelSignal

    @property
    def resumes(self) -> bool:
        """Whether this run goes on from an earlier one."""
        return bool(self._lineage)

    def remembered(self, key: str, digest: str) -> tuple[bytes, float] | None:
        """Find a unit that an earlier run finished."""
        return self.journal.remembered(self._lineage, key, digest)

    def remember(self, key: str, digest: str, seconds: float, result: bytes) -> None:
        """Commit a finished unit."""
        self.journal.remember(self.number, key, digest, seconds, result)

    def add_failed_stage(self, path: str) -> None:
        """Remember that a stage failed while the run went on."""
        self._failed_stages.append(path)

    # requests

    def pause(self, by: str = "person") -> None:
        """Ask the run to hold at its next checkpoint."""
        self.apply(machine.PauseAsked(by))

    def resume(self, by: str = "person") -> None:
        """Let a paused run go on."""
        self.apply(machine.ResumeAsked(by))

    def cancel(self, by: str = "person", *, cause: Cause = Cause.PERSON) -> None:
        """Ask the run to end."""
        self.apply(machine.CancelAsked(by, cause))

    def adjust(self, *, by: str = "person", **changes: Any) -> None:
        """Change settings while it goes on; taken at the next checkpoint."""
        adjusted = changed(self.config, changes, while_running=True)
        taken = {name: to_plain(getattr(adjusted, name)) for name in changes}
        self.apply(machine.AdjustAsked(taken, by))

    def extend(self, seconds: float) -> None:
        """Move the deadline by so many seconds.

        Raises
        ------
        ControlRefused
            When the run has no deadline, has ended, or is being cancelled.
        """
        if self.deadline is None:
            raise ControlRefused(f"{self.id} has no deadline to extend.", self.id)
        if self.state.is_final or self._machine.cancelling:
            raise ControlRefused(f"{self.id}: too late to extend, the run is ending or has ended.", self.id)
        self.deadline += seconds
        self.emit(EventKind.LOG, f"Deadline moved by {seconds:g} s")

    def look_up(self) -> None:
        """Make the next checkpoint look, and have every loop come to one."""
        self._attention = True
        self.gates.open_all()

    # the machine's shell

    def apply(self, fact: machine.Input) -> None:
        """Give the machine a fact and carry out what it says.

        Raises
        ------
        ControlRefused
            When the machine refuses a request.
        """
        with self._turn:
            for effect in self._machine.apply(fact):
                self._carry_out(effect)

    def _carry_out(self, effect: machine.Effect) -> None:
        match effect:
            case machine.Record():
                self._record_event(effect)
            case machine.HoldWork() | machine.StopWork():
                if isinstance(effect, machine.StopWork):
                    self.cancel_asked = time.monotonic()
                self.look_up()
            case machine.ReleaseWork():
                self._attention = self._machine.cancelling or self._machine.pausing
                self._turn.notify_all()
            case machine.BeginWork():
                self._begin()
            case machine.JoinQueue():
                self._engine.join_queue(self)
            case machine.LeaveQueue():
                self._engine.leave_queue(self)
            case machine.Adopt():
                self._adopt(effect.changes)
            case machine.Finish():
                self._finish()
            case machine.Refuse():
                raise ControlRefused(f"{self.id}: {effect.reason}.", self.id)

    def _record_event(self, effect: machine.Record) -> None:
        self.emit(effect.kind, effect.message, level=Level.of(effect.level), data=effect.data)
        if effect.kind == EventKind.STATE:
            self._commit(self.journal.flush)

    def _commit(self, write: Callable[[], None]) -> None:
        try:
            write()
        except JournalError:
            # The journal keeps the failure and tries again; a run that goes on fails at its checkpoint.
            self.look_up()

    def _adopt(self, changes: Mapping[str, Any]) -> None:
        self.config = changed(self.config, changes)
        plain = to_plain(self.config)
        self._commit(lambda: self.journal.set_config(self.number, plain))

    def _begin(self) -> None:
        self.began = time.monotonic()
        work = threading.Thread(
            target=contextvars.Context().run, args=(self._work,), name=f"workbench run {self.id}", daemon=True
        )
        try:
            work.start()
        except RuntimeError as error:
            self.apply(machine.WorkRaised(f"No thread could be started: {error}"))

    def _work(self) -> None:
        self.resources.add_thread()
        job = Job(self)
        fact: machine.Input
        try:
            with job.active(""), capture_output(), contextlib.closing(job):
                result = self._job_function.function(job, self._project, self.config)
            # Only what the journal holds can be called done.
            self.journal.flush()
            self._result = result
            fact = machine.WorkReturned(tuple(self._failed_stages))
        except CancelSignal:
            fact = machine.WorkStopped()
        except JournalError as error:
            self._exception = error
            fact = machine.WorkRaised(describe_error(error), Cause.JOURNAL)
        except BaseException as error:  # noqa: BLE001 - whatever ends the work ends the run, visibly
            self._exception = error
            self._log_error(error)
            fact = machine.WorkRaised(describe_error(error))
        self.apply(fact)

    def _log_error(self, error: BaseException) -> None:
        self.emit(EventKind.LOG, describe_error(error), level=Level.ERROR)
        for line in "".join(traceback.format_exception(error)).splitlines():
            self.emit(EventKind.LOG, line, level=Level.DEBUG)

    def _finish(self) -> None:
        self._finished.set()
        self._turn.notify_all()
        self._engine.finished(self)
        self._stream.tell_listeners()

    # what came of it

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, at most ``timeout`` seconds; tells whether it has ended."""
        return self._finished.wait(timeout)

    def _finished_result(self) -> Any:
        return self._result

    def _error(self) -> BaseException:
        if self.state == RunState.FAILED and self._exception is not None:
            return self._exception
        return super()._error()
