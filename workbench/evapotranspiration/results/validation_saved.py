"""The saved result of a validation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.charts.drawn import DrawnResult
from workbench.data.notes import Notes
from workbench.data.results.compared import ComparedTable
from workbench.data.results.scenario import SavedScenario, ScenarioWriter
from workbench.data.results.store import ResultStore, units_from
from workbench.evapotranspiration.config import ValidationConfig
from workbench.evapotranspiration.fusion.fuse import FusionMethod
from workbench.evapotranspiration.validation.holdout import Split, Validation

DOMAIN = "evapotranspiration_validation"
TABLES = ("by_site", "overall", "windows", "predictions")
UNITS: Mapping[str, str] = {
    **dict.fromkeys(("mae", "rmse", "eto", "standard_error", "low", "high", "reference"), "mm/d"),
    "pbias": "%",
}


@dataclass(frozen=True, slots=True, eq=False)
class ValidationResult(DrawnResult[ValidationConfig]):
    """A finished validation.

    Parameters
    ----------
    measured
        Skill by site and season, over all sites, in 30-day windows, and the held-out days; its frames are the
        tables. Facts: files and hashes, sites that failed, version.
    """

    measured: Validation = field(kw_only=True)

    called = "Validation of reference evapotranspiration"

    @property
    def resolution(self) -> str:
        """What one value stands for."""
        return "daily values"

    @property
    def newest(self) -> str:
        """The last day that was held out."""
        return f"{self.measured.predictions['date'].max():%Y-%m-%d}"

    @classmethod
    def of(
        cls,
        config: ValidationConfig,
        measured: Validation,
        notes: Notes,
        facts: Mapping[str, Any],
    ) -> ValidationResult:
        """Make the result of a finished validation."""
        tables = {name: getattr(measured, name) for name in TABLES}
        return cls(config.scenario, config, tables, notes, facts, measured=measured)

    def __repr__(self) -> str:
        mean = self.measured.overall.query("what == 'fused' and over == 'mean'").iloc[0]
        return (
            f"<ValidationResult {self.scenario!r}: {self.measured.split.value}, R2 {mean.r2:.2f}, "
            f"KGE {mean.kge:.2f}, NSE {mean.nse:.2f}, MAE {mean.mae:.2f} mm/d>"
        )


def _save_split(result: ValidationResult, writer: ScenarioWriter) -> Mapping[str, Any]:
    measured = result.measured
    return {
        "split": measured.split.value,
        "method": measured.method.value,
        "description": measured.description,
    }


@dataclass(frozen=True, slots=True)
class _Kept:
    split: Split
    method: FusionMethod
    description: str


def _load_measured(saved: SavedScenario) -> Mapping[str, Any]:
    kept = saved.more(_Kept)
    measured = Validation(
        split=kept.split, method=kept.method, description=kept.description, **saved.tables(TABLES)
    )
    return {"measured": measured}


STORE = ResultStore(
    domain=DOMAIN,
    name="validation",
    result=ValidationResult,
    config=ValidationConfig,
    tables=TABLES,
    units=units_from(UNITS),
    inputs=lambda facts: facts["files"],
    changes_by_run=True,  # as in a result: online answers differ from day to day
    save_more=_save_split,
    load_more=_load_measured,
    figures={
        "predictions": "workbench.evapotranspiration.results.validation_charts:scatter_figure",
        "seasons": "workbench.evapotranspiration.results.validation_charts:season_figure",
        "by_site": "workbench.evapotranspiration.results.validation_charts:skill_figure",
        "windows": "workbench.evapotranspiration.results.validation_charts:windows_figure",
        "coverage": "workbench.evapotranspiration.results.validation_charts:coverage_figure",
    },
    compared=(
        ComparedTable("overall", ("what", "over"), ("r2", "kge", "nse", "mae", "rmse", "pbias", "coverage")),
        ComparedTable("by_site", ("site", "season", "what"), ("r2", "mae", "pbias")),
    ),
    drawn_from=lambda result: result.measured,
    explained="workbench.evapotranspiration.results.explained_validation",
)
save, load, saved_validations = STORE.save, STORE.load, STORE.finished
