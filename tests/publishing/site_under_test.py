"""A real publishing server, and a stranger who speaks to it without any browser's manners."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import websockets.sync.client
from websockets.exceptions import ConnectionClosed

PROTOCOL = "v1.kernel.websocket.jupyter.org"
CHECKOUT = Path(__file__).parents[2]
BOARDS = sorted(path.stem for path in (CHECKOUT / "notebooks" / "boards").glob("*.ipynb"))

# Drawn when it comes into sight, on a narrow page below the notes, and replaced when its board is drawn again.
FIRST_FIGURE = """text => {
  const figure = document.querySelector(".wb-figure");
  figure?.scrollIntoView();
  return figure?.querySelector(".main-svg") && figure.textContent.includes(text);
}"""


def wait_until(condition: Callable[[], bool], seconds: float, what: str = "") -> float:
    """Wait for a condition and give how long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"not within {seconds} s: {what or condition}"
        time.sleep(0.05)
    return time.monotonic() - began


def is_alive(process: psutil.Process) -> bool:
    """Tell whether a process still does something; one that nobody has reaped yet does not."""
    try:
        return process.is_running() and bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def write_board(folder: Path, name: str, cells: Sequence[str], **mark: Any) -> Path:
    """Write a notebook with a mark."""
    made: list[dict[str, Any]] = [
        {"cell_type": "markdown", "id": "title", "metadata": {}, "source": f"# {name}\n\nA board."}
    ]
    for index, source in enumerate(cells):
        made.append(
            {
                "cell_type": "code",
                "id": f"cell-{index}",
                "metadata": {},
                "outputs": [],
                "execution_count": None,
                "source": source,
            }
        )
    metadata: dict[str, Any] = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
    }
    if mark:
        metadata["workbench"] = mark
    path = folder / f"{name}.ipynb"
    content = {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    cookies: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def ask(
    port: int,
    path: str,
    method: str = "GET",
    *,
    headers: Mapping[str, str] | None = None,
    cookies: Mapping[str, str] | None = None,
    body: str | None = None,
    seconds: float = 30,
    source: str = "127.0.0.1",
) -> Answer:
    """Send one request, with the path exactly as it is."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds, source_address=(source, 0))
    given = {"Host": f"127.0.0.1:{port}", **(headers or {})}
    if cookies:
        given["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in given.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Type", "application/x-www-form-urlencoded")
            connection.putheader("Content-Length", str(len(body.encode())))
        connection.endheaders(None if body is None else body.encode())
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    set_cookies = {}
    for name, value in answer.getheaders():
        if name.lower() == "set-cookie":
            key, _, rest = value.partition("=")
            set_cookies[key] = rest.partition(";")[0]
    return Answer(answer.status, {n.lower(): v for n, v in answer.getheaders()}, set_cookies, content)


class Site:
    """``workbench serve`` in a process of its own."""

    def __init__(
        self,
        project: Path,
        notebooks: Path,
        log: Path,
        *options: str,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.project, self.notebooks, self.log = project, notebooks, log
        command = [
            *(
                sys.executable,
                "-c",
                "import sys; from workbench.cli import main; sys.exit(main(sys.argv[1:]))",
            ),
            *("serve", "--project", str(project), "--folder", str(notebooks), "--port", "0", *options),
        ]
        surroundings = {**os.environ, "PYTHONPATH": str(CHECKOUT), **(environment or {})}
        surroundings.pop("WORKBENCH_VIEWER", None)
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                command, stdout=file, stderr=file, env=surroundings, cwd=log.parent
            )
        self.port = 0

    def wait(self, seconds: float = 60) -> Site:
        """Wait until it publishes."""

        def is_there() -> bool:
            found = re.search(r"http://\S+?:(\d+)/", self.log_text())
            if found:
                self.port = int(found.group(1))
            assert found or self.process.poll() is None, self.log_text()
            return bool(found)

        wait_until(is_there, seconds, "the server starts")
        return self

    def log_text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def refusals(self) -> int:
        return self.log_text().count("Refused")

    def ask(self, path: str, method: str = "GET", **options: Any) -> Answer:
        return ask(self.port, path, method, **options)

    def kernels(self) -> list[psutil.Process]:
        """The kernels' processes: what the prefork has forked."""
        try:
            nurseries = psutil.Process(self.process.pid).children()
            return [kernel for prefork in nurseries for kernel in prefork.children()]
        except psutil.NoSuchProcess:
            return []

    def visit(
        self, board: str, cookies: Mapping[str, str] | None = None, source: str = "127.0.0.1"
    ) -> Visitor:
        """Open a board the way a browser does, and wait for its kernel."""
        answer = self.ask(f"/board/{board}", cookies=cookies, source=source)
        assert answer.status == 200, answer.text
        config = re.search(
            r'<script id="jupyter-config-data" type="application/json">(.*?)</script>', answer.text
        )
        assert config is not None
        identity = json.loads(config.group(1))["kernelId"]
        visitor = Visitor(self.port, identity, {**(cookies or {}), **answer.cookies}, source=source)
        assert visitor.ask(f"/api/kernels/{identity}").status == 200
        return visitor

    def stop(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(20)


@dataclass
class Visitor:
    """Somebody with a page's cookies and the id of its kernel."""

    port: int
    kernel: str
    cookies: dict[str, str] = field(default_factory=dict)
    session: str = field(default_factory=lambda: uuid.uuid4().hex)
    source: str = "127.0.0.1"

    def ask(self, path: str, method: str = "GET", **options: Any) -> Answer:
        return ask(self.port, path, method, **{"cookies": self.cookies, "source": self.source, **options})

    @contextlib.contextmanager
    def kept_open(self) -> Iterator[Visitor]:
        """Show that the page is open, as a browser does, however long a test takes without a socket."""
        leaving = threading.Event()

        def beat() -> None:
            while not leaving.wait(2):
                self.ask(f"/api/kernels/{self.kernel}")

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            leaving.set()
            thread.join()

    @contextlib.contextmanager
    def socket(self, **changes: Any) -> Iterator[Wire]:
        """Connect to the kernel."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        options: dict[str, Any] = {
            "origin": f"http://127.0.0.1:{self.port}",
            "additional_headers": headers,
            "subprotocols": [PROTOCOL],
            "max_size": None,
            "source_address": (self.source, 0),
            **changes,
        }
        address = f"ws://127.0.0.1:{self.port}/api/kernels/{self.kernel}/channels?session_id={self.session}"
        with websockets.sync.client.connect(address, **options) as connection:
            yield Wire(connection, self.session)


def framed(parts: Sequence[bytes]) -> bytes:
    """Put the parts of a message into one frame."""
    count = len(parts) + 1
    marks = [8 * (count + 1)]
    for part in parts:
        marks.append(marks[-1] + len(part))
    return b"".join(number.to_bytes(8, "little") for number in (count, *marks)) + b"".join(parts)


def packed(kind: str, content: Any, session: str, *, metadata: Mapping[str, Any] | None = None) -> bytes:
    """Give a message on the shell channel as a frame."""
    head = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": kind,
        "session": session,
        "username": "",
        "version": "5.4",
    }
    head["date"] = "2026-01-01T00:00:00Z"
    parts = (head, {}, dict(metadata or {}), content)
    return framed([b"shell", *(json.dumps(part).encode() for part in parts)])


class Wire:
    """The kernel's connection, one message at a time."""

    def __init__(self, connection: Any, session: str) -> None:
        self.connection, self._session = connection, session
        self.bytes_received = 0

    def send(self, kind: str, content: Any, channel: str = "shell", **header: Any) -> str:
        """Send a message and give its id."""
        identity = uuid.uuid4().hex
        head = {
            "msg_id": identity,
            "msg_type": kind,
            "session": self._session,
            "username": "",
            "version": "5.4",
            "date": "2026-01-01T00:00:00Z",
            **header,
        }
        parts = [channel.encode(), *(json.dumps(part).encode() for part in (head, {}, {}, content))]
        self.send_parts(parts)
        return identity

    def send_parts(self, parts: Sequence[bytes]) -> None:
        self.connection.send(framed(parts))

    def messages(
        self, seconds: float
    ) -> Iterator[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]]:
        """Give channel, header, parent header and content of what comes within a while."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                frame = self.connection.recv(timeout=left)
            except (TimeoutError, ConnectionClosed):
                return
            self.bytes_received += len(frame)
            count = int.from_bytes(frame[:8], "little")
            marks = [int.from_bytes(frame[8 * (i + 1) : 8 * (i + 2)], "little") for i in range(count)]
            parts = [frame[a:b] for a, b in itertools.pairwise(marks)]
            yield parts[0].decode(), json.loads(parts[1]), json.loads(parts[2]), json.loads(parts[4])

    def replies_to(self, identity: str, seconds: float = 1.0) -> list[str]:
        """Types of all messages that answer one."""
        return [
            head["msg_type"]
            for _, head, parent, _ in self.messages(seconds)
            if parent.get("msg_id") == identity
        ]

    def states(self, seconds: float = 10) -> dict[str, dict[str, Any]]:
        """Ask for the states of the widgets, the way Voilà's front end does."""
        comm = uuid.uuid4().hex
        opening = {"comm_id": comm, "target_name": "jupyter.widget.control", "data": {}}
        self.send_with_version("comm_open", opening)
        self.send("comm_msg", {"comm_id": comm, "data": {"method": "request_states"}})
        for _, head, _, content in self.messages(seconds):
            if head["msg_type"] == "comm_msg" and content["comm_id"] == comm:
                states: dict[str, dict[str, Any]] = content["data"]["states"]
                return states
        raise AssertionError("the kernel did not tell its widgets")

    def send_with_version(self, kind: str, content: Any, version: str = "1.0.0") -> None:
        self.connection.send(packed(kind, content, self._session, metadata={"version": version}))

    def update(self, model: str, **state: Any) -> str:
        """Write traits of a widget."""
        data = {"method": "update", "state": state, "buffer_paths": []}
        return self.send("comm_msg", {"comm_id": model, "data": data})

    def custom(self, model: str, content: Any) -> str:
        """Send a custom message to a widget."""
        return self.send("comm_msg", {"comm_id": model, "data": {"method": "custom", "content": content}})

    def comms(self, seconds: float = 5) -> list[str]:
        """Ids of all comms of the kernel."""
        identity = self.send("comm_info_request", {})
        for _, head, parent, content in self.messages(seconds):
            if head["msg_type"] == "comm_info_reply" and parent.get("msg_id") == identity:
                return list(content["comms"])
        return []

    def is_answered(self, seconds: float = 10) -> bool:
        """Whether the kernel still answers."""
        identity = self.send("kernel_info_request", {})
        return any(
            head["msg_type"] == "kernel_info_reply" and parent.get("msg_id") == identity
            for _, head, parent, _ in self.messages(seconds)
        )
