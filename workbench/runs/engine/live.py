"""A run of this process: the shell that carries out what the state machine decides."""

from __future__ import annotations

import contextlib
import contextvars
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast

from workbench.errors import ControlRefused, JournalError
from workbench.runs.engine.failed_work import fact_of
from workbench.runs.engine.order import Order
from workbench.runs.engine.readable import ReadableLiveRun
from workbench.runs.engine.run import Result_co
from workbench.runs.jobs.job import Job
from workbench.runs.jobs.plain_functions import refuse_unfinished
from workbench.runs.jobs.registry import JobFunction
from workbench.runs.journal.units import KeptUnit
from workbench.runs.journal.writer import Journal
from workbench.runs.model import machine
from workbench.runs.model.attention import Suspendable
from workbench.runs.model.records import RunRecord
from workbench.runs.model.settings import changed, to_plain
from workbench.runs.model.signals import CancelSignal, is_a
from workbench.runs.model.states import Cause, EventKind, Level, RunState
from workbench.runs.output.capture import capture_output
from workbench.runs.process.resources import Resources

__all__ = ["LiveRun"]

STATE_SECONDS = 0.2
"""How long a change of state waits for another program's lock; then the journal's own thread writes it later."""


class _Scheduler(Protocol):
    """What decides when a run gets its slot."""

    def join_queue(self, run: LiveRun[Any]) -> None: ...

    def leave_queue(self, run: LiveRun[Any]) -> None: ...

    def finished(self, run: LiveRun[Any]) -> None: ...

    def place(self, run: LiveRun[Any]) -> int: ...


