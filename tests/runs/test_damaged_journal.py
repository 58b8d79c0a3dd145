from __future__ import annotations

import contextlib
import json
import math
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from workbench.errors import JournalError
from workbench.files.repaired import Aside
from workbench.runs import attach, resume, runs
from workbench.runs.journal.repair import repair_journal
from workbench.runs.journal.writer import Journal
from workbench.runs.model.records import RunRecord
from workbench.runs.model.states import Cause, EventKind, RunState
from workbench.runs.overview.summary import Summary


@pytest.fixture
def path(project: Path) -> Path:
    """Journal of a project with three finished runs, each with events of every kind."""
    journal = Journal.open(project / ".workbench" / "journal.sqlite")
    for number in (1, 2, 3):
        record = journal.add_run(
            run_id=f"demand-{number}",
            job="demand",
            title="Demand",
            scenario=f"s{number}",
            config={"scenario": f"s{number}"},
            version="1",
            resumed_from=None,
        )
        stream = journal.stream(record.number)
        written = project / "results" / "demand" / f"s{number}" / "forecast.parquet"
        written.parent.mkdir(parents=True)
        written.touch()
        stream.emit(EventKind.STATE, "Running", data={"state": "running", "cause": ""})
        stream.emit(EventKind.STAGE, "", stage="read", data={"state": "started", "title": "Read"})
        stream.emit(EventKind.PROGRESS, "half", stage="read", fraction=0.5, data={"seconds_left": 3.0})
        stream.emit(EventKind.LOG, "a line")
        stream.emit(EventKind.METRIC, "gap", data={"name": "gap", "value": math.inf, "unit": "%"})
        facts = {"path": str(written), "title": "forecast.parquet", "role": "result"}
        stream.emit(EventKind.ARTIFACT, "Wrote forecast.parquet", data=facts)
        stream.emit(EventKind.STAGE, "", stage="read", data={"state": "completed"})
        stream.emit(EventKind.HEARTBEAT, "", data={"memory": 1e6, "cpu_seconds": 0.5})
        stream.emit(EventKind.STATE, "Completed", data={"state": "succeeded", "cause": "completed"})
    journal.flush()
    return journal.path


def change(path: Path, sql: str, *values: Any) -> None:
    # The table without STRICT, as another program would leave it.
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')')")
        connection.execute("PRAGMA writable_schema = RESET")
        connection.execute(sql, values)
    connection.close()


def row(path: Path, sql: str, *values: Any) -> Any:
    with sqlite3.connect(path) as connection:
        found = connection.execute(sql, values).fetchone()
    connection.close()
    return found


def listed(project: Path) -> dict[str, RunRecord]:
    return {record.id: record for record in runs(project)}


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("config", "{bad", "config: the journal: it is not valid JSON"),
        ("config", "[1]", "config is [1], expected a table"),
        ("config", '{"a": 1e999}', "a is inf, expected a finite number"),
        ("config", "[" * 10_000, "nested more than"),
        ("config", b"\x00\xff", "config"),
        ("config", 5, "config"),
        ("state", "lost", "state is 'lost', expected one of queued, running"),
        ("state", 7, "state is '7', expected one of"),
        ("cause", "moon", "cause is 'moon', expected one of"),
        ("created", "soon", "created is 'soon', expected a number"),
        ("created", 1e300, "created is 1e+300, expected seconds since 1970"),
        ("ended", -5.0, "ended is -5.0, expected seconds since 1970"),
        ("pid", "x", "pid is 'x', expected a whole number"),
        ("pid", 2**40, "pid is 1099511627776, expected the number of a process"),
        ("reason", None, "reason is None, expected text"),
    ],
)
def test_a_damaged_row_is_named_and_the_other_runs_are_listed(
    project: Path, path: Path, column: str, value: Any, said: str
) -> None:
    if value is None:
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute(
                "UPDATE sqlite_schema SET sql = replace(sql, 'reason TEXT NOT NULL', 'reason TEXT')"
            )
        connection.close()
    change(path, f"UPDATE run SET {column} = ? WHERE id = 'demand-2'", value)
    found = listed(project)
    assert len(found) == 3
    assert found["demand-1"].damage == found["demand-3"].damage == ""
    damaged = found["demand-2"]
    assert said in damaged.damage
    assert damaged.status.endswith(", damaged")
    assert not damaged.is_complete
    assert json.dumps(damaged.to_plain(), allow_nan=False)
    assert attach("demand-2", project).record == damaged
    if damaged.state is not RunState.SUCCEEDED:
        with pytest.raises(JournalError, match=r"cannot be resumed\. Its row in the journal is damaged"):
            resume("demand-2", project)


