"""Which files a dataset has ingested, and how they were read, so that a file is not read again in the same way.

Losing it costs time, never data.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
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
from workbench.market.store.dataset import LEDGER

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL,
    taken_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), recipe TEXT NOT NULL DEFAULT ''
)
"""
_COLUMNS = "sha256, name, version, taken_at, recipe"
Row = tuple[str, str, int, str, str]
_SHA256 = re.compile(r"[0-9a-f]{64}")


def define(connection: sqlite3.Connection) -> None:
    """Make the table of a ledger, where it is not there."""
    connection.execute(_SCHEMA)


def _has_recipes(connection: sqlite3.Connection) -> bool:
    return "recipe" in {row[1] for row in connection.execute("PRAGMA table_info(files)")}


class Ledger:
    """The list of files that were ingested.

    Parameters
    ----------
    folder
        Of the dataset.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / LEDGER

    def known(self) -> dict[str, str]:
        """Hash -> recipe of all files that were ingested; "" of those that were read before there were recipes."""
        if not is_file(self.path):
            return {}
        with self._open() as connection:
            recipe = "recipe" if _has_recipes(connection) else "''"
            return dict(connection.execute(f"SELECT sha256, {recipe} FROM files"))

    def names(self) -> frozenset[str]:
        """Names of all files that were ingested."""
        if not is_file(self.path):
            return frozenset()
        with self._open() as connection:
            return frozenset(row[0] for row in connection.execute("SELECT name FROM files"))

    def files(self, version: int) -> dict[str, str]:
        """Hash -> name of the files that were ingested up to a version."""
        if not is_file(self.path):
            return {}
        with self._open() as connection:
            query = "SELECT sha256, name FROM files WHERE version <= ? ORDER BY name"
            return dict(connection.execute(query, (version,)))

    def add(self, files: Iterable[tuple[str, str, str]], version: int) -> None:
        """Note files as (hash, name, recipe) once their rows are published in a version.

        Raises
        ------
        UnwritableFile
            When the operating system refuses.
        """
        rows = [(digest, name, version, recipe) for digest, name, recipe in files]
        with self._open() as connection, connection:
            if not _has_recipes(connection):
                connection.execute("ALTER TABLE files ADD COLUMN recipe TEXT NOT NULL DEFAULT ''")
            connection.executemany(
                "INSERT OR REPLACE INTO files (sha256, name, version, recipe) VALUES (?, ?, ?, ?)", rows
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
                digest, name, version, taken_at, recipe = row
                if _SHA256.fullmatch(str(digest)) and isinstance(name, str) and isinstance(version, int):
                    found[digest] = (digest, name, version, str(taken_at), str(recipe))
        return list(found.values())

    def restore(self, rows: Iterable[Row]) -> None:
        """Fill a new one with the rows of an earlier one.

        Raises
        ------
        UnwritableFile
            When the operating system refuses.
        """
        with self._open() as connection, connection:
            connection.executemany(f"INSERT INTO files ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)", rows)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            check_all(self.path.parent, database_files(self.path.name))
            with closing(sqlite3.connect(self.path)) as connection:
                connection.execute("PRAGMA trusted_schema = OFF")
                with contextlib.suppress(sqlite3.OperationalError):
                    connection.execute("PRAGMA journal_mode=WAL")
                define(connection)
                yield connection
        except READ_ERRORS as error:
            reason = OSError(str(error))
            advice = "run `workbench repair`" if is_damage(error) else "free some space"
            raise UnwritableFile(
                f"{self.path} cannot be used ({error}); {advice}, or remove it: files are then read again.",
                self.path,
                reason,
            ) from error
