from __future__ import annotations

import json
import random
import shutil
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.errors import JournalError, JournalTooNew, ScenarioBusy
from workbench.runs.journal import schema, signing
from workbench.runs.journal import writer as journal_module
from workbench.runs.journal.reader import JournalReader
from workbench.runs.journal.stream import EventStream
from workbench.runs.journal.writer import Journal
from workbench.runs.model.records import RunRecord
from workbench.runs.model.states import Cause, EventKind, Level, RunState
from workbench.runs.overview.summary import Summary
from workbench.runs.process.identity import ProcessIdentity


@pytest.fixture
def path(project: Path) -> Path:
    return project / ".workbench" / "journal.sqlite"


@pytest.fixture
def journal(path: Path) -> Journal:
    return Journal.open(path)


def enter(journal: Journal, run_id: str = "demand-1", scenario: str = "base", **facts: Any) -> RunRecord:
    values: dict[str, Any] = {"job": "demand", "title": "Demand", "config": {"a": 1}, "version": "1", **facts}
    return journal.add_run(run_id=run_id, scenario=scenario, resumed_from=None, **values)


def tell(stream: EventStream, state: RunState, cause: Cause = Cause.NONE, **data: Any) -> None:
    stream.emit(EventKind.STATE, str(state), data={"state": str(state), "cause": str(cause), **data})


def raw(path: Path, sql: str) -> list[Any]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


# durability


def test_there_is_one_journal_per_file_and_process(path: Path, journal: Journal) -> None:
    assert Journal.open(path) is journal
    assert Journal.open(path.parent / ".." / ".workbench" / "journal.sqlite") is journal


def test_log_lines_are_on_disk_within_a_tenth_of_a_second(
    path: Path, journal: Journal, until: Callable[..., None]
) -> None:
    delays = []
    for number in range(5):
        run = enter(journal, f"demand-{number}", str(number)).number
        emitted = time.monotonic()
        journal.stream(run).emit(EventKind.LOG, "line")
        until(lambda run=run: raw(path, f"SELECT 1 FROM event WHERE run = {run}"))  # type: ignore[misc]
        delays.append(time.monotonic() - emitted)
    # The best of five: what is promised is the journal's own waiting, not a machine that has other work.
    assert min(delays) < 0.1


def test_a_flush_has_everything_on_disk_when_it_returns(path: Path, journal: Journal) -> None:
    stream = journal.stream(enter(journal).number)
    for index in range(500):
        stream.emit(EventKind.LOG, str(index))
    journal.flush()
    assert raw(path, "SELECT count(*), max(line) FROM event") == [(500, 500)]


def test_a_run_with_failed_stages_of_the_last_version_reads_as_incomplete(journal: Journal) -> None:
    record = enter(journal)
    stream = journal.stream(record.number)
    tell(stream, RunState.RUNNING)
    facts = {"state": "succeeded", "cause": "completed", "failed_stages": ["forecast/Mining"]}
    stream.emit(EventKind.STATE, "Completed; failed: forecast/Mining", level=Level.WARNING, data=facts)
    journal.flush()
    found = journal.reader.run(record.id)
    assert (found.cause, found.status) == (Cause.INCOMPLETE, "succeeded, incomplete")
    assert found.to_plain()["status"] == "succeeded, incomplete"
    summary = Summary()
    for event in journal.reader.events(record.number):
        summary.add(event)
    assert (summary.cause, summary.status) == (Cause.INCOMPLETE, "succeeded, incomplete")


def test_the_row_of_a_run_and_its_events_are_written_in_one_transaction(path: Path, journal: Journal) -> None:
    record = enter(journal)
    stream = journal.stream(record.number)
    tell(stream, RunState.RUNNING)
    tell(stream, RunState.SUCCEEDED, Cause.COMPLETED)
    assert raw(path, "SELECT state, (SELECT count(*) FROM event) FROM run") in (
        [("queued", 0)],
        [("succeeded", 2)],
    )
    journal.flush()
    found = journal.reader.run(record.id)
    assert (found.state, found.cause, found.reason) == (RunState.SUCCEEDED, Cause.COMPLETED, "succeeded")
    events = journal.reader.events(record.number)
    assert (found.started, found.ended) == (events[0].time, events[1].time)


