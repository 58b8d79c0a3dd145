"""Opening the file of a journal: it may come from a stranger, and SQLite follows links.

The names that SQLite opens are checked before it opens them and again when it has. A file that is no journal of
the workbench, by its content or by what is defined in it (a trigger, a view, another table), is never written: it
is put aside under another name.
"""

from __future__ import annotations

import logging
import re
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from workbench.errors import JournalError
from workbench.files import (
    check_all,
    confine,
    database_files,
    is_file,
    is_on_read_only_disk,
    listed,
    make_folder,
    set_aside,
)
from workbench.files.salvage import READ_ERRORS, is_damage
from workbench.runs.journal import schema
from workbench.runs.journal.paths import project_of
from workbench.runs.journal.schema import LOCK_SECONDS, check_version
from workbench.runs.model.read_only import is_viewer

__all__ = [
    "files_of",
    "has_current_definitions",
    "is_there",
    "marks_of_aside",
    "open_to_read",
    "open_to_write",
    "sentence_of",
]

_logger = logging.getLogger(__name__)

_OF_A_READER = (
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_READONLY_ROLLBACK,
    sqlite3.SQLITE_READONLY_RECOVERY,
    sqlite3.SQLITE_READONLY_CANTINIT,
    sqlite3.SQLITE_READONLY_CANTLOCK,
    sqlite3.SQLITE_IOERR_SHORT_READ,
)
"""What only one that may write can mend: a transaction or a log that was not finished."""
ASIDE = "put-aside"
REPAIR = "`workbench repair` saves what can be read of it."


def is_there(path: Path) -> bool:
    """Whether a project has a journal.

    Raises
    ------
    LinkRefused
        When a part of its path is a link.
    """
    confine(project_of(path))
    return is_file(path)


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open a journal that exists, to read it.

    Raises
    ------
    JournalError
        When it cannot be opened, is damaged or is not a journal.
    JournalTooNew
        When a newer workbench wrote it.
    LinkRefused
        When a part of its path is a link.
    """
    connection = _connect(path, "ro", 5)
    try:
        whole = _is_journal(connection, path)
    except sqlite3.OperationalError as error:
        connection.close()
        if is_viewer():
            raise JournalError(
                f"{path} cannot be read: its writer was killed; start a run, or list them."
            ) from error
        whole = _is_whole_when_recovered(path, 5)
        connection = _connect(path, "ro", 5)
    if not whole:
        connection.close()
        raise JournalError(
            f"{path} is not a journal of the workbench, or it is damaged; it is left as it is, and the next run "
            f"puts it aside and begins a new one. {REPAIR}"
        )
    return connection


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open a journal to write it, or a new one where there is none; one that is damaged or foreign is put aside.

    Raises
    ------
    JournalError
        When it cannot be opened or put aside.
    JournalTooNew
        When a newer workbench wrote it.
    LinkRefused
        When a part of its path is a link.
    """
    confine(project_of(path))
    make_folder(path.parent)
    if is_file(path) and not _is_whole(path):
        kept = _set_aside(path)
        _logger.warning(
            "%s is not a journal of the workbench, or it is damaged: it was put aside as %s, unchanged, and a new "
            "journal was begun. %s",
            path,
            kept.name,
            REPAIR,
        )
    connection = _connect(path, "rwc", LOCK_SECONDS)
    _is_journal(connection, path)
    return connection


def files_of(path: Path, mark: str = "") -> list[Path]:
    """Give the paths of all files of a journal, or of one that was put aside under a mark; not all need exist."""
    return [path.with_name(f"{name}{mark}") for name in database_files(path.name)]


def _set_aside(path: Path) -> Path:
    # All under one mark, so that they can be told from those of another journal.
    mark, number = ASIDE, 1
    while any(is_file(part) for part in files_of(path, f".{mark}")):
        number += 1
        mark = f"{ASIDE}-{number}"
    kept = [set_aside(part, mark) for part in files_of(path) if is_file(part)]
    return kept[0]


