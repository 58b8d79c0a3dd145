from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from workbench.errors import ChildCrashed, RunCancelled
from workbench.runs import Job, RunState, current_job, start
from workbench.runs.work.child import Child

Make = Callable[..., Any]


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def pid_in(file: Path) -> int:
    return int(file.read_text()) if file.exists() and file.read_text().endswith("\n") else 0


def write_pid(folder: Path, name: str, pid: int | None = None) -> None:
    (folder / name).write_text(f"{os.getpid() if pid is None else pid}\n")


def run_child(make_job: Make, project: Path, function: Callable[..., Any], *arguments: Any) -> Any:
    return start(make_job(lambda job, project, config: job.child(function, *arguments)), project)


def talk() -> int:
    print("python")
    ctypes.CDLL(None).puts(b"native code")
    os.write(2, b"straight to the descriptor\n")
    logging.getLogger("solver").warning("logged")
    warnings.warn("careful", UserWarning, stacklevel=1)
    job = current_job()
    assert job is not None
    job.log("reported")
    job.metric("gap", 0.5, unit="%")
    return 42


def test_all_output_of_a_child_is_in_the_runs_log(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> Any:
        with job.stage("solve"):
            return job.child(talk)

    run = start(make_job(work), project)
    assert run.result(20) == 42
    said = {(line.level, line.message.partition(" (")[0]) for line in run.lines()}
    assert {
        ("info", "python"),
        ("info", "native code"),
        ("warning", "straight to the descriptor"),
        ("warning", "solver: logged"),
        ("warning", "UserWarning: careful"),
        ("info", "reported"),
    } == said
    assert {line.stage for line in run.lines()} == {"solve"}
    (metric,) = run.summary().metrics.values()
    assert (metric.name, metric.value, metric.stage) == ("gap", 0.5, "solve")


def puts_and_waits(folder: Path) -> None:
    ctypes.CDLL(None).puts(b"iteration 1")
    while not (folder / "go").exists():
        time.sleep(0.01)


def test_lines_of_native_code_come_while_it_works_not_at_its_end(
    make_job: Make, project: Path, until: Callable[..., None]
) -> None:
    run = run_child(make_job, project, puts_and_waits, project)
    until(lambda: run.logs() == ["iteration 1"])
    assert run.state == RunState.RUNNING
    (project / "go").touch()
    run.result(10)


def endless_line() -> None:
    for _ in range(50):
        os.write(1, b"\rbar" * 5000)


def test_a_bar_that_never_ends_its_line_does_not_pile_up(make_job: Make, project: Path) -> None:
    run = run_child(make_job, project, endless_line)
    run.result(10)
    assert run.logs()
    assert max(map(len, run.logs())) < 70_000


def raises() -> None:
    raise LookupError("no such sector")


def raises_what_looks_like_a_broken_connection() -> None:
    raise ConnectionResetError("the server of the data is down")


@pytest.mark.parametrize(
    ("function", "error", "words"),
    [
        (raises, LookupError, "no such sector"),
        (raises_what_looks_like_a_broken_connection, ConnectionResetError, "the server of the data is down"),
    ],
)
def test_an_error_in_a_child_is_raised_here_with_its_traceback_in_the_log(
    make_job: Make, project: Path, function: Callable[..., Any], error: type[Exception], words: str
) -> None:
    run = run_child(make_job, project, function)
    with pytest.raises(error, match=words):
        run.result(10)
    assert function.__name__ in "\n".join(run.logs())


def gives_pid_or_raises(fail: bool) -> int:
    if fail:
        raise ValueError("no")
    return os.getpid()


def test_a_child_survives_an_error_of_its_function(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> tuple[int, int]:
        with Child(job._sink) as child:
            first = child.call(gives_pid_or_raises, (False,))
            with pytest.raises(ValueError, match="no"):
                child.call(gives_pid_or_raises, (True,))
            return first, child.call(gives_pid_or_raises, (False,))

    first, second = start(make_job(work), project).result(20)
    assert first == second != os.getpid()


def kill_myself(number: int) -> None:
    os.kill(os.getpid(), number)
    time.sleep(5)


def leave(code: int) -> None:
    os._exit(code)


@pytest.mark.parametrize(
    ("function", "argument", "code", "words"),
    [
        (kill_myself, signal.SIGKILL, -9, "ended by signal 9 (SIGKILL)"),
        (kill_myself, signal.SIGSEGV, -11, "ended by signal 11 (SIGSEGV)"),
        (leave, 3, 3, "ended with exit code 3 before giving its result"),
        (leave, 0, 0, "ended with exit code 0 before giving its result"),
        (sys.exit, 4, 4, "ended with exit code 4 before giving its result"),
    ],
)
def test_a_crash_says_how_the_child_ended(
    make_job: Make, project: Path, function: Callable[..., Any], argument: int, code: int, words: str
) -> None:
    run = run_child(make_job, project, function, argument)
    with pytest.raises(ChildCrashed) as caught:
        run.result(20)
    assert caught.value.exit_code == code
    assert words in str(caught.value)


def looks_at_the_flag(folder: Path) -> None:
    write_pid(folder, "pid")
    job = current_job()
    assert job is not None
    try:
        while True:
            time.sleep(0.005)
            job.checkpoint()
    finally:
        (folder / "tidied").touch()


def ends_when_terminated(folder: Path) -> None:
    def tidy(*_: object) -> None:
        (folder / "tidied").touch()
        os._exit(0)

    signal.signal(signal.SIGTERM, tidy)
    write_pid(folder, "pid")
    while True:
        time.sleep(0.01)


def ignores_everything(folder: Path) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    write_pid(folder, "pid")
    libc = ctypes.PyDLL(None)  # holds the interpreter's lock: no other thread of the child can run
    libc.usleep(60_000_000)


@pytest.mark.parametrize(
    ("function", "tidies"),
    [(looks_at_the_flag, True), (ends_when_terminated, True), (ignores_everything, False)],
)
def test_a_cancel_asks_then_terminates_then_kills(
    make_job: Make, project: Path, until: Callable[..., None], function: Callable[..., Any], tidies: bool
) -> None:
    run = run_child(make_job, project, function, project)
    until(lambda: pid_in(project / "pid"))
    run.cancel()
    assert run.wait(10)
    with pytest.raises(RunCancelled):
        run.result()
    assert not alive(pid_in(project / "pid"))
    assert (project / "tidied").exists() == tidies


def ticks(folder: Path) -> None:
    write_pid(folder, "pid")
    count = 0
    while not (folder / "go").exists():
        count += 1
        (folder / "ticks").write_text(str(count))
        time.sleep(0.005)


def test_a_pause_suspends_the_child_and_a_cancel_while_paused_ends_it(
    make_job: Make, project: Path, until: Callable[..., None]
) -> None:
    run = run_child(make_job, project, ticks, project)
    until(lambda: pid_in(project / "pid"))
    run.pause()
    until(lambda: run.state == RunState.PAUSED)
    until(lambda: psutil.Process(pid_in(project / "pid")).status() == psutil.STATUS_STOPPED)
    count = (project / "ticks").read_text()
    time.sleep(0.1)
    assert (project / "ticks").read_text() == count
    run.resume()
    until(lambda: (project / "ticks").read_text() not in ("", count))
    run.pause()
    until(lambda: run.state == RunState.PAUSED)
    run.cancel()
    assert run.wait(10)
    assert run.state == RunState.CANCELLED
    assert not alive(pid_in(project / "pid"))


PARENT = """
import os, signal, subprocess, sys, time
from dataclasses import dataclass
from pathlib import Path
from workbench.runs import job, start, setting

folder = Path(sys.argv[1])

@dataclass(frozen=True, slots=True)
class Config:
    scenario: str = setting("base", help="")

def solve(folder, mode):
    if mode == "family":
        grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"])
        (folder / "grandchild").write_text(f"{grandchild.pid}\\n")
    (folder / "child").write_text(f"{os.getpid()}\\n")
    if mode == "stubborn":
        import ctypes
        ctypes.PyDLL(None).usleep(100_000_000)
    time.sleep(100)

@job("orphans", config=Config)
def work(job, project, config):
    job.child(solve, folder, sys.argv[2])

start(work, folder).wait()
"""


@pytest.mark.parametrize("mode", ["family", "stubborn"])
def test_when_the_parent_is_killed_neither_child_nor_grandchild_is_left(
    scripts: Any, project: Path, until: Callable[..., None], mode: str
) -> None:
    parent = scripts.start(PARENT, project, mode)
    until(lambda: pid_in(project / "child"), 20)
    family = [pid_in(project / "child")]
    if mode == "family":
        family.append(pid_in(project / "grandchild"))
    assert all(map(alive, family))
    parent.kill()
    parent.wait()
    until(lambda: not any(map(alive, family)))


def starts_a_family(folder: Path) -> None:
    for name in ("first", "second"):
        write_pid(folder, name, subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"]).pid)


def test_what_a_child_started_ends_with_it(make_job: Make, project: Path, until: Callable[..., None]) -> None:
    run_child(make_job, project, starts_a_family, project).result(20)
    until(lambda: not alive(pid_in(project / "first")) and not alive(pid_in(project / "second")))


def starts_a_family_and_dies(folder: Path) -> None:
    starts_a_family(folder)
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_a_child_started_ends_when_it_crashes(
    make_job: Make, project: Path, until: Callable[..., None]
) -> None:
    run_child(make_job, project, starts_a_family_and_dies, project).wait(20)
    until(lambda: not alive(pid_in(project / "first")) and not alive(pid_in(project / "second")))


def test_no_guard_and_no_zombie_is_left_after_a_child(make_job: Make, project: Path) -> None:
    run_child(make_job, project, os.getpid).result(20)
    left = [
        process
        for process in psutil.Process().children(recursive=True)
        if "child_main" in " ".join(process.cmdline())
    ]
    assert left == []


def unpicklable() -> Any:
    return (value for value in (1, 2))


def test_a_result_that_cannot_be_sent_says_so(make_job: Make, project: Path) -> None:
    with pytest.raises(TypeError, match="cannot pickle 'generator' object"):
        run_child(make_job, project, unpicklable).result(20)


def test_a_function_typed_into_a_notebook_can_be_sent(make_job: Make, project: Path) -> None:
    space: dict[str, Any] = {"__name__": "__main__"}
    exec("import math\ndef area(r):\n    return math.pi * r ** 2", space)
    assert run_child(make_job, project, space["area"], 1.0).result(20) == pytest.approx(3.14159, abs=1e-4)
