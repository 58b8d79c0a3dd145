"""The table of faults is true: every test that it names exists, and it names every test of this folder."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

HERE = Path(__file__).parent
TABLE = (HERE / "README.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`tests/(\S+?\.py)::(test_\w+)`", TABLE)

# The faults that the engine has to survive, by a word of their line in the table.
FAULTS = [
    "at every event boundary",
    "kill of a Dask worker",
    "kill of a solver child",
    "kill of the Dask scheduler",
    "power cut",
    "disk full while writing the journal",
    "disk full while writing the cache",
    "disk full while a run writes its result",
    "journal of an older version",
    "journal of a newer version",
    "two kernels work in one project",
    "the clock is set back",
    "1 000 000 events",
    "a job that ignores checkpoints",
    "a job that raises in a thread",
    "a job that calls `exit`",
    "a job that calls `os._exit`",
    "prints from C",
    "a page is reloaded at any moment",
    "two browsers on one panel",
    "Cancel is clicked twice",
    "while paused",
    "pause in a queue",
]


@functools.cache
def names_in(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {
        node.name for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_test_that_the_table_names_exists() -> None:
    assert len(NAMED) >= len(FAULTS)
    missing = [(file, name) for file, name in NAMED if name not in names_in(HERE.parent / file)]
    assert missing == []


def test_every_row_of_the_table_names_a_test() -> None:
    rows = [line for line in TABLE.splitlines() if line.startswith("| ") and not line.startswith("| fault ")]
    assert [row for row in rows if "::test_" not in row] == []
    assert len(rows) == len(NAMED) == len(set(NAMED))


def test_every_fault_that_the_engine_has_to_survive_is_in_the_table() -> None:
    assert [fault for fault in FAULTS if fault not in TABLE] == []


def test_the_table_names_every_test_of_this_folder() -> None:
    written = {
        (f"faults/{path.name}", name)
        for path in HERE.glob("test_*.py")
        if path.name != Path(__file__).name
        for name in names_in(path)
    }
    assert written - set(NAMED) == set()
