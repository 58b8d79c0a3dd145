from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from workbench.errors import JournalError, UnknownRun
from workbench.runs.journal.reader import JournalReader
from workbench.runs.journal.writer import Journal
from workbench.runs.model.records import RunRecord
from workbench.runs.model.states import EventKind, Level, RunState
from workbench.runs.overview.summary import Summary

Enter = Callable[..., RunRecord]


@pytest.fixture
def journal(project: Path) -> Journal:
    return Journal.open(project / "journal.sqlite")


@pytest.fixture
def reader(journal: Journal) -> JournalReader:
    return JournalReader(journal.path)


@pytest.fixture
def enter(journal: Journal) -> Enter:
    def add(run_id: str, job: str = "demand", resumed_from: str | None = None) -> RunRecord:
        return journal.add_run(
            run_id=run_id,
            job=job,
            title="",
            scenario=run_id,
            config={},
            version="",
            resumed_from=resumed_from,
        )

    return add


def test_a_project_without_runs_is_said_in_one_sentence(project: Path) -> None:
    with pytest.raises(JournalError, match="does not exist: this project has no runs yet"):
        JournalReader(project / "none.sqlite")


def test_a_run_is_found_by_the_beginning_of_its_id_when_that_is_enough(
    reader: JournalReader, enter: Enter
) -> None:
    enter("demand-1")
    enter("demand-12")
    enter("finance-1")
    assert reader.run("fin").id == "finance-1"
    assert reader.run("demand-12").id == "demand-12"
    # A whole id is meant, even when it begins another one.
    assert reader.run("demand-1").id == "demand-1"
    with pytest.raises(UnknownRun, match="several runs begin with 'demand-'") as caught:
        reader.run("demand-")
    assert isinstance(caught.value, KeyError)
    with pytest.raises(UnknownRun, match="no run begins with 'x'"):
        reader.run("x")


@pytest.mark.parametrize("pattern", ["%", "_emand-1", "dem%1", "\\"])
def test_what_looks_like_a_pattern_is_taken_literally(
    reader: JournalReader, enter: Enter, pattern: str
) -> None:
    enter("demand-1")
    with pytest.raises(UnknownRun):
        reader.run(pattern)