def test_a_damaged_text_hides_no_row(project: Path, path: Path) -> None:
    change(path, "UPDATE run SET title = CAST(x'ff41' AS TEXT) WHERE id = 'demand-2'")
    assert listed(project)["demand-2"].title == "\ufffdA"
    assert len(listed(project)) == 3


EVENTS = [
    ("data", "{bad"),
    ("data", "[]"),
    ("data", "5"),
    ("data", "null"),
    ("data", "{}"),
    ("data", '{"state": 5, "name": 5, "path": 5, "memory": "x", "seconds_left": [], "phase": 1}'),
    ("data", "[" * 100_000),
    ("kind", "odd"),
    ("kind", 5),
    ("level", 99),
    ("level", "x"),
    ("fraction", "x"),
    ("message", b"\xff"),
    ("stage", b"\xff"),
    ("time", "x"),
]


@pytest.mark.parametrize(("column", "value"), EVENTS)
def test_a_damaged_event_is_passed_over_by_name_and_the_run_is_still_shown(
    project: Path, path: Path, column: str, value: Any
) -> None:
    for seq in range(1, 10):
        (kept,) = row(path, f"SELECT {column} FROM event WHERE run = 2 AND seq = ?", seq)
        change(path, f"UPDATE event SET {column} = ? WHERE run = 2 AND seq = ?", value, seq)
        run = attach("demand-2", project)
        events = list(run.events())
        assert [event.seq for event in events] == list(range(1, 10))
        summary = Summary()
        for event in events:
            summary.add(event)
        assert attach("demand-2", project).report()
        passed_over = [event for event in events if "is damaged and was passed over" in event.message]
        assert len(passed_over) <= 1
        assert all(f"Event {seq} of the journal" in event.message for event in passed_over)
        change(path, f"UPDATE event SET {column} = ? WHERE run = 2 AND seq = ?", kept, seq)


def test_files_of_a_run_are_found_after_the_project_has_moved(
    project: Path, path: Path, tmp_path: Path
) -> None:
    (kept,) = row(path, "SELECT data FROM event WHERE kind = 'artifact' AND run = 1")
    assert json.loads(kept)["path"] == "results/demand/s1/forecast.parquet"
    moved = tmp_path / "elsewhere" / "project"
    shutil.copytree(project, moved)
    for place in (project, moved):
        (facts,) = attach("demand-1", place).summary().artifacts
        assert Path(facts["path"]) == place / "results" / "demand" / "s1" / "forecast.parquet"
        assert Path(facts["path"]).is_file()


def test_absolute_paths_of_earlier_versions_are_found_after_a_move(
    project: Path, path: Path, tmp_path: Path
) -> None:
    old = {"path": "/home/somebody/kerala/results/demand/s1/forecast.parquet", "title": "f", "role": "result"}
    gone = {"path": "/home/somebody/kerala/results/gone.parquet", "title": "g", "role": "result"}
    outside = {"path": "../../../etc/passwd", "title": "p", "role": "result"}
    for number, facts in ((1, old), (2, gone), (3, outside)):
        change(
            path, "UPDATE event SET data = ? WHERE kind = 'artifact' AND run = ?", json.dumps(facts), number
        )
    paths = [attach(f"demand-{n}", project).summary().artifacts[0]["path"] for n in (1, 2, 3)]
    assert paths[0] == str(project / "results" / "demand" / "s1" / "forecast.parquet")
    assert paths[1:] == [gone["path"], outside["path"]]


