from __future__ import annotations

import sys
import threading
import time
from itertools import pairwise

import pytest

from workbench.errors import JournalError
from workbench.runs.journal import stream as stream_module
from workbench.runs.journal.stream import BACKLOG, RING, EventStream
from workbench.runs.model.events import Event
from workbench.runs.model.states import EventKind, Level


class Store:
    """Takes what waits, as the journal does, when it is asked to."""

    def __init__(self) -> None:
        self.woken = 0
        self.stream: EventStream | None = None
        self.written: list[tuple[Event, int | None]] = []
        self.full = False

    def wake(self) -> None:
        self.woken += 1

    def flush(self, patience: float | None = None) -> None:
        if self.full:
            raise JournalError("full")
        assert self.stream is not None
        self.written += self.stream.take_waiting()


@pytest.fixture
def store() -> Store:
    made = Store()
    made.stream = EventStream(made, 1)
    return made


@pytest.fixture
def stream(store: Store) -> EventStream:
    assert store.stream is not None
    return store.stream


def end(stream: EventStream) -> None:
    stream.emit(EventKind.STATE, "Done", data={"state": "succeeded", "cause": "completed"})


def test_eight_threads_at_once_leave_no_gap_and_no_repetition(stream: EventStream, store: Store) -> None:
    def emit_many(name: int) -> None:
        for index in range(3000):
            stream.emit(EventKind.LOG, f"{name} {index}")

    threads = [threading.Thread(target=emit_many, args=(name,)) for name in range(8)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    store.flush()
    assert [event.seq for event, _ in store.written] == list(range(1, 24_001))
    assert [line for _, line in store.written] == list(range(1, 24_001))
    for name in range(8):
        own = [event.message for event, _ in store.written if event.message.startswith(f"{name} ")]
        assert own == [f"{name} {index}" for index in range(3000)]


def test_only_log_lines_are_numbered_as_lines(stream: EventStream, store: Store) -> None:
    stream.emit(EventKind.LOG, "a")
    stream.emit(EventKind.PROGRESS, "b", fraction=0.5)
    stream.emit(EventKind.LOG, "c", level=Level.ERROR)
    store.flush()
    assert [(event.seq, line, event.level) for event, line in store.written] == [
        (1, 1, "info"),
        (2, None, "info"),
        (3, 2, "error"),
    ]


def test_memory_is_bounded_however_much_is_emitted(stream: EventStream, store: Store) -> None:
    for index in range(3 * BACKLOG):
        stream.emit(EventKind.LOG, str(index))
        assert len(stream._waiting) <= BACKLOG
    assert len(stream._ring) == RING
    store.flush()
    assert len(store.written) == 3 * BACKLOG


def test_when_nothing_can_be_written_the_emitter_is_told_and_memory_stays_bounded(
    stream: EventStream, store: Store
) -> None:
    store.full = True
    refused = 0
    for index in range(BACKLOG + 1000):
        try:
            stream.emit(EventKind.LOG, str(index))
        except JournalError:
            refused += 1
    assert refused == 1000
    assert stream.seq == BACKLOG
    # The end is told all the same, and once there is room nothing that was numbered is missing.
    end(stream)
    store.full = False
    store.flush()
    assert [event.seq for event, _ in store.written] == list(range(1, BACKLOG + 2))


def test_nothing_comes_after_the_end_even_from_threads_that_were_left_behind(
    stream: EventStream, store: Store
) -> None:
    going = threading.Event()

    def emit_forever() -> None:
        while not going.wait(0):
            stream.emit(EventKind.LOG, "left behind")

    threads = [threading.Thread(target=emit_forever) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.02)
    end(stream)
    end(stream)
    time.sleep(0.02)
    going.set()
    for thread in threads:
        thread.join()
    store.flush()
    assert [event.is_final for event, _ in store.written].count(True) == 1
    assert store.written[-1][0].is_final


def test_time_never_runs_backwards_when_the_clock_is_set_back(
    stream: EventStream, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([100.0, 101.0, 50.0, 51.0, 102.0])
    monkeypatch.setattr(stream_module.time, "time", lambda: next(clock))
    for _ in range(5):
        stream.emit(EventKind.LOG, "tick")
    store.flush()
    times = [event.time for event, _ in store.written]
    assert times == [100.0, 101.0, 101.0, 101.0, 102.0]
    assert all(later >= earlier for earlier, later in pairwise(times))


def test_recent_events_come_from_memory_and_older_ones_are_left_to_the_journal(stream: EventStream) -> None:
    for index in range(RING + 10):
        stream.emit(EventKind.LOG, str(index))
    newest = RING + 10
    assert stream.recent(newest) == []
    assert stream.recent(newest + 5) == []
    for after in (10, 11, newest - 2000, newest - 3, newest - 1):
        found = stream.recent(after)
        assert found is not None
        assert [event.seq for event in found] == list(range(after + 1, newest + 1))
    assert stream.recent(9) is None
    assert stream.recent(0) is None


def test_what_could_not_be_written_stays_in_front_of_what_came_since(
    stream: EventStream, store: Store
) -> None:
    stream.emit(EventKind.LOG, "a")
    taken = stream.take_waiting()
    stream.emit(EventKind.LOG, "b")
    stream.put_back(taken)
    store.flush()
    assert [event.message for event, _ in store.written] == ["a", "b"]


def test_the_store_is_woken_once_per_batch(stream: EventStream, store: Store) -> None:
    for _ in range(100):
        stream.emit(EventKind.LOG, "x")
    assert store.woken == 1
    store.flush()
    stream.emit(EventKind.LOG, "x")
    assert store.woken == 2


def test_a_listener_that_fails_is_dropped_and_the_work_and_the_others_go_on(
    stream: EventStream, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[int] = []

    def broken() -> None:
        raise RuntimeError("no page")

    stream.listeners = [broken, lambda: heard.append(stream.seq)]
    stream.emit(EventKind.LOG, "a")
    stream.emit(EventKind.LOG, "b")
    assert heard == [1, 2]
    assert "A listener of a run failed" in caplog.text
    assert len(caplog.records) == 1


def test_a_heartbeat_is_no_sign_of_life_from_the_work(stream: EventStream) -> None:
    spoken = stream.last_emitted
    time.sleep(0.01)
    stream.emit(EventKind.HEARTBEAT)
    assert stream.last_emitted == spoken
    stream.emit(EventKind.LOG, "x")
    assert stream.last_emitted > spoken