def test_runs_are_listed_newest_first_and_filtered(
    journal: Journal, reader: JournalReader, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([100.0, 200.0, 50.0, 400.0])
    with monkeypatch.context() as patch:
        patch.setattr(
            "workbench.runs.journal.writer.time",
            SimpleNamespace(time=lambda: next(clock), sleep=time.sleep, monotonic=time.monotonic),
        )
        for name in ("a", "b", "c"):
            enter(name, job="demand" if name != "b" else "finance")
    # The clock was set back before "c": it is the newest all the same.
    assert [record.id for record in reader.runs()] == ["c", "b", "a"]
    assert [record.id for record in reader.runs(job="demand")] == ["c", "a"]
    assert [record.id for record in reader.runs(since=100, until=150)] == ["a"]
    assert [record.id for record in reader.runs(limit=2)] == ["c", "b"]
    stream = journal.stream(reader.run("a").number)
    stream.emit(EventKind.STATE, "x", data={"state": "paused", "cause": "person"})
    journal.flush()
    assert [record.id for record in reader.runs(states=["paused"])] == ["a"]
    assert [record.id for record in reader.runs(states=[RunState.QUEUED, "paused"])] == ["c", "b", "a"]
    with pytest.raises(ValueError, match="running away"):
        reader.runs(states=["running away"])


def test_lineage_goes_back_to_the_first_run(reader: JournalReader, enter: Enter) -> None:
    first = enter("a")
    second = enter("b", resumed_from="a")
    third = enter("c", resumed_from="b")
    assert reader.lineage(third) == [second.number, first.number]
    assert reader.lineage(first) == []


@pytest.fixture
def run(journal: Journal, enter: Enter) -> int:
    """Make a run with 100 log lines, every tenth a warning, and a progress event after each ten."""
    record = enter("demand-1")
    stream = journal.stream(record.number)
    for index in range(100):
        level = Level.WARNING if index % 10 == 9 else Level.DEBUG if index % 10 == 0 else Level.INFO
        stream.emit(EventKind.LOG, f"Line {index} of Ünit_{index % 3}", level=level)
        if index % 10 == 9:
            stream.emit(EventKind.PROGRESS, stage="s", fraction=(index + 1) / 100)
    journal.flush()
    return record.number


def test_pages_of_events_join_without_a_gap(reader: JournalReader, run: int) -> None:
    everything = reader.events(run)
    assert [event.seq for event in everything] == list(range(1, 111))
    paged, after = [], 0
    while page := reader.events(run, after, limit=7):
        paged += page
        after = page[-1].seq
    assert paged == everything
    assert list(reader.each_event(run, page=9)) == everything
    assert reader.last_seq(run) == 110
    assert reader.last_seq(run + 1) == 0


def test_events_of_some_kinds_only(reader: JournalReader, run: int) -> None:
    assert [event.seq for event in reader.events(run, kinds=[EventKind.PROGRESS])] == list(range(11, 111, 11))
    assert len(reader.events(run, 50, kinds=[EventKind.PROGRESS, EventKind.LOG])) == 60
    assert len(reader.events(run, kinds=[EventKind.LOG], limit=3)) == 3


@pytest.mark.parametrize(
    ("level", "contains", "wanted"),
    [
        (Level.DEBUG, "", lambda index: True),
        (Level.INFO, "", lambda index: index % 10 != 0),
        (Level.WARNING, "", lambda index: index % 10 == 9),
        (Level.ERROR, "", lambda index: False),
        (Level.DEBUG, "nit_1", lambda index: index % 3 == 1),
        (Level.WARNING, "LINE 9", lambda index: index in (9, 99)),
        (Level.DEBUG, "%", lambda index: False),
    ],
)
def test_pages_of_the_log_pass_the_same_lines_as_the_filter(
    reader: JournalReader, run: int, level: Level, contains: str, wanted: Callable[[int], bool]
) -> None:
    expected = [f"Line {index} of Ünit_{index % 3}" for index in range(100) if wanted(index)]
    assert reader.count_lines(run, level=level, contains=contains) == len(expected)
    paged = []
    for first in range(0, len(expected) + 7, 7):
        paged += reader.lines(run, first, 7, level=level, contains=contains)
    assert [line.message for line in paged] == expected
    assert [line.line for line in paged] == sorted(line.line for line in paged)


def test_a_summary_made_from_the_journal_is_that_of_all_events(
    journal: Journal, reader: JournalReader, enter: Enter
) -> None:
    number = enter("demand-1").number
    stream = journal.stream(number)
    stream.emit(EventKind.STATE, "Started", data={"state": "running", "cause": ""})
    stream.emit(EventKind.STAGE, data={"plan": {"read": 1, "solve": 3}})
    for name in ("read", "solve"):
        stream.emit(EventKind.STAGE, stage=name, data={"state": "started"})
        # Two loops in one stage: the second begins at nothing again, the bar does not.
        for fraction in (0.2, 0.8, 0.1, 0.5):
            stream.emit(EventKind.PROGRESS, f"{name} {fraction}", stage=name, fraction=fraction)
            stream.emit(EventKind.LOG, "x")
        if name == "read":
            stream.emit(EventKind.STAGE, stage=name, data={"state": "completed"})
    journal.flush()
    whole, short = Summary(), Summary()
    for event in reader.events(number):
        whole.add(event)
    events, short_until = reader.summary_events(number, 0)
    for event in events:
        short.add(event)
    assert len(events) < 8
    assert short_until == whole.seq
    short.seq, short.last_time = whole.seq, whole.last_time
    assert short == whole
    assert whole.stages["solve"].fraction == 0.8
    assert reader.summary_events(number, short_until) == ([], short_until)


def test_reading_goes_on_while_another_thread_writes(
    journal: Journal, reader: JournalReader, enter: Enter
) -> None:
    import threading

    run = enter("written-1").number
    stream, going = journal.stream(run), threading.Event()

    def write() -> None:
        while not going.is_set():
            for _ in range(50):
                stream.emit(EventKind.LOG, "x")
            time.sleep(0.001)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen, after = 0, 0
        for _ in range(50):
            events = reader.events(run, after)
            assert [event.seq for event in events] == list(range(after + 1, after + 1 + len(events)))
            after += len(events)
            seen += len(events)
            time.sleep(0.005)
    finally:
        going.set()
        writer.join()
    assert seen > 0
