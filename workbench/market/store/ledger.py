"""Which files a dataset has ingested, so that a file is not read again; losing it costs time, never data."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from workbench.errors import UnwritableFile
from workbench.files import check_all, database_files, is_file
from workbench.market.store.dataset import LEDGER

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL,
    taken_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
)
"""


class Ledger:
    """The list of files that were ingested.

    Parameters
    ----------
    folder
        Of the dataset.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / LEDGER

    def known(self) -> frozenset[str]:
        """Hashes of all files that were ingested."""
        if not is_file(self.path):
            return frozenset()
        with self._open() as connection:
            return frozenset(row[0] for row in connection.execute("SELECT sha256 FROM files"))

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

    def add(self, files: Iterable[tuple[str, str]], version: int) -> None:
        """Note files as (hash, name) once their rows are published in a version.

        Raises
        ------
        UnwritableFile
            When the operating system refuses.
        """
        rows = [(digest, name, version) for digest, name in files]
        with self._open() as connection, connection:
            connection.executemany(
                "INSERT OR REPLACE INTO files (sha256, name, version) VALUES (?, ?, ?)", rows
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            check_all(self.path.parent, database_files(self.path.name))
            with closing(sqlite3.connect(self.path)) as connection:
                connection.execute("PRAGMA trusted_schema = OFF")
                with contextlib.suppress(sqlite3.OperationalError):
                    connection.execute("PRAGMA journal_mode=WAL")
                connection.execute(_SCHEMA)
                yield connection
        except sqlite3.Error as error:
            reason = OSError(str(error))
            raise UnwritableFile(
                f"{self.path} cannot be used ({error}); free some space, or remove it: files are then read again.",
                self.path,
                reason,
            ) from error
