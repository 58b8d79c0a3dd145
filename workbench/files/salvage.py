"""What can still be read of a damaged SQLite file, by SQLite itself on a copy.

SQLite stops at the first page that it cannot make sense of. So a table is read from both its ends, and what lies
between two pages that cannot be read is narrowed down by asking for ranges of keys.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from workbench.files.reading import database_files, is_file, open_file

__all__ = ["READ_ERRORS", "is_damage", "opened_copy", "problems_of", "readable_rows", "refusal_to_write"]

READ_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What reading a damaged database may raise: SQLite's own sentence may hold a damaged name."""
_DAMAGES = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
MAX_TRIES = 300
"""Ranges of keys that are asked for without an answer: one of which nothing is left could be halved for ever."""
MAX_KEYS = 2**20
"""Keys past the last one that could be read among which others are looked for, where the end cannot be read."""
_LAST_KEY = 2**63 - 1

_COPY = "copy.sqlite"
# Of the header of a database file (https://www.sqlite.org/fileformat.html, 1.3).
_PAGE_SIZE, _VERSIONS, _PAGE_COUNT = slice(16, 18), slice(18, 20), slice(28, 32)
_WAL_VERSIONS = b"\x02\x02"


def is_damage(error: BaseException | None) -> bool:
    """Whether an error says that the database is damaged, and not locked, full or gone."""
    extended = getattr(error, "sqlite_errorcode", None) or 0
    code = extended & 0xFF
    # A number of the format in the header that no version has.
    unknown = code == sqlite3.SQLITE_ERROR and "unsupported file format" in str(error)
    cut_off = extended == sqlite3.SQLITE_IOERR_SHORT_READ
    return isinstance(error, UnicodeDecodeError) or unknown or cut_off or code in _DAMAGES


def problems_of(connection: sqlite3.Connection, *, limit: int = 20) -> list[str]:
    """Have SQLite check a whole database; gives its findings, none when it is whole."""
    try:
        rows = connection.execute(f"PRAGMA integrity_check({limit})").fetchall()
    except READ_ERRORS as error:
        return [str(error)]
    found = [str(row[0]) for row in rows]
    return [] if found == ["ok"] else found


