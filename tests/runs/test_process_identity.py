from __future__ import annotations

import dataclasses
import os
from typing import Any

import psutil
import pytest

from workbench.runs.process.identity import ProcessIdentity


def test_this_process_is_not_gone() -> None:
    here = ProcessIdentity.current()
    assert here.pid == os.getpid()
    assert here.is_here()
    assert not here.is_gone()


def test_a_later_process_with_the_same_id_is_another_one() -> None:
    here = ProcessIdentity.current()
    assert dataclasses.replace(here, started=here.started - 0.02).is_gone()


def test_a_process_that_ended_is_gone_even_while_nobody_has_taken_note(scripts: Any, until: Any) -> None:
    code = """
    from workbench.runs.process.identity import ProcessIdentity
    me = ProcessIdentity.current()
    print(me.pid, repr(me.started), flush=True)
    input()
    """
    import subprocess
    import sys

    process = subprocess.Popen(
        [sys.executable, "-c", "\n".join(line.strip() for line in code.splitlines())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    pid, started = process.stdout.readline().split()
    other = dataclasses.replace(ProcessIdentity.current(), pid=int(pid), started=float(started))
    assert not other.is_gone()
    process.stdin.close()
    # A zombie until we wait for it.
    until(other.is_gone)
    assert psutil.Process(int(pid)).status() == psutil.STATUS_ZOMBIE
    process.wait()
    process.stdout.close()
    assert other.is_gone()


def test_nothing_is_said_of_another_hosts_processes() -> None:
    other = ProcessIdentity("elsewhere", 2**22 + 1, 0.0)
    assert not other.is_here()
    assert not other.is_gone()


def test_setting_the_clock_does_not_make_living_processes_look_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    here = ProcessIdentity.current()
    # psutil counts from the time of boot, which moves with the clock.
    original = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: original(self) - 3600)
    assert not here.is_gone()
