"""What readers are told when runs fail: every byte that a server sends is searched for what is not theirs."""

from __future__ import annotations

import contextlib
import getpass
import gzip
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import failed_runs
import pytest
import websockets.sync.client
from site_under_test import BOARDS, CHECKOUT, Site, Visitor, ask, wait_until, write_board
from websockets.exceptions import ConnectionClosed

from workbench.runs.jobs.offer import offered_jobs
from workbench.runs.journal.reader import JournalReader

pytestmark = pytest.mark.slow

ALL_RUNS = """
import workbench
from workbench.home.opening import open_project
from workbench.home.runs import RunHistory
from workbench.runs.engine.start import attach, runs
from workbench.ui.panel.run_panel import panel_of
import ipywidgets

project = open_project()
shown = ipywidgets.VBox([RunHistory(project), *(panel_of(attach(record.id, project)) for record in runs(project))])
print(project.folder / "printed.txt")
shown
"""
SOME_BOARDS = ("demand", "planning", "market-today")
"""One of each kind; the others are built in the same way."""
ALL_BOARDS = [
    *("all-runs", *SOME_BOARDS),
    *(pytest.param(name, marks=pytest.mark.thorough) for name in BOARDS if name not in SOME_BOARDS),
]
RAISES = "import workbench\nworkbench.open_project().folder.joinpath('inputs/none.csv').read_text()"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("failures") / "project"
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "LOGNAME": failed_runs.USER}
    script = [sys.executable, failed_runs.__file__, str(folder)]
    done = subprocess.run(script, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    return folder


@pytest.fixture(scope="module")
def boards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("boards of failures")
    write_board(folder, "all-runs", [ALL_RUNS], publish=True, title="All runs")
    write_board(folder, "raises", [RAISES], publish=True, title="Raises")
    for name in BOARDS:
        shutil.copy(CHECKOUT / "notebooks" / "boards" / f"{name}.ipynb", folder)
    return folder


@pytest.fixture(scope="module")
def site_of_failures(start_site: Any, project: Path, boards: Path) -> Site:
    found: Site = start_site(project=project, notebooks=boards, LOGNAME=failed_runs.USER)
    return found.wait()


def frames_of(visitor: Visitor) -> Iterator[bytes]:
    """Open every panel in the way of a page, ask for all that a page can ask, and give what comes."""
    with visitor.socket() as wire:
        states = wire.states(20)
        panels = [model for model, entry in states.items() if "identity" in entry["state"]]
        yield json.dumps(states, ensure_ascii=False).encode()
        for panel in panels:
            every, searched = ["debug", ""], ["debug", failed_runs.MENTIONED[3:9]]
            for number, message in enumerate(
                (
                    {"kind": "hello"},
                    {"kind": "watch", "filters": [every, searched, ["error", ""]]},
                    {"kind": "lines", "filter": every, "first": 0, "count": 200},
                    {"kind": "lines", "filter": searched, "first": 0, "count": 200},
                    {"kind": "text", "filter": every, "first": 0, "count": 1000},
                    {"kind": "file", "number": 0, "offset": 0},
                    {"kind": "control", "action": "cancel"},
                    {"kind": "adjust", "changes": {"x": 1}},
                )
            ):
                wire.custom(panel, {"client": "page-1", "id": number, **message})
            wire.custom(panel, {"client": "page-1", "id": 99, "kind": "bye"})
        while True:
            try:
                frame = wire.connection.recv(timeout=1)
            except (TimeoutError, ConnectionClosed):
                return
            yield frame


def frames_of_tabs(visitor: Visitor) -> Iterator[bytes]:
    """Open every tab of a board, and the table of every figure, and give what comes."""
    with visitor.socket() as wire:
        states = wire.states(20)
        yield json.dumps(states, ensure_ascii=False).encode()
        for model, entry in states.items():
            name, state = entry["model_name"], entry["state"]
            if name == "ToggleButtonModel":
                wire.update(model, value=True)
            elif name == "TabModel":
                for number in range(len(state["children"])):
                    wire.update(model, selected_index=number)
        while True:
            try:
                frame = wire.connection.recv(timeout=3)
            except (TimeoutError, ConnectionClosed):
                return
            yield frame


def outputs_of(visitor: Visitor) -> list[bytes]:
    """Give what the server tells of the cells, as Voilà's front end asks for it."""
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())}
    address = f"ws://127.0.0.1:{visitor.port}/voila/execution/{visitor.kernel}"
    origin = f"http://127.0.0.1:{visitor.port}"
    found = []
    with websockets.sync.client.connect(address, origin=origin, additional_headers=headers) as connection:
        connection.send(json.dumps({"action": "execute"}))
        with contextlib.suppress(TimeoutError):
            while True:
                found.append(str(connection.recv(timeout=1)).encode())
    return found


