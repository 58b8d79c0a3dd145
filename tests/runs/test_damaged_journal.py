from __future__ import annotations

import json
import math
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from workbench.errors import JournalError
from workbench.runs import attach, resume, runs
from workbench.runs.journal.writer import Journal
from workbench.runs.model.records import RunRecord
from workbench.runs.model.states import Cause, EventKind, RunState
from workbench.runs.model.summary import Summary


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
