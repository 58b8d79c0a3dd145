"""Rows of the journal as values: what is damaged in one is named in its place, and the rest is read."""

from __future__ import annotations

import dataclasses
import json
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from workbench.errors import InvalidData
from workbench.runs.journal.paths import found_path
from workbench.runs.model.events import Event
from workbench.runs.model.records import ControlRequest, LogLine, RunRecord
from workbench.runs.model.states import Cause, EventKind, Level, RunState, StageState
from workbench.runs.process.identity import ProcessIdentity
from workbench.structured import json_from, typed
from workbench.structured.plain import shown

__all__ = ["EVENT_COLUMNS", "RUN_COLUMNS", "event_of", "line_of", "record_of", "request_of"]

RUN_COLUMNS = (
    "number, id, job, title, scenario, config, version, resumed_from, host, pid, process_started, "
    "created, started, ended, state, cause, reason, place, beat"
)
EVENT_COLUMNS = "seq, time, kind, stage, message, fraction, level, data"
LATEST = 2e11
"""The last moment that a calendar has, in seconds since 1970 (the year 8307)."""
_RUN_NAMES = RUN_COLUMNS.split(", ")
_IN_PLACE: Mapping[str, Any] = {
    "config": {},
    "owner": ProcessIdentity("", 0, 0.0),
    "created": 0.0,
    "started": None,
    "ended": None,
    "resumed_from": None,
    "state": RunState.FAILED,
    "cause": Cause.JOURNAL,
}
"""What stands for a value that cannot be read; a text for a text."""


@dataclass(frozen=True, slots=True)
class _State:
    state: RunState
    cause: Cause
    ended: float | None = None
    details: tuple[str, ...] = ()
    failed_stages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Stage:
    state: StageState | None = None
    title: str | None = None
    plan: dict[str, float] = field(default_factory=dict)
    omission: str = ""
    caution: str = ""


@dataclass(frozen=True, slots=True)
class _Metric:
    name: str
    value: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class _Artifact:
    path: str = ""
    title: str = ""
    role: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class _Control:
    phase: str
    request: str
    changes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Heartbeat:
    memory: float | None = None
    cpu_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class _Progress:
    seconds_left: float | None = None


_DATA: Mapping[EventKind, Any] = {
    EventKind.STATE: _State,
    EventKind.STAGE: _Stage,
    EventKind.METRIC: _Metric,
    EventKind.ARTIFACT: _Artifact,
    EventKind.CONTROL: _Control,
    EventKind.HEARTBEAT: _Heartbeat,
    EventKind.PROGRESS: _Progress,
    EventKind.LOG: dict[str, Any],
}


def record_of(row: Sequence[Any]) -> RunRecord:
    """Make the record of a run; what is damaged is named in ``damage``, and the rest is as it was."""
    plain = dict(zip(_RUN_NAMES, row, strict=True))
    plain["owner"] = {
        "host": plain.pop("host"),
        "pid": plain.pop("pid"),
        "started": plain.pop("process_started"),
        "place": plain.pop("place"),
        "beat": plain.pop("beat"),
    }
    wrong: list[str] = []
    try:
        plain["config"] = json_from(plain["config"], "the journal", advice="")
    except (InvalidData, TypeError, AttributeError) as error:
        wrong.append(f"config: {error}")
        plain["config"] = {}
    values: dict[str, Any] = {}
    for name, kind in _kinds(RunRecord).items():
        if name in plain:
            try:
                values[name] = typed(plain[name], kind, "the journal", advice="", inside=name)
            except InvalidData as error:
                wrong += [problem.message.rstrip(".") for problem in error.problems]
                values[name] = _IN_PLACE.get(name, str(plain[name]))
    for name in ("created", "started", "ended"):
        if values[name] is not None and not 0 <= values[name] <= LATEST:
            wrong.append(f"{name} is {shown(values[name])}, expected seconds since 1970")
            values[name] = _IN_PLACE[name]
    if not 0 <= values["owner"].pid < 2**31:
        wrong.append(f"pid is {values['owner'].pid}, expected the number of a process")
        values["owner"] = _IN_PLACE["owner"]
    if values["cause"] == Cause.COMPLETED and values["reason"].startswith("Completed; failed: "):
        # Up to 0.1, a run with failed stages had the cause of a whole one, and named them in its reason.
        values["cause"] = Cause.INCOMPLETE
    damage = f"Its row in the journal is damaged: {'; '.join(wrong)}." if wrong else ""
    return RunRecord(**values, damage=damage)


def event_of(row: Sequence[Any], project: Path) -> Event:
    """Make an event; a damaged one is a warning in the log that says so, with its number."""
    seq, time, kind, stage, message, fraction, level, data = row
    try:
        facts: Any = None if data is None else json.loads(data)
        known = EventKind(kind)
        made = Event(int(seq), float(time), known, str(stage), str(message), fraction, _word(level), facts)
        if facts is not None or known in (EventKind.STATE, EventKind.METRIC, EventKind.CONTROL):
            typed(facts, _DATA[known], "event", advice="", others=True)
        if known is EventKind.STAGE and not (facts or {}).keys() & {"state", "plan", "omission", "caution"}:
            raise ValueError("data.state is missing")
        typed(fraction, float | None, "event", advice="", inside="fraction")  # type: ignore[arg-type]
        if known is EventKind.ARTIFACT and facts and facts.get("path"):
            return dataclasses.replace(made, data={**facts, "path": found_path(facts["path"], project)})
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        told = f"Event {seq} of the journal is damaged and was passed over: {error}"
        moment = time if isinstance(time, float) else 0.0
        return Event(int(seq), moment, EventKind.LOG, "", told, level=Level.WARNING.word)
    return made


def line_of(row: Sequence[Any]) -> LogLine:
    """Make a line of a log."""
    line, seq, time, level, stage, message = row
    return LogLine(line, seq, time, _word(level), str(stage), str(message))


def request_of(row: Sequence[Any]) -> ControlRequest:
    """Make a request.

    Raises
    ------
    InvalidData
        When it is damaged.
    """
    facts = typed(json_from(row[3], "request", advice=""), dict[str, Any], "request", advice="")
    return ControlRequest(row[0], row[1], str(row[2]), facts, str(row[4]))


def _word(level: Any) -> str:
    return Level.of(level if isinstance(level, int) else Level.INFO).word


@cache
def _kinds(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
