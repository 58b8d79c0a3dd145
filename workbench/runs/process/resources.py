"""CPU time and memory of one run: its own threads and its child processes, not the whole kernel."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

__all__ = ["Resources", "Sample", "judge"]

_SELF = psutil.Process()
_TICKS = os.sysconf("SC_CLK_TCK") if sys.platform == "linux" else 1


@dataclass(frozen=True, slots=True)
class Sample:
    """What a run has used so far.

    Attributes
    ----------
    cpu_seconds
        CPU time of the run's threads and children since it began (s).
    memory
        Resident memory of this process and the run's children (bytes).
    """

    cpu_seconds: float
    memory: int


class Resources:
    """Knows which threads and child processes work for a run."""

    def __init__(self) -> None:
        self._threads: dict[int, tuple[float, float]] = {}
        self._children: dict[int, float] = {}
        self._elsewhere: dict[str, Sample] = {}
        self._spent = 0.0
        self._lock = threading.Lock()

    def add_thread(self) -> None:
        """Count the calling thread in."""
        number = threading.get_native_id()
        with self._lock:
            used = time.thread_time()
            self._threads.setdefault(number, (used, used))

    def remove_thread(self) -> None:
        """Keep what the calling thread has used; the system may give its number to another one."""
        number = threading.get_native_id()
        with self._lock:
            if number in self._threads:
                before, _ = self._threads.pop(number)
                self._spent += time.thread_time() - before

    def add_child(self, pid: int) -> None:
        """Count a child process in."""
        with self._lock:
            self._children[pid] = 0.0

    def count_child(self, pid: int | None, seconds: float) -> None:
        """Take what a child says of its CPU time (s): it may end before it is looked at again."""
        with self._lock:
            if pid in self._children:
                self._children[pid] = max(self._children[pid], seconds)

    def remove_child(self, pid: int) -> None:
        """Keep what an ended child has used."""
        with self._lock:
            self._spent += self._children.pop(pid, 0.0)

    def count_elsewhere(self, name: str, sample: Sample) -> None:
        """Count in what the run has used so far on a worker of another machine; the newest sample replaces it."""
        with self._lock:
            self._elsewhere[name] = sample

    def forget_memory(self, name: str) -> None:
        """Keep the CPU time that was counted in from elsewhere, and let go of the memory."""
        with self._lock:
            if name in self._elsewhere:
                self._elsewhere[name] = Sample(self._elsewhere[name].cpu_seconds, 0)

    def sample(self) -> Sample:
        """Read CPU time and memory now."""
        with self._lock:
            children = list(self._children)
            by_thread = _thread_seconds(self._threads)
            for number, (before, last) in self._threads.items():
                # A thread that has ended has used what it had used at the last look, if not more.
                self._threads[number] = (before, by_thread.get(number, last))
        memory = _SELF.memory_info().rss
        for pid in children:
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(pid)
                family = [process, *process.children(recursive=True)]
                seconds = sum(sum(member.cpu_times()[:2]) for member in family)
                memory += sum(member.memory_info().rss for member in family)
                with self._lock:
                    if pid in self._children:
                        self._children[pid] = max(self._children[pid], seconds)
        with self._lock:
            cpu = sum(last - before for before, last in self._threads.values())
            elsewhere = sum(sample.cpu_seconds for sample in self._elsewhere.values())
            memory += sum(sample.memory for sample in self._elsewhere.values())
            return Sample(cpu + self._spent + sum(self._children.values()) + elsewhere, memory)


def judge(silent: float, busy_share: float, limit: float) -> str:
    """Tell a run that computes quietly from one that hangs.

    Parameters
    ----------
    silent
        Seconds since its last event.
    busy_share
        CPU time used per second since the last look (1.0 is one core).
    limit
        Seconds of silence that are nothing to speak of.
    """
    if silent < limit:
        return ""
    if busy_share >= 0.02:
        return f"silent for {silent:.0f} s but busy ({busy_share:.0%} of a core)"
    return f"stalled: no event and no CPU time for {silent:.0f} s"


def _thread_seconds(numbers: Iterable[int]) -> dict[int, float]:
    """CPU time of threads of this process (s); those that have ended are left out."""
    if sys.platform != "linux":
        return {thread.id: thread.user_time + thread.system_time for thread in _SELF.threads()}
    # Only the requested threads: beside a job that computes in Python, each file that is read costs a
    # switch of the interpreter, and a kernel has dozens of threads.
    found = {}
    for number in numbers:
        with contextlib.suppress(OSError):
            text = Path(f"/proc/self/task/{number}/stat").read_text(encoding="ascii", errors="replace")
            # The name is in brackets and may hold spaces; user and system time are fields 14 and 15.
            fields = text.rpartition(")")[2].split()
            found[number] = (int(fields[11]) + int(fields[12])) / _TICKS
    return found
