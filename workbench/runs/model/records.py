"""What the journal knows about runs, units and requests, as plain facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbench.runs.model.read_only import is_viewer
from workbench.runs.model.states import Cause, RunState, status_of
from workbench.runs.process.identity import ProcessIdentity

__all__ = ["ControlRequest", "LogLine", "RunRecord"]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One row of a project's history.

    Attributes
    ----------
    id
        Such as ``"demand-20261122-101500-3f2a"``.
    job, title, scenario
        Which job, the title a person reads, the scenario whose results it writes.
    config
        The config as plain values.
    version
        Version of the package that made it.
    resumed_from
        Id of the run that this one resumed.
    owner
        The process that does (or did) the work.
    created, started, ended
        Seconds since 1970-01-01 UTC.
    state, cause, reason
        Where it is, why, and the sentence that says so.
    damage
        What of its row in the journal cannot be read; empty for a whole one.
    """

    number: int
    id: str
    job: str
    title: str
    scenario: str
    config: Mapping[str, Any]
    version: str
    resumed_from: str | None
    owner: ProcessIdentity
    created: float
    started: float | None
    ended: float | None
    state: RunState
    cause: Cause
    reason: str
    damage: str = ""

    @property
    def status(self) -> str:
        """Where it is, as a person reads it: ``"succeeded, incomplete"`` when something is missing."""
        return f"{status_of(self.state, self.cause)}{', damaged' if self.damage else ''}"

    @property
    def is_complete(self) -> bool:
        """Whether it has succeeded and nothing is missing from its result."""
        return self.state == RunState.SUCCEEDED and self.cause != Cause.INCOMPLETE and not self.damage

    def as_found(self) -> RunRecord:
        """Give the record with a run whose process is gone read as interrupted, for who may not write that down."""
        if self.state.is_final or not self.owner.is_gone():
            return self
        # Readers are told of no process.
        reason = "Interrupted: its process is gone" if is_viewer() else self.owner.reason_when_gone()
        return replace(self, state=RunState.INTERRUPTED, cause=Cause.PROCESS_GONE, reason=reason)

    def to_plain(self) -> dict[str, Any]:
        """Give the record as JSON can hold it."""
        return {
            "id": self.id,
            "job": self.job,
            "title": self.title,
            "scenario": self.scenario,
            "state": str(self.state),
            "cause": str(self.cause),
            "status": self.status,
            "reason": self.reason,
            "created": self.created,
            "started": self.started,
            "ended": self.ended,
            "version": self.version,
            "resumed_from": self.resumed_from,
            "host": self.owner.host,
            "pid": self.owner.pid,
            "config": dict(self.config),
            **({"damage": self.damage} if self.damage else {}),
        }


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a run's log; ``line`` counts the lines, ``seq`` the events."""

    line: int
    seq: int
    time: float
    level: str
    stage: str
    message: str


@dataclass(frozen=True, slots=True)
class ControlRequest:
    """A request to a run, through the journal."""

    number: int
    run: int
    kind: str
    data: Mapping[str, Any]
    asked_by: str
