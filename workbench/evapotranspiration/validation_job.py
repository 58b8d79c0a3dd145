"""Validation as a job: how good the fusion is on days and sites that it has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.evapotranspiration.config import ValidationConfig, check_validation
from workbench.runs import Job, job

if TYPE_CHECKING:
    from workbench.data.projects.project import Project
    from workbench.evapotranspiration.results.validation_saved import ValidationResult


def load_validation(project: Project, scenario: str) -> ValidationResult:
    """Read a saved validation back, see :func:`workbench.evapotranspiration.results.validation_saved.load`."""
    from workbench.evapotranspiration.results.validation_saved import load

    return load(project, scenario)


@job(
    "evapotranspiration_validation",
    title="Validation of evapotranspiration",
    config=ValidationConfig,
    load=load_validation,
    check=check_validation,
)
def validate_evapotranspiration(job: Job, project: Project, config: ValidationConfig) -> ValidationResult:
    """Measure the fusion beside a trusted reference, on days and sites that it has not learned from.

    Parameters
    ----------
    job
        Handle of the run.
    project
        Where weather and reference are read and results go.
    config
        What is held out.

    Raises
    ------
    DataError
        When a file cannot be read or used, or nothing is left to learn from or to test.
    SettingError
        When a setting is not allowed.
    """
    # pandas loads here, in the run, so that starting one returns at once.
    from workbench.evapotranspiration.validation_steps import run_validation

    return run_validation(job, project, config)
