from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.runs import Event, EventKind
from workbench.testing import assert_stream_is_whole

QUEUED = Event(1, 10.0, EventKind.STATE, data={"state": "queued", "cause": ""})
LINE = Event(2, 11.0, EventKind.LOG, message="line")
ANSWER = Event(2, 11.0, EventKind.CONTROL, data={"request": "pause", "phase": "acknowledged"})
END = Event(3, 12.0, EventKind.STATE, data={"state": "succeeded", "cause": "completed"})


def test_a_whole_stream_passes():
    assert_stream_is_whole([QUEUED, LINE, END])


@pytest.mark.parametrize(
    ("events", "says"),
    [
        ([], "no events"),
        ([QUEUED, replace(LINE, seq=3), END], "event 2 has the number 3"),
        ([QUEUED, replace(LINE, time=9.0), END], "time falls at event 2"),
        ([QUEUED, replace(END, seq=2), replace(LINE, seq=3, time=12.0)], "the end is at 2"),
        ([QUEUED, LINE], "the end is at 2"),
        ([QUEUED, ANSWER, END], "answers a request that was not made"),
    ],
)
def test_a_stream_that_is_not_whole_is_named(events, says):
    with pytest.raises(AssertionError, match=says):
        assert_stream_is_whole(events)
