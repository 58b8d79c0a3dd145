"""Which files a dataset has ingested, and how they were read, so that a file is not read again in the same way.

Losing it costs time, never data.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from workbench.errors import UnwritableFile
from workbench.files import check_all, database_files, is_file
from workbench.files.salvage import (
    READ_ERRORS,
    is_damage,
    opened_copy,
    problems_of,
    readable_rows,
    refusal_to_write,
)
from workbench.market.model.tables import origin_of
from workbench.market.store.dataset import LEDGER

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL,
    taken_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), recipe TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT ''
)
"""
_COLUMNS = "sha256, name, version, taken_at, recipe, state"
_ADDED = ("recipe", "state")
Row = tuple[str, str, int, str, str, str]
_SHA256 = re.compile(r"[0-9a-f]{64}")


def define(connection: sqlite3.Connection) -> None:
    """Make the table of a ledger, where it is not there."""
    connection.execute(_SCHEMA)


class FileState(StrEnum):
    """What became of a file."""

    EARLIER = ""
    """Ingested before rows knew their file: what it brought cannot be told from what others brought."""
    COMING = "coming"
    """Its rows may be published; whether they are is seen when it is read again."""
    INGESTED = "ingested"
    UNDOING = "undoing"
    """To be undone: its rows may still be there."""
    UNDONE = "undone"
    """It is not read again unless a setting names it."""


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """A file that was ingested, or was to be.

    Parameters
    ----------
    sha256
        Hash of its content.
    name
        Its name, without a folder.
    version
        That its rows were published in; 0 of one that is coming.
    taken_at
        When (UTC, ISO 8601).
    recipe
        How it was read.
    state
        What became of it.
    """

    sha256: str
    name: str
    version: int
    taken_at: str
    recipe: str
    state: FileState

    @property
    def origin(self) -> int:
        """By which rows name it."""
        return origin_of(self.sha256)


def _complete(connection: sqlite3.Connection) -> None:
    """Add the columns that an earlier version did not have."""
    present = {row[1] for row in connection.execute("PRAGMA table_info(files)")}
    for column in _ADDED:
        if column not in present:
            connection.execute(f"ALTER TABLE files ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")


_PRESENT = (FileState.EARLIER, FileState.INGESTED)


def _state(text: object) -> FileState:
    # What a damaged ledger says otherwise is as good as unknown: the file is read again.
    return FileState(str(text)) if text in set(FileState) else FileState.COMING


class Ledger:
    """The list of files that were ingested.

    Parameters
    ----------
    folder
        Of the dataset.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / LEDGER

    def all(self) -> tuple[LedgerFile, ...]:
        """List all files, in the order of their names and of the time that they came."""
        if not is_file(self.path):
            return ()
        with self._open() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM files ORDER BY name, version, sha256")
            return tuple(
                LedgerFile(digest, name, version, taken_at, recipe, _state(state))
                for digest, name, version, taken_at, recipe, state in rows
            )

    def known(self) -> dict[str, str]:
        """Hash -> recipe of all files that were ingested; "" of those that were read before there were recipes."""
        return {file.sha256: file.recipe for file in self.all() if file.state in _PRESENT}

    def names(self) -> frozenset[str]:
        """Names of all files that were ingested."""
        return frozenset(file.name for file in self.all() if file.state in _PRESENT)

    def files(self, version: int) -> dict[str, str]:
        """Hash -> name of the files that were ingested up to a version."""
        return {
            file.sha256: file.name
            for file in self.all()
            if file.version <= version and file.state in _PRESENT
        }

    def announce(self, files: Iterable[tuple[str, str]]) -> None:
        """Note files as (hash, name) before their rows are published, so that none is there without its file.

        Raises
        ------
        UnwritableFile
            When the operating system refuses.
        """
        rows = [(digest, name, FileState.COMING) for digest, name in files]
        with self._open() as connection, connection:
            # One that is known stays so, as it was read before: its rows are there.
            connection.executemany(
                "INSERT INTO files (sha256, name, version, state) VALUES (?, ?, 0, ?) ON CONFLICT (sha256) DO "
                f"UPDATE SET state = excluded.state WHERE state IN ('{FileState.UNDONE}')",
                rows,
            )

    def add(self, files: Iterable[tuple[str, str, str]], version: int) -> None:
        """Note files as (hash, name, recipe) once their rows are published in a version.

        Raises
        ------
        UnwritableFile
            When the operating system refuses.
        """
        rows = [(digest, name, version, recipe, FileState.INGESTED) for digest, name, recipe in files]
        with self._open() as connection, connection:
            connection.executemany(
                "INSERT OR REPLACE INTO files (sha256, name, version, recipe, state) VALUES (?, ?, ?, ?, ?)",
                rows,
            )

    def mark(self, digests: Iterable[str], state: FileState) -> None:
        """Note what is becoming of files.

        Raises
        ------
        UnwritableFile
            When the operating system refuses.
        """
        with self._open() as connection, connection:
            connection.executemany(
                "UPDATE files SET state = ? WHERE sha256 = ?", [(state, digest) for digest in digests]
            )

    def parts(self) -> list[Path]:
        """Paths of all its files; not all need exist."""
        return [self.path.with_name(name) for name in database_files(self.path.name)]

    def damage(self) -> str:
        """Say what SQLite finds wrong with it; empty where it is whole or not there."""
        if not is_file(self.path):
            return ""
        # On a copy: SQLite writes beside what it reads, and what is damaged is not written.
        with opened_copy(self.parts(), define, {}) as copy:
            problems = problems_of(copy, limit=3)
            try:
                # As it is opened elsewhere, with its definitions read strictly.
                copy.execute("PRAGMA writable_schema = RESET")
                copy.execute("PRAGMA journal_mode = WAL")
                define(copy)
                copy.execute("SELECT sha256, name, version, taken_at FROM files LIMIT 1").fetchall()
            except READ_ERRORS as error:
                problems.append(str(error))
            return "; ".join(filter(None, [*problems, refusal_to_write(copy)]))

    def readable(self) -> list[Row]:
        """Read what can be read of a damaged one."""
        found: dict[str, Row] = {}
        with opened_copy(self.parts(), define, {"files": _COLUMNS}) as copy:
            for row in readable_rows(copy, "files", _COLUMNS, gaps=[]):
                digest, name, version, taken_at, recipe, state = row
                if _SHA256.fullmatch(str(digest)) and isinstance(name, str) and isinstance(version, int):
                    found[digest] = (
                        digest, name, version, str(taken_at), str(recipe), _state(state)
                    )  # fmt: skip
        return list(found.values())

    def restore(self, rows: Iterable[Row]) -> None:
        """Fill a new one with the rows of an earlier one.

        Raises
        ------
        UnwritableFile
            When the operating system refuses.
        """
        with self._open() as connection, connection:
            connection.executemany(f"INSERT INTO files ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", rows)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            check_all(self.path.parent, database_files(self.path.name))
            with closing(sqlite3.connect(self.path)) as connection:
                connection.execute("PRAGMA trusted_schema = OFF")
                with contextlib.suppress(sqlite3.OperationalError):
                    connection.execute("PRAGMA journal_mode=WAL")
                define(connection)
                _complete(connection)
                yield connection
        except READ_ERRORS as error:
            reason = OSError(str(error))
            advice = "run `workbench repair`" if is_damage(error) else "free some space"
            raise UnwritableFile(
                f"{self.path} cannot be used ({error}); {advice}, or remove it: files are then read again.",
                self.path,
                reason,
            ) from error
