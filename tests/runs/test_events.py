from __future__ import annotations

import dataclasses
import json

import pytest

from workbench.runs.model.events import Event
from workbench.runs.model.states import EventKind, RunState


def test_only_a_final_state_ends_the_stream() -> None:
    for state in RunState:
        event = Event(1, 0.0, EventKind.STATE, data={"state": str(state), "cause": ""})
        assert event.is_final == state.is_final
    assert not Event(1, 0.0, EventKind.LOG, message="succeeded").is_final


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Event(1, 0.0, EventKind.LOG).seq = 2  # type: ignore[misc]


def test_the_plain_form_leaves_out_what_is_empty_and_is_json() -> None:
    assert Event(1, 2.5, EventKind.LOG, message="x").to_plain() == {
        "seq": 1,
        "time": 2.5,
        "kind": "log",
        "message": "x",
    }
    full = Event(2, 3.0, EventKind.PROGRESS, "a/b", "half", 0.5, "warning", {"done": 1})
    assert json.loads(json.dumps(full.to_plain()))["level"] == "warning"
    # Nothing done yet is a fact, not an empty part.
    assert Event(3, 3.0, EventKind.PROGRESS, fraction=0.0).to_plain()["fraction"] == 0.0