@contextmanager
def opened_copy(
    files: Sequence[Path], define: Callable[[sqlite3.Connection], None], tables: Mapping[str, str]
) -> Iterator[sqlite3.Connection]:
    """Open a copy of a damaged database, outside the project, to read what there is; nothing else is touched.

    Parameters
    ----------
    files
        The database and what SQLite keeps beside it, as :func:`~workbench.files.database_files` names them; only
        the first has to exist.
    define
        Makes the tables that it should have. Where the first page, which says where each table begins, cannot be
        read, that of a database made like this takes its place.
    tables
        Name -> columns of the tables that are wanted.

    Yields
    ------
    sqlite3.Connection
        To what can be read best; perhaps to nothing at all.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="workbench-repair-")))
        best, most = None, -1
        for number, first_page in enumerate((b"", *_first_pages(define))):
            copy = folder / str(number) / _COPY
            copy.parent.mkdir()
            _copy(files, copy)
            if first_page:
                _replace_first_page(copy, first_page)
            connection = stack.enter_context(closing(_connect(copy)))
            readable = sum(_can_be_read(connection, *table) for table in tables.items())
            if readable > most:
                best, most = connection, readable
            if readable == len(tables):
                break
        assert best is not None
        yield best


def refusal_to_write(copy: sqlite3.Connection) -> str:
    """Say why SQLite would not write a database, tried on a copy; empty where it would."""
    try:
        version = copy.execute("PRAGMA user_version").fetchone()[0]
        copy.execute(f"PRAGMA user_version = {version + 1}")
        copy.execute(f"PRAGMA user_version = {version}")
    except READ_ERRORS as error:
        return str(error)
    return ""


def readable_rows(
    connection: sqlite3.Connection,
    table: str,
    columns: str,
    key: str = "rowid",
    *,
    where: str = "1",
    values: Sequence[Any] = (),
    gaps: list[tuple[int, int]],
) -> Iterator[tuple[Any, ...]]:
    """Read the rows of a table that can be read, some of them perhaps twice.

    Parameters
    ----------
    connection
        From :func:`opened_copy`.
    table, columns
        What to read.
    key
        Column of whole numbers from 1 by which the table is ordered.
    where, values
        A condition that narrows the rows down to those of one such order.
    gaps
        Is filled with the ranges ``(first, last)`` of keys of which nothing could be read; whether there were such
        rows is not known.
    """
    sql = f"SELECT {key}, {columns} FROM {table} NOT INDEXED WHERE {where}"
    # Ranges (after, before) of keys that have not been read.
    ranges, tries = [(0, _LAST_KEY)], 0
    while ranges and tries < MAX_TRIES:
        tries += 1
        # By turns the lowest, as keys are given out from 1, and the widest, in which most may be whole.
        chosen = min(ranges) if tries % 2 else max(ranges, key=lambda ends: ends[1] - ends[0])
        ranges.remove(chosen)
        after, before = chosen
        bounds = f" AND {key} > {after}" if after else ""
        # From an end of the table without a bound, so that a key that is damaged itself hides no other.
        bounds += f" AND {key} < {before}" if before < _LAST_KEY else ""
        reached = [after, before]
        for end, order in enumerate(("ASC", "DESC")):
            try:
                for row in connection.execute(f"{sql}{bounds} ORDER BY {key} {order}", values):
                    if isinstance(row[0], int) and after < row[0] < before:
                        reached[end] = row[0]
                    yield row[1:]
            except (*READ_ERRORS, OverflowError):
                continue
            break
        else:
            _split(ranges, gaps, (after, before), (reached[0], reached[1]))
        tries = 0 if reached != [after, before] else tries
    gaps += [(after + 1, before - 1) for after, before in ranges]
    gaps[:] = _joined(gaps)


def _split(
    ranges: list[tuple[int, int]],
    gaps: list[tuple[int, int]],
    tried: tuple[int, int],
    left: tuple[int, int],
) -> None:
    """Enter what is to be tried next of a range of which only the ends could be read."""
    after, before = left
    if before - after <= 1:
        return
    if before == _LAST_KEY:
        ranges.append((after, min(after + MAX_KEYS, before - 1)))
    elif left != tried:
        ranges.append(left)
    elif before - after == 2:
        gaps.append((after + 1, before - 1))
    else:
        middle = (after + before) // 2
        ranges.extend([(after, middle + 1), (middle, before)])


def _joined(gaps: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for first, last in sorted(gaps):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def _copy(files: Sequence[Path], copy: Path) -> None:
    for theirs, ours in zip(files, database_files(copy.name), strict=True):
        # What lies in the shared memory of a write-ahead log is made anew.
        if not ours.endswith("-shm") and is_file(theirs):
            with open_file(theirs) as source, copy.with_name(ours).open("wb") as target:
                shutil.copyfileobj(source, target)


def _first_pages(define: Callable[[sqlite3.Connection], None]) -> Iterator[bytes]:
    """Give the first page of a database that was made at once, and of one that was made smaller later."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        define(fresh)
        for _ in range(2):
            content = fresh.serialize()
            yield content[: int.from_bytes(content[_PAGE_SIZE])]
            fresh.execute("VACUUM")


def _replace_first_page(path: Path, first_page: bytes) -> None:
    page = bytearray(first_page)
    page[_VERSIONS] = _WAL_VERSIONS
    with path.open("r+b") as file:
        pages = max(1, file.seek(0, 2) // len(page))
        page[_PAGE_COUNT] = pages.to_bytes(4)
        file.seek(0)
        file.write(page)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.text_factory = lambda content: content.decode("utf-8", "replace")
    # Nothing that is defined in the file is called; a definition that makes no sense hides no other.
    for statement in ("PRAGMA trusted_schema = OFF", "PRAGMA writable_schema = ON"):
        with contextlib.suppress(*READ_ERRORS):
            connection.execute(statement)
    return connection


def _can_be_read(connection: sqlite3.Connection, table: str, columns: str) -> bool:
    try:
        kind = connection.execute("SELECT type FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        connection.execute(f"SELECT {columns} FROM {table} NOT INDEXED LIMIT 1").fetchone()
    except (*READ_ERRORS, OverflowError):
        return False
    return bool(kind == ("table",))
