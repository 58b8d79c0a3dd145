from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.publishing.frames import (
    MAX_BURST,
    MAX_FRAME_BYTES,
    MESSAGES_PER_SECOND,
    FrameFilter,
    header_of,
    is_choice,
    passes_to_browser,
)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def frame(kind: str, content: object, channel: str = "shell", **header: object) -> bytes:
    head = {"msg_type": kind, "msg_id": "1", **header}
    parts = [channel.encode(), *(json.dumps(part).encode() for part in (head, {}, {}, content))]
    marks = [8 * (len(parts) + 2)]
    for part in parts:
        marks.append(marks[-1] + len(part))
    return b"".join(n.to_bytes(8, "little") for n in (len(marks), *marks)) + b"".join(parts)


CONTROL = {"comm_id": "c", "target_name": "jupyter.widget.control", "data": {}}


def test_what_a_page_sends_passes():
    door = FrameFilter()
    assert door.refusal(frame("kernel_info_request", {})) == ""
    assert door.refusal(frame("comm_info_request", {"target_name": "jupyter.widget"})) == ""
    assert door.refusal(frame("comm_open", CONTROL)) == ""
    assert door.refusal(frame("comm_msg", {"comm_id": "m", "data": {"method": "update", "state": {}}})) == ""
    assert door.refusal(frame("comm_close", {"comm_id": "c"})) == ""


@pytest.mark.parametrize(
    ("kind", "data", "is_one"),
    [
        ("comm_msg", {"method": "update", "state": {"index": 1}}, True),
        ("comm_msg", {"method": "custom", "content": {"event": "click"}}, True),
        ("comm_msg", {"method": "custom", "content": {"kind": "zoom"}}, True),
        ("comm_msg", {"method": "custom", "content": {"kind": "here"}}, False),
        ("comm_msg", {"method": "custom", "content": {"kind": "lines"}}, False),
        ("comm_msg", {"method": "request_state"}, False),
        ("comm_msg", "update", False),
        ("kernel_info_request", {"method": "update"}, False),
    ],
)
def test_a_panel_that_says_that_it_is_shown_is_no_reader_who_does_something(kind, data, is_one):
    assert is_choice(frame(kind, {"comm_id": "m", "data": data})) is is_one


@pytest.mark.parametrize(
    "kind", ["execute_request", "shutdown_request", "debug_request", "input_reply", "", "Comm_msg"]
)
def test_other_kinds_do_not(kind):
    assert FrameFilter().refusal(frame(kind, {})) != ""


@pytest.mark.parametrize("channel", ["control", "stdin", "iopub", "hb", "", "Shell"])
def test_only_the_shell_channel_is_open(channel):
    assert "channel" in FrameFilter().refusal(frame("kernel_info_request", {}, channel))


def test_a_subshell_cannot_be_named():
    assert "subshell" in FrameFilter().refusal(
        frame("comm_msg", {"comm_id": "m", "data": {}}, subshell_id="x")
    )


def test_a_widget_cannot_be_opened_or_closed():
    door = FrameFilter()
    assert "opening" in door.refusal(frame("comm_open", {**CONTROL, "target_name": "jupyter.widget"}))
    assert "loading" in door.refusal(frame("comm_open", {**CONTROL, "target_module": "os"}))
    assert "closing" in door.refusal(frame("comm_close", {"comm_id": "m"}))


def test_a_large_frame_is_refused():
    assert "bytes" in FrameFilter().refusal(b"x" * (MAX_FRAME_BYTES + 1))


def test_a_flood_is_refused_and_forgiven():
    clock = Clock()
    door = FrameFilter(clock)
    answers = [door.refusal(frame("kernel_info_request", {})) for _ in range(int(MAX_BURST) + 10)]
    assert answers[: int(MAX_BURST)] == [""] * int(MAX_BURST)
    assert set(answers[int(MAX_BURST) :]) == {"too many messages"}
    clock.now += 20 / MESSAGES_PER_SECOND
    assert door.refusal(frame("kernel_info_request", {})) == ""


@pytest.mark.parametrize("name", ["x" * 65, "", "a b", 7, ["c"], {"a": 1}], ids=repr)
def test_a_comm_has_a_name_that_a_page_gives(name):
    assert FrameFilter().refusal(frame("comm_open", {**CONTROL, "comm_id": name})) != ""
    assert FrameFilter().refusal(frame("comm_msg", {"comm_id": name, "data": {}})) != ""


def test_a_header_without_measure_is_refused():
    assert "header" in FrameFilter().refusal(frame("kernel_info_request", {}, username="x" * 3_000))


def test_what_is_refused_costs_nothing():
    door = FrameFilter(Clock())
    for _ in range(3 * int(MAX_BURST)):
        assert door.refusal(frame("execute_request", {})) != ""
    assert door.refusal(frame("kernel_info_request", {})) == ""


def test_a_page_may_send_so_many_bytes_over_all_its_connections():
    clock = Clock()
    door = FrameFilter(clock)
    large = frame("comm_msg", {"comm_id": "m", "data": {"x": "y" * 50_000}})
    answers = [door.refusal(large) for _ in range(200)]
    assert answers[0] == ""
    assert answers[-1] == "too many bytes"
    clock.now += 5
    assert door.refusal(large) == ""


@given(st.binary(max_size=400))
def test_no_bytes_whatever_raise_an_error_or_pass(content):
    assert FrameFilter().refusal(content) != ""
    assert header_of(content) == {}


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=12), st.binary(max_size=100))
def test_no_marks_whatever_lead_outside_of_the_frame(numbers, rest):
    content = b"".join(number.to_bytes(8, "little") for number in numbers) + rest
    assert isinstance(FrameFilter().refusal(content), str)


def test_errors_and_printed_lines_do_not_reach_browsers():
    for kind in ("error", "stream", "execute_input", "execute_reply", "debug_event", "inspect_reply", ""):
        assert not passes_to_browser(kind)
    assert passes_to_browser("comm_msg")
    assert passes_to_browser("status")


def test_the_header_of_a_frame_is_read():
    assert header_of(frame("status", {}))["msg_type"] == "status"
