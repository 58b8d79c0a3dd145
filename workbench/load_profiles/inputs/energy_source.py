"""Targets of every year, from the workbook, a saved demand scenario, growth, and what the settings say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.data.problems import Problems
from workbench.data.projects.project import Project
from workbench.data.results.scenario import finished_scenarios
from workbench.data.results.tables import read_table
from workbench.errors import InvalidData, SettingError, UnreadableFile
from workbench.load_profiles.config import EnergySource, LoadProfileConfig
from workbench.load_profiles.inputs.target_sheets import TargetSheets, without_months
from workbench.load_profiles.model.overlays import Overlay
from workbench.load_profiles.model.targets import YearTargets

DEMAND = "demand"
REQUIREMENT_FILE = "requirement.parquet"
SECTORS_FILE = "consolidated.parquet"
GROWTH_YEARS = 10
MWH_IN_GWH = 1000.0


@dataclass(frozen=True, slots=True)
class DemandScenario:
    """What a saved demand scenario gives.

    Parameters
    ----------
    name
        Its name.
    requirement
        year, kind, requirement [GWh], peak_mw [MW], loss [%].
    sectors
        year and one column a sector [GWh, at the consumers' end].
    sha256
        Hash that its tables carry, to trace the targets to it.
    """

    name: str
    requirement: pd.DataFrame
    sectors: pd.DataFrame
    sha256: str


def choose_source(project: Project, config: LoadProfileConfig, sheets: TargetSheets) -> LoadProfileConfig:
    """Decide where the energy comes from, where that was left to what there is.

    Parameters
    ----------
    project
        Whose demand scenarios there may be.
    config
        The settings.
    sheets
        Targets of the workbook.

    Returns
    -------
    LoadProfileConfig
        The same settings with a source other than ``automatic``.
    """
    if config.energy_source is not EnergySource.AUTOMATIC:
        return config
    present = finished_scenarios(project, DEMAND)
    name = config.demand_scenario or (config.scenario if config.scenario in present else "")
    if sheets.years or config.energy or not name:
        return replace(config, energy_source=EnergySource.WORKBOOK)
    return replace(config, energy_source=EnergySource.SCENARIO, demand_scenario=name)


def read_demand_scenario(project: Project, name: str) -> DemandScenario:
    """Read a saved scenario of the demand forecast.

    Raises
    ------
    UnreadableFile
        When there is none of that name; the sentence names those present.
    InvalidData
        When its requirement has not the columns that are needed.
    """
    folder = project.results_folder(DEMAND, name)
    path = folder / REQUIREMENT_FILE
    if not path.is_file():
        present = ", ".join(finished_scenarios(project, DEMAND)) or "none"
        raise UnreadableFile(
            f"There is no finished demand scenario '{name}'; present: {present}. Run the demand forecast "
            f"first.",
            path,
        )
    saved = read_table(path)
    missing = [column for column in ("year", "requirement", "peak_mw") if column not in saved.frame]
    if missing:
        raise InvalidData(f"{path} has no column {', '.join(missing)}; run the demand scenario again.", path)
    sectors = read_table(folder / SECTORS_FILE).frame if (folder / SECTORS_FILE).is_file() else pd.DataFrame()
    return DemandScenario(name, saved.frame, sectors, str(saved.provenance.inputs.get("settings", "")))


def assemble_targets(
    config: LoadProfileConfig,
    sheets: TargetSheets,
    scenario: DemandScenario | None,
    history_years: pd.DataFrame,
    problems: Problems,
) -> dict[int, YearTargets]:
    """Put the targets of every year together.

    Parameters
    ----------
    config
        The settings; energies, peaks, load factors and minima given there come before every other source.
    sheets
        Targets of the workbook.
    scenario
        The demand scenario, where the energy comes from one.
    history_years
        As :func:`~workbench.load_profiles.inputs.history_years.history_years` gives it.
    problems
        Collects what was noticed.

    Raises
    ------
    SettingError
        When there is no target at all, or a requested year has none.
    """
    last_known = int(history_years[history_years.complete].year.max())
    targets = dict(sheets.years)
    if not config.monthly_targets:
        targets = {year: without_months(item) for year, item in targets.items()}
    if config.energy_source is EnergySource.SCENARIO:
        assert scenario is not None
        targets = _from_scenario(scenario, targets, config.scenario_peak, last_known)
    elif config.energy_source is EnergySource.GROWTH:
        targets = _from_growth(config, targets, history_years, last_known)
    targets = _with_settings(config, targets)
    first = config.first_year or min(targets, default=0)
    last = config.last_year or max(targets, default=0)
    missing = [year for year in range(first, last + 1) if year not in targets]
    if not targets or missing:
        years = f"for {', '.join(map(str, missing))}" if targets else "in the workbook"
        raise SettingError(
            f"There is no energy target {years}: give it in a sheet 'Total Demand' (year, energy) or in the "
            "setting 'energy', run the demand forecast and choose its scenario, or let the last year grow "
            "(energy_source = growth).",
            "energy_source",
            config.energy_source.value,
        )
    chosen = {year: targets[year] for year in range(first, last + 1)}
    past = [year for year in chosen if year <= last_known]
    if past:
        problems.warning(
            f"targets of {past[0]} to {past[-1]} lie inside the history, which ends with {last_known}; their "
            "profiles are made from the base year, not copied."
        )
    return chosen


def overlay_energy(overlay: Overlay, scenario: DemandScenario | None) -> Mapping[int, float]:
    """Energy of an overlay by year [GWh], fed into the grid: a sector's energy and the losses on its way.

    Raises
    ------
    SettingError
        When it names a sector and there is no demand scenario, or no such sector in it.
    """
    if not overlay.sector:
        return overlay.energy
    if scenario is None:
        raise SettingError(
            f"The overlay {overlay.name!r} takes its energy from the sector {overlay.sector!r}, but no "
            "demand_scenario is named.",
            "overlays",
            overlay.sector,
        )
    if overlay.sector not in scenario.sectors:
        present = ", ".join(str(n) for n in scenario.sectors.columns if n not in ("year", "kind"))
        raise SettingError(
            f"The demand scenario {scenario.name!r} has no sector {overlay.sector!r}; present: {present}.",
            "overlays",
            overlay.sector,
        )
    energy = dict(
        zip(map(int, scenario.sectors["year"]), map(float, scenario.sectors[overlay.sector]), strict=True)
    )
    chain = scenario.requirement.set_index("year")
    loss = chain["loss"].to_dict() if "loss" in chain else {}
    return {year: abs(value) / (1 - loss.get(year, 0.0) / 100) for year, value in energy.items()}


def _from_scenario(
    scenario: DemandScenario, sheets: Mapping[int, YearTargets], with_peak: bool, last_known: int
) -> dict[int, YearTargets]:
    targets = {}
    for row in scenario.requirement.to_dict("records"):
        year = int(row["year"])
        if year <= last_known and row.get("kind", "forecast") != "forecast":
            continue
        given = sheets.get(year, YearTargets(year))
        place = f"demand scenario '{scenario.name}'"
        places = {**given.places, "energy": place, **({"peak": place} if with_peak else {})}
        targets[year] = replace(
            given,
            energy=float(row["requirement"]) * MWH_IN_GWH,
            peak=float(row["peak_mw"]) if with_peak else np.nan,
            load_factor=np.nan,
            places=places,
        )
    return targets


def _from_growth(
    config: LoadProfileConfig, sheets: Mapping[int, YearTargets], history: pd.DataFrame, last_known: int
) -> dict[int, YearTargets]:
    base = history[history.year == last_known].iloc[0]
    targets = {}
    for year in range(last_known + 1, (config.last_year or last_known + GROWTH_YEARS) + 1):
        given = sheets.get(year, YearTargets(year))
        # The mean grows, so that a leap year has a day more of energy.
        hours = 8784.0 if _has_leap_day(year) else 8760.0
        energy = base["mean"] * hours * (1 + config.growth / 100) ** (year - last_known)
        place = f"{config.growth:g} % a year from {last_known}"
        targets[year] = replace(given, energy=float(energy), places={**given.places, "energy": place})
    return targets


def _has_leap_day(year: int) -> bool:
    # Fiscal years that begin after February end after one: the year of the end counts in both calendars.
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _with_settings(config: LoadProfileConfig, targets: Mapping[int, YearTargets]) -> dict[int, YearTargets]:
    found = dict(targets)
    for name, values, factor in (
        ("energy", config.energy, MWH_IN_GWH),
        ("peak", config.peak, 1.0),
        ("load_factor", config.load_factor, 0.01),
        ("minimum", config.minimum, 1.0),
    ):
        for year, value in values.items():
            given = found.get(year, YearTargets(year))
            places = {**given.places, name: f"setting {name}"}
            found[year] = replace(given, places=places, **{name: value * factor})  # type: ignore[arg-type]
    return found