def test_what_a_database_cannot_hold_does_not_hold_up_the_rest(journal: Journal) -> None:
    loop: dict[str, Any] = {}
    loop["self"] = loop
    record = enter(journal)
    stream = journal.stream(record.number)
    stream.emit(EventKind.LOG, "before")
    stream.emit(EventKind.LOG, "half a pair \ud83d")
    stream.emit(EventKind.PROGRESS, "numpy", fraction=np.float32(0.5))  # type: ignore[arg-type]
    stream.emit(EventKind.LOG, "loop", data=loop)
    stream.emit(EventKind.LOG, "keys", data={(1, 2): 3})  # type: ignore[dict-item]
    stream.emit(EventKind.LOG, "array", data={"values": np.arange(3)})
    stream.emit(EventKind.LOG, "after")
    journal.flush()
    found = journal.reader.events(record.number)
    assert [event.seq for event in found] == [1, 2, 3, 4, 5, 6, 7]
    assert found[1].message == "half a pair \\ud83d"
    assert found[2].fraction == 0.5
    assert found[4].data == {"(1, 2)": 3}
    assert journal.failure is None


def test_what_could_not_be_written_is_kept_in_order_and_written_later(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = enter(journal)
    stream = journal.stream(record.number)
    stream.emit(EventKind.LOG, "one")
    original = journal_module.insert_events

    def fails(*arguments: Any) -> None:
        original(*arguments)
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(journal_module, "insert_events", fails)
    with pytest.raises(JournalError, match="cannot be written: database or disk is full"):
        journal.flush()
    assert journal.failure is not None
    assert journal.reader.events(record.number) == []
    stream.emit(EventKind.LOG, "two")
    monkeypatch.setattr(journal_module, "insert_events", original)
    journal.flush()
    assert journal.failure is None
    assert [(event.seq, event.message) for event in journal.reader.events(record.number)] == [
        (1, "one"),
        (2, "two"),
    ]


def test_the_state_of_a_run_is_made_up_for_when_writing_works_again(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, until: Callable[..., None]
) -> None:
    record = enter(journal)
    stream = journal.stream(record.number)

    def fails(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(journal_module, "insert_events", fails)
        tell(stream, RunState.FAILED, Cause.JOURNAL)
        with pytest.raises(JournalError):
            journal.flush()
        assert journal.reader.run(record.id).state == RunState.QUEUED
    until(lambda: journal.reader.run(record.id).state == RunState.FAILED)
    assert [event.is_final for event in journal.reader.events(record.number)] == [True]


def test_the_writer_outlives_an_error_that_nobody_thought_of(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, until: Callable[..., None]
) -> None:
    record = enter(journal)
    stream = journal.stream(record.number)
    failed = threading.Event()

    def fails(*_: Any) -> None:
        failed.set()
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(journal_module, "insert_events", fails)
        stream.emit(EventKind.LOG, "one")
        assert failed.wait(5)
    until(lambda: len(journal.reader.events(record.number)) == 1)


FLOOD = """
import sys, time
from pathlib import Path
from workbench.runs.journal.writer import Journal
from workbench.runs.model.states import EventKind
journal = Journal.open(Path(sys.argv[1]))
record = journal.add_run(run_id="flood", job="j", title="", scenario="s", config={}, version="", resumed_from=None)
stream = journal.stream(record.number)
while True:
    for number in range(300):
        stream.emit(EventKind.LOG, "x" * 50)
    journal.flush()
    time.sleep(0.01)
"""


def test_what_a_power_cut_leaves_is_readable_and_consistent(
    path: Path, scripts: Any, tmp_path: Path, until: Callable[..., None]
) -> None:
    process = scripts.start(FLOOD, path)
    written = path.with_name(path.name + "-wal")
    until(lambda: written.exists() and written.stat().st_size > 100_000, 60)
    rng = random.Random(7)
    counts = []
    for number in range(8):
        process.send_signal(signal.SIGCONT)
        time.sleep(0.01)
        copy = tmp_path / f"copy-{number}" / path.name
        copy.parent.mkdir()
        # Stopped in the middle of whatever it writes, as a power cut would.
        process.send_signal(signal.SIGSTOP)
        for suffix in ("", "-wal"):
            source = path.with_name(path.name + suffix)
            if source.exists():
                shutil.copyfile(source, copy.with_name(source.name))
        log = copy.with_name(path.name + "-wal")
        if number % 2 and log.exists():
            # The end of the log had not reached the disk yet.
            with log.open("r+b") as file:
                file.truncate(rng.randrange(log.stat().st_size + 1))
        if not copy.exists():
            continue
        journal = Journal.open(copy)
        assert raw(copy, "PRAGMA integrity_check") == [("ok",)]
        events = journal.reader.events(1)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert len(events) % 300 == 0 or raw(copy, "SELECT count(*) FROM run") == [(1,)]
        counts.append(len(events))
    assert max(counts) > 0
    assert process.poll() is None


# versions


def test_an_older_journal_is_migrated_and_keeps_its_history(
    path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    enter(journal)
    journal.flush()
    older = tmp_path / "older.sqlite"
    backup = sqlite3.connect(older)
    sqlite3.connect(path).backup(backup)
    backup.close()
    added = (
        "ALTER TABLE run ADD COLUMN note TEXT NOT NULL DEFAULT 'none'; CREATE INDEX run_note ON run (note);"
    )
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, added))
    migrated = Journal.open(older)
    assert raw(older, "SELECT id, note FROM run") == [("demand-1", "none")]
    assert raw(older, "PRAGMA user_version") == [(len(schema.MIGRATIONS),)]
    assert migrated.reader.run("demand-1").config == {"a": 1}


def test_a_migration_that_fails_leaves_the_journal_as_it_was(
    path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(journal)
    added = "ALTER TABLE run ADD COLUMN note TEXT; CREATE TABLE run (again INTEGER);"
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, added))
    with pytest.raises(JournalError, match="cannot be brought up to date"):
        Journal(path)
    assert raw(path, "PRAGMA user_version") == [(len(schema.MIGRATIONS) - 1,)]
    assert "note" not in [row[1] for row in raw(path, "PRAGMA table_info(run)")]


