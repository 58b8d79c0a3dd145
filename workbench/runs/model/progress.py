"""Counting through a loop for less than tqdm charges.

A bar has to look at the clock now and then. tqdm does so from inside the loop; here a thread that beats ten
times a second opens a gate, and the loop reports when it finds the gate open. Between two beats an iteration
costs one count and one look at an attribute, however fast or slow the iterations are, and a request to pause
or cancel opens the gate at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

__all__ = ["Gate", "Gates", "count_through", "seconds_left"]

Item = TypeVar("Item")


class Gate:
    """Open when the loop that looks at it should report."""

    __slots__ = ("open",)

    def __init__(self) -> None:
        self.open = False


class Gates:
    """The gates of one run's loops; safe to use from several threads."""

    def __init__(self) -> None:
        self._gates: tuple[Gate, ...] = ()
        self._lock = threading.Lock()

    def add(self) -> Gate:
        """Make a gate that is opened with the others."""
        gate = Gate()
        with self._lock:
            self._gates = (*self._gates, gate)
        return gate

    def remove(self, gate: Gate) -> None:
        """Leave a gate alone from now on."""
        with self._lock:
            self._gates = tuple(other for other in self._gates if other is not gate)

    def open_all(self) -> None:
        """Have every loop report at its next item."""
        for gate in self._gates:
            gate.open = True


def count_through(iterable: Iterable[Item], gates: Gates, report: Callable[[int], None]) -> Iterator[Item]:
    """Yield each item; call ``report(items finished)`` when the gate is open, and once at the end."""
    gate = gates.add()
    done = 0
    try:
        for done, item in enumerate(iterable, 1):
            yield item
            if gate.open:
                gate.open = False
                report(done)
        report(done)
    finally:
        gates.remove(gate)


def seconds_left(done: int, total: int | None, began: float) -> float | None:
    """Estimate from finished items how long the rest takes; None as long as that cannot be known.

    Parameters
    ----------
    done, total
        Finished items, and all of them where that is known.
    began
        Reading of ``time.monotonic`` when the first item began (s).
    """
    if total is None or done < 2:
        return None
    return max(0.0, (time.monotonic() - began) / done * (total - done))
