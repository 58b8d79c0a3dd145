"""A finance report as one job: read, check, forecast, look for what stands out, explain, write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.finance.config import FinanceConfig, check
from workbench.runs import Job, job

if TYPE_CHECKING:
    from workbench.data.projects.project import Project
    from workbench.finance.results.saved import FinanceResult


@job(
    "finance",
    title="Finance report",
    config=FinanceConfig,
    load="workbench.finance.results.saved:load",
    check=check,
)
def make_finance_report(job: Job, project: Project, config: FinanceConfig) -> FinanceResult:
    """Make a board report from a file of company finances.

    Parameters
    ----------
    job
        Handle of the run.
    project
        Where the file is and the results go.
    config
        The report.

    Raises
    ------
    DataError
        When the file cannot be read, a question about it is open, or its control totals do not agree; nothing is
        written.
    SettingError
        When a setting does not fit the file.
    """
    # pandas loads here, in the run, so that starting one returns at once.
    from workbench.finance.steps import run_finance

    return run_finance(job, project, config)
