"""The one signal by which the work of a run looks up: something is requested of it, or it is time to report.

A checkpoint costs one look at an attribute until something is requested. A bar has to look at the clock now and
then: tqdm does so from inside the loop; here a thread that beats ten times a second opens a gate, and the loop
reports when it finds the gate open. Between two beats an iteration costs one count and one look at an attribute,
however fast or slow the iterations are, and a request to pause or cancel opens the gate at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

__all__ = ["Attention", "Gate", "Suspendable", "count_through"]

Item = TypeVar("Item")


class Suspendable(Protocol):
    """Something that works on its own and can be held, such as a child process."""

    def suspend(self) -> None:
        """Hold it."""

    def proceed(self) -> None:
        """Let it continue."""


class Gate:
    """Open when the loop that looks at it should report."""

    __slots__ = ("ended", "open")

    def __init__(self) -> None:
        self.open = False
        self.ended = False


class Attention:
    """What the work of a run looks at; safe to use from several threads.

    Attributes
    ----------
    wanted
        Whether a checkpoint has anything to look for.
    stopping
        Whether the work is to end: also what waits for a disk gives up then.
    """

    def __init__(self) -> None:
        self.wanted = False
        self.stopping = False
        self._gates: tuple[Gate, ...] = ()
        self._listeners: tuple[Callable[[], None], ...] = ()
        self._lock = threading.Lock()
        self._changed = threading.Condition()

    def request(self, *, stop: bool = False) -> None:
        """Have every checkpoint look for what is requested, and every loop come to one at its next item."""
        self.stopping = self.stopping or stop
        self.settle(wanted=True)
        self.open_all()

    def settle(self, *, wanted: bool) -> None:
        """Say whether anything is still requested, and let whoever is held look whether that is to be so."""
        self.wanted = wanted or self.stopping
        with self._changed:
            self._changed.notify_all()

    def hold_while(self, is_held: Callable[[], bool], working: Suspendable | None = None) -> None:
        """Hold the calling thread, and what works for it, for as long as that is to be so."""
        if not is_held():
            return
        if working is not None:
            working.suspend()
        with self._changed:
            self._changed.wait_for(lambda: not is_held())
        if working is not None:
            working.proceed()

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
    attention: Attention,
    report: Callable[[int], None],
    *,
    begin: Callable[[Gate], object] = _nothing,
    end: Callable[[], object] = _nothing,
) -> Iterator[Item]:
    """Yield each item; call ``report(items finished)`` when the gate is open, and once at the end.

    ``begin`` is called with the gate before the first item, ``end`` after the last or when the loop is left.
    """
    gate = attention.add()
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
        attention.remove(gate)
        end()
