"""A child process for work that cannot poll for requests, and that must never outlive this process.

The child gets its calls and its stop request over a private connection. Its standard output and error, down to
what native code writes to the file descriptors, are read line by line into the run's log. Nothing of it becomes an
orphan: it ends when the connection breaks, the system is asked to kill it when the thread that started it ends
(Linux), and it has a process group of its own, which is killed as a whole: by us, or by a guard that outlives us.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import IO, Any

import cloudpickle

from workbench.errors import ChildCrashed, JournalError, UnitFailed
from workbench.runs.model.states import EventKind, Level
from workbench.runs.overview.traceback_lines import TracebackLines
from workbench.runs.process.pipe_lines import lines_of
from workbench.runs.process.search_path import restore_search_path
from workbench.runs.process.sent_modules import modules_in_use
from workbench.runs.work.open_stage import stage_path
from workbench.runs.work.sent_config import PickledConfig
from workbench.runs.work.sink import Sink

__all__ = ["Child"]

ASK_SECONDS = 0.3
TERMINATE_SECONDS = 0.3
POLL_SECONDS = 0.05


class Child:
    """One child process, used again for call after call; a context manager that leaves nothing behind.

    Parameters
    ----------
    sink
        The run that the child's output and requests belong to.
    on_line
        Called in a thread of its own with every line that the child prints, beside the run's log.
    """

    def __init__(self, sink: Sink, on_line: Callable[[str], None] | None = None) -> None:
        self._sink = sink
        self._on_line = on_line
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._readers: list[threading.Thread] = []
        self._stage = ""
        self._unread = 0
        self._config = PickledConfig()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """Process id, None when none is running."""
        return None if self._process is None else self._process.pid

    def warm_up(self, function: Callable[[], object]) -> None:
        """Start the process and let it call a function (import what it will need) while this one continues."""
        if self._process is None:
            self._start()
            assert self._connection is not None
            self._connection.send_bytes(self._pickled("", function, ()))
            self._unread = 1

    def call(
        self,
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        *,
        meanwhile: Callable[[], None] | None = None,
    ) -> Any:
        """Call a function in the child and wait; the run's requests are polled meanwhile.

        Parameters
        ----------
        function, arguments
            What to call; pickled.
        meanwhile
            Called about twenty times a second, in the calling thread, until the answer is there. What it raises
            ends the child.

        Raises
        ------
        ChildCrashed
            When the child ended without an answer; the next call starts a new one.
        UnitFailed
            When the function raised.
        CancelSignal
            When the run was cancelled; the child has ended by then.
        """
        self._stage = stage_path()
        if self._process is None or self._process.poll() is not None:
            self.stop()
            self._start()
        kind, content = self._exchange(self._pickled(self._stage, function, arguments), meanwhile)
        if kind == "error":
            self._raise(content)
        return content

    def _pickled(self, stage: str, function: Callable[..., Any], arguments: tuple[Any, ...]) -> bytes:
        config = self._config.of(self._sink.config)
        call = cloudpickle.dumps((self._sink.run_id, config, stage, function, arguments), protocol=5)
        return pickle.dumps((modules_in_use(), call), protocol=5)

    def _exchange(self, call: bytes, meanwhile: Callable[[], None] | None) -> tuple[str, Any]:
        assert self._connection is not None
        try:
            self._connection.send_bytes(call)
            while True:
                if self._connection.poll(POLL_SECONDS):
                    kind, content = cloudpickle.loads(self._connection.recv_bytes())
                    if kind == "used":
                        self._sink.resources.count_child(self.pid, content)
                        continue
                    if kind != "event":
                        if not self._unread:
                            return kind, content
                        # The answer to the call that only warmed it up.
                        self._unread -= 1
                        continue
                    self._sink.emit(content.pop("kind"), **content)
                self._sink.checkpoint(holding=self)
                if meanwhile is not None:
                    meanwhile()
        except (EOFError, ConnectionError):
            raise ChildCrashed(*self._describe_end()) from None
        except BaseException:
            self.stop()
            raise

    def suspend(self) -> None:
        """Hold the child where it is (SIGSTOP)."""
        self._signal(signal.SIGSTOP)

    def proceed(self) -> None:
        """Let a suspended child continue (SIGCONT)."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End the child: asked first, then terminated, then killed, with its whole process group."""
        self._unread = 0
        process, self._process = self._process, None
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.send_bytes(b"")
        if process is not None:
            self._end(process)
            for reader in self._readers:
                reader.join(timeout=1)
            self._sink.resources.remove_child(process.pid)
        if connection is not None:
            connection.close()

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        _signal_group(process.pid, signal.SIGCONT)
        for number, patience in ((None, ASK_SECONDS), (signal.SIGTERM, TERMINATE_SECONDS)):
            if number is not None:
                _signal_group(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
                break
        # Also when the child itself has gone: what it started may still be there.
        _signal_group(process.pid, signal.SIGKILL)
        process.wait()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "workbench.runs.engine.child_main",
                    str(theirs.fileno()),
                    str(os.getpid()),
                ],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                env={**os.environ, **restore_search_path(), "PYTHONUNBUFFERED": "1"},
            )
        self._connection = Connection(ours.detach())
        self._sink.resources.add_child(self._process.pid)
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._readers = [
            self._read_lines(self._process.stdout, Level.INFO),
            self._read_lines(self._process.stderr, Level.WARNING),
        ]

    def _read_lines(self, pipe: IO[bytes], level: Level) -> threading.Thread:
        def show_open(line: str) -> None:
            with contextlib.suppress(JournalError):
                self._sink.emit(EventKind.PROGRESS, line, stage=self._stage, data={"line": True})

        def read() -> None:
            traces = TracebackLines()
            with pipe:
                for line in lines_of(pipe, show_open):
                    # A full journal ends the run elsewhere; the pipe has to be emptied all the same.
                    with contextlib.suppress(JournalError):
                        found = traces.level_of(line, level)
                        self._sink.emit(EventKind.LOG, line, stage=self._stage, level=found)
                    if self._on_line is not None:
                        self._on_line(line)

        thread = threading.Thread(target=read, name="workbench child output", daemon=True)
        thread.start()
        return thread

    def _raise(self, content: tuple[str, str, bytes | None]) -> None:
        sentence, trace, pickled = content
        self._sink.emit(EventKind.LOG, trace, stage=self._stage, level=Level.DEBUG)
        original = None
        if pickled is not None:
            with contextlib.suppress(Exception):
                original = cloudpickle.loads(pickled)
        raise original if isinstance(original, Exception) else UnitFailed(sentence)

    def _describe_end(self) -> tuple[str, int | None]:
        process = self._process
        code = None
        if process is not None:
            deadline = time.monotonic() + 1
            while (code := process.poll()) is None and time.monotonic() < deadline:
                time.sleep(0.01)
        self.stop()
        if code is None:
            return "The child process closed its connection.", None
        if code < 0:
            name = signal.Signals(-code).name
            return f"The child process was ended by signal {-code} ({name}).", code
        return f"The child process ended with exit code {code} before giving its result.", code

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            _signal_group(self._process.pid, number)


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
