"""What one reader, one address and one kernel may use, so that none can take the server from the others.

A bucket holds so many tokens and earns more with time: a page that opens needs many at once, a client that never
stops runs dry. What is refused costs nothing: a reader who was refused is heard again as soon as time allows.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

__all__ = ["Bucket", "Buckets", "Limits", "LineBudget"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one server.

    Attributes
    ----------
    pages
        Open pages at once.
    pages_of_reader, pages_of_address
        Of one browser, and of one address behind which many readers may sit: never the whole house.
    connections_of_address
        Open connections of an address that is no trusted proxy's.
    sockets_of_page
        Open connections to the kernel of one page.
    queued_bytes
        What may wait for a reader who does not read; who lets more pile up is dropped.
    kernel_megabytes
        What a kernel may use beyond what it shares with the others [MB].
    idle_seconds
        How long a page may be open without a choice in it [s].
    """

    pages: int = 60
    pages_of_reader: int = 12
    pages_of_address: int = 40
    connections_of_address: int = 160
    sockets_of_page: int = 4
    queued_bytes: int = 6_000_000
    kernel_megabytes: float = 700.0
    idle_seconds: float = 12 * 3600.0

    @classmethod
    def of(cls, pages: int) -> Limits:
        """Give the limits of a server for so many open pages."""
        return cls(pages=pages, pages_of_address=max(1, min(pages, 2 * pages // 3)))


@dataclass(slots=True)
class Bucket:
    """Tokens that are taken one by one and earned with time.

    Parameters
    ----------
    size
        How many there are at first, and at most.
    per_second
        How many are earned [1/s].
    clock
        Gives seconds.
    """

    size: float
    per_second: float
    clock: Callable[[], float] = time.monotonic
    _tokens: float = field(init=False)
    _last: float = field(init=False)

    def __post_init__(self) -> None:
        self._tokens, self._last = self.size, self.clock()

    def take(self, count: float = 1.0) -> bool:
        """Take tokens; False, and none is taken, when there are not so many."""
        if self.level() < count:
            return False
        self._tokens -= count
        return True

    def level(self) -> float:
        """Give how many there are now."""
        now = self.clock()
        self._tokens = min(self.size, self._tokens + (now - self._last) * self.per_second)
        self._last = now
        return self._tokens


class Buckets:
    """A bucket for each address or reader; those that are full again are forgotten.

    Parameters
    ----------
    size, per_second, clock
        As for :class:`Bucket`.
    """

    MAX_KEPT = 10_000

    def __init__(self, size: float, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._facts = (size, per_second, clock)
        self._kept: dict[Hashable, Bucket] = {}

    def take(self, key: Hashable) -> bool:
        """Take a token of one; False when it has none."""
        bucket = self._kept.get(key)
        if bucket is None:
            if len(self._kept) >= self.MAX_KEPT:
                self._forget()
            bucket = self._kept[key] = Bucket(*self._facts)
        return bucket.take()

    def has_token(self, key: Hashable) -> bool:
        """Whether one has a token left."""
        bucket = self._kept.get(key)
        return bucket is None or bucket.level() >= 1

    def _forget(self) -> None:
        self._kept = {key: bucket for key, bucket in self._kept.items() if bucket.level() < bucket.size}
        while len(self._kept) >= self.MAX_KEPT:
            del self._kept[next(iter(self._kept))]


class LineBudget(logging.Filter):
    """Keeps a log from growing without end: beyond the budget, lines are counted and their number is told.

    Parameters
    ----------
    size, per_second, clock
        As for :class:`Bucket`.
    """

    def __init__(
        self, size: float = 3_000, per_second: float = 10, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._bucket = Bucket(size, per_second, clock)
        self._left_out = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a line is written."""
        if not self._bucket.take():
            self._left_out += 1
            return False
        if self._left_out:
            record.msg, record.args = (
                f"{record.getMessage()} ({self._left_out} lines before were left out)",
                (),
            )
            self._left_out = 0
        return True
