"""The saved result of a validation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from workbench.data.atomic import write_text
from workbench.data.project import Project
from workbench.data.tables import Provenance, read_table, write_table
from workbench.errors import UnreadableFile
from workbench.evapotranspiration.fusion import FusionMethod
from workbench.evapotranspiration.validation import Split, Validation
from workbench.evapotranspiration.validation_job import ValidationConfig
from workbench.runs.digest import digest_of
from workbench.runs.settings import config_from_plain, to_plain

DOMAIN = "evapotranspiration_validation"
SUMMARY_FILE = "result.json"
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
    folder = project.results_folder(DOMAIN, result.scenario)
    plain = to_plain(result.config)
    stamp = digest_of(
        json.dumps(plain, sort_keys=True), json.dumps(dict(result.facts["files"]), sort_keys=True), run
    )
    provenance = Provenance(run=run, inputs={**result.facts["files"], "settings": stamp})
    written = []
    for name in TABLES:
        frame = getattr(result.measured, name)
        units = {str(column): UNITS[column] for column in frame.columns if column in UNITS}
        written.append(write_table(frame, folder / f"{name}.parquet", units=units, provenance=provenance))
    summary = {
        "stamp": stamp,
        "scenario": result.scenario,
        "config": plain,
        "split": result.measured.split.value,
        "method": result.measured.method.value,
        "description": result.measured.description,
        "problems": list(result.problems),
        "facts": dict(result.facts),
    }
    write_text(folder / SUMMARY_FILE, json.dumps(summary, indent=1, ensure_ascii=False) + "\n")
    written.append(folder / SUMMARY_FILE)
    return replace(result, folder=folder), written


def load(project: Project, scenario: str) -> ValidationResult:
    """Read a saved validation back.

    Raises
    ------
    UnreadableFile
        When there is no such validation, or its files do not belong together.
    """
    folder = project.results_folder(DOMAIN, scenario)
    path = folder / SUMMARY_FILE
    if not path.is_file():
        present = ", ".join(saved_validations(project)) or "none"
        raise UnreadableFile(f"There is no finished validation '{scenario}'; present: {present}.", path)
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
        tables = {}
        for name in TABLES:
            saved = read_table(folder / f"{name}.parquet")
            if saved.provenance.inputs.get("settings") != summary["stamp"]:
                raise UnreadableFile(
                    f"{folder / name}.parquet belongs to another run; run the validation again.", path
                )
            tables[name] = saved.frame
        measured = Validation(
            split=Split(summary["split"]),
            method=FusionMethod(summary["method"]),
            description=summary["description"],
            **tables,
        )
        config = config_from_plain(ValidationConfig, summary["config"])
        return ValidationResult(
            summary["scenario"], config, measured, tuple(summary["problems"]), summary["facts"], folder
        )
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableFile(f"{folder} is damaged ({error}); run the validation again.", path) from error


def saved_validations(project: Project) -> tuple[str, ...]:
    """Name the finished validations of a project."""
    folder = project.results / DOMAIN
    return tuple(name for name in project.scenarios(DOMAIN) if (folder / name / SUMMARY_FILE).is_file())
