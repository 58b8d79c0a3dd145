"""The tables of the journal, and how an older journal becomes a current one."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from workbench.errors import JournalError, JournalTooNew
from workbench.files.salvage import READ_ERRORS

__all__ = ["LOCK_SECONDS", "MIGRATIONS", "check_version", "migrate"]

LOCK_SECONDS = 20.0
"""How long a writer waits while another process writes."""

_FIRST = """
CREATE TABLE run (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    job TEXT NOT NULL,
    title TEXT NOT NULL,
    scenario TEXT NOT NULL,
    config TEXT NOT NULL,
    version TEXT NOT NULL,
    resumed_from TEXT,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    process_started REAL NOT NULL,
    created REAL NOT NULL,
    started REAL,
    ended REAL,
    state TEXT NOT NULL,
    cause TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    claim TEXT UNIQUE
) STRICT;
CREATE TABLE event (
    run INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    time REAL NOT NULL,
    kind TEXT NOT NULL,
    stage TEXT NOT NULL,
    message TEXT NOT NULL,
    fraction REAL,
    level INTEGER NOT NULL,
    data TEXT,
    line INTEGER,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_line ON event (run, line, level) WHERE line IS NOT NULL;
CREATE INDEX event_kind ON event (run, kind, seq, stage, fraction) WHERE line IS NULL;
CREATE TABLE unit (
    run INTEGER NOT NULL,
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    seconds REAL NOT NULL,
    finished REAL NOT NULL,
    result BLOB NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (run, key, digest)
) STRICT;
CREATE TABLE request (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked REAL NOT NULL,
    answered REAL,
    refusal TEXT
) STRICT;
CREATE INDEX request_open ON request (run) WHERE answered IS NULL;
"""

_LEASES = """
ALTER TABLE run ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN beat REAL;
"""

MIGRATIONS: tuple[str, ...] = (_FIRST, _LEASES)
"""Scripts in order; a journal's ``user_version`` says how many of them it has had."""


def check_version(connection: sqlite3.Connection, path: Path) -> int:
    """Read the version of a journal.

    Raises
    ------
    JournalTooNew
        When a newer workbench wrote it.
    JournalError
        When the file is not a journal or is damaged.
    """
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    except READ_ERRORS as error:
        raise JournalError(
            f"{path} is not a journal of the workbench, or it is damaged ({error}). "
            "`workbench repair` saves what can be read of it."
        ) from error
    if version > len(MIGRATIONS):
        raise JournalTooNew(
            f"{path} was written by a newer workbench (journal version {version}, this one reads up to "
            f"{len(MIGRATIONS)}); update the workbench to open this project's history."
        )
    return version


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring a journal up to date, in one transaction.

    Raises
    ------
    JournalTooNew
        When a newer workbench wrote it.
    JournalError
        When the file is not a journal, is damaged or cannot be written.
    """
    if check_version(connection, path) == len(MIGRATIONS):
        return
    try:
        _write_ahead(connection)
        connection.execute("BEGIN EXCLUSIVE")
        # Another process may have been faster.
        version = check_version(connection, path)
        for script in MIGRATIONS[version:]:
            for statement in filter(str.strip, script.split(";")):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise JournalError(f"{path} cannot be brought up to date: {error}.") from error


def _write_ahead(connection: sqlite3.Connection) -> None:
    # Two processes may make one journal at one moment, and for this step SQLite does not wait for the lock.
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
