"""Which process owns a run: its id is not enough, because the system uses ids again."""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

__all__ = ["ProcessIdentity"]

_TOLERANCE = 0.005 if sys.platform.startswith("linux") else 1.5
"""Seconds by which two readings of one process's start may differ."""


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process, told apart from a later one that was given the same id.

    Attributes
    ----------
    host
        Name of the machine.
    pid
        Process id there.
    started
        When it started (s): on Linux since the machine was booted, elsewhere since 1970-01-01 UTC.
    """

    host: str
    pid: int
    started: float

    @classmethod
    def current(cls) -> ProcessIdentity:
        """Identity of this process."""
        return _identity_of(os.getpid())

    @classmethod
    def of(cls, pid: int) -> ProcessIdentity:
        """Identity of another process of this machine, which must not have ended."""
        return cls(socket.gethostname(), pid, _started(psutil.Process(pid)))

    def is_here(self) -> bool:
        """Whether the process ran on this host, so that its life can be checked."""
        return self.host == socket.gethostname()

    def reason_when_gone(self) -> str:
        """Give the sentence that says why a run of a gone process has ended."""
        return f"Interrupted: its process ({self.pid}) is gone"

    def is_gone(self) -> bool:
        """Whether the process is known to have ended (never true for another host's)."""
        if not self.is_here():
            return False
        try:
            process = psutil.Process(self.pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
            return abs(_started(process) - self.started) > _TOLERANCE
        except psutil.NoSuchProcess:
            return True
        except psutil.AccessDenied:
            return False


@cache
def _identity_of(pid: int) -> ProcessIdentity:
    return ProcessIdentity(socket.gethostname(), pid, _started(psutil.Process(pid)))


def _started(process: psutil.Process) -> float:
    if not sys.platform.startswith("linux"):
        return process.create_time()
    # Since boot: the time of day would change for all processes when the clock is set. The name (field 2) may
    # hold anything, so that what is counted begins after its closing bracket.
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_bytes().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError) as error:
        raise psutil.NoSuchProcess(process.pid) from error
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")
