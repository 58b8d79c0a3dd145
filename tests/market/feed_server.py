"""A small web server like that of a market: folders with links, files, and faults when a test wants them."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath


@dataclass(slots=True)
class Feeds:
    """What the server has, what it was asked, and what goes wrong.

    ``faults`` holds for an address what happens to its next requests: a status, or ``"cut"`` for a body that
    breaks off, ``"drip"`` for one that comes slowly, or ``"drop"`` for a connection closed without an answer.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[int | str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    pages: dict[str, bytes] = field(default_factory=dict)
    address: str = ""

    def listing(self, folder: str) -> bytes:
        if folder in self.pages:
            return self.pages[folder]
        names = [path for path in self.files if str(PurePosixPath(path).parent) == folder.rstrip("/")]
        links = "".join(f'<A HREF="{path}">{PurePosixPath(path).name}</A><br>' for path in sorted(names))
        return f"<html><body><A HREF='/'>[To Parent Directory]</A>{links}</body></html>".encode()


@contextmanager
def serving() -> Iterator[Feeds]:
    feeds = Feeds()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            feeds.asked.append(self.path)
            fault = feeds.faults.get(self.path, [])
            what = fault.pop(0) if fault else 200
            folder = self.path.endswith("/")
            found = feeds.listing(self.path) if folder else feeds.files.get(self.path)
            if what == "drop":
                self.close_connection = True
                return
            if not self.headers.get("User-Agent", "").startswith("energy-workbench"):
                what = 403
            if what in (200, "cut", "drip") and found is None:
                what = 404
            if not found or what not in (200, "cut", "drip"):
                self.send_error(int(what) if what != 200 else 404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(found)))
            self.end_headers()
            self.close_connection = True
            with contextlib.suppress(OSError):  # the client may have hung up
                if what == "drip":
                    for at in range(0, len(found), 1000):
                        self.wfile.write(found[at : at + 1000])
                        time.sleep(0.1)
                else:
                    self.wfile.write(found[: len(found) // 2] if what == "cut" else found)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    feeds.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield feeds
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
