"""What a stranger tries against a real server and its kernels: each attempt changes nothing and leaves a line."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import websockets.exceptions
from site_under_test import PROTOCOL, Site, Visitor, Wire, ask, wait_until

pytestmark = pytest.mark.slow

FORBIDDEN_MESSAGES = [
    ("execute_request", {"code": "open('pwned','w')", "silent": False, "store_history": False}),
    ("complete_request", {"code": "import o", "cursor_pos": 8}),
    ("inspect_request", {"code": "open", "cursor_pos": 4, "detail_level": 1}),
    ("history_request", {"hist_access_type": "tail", "n": 10, "output": True, "raw": True}),
    ("is_complete_request", {"code": "1"}),
    ("debug_request", {"command": "initialize", "seq": 1, "type": "request", "arguments": {}}),
    ("create_subshell_request", {}),
    ("list_subshell_request", {}),
    ("interrupt_request", {}),
    ("shutdown_request", {"restart": False}),
    ("usage_request", {}),
    ("connect_request", {}),
    ("apply_request", {}),
    ("input_reply", {"value": "1"}),
    ("comm_close", {}),
    ("no_such_request", {}),
]
CHANNELS = ["shell", "control", "stdin", "iopub", "hb", "", "../shell"]
WRONG_VALUES: list[Any] = [
    10**12,
    -1,
    1.5,
    float("1e308"),
    "../../../../etc/passwd",
    "<script>document.title='pwned'</script>",
    "x" * 40_000,
    ["/etc/passwd", None, {"a": 1}],
    {"year": 99999, "month": 77, "date": -3},
    [[[[[[]]]]]],
    {"__class__": "os"},
    "IPY_MODEL_" + "0" * 32,
]


def digest_of(folder: Path) -> str:
    """Digest of every file, but for the two that SQLite keeps beside a journal that is open."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.endswith(("-shm", "-wal")):
            found.update(f"{path.relative_to(folder)} {path.stat().st_mtime_ns}".encode() + path.read_bytes())
    return found.hexdigest()


@pytest.fixture(scope="module")
def visitor(site: Site) -> Iterator[Visitor]:
    with site.visit("stranger").kept_open() as visitor:
        yield visitor


@pytest.fixture
def wire(visitor: Visitor) -> Iterator[Wire]:
    with visitor.socket() as opened:
        yield opened


@pytest.fixture(autouse=True)
def nothing_is_changed(site: Site, visitor: Visitor, deeds: Path, boards_folder: Path) -> Iterator[None]:
    """Hold every attempt of this file to the same: disk, kernel and the other visitors as before."""
    before = digest_of(site.project), digest_of(boards_folder)
    done = deeds.read_text() if deeds.exists() else ""
    yield
    assert (digest_of(site.project), digest_of(boards_folder)) == before
    assert (deeds.read_text() if deeds.exists() else "") == done
    with visitor.socket() as opened:
        assert opened.is_answered()


def model_of(states: dict[str, dict[str, Any]], **traits: Any) -> str:
    """Id of the widget with these traits."""
    (found,) = [
        identity
        for identity, entry in states.items()
        if all(entry["state"].get(name) == value for name, value in traits.items())
    ]
    return found


def is_closed_after(wire: Wire, count: int, kind: str) -> bool:
    """Send many messages and tell whether the server closes the connection."""
    try:
        for _ in range(count):
            wire.send(kind, {})
        while True:
            wire.connection.recv(timeout=10)
    except websockets.exceptions.ConnectionClosed:
        return True
    except TimeoutError:
        return False


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_message_that_no_page_sends_reaches_no_kernel(site, wire, channel):
    for kind, content in FORBIDDEN_MESSAGES:
        refused = site.refusals()
        asked = wire.send(kind, content, channel)
        # A kernel answers in order: what it had been asked before would be answered by now.
        later = wire.send("kernel_info_request", {})
        answered = {}
        for _, head, parent, _ in wire.messages(10):
            answered.setdefault(parent.get("msg_id"), []).append(head["msg_type"])
            if head["msg_type"] == "kernel_info_reply" and parent.get("msg_id") == later:
                break
        assert later in answered, kind
        assert asked not in answered, kind
        wait_until(lambda refused=refused: site.refusals() > refused, 5, f"a line in the log about {kind}")


