from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz import running
from tests.fuzz.mutations import each_wrong
from tests.fuzz.readers import READERS
from tests.fuzz.running import Reader, Seed, make_input, run, try_one
from tests.fuzz.table_readers import TABLE_READERS, hour_books, read_hours
from tests.fuzz.tables import Book, Line, Read, as_text, covers, lost_rows, table_seed
from workbench.errors import InvalidData

COUNT = 8
"""Inputs a reader; ``python -m tests.fuzz --count 2000`` tries more."""
LONG = (
    "network-file",
    "network-workbook",
    "plants-workbook",
    "demand-workbook",
    "sales-workbook",
    "sites-text",
    "sites-parquet",
)
"""Readers that take a tenth of a second and more for a file."""


def tried(names: Sequence[str]) -> dict[str, Any]:
    """Try readers through the command, by name.

    It is a process of its own, because one that has used Polars cannot be forked: Polars hangs in its forks.
    """
    command = [sys.executable, "-m", "tests.fuzz", "--json", "--count", str(COUNT), *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return {line["reader"]: line for line in map(json.loads, done.stdout.splitlines())}


@pytest.fixture(scope="module")
def quick() -> dict[str, Any]:
    return tried([name for name in READERS if name not in LONG])


@pytest.fixture(scope="module")
def long() -> dict[str, Any]:
    return tried(LONG)


@pytest.mark.parametrize("name", [name for name in READERS if name not in LONG])
def test_a_reader_returns_or_says_where_whatever_it_is_given(name: str, quick: dict[str, Any]) -> None:
    assert quick[name]["faults"] == []
    assert quick[name]["tried"] == COUNT


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize("name", LONG)
def test_a_reader_of_large_files_returns_or_says_where_whatever_it_is_given(
    name: str, long: dict[str, Any]
) -> None:
    assert long[name]["faults"] == []
    assert long[name]["tried"] == COUNT


TABLES = {reader.name for reader in TABLE_READERS}
STRUCTURED = [
    name
    for name, reader in READERS.items()
    if name not in ("journal", "table", "register", "nemweb-zip", "frame") and name not in TABLES
]


@pytest.mark.parametrize("name", [name for name in STRUCTURED if name != "market"])
def test_every_key_of_a_wrong_kind_is_taken_or_named(name: str) -> None:
    reader = READERS[name]
    faults = []
    for seed in reader.seeds():
        assert seed.write is not None
        for path, tree in each_wrong(seed.tree, 60):
            try:
                content = seed.write(tree)
            except (ValueError, RecursionError):
                continue
            fault, _ = try_one(reader, content, tree)
            if fault:
                faults.append((path, fault))
    assert faults == []


ONCE_FAULTY = (
    ("market", 397),
    ("register", 891),
    ("nemweb-zip", 343),
    ("settings", 403),
    ("settings", 1676),
    ("journal", 710),
    ("journal", 1643),
    ("journal", 1818),
    ("nasa-power", 1261),
)


@pytest.mark.parametrize(("name", "number"), ONCE_FAULTY)
def test_an_input_that_once_had_a_fault_has_none(name: str, number: int) -> None:
    reader = READERS[name]
    assert try_one(reader, *make_input(reader, reader.seeds(), number))[0] == ""


# the frame itself finds what it looks for


def refused(path: Path) -> None:
    raise InvalidData("something is wrong")


def lost_row(path: Path) -> int:
    return 1


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (lambda path: {}["a"], "KeyError"),
        (lambda path: bytearray(3_000_000_000), "MemoryError"),
        (refused, "an error without a place"),
        (lost_row, "2 rows were given"),
    ],
)
def test_what_no_reader_may_do_is_found(read: object, said: str) -> None:
    def seeds() -> tuple[Seed, ...]:
        return (Seed(b"[1, 2]", [1, 2], lambda tree: b"[1, 2]"),)

    calls: list[Path] = []

    def reads(path: Path) -> object:
        # The seed itself is read well.
        calls.append(path)
        return 2 if len(calls) == 1 else read(path)  # type: ignore[operator]

    lost = lambda tree, kept: "" if kept == 2 else "2 rows were given, 1 was read"  # noqa: E731
    reader = Reader("bad", reads, seeds, "a.json", lost=lost if read is lost_row else None)
    found = run(reader, 12)
    assert found.tried == 12
    assert any(said in fault for fault in found.faults)


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (lambda: os._exit(11), "ends the process with code 11"),
        (os.abort, "ends the process by SIGABRT (Fatal Python error: Aborted / "),
    ],
)
def test_a_reader_that_ends_its_process_is_found_with_how_it_ended_and_the_rest_goes_on(
    end: Callable[[], object], said: str
) -> None:
    def read(path: Path) -> None:
        if path.read_bytes() != b"seed":
            end()

    found = run(Reader("crash", read, lambda: (Seed(b"seed"),), "a.bin"), 3)
    assert found.tried == 3
    assert all(said in fault for fault in found.faults)


