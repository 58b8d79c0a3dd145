"""The life of a run as a pure state machine: facts go in, instructions come out.

No thread, no clock, no file. The shell (:mod:`workbench.runs.engine.live`) applies facts and carries out effects::

    queued ──Admitted──▶ running ◀──▶ paused
      │ ▲                   │            │
      ▼ │                   ▼            ▼
    paused (not started) succeeded | failed | cancelled | interrupted

A request is recorded when it arrives and again when the work has adopted it (at a checkpoint). The same request
twice changes nothing and is recorded once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.runs.model.causes import failed_stages, listed
from workbench.runs.model.states import Cause, EventKind, RunState

__all__ = [
    "AdjustRequested",
    "Admitted",
    "Adopt",
    "CancelRequested",
    "CheckpointReached",
    "Effect",
    "Finish",
    "HoldWork",
    "Input",
    "JoinQueue",
    "LeaveQueue",
    "OwnerLost",
    "PauseRequested",
    "Record",
    "Refuse",
    "ReleaseWork",
    "ResumeRequested",
    "RunMachine",
    "StartWork",
    "StopWork",
    "WorkRaised",
    "WorkReturned",
    "WorkStopped",
]


MAX_LISTED = 20
"""Omissions and stages that a reason names; the event's data hold all."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """The run has got its slot."""


@dataclass(frozen=True, slots=True)
class PauseRequested:
    """The run is to hold at its next checkpoint."""

    by: str = "person"


@dataclass(frozen=True, slots=True)
class ResumeRequested:
    """A paused run is to continue."""

    by: str = "person"


@dataclass(frozen=True, slots=True)
class CancelRequested:
    """The run is to end, by a user or by its deadline."""

    by: str = "person"
    cause: Cause = Cause.PERSON


@dataclass(frozen=True, slots=True)
class AdjustRequested:
    """Other settings are to be adopted; they were validated before."""

    changes: Mapping[str, Any]
    by: str = "person"


@dataclass(frozen=True, slots=True)
class CheckpointReached:
    """The work is at a point where it can hold, end or adopt new settings."""


@dataclass(frozen=True, slots=True)
class WorkReturned:
    """The job returned; what its result lacks, in sentences, and which stages failed."""

    failed_stages: tuple[str, ...] = ()
    omissions: tuple[str, ...] = ()
    causes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WorkRaised:
    """The job raised an error of its own; ``details`` are its problems, each with its place."""

    message: str
    cause: Cause = Cause.EXCEPTION
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkStopped:
    """The work has really ended on request."""


@dataclass(frozen=True, slots=True)
class OwnerLost:
    """The process that owned the run is gone, or somebody has given the run up."""

    message: str = "the process that owned the run is gone"
    cause: Cause = Cause.PROCESS_GONE


Input = (
    Admitted
    | PauseRequested
    | ResumeRequested
    | CancelRequested
    | AdjustRequested
    | CheckpointReached
    | WorkReturned
    | WorkRaised
    | WorkStopped
    | OwnerLost
)


@dataclass(frozen=True, slots=True)
class Record:
    """Add an event to the run's stream."""

    kind: EventKind
    message: str
    data: Mapping[str, Any] = field(default_factory=dict)
    level: str = "info"


@dataclass(frozen=True, slots=True)
class JoinQueue:
    """Wait for a slot."""


@dataclass(frozen=True, slots=True)
class LeaveQueue:
    """Do not wait for a slot any more."""


@dataclass(frozen=True, slots=True)
class StartWork:
    """Start the thread that does the work."""


@dataclass(frozen=True, slots=True)
class HoldWork:
    """Let the work stop at its next checkpoint, without ending it."""


@dataclass(frozen=True, slots=True)
class ReleaseWork:
    """Let work that waits at a checkpoint continue."""


@dataclass(frozen=True, slots=True)
class StopWork:
    """Make the next checkpoint end the work, and ask its child processes to end."""


@dataclass(frozen=True, slots=True)
class Adopt:
    """The work uses these settings from here on."""

    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finish:
    """Free the slot and the scenario, and wake all waiting threads."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Tell the caller why the request cannot be carried out."""

    reason: str