def unpacked(frame: bytes) -> Iterator[bytes]:
    """Give a frame, and each of its parts that is compressed."""
    yield frame
    for place in (found.start() for found in re.finditer(rb"\x1f\x8b\x08", frame)):
        yield gzip.decompress(frame[place:])


def secrets_of(site: Site) -> dict[str, str]:
    """Patterns of what no reader may get, by what they are."""
    records = JournalReader(site.project / ".workbench" / "journal.sqlite").runs()
    pids = {str(record.owner.pid) for record in records} | {str(site.process.pid)}
    own_name = re.escape(getpass.getuser())
    return {
        "a traceback": r"Traceback \(|most recent call|File \"[^\"]+\", line|\.py\b.{0,3}line \d",
        "a debug line": re.escape(failed_runs.DEBUG),
        "the folder of the project": re.escape(str(site.project)),
        "the folder above": re.escape(str(site.project.parent)),
        "the folder of the notebooks": re.escape(str(site.notebooks)),
        "the checkout": re.escape(str(CHECKOUT)) + "/",
        "the installation": re.escape(sys.prefix) + "/",
        "another path": re.escape(failed_runs.MENTIONED),
        "the analyst": re.escape(failed_runs.USER),
        "the user": rf"\bby {own_name}\b|\b{own_name}@",
        "the machine": rf"\b{re.escape(socket.gethostname())}\b",
        "a process": rf"(?i)\b(?:process|pid)\W{{1,3}}(?:{'|'.join(pids)})\b",
    }


def found_in(content: bytes, secrets: dict[str, str]) -> list[str]:
    text = content.decode("utf-8", "replace").replace("\\/", "/").replace('\\"', '"')
    found = []
    for what, pattern in secrets.items():
        match = re.search(pattern, text)
        if match:
            found.append(f"{what}: …{text[max(0, match.start() - 120) : match.end() + 60]}…")
    return found


def test_the_journal_holds_what_the_readers_are_not_told(project):
    reader = JournalReader(project / ".workbench" / "journal.sqlite")
    failed = {record.job: record for record in reader.runs()}
    assert set(failed) == {*offered_jobs(), "leaky", "endless"}
    assert {str(record.state) for record in failed.values()} - {"queued", "running"} == {"failed"}
    leaky = "\n".join(line.message for line in reader.lines(failed["leaky"].number, 0, 1000))
    for secret in ("Traceback", failed_runs.USER, failed_runs.DEBUG, failed_runs.MENTIONED, str(project)):
        assert secret in leaky


@pytest.mark.parametrize("board", ALL_BOARDS)
def test_no_byte_that_is_sent_names_a_path_a_process_a_user_or_a_machine(site_of_failures, board):
    secrets = secrets_of(site_of_failures)
    visitor = site_of_failures.visit(board)
    page = visitor.ask(f"/board/{board}")
    assert found_in(page.body + repr(page.headers).encode(), secrets) == []
    frames = [*outputs_of(visitor), *frames_of(visitor)]
    leaks = [leak for frame in frames for part in unpacked(frame) for leak in found_in(part, secrets)]
    assert leaks == []
    if board == "all-runs":
        told = b"".join(part for frame in frames for part in unpacked(frame)).decode("utf-8", "replace")
        # Not because nothing is told.
        assert "There is no workbook in inputs" in told
        assert "Interrupted: its process is gone" in told
        assert "reads secret.csv as the analyst, process" in told
        assert "gone.xlsx" in told
        assert "printed.txt" in told


@pytest.mark.thorough
@pytest.mark.parametrize("board", BOARDS)
def test_no_byte_of_any_tab_of_a_board_with_results_names_them_either(incomplete, board):
    secrets = secrets_of(incomplete)
    visitor = incomplete.visit(board)
    with visitor.kept_open():
        frames = [*outputs_of(visitor), *frames_of_tabs(visitor)]
    assert len(frames) > 5
    assert [leak for frame in frames for part in unpacked(frame) for leak in found_in(part, secrets)] == []


