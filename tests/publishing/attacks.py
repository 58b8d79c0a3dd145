"""What one client did to a server before it had budgets, each as a function that a test can carry out."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
import uuid
from collections.abc import Iterator

import psutil
from site_under_test import PROTOCOL, Answer, Site, Visitor, packed
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

PONG = b"\x8a\x80\0\0\0\0"
"""Says that a client is there, also one that has read no question."""
CROSS_SITE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}


def cross_site_requests(site: Site, count: int = 70) -> list[Answer]:
    """Ask for a board as the pictures of another site's page would."""
    return [site.ask("/board/stranger", headers=CROSS_SITE) for _ in range(count)]


@contextlib.contextmanager
def held_pages(site: Site, count: int = 60) -> Iterator[int]:
    """Open boards and hold a connection to the kernel of each; gives how many there are."""
    with contextlib.ExitStack() as held:
        number = 0
        for _ in range(count):
            try:
                visitor = site.visit("stranger")
                held.callback(leave, visitor)
                held.enter_context(visitor.socket())
                number += 1
            except (AssertionError, InvalidHandshake, OSError):
                break
        yield number


def comms_with_long_names(visitor: Visitor, seconds: float = 10.0, characters: int = 60_000) -> int:
    """Open one comm after the other, by names as long as a message may be; gives how many were sent."""
    deadline, sent = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        try:
            with visitor.socket(compression=None) as wire:
                for number in itertools.count():
                    name = f"{number:x}-{uuid.uuid4().hex}-".ljust(characters, "x")
                    content = {"comm_id": name, "target_name": "jupyter.widget.control", "data": {}}
                    wire.send("comm_open", content)
                    sent += 1
                    if time.monotonic() > deadline:
                        return sent
                    if number > 350:
                        break
        except (ConnectionClosed, InvalidStatus, OSError):
            time.sleep(0.05)
    return sent


def socket_that_never_reads(visitor: Visitor, seconds: float) -> None:
    """Ask again and again for all widgets, with a connection from which nothing is ever read."""
    with socket.socket() as silent:
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        silent.connect(("127.0.0.1", visitor.port))
        silent.sendall(upgrade_of(visitor))
        time.sleep(1)
        deadline = time.monotonic() + seconds
        with contextlib.suppress(OSError):
            for number in itertools.count():
                comm = f"{number:032x}"
                for frame in asking_for_states(visitor, comm):
                    silent.sendall(masked(frame) + PONG)
                time.sleep(0.04)
                if time.monotonic() > deadline:
                    return


@contextlib.contextmanager
def half_open_requests(site: Site, count: int = 320) -> Iterator[None]:
    """Begin requests and end none."""
    with contextlib.ExitStack() as held:
        for _ in range(count):
            with contextlib.suppress(OSError):
                begun = held.enter_context(socket.create_connection(("127.0.0.1", site.port), timeout=5))
                begun.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        yield


def malformed_requests(site: Site, count: int = 2_000, source: str = "127.0.0.1") -> int:
    """Send what is no request, each on a connection of its own; gives how many were answered."""
    answered = 0
    for _ in range(count):
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", site.port), 5, (source, 0)) as begun,
        ):
            begun.sendall(b"\x16\x03\x01 nonsense\r\nand: more\r\n\r\n")
            answered += bool(begun.recv(100))
    return answered


@contextlib.contextmanager
def unread_assets(site: Site, count: int = 100) -> Iterator[None]:
    """Request the largest script and read nothing of it."""
    prefix = site.ask("/").text.split('href="/assets/')[1].split("/")[0]
    lines = f"GET /assets/{prefix}/extensions/workbench/plotly.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with contextlib.ExitStack() as held:
        for _ in range(count):
            with contextlib.suppress(OSError):
                begun = socket.socket()
                begun.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                begun.connect(("127.0.0.1", site.port))
                held.enter_context(begun).sendall(lines.encode())
        yield


# what they are made of


def upgrade_of(visitor: Visitor, session: str = "silent") -> bytes:
    """Give the request that opens a connection to a kernel."""
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    lines = [
        f"GET /api/kernels/{visitor.kernel}/channels?session_id={session} HTTP/1.1",
        f"Host: 127.0.0.1:{visitor.port}",
        f"Origin: http://127.0.0.1:{visitor.port}",
        f"Cookie: {cookies}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        f"Sec-WebSocket-Protocol: {PROTOCOL}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def masked(content: bytes) -> bytes:
    """Give one binary frame of a client."""
    size = len(content)
    head = bytes([0x82, 0x80 | size]) if size < 126 else bytes([0x82, 0xFE]) + size.to_bytes(2, "big")
    return head + b"\0\0\0\0" + content


def asking_for_states(visitor: Visitor, comm: str) -> list[bytes]:
    """Give the two messages with which a page asks for its widgets."""
    opening = {"comm_id": comm, "target_name": "jupyter.widget.control", "data": {}}
    request = {"comm_id": comm, "data": {"method": "request_states"}}
    return [
        packed("comm_open", opening, visitor.session, metadata={"version": "1.0.0"}),
        packed("comm_msg", request, visitor.session),
    ]


class Memory:
    """Memory of a server's processes above what it was [MB]."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._server = self.of_server()
        self._kernels = self.of_kernels()

    def of_server(self) -> float:
        return psutil.Process(self._site.process.pid).memory_info().rss / 2**20

    def of_kernels(self) -> float:
        found = 0.0
        for kernel in self._site.kernels():
            with contextlib.suppress(psutil.NoSuchProcess):
                found = max(found, kernel.memory_info().rss / 2**20)
        return found

    def grown(self) -> tuple[float, float]:
        """Give by how much the server, and the largest kernel, have grown."""
        return self.of_server() - self._server, self.of_kernels() - self._kernels


class Watched:
    """The largest growth of memory while something is done."""

    def __init__(self, site: Site) -> None:
        self._memory, self._over = Memory(site), threading.Event()
        self.server = self.kernel = 0.0

    def __enter__(self) -> Watched:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            server, kernel = self._memory.grown()
            self.server, self.kernel = max(self.server, server), max(self.kernel, kernel)


def opening_seconds(site: Site, tries: int = 3, source: str = "127.0.0.2") -> float:
    """Give how long it takes an honest reader elsewhere to have a board whose kernel answers."""
    found = []
    for _ in range(tries):
        began = time.monotonic()
        visitor = site.visit("stranger", source=source)
        with visitor.socket() as wire:
            assert wire.is_answered()
        found.append(time.monotonic() - began)
        leave(visitor)
    return sorted(found)[len(found) // 2]


def leave(visitor: Visitor) -> None:
    """Say that a page is left."""
    body = f"_xsrf={visitor.cookies['_xsrf']}"
    visitor.ask(f"/voila/api/shutdown/{visitor.kernel}", "POST", body=body)
