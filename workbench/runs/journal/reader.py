"""Reading a journal, from any process, without ever blocking the one that writes it."""

from __future__ import annotations

import dataclasses
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from workbench.errors import JournalError, UnknownRun
from workbench.files.salvage import READ_ERRORS
from workbench.runs.journal.checked_rows import EVENT_COLUMNS, RUN_COLUMNS, event_of, line_of, record_of
from workbench.runs.journal.opening import REPAIR, is_there, open_to_read, sentence_of
from workbench.runs.journal.paths import project_of
from workbench.runs.journal.public_rows import PublicRows
from workbench.runs.journal.schema import MIGRATIONS, check_version
from workbench.runs.model.events import Event
from workbench.runs.model.plain_values import plain_number
from workbench.runs.model.read_only import is_viewer
from workbench.runs.model.records import LogLine, RunRecord
from workbench.runs.model.states import EventKind, Level, RunState
from workbench.shell import command

__all__ = ["JournalReader"]

MAX_COUNTED = 100_000
"""Entries of an index that are counted while somebody waits for a run to be shown."""
_SUMMARY_KINDS = tuple(kind for kind in EventKind if kind not in (EventKind.LOG, EventKind.PROGRESS))


class JournalReader:
    """A read-only view of one journal; safe to use from several threads.

    In a process that serves readers it gives only what they may be told: no debug line is there, and no text names
    a path, a process, a user or a machine.

    Parameters
    ----------
    path
        The journal of a project.

    Raises
    ------
    JournalError
        When there is no journal, or it is damaged or foreign.
    JournalTooNew
        When a newer workbench wrote it.
    LinkRefused
        When a part of its path is a link.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._project = project_of(path)
        if not is_there(path):
            raise JournalError(f"{path} does not exist: this project has no runs yet.")
        self._inherited: list[sqlite3.Connection] = []
        self._connect()

    def _connect(self) -> None:
        self._pid, self._lock = os.getpid(), threading.Lock()
        self._connection = open_to_read(self.path)
        version = check_version(self._connection, self.path)
        # An older journal, which a process that only shows must not bring up to date.
        self._columns = RUN_COLUMNS if version != 1 else RUN_COLUMNS.replace("place, beat", "'', NULL")
        self._public: PublicRows | None = None
        if is_viewer():
            found = self._rows(
                "SELECT DISTINCT host FROM run UNION SELECT DISTINCT asked_by FROM request", ()
            )
            self._public = PublicRows(self._project, (str(row[0]) for row in found))
            # A search must not find out what it is not told.
            self._connection.create_function("for_readers", 1, self._public.text, deterministic=True)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def is_current(self) -> bool:
        """Whether the journal has every table and column that this version writes."""
        with self._lock:
            return check_version(self._connection, self.path) == len(MIGRATIONS)

    def scenarios(self, job: str) -> set[str]:
        """Names of all scenarios that runs of a job have written or will write."""
        return {row[0] for row in self._rows("SELECT DISTINCT scenario FROM run WHERE job = ?", (job,))}

    def run(self, run_id: str) -> RunRecord:
        """Find a run by its id, or by the beginning of it when that is enough.

        Raises
        ------
        UnknownRun
            When there is none, or several begin like that.
        """
        if not run_id:
            raise UnknownRun("An empty text names no run; give its id, or the beginning of it.", run_id)
        pattern = run_id.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        rows = self._rows(
            f"SELECT {self._columns} FROM run WHERE id LIKE ? ESCAPE '\\' ORDER BY id = ? DESC LIMIT 2",
            (pattern, run_id),
        )
        if not rows or (len(rows) > 1 and rows[0][1] != run_id):
            found = "several runs begin" if rows else "no run begins"
            listing = command("runs", project=self._project)
            raise UnknownRun(f"In {self.path}, {found} with {run_id!r}; `{listing}` lists them.", run_id)
        return self._record(rows[0])

    def runs(
        self,
        *,
        states: Iterable[RunState | str] = (),
        job: str | None = None,
        since: float | None = None,
        until: float | None = None,
        limit: int = 1000,
    ) -> list[RunRecord]:
        """List runs, newest first.

        Parameters
        ----------
        states
            Only runs in one of these states.
        job
            Only runs of this job.
        since, until
            Only runs created in this span, seconds since 1970-01-01 UTC.
        limit
            At most so many.
        """
        conditions: list[str] = []
        values: list[Any] = []
        wanted = [str(RunState(state)) for state in states]
        if wanted:
            conditions.append(f"state IN ({', '.join('?' * len(wanted))})")
            values += wanted
        for condition, value in (("job = ?", job), ("created >= ?", since), ("created <= ?", until)):
            if value is not None:
                conditions.append(condition)
                values.append(value)
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        rows = self._rows(
            f"SELECT {self._columns} FROM run {where} ORDER BY number DESC LIMIT ?",
            (*values, limit),
        )
        return [self._record(row) for row in rows]

    def lineage(self, record: RunRecord) -> list[int]:
        """Numbers of the runs that this one resumed, nearest first."""
        numbers: list[int] = []
        earlier = record.resumed_from
        while earlier is not None and len(numbers) < 1000:
            parent = self.run(earlier)
            numbers.append(parent.number)
            earlier = parent.resumed_from
        return numbers

    def events(
        self, run: int, after: int = 0, *, kinds: Sequence[EventKind] = (), limit: int = -1
    ) -> list[Event]:
        """Events of a run that follow ``seq == after``; without ``kinds``, a note stands where some are missing."""
        condition = ""
        if kinds:
            condition = f"AND kind IN ({', '.join('?' * len(kinds))})"
            if EventKind.LOG not in kinds:
                # Lets SQLite walk the small index that leaves the log lines out.
                condition += " AND line IS NULL"
        rows = self._rows(
            f"SELECT {EVENT_COLUMNS} FROM event WHERE run = ? AND seq > ? {condition} ORDER BY seq LIMIT ?",
            (run, after, *map(str, kinds), limit),
        )
        found = (self._event(row) for row in rows)
        return list(_in_order(found, after, with_notes=not kinds))

    def lacking(self, run: int) -> str:
        """Say how many events a damaged file has lost without an error; empty where all are there.

        A page that lost a pointer or its count of cells holds fewer rows, and SQLite looks at nothing else: but the
        table, its indexes and the numbers that are given out without a gap have to agree. An index of very many
        reports is left to a repair.
        """
        ((rows, lines, others, last),) = self._rows(
            "SELECT (SELECT count(*) FROM event NOT INDEXED WHERE run = ?1), "
            "(SELECT count(*) FROM event INDEXED BY event_line WHERE run = ?1 AND line IS NOT NULL), "
            "(SELECT count(*) FROM (SELECT 1 FROM event INDEXED BY event_kind WHERE run = ?1 AND line IS NULL "
            "LIMIT ?2)), (SELECT max(seq) FROM event WHERE run = ?1)",
            (run, MAX_COUNTED),
        )
        found = lines + (others if others < MAX_COUNTED else max(0, rows - lines))
        whole = max(rows, found, last or 0)
        missing = whole - min(rows, found)
        told = f"The journal is damaged: {missing} of {whole} events of this run are missing, or cannot be found."
        return f"{told} {REPAIR}" if missing else ""

    def deadline(self, run: int) -> float | None:
        """Seconds of work after which a run is (or was) cancelled, as last extended; None without a deadline."""
        found = None
        for event in self.events(run, kinds=[EventKind.STATE, EventKind.CONTROL]):
            found = plain_number((event.data or {}).get("deadline", found))
        return found

    def each_event(self, run: int, after: int = 0, *, page: int = 5000) -> Iterator[Event]:
        """Walk all events of a run without holding them in memory."""
        while events := self.events(run, after, limit=page):
            yield from events
            after = events[-1].seq

    def summary_events(self, run: int, after: int) -> tuple[list[Event], int]:
        """Events after ``after`` that a summary needs, and up to where: no log lines, no outdated progress."""
        last = self.last_seq(run)
        if last <= after:
            return [], after
        facts = self.events(run, after, kinds=_SUMMARY_KINDS)
        # What has come between these queries is left to the next look, which begins after `last`.
        both = [event for event in facts if event.seq <= last] + self._last_progress(run, after, last)
        return sorted(both, key=lambda event: event.seq), last

    def last_seq(self, run: int) -> int:
        """Number of the newest event of a run, 0 when there is none."""
        return int(self._rows("SELECT max(seq) FROM event WHERE run = ?", (run,))[0][0] or 0)

    def _last_progress(self, run: int, after: int, until: int) -> list[Event]:
        # The newest of each stage, with the farthest it has ever been: a bar must not show less to those who
        # come later. Answered from the index alone.
        farthest = self._rows(
            "SELECT max(seq), max(fraction) FROM event WHERE run = ? AND kind = 'progress' AND line IS NULL "
            "AND seq > ? AND seq <= ? GROUP BY stage",
            (run, after, until),
        )
        found = []
        for seq, fraction in farthest:
            sql = f"SELECT {EVENT_COLUMNS} FROM event WHERE run = ? AND seq = ?"
            # None where the index still holds what the table has lost.
            found += [
                dataclasses.replace(self._event(row), fraction=fraction)
                for row in self._rows(sql, (run, seq))
            ]
        return found

    def count_lines(self, run: int, *, level: Level = Level.DEBUG, contains: str = "") -> int:
        """Count the log lines at or above a level that contain a text (case does not matter)."""
        if self._takes_all(level, contains):
            sql = "SELECT coalesce(max(line), 0) FROM event WHERE run = ? AND line IS NOT NULL"
            return int(self._rows(sql, (run,))[0][0])
        condition, values = self._line_condition(level, contains)
        return int(self._rows(f"SELECT count(*) FROM event {condition}", (run, *values))[0][0])

    def lines(
        self, run: int, first: int, count: int, *, level: Level = Level.DEBUG, contains: str = ""
    ) -> list[LogLine]:
        """Log lines number ``first`` (from 0) to ``first + count`` of those that pass the filter."""
        columns = "line, seq, time, level, stage, message"
        if self._takes_all(level, contains):
            rows = self._rows(
                f"SELECT {columns} FROM event WHERE run = ? AND line > ? AND line <= ? ORDER BY line",
                (run, first, first + count),
            )
        else:
            condition, values = self._line_condition(level, contains)
            rows = self._rows(
                f"SELECT {columns} FROM event {condition} ORDER BY line LIMIT ? OFFSET ?",
                (run, *values, count, first),
            )
        return [self._line(row) for row in rows]

    def line_numbers(
        self, run: int, after: int, *, level: Level = Level.DEBUG, contains: str = ""
    ) -> list[int]:
        """Numbers (from 1, among all lines) of the log lines past ``after`` that pass the filter, in order."""
        condition, values = self._line_condition(level, contains)
        rows = self._rows(
            f"SELECT line FROM event {condition} AND line > ? ORDER BY line", (run, *values, after)
        )
        return [row[0] for row in rows]

    def lines_numbered(self, run: int, numbers: Sequence[int]) -> list[LogLine]:
        """Log lines with these numbers (from 1, among all lines), in order."""
        places = ", ".join("?" * len(numbers))
        rows = self._rows(
            "SELECT line, seq, time, level, stage, message FROM event WHERE run = ? "
            f"AND line IN ({places}) AND level >= ? ORDER BY line",
            (run, *numbers, int(self._least(Level.DEBUG))),
        )
        return [self._line(row) for row in rows]

    def refusal(self, request: int) -> tuple[bool, str | None]:
        """Tell whether a request was answered, and why it was refused if it was."""
        rows = self._rows("SELECT answered, refusal FROM request WHERE number = ?", (request,))
        return (bool(rows) and rows[0][0] is not None, rows[0][1] if rows else None)

    def queue_place(self, record: RunRecord) -> int:
        """How many queued runs of the same process come before this one."""
        return int(
            self._rows(
                "SELECT count(*) FROM run WHERE state = 'queued' AND pid = ? AND host = ? AND number < ?",
                (record.owner.pid, record.owner.host, record.number),
            )[0][0]
        )

    def _record(self, row: Sequence[Any]) -> RunRecord:
        return record_of(row) if self._public is None else self._public.record(record_of(row))

    def _event(self, row: Sequence[Any]) -> Event:
        found = event_of(row, self._project)
        return found if self._public is None else self._public.event(found)

    def _line(self, row: Sequence[Any]) -> LogLine:
        return line_of(row) if self._public is None else self._public.line(line_of(row))

    def _least(self, level: Level) -> Level:
        return level if self._public is None else max(level, Level.INFO)

    def _takes_all(self, level: Level, contains: str) -> bool:
        return self._least(level) == Level.DEBUG and not contains

    def _line_condition(self, level: Level, contains: str) -> tuple[str, list[Any]]:
        condition = "WHERE run = ? AND line IS NOT NULL AND level >= ?"
        values: list[Any] = [int(self._least(level))]
        if contains:
            condition += " AND instr(lower(message), ?) > 0"
            values.append(contains.lower())
            if self._public is not None:
                condition += " AND instr(lower(for_readers(message)), ?) > 0"
                values.append(contains.lower())
        return condition, values

    def _rows(self, sql: str, values: Sequence[Any]) -> list[Any]:
        if os.getpid() != self._pid:
            # A forked process has a connection of its own; the one of its parent is neither used nor closed.
            self._inherited.append(self._connection)
            self._connect()
        try:
            with self._lock:
                return self._connection.execute(sql, values).fetchall()
        except READ_ERRORS as error:
            raise JournalError(sentence_of(self.path, "cannot be read", error)) from error


def _in_order(events: Iterable[Event], after: int, *, with_notes: bool) -> Iterator[Event]:
    """Leave out what a damaged tree gives twice, and put a note, of the last number, where events are missing."""
    for event in events:
        if event.seq <= after:
            continue
        if with_notes and event.seq > after + 1:
            which = f"{after + 1} to {event.seq - 1}"
            told = f"Events {which} of the journal are missing: the file is damaged. {REPAIR}"
            yield Event(event.seq - 1, event.time, EventKind.LOG, "", told, level=Level.WARNING.word)
        yield event
        after = event.seq
