"""What runs in a child process: takes calls from the parent, ends when asked or when the parent is gone."""

from __future__ import annotations

import contextlib
import ctypes
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

import cloudpickle

from workbench.runs.child_guard import start_guard
from workbench.runs.progress import Gates
from workbench.runs.signals import CancelSignal, describe_error
from workbench.runs.states import EventKind, Level

if TYPE_CHECKING:
    from workbench.runs.job import Suspendable

__all__ = ["main", "restore_search_path"]

_libc = ctypes.CDLL(None)
_LINE_BUFFERED = 1
"""_IOLBF of setvbuf(3)."""
_SEARCH_PATH = "WORKBENCH_CHILD_PATH"
_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


def restore_search_path() -> dict[str, str]:
    """Environment that lets a child import what this process can (a notebook's folder, say)."""
    return {_SEARCH_PATH: os.pathsep.join(path for path in sys.path if path)}


class ChildSink:
    """The sink of a job in a child process: reports go up the connection."""

    on_terminal = False
    run_id = ""
    remembers = False
    resumes = False
    config: Any = None

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self.stopping = threading.Event()
        self.gates = Gates()
        threading.Thread(target=self._beat, name="workbench child beat", daemon=True).start()

    def send(self, kind: str, content: Any) -> None:
        """Send one message to the parent."""
        message = cloudpickle.dumps((kind, content), protocol=5)
        with self._lock:
            self._connection.send_bytes(message)

    def emit(
        self,
        kind: EventKind,
        message: str = "",
        *,
        stage: str = "",
        fraction: float | None = None,
        level: Level = Level.INFO,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Send one event to the parent."""
        facts = {
            "kind": kind,
            "message": message,
            "stage": stage,
            "fraction": fraction,
            "level": level,
            "data": data,
        }
        self.send("event", facts)

    def checkpoint(self, holding: Suspendable | None = None) -> None:
        """End the work if the parent asked for it."""
        if self.stopping.is_set():
            raise CancelSignal

    def add_failed_stage(self, path: str) -> None:
        """The parent learns of it from the stage event."""

    def remembered(self, key: str, digest: str) -> tuple[bytes, float] | None:
        """Nothing is kept in a child."""
        return None

    def remember(self, key: str, digest: str, seconds: float, result: bytes) -> None:
        """Nothing is kept in a child."""

    def add_thread(self) -> None:
        """The parent counts this process as a whole."""

    def remove_thread(self) -> None:
        """The parent counts this process as a whole."""

    def add_child(self, pid: int) -> None:
        """The parent counts this process's children through this process."""

    def remove_child(self, pid: int) -> None:
        """The parent counts this process's children through this process."""

    def _beat(self) -> None:
        while not self.stopping.wait(0.1):
            self.gates.open_all()


def main(descriptor: int, parent: int) -> None:
    """Serve calls until the parent asks to stop or is gone."""
    _die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for path in os.environ.pop(_SEARCH_PATH, "").split(os.pathsep):
        if path and path not in sys.path:
            sys.path.append(path)
    dismiss_guard = start_guard(descriptor)
    _flush_lines_at_once()
    connection = Connection(descriptor)
    sink = ChildSink(connection)
    calls: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(connection, sink, calls), daemon=True).start()
    try:
        while (call := calls.get()) is not None:
            _serve(sink, call)
    finally:
        dismiss_guard()


def _serve(sink: ChildSink, call: bytes) -> None:
    from workbench.runs.capture import capture_output  # only a process that works needs it
    from workbench.runs.job import Job

    try:
        stage, function, arguments = cloudpickle.loads(call)
        with Job(sink).active(stage), capture_output(streams=False):
            result = function(*arguments)
        _libc.fflush(None)
        sink.send("result", result)
    except CancelSignal:
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - the parent raises it
        pickled = None
        with contextlib.suppress(Exception):
            pickled = cloudpickle.dumps(error, protocol=5)
        sink.send("error", (describe_error(error), traceback.format_exc(), pickled))


def _listen(connection: Connection, sink: ChildSink, calls: queue.SimpleQueue[bytes | None]) -> None:
    try:
        while message := connection.recv_bytes():
            calls.put(message)
    except (EOFError, OSError):
        # The parent is gone: whatever native code is busy with must not go on by itself.
        os._exit(1)
    sink.stopping.set()
    calls.put(None)


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        _libc.prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _flush_lines_at_once() -> None:
    # C buffers whole blocks when it writes to a pipe: a solver's log would come when the solver has ended.
    with contextlib.suppress(ValueError):
        _libc.setvbuf(ctypes.c_void_p.in_dll(_libc, "stdout"), None, _LINE_BUFFERED, 0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