def test_a_connection_that_only_asks_for_what_is_refused_is_closed(visitor):
    with visitor.socket() as wire:
        assert is_closed_after(wire, 100, "execute_request")


@pytest.mark.parametrize(
    "opening",
    [
        {"target_name": "jupyter.widget", "data": {"state": {"_model_name": "ButtonModel"}}},
        {"target_name": "dash", "data": {}},
        {"target_name": "os.system", "data": {}},
        {"target_name": "jupyter.widget.control", "target_module": "os", "data": {}},
        {"target_name": None, "data": {}},
    ],
    ids=lambda opening: f"{opening['target_name']} {opening.get('target_module', '')}",
)
def test_a_comm_cannot_be_opened_to_anything_but_the_list_of_widgets(site, wire, opening):
    refused = site.refusals()
    before = set(wire.comms())
    wire.send("comm_open", {"comm_id": uuid.uuid4().hex, **opening})
    wait_until(lambda: site.refusals() > refused, 5)
    assert set(wire.comms()) == before


@pytest.mark.parametrize(
    "frame", [b"", b"\0" * 40, b"\xff" * 200, "text", "{}", b"\x09" + b"\0" * 7 + b"\xff" * 80]
)
def test_frames_without_sense_are_refused(site, wire, frame):
    refused = site.refusals()
    wire.connection.send(frame)
    wait_until(lambda: site.refusals() > refused, 5)
    assert wire.is_answered()


def test_a_frame_that_is_too_large_is_refused(site, wire):
    refused = site.refusals()
    wire.update("0" * 32, value="x" * 200_000)
    wait_until(lambda: site.refusals() > refused, 5)
    assert wire.is_answered()


def test_a_flood_ends_the_connection_and_nothing_else(site, visitor):
    with visitor.socket() as wire:
        assert is_closed_after(wire, 3_000, "kernel_info_request")


def test_no_trait_of_any_widget_takes_a_value_that_is_not_offered(site):
    with site.visit("stranger").socket() as wire:
        states = wire.states()
        assert len(states) > 20
        refused = site.refusals()
        sent = 0
        for model, entry in states.items():
            traits = list(entry["state"].items())
            # A layout has forty traits, of which a visitor may set none.
            for name, value in traits[:4] if "Layout" in entry["model_name"] else traits:
                sent += 1
                wrong = WRONG_VALUES[sent % len(WRONG_VALUES)]
                assert wrong != value
                wire.update(model, **{name: wrong})
                if sent % 300 == 0:
                    # The server lets a page send no more than a page would.
                    time.sleep(5.1)
        assert sent > 300
        assert wire.states() == states
        wait_until(lambda: site.refusals() >= refused + sent, 5)


