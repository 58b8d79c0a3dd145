from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.mutations import each_wrong
from tests.fuzz.readers import READERS
from tests.fuzz.running import Reader, Seed, make_input, run, try_one
from workbench.errors import InvalidData

COUNT = 25
"""Inputs a reader; ``python -m tests.fuzz --count 2000`` tries more."""


@pytest.mark.parametrize("name", READERS)
def test_a_reader_returns_or_says_where_whatever_it_is_given(name: str) -> None:
    found = run(READERS[name], COUNT)
    assert found.faults == []
    assert found.tried == COUNT


STRUCTURED = [
    name
    for name, reader in READERS.items()
    if name not in ("journal", "table", "register", "nemweb-zip", "frame")
]


@pytest.mark.parametrize("name", [name for name in STRUCTURED if name != "market"])
def test_every_key_of_a_wrong_kind_is_taken_or_named(name: str) -> None:
    reader = READERS[name]
    faults = []
    for seed in reader.seeds():
        assert seed.write is not None
        cases = list(each_wrong(seed.tree))
        for path, tree in cases[:: max(1, len(cases) // 300)]:
            try:
                content = seed.write(tree)
            except (ValueError, RecursionError):
                continue
            fault, _ = try_one(reader, content, tree)
            if fault:
                faults.append((path, fault))
    assert faults == []


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


def test_a_reader_that_ends_its_process_is_found_and_the_rest_goes_on() -> None:
    def read(path: Path) -> None:
        import os

        if path.read_bytes() != b"seed":
            os._exit(11)

    found = run(Reader("crash", read, lambda: (Seed(b"seed"),), "a.bin"), 3)
    assert found.tried == 3
    assert all("ends the process" in fault for fault in found.faults)


def test_an_input_is_the_same_each_time() -> None:
    reader = READERS["drops"]
    assert [make_input(reader, reader.seeds(), n)[0] for n in range(20)] == [
        make_input(reader, reader.seeds(), n)[0] for n in range(20)
    ]
