from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from workbench.runs.process.resources import Resources, judge


def burn(seconds: float) -> None:
    began = time.thread_time()
    while time.thread_time() - began < seconds:
        sum(range(1000))


def test_only_the_threads_of_the_run_are_counted() -> None:
    resources = Resources()
    other = threading.Thread(target=burn, args=(0.3,))
    other.start()
    other.join()
    resources.add_thread()
    assert resources.sample().cpu_seconds <= 0.05
    burn(0.2)
    # The system counts in hundredths of a second.
    assert resources.sample().cpu_seconds == pytest.approx(0.2, abs=0.08)


def test_what_an_ended_thread_has_used_stays_counted() -> None:
    resources = Resources()

    def work() -> None:
        resources.add_thread()
        burn(0.2)
        resources.remove_thread()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert resources.sample().cpu_seconds == pytest.approx(0.2, abs=0.05)


def test_cpu_time_never_falls_when_a_thread_ends_without_a_word() -> None:
    resources, go = Resources(), threading.Event()

    def work() -> None:
        resources.add_thread()
        burn(0.1)
        looked.set()
        go.wait(5)

    looked = threading.Event()
    thread = threading.Thread(target=work)
    thread.start()
    looked.wait(5)
    before = resources.sample().cpu_seconds
    go.set()
    thread.join()
    assert resources.sample().cpu_seconds >= before > 0


def test_a_child_is_counted_with_what_it_started_and_stays_counted(until: Callable[..., None]) -> None:
    resources = Resources()
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'while True: pass'])"
    child = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    try:
        resources.add_child(child.pid)
        until(lambda: resources.sample().cpu_seconds > 0.3)
        own_memory = Resources().sample().memory
        assert resources.sample().memory > own_memory
    finally:
        import os
        import signal

        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    used = resources.sample().cpu_seconds
    resources.remove_child(child.pid)
    assert resources.sample().cpu_seconds == pytest.approx(used)


@pytest.mark.parametrize(
    ("silent", "share", "words"),
    [
        (5.0, 0.0, ""),
        (60.0, 1.5, "silent for 60 s but busy (150% of a core)"),
        (60.0, 0.0, "stalled: no event and no CPU time for 60 s"),
    ],
)
def test_quiet_work_is_told_apart_from_work_that_hangs(silent: float, share: float, words: str) -> None:
    assert judge(silent, share, 30.0) == words


def test_a_look_costs_the_same_however_many_threads_the_process_has():
    resources = Resources()
    resources.add_thread()
    leave = threading.Event()
    idle = [threading.Thread(target=leave.wait, daemon=True) for _ in range(300)]
    try:
        began = time.thread_time()
        for _ in range(20):
            resources.sample()
        alone = time.thread_time() - began
        for thread in idle:
            thread.start()
        began = time.thread_time()
        for _ in range(20):
            resources.sample()
        crowded = time.thread_time() - began
    finally:
        leave.set()
    assert crowded < 5 * alone + 0.02
