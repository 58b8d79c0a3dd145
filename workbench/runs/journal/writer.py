"""Writing the durable record of runs: one SQLite file in the project, in WAL mode.

Several processes may write one journal; each has one :class:`Journal` for it. State changes and finished
units are committed before the call returns; events, and units of less than a millisecond, within ``FLUSH_SECONDS``.
"""

from __future__ import annotations

import atexit
import json
import os
import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.errors import JournalBusy, JournalError, LinkRefused
from workbench.runs.journal.opening import open_to_write, sentence_of
from workbench.runs.journal.ownership import end_run, ended_elsewhere, renew_leases
from workbench.runs.journal.paths import project_of, unfollowed
from workbench.runs.journal.reader import JournalReader
from workbench.runs.journal.requests import Requests
from workbench.runs.journal.rows import insert_events, next_number, refuse_busy
from workbench.runs.journal.schema import LOCK_SECONDS, migrate
from workbench.runs.journal.stream import EventStream
from workbench.runs.journal.transactions import Transactions
from workbench.runs.journal.units import (
    KeptUnit,
    find_units,
    has_signed_settings,
    insert_units,
    sign_settings,
)
from workbench.runs.model.attention import Attention
from workbench.runs.model.events import Event
from workbench.runs.model.read_only import refuse_viewer
from workbench.runs.model.records import RunRecord
from workbench.runs.model.states import Cause, EventKind, Level, RunState
from workbench.runs.process.identity import ProcessIdentity

__all__ = ["Journal"]

FLUSH_SECONDS = 0.04

_open: dict[Path, Journal] = {}
_open_lock = threading.Lock()
_opening: dict[Path, threading.Lock] = {}
_left_alone: list[dict[Path, Journal]] = []


_Taken = tuple[EventStream, list[tuple[Event, int | None]], list[KeptUnit]]


