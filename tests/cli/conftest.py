"""A small project and a small job for the command line."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from workbench.data.problems import Problems
from workbench.data.projects.project import Project
from workbench.runs import Job, Unit, job, setting


@dataclass(frozen=True, slots=True)
class CountConfig:
    """Settings of the counting job."""

    scenario: str = setting("base", help="Scenario")
    steps: int = setting(3, help="Steps to count", minimum=1, maximum=100_000, adjustable=True)
    pause: float = setting(0.0, help="Time of a step", unit="s", minimum=0.0)
    fail_unit: bool = setting(False, help="Let one unit fail")
    fail: bool = setting(False, help="Raise at the end")
    lack: bool = setting(False, help="Leave something out")
    blanks: int = setting(0, help="Blank cells in the input", minimum=0)


def _square(number: int, fails: bool) -> int:
    if fails:
        raise ValueError("this unit cannot be squared")
    return number * number


@job("count", title="Counting", config=CountConfig)
def count(job: Job, project: Project, config: CountConfig) -> int:
    """Count, square, and write a file."""
    job.plan(count=3, square=1)
    with job.stage("count"):
        for _ in job.track(range(config.steps)):
            time.sleep(config.pause)
        print(f"counted to {config.steps}")
    with job.stage("square"):
        units = [Unit(f"unit {n}", (n, config.fail_unit and n == 1), stage=f"part {n}") for n in range(3)]
        total = sum(outcome.value for outcome in job.map(_square, units) if outcome.error is None)
    if config.blanks:
        problems = Problems("demand.xlsx")
        for row in range(config.blanks):
            problems.error("is blank, fill in a number", sheet="Sales", cell=f"B{row + 3}")
        for column in "ABC":
            problems.error(f"has no year above {column}", sheet="Drivers", cell=f"{column}1")
        problems.raise_errors()
    if config.lack:
        job.incomplete("Homes has no forecast")
    if config.fail:
        raise RuntimeError("the last step went wrong")
    job.metric("total", total, unit="MWh")
    target = project.folder / "total.txt"
    target.write_text(str(total))
    job.artifact(target, "Total")
    return total


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "project", "Testing")