@pytest.mark.parametrize(
    ("traits", "change"),
    [
        ({"description": "Region"}, {"index": 2}),
        ({"description": "Region"}, {"index": True}),
        ({"description": "Region"}, {"index": "1"}),
        ({"description": "Region"}, {"_options_labels": ["x"], "index": 0}),
        ({"_model_name": "SelectMultipleModel"}, {"index": [0, 7]}),
        ({"_model_name": "SelectMultipleModel"}, {"index": [0, 1, 2, 2]}),
        ({"_model_name": "IntSliderModel", "disabled": False}, {"value": 999999999}),
        ({"_model_name": "IntSliderModel", "disabled": False}, {"max": 10**9, "value": 999999999}),
        ({"_model_name": "IntSliderModel", "disabled": False}, {"value": 5.5}),
        ({"_model_name": "IntSliderModel", "disabled": True}, {"value": 5}),
        ({"_model_name": "IntSliderModel", "disabled": True}, {"disabled": False}),
        ({"_model_name": "BoundedFloatTextModel"}, {"value": 1.0000001}),
        ({"_model_name": "DatePickerModel"}, {"value": {"year": 2019, "month": 11, "date": 31}}),
        ({"_model_name": "DatePickerModel"}, {"value": "2024-01-01"}),
        ({"_model_name": "CheckboxModel"}, {"value": "yes"}),
        ({"_model_name": "TextModel"}, {"value": "../../journal.sqlite"}),
        ({"value": "<b>as it was</b>"}, {"value": "<script>1</script>"}),
        ({"_model_name": "TabModel"}, {"selected_index": 5}),
        ({"_model_name": "TabModel"}, {"children": []}),
        (
            {"_model_name": "OutputModel"},
            {"outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}]},
        ),
    ],
    ids=str,
)
def test_a_forged_choice_changes_nothing(site, wire, traits, change):
    before = wire.states()
    refused = site.refusals()
    wire.update(model_of(before, **traits), **change)
    wait_until(lambda: site.refusals() > refused, 5)
    assert wire.states() == before


def test_the_widgets_that_a_page_does_not_show_are_not_told_and_not_heard(site, wire):
    shown = wire.states()
    assert not any("Nobody" in str(entry["state"].get("description")) for entry in shown.values())
    unseen = set(wire.comms()) - set(shown)
    assert len(unseen) >= 2
    refused = site.refusals()
    for model in unseen:
        wire.custom(model, {"event": "click"})
        wire.update(model, index=1)
        wire.send("comm_msg", {"comm_id": model, "data": {"method": "request_state"}})
    assert wire.is_answered()
    wait_until(lambda: site.refusals() >= refused + 3 * len(unseen), 5)


def test_a_disabled_button_cannot_be_clicked(site, wire):
    refused = site.refusals()
    wire.custom(model_of(wire.states(), description="Not this"), {"event": "click"})
    wait_until(lambda: site.refusals() > refused, 5)
    assert wire.is_answered()


@pytest.mark.parametrize(
    "content",
    [
        None,
        7,
        [],
        "click",
        {"event": "Click"},
        {"event": "click", "extra": 1},
        {"event": ["click"]},
        {"a": {}},
    ],
)
def test_custom_messages_that_no_widget_of_a_page_sends_are_refused(site, wire, content):
    states = wire.states()
    refused = site.refusals()
    for model in [model_of(states, description="Press"), model_of(states, _model_name="TabModel")]:
        wire.custom(model, content)
    wait_until(lambda: site.refusals() >= refused + 2, 5)
    assert wire.is_answered()


@pytest.mark.parametrize("data", [None, [], "x", {}, {"method": "update"}, {"method": "exec"}, {"method": 3}])
def test_widget_messages_without_sense_are_refused(site, wire, data):
    refused = site.refusals()
    wire.send("comm_msg", {"comm_id": model_of(wire.states(), description="Press"), "data": data})
    wait_until(lambda: site.refusals() > refused, 5)
    assert wire.is_answered()


@pytest.mark.parametrize(
    "path",
    [
        "/board/private",
        "/board/private.ipynb",
        "/board/.hidden",
        "/board/..%2f..%2fetc%2fpasswd",
        "/board/../../../etc/passwd",
        "/board/%2e%2e/private",
        "/board//private",
        "/board/stranger.ipynb",
        "/board/stranger%00",
        "/board/./private",
        "/voila/render/private.ipynb",
        "/voila/render/stranger.ipynb",
        "/voila/tree",
        "/voila/tree/..",
        "/voila/api/contents",
        "/voila/api/contents/private.ipynb",
        "/voila/files/notes.txt",
        "/voila/files/picture.png",
        "/voila/files/.hidden.ipynb",
        "/voila/static/../app.py",
        "/voila/templates/lab/static/../../../../../../etc/passwd",
        "/voila/labextensions/../../../etc/passwd",
        "/api/kernels",
        "/api/sessions",
        "/api/contents/notes.txt",
        "/api/terminals",
        "/files/notes.txt",
        "/static/../server.py",
        "/.workbench/journal.sqlite",
        "/inputs/demand.xlsx",
        "/project.toml",
        "/lab",
        "/tree",
    ],
)
def test_nothing_is_served_that_is_not_published(site, path):
    refused = site.refusals()
    answer = site.ask(path)
    assert answer.status in (400, 403, 404, 405)
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert str(site.project) not in answer.text
    if answer.status != 400 and not path.startswith("/board/"):
        wait_until(lambda: site.refusals() > refused, 5)


@pytest.mark.parametrize(
    "path",
    [
        "own/../pages.py",
        "own/%2e%2e/server.py",
        "own/../../../lazy.py",
        "voila/../../../../nbconvert/templates/lab/conf.json",
        "voila/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "extensions/anywidget/package.json",
        "extensions/anywidget/../jupyterlab-plotly/package.json",
        "extensions/jupyterlab_pygments/package.json",
        "theme/../index.css",
        "/etc/passwd",
        "own//etc/passwd",
        "voila/voila.js/../../x",
    ],
)
def test_the_assets_have_no_way_out(site, path):
    prefix = site.ask("/").text.split('href="/assets/')[1].split("/")[0]
    assert site.ask(f"/assets/{prefix}/own/pages.css").status == 200
    assert site.ask(f"/assets/{prefix}/{path}").status in (400, 404)


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
@pytest.mark.parametrize(
    "path", ["/", "/board/stranger", "/api/kernels/{kernel}", "/voila/api/shutdown/{kernel}"]
)
def test_no_method_but_reading_and_the_pages_own_is_possible(site, visitor, method, path):
    assert visitor.ask(path.format(kernel=visitor.kernel), method).status in (400, 405)


def test_a_kernel_is_not_ended_without_the_token_against_forged_requests(site, visitor):
    for body in (None, "_xsrf=wrong"):
        answer = visitor.ask(f"/voila/api/shutdown/{visitor.kernel}", "POST", body=body or "")
        assert answer.status == 403


def test_another_visitor_can_neither_see_nor_end_nor_use_a_kernel(site, visitor):
    other = site.visit("stranger")
    thief = Visitor(site.port, visitor.kernel, other.cookies)
    xsrf = other.cookies["_xsrf"]
    assert thief.ask(f"/api/kernels/{visitor.kernel}").status == 404
    assert thief.ask(f"/voila/api/shutdown/{visitor.kernel}", "POST", body=f"_xsrf={xsrf}").status == 404
    assert thief.ask(f"/session/{visitor.kernel}", "POST", body=f"_xsrf={xsrf}").status == 404
    for stranger in (thief, Visitor(site.port, visitor.kernel)):
        with pytest.raises(websockets.exceptions.InvalidStatus) as refused, stranger.socket():
            pass
        assert refused.value.response.status_code in (403, 404)


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://127.0.0.1:1", "null", "file://", "https://127.0.0.1.evil", None],
)
def test_a_page_of_another_origin_gets_no_connection(site, visitor, origin):
    with pytest.raises(websockets.exceptions.InvalidStatus) as refused, visitor.socket(origin=origin):
        pass
    assert refused.value.response.status_code == 403


