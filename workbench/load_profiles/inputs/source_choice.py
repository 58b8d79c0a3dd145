"""Which source the annual energy comes from, where that is left to what the project has."""

from __future__ import annotations

from dataclasses import replace

from workbench.data.notes import Notes, Weight
from workbench.data.projects.project import Project
from workbench.data.results.scenario import SUMMARY_FILE, finished_scenarios
from workbench.files import changed_at
from workbench.load_profiles.config import EnergySource, LoadProfileConfig
from workbench.load_profiles.inputs.demand_scenario import DEMAND
from workbench.load_profiles.inputs.target_sheets import TargetSheets

__all__ = ["choose_source"]


def choose_source(
    project: Project, config: LoadProfileConfig, sheets: TargetSheets, notes: Notes
) -> LoadProfileConfig:
    """Decide where the energy comes from, where that was left to what there is, and say so.

    Parameters
    ----------
    project
        Whose demand scenarios there may be.
    config
        The settings.
    sheets
        Targets of the workbook.
    notes
        Gets which source counts.

    Returns
    -------
    LoadProfileConfig
        The same settings with a source other than ``automatic``.
    """
    if config.energy_source is not EnergySource.AUTOMATIC:
        return config
    finished = finished_scenarios(project, DEMAND)
    if config.demand_scenario or (finished and _has_same_years(project, config)):
        name = config.demand_scenario or max(finished, key=lambda one: _finished_at(project, one))
        why = (
            "" if config.demand_scenario else f", the newest of {len(finished)}" if len(finished) > 1 else ""
        )
        passed = ", not that of the workbook's targets" if sheets.years else ""
        notes.ambiguity(
            f"the energy is that of the demand scenario '{name}'{why}{passed}.",
            weight=Weight.LOW,
            setting="energy_source",
            tables=("targets", "years"),
            advice="name another one in demand_scenario, or set energy_source to 'workbook'",
        )
        return replace(config, energy_source=EnergySource.SCENARIO, demand_scenario=name)
    if sheets.years:
        reason = (
            "those of the demand scenarios are of other years than these profiles"
            if finished
            else "there is no finished demand scenario"
        )
        notes.ambiguity(
            f"the energy is that of the workbook's targets: {reason}.",
            weight=Weight.LOW,
            setting="energy_source",
            tables=("targets", "years"),
            advice="run the demand forecast first" if not finished else "set calendar_years to no",
        )
    return replace(config, energy_source=EnergySource.WORKBOOK)


def _has_same_years(project: Project, config: LoadProfileConfig) -> bool:
    """Whether the years of the profiles begin as those of a demand scenario do."""
    return not config.calendar_years or project.settings.fiscal_year_start == 1


def _finished_at(project: Project, scenario: str) -> float:
    return changed_at(project.results_folder(DEMAND, scenario) / SUMMARY_FILE)
