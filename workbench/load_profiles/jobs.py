"""Load profiles as one job: read, reconcile the targets, make every year, measure the accuracy, save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.load_profiles.config import LoadProfileConfig, check
from workbench.runs import Job, job

if TYPE_CHECKING:
    from workbench.data.projects.project import Project
    from workbench.load_profiles.results.saved import LoadProfileResult


@job(
    "load_profiles",
    title="Load profiles",
    config=LoadProfileConfig,
    load="workbench.load_profiles.results.saved:load",
    check=check,
)
def make_load_profiles(job: Job, project: Project, config: LoadProfileConfig) -> LoadProfileResult:
    """Make hourly load profiles of future years that meet every target.

    Parameters
    ----------
    job
        Handle of the run.
    project
        Where the history is and the results go.
    config
        The scenario.

    Raises
    ------
    DataError
        When an input cannot be read or used; nothing is written.
    SettingError
        When a setting does not fit the inputs.
    """
    # pandas loads here, in the run, so that starting one returns at once.
    from workbench.load_profiles.steps import run_load_profiles

    return run_load_profiles(job, project, config)