def test_a_connection_without_the_protocol_of_our_pages_is_refused(site, visitor):
    with pytest.raises(websockets.exceptions.InvalidStatus), visitor.socket(subprotocols=None):
        pass


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "evil.example:80",
        "",
        "[",
        "localhost@evil",
        "0x7f.1",
    ],
)
def test_a_foreign_host_is_served_nothing(site, host):
    prefix = site.ask("/").text.split('href="/assets/')[1].split("/")[0]
    for path in ("/", "/board/stranger", "/health", "/sign-in", f"/assets/{prefix}/own/pages.css"):
        answer = ask(site.port, path, headers={"Host": host})
        assert answer.status in (400, 403)
        assert "strangers" not in answer.text


def test_the_names_of_this_machine_are_served(site):
    for host in ("localhost", f"localhost:{site.port}", f"127.0.0.1:{site.port}", "[::1]"):
        assert ask(site.port, "/", headers={"Host": host}).status == 200


def test_a_line_end_in_an_address_does_not_make_a_line_of_the_log(site):
    site.ask("/%0d%0aRefused%20nothing")
    assert "\nRefused nothing" not in site.log_text()


def test_what_goes_wrong_in_a_board_stays_in_the_log(site):
    visitor = site.visit("broken")
    xsrf = visitor.cookies["_xsrf"]
    answer = visitor.ask(f"/session/{visitor.kernel}", "POST", body=f"_xsrf={xsrf}")
    assert "cannot be shown" in json.loads(answer.text)["failure"]
    assert "secret reason" not in answer.text
    assert "secret reason" in site.log_text()


def test_a_page_holds_neither_source_nor_path(site):
    page = site.ask("/board/stranger").text
    assert "ipywidgets" not in page
    assert "DEEDS" not in page
    assert str(site.project) not in page
    assert str(site.notebooks) not in page


def test_the_protocol_of_the_suite_is_the_one_that_pages_speak():
    assert PROTOCOL == "v1.kernel.websocket.jupyter.org"
