"""Workbooks are parsed in a process of their own, with limits of memory and time.

A parser is native code: on a damaged file it may end its process, fill the memory or never return. Here that is a
sentence. The process starts with the first workbook and stays, so that the next one is parsed at once; two
threads get two. It ends with this process, however that ends, and a fork of this process starts its own.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Collection
from multiprocessing.connection import Connection
from pathlib import Path

from workbench.data.workbooks.parsing import ParsedWorkbook
from workbench.data.workbooks.process_main import cpu_limit, too_large
from workbench.errors import UnreadableFile

__all__ = ["parse_workbook"]

KEPT = 2
"""Processes that stay for the next workbook."""
WAIT_FACTOR = 6.0
"""Time that is waited for an answer, in allowed processor time: the machine may be busy."""

# It finds modules where this process does, but the standard library and what is installed first.
_START = (
    "import sys; sys.path += [path for path in sys.argv[3:] if path not in sys.path]; "
    "from workbench.data.workbooks.process_main import main; main(int(sys.argv[1]), int(sys.argv[2]))"
)
_idle: list[_Reader] = []
_all: set[_Reader] = set()
_of_the_parent: list[_Reader] = []
_lock = threading.Lock()


def parse_workbook(path: Path, content: bytes, sheets: Collection[str] | None) -> ParsedWorkbook:
    """Parse the requested sheets of a workbook in the process for it.

    Parameters
    ----------
    path
        The file, for the sentences of errors.
    content
        Its bytes.
    sheets
        Plain names of the sheets; all when left out.

    Raises
    ------
    UnreadableFile
        When it cannot be parsed, or takes too much memory or time.
    """
    wanted = None if sheets is None else frozenset(sheets)
    try:
        return _ask(path, content, wanted, careful=False)
    except _Crashed as crash:
        if not crash.by_memory:
            raise UnreadableFile(f"{path} {crash}", path) from crash
    try:
        # A far cell that the sheet does not declare fills the memory: only now is it worth looking at each cell.
        return _ask(path, content, wanted, careful=True)
    except _Crashed as crash:
        raise UnreadableFile(f"{path} {crash}", path) from crash


class _Crashed(Exception):
    """The process ended, or did not answer; the end of a sentence about the file."""

    def __init__(self, message: str, *, by_memory: bool = False) -> None:
        super().__init__(message)
        self.by_memory = by_memory


class _Reader:
    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-c", _START),
                    *(str(theirs.fileno()), str(os.getpid()), *filter(None, sys.path)),
                ],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # Ctrl+C in a terminal is for the one who reads, not for this process.
                start_new_session=True,
            )
        self.connection = Connection(ours.detach())

    def ask(self, request: bytes, size: int) -> object:
        try:
            self.connection.send_bytes(request)
            seconds = WAIT_FACTOR * cpu_limit(size)
            if not self.connection.poll(seconds):
                raise _Crashed(f"could not be read in {seconds:.0f} s; save it again in Excel.")
            return pickle.loads(self.connection.recv_bytes())
        except (EOFError, OSError):
            raise self._crash(size) from None

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self.connection.close()
        self._process.kill()
        self._process.wait()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def _crash(self, size: int) -> _Crashed:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        code = self._process.returncode
        if code == -getattr(signal, "SIGXCPU", 0):
            return _Crashed(
                f"could not be read in {cpu_limit(size):.0f} s of processor time; save it again in Excel."
            )
        if code in (-signal.SIGABRT, -signal.SIGKILL):
            return _Crashed(too_large(size), by_memory=True)
        if code is not None and code > 0:
            return _Crashed(f"could not be read: the process that reads workbooks ended with code {code}.")
        return _Crashed("is damaged so that its reader fails; open it in Excel and save it again.")


def _ask(path: Path, content: bytes, wanted: frozenset[str] | None, *, careful: bool) -> ParsedWorkbook:
    # The second try is in a new process: the kept ones may have been ended from outside.
    reader = _take(new=careful)
    try:
        request = pickle.dumps((str(path), content, wanted, careful), protocol=5)
        answer = reader.ask(request, len(content))
    except BaseException:
        _drop(reader)
        raise
    _give_back(reader)
    if isinstance(answer, str):
        raise UnreadableFile(answer, path)
    assert isinstance(answer, ParsedWorkbook)
    return answer


def _take(*, new: bool) -> _Reader:
    with _lock:
        while _idle and not new:
            reader = _idle.pop()
            if reader.is_alive():
                return reader
            _all.discard(reader)
    reader = _Reader()
    with _lock:
        _all.add(reader)
    return reader


def _give_back(reader: _Reader) -> None:
    with _lock:
        if len(_idle) < KEPT:
            _idle.append(reader)
            return
    _drop(reader)


def _drop(reader: _Reader) -> None:
    with _lock:
        _all.discard(reader)
    reader.stop()


def _stop_all() -> None:
    with _lock:
        readers = [*_all]
        _all.clear()
        _idle.clear()
    for reader in readers:
        reader.stop()


def _forget_after_fork() -> None:
    """The processes belong to the one that forked: only its ends of the connections are closed here."""
    global _lock
    _lock = threading.Lock()
    for reader in _all:
        with contextlib.suppress(OSError):
            reader.connection.close()
    _of_the_parent.extend(_all)
    _all.clear()
    _idle.clear()


atexit.register(_stop_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
