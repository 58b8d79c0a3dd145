"""``python -m tests.faults.campaign --count 200 --seed 1``: kill runs at random moments, and resume them.

Whenever and however the process of a run is killed: no process is left, what is on the disk is whole, what had
finished is not computed again, and the resumed run comes to the same result.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import pandas as pd
import psutil

from workbench.data.projects.project import Project
from workbench.data.results.repair import repair_results
from workbench.data.results.scenario import ScenarioWriter, open_scenario
from workbench.errors import UnreadableFile
from workbench.files.repaired import Aside
from workbench.runs import Job, Unit, job, resume, runs, setting, start
from workbench.runs.journal.repair import repair_journal

UNITS = 16
SECONDS = 0.012
LEFT_SECONDS = 8.0
"""How long processes of a killed run may take to end."""
OWNER_SECONDS = 60.0
"""How long a run that was not met by a kill may take to end."""
TOKEN = "WORKBENCH_CAMPAIGN"
EXPECTED = {f"unit {number}": number**2 for number in range(UNITS)}
_fork = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True)
class Config:
    """Of a run that is killed."""

    scenario: str = setting("BAU", help="")
    workers: str = setting("threads", help="", choices=("threads", "processes"))


def compute(folder: Path, number: int) -> int:
    """Take a while, and tell when it is done."""
    deadline = time.monotonic() + SECONDS
    found = 0
    while time.monotonic() < deadline:
        found = number**2
    _note(folder / "computed", number)
    return found


def _note(path: Path, number: int) -> None:
    with path.open("a") as file:
        file.write(f"{number}\n")


def until_gone(folder: Path) -> list[str]:
    """Wait until no run has a living process: on a slow machine one that was not met takes a while to end.

    Gives a fault for each run that lasts although its process is gone, or whose process does not end.
    """
    deadline = time.monotonic() + OWNER_SECONDS
    while time.monotonic() < deadline:
        # Whether the process is there is looked at before the state: it may end in between, and not the other way.
        gone = {record.id for record in runs(folder) if record.owner.is_gone()}
        lasting = [record for record in runs(folder) if not record.state.is_final]
        if all(record.id in gone for record in lasting):
            return [f"{record.id} is {record.state}, and its process is gone" for record in lasting]
        time.sleep(0.05)
    return [f"{record.id} is {record.state}, and its process has not ended" for record in lasting]


def noted(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().splitlines()] if path.exists() else []


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


@job("campaign", config=Config)
def campaign(job: Job, project: Project, config: Config) -> dict[str, int]:
    """Compute units, wait for a child process, and save a result of several files."""
    with job.stage("units"):
        units = [Unit(f"unit {number}", (project.folder, number)) for number in range(UNITS)]
        found: dict[str, int] = {}
        for outcome in job.map(compute, units, workers=config.workers, retries=2):
            found[outcome.key] = outcome.result
            # The engine has said that it is done: from here on it is not computed again.
            _note(project.folder / "said to be done", int(outcome.key.split()[1]))
        for line in range(200):
            job.log(f"line {line}")
    with job.stage("child"):
        job.child(sleep, 0.05)
    with job.stage("save"):
        writer = ScenarioWriter(
            project, "campaign", config.scenario, stamp="stamp", inputs={}, run=job.run_id
        )
        frame = pd.DataFrame({"unit": sorted(found), "value": [found[name] for name in sorted(found)]})
        for name in ("first", "second", "third"):
            writer.table(name, frame, {})
        writer.finish({"config": {}, "facts": {"found": found}})
    return found


# what is killed


def kernel(folder: Path, workers: str, run: str) -> None:
    """Start the run, or resume it, in this process."""
    project = Project.open(folder)
    (resume(run, project) if run else start(campaign, project, workers=workers)).wait()
    os._exit(0)


def begun(target: Callable[..., None], *arguments: object) -> BaseProcess:
    process = _fork.Process(target=target, args=arguments)
    process.start()
    return process


def detach(folder: Path, run: str) -> None:
    """Start the run, or resume it, in a process of its own, and end at once."""
    project = Project.open(folder)
    _ = resume(run, project, detached=True) if run else start(campaign, project, detached=True)
    os._exit(0)


def ours(token: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            mine = process.pid != os.getpid() and process.environ().get(TOKEN) == token
            if mine and process.status() != psutil.STATUS_ZOMBIE:
                yield process


def killed(way: str, folder: Path, chance: random.Random, run: str) -> None:
    """Start or resume a run, and kill what the way says at some moment."""
    if way == "detached":
        begun(detach, folder, run).join()
        found = [record for record in runs(folder) if not record.state.is_final]
        process = psutil.Process(found[0].owner.pid) if found else None
        time.sleep(chance.uniform(0.0, 2.5))
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            if process is not None:
                process.kill()
        return
    started = begun(
        kernel, folder, "processes" if way in ("worker", "kernel of processes") else "threads", run
    )
    time.sleep(chance.uniform(0.0, 3.0 if way in ("worker", "kernel of processes") else 0.8))
    assert started.pid is not None
    match way:
        case "worker":
            with contextlib.suppress(psutil.Error, IndexError):
                chance.choice(psutil.Process(started.pid).children(recursive=True)).kill()
            started.join(60)
            if started.is_alive():
                started.kill()
        case "stop and kill":
            with contextlib.suppress(ProcessLookupError):
                os.kill(started.pid, signal.SIGSTOP)
                time.sleep(chance.uniform(0.0, 0.3))
                os.kill(started.pid, signal.SIGKILL)
        case _:
            started.kill()
    started.join()


WAYS = ("kernel", "kernel of processes", "detached", "worker", "stop and kill")


# what must hold


def left_over(token: str) -> list[str]:
    deadline = time.monotonic() + LEFT_SECONDS
    while (left := list(ours(token))) and time.monotonic() < deadline:
        time.sleep(0.02)
    faults = []
    for process in left:
        with contextlib.suppress(psutil.Error):
            faults.append(f"process {process.pid} is left: {' '.join(process.cmdline())[:150]}")
            process.kill()
    return faults


def on_disk(folder: Path) -> list[str]:
    """Whatever is not whole."""
    aside = Aside(folder, folder / ".workbench", dry_run=True)
    found = list(repair_results(folder / "results", aside))
    found += repair_journal(folder / ".workbench" / "journal.sqlite", aside)
    faults = [f"{one.path.name} is not whole: {one.damage}" for one in found]
    with (
        contextlib.suppress(UnreadableFile),
        open_scenario(Project.open(folder), "campaign", "BAU", "result") as saved,
    ):
        tables = saved.tables(("first", "second", "third"))
        if any(
            dict(zip(table["unit"], table["value"], strict=True)) != EXPECTED for table in tables.values()
        ):
            faults.append("a saved table holds other numbers")
    return faults


def try_one(number: int, seed: int, folder: Path) -> tuple[str, str, list[str]]:
    """Kill a run, once or several times, and resume it; gives the way, how it was found, and faults."""
    chance = random.Random(f"{seed} {number}")
    way = WAYS[number % len(WAYS)]
    token = f"{os.getpid()}-{seed}-{number}"
    os.environ[TOKEN] = token
    Project.create(folder, "Campaign")
    faults: list[str] = []
    found, run, kept = "", "", set[int]()
    for _ in range(chance.choice((1, 1, 2, 3))):
        before = len(noted(folder / "computed"))
        killed(way, folder, chance, run)
        faults += left_over(token)
        faults += until_gone(folder)
        again = set(noted(folder / "computed")[before:]) & kept
        if again:
            faults.append(f"units {sorted(again)} had finished and were computed again")
        kept |= set(noted(folder / "said to be done"))
        records = runs(folder)
        if records:
            run, found = records[0].id, str(records[0].state)
            if found == "failed" and way != "worker":
                faults.append(f"{run} has failed: {records[0].reason}")
            faults += on_disk(folder)
        if found == "succeeded":
            break
    before = len(noted(folder / "computed"))
    if found != "succeeded":
        begun(kernel, folder, "threads", run).join(60)
    again = set(noted(folder / "computed")[before:]) & kept
    if again:
        faults.append(f"units {sorted(again)} had finished and were computed again")
    last = runs(folder)[0]
    if last.state != "succeeded":
        faults.append(f"resumed from {found}, it is {last.state}: {last.reason}")
    else:
        with open_scenario(Project.open(folder), "campaign", "BAU", "result") as saved:
            if saved.summary.facts["found"] != EXPECTED:
                faults.append(f"the result is {saved.summary.facts['found']}")
    faults += on_disk(folder) + left_over(token)
    return way, found or "not begun", [f"{number} ({way}): {fault}" for fault in faults]


def main() -> int:
    """Kill so many runs; ends with 1 when something does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.campaign", description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--seconds", type=float, default=float("inf"), help="begin no other after so many seconds"
    )
    options = parser.parse_args()
    seen: Counter[tuple[str, str]] = Counter()
    faults: list[str] = []
    began = time.monotonic()
    for number in range(options.first, options.first + options.count):
        if time.monotonic() - began > options.seconds:
            break
        with tempfile.TemporaryDirectory(prefix="campaign-") as temporary:
            way, found, wrong = try_one(number, options.seed, Path(temporary, "project"))
        seen[way, found] += 1
        faults += wrong
        for fault in wrong:
            sys.stdout.write(f"{fault}\n")
            sys.stdout.flush()
    counts = {f"{way}, {found}": count for (way, found), count in sorted(seen.items())}
    sys.stdout.write(f"{json.dumps(counts)}\n{seen.total()} runs killed, {len(faults)} faults\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
