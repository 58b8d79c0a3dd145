from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from workbench.errors import ControlRefused, RunCancelled, RunFailed, RunInterrupted
from workbench.runs import Cause, EventKind, Job, RunState, Unit, attach, resume, runs, start
from workbench.runs.engine import detached
from workbench.runs.engine.followed import FollowedRun
from workbench.runs.journal.writer import Journal

Make = Callable[..., Any]
Until = Callable[..., None]


@pytest.fixture(autouse=True)
def _none_left(project: Path) -> Iterator[None]:
    yield
    for record in runs(project):
        if not record.state.is_final and record.owner.pid != os.getpid():
            psutil.Process(record.owner.pid).kill()


def paced(job: Job, project: Path, config: Any) -> float:
    while not (project / "go").exists():
        time.sleep(0.005)
        job.checkpoint()
        if job.config.pace > 1:
            return float(job.config.pace)
    return 0.0


def test_a_detached_run_gives_its_result_and_its_whole_story(make_job: Make, project: Path) -> None:
    factor = 3

    def work(job: Job, project: Path, config: Any) -> dict[str, int]:
        with job.stage("all"):
            return {
                found.key: factor * found.value
                for found in job.map(lambda x: x + 1, [Unit("a", (1,)), Unit("b", (2,))])
            } | {"pid": os.getpid()}

    run = start(make_job(work), project, detached=True)
    assert isinstance(run, FollowedRun)
    result = run.result(30)
    assert (result["a"], result["b"]) == (6, 9)
    assert result["pid"] == run.record.owner.pid != os.getpid()
    events = run.events()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert events[0].message == "Queued"
    assert events[-1].is_final
    assert [stage.state for stage in run.stages] == ["completed"]
    # Seen from the same journal by whoever comes later.
    assert attach(run.id, project).result() == result


