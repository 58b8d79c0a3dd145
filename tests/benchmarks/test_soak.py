"""A thousand runs in one project, some of them paused, crashed, killed and resumed: nothing may grow with them."""

from __future__ import annotations

import contextlib
import gc
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from workbench.errors import ControlRefused
from workbench.runs import Job, RunState, job, resume, runs, setting, start

pytestmark = pytest.mark.benchmark

Report = Callable[[str, float, float | None, str, str, bool], None]
COUNT, PAUSED, CRASHED, KILLED = 1000, 5, 10, 50
"""How many runs, and each which of them is paused, crashes, and is killed with its process."""
STEPS = 20
PART = 100
"""Runs of which the first and the last are compared."""
_KILLED = """
import sys, time
sys.path.insert(0, {here!r})
from test_soak import worked
from pathlib import Path
from workbench.runs import start
start(worked, Path({folder!r}), scenario={scenario!r}, befalls="kill")
time.sleep(60)
"""


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of a run of the soak."""

    scenario: str = setting("base", help="Whose results are written")
    befalls: str = setting(
        "", help="What befalls it between its stages, the first time", choices=("", "crash", "kill")
    )


@job("worked", config=Config)
def worked(handle: Job, project: Path, config: Config) -> int:
    """Log, measure and count in two stages."""
    with handle.stage("one"):
        for number in handle.track(range(STEPS)):
            handle.log(f"step {number}")
        handle.metric("Load", 42.0, unit="MW")
    mark = Path(project) / f"{config.scenario}.met"
    if config.befalls and not mark.exists():
        mark.touch()
        if config.befalls == "crash":
            raise RuntimeError("It crashed.")
        time.sleep(60)
    with handle.stage("two"):
        for _ in range(STEPS):
            handle.checkpoint()
        return STEPS


def one_run(folder: Path, number: int) -> float:
    """Run once, with what befalls the run of this number; seconds that ``start`` took."""
    scenario = f"s{number}"
    if number % KILLED == KILLED - 1:
        assert resume(after_kill(folder, scenario), folder).result(60) == STEPS
        return 0.0
    crashes = number % CRASHED == CRASHED - 1
    began = time.perf_counter()
    run = start(worked, folder, scenario=scenario, befalls="crash" if crashes else "")
    took = time.perf_counter() - began
    if number % PAUSED == 0:
        with contextlib.suppress(ControlRefused):  # it may have ended by itself
            run.pause()
            run.resume()
    if crashes:
        with pytest.raises(RuntimeError, match="It crashed"):
            run.result(60)
        run = resume(run.id, folder)
    assert run.result(60) == STEPS
    return took


def after_kill(folder: Path, scenario: str) -> str:
    """Kill a process in the middle of a run, and give the run's name."""
    source = _KILLED.format(here=str(Path(__file__).parent), folder=str(folder), scenario=scenario)
    with subprocess.Popen([sys.executable, "-c", source]) as process:
        while not (folder / f"{scenario}.met").exists():
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    return next(run.id for run in runs(folder) if run.scenario == scenario)


def test_a_thousand_runs_in_one_project(report: Report, tmp_path: Path) -> None:
    process = psutil.Process()
    for number in range(PART):
        one_run(tmp_path, number)
    gc.collect()
    memory, threads = process.memory_info().rss, threading.active_count()
    first = sorted(one_run(tmp_path, number) for number in range(PART, 2 * PART))
    for number in range(2 * PART, COUNT - PART):
        one_run(tmp_path, number)
    last = sorted(one_run(tmp_path, number) for number in range(COUNT - PART, COUNT))
    gc.collect()
    middle, late = PART // 2, int(0.95 * PART)
    what = f"start() of the last {PART} of {COUNT} runs in one project, beside the second {PART}: median"
    report(
        what, 1e3 * last[middle], 1e3 * first[middle], "ms", "<= 1.5 x", last[middle] <= 1.5 * first[middle]
    )
    report("the same, p95", 1e3 * last[late], 1e3 * first[late], "ms", "<= 50 ms", last[late] <= 0.05)
    grown = (process.memory_info().rss - memory) / 1e6
    report(f"memory after {COUNT} runs more than after {PART}", grown, None, "MB", "<= 20 MB", grown <= 20)
    left = threading.active_count() - threads
    report(f"threads after {COUNT} runs more than after {PART}", left, None, "threads", "<= 0", left <= 0)
    size = sum(path.stat().st_size for path in (tmp_path / ".workbench").glob("journal.sqlite*")) / 1e6
    report(f"journal of {COUNT} runs of 25 events", size, None, "MB", "<= 20 MB", size <= 20)
    finished = runs(tmp_path, states=[RunState.SUCCEEDED], limit=10 * COUNT)
    report(
        "runs that ended well, of those that were to",
        len(finished),
        COUNT,
        "runs",
        "all",
        len(finished) == COUNT,
    )
