"""Jobs for the browser tests: quick to run, slow or chatty on request."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.data.problems import Problems
from workbench.runs import Job, Unit, job, setting


@dataclass(frozen=True, slots=True)
class ToyConfig:
    scenario: str = setting("base", help="Name of the results")
    steps: int = setting(40, help="Steps of the work", minimum=1, maximum=1_000_000)
    delay: float = setting(
        0.05, help="Pause after each step", unit="s", minimum=0.0, maximum=2.0, adjustable=True
    )
    method: str = setting("fast", help="How to do it", choices=("fast", "exact"), adjustable=True)
    failing: bool = setting(False, help="Fail in one stage and go on")
    blanks: int = setting(0, help="Blank cells in the input", minimum=0)


@job("toy", title="Toy forecast", config=ToyConfig)
def toy(job: Job, project: Any, config: ToyConfig) -> int:
    """Count through steps with a line each, every tenth a warning."""
    job.plan(read=1, steps=8, write=1)
    with job.stage("read", title="Read inputs"):
        job.log("reading", "debug")
    with job.stage("steps", title="Forecast"):
        for number in job.track(range(config.steps), title="Steps"):
            job.log(
                f"step {number:05d} took {job.config.delay:g} s", "warning" if number % 10 == 9 else "info"
            )
            if number % 5 == 0:
                job.metric("MAPE", 4.2 - number / 1000, unit="%")
            time.sleep(job.config.delay)
    if config.blanks:
        problems = Problems("demand.xlsx")
        for row in range(config.blanks):
            problems.error("is blank", sheet="Sales", cell=f"B{row + 3}")
        for column in "ABC":
            problems.error(f"has no year above {column}", sheet="Drivers", cell=f"{column}1")
        problems.raise_errors()
    if config.failing:
        with job.stage("check", title="Check", keep_going=True):
            raise ValueError("the totals differ by 3 MWh")
    with job.stage("write", title="Write results"):
        path = Path(str(project)) / f"{config.scenario}.txt"
        path.write_text("done", encoding="utf-8")
        job.artifact(path, "The result")
    return config.steps


@job("flood", title="Flood of lines", config=ToyConfig)
def flood(job: Job, project: Any, config: ToyConfig) -> float:
    """Write lines as fast as it goes; gives the time of the last."""
    for number in range(config.steps):
        job.log(f"line {number:06d} at {time.time():.4f}")
    return time.time()


@job("ticks", title="Ticks", config=ToyConfig)
def ticks(job: Job, project: Any, config: ToyConfig) -> None:
    """Say what time it is, 100 times a second."""
    for number in range(config.steps):
        job.log(f"tick {number:06d} at {time.time():.4f}")
        time.sleep(0.01)


@job("nested", title="Loops in loops", config=ToyConfig)
def nested(job: Job, project: Any, config: ToyConfig) -> None:
    """Go through loops inside loops, one of them without an end."""
    with job.stage("plan", title="Plan"):
        for _ in job.track(range(4), title="Years"):
            for _ in job.track(range(config.steps), title="Sites"):
                for _ in job.track(iter(range(3)), title="Tries"):
                    time.sleep(config.delay)


@job("lists", title="Long lists", config=ToyConfig)
def lists(job: Job, project: Any, config: ToyConfig) -> None:
    """Report more of everything than a panel shows at once, with long texts, and hold."""
    for number in range(24):
        with job.stage(f"part {number}", title=f"Part {number} of the work", keep_going=True):
            job.log(
                f"line {number}: " + "a long text that goes on " * 12, "warning" if number % 5 else "info"
            )
            job.metric(f"error of part {number}", number / 7, unit="%")
            path = Path(str(project)) / f"part-{number}.txt"
            path.write_text("done", encoding="utf-8")
            job.artifact(path, f"Part {number}")
            if number % 6 == 5:
                raise ValueError("the totals of this part and those of the parts before it differ by 3 MWh")
    with job.stage("hold", title="Hold"):
        while True:
            job.checkpoint()
            time.sleep(0.05)


@job("units", title="Units of work", config=ToyConfig)
def units(job: Job, project: Any, config: ToyConfig) -> list[str]:
    """Do units that leave a mark each time they are really done."""
    folder = Path(str(project))
    wanted = [Unit(f"unit {number}", (str(folder), number, config.delay), "units") for number in range(8)]
    with job.stage("all"):
        return [outcome.key for outcome in job.map(mark, wanted, workers=1)]


def mark(folder: str, number: int, delay: float) -> int:
    time.sleep(delay)
    with (Path(folder) / "marks.txt").open("a", encoding="utf-8") as file:
        file.write(f"{number}\n")
    return number


@dataclass(frozen=True, slots=True)
class WriteConfig:
    scenario: str = setting("base", help="Name of the results")
    path: str = setting("", help="File that is reported")


@job("writes", title="Writes a file", config=WriteConfig)
def writes(job: Job, project: Any, config: WriteConfig) -> None:
    """Report a file that is there."""
    job.artifact(config.path)
