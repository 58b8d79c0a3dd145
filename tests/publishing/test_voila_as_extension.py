"""The same attempts against Voilà as an extension of a Jupyter server: there they succeed, so the suite bites."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from site_under_test import Visitor, ask, wait_until, write_board
from stranger_board import CELLS
from test_hostile_visitor import FORBIDDEN_MESSAGES, model_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def deeds_there(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deeds-there") / "deeds.txt"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory, deeds_there: Path) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("extension")
    write_board(folder, "stranger", CELLS)
    (folder / "picture.png").write_bytes(b"secret picture")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", f"--port={number}"),
        *("--ServerApp.token=", "--ServerApp.password=", f"--ServerApp.root_dir={folder}"),
        "--ServerApp.jpserver_extensions={'voila.server_extension': True}",
    ]
    environment = {
        **os.environ,
        "DEEDS": str(deeds_there),
        "JUPYTER_CONFIG_DIR": str(folder),
        "HOME": str(folder),
    }
    with (folder / "log.txt").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)

    def answers() -> bool:
        assert server.poll() is None, (folder / "log.txt").read_text()
        try:
            return ask(number, "/api").status == 200
        except OSError:
            return False

    wait_until(answers, 60, "the Jupyter server starts")
    yield number
    server.terminate()
    server.wait(20)


@pytest.fixture
def visitor(port: int) -> Visitor:
    page = ask(port, "/voila/render/stranger.ipynb", seconds=60)
    assert page.status == 200
    found = re.search(r'"kernelId": "([0-9a-f-]+)"', page.text)
    assert found is not None
    return Visitor(port, found.group(1), page.cookies)


def test_a_stranger_runs_code_there(visitor, deeds_there):
    with visitor.socket() as wire:
        code = "deed('ran code')"
        wire.send(
            "execute_request", {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
        )
        wait_until(lambda: deeds_there.exists() and "ran code" in deeds_there.read_text(), 10)


def test_most_messages_that_no_page_sends_are_answered_there(visitor):
    answered = 0
    with visitor.socket() as wire:
        for kind, content in FORBIDDEN_MESSAGES:
            if kind not in ("shutdown_request", "input_reply", "interrupt_request"):
                asked = wire.send(
                    kind, content, "control" if "subshell" in kind or kind == "debug_request" else "shell"
                )
                answered += bool(wire.replies_to(asked, 0.7))
    assert answered >= 6


def test_a_forged_choice_arrives_there(visitor, deeds_there):
    with visitor.socket() as wire:
        states = wire.states()
        wire.update(model_of(states, _model_name="TextModel"), value="../../journal.sqlite")
        wire.update(model_of(states, _model_name="IntSliderModel", disabled=True), value=9)
        wait_until(lambda: "set fixed 9" in deeds_there.read_text(), 10)
        assert "set words '../../journal.sqlite'" in deeds_there.read_text()


def test_hidden_and_disabled_buttons_are_clicked_there(visitor, deeds_there):
    with visitor.socket() as wire:
        for model in (model_of(wire.states(), description=text) for text in ("Not this", "Nobody sees this")):
            wire.custom(model, {"event": "click"})
        wait_until(lambda: "clicked hidden" in deeds_there.read_text(), 10)
        assert "clicked disabled" in deeds_there.read_text()


def test_a_widget_is_opened_by_the_stranger_there(visitor):
    with visitor.socket() as wire:
        before = set(wire.comms())
        state = {
            "_model_module": "@jupyter-widgets/controls",
            "_model_module_version": "2.0.0",
            "_model_name": "TextModel",
            "_view_module": "@jupyter-widgets/controls",
            "_view_module_version": "2.0.0",
            "_view_name": "TextView",
        }
        content = {"comm_id": "stranger", "target_name": "jupyter.widget", "data": {"state": state}}
        wire.send_with_version("comm_open", content, "2.1.0")
        wait_until(lambda: set(wire.comms()) > before, 10)


def test_another_browser_uses_the_kernel_there(port, visitor, deeds_there):
    thief = Visitor(port, visitor.kernel)
    assert json.loads(thief.ask(f"/api/kernels/{visitor.kernel}").text)["id"] == visitor.kernel
    with thief.socket() as wire:
        assert wire.is_answered()
        wire.send("execute_request", {"code": "deed('by a thief')", "silent": False, "store_history": False})
        wait_until(lambda: "by a thief" in deeds_there.read_text(), 10)


def test_files_that_are_not_published_are_served_there(port):
    assert b"secret picture" in ask(port, "/voila/files/picture.png").body
