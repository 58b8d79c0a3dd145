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
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from threading import get_ident
from typing import Any, TextIO

from workbench.files import with_known_paths
from workbench.runs.jobs.job import Job, captured_job, current_job
from workbench.runs.model.states import Level
from workbench.runs.output.threads import hook_threads
from workbench.runs.output.tqdm_bars import hook_tqdm, unhook_tqdm
from workbench.runs.overview.traceback_lines import TracebackLines
from workbench.runs.work.open_stage import open_stage

__all__ = ["capture_output"]

_lock = threading.Lock()
_users = 0
_undo: list[Callable[[], None]] = []
_streams: list[_RoutedStream] = []

MAX_LINE_LENGTH = 65_536
"""Characters after which a line counts as a line, even if it was not ended."""
SHORT, MANY = 64, 1_000
"""Characters of a write that only joins others in an open line, and so many of them until they become one text."""
_logging: set[int] = set()
"""Threads in which others' handlers are given a record of a job."""


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
    job = captured_job()
    leave = None if job is None else job.on_beat(partial(_show_open_lines, job))
    try:
        yield
    finally:
        if job is not None and leave is not None:
            leave()
            for stream in _streams:
                stream.finish(job)
            # What its threads write from now on is not the run's any more.
            job.captures = False
        with _lock:
            _users -= 1
            if _users == 0:
                while _undo:
                    _undo.pop()()


def _show_open_lines(job: Job) -> None:
    for stream in _streams:
        stream.show_open_lines(job)


def _install_hooks() -> None:
    _undo.append(hook_threads())
    _install_logging()
    _install_warnings()
    hook_tqdm()
    _undo.append(unhook_tqdm)


# print


def _standing(line: str) -> str:
    # A carriage return overwrites the line: what counts is what is left standing.
    return line.rstrip("\r").rpartition("\r")[2]


class _OpenLine:
    """What a thread of a job has written of a line that is not ended."""

    __slots__ = ("job", "parts", "shown", "stage")

    def __init__(self, job: Job, text: str) -> None:
        self.job = job
        self.stage = open_stage.get()
        self.parts = [text]
        self.shown = ""

    def text(self) -> str:
        """The line as it stands on a terminal now."""
        return _standing("".join(self.parts))


class _RoutedStream(io.TextIOBase):
    """Stands in for ``sys.stdout`` or ``sys.stderr``: a job's lines go to its run, the rest passes through."""

    def __init__(self, original: TextIO, level: Level) -> None:
        self.original = original
        self._level = level
        self._open: dict[int, _OpenLine] = {}
        self._traces: defaultdict[int, TracebackLines] = defaultdict(TracebackLines)

    def write(self, text: str) -> int:
        if not text:
            return 0
        line, length = self._open.get(get_ident()), len(text)
        if (
            line is not None
            and length < SHORT
            and "\n" not in text
            and not _logging
            and line.job is current_job()
            and len(line.parts) < MANY
        ):
            # Bars of dots come sign by sign: this is all that one of them costs.
            line.parts.append(text)
            return length
        return self._write(text)

    def _write(self, text: str) -> int:
        job, thread = captured_job(), get_ident()
        if job is None:
            return self.original.write(text)
        if thread in _logging:
            # A handler of a library, for a record that goes to the run by itself.
            return len(text)
        line = self._open.pop(thread, None)
        if line is not None and line.job is not job:
            self._log(line.job, "".join(line.parts))
            line = None
        before = "" if line is None else "".join(line.parts)
        *lines, rest = (before + text).split("\n")
        if len(rest) > MAX_LINE_LENGTH:
            # Of a bar that draws over itself, only what stands there counts.
            rest = _standing(rest)
            if len(rest) > MAX_LINE_LENGTH:
                lines.append(rest)
                rest = ""
        for ended in lines:
            self._log(job, ended)
        if rest:
            self._open[thread] = _OpenLine(job, rest)
        return len(text)

    def show_open_lines(self, job: Job) -> None:
        """Show the lines that a job has started and not ended, as they stand now."""
        for line in list(self._open.values()):
            if line.job is job and (text := line.text()) != line.shown:
                line.shown = text
                if text.strip():
                    job.show_open_line(text, line.stage)

    def finish(self, job: Job) -> None:
        """Log the lines that a job has started and not ended, in whichever thread."""
        for thread, line in list(self._open.items()):
            if line.job is job and self._open.pop(thread, None) is not None:
                self._log(job, "".join(line.parts))
        self._traces.clear()

    def _log(self, job: Job, line: str) -> None:
        line = _standing(line)
        if line.strip():
            job.log(with_known_paths(line), self._traces[get_ident()].level_of(line, self._level))

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
    def buffer(self) -> Any:
        """Where bytes are written, of which some libraries make their text: a job's go to its run too."""
        return self.original.buffer if captured_job() is None else _RoutedBytes(self)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self.original.encoding

    def __getattr__(self, name: str) -> Any:
        # Kernels add attributes of their own to their streams.
        return getattr(self.original, name)


class _RoutedBytes(io.RawIOBase):
    """The bytes of a routed stream."""

    def __init__(self, text: _RoutedStream) -> None:
        self._text = text

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._text.write(bytes(content).decode("utf-8", "backslashreplace"))
        return len(bytes(content))


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
                lines = TracebackLines()
                for line in with_known_paths(self.format(record)).splitlines() or [""]:
                    job.log(line, lines.level_of(line, Level.of(record.levelno)))
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


def _reaches(logger: logging.Logger | None, handler: logging.Handler) -> bool:
    while logger is not None:
        if handler in logger.handlers:
            return True
        logger = logger.parent if logger.propagate else None
    return False


def _hand_over_once(handler: logging.Handler) -> Callable[[], None]:
    """Have each record of a job reach its run once, whatever handlers its logger has; gives what undoes it."""
    original = logging.Logger.callHandlers

    def call(logger: logging.Logger, record: logging.LogRecord) -> None:
        if captured_job() is None or (thread := get_ident()) in _logging:
            original(logger, record)
            return
        # A library's handler writes to what is the run's standard error now: not again. And a logger that keeps its
        # records to itself (propagate) does not keep them from the run.
        _logging.add(thread)
        try:
            original(logger, record)
        finally:
            _logging.discard(thread)
        if not _reaches(logger, handler):
            handler.handle(record)

    logging.Logger.callHandlers = call  # type: ignore[method-assign,assignment]

    def restore() -> None:
        if logging.Logger.callHandlers is call:
            logging.Logger.callHandlers = original  # type: ignore[method-assign]

    return restore


def _install_logging() -> None:
    root = logging.getLogger()
    level = root.level
    handler = _RunHandler()
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    _undo.append(_hand_over_once(handler))

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
            text = " ".join(with_known_paths(str(message)).split())
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
    _logging.clear()
    _lock, _users = threading.Lock(), 0
    while _undo:
        _undo.pop()()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_restore_after_fork)
