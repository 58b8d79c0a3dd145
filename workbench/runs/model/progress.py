"""Counting through a loop for less than tqdm charges.

A bar has to look at the clock now and then. tqdm does so from inside the loop; here a thread that beats ten
times a second opens a gate, and the loop reports when it finds the gate open. Between two beats an iteration
costs one count and one look at an attribute, however fast or slow the iterations are, and a request to pause
or cancel opens the gate at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

__all__ = ["Gate", "Gates", "count_through"]

Item = TypeVar("Item")


class Gate:
    """Open when the loop that looks at it should report."""

    __slots__ = ("ended", "open")

    def __init__(self) -> None:
        self.open = False
        self.ended = False


class Gates:
    """The gates of one run's loops; safe to use from several threads."""

    def __init__(self) -> None:
        self._gates: tuple[Gate, ...] = ()
        self._listeners: tuple[Callable[[], None], ...] = ()
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

    def on_beat(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call a listener at each beat; gives what ends that."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def leave() -> None:
            with self._lock:
                self._listeners = tuple(other for other in self._listeners if other is not listener)

        return leave

    def open_all(self) -> None:
        """Have every loop report at its next item."""
        for gate in self._gates:
            gate.open = True

    def beat(self) -> None:
        """Do what is done ten times a second: have every loop report, and call the listeners."""
        self.open_all()
        for listener in self._listeners:
            listener()


def _nothing(*_: object) -> None: ...


def count_through(
    iterable: Iterable[Item],
    gates: Gates,
    report: Callable[[int], None],
    *,
    begin: Callable[[Gate], object] = _nothing,
    end: Callable[[], object] = _nothing,
) -> Iterator[Item]:
    """Yield each item; call ``report(items finished)`` when the gate is open, and once at the end.

    ``begin`` is called with the gate before the first item, ``end`` after the last or when the loop is left.
    """
    gate = gates.add()
    begin(gate)
    done = 0
    try:
        for done, item in enumerate(iterable, 1):
            yield item
            if gate.open:
                gate.open = False
                report(done)
        gate.ended = True
        report(done)
    finally:
        gates.remove(gate)
        end()
