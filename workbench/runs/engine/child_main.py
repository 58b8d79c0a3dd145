"""What runs in a child process: takes calls from the parent, ends on request or when the parent is gone."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pickle
import queue
import resource
import signal
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import cloudpickle

from workbench.runs.model.attention import Attention, Suspendable
from workbench.runs.model.signals import CancelSignal, describe_error, trace_of
from workbench.runs.model.states import EventKind, Level
from workbench.runs.process.guard import start_guard
from workbench.runs.process.pipe_lines import flush_native_lines, write_native_lines_at_once
from workbench.runs.process.resources import Resources
from workbench.runs.process.search_path import take_search_path
from workbench.runs.process.sent_modules import keep_modules, with_modules
from workbench.runs.work.sent_config import SentConfig
from workbench.runs.work.workers import Workers

__all__ = ["main"]

_libc = ctypes.CDLL(None)
_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""
BEAT_SECONDS = 0.1
_PARENT = "parent"
"""Names the process whose modules are imported here."""


class ChildSink:
    """The sink of a job in a child process: reports go up the connection."""

    on_terminal = False
    remembers = False
    resumes = False
    workers: Workers = None
    journal_path: Path | None = None

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.run_id = ""
        self._config = SentConfig()
        self._lock = threading.Lock()
        self.attention = Attention()
        # The parent counts this process, with its children, as a whole.
        self.resources = Resources()
        threading.Thread(target=self._beat, name="workbench child beat", daemon=True).start()

    @property
    def config(self) -> Any:
        """The config as it was when the function was called."""
        return self._config.value

    def begin(self, run_id: str, config: bytes) -> None:
        """Take what the next call belongs to."""
        self.run_id = run_id
        self._config.take(config)

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
        """End the work if the parent requested it."""
        if self.attention.stopping:
            raise CancelSignal

    def remembered(self, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], tuple[bytes, float]]:
        """Nothing is kept in a child."""
        return {}

    def remember(self, key: str, digest: str, seconds: float, result: bytes, *, at_once: bool) -> None:
        """Nothing is kept in a child."""

    def _beat(self) -> None:
        while not self.attention.stopping:
            time.sleep(BEAT_SECONDS)
            self.attention.beat()


def main(descriptor: int, parent: int) -> None:
    """Serve calls until the parent asks to stop or is gone."""
    _die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    take_search_path()
    dismiss_guard = start_guard(descriptor)
    write_native_lines_at_once()
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
    modules, call = pickle.loads(call)
    if modules:
        keep_modules(_PARENT, modules)
    with with_modules(_PARENT, sink.checkpoint):
        _compute(sink, call)


def _compute(sink: ChildSink, call: bytes) -> None:
    from workbench.runs.jobs.job import Job
    from workbench.runs.output.capture import capture_output  # only a process that works needs it

    try:
        run_id, config, stage, function, arguments = cloudpickle.loads(call)
        sink.begin(run_id, config)
        with Job(sink).active(stage), capture_output(streams=False):
            result = function(*arguments)
        flush_native_lines()
        sink.send("used", _used_seconds())
        sink.send("result", result)
    except CancelSignal:
        sys.exit(0)
    except SystemExit:
        # The parent sees how it ended.
        raise
    except BaseException as error:  # noqa: BLE001 - the parent raises it
        pickled = None
        with contextlib.suppress(Exception):
            pickled = cloudpickle.dumps(error, protocol=5)
        sink.send("error", (describe_error(error), trace_of(error), pickled))


def _used_seconds() -> float:
    """CPU time of this process and of what it has started and seen end (s), finer than what its parent can read."""
    started = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + started.ru_utime + started.ru_stime


def _listen(connection: Connection, sink: ChildSink, calls: queue.SimpleQueue[bytes | None]) -> None:
    try:
        while message := connection.recv_bytes():
            calls.put(message)
    except (EOFError, OSError):
        # The parent is gone: whatever native code is busy with must not continue by itself.
        os._exit(1)
    sink.attention.request(stop=True)
    calls.put(None)


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        _libc.prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