def test_a_detached_run_that_lacks_something_is_incomplete(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> str:
        job.incomplete("Homes has no forecast")
        return "partial"

    run = start(make_job(work), project, detached=True)
    assert run.result(30) == "partial"
    assert (run.status, run.omissions) == ("succeeded, incomplete", ["Homes has no forecast"])


def test_it_has_a_session_of_its_own_and_leaves_no_zombie(
    make_job: Make, project: Path, until: Until
) -> None:
    run = start(make_job(paced), project, detached=True)
    until(lambda: run.state == RunState.RUNNING)
    process = psutil.Process(run.record.owner.pid)
    assert os.getsid(process.pid) == process.pid != os.getsid(0)
    (project / "go").touch()
    assert run.wait(20)
    until(lambda: not process.is_running())


KERNEL = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from runs import conftest, test_detached
from workbench.runs import job, start

run = start(job("paced", config=conftest.Config)(test_detached.paced), Path(sys.argv[2]), detached=True)
print(run.id, flush=True)
time.sleep(600)
"""


def test_it_survives_the_kernel_that_started_it_and_is_found_again(
    scripts: Any, project: Path, until: Until
) -> None:
    kernel = scripts.start(KERNEL, Path(__file__).parents[1], project)
    run_id = kernel.stdout.readline().strip()
    until(lambda: attach(run_id, project).state == RunState.RUNNING)
    # As a restart does it: the kernel's whole process group.
    kernel.send_signal(signal.SIGKILL)
    kernel.wait()
    (record,) = runs(project, states=["running"])
    assert record.id == run_id
    found = attach(run_id, project)
    time.sleep(0.3)
    assert found.state == RunState.RUNNING
    (project / "go").touch()
    assert found.result(20) == 0.0


def test_it_is_paused_adjusted_and_cancelled_like_any_other(
    make_job: Make, project: Path, until: Until
) -> None:
    made = make_job(paced)
    run = start(made, project, detached=True)
    # Asked while the process is still starting: taken when it is there.
    run.pause("somebody")
    until(lambda: run.state == RunState.PAUSED)
    run.resume()
    until(lambda: run.state == RunState.RUNNING)
    run.adjust(pace=5.0)
    assert run.result(20) == 5.0
    other = start(made, project, detached=True, scenario="other")
    until(lambda: other.state == RunState.RUNNING)
    other.cancel()
    assert other.wait(10)
    with pytest.raises(RunCancelled):
        other.result()
    assert other.cause == Cause.PERSON


def test_what_native_code_threads_and_subprocesses_print_is_in_the_log(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        print("from Python")
        libc = ctypes.CDLL(None)
        libc.printf(b"from C\n")
        thread = threading.Thread(target=lambda: print("from a thread of its own"))
        thread.start()
        thread.join()
        subprocess.run(["sh", "-c", "echo from a subprocess; echo and its error >&2"], check=True)
        libc.printf(b"unfinished")

    run = start(make_job(work), project, detached=True)
    run.result(20)
    assert sorted(run.logs()) == sorted(
        [
            "from Python",
            "from C",
            "from a thread of its own",
            "from a subprocess",
            "and its error",
            "unfinished",
        ]
    )
    assert run.logs(level="warning") == ["and its error"]


def test_a_job_that_ignores_checkpoints_can_be_killed_and_only_unfinished_units_are_repeated(
    make_job: Make, project: Path, until: Until
) -> None:
    def unit(folder: Path, name: str) -> str:
        with (folder / name).open("a") as file:
            file.write("x")
        if name == "deaf" and not (folder / "second").exists():
            job_child = subprocess.Popen(["sleep", "600"])
            (folder / "pid").write_text(str(job_child.pid))
            # A lock that native code never lets go of: no thread of the process gets a turn any more.
            ctypes.PyDLL(None).sleep(600)
        return name

    def work(job: Job, project: Path, config: Any) -> list[str]:
        given = [Unit(name, (project, name)) for name in ("first", "deaf")]
        return sorted(found.value for found in job.map(unit, given, workers=1))

    made = make_job(work)
    run = start(made, project, detached=True)
    until(lambda: (project / "pid").exists() and (project / "pid").read_text())
    grandchild = psutil.Process(int((project / "pid").read_text()))
    with pytest.raises(ControlRefused, match=r"has not answered within 2 s; .*To end it at once: .*--kill"):
        run.cancel()
    assert run.state == RunState.RUNNING
    run.kill("an analyst")
    assert run.state == RunState.CANCELLED
    assert run.reason == "Killed by an analyst"
    assert run.events()[-1].is_final
    until(lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE)
    with pytest.raises(ControlRefused, match="has already ended"):
        run.kill()
    (project / "second").touch()
    again = resume(run.id, project, detached=True)
    assert again.result(20) == ["deaf", "first"]
    assert (project / "first").read_text() == "x"


def test_a_cancel_that_is_not_heard_says_how_to_kill(make_job: Make, project: Path, until: Until) -> None:
    def deaf(job: Job, project: Path, config: Any) -> None:
        time.sleep(600)

    run = start(make_job(deaf), project, detached=True)
    until(lambda: run.state == RunState.RUNNING)
    run.cancel()
    until(lambda: run.logs(contains="has not stopped yet"))
    assert f"workbench cancel {run.id} --kill" in run.logs(contains="has not stopped yet")[0]
    run.kill()
    assert run.state == RunState.CANCELLED


def test_only_a_process_that_is_the_runs_own_is_killed(make_job: Make, project: Path, until: Until) -> None:
    run = start(make_job(paced), project)
    until(lambda: run.state == RunState.RUNNING)
    with pytest.raises(ControlRefused, match="a thread of this process"):
        run.kill()
    journal = Journal.open(run.journal_path)
    with pytest.raises(ControlRefused, match=f"the process {os.getpid()} does more than this run"):
        detached.kill(run.record, journal, "anybody")
    elsewhere = replace(
        run.record, owner=replace(run.record.owner, host="somewhere-else", place="another boot")
    )
    assert socket.gethostname() != "somewhere-else"
    with pytest.raises(ControlRefused, match="its process is on somewhere-else; kill it from there"):
        detached.kill(elsewhere, journal, "anybody")
    (project / "go").touch()
    assert run.result(10) == 0.0


def test_a_job_that_leaves_by_os_exit_is_interrupted_and_this_process_goes_on(
    make_job: Make, project: Path
) -> None:
    def leaves(job: Job, project: Path, config: Any) -> None:
        job.log("leaving")
        os._exit(7)

    run = start(make_job(leaves), project, detached=True)
    assert run.wait(20)
    with pytest.raises(RunInterrupted):
        run.result()
    assert run.cause == Cause.PROCESS_GONE


def test_a_detached_run_whose_process_is_killed_reads_interrupted_and_is_resumed(
    make_job: Make, project: Path, until: Until
) -> None:
    run = start(make_job(paced), project, detached=True)
    until(lambda: run.state == RunState.RUNNING)
    os.kill(run.record.owner.pid, signal.SIGKILL)
    until(lambda: run.state == RunState.INTERRUPTED)
    assert run.events()[-1].is_final
    (project / "go").touch()
    again = resume(run.id, project, detached=True)
    assert again.result(20) == 0.0
    assert again.record.resumed_from == run.id


class Unloadable:
    """Can be sent, and cannot be received."""

    def __reduce__(self) -> Any:
        return (__import__, ("a_module_that_is_not_there",))


def test_what_cannot_be_loaded_in_the_process_fails_the_run_with_the_reason(
    make_job: Make, project: Path
) -> None:
    captured = Unloadable()
    run = start(make_job(lambda job, project, config: captured), project, detached=True)
    with pytest.raises(RunFailed, match="No module named 'a_module_that_is_not_there'"):
        run.result(20)
    assert any("Traceback" in line for line in run.logs())


def test_what_cannot_be_sent_is_refused_and_the_scenario_is_free_again(make_job: Make, project: Path) -> None:
    lock = threading.Lock()
    made = make_job(lambda job, project, config: lock)
    with pytest.raises(ControlRefused, match=r"A process of its own could not be started: .*cannot pickle"):
        start(made, project, detached=True)
    assert [record.state for record in runs(project)] == [RunState.FAILED]
    assert start(make_job(lambda job, project, config: 5), project, detached=True).result(20) == 5


def test_the_jobs_own_error_is_told_by_its_sentence(make_job: Make, project: Path) -> None:
    def fails(job: Job, project: Path, config: Any) -> None:
        raise ValueError("the sheet is empty")

    run = start(make_job(fails), project, detached=True)
    with pytest.raises(RunFailed, match="ValueError: the sheet is empty"):
        run.result(20)


def test_a_result_that_cannot_be_kept_is_told(make_job: Make, project: Path) -> None:
    run = start(make_job(lambda job, project, config: threading.Lock()), project, detached=True)
    assert run.wait(20)
    assert run.state == RunState.SUCCEEDED
    assert "The result cannot be given to other processes" in run.logs(level="warning")[0]


def test_two_detached_runs_of_one_scenario_take_turns(make_job: Make, project: Path, until: Until) -> None:
    made = make_job(paced)
    first = start(made, project, detached=True)
    until(lambda: first.state == RunState.RUNNING)
    second = start(made, project, detached=True, when_busy="queue")
    until(lambda: second.events(kinds=[EventKind.STATE]))
    time.sleep(0.5)
    assert second.state == RunState.QUEUED
    (project / "go").touch()
    assert first.result(20) == 0.0
    assert second.result(20) == 0.0
    assert second.record.started is not None
    assert first.record.ended is not None
    assert second.record.started >= first.record.ended