def test_a_newer_journal_is_refused_politely_and_left_alone(path: Path, journal: Journal) -> None:
    enter(journal)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    for opening in (Journal, JournalReader):
        with pytest.raises(
            JournalTooNew, match=r"newer workbench \(journal version 99, .*update the workbench"
        ):
            opening(path)
    assert raw(path, "PRAGMA user_version") == [(99,)]


def test_a_file_that_is_no_journal_is_named_and_put_aside_unchanged(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    content = b"year,demand\n2020,1\n" * 100
    path.write_bytes(content)
    with pytest.raises(
        JournalError, match=r"journal\.sqlite is not a journal of the workbench, or it is damaged"
    ):
        JournalReader(path)
    assert path.read_bytes() == content
    enter(Journal(path))
    assert path.with_name("journal.sqlite.put-aside").read_bytes() == content
    assert "put aside as journal.sqlite.put-aside" in caplog.text
    assert len(JournalReader(path).runs()) == 1


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JournalError, match="cannot be opened for writing"):
        Journal(tmp_path / "file" / "journal.sqlite")


# owners


@pytest.mark.parametrize("last_state", [RunState.QUEUED, RunState.RUNNING, RunState.PAUSED])
def test_a_run_whose_process_is_gone_is_marked_interrupted_when_its_work_ended(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, last_state: RunState
) -> None:
    here = ProcessIdentity.current()
    gone = ProcessIdentity(here.host, here.pid, here.started - 100)
    with monkeypatch.context() as patch:
        patch.setattr(ProcessIdentity, "current", classmethod(lambda cls: gone))
        record = enter(journal)
    stream = journal.stream(record.number)
    tell(stream, last_state)
    journal.flush()
    assert journal.claim(record.number, "demand/base") is None
    ended = journal.reader.events(record.number)[-1].time
    time.sleep(0.02)
    assert journal.mark_interrupted() == [record.id]
    assert journal.mark_interrupted() == []
    found = journal.reader.run(record.id)
    assert (found.state, found.cause) == (RunState.INTERRUPTED, Cause.PROCESS_GONE)
    assert found.ended == ended
    final = [event for event in journal.reader.events(record.number) if event.is_final]
    assert len(final) == 1
    assert journal.claim(enter(journal, "demand-2").number, "demand/base") is None


