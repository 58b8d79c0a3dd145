"""The demand forecast as one job: read, forecast every sector by every model, sum up, save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.demand.config import DemandConfig, check
from workbench.runs import Job, job

if TYPE_CHECKING:
    from workbench.data.projects.project import Project
    from workbench.demand.results.saved import DemandResult


@job(
    "demand",
    title="Demand forecast",
    config=DemandConfig,
    load="workbench.demand.results.saved:load",
    check=check,
)
def forecast_demand(job: Job, project: Project, config: DemandConfig) -> DemandResult:
    """Forecast the demand of every sector, and the requirement and peak that follow.

    Parameters
    ----------
    job
        Handle of the run.
    project
        Where the workbook is and the results go.
    config
        The scenario.

    Raises
    ------
    DataError
        When the workbook cannot be read or used; nothing is written.
    SettingError
        When a setting does not fit the workbook.
    """
    # pandas and scipy load here, in the run, so that starting one returns at once.
    from workbench.demand.steps import run_demand

    return run_demand(job, project, config)
