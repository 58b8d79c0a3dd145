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
from workbench.runs.model.plain_values import plain_data, plain_fraction, plain_text
from workbench.runs.model.signals import describe_error
from workbench.runs.model.states import EventKind, Level, RunState

__all__ = ["MAX_NUMBER", "insert_events", "next_number", "refuse_busy"]


def next_number(connection: sqlite3.Connection) -> int:
    """Give the number of a new run: none is used again, also not that of a run that was deleted.

    What the journal holds under it already (planted, or left by a fault) is not the new run's.
    """
    used = (
        "SELECT max(number) FROM run WHERE number < :limit",
        "SELECT max(seq) FROM sqlite_sequence WHERE name = 'run' AND seq < :limit",
    )
    number = 1 + max(connection.execute(sql, {"limit": MAX_NUMBER}).fetchone()[0] or 0 for sql in used)
    for table in ("event", "unit", "request"):
        connection.execute(f"DELETE FROM {table} WHERE run = ?", (number,))
    # The table in which SQLite itself keeps what AUTOINCREMENT has given out.
    connection.execute("DELETE FROM sqlite_sequence WHERE name = 'run'")
    connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('run', ?)", (number,))
    return number


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
) -> list[str]:
    """Write events, each with its number among the log lines, and the states they bring the run to.

    Gives a sentence for each event that a database cannot hold: it is set aside, alone.
    """
    notes: list[str] = []
    connection.execute("SAVEPOINT batch")
    try:
        connection.executemany(_INSERT_EVENT, (_event_row(run, *entry, project) for entry in waiting))
    except Exception as error:
        if not _is_of_a_row(error):
            raise
        connection.execute("ROLLBACK TO batch")
        for event, line in waiting:
            notes += _insert_alone(connection, run, event, line, project)
    connection.execute("RELEASE batch")
    for event, _ in waiting:
        if event.kind is EventKind.STATE:
            _enter_state(connection, run, event)
    return notes


def _insert_alone(
    connection: sqlite3.Connection, run: int, event: Event, line: int | None, project: Path
) -> list[str]:
    try:
        connection.execute(_INSERT_EVENT, _tame_row(run, event, line, project))
    except Exception as error:
        if not _is_of_a_row(error):
            raise
        # In its place, so that there is no gap among the numbers.
        note = (
            f"Event {event.seq} ({plain_text(event.kind, 20)}) could not be written: {describe_error(error)}"
        )
        told = Event(event.seq, event.time, EventKind.LOG, "", note, level=Level.WARNING.word)
        connection.execute(_REPLACE_EVENT, _event_row(run, told, line, project))
        return [note]
    return []


def _is_of_a_row(error: Exception) -> bool:
    """Whether an error comes of what is written, and not of the disk or the file."""
    of_a_row = sqlite3.InterfaceError | sqlite3.ProgrammingError | sqlite3.DataError | sqlite3.IntegrityError
    return isinstance(error, of_a_row) or not isinstance(error, sqlite3.Error | MemoryError)


MAX_NUMBER = 2**53
"""Numbers of runs stay below it; a larger one was planted."""
_INSERT_EVENT = "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_REPLACE_EVENT = _INSERT_EVENT.replace("INSERT", "INSERT OR REPLACE")
_LEVELS = {level.word: int(level) for level in Level}


def _event_row(run: int, event: Event, line: int | None, project: Path) -> tuple[Any, ...]:
    facts = event.data
    if event.kind is EventKind.ARTIFACT and facts and isinstance(facts.get("path"), str):
        facts = {**facts, "path": kept_path(facts["path"], project)}
    data = None if facts is None else json.dumps(facts, default=plain_data)
    level = _LEVELS[event.level]
    return (
        run, event.seq, event.time, event.kind, event.stage, event.message, event.fraction, level, data, line
    )  # fmt: skip


def _tame_row(run: int, event: Event, line: int | None, project: Path) -> tuple[Any, ...]:
    tame = replace(
        event,
        kind=EventKind(event.kind),
        stage=plain_text(event.stage),
        message=plain_text(event.message),
        fraction=plain_fraction(event.fraction),
        data=None if event.data is None else plain_data(event.data),
    )
    return _event_row(run, tame, line, project)
