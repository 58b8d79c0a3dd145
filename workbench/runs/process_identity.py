"""Which process owns a run: its id is not enough, because the system uses ids again."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from functools import cache

import psutil

__all__ = ["ProcessIdentity"]

_CLOCK_TOLERANCE = 1.5
"""Seconds by which two readings of one process's start may differ (clock ticks, a clock that was set)."""


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process, told apart from a later one that was given the same id."""

    host: str
    pid: int
    started: float

    @classmethod
    def current(cls) -> ProcessIdentity:
        """Identity of this process."""
        return _identity_of(os.getpid())

    def is_here(self) -> bool:
        """Whether the process ran on this host, so that its life can be checked."""
        return self.host == socket.gethostname()

    def is_gone(self) -> bool:
        """Whether the process is known to have ended (never true for another host's)."""
        if not self.is_here():
            return False
        try:
            process = psutil.Process(self.pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
            return abs(process.create_time() - self.started) > _CLOCK_TOLERANCE
        except psutil.NoSuchProcess:
            return True
        except psutil.AccessDenied:
            return False


@cache
def _identity_of(pid: int) -> ProcessIdentity:
    return ProcessIdentity(socket.gethostname(), pid, psutil.Process(pid).create_time())