def marks_of_aside(path: Path) -> list[str]:
    """Give the marks of the journals that were put aside here, the oldest first."""
    found = [
        re.fullmatch(rf"{re.escape(path.name)}(\.{ASIDE}(?:-(\d+))?)", file.name)
        for file in listed(path.parent)
    ]
    return [match[1] for match in sorted(filter(None, found), key=lambda match: int(match[2] or 1))]


def sentence_of(path: Path, what: str, error: Exception) -> str:
    """Say that a journal cannot be used, and what to do where it is damaged."""
    return f"{path} {what}: {error}.{f' {REPAIR}' if is_damage(error) else ''}"


def _is_whole(path: Path) -> bool:
    # Read-only, so that what is not ours is not changed by looking at it.
    connection = _connect(path, "ro", LOCK_SECONDS)
    try:
        return _is_journal(connection, path)
    except sqlite3.OperationalError:
        return _is_whole_when_recovered(path, LOCK_SECONDS)
    finally:
        connection.close()


def _is_whole_when_recovered(path: Path, patience: float) -> bool:
    # Its writer was killed in the middle, or its log was cut off: SQLite repairs that when it may write.
    with closing(_connect(path, "rw", patience)) as connection:
        try:
            return _is_journal(connection, path)
        except sqlite3.OperationalError as error:
            if is_damage(error):
                return False
            raise JournalError(f"{path} cannot be opened: {error}.") from error


def _connect(path: Path, mode: str, patience: float) -> sqlite3.Connection:
    confine(project_of(path))
    check_all(path.parent, database_files(path.name))
    # A journal on a disk that cannot be written has no log, and SQLite cannot make what it needs to read one.
    fixed = mode == "ro" and not is_file(path.with_name(f"{path.name}-wal")) and is_on_read_only_disk(path)
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}{'&immutable=1' if fixed else ''}",
            uri=True,
            check_same_thread=False,
            isolation_level=None,
            timeout=patience,
        )
    except sqlite3.Error as error:
        raise JournalError(f"{path} cannot be opened: {error}.") from error
    # A damaged text must not hide the rows beside it.
    connection.text_factory = lambda content: content.decode("utf-8", "replace")
    # What is defined in the file may not call functions with side effects.
    connection.execute("PRAGMA trusted_schema = OFF")
    # A damaged page is found when it is read, not when a row of it makes no sense.
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def _is_journal(connection: sqlite3.Connection, path: Path) -> bool:
    try:
        # Another process may be making it at this moment: version and definitions are those of one moment.
        connection.execute("BEGIN")
        found = _definitions(connection)
        version = check_version(connection, path)
    except READ_ERRORS as error:
        if getattr(error, "sqlite_errorcode", 0) in _OF_A_READER:
            raise
        if not is_damage(error):
            raise JournalError(f"{path} cannot be opened: {error}.") from error
        return False
    except UnicodeDecodeError:
        # A damaged definition is none of ours.
        return False
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    # SQLite has opened its files now; what it opened is what was checked.
    check_all(path.parent, database_files(path.name))
    return found == _expected(schema.MIGRATIONS[:version])


def has_current_definitions(connection: sqlite3.Connection) -> bool:
    """Whether a database has the tables of this version's journal, and nothing else."""
    return _definitions(connection) == _expected(schema.MIGRATIONS)


@cache
def _expected(scripts: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        for script in scripts:
            connection.executescript(script)
        return _definitions(connection)


def _definitions(connection: sqlite3.Connection) -> frozenset[tuple[str, ...]]:
    # The statistics that a database browser leaves do nothing. What a column may hold is checked when it is read.
    rows = connection.execute(
        "SELECT type, name, tbl_name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' UNION ALL "
        "SELECT 'column', c.name, m.name || c.hidden FROM sqlite_schema m, pragma_table_xinfo(m.name) c "
        "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
    )
    return frozenset(tuple(map(str, row)) for row in rows)
