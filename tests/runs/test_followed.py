from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench.errors import ControlRefused, RunFailed, RunInterrupted, SettingError
from workbench.runs import Cause, EventKind, Run, RunState, attach, resume, runs, start

OWNER = """
import os, sys, time
from dataclasses import dataclass
from pathlib import Path
from workbench.runs import job, setting, start

folder, action = Path(sys.argv[1]), sys.argv[2]

@dataclass(frozen=True, slots=True)
class Config:
    scenario: str = setting("base", help="")
    pace: float = setting(0.01, help="", minimum=0.0, maximum=10.0, adjustable=True)
    count: int = setting(3, help="")

@job("owned", config=Config)
def work(job, project, config):
    with job.stage("wait"):
        for number in range(1_000_000):
            job.log(f"line {number}")
            if (folder / "go").exists():
                break
            time.sleep(job.config.pace)
            job.checkpoint()
    if action == "fail":
        raise ValueError("no demand in 2030")
    if action == "leave":
        os._exit(7)
    if action == "lack":
        job.incomplete("Homes has no forecast")
    (folder / "result").write_text(f"{job.config.pace}")

run = start(work, folder)
print(run.id, flush=True)
try:
    run.wait()
except BaseException:
    pass
"""


class Owned:
    """A run of another process."""

    def __init__(self, process: Any, project: Path) -> None:
        self.process = process
        self.project = project
        self.id = process.stdout.readline().strip()
        self.run: Run = attach(self.id, project)

    def go(self) -> None:
        (self.project / "go").touch()


@pytest.fixture
def own(scripts: Any, project: Path, make_job: Callable[..., Any]) -> Callable[..., Owned]:
    def load(folder: Path, scenario: str) -> str:
        return (folder / "result").read_text()

    make_job(lambda job, project, config: "resumed", name="owned", load=load)

    def begin(action: str = "succeed") -> Owned:
        return Owned(scripts.start(OWNER, project, action), project)

    return begin


def test_another_process_sees_the_same_state_events_and_log(
    own: Callable[..., Owned], until: Callable[..., None]
) -> None:
    owned = own()
    run = owned.run
    assert not run.is_here
    until(lambda: run.state == RunState.RUNNING and len(run.logs()) > 3)
    assert run.summary().stages["wait"].state == "started"
    seen = run.events()
    until(lambda: run.last_seq() > seen[-1].seq)
    seen += run.events(seen[-1].seq)
    assert [event.seq for event in seen] == list(range(1, len(seen) + 1))
    owned.go()
    assert run.wait(10)
    assert (run.state, run.cause) == (RunState.SUCCEEDED, Cause.COMPLETED)
    # The result is read from what the job has saved.
    assert run.result() == "0.01"


def test_another_process_sees_what_is_missing(own: Callable[..., Owned]) -> None:
    owned = own("lack")
    owned.go()
    assert owned.run.wait(10)
    assert (owned.run.status, owned.run.is_complete) == ("succeeded, incomplete", False)
    assert owned.run.omissions == ["Homes has no forecast"]
    assert owned.run.reason == "Completed, incomplete: Homes has no forecast"
    assert runs(owned.project)[0].status == "succeeded, incomplete"


def test_requests_reach_the_owner_and_are_recorded_with_who_asked(
    own: Callable[..., Owned], until: Callable[..., None]
) -> None:
    owned = own()
    run = owned.run
    until(lambda: run.state == RunState.RUNNING)
    run.pause("asha")
    until(lambda: run.state == RunState.PAUSED)
    count = len(run.logs())
    time.sleep(0.15)
    assert len(run.logs()) == count
    run.resume("ben")
    until(lambda: len(run.logs()) > count)
    run.adjust(pace=0.005, by="asha")
    until(lambda: run.record.config["pace"] == 0.005)
    until(lambda: run.summary().settings["pace"] == 0.005)
    run.cancel("ben")
    assert run.wait(10)
    assert run.state == RunState.CANCELLED
    asked = [
        (event.data["request"], event.data["by"])  # type: ignore[index]
        for event in run.events(kinds=[EventKind.CONTROL])
        if event.data["phase"] == "asked"  # type: ignore[index]
    ]
    assert asked == [("pause", "asha"), ("resume", "ben"), ("adjust", "asha"), ("cancel", "ben")]


def test_a_request_that_the_owner_refuses_is_refused_here_with_the_reason(
    own: Callable[..., Owned], until: Callable[..., None]
) -> None:
    run = own().run
    until(lambda: run.state == RunState.RUNNING)
    with pytest.raises(ControlRefused, match="the run is running, not paused"):
        run.resume()
    with pytest.raises(SettingError, match="count is fixed while a run continues"):
        run.adjust(count=9)
    run.cancel()
    assert run.wait(10)
    with pytest.raises(ControlRefused, match="has already ended"):
        run.cancel()


def test_a_failure_in_another_process_is_told_by_its_sentence(own: Callable[..., Owned]) -> None:
    owned = own("fail")
    owned.go()
    assert owned.run.wait(10)
    with pytest.raises(RunFailed, match="ValueError: no demand in 2030") as caught:
        owned.run.result()
    assert caught.value.run == owned.id


@pytest.mark.parametrize("ending", ["killed", "leave"])
def test_a_run_whose_process_died_reads_interrupted_everywhere_and_can_be_resumed(
    own: Callable[..., Owned], until: Callable[..., None], ending: str
) -> None:
    owned = own("leave")
    run = owned.run
    until(lambda: len(run.logs()) > 3)
    if ending == "killed":
        owned.process.kill()
    else:
        owned.go()
    owned.process.wait()
    assert run.wait(5)
    assert (run.state, run.cause) == (RunState.INTERRUPTED, Cause.PROCESS_GONE)
    with pytest.raises(RunInterrupted, match="Interrupted: its process"):
        run.result()
    assert [record.state for record in runs(owned.project)] == [RunState.INTERRUPTED]
    seen = run.events()
    assert [event.seq for event in seen] == list(range(1, len(seen) + 1))
    assert [event.is_final for event in seen].count(True) == 1
    assert run.summary().stages["wait"].state == "skipped"
    assert resume(run.id, owned.project).result(10) == "resumed"


def test_a_request_to_a_process_that_hangs_says_so_and_stays_open(
    own: Callable[..., Owned], until: Callable[..., None]
) -> None:
    import signal

    owned = own()
    run = owned.run
    until(lambda: run.state == RunState.RUNNING)
    owned.process.send_signal(signal.SIGSTOP)
    with pytest.raises(ControlRefused, match="has not answered within 2 s; the request stays in the journal"):
        run.cancel()
    owned.process.send_signal(signal.SIGCONT)
    assert run.wait(10)
    assert run.state == RunState.CANCELLED


def test_two_processes_work_in_one_project_at_once(
    own: Callable[..., Owned], make_job: Callable[..., Any], project: Path, until: Callable[..., None]
) -> None:
    def work(job: Any, project: Path, config: Any) -> int:
        for index in range(2000):
            job.log(f"here {index}")
        return 1

    owned = own()
    here = start(make_job(work), project)
    assert here.result(20) == 1
    until(lambda: len(owned.run.logs()) > 5)
    assert all(line.startswith("line ") for line in owned.run.logs())
    assert here.logs() == [f"here {index}" for index in range(2000)]
    assert {record.id for record in runs(project)} == {owned.id, here.id}
    owned.go()
    assert owned.run.wait(10)