def test_files_outside_the_project_keep_their_whole_path(project: Path, tmp_path: Path) -> None:
    journal = Journal.open(project / ".workbench" / "journal.sqlite")
    outside = tmp_path / "shared.csv"
    run = journal.add_run(
        run_id="a", job="j", title="", scenario="s", config={}, version="1", resumed_from=None
    ).number
    journal.stream(run).emit(EventKind.ARTIFACT, "Reads", data={"path": str(outside), "role": "input"})
    journal.flush()
    (event,) = journal.reader.events(run)
    assert event.data is not None
    assert event.data["path"] == str(outside)


def test_a_damaged_request_is_answered_and_the_others_are_carried_out(project: Path, path: Path) -> None:
    journal = Journal.open(path)
    damaged, whole = journal.ask(1, "pause", {}, "me"), journal.ask(1, "cancel", {}, "me")
    change(path, "UPDATE request SET data = '{bad' WHERE number = ?", damaged)
    assert [request.number for request in journal.open_requests([1])] == [whole]
    answered, refusal = journal.reader.refusal(damaged)
    assert answered
    assert "The request is damaged" in str(refusal)


def found_unit(journal: Journal, run: int, key: str, digest: str) -> tuple[bytes, float] | None:
    return journal.remembered([run], [(key, digest)]).get((key, digest))


def test_a_unit_that_is_no_pickle_of_ours_is_computed_again(path: Path) -> None:
    journal = Journal.open(path)
    journal.remember(1, "a", "d", 0.1, b"x")
    assert found_unit(journal, 1, "a", "d") == (b"x", 0.1)
    change(path, "UPDATE unit SET signature = 'text'")
    assert found_unit(journal, 1, "a", "d") is None


def test_a_damaged_row_does_not_stop_the_runs_of_gone_processes_from_being_ended(
    path: Path, project: Path
) -> None:
    change(
        path,
        "UPDATE run SET state = 'running', pid = 1, process_started = -1.0, ended = NULL WHERE number < 3",
    )
    change(path, "UPDATE run SET config = '{bad' WHERE number = 1")
    found = listed(project)
    assert found["demand-1"].state is found["demand-2"].state is RunState.INTERRUPTED
    assert found["demand-2"].cause is Cause.PROCESS_GONE


