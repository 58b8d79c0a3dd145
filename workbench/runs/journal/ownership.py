"""Who may write of a run: its owner, as long as the journal has neither ended nor deleted the run."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path

from workbench.runs.journal.rows import insert_events
from workbench.runs.journal.stream import EventStream
from workbench.runs.model.events import Event
from workbench.runs.model.records import RunRecord
from workbench.runs.model.states import Cause, EventKind, RunState

__all__ = ["end_run", "ended_elsewhere", "renew_leases"]

_LIVE = {str(state) for state in RunState if not state.is_final}


def ended_elsewhere(connection: sqlite3.Connection, run: int) -> str:
    """Say how the run of this process was ended by another; empty where it was not."""
    row = connection.execute("SELECT state, reason FROM run WHERE number = ?", (run,)).fetchone()
    if row is None:
        return "its row was deleted from the journal while it ran"
    # A state that no version knows is damage, and no decision of anybody.
    known = {str(state) for state in RunState}
    return f"another process ended it in the journal ({row[1]})" if row[0] in known - _LIVE else ""


def end_run(
    connection: sqlite3.Connection,
    record: RunRecord,
    state: RunState,
    cause: Cause,
    reason: str,
    project: Path,
) -> bool:
    """End, in the record, a run whose process cannot do so; False where it has ended by itself."""
    if ended_elsewhere(connection, record.number):
        return False
    seq, last = connection.execute(
        "SELECT coalesce(max(seq), 0), max(time) FROM event WHERE run = ?", (record.number,)
    ).fetchone()
    moment = max(time.time(), last or 0)
    # It is found out late: the work ended when the last thing happened.
    data = {"state": str(state), "cause": str(cause), "ended": last or moment}
    event = Event(seq + 1, moment, EventKind.STATE, "", reason, None, "error", data)
    insert_events(connection, record.number, [(event, None)], project)
    return True


def renew_leases(connection: sqlite3.Connection, streams: Iterable[EventStream]) -> None:
    """Say, for these runs of this process, that it lives; a run that another process has ended is lost."""
    for stream in streams:
        if ended := ended_elsewhere(connection, stream.run):
            if not stream.is_ended():
                stream.lose(ended)
        else:
            connection.execute("UPDATE run SET beat = ? WHERE number = ?", (time.time(), stream.run))
