"""The capacity plan as one job: read, check, build, solve, read the results, save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.capacity.config import CapacityConfig
from workbench.capacity.config_checks import check
from workbench.data.projects.project import Project
from workbench.runs import Job, job

if TYPE_CHECKING:
    from workbench.capacity.results.saved import CapacityResult


@job(
    "capacity",
    title="Capacity plan",
    config=CapacityConfig,
    load="workbench.capacity.results.saved:load",
    check=check,
)
def plan_capacity(job: Job, project: Project, config: CapacityConfig) -> CapacityResult:
    """Plan what to build and how to run it, or solve a saved network.

    Parameters
    ----------
    job
        Handle of the run.
    project
        Where the inputs are and the results go.
    config
        The scenario.

    Raises
    ------
    DataError
        When an input cannot be read or used; nothing is written.
    SettingError
        When a setting is not allowed.
    SolveError
        On every end that is not an accepted solution; nothing is written.
    """
    # The steps load in the run, so that starting one returns at once.
    from workbench.capacity.steps import run_capacity_plan

    return run_capacity_plan(job, project, config)
