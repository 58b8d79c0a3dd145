from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from workbench.errors import JournalError, LinkRefused
from workbench.runs.journal.reader import JournalReader
from workbench.runs.journal.writer import Journal

PARTS = ("journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", "journal.sqlite-journal")


@pytest.fixture
def path(project: Path) -> Path:
    path = project / ".workbench" / "journal.sqlite"
    path.parent.mkdir()
    return path


def enter(journal: Journal, run_id: str) -> int:
    record = journal.add_run(
        run_id=run_id,
        job="demand",
        title="Demand",
        scenario="base",
        config={},
        version="1",
        resumed_from=None,
    )
    return record.number


def change(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("opening", [Journal, JournalReader])
def test_no_file_of_a_journal_is_followed_through_a_link(
    path: Path, tmp_path: Path, opening: Any, part: str
) -> None:
    if part != path.name:
        Journal(path)
        path.with_name(part).unlink(missing_ok=True)
    outside = tmp_path / "outside.sqlite"
    change(outside, "CREATE TABLE letters (text)")
    content = outside.read_bytes()
    path.with_name(part).symlink_to(outside)
    with pytest.raises(LinkRefused, match=rf"{part} is a link"):
        opening(path)
    assert outside.read_bytes() == content
    assert sorted(file.name for file in tmp_path.glob("outside*")) == ["outside.sqlite"]


def test_a_folder_of_the_journal_that_is_a_link_is_refused(path: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    path.parent.rmdir()
    path.parent.symlink_to(tmp_path / "outside")
    with pytest.raises(LinkRefused, match=r"\.workbench is a link"):
        Journal.open(path)
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize("opening", [Journal, JournalReader])
def test_a_pipe_in_place_of_a_journal_is_refused_and_not_waited_for(path: Path, opening: Any) -> None:
    os.mkfifo(path)
    with pytest.raises(LinkRefused, match="pipe, a socket or a device"):
        opening(path)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("opening", [Journal, JournalReader])
def test_a_folder_in_place_of_a_file_of_a_journal_is_said_or_not_needed(
    path: Path, opening: Any, part: str
) -> None:
    if part != path.name:
        Journal(path).file.connection.close()
        path.with_name(part).unlink(missing_ok=True)
    path.with_name(part).mkdir()
    with contextlib.suppress(JournalError):
        opening(path)
        assert part != path.name
    assert path.with_name(part).is_dir()


@pytest.mark.parametrize("opening", [Journal.open, JournalReader])
def test_a_file_in_place_of_the_folder_of_a_journal_is_said(path: Path, opening: Any) -> None:
    path.parent.rmdir()
    path.parent.write_bytes(b"no folder")
    with pytest.raises((JournalError, OSError), match=r"\.workbench"):
        opening(path)
    assert path.parent.read_bytes() == b"no folder"


@pytest.mark.parametrize(
    "planted",
    [
        "CREATE TRIGGER planted AFTER INSERT ON event BEGIN DELETE FROM run; END",
        "CREATE VIEW planted AS SELECT 1",
        "CREATE TABLE planted (a)",
        "ALTER TABLE run ADD COLUMN planted INTEGER DEFAULT 1",
        "DROP TABLE request",
    ],
)
def test_a_journal_with_other_definitions_is_put_aside_unchanged(path: Path, planted: str) -> None:
    enter(Journal(path), "run-1")
    change(path, "PRAGMA wal_checkpoint(TRUNCATE)", planted, "PRAGMA wal_checkpoint(TRUNCATE)")
    content = path.read_bytes()
    enter(Journal(path), "run-2")
    assert path.with_name("journal.sqlite.put-aside").read_bytes() == content
    assert [record.id for record in JournalReader(path).runs()] == ["run-2"]


def test_what_a_database_browser_leaves_does_not_make_a_journal_foreign(path: Path) -> None:
    enter(Journal(path), "run-1")
    change(path, "ANALYZE")
    assert [record.id for record in Journal(path).reader.runs()] == ["run-1"]


def test_a_second_journal_put_aside_does_not_replace_the_first(path: Path) -> None:
    for content in (b"first " * 100, b"second " * 100):
        for part in path.parent.iterdir():
            if "put-aside" not in part.name:
                part.unlink()
        path.write_bytes(content)
        Journal(path)
    assert path.with_name("journal.sqlite.put-aside").read_bytes().startswith(b"first")
    assert path.with_name("journal.sqlite.put-aside-2").read_bytes().startswith(b"second")


def test_a_signed_result_that_was_moved_to_another_unit_or_run_is_computed_again(path: Path) -> None:
    journal = Journal(path)
    first, second = enter(journal, "run-1"), enter(journal, "run-2")
    journal.remember(first, "north", "abc", 1.0, b"result")
    assert journal.remembered([first], [("north", "abc")]) == {("north", "abc"): (b"result", 1.0)}
    columns = "digest, seconds, finished, result, signature"
    change(
        path,
        f"INSERT INTO unit SELECT run, 'south', {columns} FROM unit WHERE key = 'north'",
        f"INSERT INTO unit SELECT {second}, key, {columns} FROM unit WHERE key = 'north'",
    )
    assert journal.remembered([first], [("south", "abc")]) == {}
    assert journal.remembered([second], [("north", "abc")]) == {}
    assert journal.remembered([second, first], [("north", "abc")]) == {("north", "abc"): (b"result", 1.0)}


def test_a_journal_whose_writer_was_killed_while_making_it_is_read(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    connection = sqlite3.connect(other, isolation_level=None)
    connection.execute("CREATE TABLE kept (a)")
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("DROP TABLE kept")
    connection.execute("CREATE TABLE begun (a)")
    connection.executemany("INSERT INTO begun VALUES (?)", [("x" * 3000,) for _ in range(50)])
    # What a kill leaves: SQLite takes back what had begun, which only one that may write can do.
    for part in ("", "-journal"):
        path.with_name(path.name + part).write_bytes(other.with_name(other.name + part).read_bytes())
    connection.close()
    with pytest.raises(JournalError, match="not a journal of the workbench"):
        JournalReader(path)
    assert not path.with_name(f"{path.name}-journal").exists()
