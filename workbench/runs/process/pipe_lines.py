"""Lines that native code or another process writes into a pipe."""

from __future__ import annotations

import ctypes
import os
import select
from collections.abc import Callable, Iterator
from contextlib import suppress
from time import monotonic
from typing import IO

__all__ = ["flush_native_lines", "lines_of", "write_native_lines_at_once"]

MAX_LINE_LENGTH = 65_536
SHOW_SECONDS = 0.1
"""A line that is not ended is shown so often at most."""

_libc = ctypes.CDLL(None)
_LINE_BUFFERED = 1
"""_IOLBF of setvbuf(3)."""


def lines_of(pipe: IO[bytes], show_open: Callable[[str], None]) -> Iterator[str]:
    """Yield the lines of a pipe as they come, blank ones left out; a bar that was drawn over is its last state.

    Parameters
    ----------
    pipe
        Where another process, or native code of this one, writes.
    show_open
        Called with a line that is not ended, about ten times a second while it grows.
    """
    rest, shown_at, shown = b"", 0.0, b""
    # Not select(2): it fails in a process with more than a thousand open files.
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    while True:
        if rest != shown and not poll.poll(1000 * max(0.0, shown_at + SHOW_SECONDS - monotonic())):
            shown_at, shown = monotonic(), rest
            if (line := _standing(rest)).strip():
                show_open(line)
        block = os.read(pipe.fileno(), MAX_LINE_LENGTH)
        *ended, rest = (rest + block).split(b"\n")
        if not block or len(rest) > MAX_LINE_LENGTH:
            # The end of the pipe; or bounded, as some bars never end their line.
            ended.append(rest)
            rest = b""
        for raw in ended:
            if (line := _standing(raw)).strip():
                yield line
        if not block:
            return


def _standing(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").rstrip("\r").rpartition("\r")[2]


def write_native_lines_at_once() -> None:
    """Have C code of this process write each line when it ends."""
    # Into a pipe C writes whole blocks: a solver's log would come when the solver has ended.
    with suppress(ValueError):
        _libc.setvbuf(ctypes.c_void_p.in_dll(_libc, "stdout"), None, _LINE_BUFFERED, 0)


def flush_native_lines() -> None:
    """Have C code of this process write what it holds back."""
    _libc.fflush(None)