def test_a_run_of_a_living_process_or_of_another_host_is_left_alone(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(journal, "here")
    monkeypatch.setattr(
        ProcessIdentity, "current", classmethod(lambda cls: ProcessIdentity("elsewhere", 1, 0.0))
    )
    enter(journal, "there")
    assert journal.mark_interrupted() == []


def test_only_one_run_holds_a_scenario_and_its_end_frees_it(journal: Journal) -> None:
    first, second = enter(journal, "demand-1"), enter(journal, "demand-2")
    assert journal.claim(first.number, "demand/base") is None
    assert journal.claim(first.number, "demand/base") is None
    assert journal.claim(second.number, "demand/base") == "demand-1"
    tell(journal.stream(first.number), RunState.CANCELLED, Cause.PERSON)
    journal.flush()
    assert journal.claim(second.number, "demand/base") is None


def test_entering_a_scenario_that_is_being_written_is_refused_in_the_same_transaction(
    journal: Journal,
) -> None:
    enter(journal, "demand-1", beside_others=False)
    with pytest.raises(ScenarioBusy, match="demand-1 is still writing the scenario 'base'") as caught:
        enter(journal, "demand-2", beside_others=False)
    assert caught.value.run == "demand-1"
    enter(journal, "demand-3", beside_others=True)
    enter(journal, "other-1", beside_others=False, job="other")
    assert [record.id for record in journal.reader.runs()] == ["other-1", "demand-3", "demand-1"]


# units


def found_unit(journal: Journal, run: int, key: str, digest: str) -> tuple[bytes, float] | None:
    return journal.remembered([run], [(key, digest)]).get((key, digest))


def test_a_unit_is_found_by_its_key_and_the_hash_of_its_inputs(journal: Journal) -> None:
    record = enter(journal)
    journal.remember(record.number, "Domestic", "d1", 2.5, b"result")
    assert found_unit(journal, record.number, "Domestic", "d1") == (b"result", 2.5)
    assert found_unit(journal, record.number, "Domestic", "d2") is None
    assert found_unit(journal, record.number, "Industry", "d1") is None
    assert found_unit(journal, record.number + 1, "Domestic", "d1") is None


def test_a_unit_signed_by_another_key_is_not_ours_to_open(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    record = enter(journal)
    with monkeypatch.context() as patch:
        patch.setattr(signing, "_key_file", lambda: tmp_path / "stranger.key")
        journal.remember(record.number, "Domestic", "d1", 2.5, b"result")
    assert found_unit(journal, record.number, "Domestic", "d1") is None


# requests


def test_requests_wait_in_order_until_they_are_answered(journal: Journal) -> None:
    record = enter(journal)
    first = journal.ask(record.number, "pause", {}, "asha")
    second = journal.ask(record.number, "adjust", {"pace": 1.0}, "ben")
    waiting = journal.open_requests([record.number])
    assert [(item.number, item.kind, dict(item.data), item.asked_by) for item in waiting] == [
        (first, "pause", {}, "asha"),
        (second, "adjust", {"pace": 1.0}, "ben"),
    ]
    assert journal.reader.refusal(first) == (False, None)
    journal.answer(first, None)
    journal.answer(second, "too late")
    assert journal.reader.refusal(first) == (True, None)
    assert journal.reader.refusal(second) == (True, "too late")
    assert journal.open_requests([record.number]) == []


def test_requests_that_the_run_did_not_take_are_answered_by_its_end(journal: Journal) -> None:
    record = enter(journal)
    request = journal.ask(record.number, "pause", {}, "asha")
    tell(journal.stream(record.number), RunState.SUCCEEDED, Cause.COMPLETED)
    journal.flush()
    assert journal.reader.refusal(request) == (
        True,
        "The run ended before the request was adopted (succeeded).",
    )


# several processes


WRITER = """
import sys, time
from pathlib import Path
from workbench.runs.journal.writer import Journal
from workbench.runs.model.states import EventKind
journal = Journal.open(Path(sys.argv[1]))
record = journal.add_run(run_id=sys.argv[2], job="demand", title="", scenario=sys.argv[2], config={}, version="",
                         resumed_from=None)
stream = journal.stream(record.number)
for number in range(2000):
    stream.emit(EventKind.LOG, f"{sys.argv[2]} {number}")
    if number % 200 == 0:
        journal.flush()
journal.flush()
stream.emit(EventKind.STATE, "Done", data={"state": "succeeded", "cause": "completed"})
journal.flush()
"""


def test_processes_that_make_and_write_one_journal_at_once_lose_nothing(path: Path, scripts: Any) -> None:
    started = [scripts.start(WRITER, path, f"writer-{number}") for number in range(4)]
    for process in started:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    reader = JournalReader(path)
    for number in range(4):
        record = reader.run(f"writer-{number}")
        messages = [event.message for event in reader.events(record.number)]
        assert messages == [*(f"writer-{number} {index}" for index in range(2000)), "Done"]
        assert record.state == RunState.SUCCEEDED


def test_a_journal_can_be_made_by_many_at_the_same_moment(tmp_path: Path) -> None:
    # Each with a connection of its own, as processes have.
    for round_ in range(10):
        path, meet, errors = tmp_path / f"{round_}.sqlite", threading.Barrier(8), []

        def make(path: Path = path, meet: threading.Barrier = meet, errors: list[Any] = errors) -> None:
            meet.wait(5)
            try:
                enter(Journal(path), f"run-{threading.get_ident()}")
            except JournalError as error:
                errors.append(error)

        threads = [threading.Thread(target=make) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert len(JournalReader(path).runs()) == 8


def test_a_reader_in_the_middle_of_a_read_does_not_block_the_writer(path: Path, journal: Journal) -> None:
    record = enter(journal)
    stream = journal.stream(record.number)
    for index in range(100):
        stream.emit(EventKind.LOG, str(index))
    journal.flush()
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    cursor = reader.execute("SELECT * FROM event")
    cursor.fetchone()
    began = time.monotonic()
    for index in range(20):
        stream.emit(EventKind.LOG, f"more {index}")
        journal.flush()
    # The writer's patience with a lock is 20 s: had it waited, it would have waited that long and then failed.
    assert time.monotonic() - began < 10
    assert len(cursor.fetchall()) == 99
    reader.execute("COMMIT")
    assert reader.execute("SELECT count(*) FROM event").fetchone() == (120,)
    reader.close()


def test_a_forked_process_leaves_the_parents_journal_alone(path: Path, scripts: Any) -> None:
    code = """
    import os, sys
    from pathlib import Path
    from workbench.runs.journal.writer import Journal
    from workbench.runs.model.states import EventKind
    path = Path(sys.argv[1])
    journal = Journal.open(path)
    record = journal.add_run(run_id="a", job="j", title="", scenario="s", config={}, version="", resumed_from=None)
    stream = journal.stream(record.number)
    stream.emit(EventKind.LOG, "parent")
    if os.fork() == 0:
        sys.exit(0 if Journal.open(path) is not journal else 1)  # its atexit must not write what waits here
    _, status = os.wait()
    journal.flush()
    assert status == 0
    assert [event.message for event in journal.reader.events(record.number)] == ["parent"]
    """
    scripts.run(code, path)


def test_levels_and_data_come_back_as_they_were_given(journal: Journal) -> None:
    record = enter(journal)
    stream = journal.stream(record.number)
    data = {"done": 1, "total": None, "note": "ü ✓", "nested": {"a": [1, 2.5]}}
    stream.emit(EventKind.PROGRESS, "p", stage="a/b", fraction=0.25, level=Level.WARNING, data=data)
    journal.flush()
    (event,) = journal.reader.events(record.number)
    assert (event.kind, event.stage, event.fraction, event.level) == (
        EventKind.PROGRESS,
        "a/b",
        0.25,
        "warning",
    )
    assert event.data == json.loads(json.dumps(data))
    assert isinstance(event.kind, EventKind)
