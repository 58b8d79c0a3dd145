"""Validation as a job: how good the fusion is on days and sites that it has not seen."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.errors import SettingError
from workbench.evapotranspiration.config import METHODS
from workbench.runs import Job, job
from workbench.runs.model.settings import setting, validate

if TYPE_CHECKING:
    from workbench.data.projects.project import Project
    from workbench.evapotranspiration.results.validation_saved import ValidationResult

SPLITS = ("time", "blocks", "site")


@dataclass(frozen=True, slots=True)
class ValidationConfig:
    """Parameters of a validation."""

    scenario: str = setting(
        "Validation", help="Name of the validation; its results go into a folder of that name"
    )
    split: str = setting(
        "time",
        help="What is held out: later years (time), blocks of five years in turn (blocks), or whole sites (site)",
        choices=SPLITS,
    )
    train_until: str = setting(
        "", help="Last day learned from, as 2003-12-31; two thirds of the days if empty (time)"
    )
    buffer_km: float = setting(
        200.0, help="No site this near is learned from (site)", unit="km", minimum=0, maximum=20_000
    )
    method: str = setting("ridge", help="How the sources are combined", choices=METHODS)
    interval: float = setting(
        90.0,
        help="Share of days that the interval is to hold",
        unit="%",
        minimum=50,
        maximum=99,
        advanced=True,
    )
    sites_file: str = setting("", help="Table of sites in the inputs; eto_sites.csv if empty", advanced=True)
    weather_file: str = setting(
        "", help="Daily weather in the inputs; eto_weather.csv or .parquet if empty", advanced=True
    )
    reference_file: str = setting(
        "", help="Trusted ETo in the inputs; eto_reference.csv or .parquet if empty", advanced=True
    )


def check(config: ValidationConfig) -> None:
    """Check a config beyond its types and bounds.

    Raises
    ------
    SettingError
        With the setting, the value seen and what is allowed.
    """
    validate(config)
    if config.train_until:
        try:
            datetime.date.fromisoformat(config.train_until)
        except ValueError as error:
            raise SettingError(
                f"train_until is {config.train_until!r}, expected a date such as 2003-12-31.",
                "train_until",
                config.train_until,
            ) from error


def load_validation(project: Project, scenario: str) -> ValidationResult:
    """Read a saved validation back, see :func:`workbench.evapotranspiration.results.validation_saved.load`."""
    from workbench.evapotranspiration.results.validation_saved import load

    return load(project, scenario)


@job(
    "evapotranspiration_validation",
    title="Validation of evapotranspiration",
    config=ValidationConfig,
    load=load_validation,
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
