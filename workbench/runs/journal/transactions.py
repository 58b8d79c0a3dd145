"""Transactions of this process on one journal: they wait for the lock of another program without holding ours."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import JournalBusy, JournalError, LinkRefused
from workbench.files import facts
from workbench.files.salvage import READ_ERRORS
from workbench.runs.journal.opening import sentence_of
from workbench.runs.journal.schema import LOCK_SECONDS

__all__ = ["Transactions"]

TRY_SECONDS = 0.1
"""How long one try waits for another program's lock, with the lock of this journal (of no other) held."""


class Transactions:
    """The writing connection of one journal.

    Attributes
    ----------
    failure
        Why nothing can be written: a full disk, say; None after the next success. Another's lock is not a failure.
    waiting_since
        Since when (``time.monotonic``) another program has the journal locked; None when it does not.
    lost
        The sentence that says so when the file is not where it was any more; empty while it is.

    Parameters
    ----------
    connection
        To the file; belongs to this object from here on.
    path
        Where it is.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path
        self.lock = threading.RLock()
        self.failure: sqlite3.Error | None = None
        self.waiting_since: float | None = None
        self.lost = ""
        self._pid = os.getpid()
        self._file = _identity_of(path)
        connection.execute(f"PRAGMA busy_timeout = {round(TRY_SECONDS * 1000)}")

    def is_in_place(self) -> bool:
        """Whether the path still leads to this very file: a folder may be deleted, replaced or moved."""
        if not self.lost and _identity_of(self.path) != self._file:
            self.lost = (
                f"The journal {self.path} was deleted, moved or replaced while runs were using it: what they write "
                "would not be found. Put the folder back where it was, or open it where it is, and start again"
            )
        return not self.lost

    def refuse_other_process(self) -> None:
        """Refuse to use a connection that this process has only inherited.

        Raises
        ------
        JournalError
            In a forked process.
        """
        if os.getpid() != self._pid:
            raise JournalError(
                f"The journal {self.path} was opened by process {self._pid}, from which this one was forked: open "
                "the project here to start runs of its own, or use job.map(..., workers='processes')."
            )

    @contextmanager
    def begin(self, patience: float | None = LOCK_SECONDS) -> Iterator[sqlite3.Connection]:
        """Open a transaction; committed at the end of the block, undone by an error.

        Parameters
        ----------
        patience
            Seconds to wait while another program has the journal locked; None waits as long as it takes.

        Raises
        ------
        JournalBusy
            When it is locked for longer.
        JournalError
            When the disk is full, the file cannot be written, or this is a forked process.
        """
        self._enter(patience)
        try:
            yield self.connection
            self.connection.execute("COMMIT")
            self.failure = None
        except BaseException as error:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise self._failed(error) from error
            raise
        finally:
            self.lock.release()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection to read what this process wrote.

        Raises
        ------
        JournalError
            When the file is damaged or cannot be read.
        """
        with self.lock:
            try:
                yield self.connection
            except READ_ERRORS as error:
                raise JournalError(
                    f"The journal {sentence_of(self.path, 'cannot be read', error)}"
                ) from error

    def _enter(self, patience: float | None) -> None:
        self.refuse_other_process()
        began = time.monotonic()
        while True:
            if self.lock.acquire(timeout=TRY_SECONDS):
                try:
                    self.connection.execute("BEGIN IMMEDIATE")
                except BaseException as error:
                    self.lock.release()
                    if not isinstance(error, sqlite3.Error):
                        raise
                    if not _is_lock(error):
                        raise self._failed(error) from error
                    if self.waiting_since is None:
                        self.waiting_since = began
                else:
                    self.waiting_since = None
                    return
            if patience is not None and time.monotonic() - began >= patience:
                raise JournalBusy(
                    f"Another program has locked the journal {self.path}, or a stopped process has: close it, or "
                    "let it continue, and try again."
                )
            time.sleep(0.005)

    def _failed(self, error: sqlite3.Error) -> JournalError:
        self.failure = error
        return JournalError(f"The journal {sentence_of(self.path, 'cannot be written', error)}")


def _is_lock(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _identity_of(path: Path) -> tuple[int, int] | None:
    try:
        found = facts(path)
    except LinkRefused:
        return None
    return None if found is None else (found.st_dev, found.st_ino)
