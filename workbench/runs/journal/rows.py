"""How events and states become rows of the journal."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.errors import ScenarioBusy
from workbench.runs.journal.paths import kept_path
from workbench.runs.model.events import Event
from workbench.runs.model.states import EventKind, Level, RunState

__all__ = ["insert_events", "refuse_busy"]


def refuse_busy(connection: sqlite3.Connection, job: str, scenario: str) -> None:
    """Raise ``ScenarioBusy`` when a run that has not ended writes this scenario."""
    row = connection.execute(
        "SELECT id FROM run WHERE job = ? AND scenario = ? AND state IN ('queued', 'running', 'paused') "
        "ORDER BY number LIMIT 1",
        (job, scenario),
    ).fetchone()
    if row is not None:
        raise ScenarioBusy(
            f"{row[0]} is still writing the scenario {scenario!r}: choose when_busy='queue' to wait for it, "
            "when_busy='rename' to write another scenario, or cancel it first.",
            row[0],
        )


def _enter_state(connection: sqlite3.Connection, run: int, event: Event) -> None:
    # In the transaction that writes the event: the row and the events never disagree.
    facts = event.data or {}
    state = RunState(facts["state"])
    columns = "state = ?, cause = ?, reason = ?"
    values: list[str | float] = [str(state), str(facts["cause"]), event.message]
    if state == RunState.RUNNING:
        columns += ", started = coalesce(started, ?)"
        values.append(event.time)
    if state.is_final:
        columns += ", ended = ?, claim = NULL"
        values.append(facts.get("ended", event.time))
        connection.execute(
            "UPDATE request SET answered = ?, refusal = ? WHERE run = ? AND answered IS NULL",
            (event.time, f"The run ended before the request was adopted ({state}).", run),
        )
    connection.execute(f"UPDATE run SET {columns} WHERE number = ?", (*values, run))


def insert_events(
    connection: sqlite3.Connection, run: int, waiting: list[tuple[Event, int | None]], project: Path
) -> None:
    """Write events, each with its number among the log lines, and the states they bring the run to."""
    waiting = [(_portable(event, project), line) for event, line in waiting]
    try:
        connection.executemany(_INSERT_EVENT, (_event_row(run, event, line) for event, line in waiting))
    except (ValueError, TypeError, RecursionError, sqlite3.InterfaceError, sqlite3.ProgrammingError):
        # One of them holds what a database cannot (half a surrogate pair, say). It must not hold up the rest.
        connection.executemany(_REPLACE_EVENT, (_tame_row(run, event, line) for event, line in waiting))
    for event, _ in waiting:
        if event.kind is EventKind.STATE:
            _enter_state(connection, run, event)


_INSERT_EVENT = "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_REPLACE_EVENT = _INSERT_EVENT.replace("INSERT", "INSERT OR REPLACE")
_LEVELS = {level.word: int(level) for level in Level}


def _portable(event: Event, project: Path) -> Event:
    if event.kind is not EventKind.ARTIFACT or not event.data or not isinstance(event.data.get("path"), str):
        return event
    return replace(event, data={**event.data, "path": kept_path(event.data["path"], project)})


def _event_row(run: int, event: Event, line: int | None) -> tuple[Any, ...]:
    data = None if event.data is None else json.dumps(event.data, default=str)
    return (
        run,
        event.seq,
        event.time,
        event.kind,
        event.stage,
        event.message,
        event.fraction,
        _LEVELS[event.level],
        data,
        line,
    )


def _tame_row(run: int, event: Event, line: int | None) -> tuple[Any, ...]:
    try:
        data = None if event.data is None else json.dumps(event.data, default=str)
    except (ValueError, TypeError, RecursionError):
        data = json.dumps({str(name): str(value) for name, value in (event.data or {}).items()})
    stage, message = (
        str(text).encode("utf-8", "backslashreplace").decode() for text in (event.stage, event.message)
    )
    fraction = None if event.fraction is None else float(event.fraction)
    kind, level = str(event.kind), _LEVELS[event.level]
    return (run, event.seq, event.time, kind, stage, message, fraction, level, data, line)
