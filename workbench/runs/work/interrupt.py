"""Ending code that cannot look at a request: the signal of a cancel is raised in the thread that runs it.

Libraries that build, read and write for seconds know no checkpoints. While such code runs inside a
:class:`ThreadInterrupt`, a cancel raises its signal there, as Ctrl-C does in the main thread: between two
instructions of Python, so that ``finally`` and ``with`` are kept. It is never raised inside the engine, the layer
that writes files, logging or an import, whose state would be left in half.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType

from workbench.runs.model.attention import Attention
from workbench.runs.model.signals import CancelSignal

__all__ = ["ThreadInterrupt"]

AGAIN_SECONDS = 2.0
"""How long after a signal the next one is raised, where a library has swallowed the first."""
WHOLE = (
    "workbench.runs.",
    "workbench.files",
    "workbench.data.atomic",
    "logging",
    "threading",
    "importlib._bootstrap",
)
"""Modules whose functions are left to end, and those that they call."""
_LAST = ("contextlib", "weakref")
"""Modules that are left to end where they run themselves, not where they have called something else."""


class ThreadInterrupt:
    """While the block inside runs, a cancel of the run ends it wherever it is; a context manager.

    Parameters
    ----------
    attention
        Says whether the work is to end.
    on_beat
        Has a function called a few times a second in another thread, and gives what ends that.
    checkpoint
        The run's own end of the work; called once the block has been ended.
    """

    def __init__(
        self,
        attention: Attention,
        on_beat: Callable[[Callable[[], None]], Callable[[], None]],
        checkpoint: Callable[[], None],
    ) -> None:
        self._attention, self._on_beat, self._checkpoint = attention, on_beat, checkpoint
        self._thread = threading.get_ident()
        self._lock = threading.Lock()
        self._outside: FrameType | None = None
        self._leave: Callable[[], None] = lambda: None
        self._over = False
        self._next = 0.0

    def __enter__(self) -> ThreadInterrupt:
        self._outside = sys._getframe(1)
        self._leave = self._on_beat(self._look)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A signal that was raised a moment ago may arrive in here; there is none after the first that is caught.
        for _ in range(2):
            try:
                self._end()
                break
            except CancelSignal:
                continue
        if kind is not None and issubclass(kind, CancelSignal):
            self._checkpoint()

    def _end(self) -> None:
        with self._lock:
            self._over = True
        if self._next:
            # What was raised a moment ago arrives at the next turn of a loop. To take it back instead would leave
            # Python 3.11 looking for it for ever, and under a profiler it does nothing else from then on.
            for _ in range(3):
                pass
        self._leave()
        self._outside = None

    def _look(self) -> None:
        """Raise the signal if it is time; called in another thread."""
        if not self._attention.stopping or self._over or time.monotonic() < self._next:
            return
        with self._lock:
            if not self._over and self._may_end():
                _raise_in(self._thread, CancelSignal)
                self._next = time.monotonic() + AGAIN_SECONDS

    def _may_end(self) -> bool:
        """Whether nothing on the thread's stack has to be left to end."""
        frame = sys._current_frames().get(self._thread)
        if frame is None or _module(frame) in _LAST:
            return False
        while frame is not None and frame is not self._outside:
            if _module(frame).startswith(WHOLE):
                return False
            frame = frame.f_back
        return frame is not None


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _raise_in(thread: int, signal: type[BaseException]) -> None:
    """Have a thread raise an exception at its next instruction."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(signal))
