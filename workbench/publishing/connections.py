"""The server's connections: so many of an address, none that ends no request, none that never reads.

What waits for a reader is memory of the server's. It is looked at for every connection, whatever is sent by it: a
page, a script or a kernel's messages.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import tornado.httpserver

from workbench.publishing.budgets import Buckets

__all__ = ["GuardedServer", "MalformedRequests", "is_piled_up", "raise_descriptor_limit"]

HEADER_SECONDS = 20.0
"""How long a request may take to come, and a connection may be kept without one."""
BODY_SECONDS = 20.0
STALLED_SECONDS = 20.0
"""How long nothing may be taken of what waits for a reader."""
WATCH_SECONDS = 1.0
MAX_HEADER_BYTES = 16_384
DESCRIPTORS_OF_PAGE = 14
"""What a kernel's connections and a page's need."""
RESERVED_DESCRIPTORS = 120
MALFORMED, MALFORMED_SECONDS = 20.0, 5.0
"""Malformed requests of an address at once; after these, one in so many seconds."""

_log = logging.getLogger("workbench.publishing")


class MalformedRequests(logging.Filter):
    """Counts requests that are none by the address that sends them, from what tornado says of each.

    Parameters
    ----------
    clock
        Gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._allowed = Buckets(MALFORMED, 1 / MALFORMED_SECONDS, clock)

    def may_connect(self, address: str) -> bool:
        """Whether an address has not sent too many."""
        return self._allowed.has_token(address)

    @contextlib.contextmanager
    def counting(self) -> Iterator[None]:
        """Count as long as this lasts."""
        logger = logging.getLogger("tornado.general")
        level = logger.level
        # Told at a level below that of the server's log.
        logger.setLevel(logging.INFO)
        logger.addFilter(self)
        try:
            yield
        finally:
            logger.removeFilter(self)
            logger.setLevel(level)

    def filter(self, record: logging.LogRecord) -> bool:
        """Take the address of a line about a malformed request, and write a line of our own in its place."""
        if not str(record.msg).startswith("Malformed HTTP message from"):
            return record.levelno > logging.INFO
        context = record.args[0] if isinstance(record.args, tuple) and record.args else None
        address = str(getattr(context, "remote_ip", ""))
        left = self._allowed.take(address) and self._allowed.has_token(address)
        _log.warning(
            "Refused 400 a malformed request from %s%s",
            address,
            "" if left else ": it is not heard for a while",
        )
        return False


class _Watched:
    """One connection: whose it is, and when something was last taken of what waits for it."""

    __slots__ = ("address", "moved", "stream", "taken")

    def __init__(self, stream: Any, address: str, now: float) -> None:
        self.stream, self.address = stream, address
        self.taken, self.moved = 0, now


class GuardedServer(tornado.httpserver.HTTPServer):
    """An HTTP server that closes what only holds its memory and descriptors.

    Parameters
    ----------
    application
        Answers the requests.
    per_address
        Open connections of one address.
    in_all
        Open connections.
    queued_bytes
        What may wait for one reader.
    is_proxy
        Tells the addresses behind which all readers are.
    malformed
        Counts what is no request, by address; who sends more than a few is not heard for a while.
    """

    def initialize(  # type: ignore[override]
        self,
        application: Any,
        *,
        per_address: int,
        in_all: int,
        queued_bytes: int,
        is_proxy: Callable[[str], bool],
        malformed: MalformedRequests,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the limits."""
        super().initialize(
            application,
            max_body_size=1_000_000,
            max_header_size=MAX_HEADER_BYTES,
            idle_connection_timeout=HEADER_SECONDS,
            body_timeout=BODY_SECONDS,
        )
        self._per_address, self._in_all, self._queued_bytes = per_address, in_all, queued_bytes
        self._is_proxy, self._clock, self._malformed = is_proxy, clock, malformed
        self._watched: list[_Watched] = []
        self._of_address: Counter[str] = Counter()

    def handle_stream(self, stream: Any, address: Any) -> None:
        """Serve a connection, or close it at once when there are too many."""
        name = str(address[0]) if isinstance(address, tuple) else ""
        if self._is_too_much(name):
            self._forget_closed()
        if not self._malformed.may_connect(name) and not self._is_proxy(name):
            stream.close()
            return
        if self._is_too_much(name):
            _log.warning("Refused a connection from %s: too many are open", name)
            stream.close()
            return
        self._watched.append(_Watched(stream, name, self._clock()))
        self._of_address[name] += 1
        super().handle_stream(stream, address)

    async def watch(self) -> None:
        """Close, again and again, the connections of readers who do not read."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            self.drop_slow()

    def drop_slow(self) -> None:
        """Close the connections for which too much waits, or of which nothing is taken any more."""
        now = self._clock()
        for watched in self._watched:
            stream = watched.stream
            waiting = 0 if stream.closed() else len(stream._write_buffer)
            if stream._total_write_done_index != watched.taken or not waiting:
                watched.taken, watched.moved = stream._total_write_done_index, now
            if is_piled_up(stream, self._queued_bytes) or now - watched.moved > STALLED_SECONDS:
                _log.warning(
                    "Dropped a reader at %s who does not read: %d bytes wait", watched.address, waiting
                )
                # Without a closing handshake, which would wait behind the rest.
                stream.close()
        self._forget_closed()

    def _is_too_much(self, address: str) -> bool:
        if len(self._watched) >= self._in_all:
            return True
        return not self._is_proxy(address) and self._of_address[address] >= self._per_address

    def _forget_closed(self) -> None:
        self._watched = [watched for watched in self._watched if not watched.stream.closed()]
        self._of_address = Counter(watched.address for watched in self._watched)


def is_piled_up(stream: Any, limit: int) -> bool:
    """Whether more than so many bytes of several messages wait for a reader; one may be as large as it is."""
    return not stream.closed() and len(stream._write_futures) > 1 and len(stream._write_buffer) > limit


def raise_descriptor_limit(pages: int) -> int:
    """Let this process open as many files as the system allows; gives how many connections that is.

    Enough is kept for the kernels of all pages, and in reserve.

    Parameters
    ----------
    pages
        Open pages at once.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = RESERVED_DESCRIPTORS + pages * DESCRIPTORS_OF_PAGE + 4_000
    if soft != resource.RLIM_INFINITY and soft < wanted:
        reachable = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        if reachable > soft:
            resource.setrlimit(resource.RLIMIT_NOFILE, (reachable, hard))
            soft = reachable
    if soft == resource.RLIM_INFINITY:
        return 4_000
    return max(20, min(4_000, soft - RESERVED_DESCRIPTORS - pages * DESCRIPTORS_OF_PAGE))
