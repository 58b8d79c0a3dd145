"""The jobs: estimate reference evapotranspiration, validate the estimate, and plan the irrigation of fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.evapotranspiration.config import (
    EvapotranspirationConfig,
    ValidationConfig,
    check,
    check_validation,
)
from workbench.evapotranspiration.irrigation_config import IrrigationConfig, check_irrigation
from workbench.runs import Job, job

if TYPE_CHECKING:
    from workbench.data.projects.project import Project
    from workbench.evapotranspiration.results.irrigation.saved import IrrigationResult
    from workbench.evapotranspiration.results.saved import EtoResult
    from workbench.evapotranspiration.results.validation_saved import ValidationResult


@job(
    "evapotranspiration",
    title="Reference evapotranspiration",
    config=EvapotranspirationConfig,
    load="workbench.evapotranspiration.results.saved:load",
    check=check,
)
def estimate_evapotranspiration(job: Job, project: Project, config: EvapotranspirationConfig) -> EtoResult:
    """Estimate daily reference evapotranspiration of places, with its uncertainty.

    A source that fails costs itself, and so does a place without any source: both are reported, and the run
    continues.

    Parameters
    ----------
    job
        Handle of the run.
    project
        Where files are read and results go.
    config
        Places, period, sources, method.

    Raises
    ------
    DataError
        When an input file cannot be read or used; nothing is written.
    SettingError
        When a place or period cannot be used.
    SourceFailed
        When no place has any weather.
    """
    # pandas loads here, in the run, so that starting one returns at once.
    from workbench.evapotranspiration.steps.estimation import run_evapotranspiration

    return run_evapotranspiration(job, project, config)


@job(
    "evapotranspiration_validation",
    title="Validation of evapotranspiration",
    config=ValidationConfig,
    load="workbench.evapotranspiration.results.validation_saved:load",
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
    from workbench.evapotranspiration.steps.validation import run_validation

    return run_validation(job, project, config)


@job(
    "irrigation",
    title="Irrigation",
    config=IrrigationConfig,
    load="workbench.evapotranspiration.results.irrigation.saved:load",
    check=check_irrigation,
)
def plan_irrigation(job: Job, project: Project, config: IrrigationConfig) -> IrrigationResult:
    """Follow the soil water of fields through their seasons, and plan their irrigation.

    Parameters
    ----------
    job
        Handle of the run.
    project
        Where a saved ETo or weather and fields are read, and results go.
    config
        Crop, soil, irrigation.

    Raises
    ------
    DataError
        When a file cannot be read or used, or the weather has no season; nothing is written.
    SettingError
        When a setting cannot be used, or there is no weather.
    """
    # pandas loads here, in the run, so that starting one returns at once.
    from workbench.evapotranspiration.steps.irrigation import run_irrigation

    return run_irrigation(job, project, config)