class LiveRun(ReadableLiveRun[Result_co]):
    """A run whose work is done by a thread of this process; also the sink of its job.

    Parameters
    ----------
    scheduler
        Decides when it works.
    journal, record
        Where the run is recorded, and as what.
    order
        What is to be done.
    detached
        Whether this process is for this run only.
    """

    on_terminal = False
    remembers = True

    def __init__(
        self,
        scheduler: _Scheduler,
        journal: Journal,
        record: RunRecord,
        order: Order,
        detached: bool = False,
    ) -> None:
        super().__init__(journal, record, to_plain(order.config))
        self.config = order.config
        self.resources = Resources()
        self.deadline = order.deadline
        self.workers = order.workers
        self.detached = detached
        self.started_at: float | None = None
        self.cancel_requested: float | None = None
        self._scheduler = scheduler
        self._order = order
        self._lock = threading.RLock()
        self.run_id = record.id
        self._finished = threading.Event()
        self._result: Any = None
        self._exception: BaseException | None = None
        facts = {} if self.deadline is None else {"deadline": self.deadline}
        self.emit(EventKind.STATE, "Queued", data={"state": "queued", "cause": "", **facts})

    @property
    def _job(self) -> JobFunction[Any, Result_co]:
        assert not isinstance(self._order.job, tuple)
        return self._order.job

    def queue_place(self) -> int:
        """How many queued runs come before this one; 0 when it is next or not queued."""
        return self._scheduler.place(self)

    # the sink of the job

    def checkpoint(self, holding: Suspendable | None = None) -> None:
        """Hold or end the work if that was requested."""
        if not self.attention.wanted or self._stream.is_forked:
            return
        self._end_when_over()
        self.apply(machine.CheckpointReached())
        self.attention.hold_while(self._is_held, holding)
        # Also what came while this thread was held.
        self._end_when_over()

    def _is_held(self) -> bool:
        return self.state == RunState.PAUSED and not (self.attention.stopping or self.lost)

    def _end_when_over(self) -> None:
        self._refuse_trouble()
        if self._machine.cancelling:
            self.apply(machine.CheckpointReached())
        if self._machine.cancelling or self.state.is_final:
            # Cancelled, or abandoned: nobody waits for this work.
            raise CancelSignal

    def _refuse_trouble(self) -> None:
        if self._stream.lost:
            raise CancelSignal
        if trouble := self.journal.trouble:
            raise JournalError(trouble)

    @property
    def resumes(self) -> bool:
        """Whether this run continues an earlier one."""
        return bool(self._order.lineage)

    def remembered(self, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], tuple[bytes, float]]:
        """Find units that an earlier run finished."""
        return self.journal.remembered(self._order.lineage, wanted)

    def remember(self, key: str, digest: str, seconds: float, result: bytes, *, at_once: bool) -> None:
        """Commit a finished unit, at once or with those that finish in the same moment."""
        self._stream.keep_unit(KeptUnit(key, digest, seconds, time.time(), result), at_once=at_once)

    # requests

    def pause(self, by: str = "person") -> None:
        """Ask the run to hold at its next checkpoint."""
        self.apply(machine.PauseRequested(by))

    def resume(self, by: str = "person") -> None:
        """Let a paused run continue."""
        self.apply(machine.ResumeRequested(by))

    def cancel(self, by: str = "person", *, cause: Cause = Cause.PERSON) -> None:
        """Ask the run to end."""
        self.apply(machine.CancelRequested(by, cause))

    def adjust(self, *, by: str = "person", **changes: object) -> None:
        """Change settings while it runs; adopted at the next checkpoint."""
        adjusted = changed(self.config, changes, while_running=True, check=self._job.check)
        adopted = {name: to_plain(getattr(adjusted, name)) for name in changes}
        self.apply(machine.AdjustRequested(adopted, by))

    def extend(self, seconds: float, by: str = "person") -> None:
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
        told = f"Deadline moved by {seconds:g} s"
        self.emit(EventKind.LOG, told)
        facts = {"request": "extend", "phase": "acknowledged", "by": by, "deadline": self.deadline}
        self.emit(EventKind.CONTROL, told, data=facts)

    def abandon(self, by: str = "person") -> None:
        """End the run in the record at once; what its thread still does is not the run's any more."""
        if self.state.is_final:
            raise ControlRefused(f"{self.id}: the run has already ended ({self.state}).", self.id)
        self.apply(machine.OwnerLost(f"Abandoned by {by}", Cause.PERSON))
        self.attention.request()

    # the shell of the state machine

    def apply(self, fact: machine.Input) -> None:
        """Give the machine a fact and carry out its effects.

        Raises
        ------
        ControlRefused
            When the machine refuses a request.
        """
        with self._lock:
            effects = self._machine.apply(fact)
            for effect in effects:
                self._carry_out(effect)
        # Without our lock: another program may have the journal locked, and a page asks for the state meanwhile.
        for effect in effects:
            if isinstance(effect, machine.Record) and effect.kind == EventKind.STATE:
                self._commit(lambda: self.journal.flush(STATE_SECONDS))
            elif isinstance(effect, machine.Adopt):
                self._commit(self._keep_config)
            elif isinstance(effect, machine.Finish):
                self._finish()

    def _carry_out(self, effect: machine.Effect) -> None:
        match effect:
            case machine.Record():
                level = Level.of(effect.level)
                self.emit(effect.kind, effect.message, level=level, data=effect.data)
            case machine.HoldWork() | machine.StopWork():
                if isinstance(effect, machine.StopWork):
                    self.cancel_requested = time.monotonic()
                self.attention.request(stop=self._machine.cancelling)
            case machine.ReleaseWork():
                self.attention.settle(wanted=self._machine.pausing)
            case machine.StartWork():
                self._start()
            case machine.JoinQueue():
                self._scheduler.join_queue(self)
            case machine.LeaveQueue():
                self._scheduler.leave_queue(self)
            case machine.Adopt():
                self.config = changed(self.config, effect.changes)
            case machine.Refuse():
                raise ControlRefused(f"{self.id}: {effect.reason}.", self.id)

    def _keep_config(self) -> None:
        self.journal.set_config(self.number, to_plain(self.config))

    def _commit(self, write: Callable[[], None]) -> None:
        try:
            write()
        except JournalError:
            # The journal keeps the failure and tries again; a run that still works fails at its checkpoint.
            self.attention.request()

    def _start(self) -> None:
        self.started_at = time.monotonic()
        work = threading.Thread(
            target=contextvars.Context().run, args=(self._work,), name=f"workbench run {self.id}", daemon=True
        )
        try:
            work.start()
        except RuntimeError as error:
            self.apply(machine.WorkRaised(f"No thread could be started: {error}"))

    def _work(self) -> None:
        try:
            fact = self._do_work()
        except BaseException as error:  # noqa: BLE001 - whatever ends the work ends the run, visibly
            if self._stream.is_forked:
                # The job has forked, and this is the copy: it ends with its work and is not the run.
                os._exit(1)
            if not is_a(error, CancelSignal):
                self._exception = error
            fact = fact_of(error, lambda line, level: self.emit(EventKind.LOG, line, level=level))
        if self._stream.lost:
            fact = machine.OwnerLost(f"Interrupted: {self._stream.lost}")
        self.apply(fact)

    def _do_work(self) -> machine.Input:
        self.resources.add_thread()
        job = Job(self)
        with job.active(""), capture_output(), contextlib.closing(job):
            # A folder or a project of a kind of its own has none.
            for text in getattr(self._order.project, "cautions", ()):
                job.caution(text)
            result = refuse_unfinished(self._job.function(job, self._order.project, self.config))
        if self._stream.is_forked:
            os._exit(0)
        # Only what the journal holds, where it can be found again, counts as done.
        self._stream.write_out()
        self.journal.file.is_in_place()
        self._refuse_trouble()
        self._result = result
        summary = self.summary()
        failed = summary.outermost_failures
        causes = {path: summary.stages[path].message for path in failed}
        return machine.WorkReturned(tuple(failed), tuple(summary.omissions), causes)

    def _finish(self) -> None:
        self._finished.set()
        self._scheduler.finished(self)
        self._stream.tell_listeners()

    # outcome

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, at most ``timeout`` seconds; tells whether it has ended."""
        return self._finished.wait(timeout)

    def _finished_result(self) -> Result_co:
        return cast(Result_co, self._result)

    def _error(self) -> BaseException:
        if self.state == RunState.FAILED and self._exception is not None:
            return self._exception
        return super()._error()
