"""The saved result of a validation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from workbench.data.projects.project import Project
from workbench.data.results.scenario import ScenarioWriter, finished_scenarios, open_scenario, stamp_of
from workbench.evapotranspiration.fusion.fuse import FusionMethod
from workbench.evapotranspiration.fusion.validation import Split, Validation
from workbench.evapotranspiration.validation_job import ValidationConfig
from workbench.runs.model.settings import config_from_plain, to_plain

DOMAIN = "evapotranspiration_validation"
TABLES = ("by_site", "overall", "windows", "predictions")
UNITS: Mapping[str, str] = {
    **dict.fromkeys(("mae", "rmse", "eto", "standard_error", "low", "high", "reference"), "mm/d"),
    "pbias": "%",
}


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """A finished validation.

    Parameters
    ----------
    scenario, config
        What was asked.
    measured
        Skill by site and season, over all sites, in 30-day windows, and the held-out days.
    problems
        What was noticed in the inputs.
    facts
        Files and hashes, sites that failed, version.
    folder
        Where it is saved.
    """

    scenario: str
    config: ValidationConfig
    measured: Validation
    problems: tuple[str, ...]
    facts: Mapping[str, Any]
    folder: Path | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        mean = self.measured.overall.query("what == 'fused' and over == 'mean'").iloc[0]
        return (
            f"<ValidationResult {self.scenario!r}: {self.measured.split.value}, R2 {mean.r2:.2f}, "
            f"KGE {mean.kge:.2f}, NSE {mean.nse:.2f}, MAE {mean.mae:.2f} mm/d>"
        )


def save(result: ValidationResult, project: Project, run: str = "") -> tuple[ValidationResult, list[Path]]:
    """Write the tables and the summary, which comes last.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    files = result.facts["files"]
    # As in a result: online answers differ from day to day.
    stamp = stamp_of(result.config, json.dumps(dict(files), sort_keys=True), run)
    writer = ScenarioWriter(project, DOMAIN, result.scenario, stamp=stamp, inputs=files, run=run)
    for name in TABLES:
        frame = getattr(result.measured, name)
        writer.table(name, frame, {str(column): UNITS[column] for column in frame.columns if column in UNITS})
    summary = {
        "config": to_plain(result.config),
        "split": result.measured.split.value,
        "method": result.measured.method.value,
        "description": result.measured.description,
        "problems": list(result.problems),
        "facts": dict(result.facts),
    }
    written = writer.finish(summary)
    return replace(result, folder=writer.folder), written


def load(project: Project, scenario: str) -> ValidationResult:
    """Read a saved validation back.

    Raises
    ------
    UnreadableFile
        When there is no such validation, or its files do not belong together.
    """
    with open_scenario(project, DOMAIN, scenario, "validation") as saved:
        summary = saved.summary
        measured = Validation(
            split=Split(summary["split"]),
            method=FusionMethod(summary["method"]),
            description=summary["description"],
            **saved.tables(TABLES),
        )
        config = config_from_plain(ValidationConfig, summary["config"])
        problems = tuple(summary["problems"])
        return ValidationResult(
            summary["scenario"], config, measured, problems, summary["facts"], saved.folder
        )


def saved_validations(project: Project) -> tuple[str, ...]:
    """Name the finished validations of a project."""
    return finished_scenarios(project, DOMAIN)
