"""Which process owns a run: its id is not enough, because the system uses ids again."""

from __future__ import annotations

import os
import socket
import sys
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import psutil

__all__ = ["LEASE_SECONDS", "ProcessIdentity"]

_TOLERANCE = 0.005 if sys.platform.startswith("linux") else 1.5
"""Seconds by which two readings of one process's start may differ."""


LEASE_SECONDS = 120.0
"""So long after its last sign of life, a process that cannot be looked at counts as gone."""


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
    place
        What gives out the ids: this boot of this machine and the container; empty where that cannot be told.
    beat
        When it last said that it lives (seconds since 1970-01-01 UTC); None for journals that keep no such signs.
    """

    host: str
    pid: int
    started: float
    place: str = ""
    beat: float | None = field(default=None, compare=False)

    @classmethod
    def current(cls) -> ProcessIdentity:
        """Identity of this process."""
        return cls.of(os.getpid())

    @classmethod
    def of(cls, pid: int) -> ProcessIdentity:
        """Identity of another process of this machine, which must not have ended."""
        return cls(socket.gethostname(), pid, _started(psutil.Process(pid)), _place(), time.time())

    def is_here(self) -> bool:
        """Whether the process ran where this one does, so that its life can be checked.

        A machine may be renamed, and a container made again under the same name with the same ids.
        """
        return self.place == _place() if self.place else self.host == socket.gethostname()

    def reason_when_gone(self) -> str:
        """Give the sentence that says why a run of a gone process has ended."""
        if self.is_here() or self.beat is None:
            return f"Interrupted: its process ({self.pid}) is gone"
        silent = max(0.0, time.time() - self.beat)
        return f"Interrupted: no sign of life from its process ({self.pid} on {self.host}) for {silent:.0f} s"

    def is_gone(self) -> bool:
        """Whether the process has ended; of one elsewhere, whether it has shown no sign of life for its lease."""
        if not self.is_here():
            return self.beat is not None and time.time() - self.beat > LEASE_SECONDS
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
def _place() -> str:
    if not sys.platform.startswith("linux"):
        return ""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


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
