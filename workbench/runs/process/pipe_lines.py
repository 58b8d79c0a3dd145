"""Lines that native code or another process writes into a pipe."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import suppress
from typing import IO

__all__ = ["flush_native_lines", "lines_of", "write_native_lines_at_once"]

MAX_LINE_LENGTH = 65_536

_libc = ctypes.CDLL(None)
_LINE_BUFFERED = 1
"""_IOLBF of setvbuf(3)."""


def lines_of(pipe: IO[bytes]) -> Iterator[str]:
    """Yield the lines of a pipe as they come, blank ones left out; a bar that was drawn over is its last state."""
    # Bounded: some bars never end their line.
    while raw := pipe.readline(MAX_LINE_LENGTH):
        line = raw.decode("utf-8", "replace").rstrip("\r\n").rpartition("\r")[2]
        if line.strip():
            yield line


def write_native_lines_at_once() -> None:
    """Have C code of this process write each line when it ends."""
    # Into a pipe C writes whole blocks: a solver's log would come when the solver has ended.
    with suppress(ValueError):
        _libc.setvbuf(ctypes.c_void_p.in_dll(_libc, "stdout"), None, _LINE_BUFFERED, 0)


def flush_native_lines() -> None:
    """Have C code of this process write what it holds back."""
    _libc.fflush(None)