# pages that hold fewer rows than they did: SQLite says nothing of it


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a b-tree (https://www.sqlite.org/fileformat.html, 1.6); places are of its header in the file."""

    number: int
    place: int
    cells: int
    children: tuple[int, ...]


def pages_of(content: bytearray, number: int, size: int) -> list[Page]:
    """Pages of the b-tree below a page, that page first."""
    place = (number - 1) * size
    cells = int.from_bytes(content[place + 3 : place + 5])
    if content[place] not in (2, 5):
        return [Page(number, place, cells, ())]
    pointers = [int.from_bytes(content[place + 12 + 2 * n : place + 14 + 2 * n]) for n in range(cells)]
    left = [int.from_bytes(content[place + p : place + p + 4]) for p in pointers]
    children = (*left, int.from_bytes(content[place + 8 : place + 12]))
    below = [page for child in children for page in pages_of(content, child, size)]
    return [Page(number, place, cells, children), *below]


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Journal of a project with two long runs, in one file, and nobody at it."""
    folder = tmp_path_factory.mktemp("long")
    journal = Journal.open(folder / ".workbench" / "journal.sqlite")
    for number in (1, 2):
        record = journal.add_run(
            run_id=f"long-{number}",
            job="long",
            title="Long",
            scenario=f"s{number}",
            config={},
            version="1",
            resumed_from=None,
        )
        stream = journal.stream(record.number)
        stream.emit(EventKind.STATE, "Running", data={"state": "running", "cause": ""})
        for line in range(400):
            stream.emit(EventKind.LOG, f"line {line}, and what else is said in it")
            if line % 10 == 0:
                stream.emit(EventKind.PROGRESS, f"{line} of 400", fraction=line / 400)
        stream.emit(EventKind.STATE, "Completed", data={"state": "succeeded", "cause": "completed"})
    journal.flush()
    # Of small pages, so that each of its trees has many.
    small = folder / "small.sqlite"
    journal.file.connection.execute("PRAGMA page_size = 512")
    journal.file.connection.execute(f"VACUUM INTO '{small}'")
    return small


def fewer_cells_in_a_leaf(content: bytearray, pages: list[Page], size: int) -> None:
    leaf = [page for page in pages if not page.children][3]
    content[leaf.place + 3 : leaf.place + 5] = (2).to_bytes(2)


def fewer_children(content: bytearray, pages: list[Page], size: int) -> None:
    content[pages[0].place + 3 : pages[0].place + 5] = (pages[0].cells // 3).to_bytes(2)


def last_child_is_another(content: bytearray, pages: list[Page], size: int) -> None:
    content[pages[0].place + 8 : pages[0].place + 12] = pages[0].children[-2].to_bytes(4)


def root_is_a_leaf(content: bytearray, pages: list[Page], size: int) -> None:
    root, leaf = pages[0].place, pages[2].place
    content[root : root + size] = content[leaf : leaf + size]


@pytest.mark.parametrize("table", ["event", "event_line", "event_kind"])
@pytest.mark.parametrize(
    "damage", [fewer_cells_in_a_leaf, fewer_children, last_child_is_another, root_is_a_leaf]
)
def test_events_that_vanish_without_an_error_of_the_database_are_said_to_be_missing(
    long: Path, project: Path, damage: Callable[[bytearray, list[Page], int], None], table: str
) -> None:
    path = project / ".workbench" / "journal.sqlite"
    path.parent.mkdir()
    shutil.copy(long, path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        counts = dict(connection.execute("SELECT run, count(*) FROM event GROUP BY run"))
    content = bytearray(path.read_bytes())
    damage(content, pages_of(content, root, size), size)
    path.write_bytes(content)

    said = []
    for number in (1, 2):
        try:
            run = attach(f"long-{number}", project)
            summary, events = run.summary(), run.events()
            assert summary.state == RunState.SUCCEEDED
            seqs = [event.seq for event in events]
            assert seqs == sorted(set(seqs))
            if not summary.damage:
                assert (seqs, len(run.logs())) == ([*range(1, counts[number] + 1)], 400)
            elif len(seqs) < counts[number] and seqs[-1:] == [counts[number]]:
                assert any("of the journal are missing" in event.message for event in events)
            report = run.report()
            assert (report.summary.damage, report.summary.state) == (summary.damage, RunState.SUCCEEDED)
            said.append(summary.damage)
        except JournalError as error:
            said.append(str(error))
    assert any(said)
    assert all("repair" in sentence for sentence in said if sentence)


@pytest.mark.parametrize("damage", [fewer_cells_in_a_leaf, root_is_a_leaf])
def test_what_vanished_without_an_error_is_found_by_a_repair(
    long: Path, project: Path, damage: Callable[[bytearray, list[Page], int], None]
) -> None:
    path = project / ".workbench" / "journal.sqlite"
    path.parent.mkdir()
    shutil.copy(long, path)
    content = bytearray(path.read_bytes())
    with contextlib.closing(sqlite3.connect(path)) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'event'").fetchone()[0]
    damage(content, pages_of(content, root, 512), 512)
    path.write_bytes(content)

    (found,) = repair_journal(path, Aside(project, project / ".workbench", dry_run=False))

    assert any("events of long-1" in sentence for sentence in found.lost)
    for number in (1, 2):
        run = attach(f"long-{number}", project)
        assert (run.summary().state, run.summary().damage) == (RunState.SUCCEEDED, "")