def test_a_reader_that_keeps_memory_is_found_and_one_that_gives_it_back_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "SETTLING", 1)

    def read(path: Path) -> None:
        read.kept.append(bytes([1]) * (8 * 2**20))  # type: ignore[attr-defined]
        del read.kept[: read.less]  # type: ignore[attr-defined]

    def seeds() -> tuple[Seed, ...]:
        return (Seed(b"seed"),)

    read.kept, read.less = [], 0  # type: ignore[attr-defined]
    found = run(Reader("keeps", read, seeds, "a.bin"), 30)
    assert found.faults == [f"keeps keeps {found.kept:.0f} MB after 30 files"]
    read.less = 1  # type: ignore[attr-defined]
    assert run(Reader("gives", read, seeds, "a.bin"), 30).faults == []


def test_a_reader_that_waits_for_ever_is_found_and_one_that_computes_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "IDLE_SECONDS", 2.0)

    def read(path: Path) -> None:
        end = time.process_time() + 3.0
        while path.read_bytes() != b"seed" and time.process_time() < end:
            if waits:
                time.sleep(60.0)

    for waits in (True, False):
        found = run(Reader("waits", read, lambda: (Seed(b"seed"),), "a.bin"), 1)
        assert ["hangs" in fault for fault in found.faults] == [True] * waits


def test_an_input_is_the_same_each_time() -> None:
    reader = READERS["drops"]
    assert [make_input(reader, reader.seeds(), n)[0] for n in range(20)] == [
        make_input(reader, reader.seeds(), n)[0] for n in range(20)
    ]


# what is lost, made up or changed in a table is found, and what is said counts


KNOWN = {5.5: frozenset({"a"}), 6.5: frozenset({"b"}), 7.5: frozenset({"c"})}


def given() -> Book:
    return table_seed([("name", "value"), ("a", 5.5), ("b", 6.5), ("c", 7.5)], name="", known=KNOWN)


@pytest.mark.parametrize(
    ("rows", "notes", "said"),
    [
        ([(5.5, "a"), (6.5, "b"), (7.5, "c")], (), ""),
        ([(5.5, "a"), (7.5, "c")], (), "6.5 of row 3 () is lost without a note"),
        ([(5.5, "a"), (7.5, "c")], ("a.csv: row 3 was set aside: it is a total.",), ""),
        ([(5.5, "a"), (7.5, "c")], ("a.csv: row 4 was set aside: it is a total.",), "6.5 of row 3"),
        ([(5.5, "a")], ("cell A3: what stands here, below the table, is not read.",), ""),
        ([(5.5, "a"), (6.5, "b"), (7.5, "c"), (6.5, "b")], (), "comes back 2 times"),
        ([(5.5, "a"), (6.5, "c"), (7.5, "c")], (), "is now ['c']"),
    ],
)
def test_a_row_that_is_lost_or_made_up_or_changed_without_a_note_is_found(
    rows: list[tuple[float, str]], notes: tuple[str, ...], said: str
) -> None:
    found = lost_rows(given(), Read(list(rows), notes))
    assert found.startswith(said) if "row" in said else said in found
    assert bool(found) is bool(said)


def test_facts_of_a_row_that_was_changed_may_change_but_the_row_may_not_be_lost() -> None:
    book = given()
    book.grids[0].lines[2].changed = True
    assert lost_rows(book, Read([(5.5, "a"), (6.5, "x"), (7.5, "c")])) == ""
    assert "6.5 of row 3" in lost_rows(book, Read([(5.5, "a"), (7.5, "c")]))


@pytest.mark.parametrize(
    ("note", "row", "named"),
    [
        ("rows 3, 5-9 were passed over", 7, True),
        ("rows 3, 5-9 were passed over", 4, False),
        ("rows 3, 5-9 and 20 more were passed over", 40, True),
        ("cell C26:C27: the merged cell is read for each of its rows", 27, True),
        ("12 rows of another", 13, False),
    ],
)
def test_a_note_names_the_rows_that_it_is_about(note: str, row: int, named: bool) -> None:
    assert covers(note, row, "") is named


def test_a_reader_that_stops_at_a_blank_row_is_found(tmp_path: Path) -> None:
    """The fault that was once in every domain: a blank row ended the table."""
    book = hour_books("")[0]
    path = tmp_path / "hourly.csv"
    path.write_bytes(as_text(book))
    book.known = {value: frozenset({facts}) for value, facts in read_hours(path).rows}
    book.grids[0].lines.insert(10, Line([]))
    path.write_bytes(as_text(book).partition(b"\n\n")[0])
    assert "is lost without a note" in lost_rows(book, read_hours(path))
    path.write_bytes(as_text(book))
    assert lost_rows(book, read_hours(path)) == ""