def test_a_search_finds_only_what_is_told(site_of_failures):
    with site_of_failures.visit("all-runs").socket() as wire:
        states = wire.states(20)
        leaky = next(
            model
            for model, entry in states.items()
            if entry["state"].get("identity", {}).get("job") == "leaky"
        )
        asked = {"secret": failed_runs.USER, "told": "secret.csv"}
        for number, text in enumerate(asked.values()):
            request = {"kind": "lines", "filter": ["debug", text], "first": 0, "count": 100}
            wire.custom(leaky, {"client": "page-1", "id": number, **request})
        totals: dict[int, int] = {}
        for _, _, _, content in wire.messages(20):
            answer = content.get("data", {}).get("content", {})
            if answer.get("kind") == "answer":
                totals[answer["id"]] = answer["total"]
            if len(totals) == 2:
                break
        assert totals[0] == 0
        assert totals[1] > 3


def test_a_board_that_raises_says_only_that_it_cannot_be_shown(site_of_failures):
    visitor = site_of_failures.visit("raises")
    body = f"_xsrf={visitor.cookies['_xsrf']}"
    answer = visitor.ask(f"/session/{visitor.kernel}", "POST", body=body)
    assert "cannot be shown" in json.loads(answer.text)["failure"]
    assert found_in(answer.body, secrets_of(site_of_failures)) == []
    wait_until(lambda: "none.csv" in site_of_failures.log_text(), 5)


# under plain Voilà

TELLS = """
import html, os
import ipywidgets
from IPython.display import display
from workbench.errors import ViewerRefused
from workbench.runs.engine.start import start

try:
    start("demand", project)
    told = "it has started a run"
except ViewerRefused as error:
    told = str(error)
display(ipywidgets.HTML(told))
print("in", project.folder / "inputs")
"""


@pytest.fixture(scope="module")
def plain_voila(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("plain")
    write_board(folder, "all-runs", [ALL_RUNS, TELLS])
    templates = tmp_path_factory.mktemp("data") / "voila" / "templates"
    templates.mkdir(parents=True)
    # Where an installed package has it.
    (templates / "workbench").symlink_to(CHECKOUT / "workbench" / "publishing" / "voila_template")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {
        **os.environ,
        "HOME": str(folder),
        "PYTHONPATH": str(CHECKOUT),
        "LOGNAME": failed_runs.USER,
        "WORKBENCH_PROJECT": str(project),
        "JUPYTER_PATH": os.pathsep.join([str(templates.parents[1]), os.environ.get("JUPYTER_PATH", "")]),
    }
    command = [
        sys.executable,
        "-m",
        "voila",
        str(folder),
        "--no-browser",
        f"--port={port}",
        "--template=workbench",
    ]
    with (folder / "log.txt").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)

    def answers() -> bool:
        assert server.poll() is None, (folder / "log.txt").read_text()
        try:
            return ask(port, "/voila/tree").status < 500
        except OSError:
            return False

    try:
        wait_until(answers, 60, "Voilà starts")
        yield port
    finally:
        server.terminate()
        server.wait(20)


def test_under_plain_voila_a_kernel_is_read_only_and_tells_no_more(plain_voila, site_of_failures):
    page = ask(plain_voila, "/voila/render/all-runs.ipynb", seconds=60)
    identity = re.search(r'"kernelId": "([0-9a-f-]+)"', page.text)
    assert identity is not None, page.text[:2000]
    visitor = Visitor(plain_voila, identity.group(1), page.cookies)
    frames = [page.body, *frames_of(visitor)]
    told = b"".join(part for frame in frames for part in unpacked(frame)).decode("utf-8", "replace")
    assert "Starting a run is not possible here" in told
    assert "There is no workbook in inputs" in told
    secrets = secrets_of(site_of_failures)
    assert [leak for frame in frames for part in unpacked(frame) for leak in found_in(part, secrets)] == []
    # No script, style or font of another host.
    assert re.findall(r"(?:src|href|from|import)\s*[=(]?\s*[\"']https?://[^\"']+", page.text) == []
