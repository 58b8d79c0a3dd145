"""How far the planning chain of a project has come, told without reading a result."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.data.projects.project import Project
from workbench.data.results.scenario import SUMMARY_FILE, finished_scenarios
from workbench.files import changed_at
from workbench.planning.chain import STEPS
from workbench.runs.jobs.registry import find_job

__all__ = ["StepProgress", "chain_progress", "newest_result"]


@dataclass(frozen=True, slots=True)
class StepProgress:
    """A step of the chain.

    Parameters
    ----------
    job
        Name of its job.
    title
        What a person calls it.
    scenario
        Its newest result; empty when there is none.
    made
        When that was made [ns since 1970]; 0 without one.
    is_stale
        Whether a step before it was made later.
    """

    job: str
    title: str
    scenario: str
    made: int
    is_stale: bool


def chain_progress(project: Project) -> tuple[StepProgress, ...]:
    """Give the steps of the planning chain in their order.

    Parameters
    ----------
    project
        The project.
    """
    steps: list[StepProgress] = []
    for job in STEPS:
        scenario, made = newest_result(project, job)
        before = max((step.made for step in steps), default=0)
        steps.append(StepProgress(job, find_job(job).title, scenario, made, bool(scenario) and made < before))
    return tuple(steps)


def newest_result(project: Project, job: str) -> tuple[str, int]:
    """Give the scenario whose result of a job is the newest, and when it was made [ns]; nothing without one."""
    made = {
        name: changed_at(project.results_folder(job, name) / SUMMARY_FILE)
        for name in finished_scenarios(project, job)
    }
    newest = max(made, key=made.__getitem__, default="")
    return newest, made.get(newest, 0)
