"""Assertions for tests of jobs: what every finished run keeps, whatever its job does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.runs.engine.run import Run
from workbench.runs.model.events import Event
from workbench.runs.model.states import EventKind, StageState

__all__ = ["assert_run_is_whole", "assert_stream_is_whole"]


def assert_run_is_whole(run: Run[Any]) -> None:
    """Assert that a finished run's record, stream and summary tell the same.

    Raises
    ------
    AssertionError
        Naming the first event that does not fit.
    """
    events = run.events()
    assert_stream_is_whole(events)
    final = events[-1].data or {}
    assert str(run.state) == final["state"], f"the run is {run.state}, its last event says {final['state']}"
    record = run.record
    assert str(record.state) == final["state"], "the journal's record and the stream differ"
    summary = run.summary()
    assert run.status == record.status == summary.status, (
        "the run, its record and its summary differ in status"
    )
    assert summary.seq == events[-1].seq, f"the summary stops at {summary.seq} of {events[-1].seq}"
    still_open = [stage.path for stage in summary.stages.values() if stage.state == StageState.STARTED]
    assert not still_open, f"stages still open at the end: {still_open}"


def assert_stream_is_whole(events: Sequence[Event]) -> None:
    """Assert that a finished stream has no gap, one end, times that do not fall, and no answer without a request.

    Raises
    ------
    AssertionError
        Naming the first event that does not fit.
    """
    assert events, "there are no events"
    asked: list[str] = []
    for position, event in enumerate(events, 1):
        assert event.seq == position, f"event {position} has the number {event.seq}"
        assert position == 1 or event.time >= events[position - 2].time, f"time falls at event {event.seq}"
        assert event.is_final == (position == len(events)), f"the end is at {event.seq} of {len(events)}"
        if event.kind == EventKind.CONTROL:
            facts = event.data or {}
            if facts["phase"] == "asked":
                asked.append(facts["request"])
            else:
                assert facts["request"] in asked, f"event {event.seq} answers a request that was not made"
                asked.remove(facts["request"])
