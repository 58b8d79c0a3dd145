"""A local HTTP server that answers like an online service, and goes wrong when a test wants it to."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Reply:
    """What the server says: a status, a body, headers, and how long it waits before it says so."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drip: float = 0.0
    """Seconds between the parts of the body."""
    part: int = 1
    """Bytes of a part."""
    cut: int | None = None
    """Bytes of the body after which the connection is closed."""


Fault = Callable[[int], Reply | None]


class FaultyServer:
    """Answers requests by :meth:`answer`; ``faults[service]`` comes first.

    A fault is a function of the number of the request to that service (from 0), None for a good answer.
    """

    def __init__(self) -> None:
        self.faults: dict[str, Fault] = {}
        self.requests: list[tuple[str, str, dict[str, str], dict[str, str]]] = []
        self.headers: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        self.closing = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server._answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def service_of(self, path: str) -> str:
        """Name the service that a path belongs to."""
        return path.strip("/").partition("/")[0]

    def answer(self, service: str, path: str, query: dict[str, str]) -> Any:
        """Make a good answer: bytes, or what becomes JSON."""
        return {"path": path, "query": query}

    def count(self, service: str) -> int:
        return self._counts.get(service, 0)

    def close(self) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        service = self.service_of(parts.path)
        sent = {name.lower(): value for name, value in handler.headers.items()}
        with self._lock:
            number = self._counts.get(service, 0)
            self._counts[service] = number + 1
            self.requests.append((service, parts.path, query, sent))
        fault = self.faults.get(service)
        reply = fault(number) if fault else None
        if reply is None:
            headers = dict(self.headers.get(service, {}))
            reply = Reply(self.answer(service, parts.path, query), headers=headers)
            if _unchanged(sent, headers):
                reply = Reply(b"", 304, headers)
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        if self.closing.wait(reply.delay):
            return
        with contextlib.suppress(OSError):  # the client may have hung up
            _send(handler, reply, body)


def _send(handler: BaseHTTPRequestHandler, reply: Reply, body: bytes) -> None:
    handler.send_response(reply.status)
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    if reply.status != 304:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    if reply.status == 304:
        return
    if reply.cut is not None:
        handler.wfile.write(body[: reply.cut])
        handler.close_connection = True
        return
    if not reply.drip:
        handler.wfile.write(body)
        return
    for at in range(0, len(body), reply.part):
        handler.wfile.write(body[at : at + reply.part])
        handler.wfile.flush()
        time.sleep(reply.drip)


def _unchanged(sent: dict[str, str], headers: dict[str, str]) -> bool:
    tag, modified = headers.get("ETag"), headers.get("Last-Modified")
    return bool(
        (tag and sent.get("if-none-match") == tag) or (modified and sent.get("if-modified-since") == modified)
    )