Effect = (
    Record | JoinQueue | LeaveQueue | StartWork | HoldWork | ReleaseWork | StopWork | Adopt | Finish | Refuse
)


class RunMachine:
    """State of one run.

    Attributes
    ----------
    state, cause, reason
        Its status, the cause, and the sentence that explains it.
    transitions
        Every transition as ``(state before, input, state after)``, to print in case of a fault.
    """

    def __init__(self) -> None:
        self.state = RunState.QUEUED
        self.cause = Cause.NONE
        self.reason = ""
        self.started = False
        self.pausing = False
        self.cancelling = False
        self.stopping_cause = Cause.NONE
        self.waiting_changes: list[Mapping[str, Any]] = []
        self._cancel_acknowledged = False
        self.transitions: list[tuple[RunState, Input, RunState]] = []

    def apply(self, fact: Input) -> tuple[Effect, ...]:
        """Apply one fact and give the effects to carry out, in order."""
        before = self.state
        effects = self._dispatch(fact)
        if self.state != before or not isinstance(fact, CheckpointReached):
            self.transitions.append((before, fact, self.state))
        return tuple(effects)

    def _dispatch(self, fact: Input) -> list[Effect]:
        if self.state.is_final:
            return self._after_the_end(fact)
        match fact:
            case Admitted():
                return self._transition_queued_running() if self.state == RunState.QUEUED else []
            case PauseRequested():
                return self._request_pause(fact)
            case ResumeRequested():
                return self._request_resume(fact)
            case CancelRequested():
                return self._request_cancel(fact)
            case AdjustRequested():
                return self._request_adjust(fact)
            case CheckpointReached():
                return self._reach_checkpoint()
            case WorkReturned():
                return self._transition_running_succeeded(fact)
            case WorkRaised():
                details = {"details": list(fact.details)} if fact.details else {}
                return self._finish(RunState.FAILED, fact.cause, fact.message, level="error", **details)
            case WorkStopped():
                return self._transition_running_cancelled()
            case OwnerLost():
                return self._finish(RunState.INTERRUPTED, fact.cause, fact.message, level="error")

    def _after_the_end(self, fact: Input) -> list[Effect]:
        if isinstance(fact, (PauseRequested, ResumeRequested, CancelRequested, AdjustRequested)):
            return [Refuse(f"the run has already {_PAST[self.state]}")]
        return []

    # requests

    def _request_pause(self, fact: PauseRequested) -> list[Effect]:
        if self.cancelling:
            return [Refuse("the run is being cancelled")]
        if self.pausing or self.state == RunState.PAUSED:
            return []
        asked = _control("pause", "asked", fact.by)
        if self.state == RunState.QUEUED:
            return [asked, LeaveQueue(), _control("pause", "acknowledged"), *self._transition_queued_paused()]
        self.pausing = True
        return [asked, HoldWork()]

    def _request_resume(self, fact: ResumeRequested) -> list[Effect]:
        if self.cancelling:
            return [Refuse("the run is being cancelled")]
        answered: list[Effect] = [_control("resume", "asked", fact.by), _control("resume", "acknowledged")]
        if self.state == RunState.PAUSED:
            return answered + (
                self._transition_paused_running() if self.started else self._transition_paused_queued()
            )
        if self.pausing:
            self.pausing = False
            return [*answered, ReleaseWork()]
        return [Refuse(f"the run is {self.state}, not paused")]

    def _request_cancel(self, fact: CancelRequested) -> list[Effect]:
        if self.cancelling:
            return []
        self.cancelling = True
        self.pausing = False
        self.stopping_cause = fact.cause
        asked = _control("cancel", "asked", fact.by)
        if not self.started:
            self._cancel_acknowledged = True
            acknowledged = _control("cancel", "acknowledged")
            return [asked, LeaveQueue(), acknowledged, *self._transition_running_cancelled()]
        return [asked, StopWork(), ReleaseWork()]

    def _request_adjust(self, fact: AdjustRequested) -> list[Effect]:
        if self.cancelling:
            return [Refuse("the run is being cancelled")]
        asked = _control("adjust", "asked", fact.by, changes=dict(fact.changes))
        self.waiting_changes.append(fact.changes)
        if self.state == RunState.RUNNING:
            # A checkpoint has to poll: until then nothing has changed for the work.
            return [asked, HoldWork()]
        return [asked, *self._adopt_changes()]

    def _reach_checkpoint(self) -> list[Effect]:
        if self.cancelling:
            if self._cancel_acknowledged:
                return []
            self._cancel_acknowledged = True
            return [_control("cancel", "acknowledged")]
        effects: list[Effect] = self._adopt_changes()
        if self.pausing:
            return [*effects, _control("pause", "acknowledged"), *self._transition_running_paused()]
        # While paused, other threads of the work still have to be held when they come.
        return [*effects, ReleaseWork()] if self.state == RunState.RUNNING else effects

    def _adopt_changes(self) -> list[Effect]:
        effects: list[Effect] = []
        for changes in self.waiting_changes:
            effects += [Adopt(changes), _control("adjust", "acknowledged", changes=dict(changes))]
        self.waiting_changes = []
        return effects

    # transitions

    def _transition_queued_running(self) -> list[Effect]:
        self.started = True
        return [self._enter(RunState.RUNNING, Cause.NONE, "Started"), StartWork()]

    def _transition_queued_paused(self) -> list[Effect]:
        return [self._enter(RunState.PAUSED, Cause.PERSON, "Paused in the queue")]

    def _transition_paused_queued(self) -> list[Effect]:
        return [self._enter(RunState.QUEUED, Cause.PERSON, "Waiting for a slot"), JoinQueue()]

    def _transition_running_paused(self) -> list[Effect]:
        self.pausing = False
        return [self._enter(RunState.PAUSED, Cause.PERSON, "Paused")]

    def _transition_paused_running(self) -> list[Effect]:
        return [self._enter(RunState.RUNNING, Cause.PERSON, "Resumed"), ReleaseWork()]

    def _transition_running_succeeded(self, fact: WorkReturned) -> list[Effect]:
        lacking = list(fact.omissions)
        if fact.failed_stages:
            lacking.append(f"failed: {failed_stages(fact.failed_stages, fact.causes)}")
        reason = f"Completed, incomplete: {listed(lacking, '; ', MAX_LISTED)}" if lacking else "Completed"
        if self.cancelling:
            reason += " (before the cancel request could be adopted)"
        return self._finish(
            RunState.SUCCEEDED,
            Cause.INCOMPLETE if lacking else Cause.COMPLETED,
            reason,
            "warning" if lacking else "info",
            failed_stages=list(fact.failed_stages),
            omissions=list(fact.omissions),
        )

    def _transition_running_cancelled(self) -> list[Effect]:
        cause = self.stopping_cause or Cause.PERSON
        reason = "Stopped at its deadline" if cause == Cause.DEADLINE else "Cancelled"
        return self._finish(RunState.CANCELLED, cause, reason)

    def _finish(
        self, state: RunState, cause: Cause, reason: str, level: str = "info", **data: Any
    ) -> list[Effect]:
        self.pausing = False
        return [self._enter(state, cause, reason, level, **data), Finish()]

    def _enter(self, state: RunState, cause: Cause, reason: str, level: str = "info", **data: Any) -> Record:
        self.state, self.cause, self.reason = state, cause, reason
        return Record(EventKind.STATE, reason, {"state": str(state), "cause": str(cause), **data}, level)


_PAST = {
    RunState.SUCCEEDED: "succeeded",
    RunState.FAILED: "failed",
    RunState.CANCELLED: "been cancelled",
    RunState.INTERRUPTED: "been interrupted",
}


def _control(request: str, phase: str, by: str = "", **data: Any) -> Record:
    facts = {"request": request, "phase": phase, **({"by": by} if by else {}), **data}
    return Record(EventKind.CONTROL, f"{request.capitalize()} {phase}", facts)
