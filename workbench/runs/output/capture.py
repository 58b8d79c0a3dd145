"""Output of libraries inside a job: print, logging, warnings and tqdm go to that run, and to no other.

Which run a line belongs to is read from the context of the thread that writes it. Everything written outside
a run goes exactly where it went before. The hooks are put in when the first job starts and taken out when the
last one has ended.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any, TextIO

from workbench.runs.jobs.job import Job, captured_job
from workbench.runs.model.states import Level
from workbench.runs.output.tqdm_bars import hook_tqdm, unhook_tqdm

__all__ = ["capture_output"]

_lock = threading.Lock()
_users = 0
_undo: list[Callable[[], None]] = []
_streams: list[_RoutedStream] = []

MAX_LINE_LENGTH = 65_536
"""Characters after which a line counts as a line, even if it was not ended."""


@contextlib.contextmanager
def capture_output(*, streams: bool = True) -> Iterator[None]:
    """Route the output of every current job of this process to its run while the block lasts.

    Parameters
    ----------
    streams
        Whether ``print`` is routed too; not wanted where the file descriptors are read anyway.
    """
    global _users
    with _lock:
        _users += 1
        if _users == 1:
            _install_hooks()
        if streams:
            # Also for a later run: another stream may have been put in place meanwhile.
            _install_stream("stdout", Level.INFO)
            _install_stream("stderr", Level.WARNING)
        # Python shows a warning once per line of code; a run is to have those that an earlier one has had.
        with warnings.catch_warnings():
            pass
    try:
        yield
    finally:
        if (job := captured_job()) is not None:
            for stream in _streams:
                stream.finish(job)
        with _lock:
            _users -= 1
            if _users == 0:
                while _undo:
                    _undo.pop()()


def _install_hooks() -> None:
    _install_logging()
    _install_warnings()
    hook_tqdm()
    _undo.append(unhook_tqdm)


# print


class _RoutedStream(io.TextIOBase):
    """Stands in for ``sys.stdout`` or ``sys.stderr``: a job's lines go to its run, the rest passes through."""

    def __init__(self, original: TextIO, level: Level) -> None:
        self.original = original
        self._level = level
        self._partial: dict[int, tuple[Job, str]] = {}

    def write(self, text: str) -> int:
        job = captured_job()
        if job is None:
            return self.original.write(text)
        thread = threading.get_ident()
        before, partial = self._partial.pop(thread, (job, ""))
        if before is not job:
            self._log(before, partial)
            partial = ""
        *lines, rest = (partial + text).split("\n")
        if len(rest) > MAX_LINE_LENGTH:
            lines.append(rest)
            rest = ""
        if rest:
            self._partial[thread] = (job, rest)
        for line in lines:
            self._log(job, line)
        return len(text)

    def finish(self, job: Job) -> None:
        """Log the lines that a job has started and not ended, in whichever thread."""
        for thread, (owner, partial) in list(self._partial.items()):
            if owner is job and self._partial.pop(thread, None) is not None:
                self._log(job, partial)

    def _log(self, job: Job, line: str) -> None:
        # A carriage return overwrites the line: what counts is what is left of it.
        line = line.rstrip("\r").rpartition("\r")[2]
        if line.strip():
            job.log(line, self._level)

    def flush(self) -> None:
        if captured_job() is None:
            self.original.flush()

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return captured_job() is None and self.original.isatty()

    def fileno(self) -> int:
        return self.original.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self.original.encoding

    def __getattr__(self, name: str) -> Any:
        # Kernels add attributes of their own to their streams.
        return getattr(self.original, name)


def _install_stream(name: str, level: Level) -> None:
    original = getattr(sys, name)
    while isinstance(original, _RoutedStream) and original not in _streams:
        # One of ours that was put back after its time.
        original = original.original
    if original is None or isinstance(original, _RoutedStream):
        return
    routed = _RoutedStream(original, level)
    setattr(sys, name, routed)
    _streams.append(routed)

    def restore() -> None:
        _streams.remove(routed)
        if getattr(sys, name) is routed:
            setattr(sys, name, original)

    _undo.append(restore)


# logging


class _RunHandler(logging.Handler):
    """Hands a job's log records to its run."""

    def emit(self, record: logging.LogRecord) -> None:
        job = captured_job()
        if job is not None:
            try:
                job.log(self.format(record), record.levelno)
            except Exception:  # noqa: BLE001 - what logging asks of a handler
                self.handleError(record)
        elif (
            (last := logging.lastResort) is not None and record.levelno >= last.level and _only(self, record)
        ):
            # Without us there would have been no handler, and logging would have used its last resort.
            last.handle(record)


def _only(handler: logging.Handler, record: logging.LogRecord) -> bool:
    logger: logging.Logger | None = logging.getLogger(record.name)
    while logger is not None:
        if any(other is not handler for other in logger.handlers):
            return False
        logger = logger.parent if logger.propagate else None
    return True


def _install_logging() -> None:
    root = logging.getLogger()
    level = root.level
    handler = _RunHandler()
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))

    def elsewhere(record: logging.LogRecord) -> bool:
        # Others' handlers see what they saw before: nothing of a job on a console, nothing below the old level.
        return captured_job() is None and record.levelno >= level

    def elsewhere_in_files(record: logging.LogRecord) -> bool:
        return record.levelno >= level

    filtered: list[tuple[logging.Handler, Callable[[logging.LogRecord], bool]]] = []
    for other in root.handlers:
        in_file = isinstance(other, logging.FileHandler) or not isinstance(other, logging.StreamHandler)
        test = elsewhere_in_files if in_file else elsewhere
        other.addFilter(test)
        filtered.append((other, test))
    root.addHandler(handler)
    if level > logging.INFO:
        root.setLevel(logging.INFO)

    def restore() -> None:
        root.removeHandler(handler)
        if root.level == logging.INFO:
            root.setLevel(level)
        for other, test in filtered:
            other.removeFilter(test)

    _undo.append(restore)


# warnings


def _install_warnings() -> None:
    original = warnings.showwarning

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        job: Job | None = captured_job()
        if job is None or file is not None:
            original(message, category, filename, lineno, file, line)
        else:
            text = " ".join(str(message).split())
            job.log(f"{category.__name__}: {text} ({filename}:{lineno})", Level.WARNING)

    warnings.showwarning = show

    def restore() -> None:
        if warnings.showwarning is show:
            warnings.showwarning = original

    _undo.append(restore)


# forked processes


def _restore_after_fork() -> None:
    # A forked worker (multiprocessing) has a copy of the job, whose reports would go nowhere.
    global _lock, _users
    _lock, _users = threading.Lock(), 0
    while _undo:
        _undo.pop()()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_restore_after_fork)