class Journal(Requests):
    """The writing side of a project's journal in this process; use :meth:`open`."""

    def __init__(self, path: Path) -> None:
        refuse_viewer("Writing the journal")
        self.path = path
        self._project = project_of(path)
        self._streams: list[EventStream] = []
        self._wanted = threading.Event()
        self._writer: threading.Thread | None = None
        try:
            self._connection = open_to_write(path)
            migrate(self._connection, path)
            # A commit survives the death of the process at once and a power cut after the next checkpoint.
            self._connection.execute("PRAGMA synchronous = NORMAL")
        except LinkRefused:
            raise
        except sqlite3.Error as error:
            raise JournalError(
                f"The journal {sentence_of(path, 'cannot be opened for writing', error)}"
            ) from error
        except OSError as error:
            raise JournalError(f"The journal {path} cannot be opened for writing: {error}.") from error
        self.reader = JournalReader(path)
        self.file = Transactions(self._connection, path)

    @property
    def trouble(self) -> str:
        """Why runs of this journal cannot continue, as a sentence; empty while they can."""
        if self.file.failure is not None:
            return f"The journal {sentence_of(self.path, 'cannot be written', self.file.failure)}"
        return self.file.lost

    @property
    def failure(self) -> sqlite3.Error | None:
        """Why nothing can be written; None while it can."""
        return self.file.failure

    @classmethod
    def open(cls, path: Path) -> Journal:
        """Open a project's journal for writing, once per process; makes it when there is none.

        Runs whose process is gone are marked as interrupted.

        Raises
        ------
        JournalError
            When it cannot be written. A damaged or foreign file is put aside, unchanged, and a new journal is made.
        JournalTooNew
            When a newer workbench wrote it.
        LinkRefused
            When a part of its path is a link.
        ViewerRefused
            In a process that serves readers.
        """
        path = unfollowed(path)
        with _open_lock:
            opening = _opening.setdefault(path, threading.Lock())
        # Not with the lock that all share: to make one journal may have to wait for another program.
        with opening:
            journal = _open.get(path)
            if journal is not None and journal.file.is_in_place():
                return journal
            journal = _open[path] = cls(path)
        journal.mark_interrupted()
        return journal

    # runs

    def add_run(
        self,
        *,
        beside_others: bool = True,
        run_id: str,
        job: str,
        title: str,
        scenario: str,
        config: Mapping[str, Any],
        version: str,
        resumed_from: str | None,
    ) -> RunRecord:
        """Enter a new run, queued and owned by this process.

        Raises
        ------
        ScenarioBusy
            When another run of the same job and scenario has not ended, unless ``beside_others``.
        """
        owner = ProcessIdentity.current()
        values = (
            run_id,
            job,
            title,
            scenario,
            json.dumps(config),
            version,
            resumed_from,
            owner.host,
            owner.pid,
            owner.started,
            owner.place,
            owner.beat,
            time.time(),
            str(RunState.QUEUED),
        )
        with self.file.begin() as connection:
            if not beside_others:
                # Checked where no other process can write: two processes may start the same scenario at one moment.
                refuse_busy(connection, job, scenario)
            number = next_number(connection)
            connection.execute(
                "INSERT INTO run (number, id, job, title, scenario, config, version, resumed_from, host, pid, "
                f"process_started, place, beat, created, state) VALUES (?, {', '.join('?' * len(values))})",
                (number, *values),
            )
            sign_settings(connection, number, json.dumps(config))
        return self.reader.run(run_id)

    def set_config(self, run: int, config: Mapping[str, Any]) -> None:
        """Keep the settings that a run has adopted while it continued."""
        with self.file.begin() as connection:
            connection.execute("UPDATE run SET config = ? WHERE number = ?", (json.dumps(config), run))
            sign_settings(connection, run, json.dumps(config))

    def has_signed_settings(self, record: RunRecord) -> bool:
        """Tell whether this user has started a run with the settings that its row has now."""
        with self.file.reading() as connection:
            return has_signed_settings(connection, record.number, json.dumps(record.config))

    def set_owner(self, run: int, owner: ProcessIdentity) -> None:
        """Hand a run over to another process."""
        with self.file.begin() as connection:
            connection.execute(
                "UPDATE run SET host = ?, pid = ?, process_started = ?, place = ?, beat = ? WHERE number = ?",
                (owner.host, owner.pid, owner.started, owner.place, owner.beat, run),
            )

    def claim(self, run: int, scenario_key: str) -> str | None:
        """Reserve a scenario's results for one run; returns the id of the run that holds them instead.

        Two processes may ask at the same moment: the column is unique, so that one of them gets the answer no.

        Raises
        ------
        JournalBusy
            When another program has it locked: one project must not hold up the runs of others.
        """
        with self.file.begin(patience=0) as connection:
            row = connection.execute("SELECT number, id FROM run WHERE claim = ?", (scenario_key,)).fetchone()
            if row is None:
                connection.execute("UPDATE run SET claim = ? WHERE number = ?", (scenario_key, run))
                return None
            return None if row[0] == run else str(row[1])

    def release(self, run: int) -> None:
        """Give a reserved scenario back without having written anything."""
        with self.file.begin() as connection:
            connection.execute("UPDATE run SET claim = NULL WHERE number = ?", (run,))

    def mark_interrupted(self) -> list[str]:
        """End, in the record, every live run whose process is gone; returns their ids."""
        live = [RunState.QUEUED, RunState.RUNNING, RunState.PAUSED]
        ended = []
        for record in self.reader.runs(states=live):
            if record.owner.is_gone():
                reason = record.owner.reason_when_gone()
                try:
                    self.end(record, RunState.INTERRUPTED, Cause.PROCESS_GONE, reason, patience=0.5)
                except JournalBusy:
                    # It is read as interrupted all the same, and written down next time.
                    break
                ended.append(record.id)
        return ended

    def end(
        self,
        record: RunRecord,
        state: RunState,
        cause: Cause,
        reason: str,
        *,
        patience: float = LOCK_SECONDS,
    ) -> bool:
        """End, in the record, a run whose process cannot do so; False where it has ended by itself."""
        with self.file.begin(patience) as connection:
            return end_run(connection, record, state, cause, reason, self._project)

    def delete(self, numbers: Sequence[int], *, shrink: bool) -> None:
        """Remove runs with all that is known of them; ``shrink`` gives their room back to the disk.

        Shrinking keeps every other writer waiting, and is only for a journal whose runs have all ended.
        """
        with self.file.begin() as connection:
            for table, column in (("event", "run"), ("unit", "run"), ("request", "run"), ("run", "number")):
                sql = f"DELETE FROM {table} WHERE {column} = ?"
                connection.executemany(sql, [(number,) for number in numbers])
        if shrink:
            with self.file.lock:
                try:
                    self._connection.execute("VACUUM")
                    self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                except sqlite3.Error as error:
                    raise JournalError(f"The journal {self.path} cannot be made smaller: {error}.") from error

    # events

    def stream(self, run: int, attention: Attention | None = None) -> EventStream:
        """Make the stream of a new run, whose events this journal writes; waits of its work end with that."""
        stream = EventStream(self, run, attention)
        with self.file.lock:
            self._streams.append(stream)
        return stream

    def renew(self) -> None:
        """Say that this process lives, for its runs, and learn which of them another process has ended."""
        with self.file.begin(patience=0) as connection:
            renew_leases(connection, self._streams)

    def wake(self) -> None:
        """Have what waits written within ``FLUSH_SECONDS``, by the journal's own thread."""
        self._wanted.set()
        if self._writer is None or not self._writer.is_alive():
            with self.file.lock:
                if self._writer is None or not self._writer.is_alive():
                    self._writer = threading.Thread(
                        target=self._write_now_and_then, name="workbench journal", daemon=True
                    )
                    self._writer.start()

    def flush(self, patience: float | None = LOCK_SECONDS) -> None:
        """Write everything that waits and commit.

        Parameters
        ----------
        patience
            Seconds to wait while another program has the journal locked; None waits as long as it takes.

        Raises
        ------
        JournalBusy
            When it is locked for longer; what waits is written when it is not any more.
        JournalError
            When the disk is full or the file cannot be written; what waits is kept for the next try.
        """
        taken: list[_Taken] = []
        try:
            with self.file.begin(patience) as connection:
                set_aside = self._write_waiting(connection, taken)
        except BaseException:
            for stream, waiting, units in reversed(taken):
                stream.put_back(waiting, units)
            self._wanted.set()
            raise
        for stream, note in set_aside:
            stream.emit(EventKind.LOG, note, level=Level.WARNING)

    def _write_now_and_then(self) -> None:
        while True:
            self._wanted.wait()
            time.sleep(FLUSH_SECONDS)
            self._wanted.clear()
            try:
                self.flush(patience=None)
            except Exception:  # noqa: BLE001 - whatever it was, the events are kept and tried again
                # Remembered in `failure`; the run looks at it and fails with a clear error.
                time.sleep(0.5)
                self._wanted.set()

    def _write_waiting(
        self, connection: sqlite3.Connection, taken: list[_Taken]
    ) -> list[tuple[EventStream, str]]:
        set_aside: list[tuple[EventStream, str]] = []
        # Held until all of a run is written, even if all others have released it.
        self._streams = [stream for stream in self._streams if not stream.is_over()]
        for stream in self._streams:
            waiting, units = stream.take_waiting(), stream.take_units()
            if (waiting or units) and (ended := ended_elsewhere(connection, stream.run)):
                stream.lose(ended)
            elif waiting or units:
                taken.append((stream, waiting, units))
                insert_units(connection, stream.run, units)
                notes = insert_events(connection, stream.run, waiting, self._project)
                set_aside += [(stream, note) for note in notes]
        return set_aside

    # units

    def remember(
        self,
        run: int,
        key: str,
        digest: str,
        seconds: float,
        result: bytes,
        *,
        patience: float | None = LOCK_SECONDS,
    ) -> None:
        """Commit one finished unit before the call returns."""
        with self.file.begin(patience) as connection:
            insert_units(connection, run, [KeptUnit(key, digest, seconds, time.time(), result)])

    def remembered(
        self, runs: Sequence[int], wanted: Sequence[tuple[str, str]]
    ) -> Mapping[tuple[str, str], tuple[bytes, float]]:
        """Find units by key and digest that one of these runs finished: the pickled result and its duration (s)."""
        with self.file.reading() as connection:
            return find_units(connection, runs, wanted)


def _forget_after_fork() -> None:
    # A forked child must neither use nor close its parent's connections, nor write what waits in them.
    global _open, _open_lock, _opening
    _left_alone.append(_open)
    _open, _open_lock, _opening = {}, threading.Lock(), {}


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)


@atexit.register
def _flush_all() -> None:
    for journal in list(_open.values()):
        try:
            journal.flush()
        except Exception:  # noqa: BLE001 - the others have a right to be written too
            continue
