"""Targets of every year, from the workbook, a saved demand scenario, growth, and what the settings say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from workbench.data.notes import Notes, year_spans
from workbench.data.origins import Choice, Sourced, prefer
from workbench.data.projects.project import Project
from workbench.data.results.tables import read_table
from workbench.errors import InvalidData, SettingError
from workbench.load_profiles.config import EnergySource, LoadProfileConfig
from workbench.load_profiles.inputs.demand_scenario import DEMAND, REQUIREMENT_FILE, DemandScenario
from workbench.load_profiles.inputs.target_sheets import TargetSheets, without_months
from workbench.load_profiles.model.overlays import Overlay
from workbench.load_profiles.model.targets import YearTargets, has_energy

GROWTH_YEARS = 10
MWH_IN_GWH = 1000.0
CONTRADICTION = 0.03
"""Share by which the energies of two sources may differ and still be of one forecast."""


def inherited_energy(
    project: Project, config: LoadProfileConfig, targets: Mapping[int, YearTargets]
) -> dict[int, float]:
    """Energy as the demand scenario on disk has it [GWh], of the years whose target is from there."""
    if config.energy_source is not EnergySource.SCENARIO:
        return {}
    path = project.results_folder(DEMAND, config.demand_scenario) / REQUIREMENT_FILE
    place = DemandScenario(config.demand_scenario, pd.DataFrame(), pd.DataFrame(), "").place
    saved = read_table(path).frame
    return {
        year: energy
        for year, energy in zip(map(int, saved.year), map(float, saved.requirement), strict=True)
        if year in targets and targets[year].places.get("energy") == place
    }


def _refuse_lone_years(config: LoadProfileConfig, given: frozenset[int], missing: Sequence[int]) -> None:
    """Refuse a year that only a setting names, and that others without energy part from the rest."""
    for name in ("energy", "peak", "load_factor", "minimum"):
        for year in getattr(config, name):
            if given and missing and year not in given and not min(given) <= year <= max(given):
                raise SettingError(
                    f"{name} names {year}, but the energy of {missing[0]} to {missing[-1]} is not known, only of "
                    f"{min(given)} to {max(given)}; correct the year, or give the energy of the years between.",
                    name,
                    getattr(config, name),
                )


def assemble_targets(
    config: LoadProfileConfig,
    sheets: TargetSheets,
    scenario: DemandScenario | None,
    history_years: pd.DataFrame,
    notes: Notes,
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
        As :func:`~workbench.hourly_loads.history_years.history_years` gives it.
    notes
        Collects what was noticed, which of several sources counts among it.

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
        targets = _from_scenario(config, scenario, targets, history_years[history_years.complete], notes)
    elif config.energy_source is EnergySource.GROWTH:
        targets = _from_growth(config, targets, history_years, last_known)
    given = frozenset(targets)
    targets = _with_settings(config, targets)
    _check_years(config, targets)
    first = config.first_year or min(targets, default=0)
    last = config.last_year or max(targets, default=0)
    missing = [year for year in range(first, last + 1) if year not in targets]
    if not targets or missing:
        _refuse_lone_years(config, given, missing)
        years = f"for {', '.join(map(str, missing))}" if targets else "in the workbook"
        raise SettingError(
            f"There is no energy target {years}: give it in a sheet 'Total Demand' (year, energy) or in the "
            "setting 'energy', run the demand forecast and choose its scenario, or let the last year grow "
            "(energy_source = growth).",
            "last_year" if targets and last > max(targets) else "energy_source",
            config.last_year if targets and last > max(targets) else config.energy_source.value,
        )
    chosen = _with_known_energy(
        {year: targets[year] for year in range(first, last + 1)}, config, scenario, notes
    )
    past = [year for year in chosen if year <= last_known]
    if past:
        notes.doubt(
            f"targets of {past[0]} to {past[-1]} lie inside the history, which ends with {last_known}; their "
            "profiles are made from the base year, not copied.",
            years=past,
        )
    return chosen


def _with_known_energy(
    targets: dict[int, YearTargets],
    config: LoadProfileConfig,
    scenario: DemandScenario | None,
    notes: Notes,
) -> dict[int, YearTargets]:
    """Leave out the years of which an incomplete demand scenario has no energy, and name them.

    Raises
    ------
    InvalidData
        When no year is left.
    """
    lacking = [year for year, item in targets.items() if not has_energy(item)]
    if not lacking or config.energy_source is not EnergySource.SCENARIO or scenario is None:
        return targets
    text = f"the {scenario.place} is incomplete: it has no energy for {year_spans(lacking)}"
    reasons = "; ".join(dict.fromkeys(str(note) for note in scenario.notes[:3]))
    advice = "complete the demand forecast and run it again, or give these years in the setting energy"
    if len(lacking) == len(targets):
        raise InvalidData(f"No year can be made: {text}{f' ({reasons})' if reasons else ''}; {advice}.")
    notes.omission(
        f"{text}, so that they have no load profile",
        setting="demand_scenario",
        years=lacking,
        advice=f"{advice}; last_year ends the profiles before them",
    )
    return {year: item for year, item in targets.items() if year not in lacking}


def _check_years(config: LoadProfileConfig, targets: Mapping[int, YearTargets]) -> None:
    """Refuse a first year after all targets, or a last one before them."""
    for name, year in (("first_year", config.first_year), ("last_year", config.last_year)):
        if year and targets and (year > max(targets) if name == "first_year" else year < min(targets)):
            raise SettingError(
                f"{name} is {year}, but the targets are of {min(targets)} to {max(targets)}; choose one of these "
                "years, or give the energy of others in the setting 'energy'.",
                name,
                year,
            )


def overlay_energy(overlay: Overlay, scenario: DemandScenario | None) -> Mapping[int, float]:
    """Energy of an overlay by year [GWh], fed into the grid: a sector's energy and the losses on its way.

    Raises
    ------
    SettingError
        When it names a sector and there is no demand scenario, or no such sector in it.
    InvalidData
        When the scenario lacks the energy of the sector in some years.
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
    # Before its first value a sector has not begun.
    begins = min((year for year, value in energy.items() if not np.isnan(value)), default=0)
    energy = {year: value for year, value in energy.items() if year >= begins}
    lacking = [year for year, value in energy.items() if np.isnan(value)]
    if lacking:
        raise InvalidData(
            f"The overlay {overlay.name!r} takes its energy from the sector {overlay.sector!r}, which the "
            f"{scenario.place} lacks in {year_spans(lacking)}; complete the demand forecast and run it again, "
            "or give the energy of the overlay itself."
        )
    chain = scenario.requirement.set_index("year")
    loss = chain["loss"].dropna() if "loss" in chain else pd.Series(dtype=float)
    # Years before the forecast have no loss of their own: the nearest one is theirs.
    near = np.interp([*energy], loss.index, loss) if len(loss) else np.zeros(len(energy))
    return {
        year: abs(value) / (1 - percent / 100)
        for (year, value), percent in zip(energy.items(), near, strict=True)
    }


def _from_scenario(
    config: LoadProfileConfig,
    scenario: DemandScenario,
    sheets: Mapping[int, YearTargets],
    known: pd.DataFrame,
    notes: Notes,
) -> dict[int, YearTargets]:
    targets, choices = {}, {}
    instead: dict[str, list[int]] = {}
    others: dict[int, float] = {}
    measured = dict(zip(map(int, known.year), map(float, known.peak), strict=True))
    for row in scenario.requirement.to_dict("records"):
        year = int(row["year"])
        if year <= max(measured) and row.get("kind", "forecast") != "forecast":
            continue
        given = sheets.get(year, YearTargets(year))
        other = given.energy if np.isfinite(given.energy) else float(given.monthly_energy.sum())
        if abs(other / MWH_IN_GWH / float(row["requirement"]) - 1) > CONTRADICTION:
            # Peaks and shares that belong to another energy would make a load factor that nobody meant.
            others[year], given = other / MWH_IN_GWH, YearTargets(year)
        choice = choices[year] = _peak_of(config, scenario, given, float(row["peak_mw"]), measured.get(year))
        energy, place = float(row["requirement"]) * MWH_IN_GWH, scenario.place
        if np.isnan(energy) and not np.isnan(given.energy):
            energy, place = given.energy, given.places.get("energy", "workbook")
            instead.setdefault(place.split(", cell")[0], []).append(year)
        targets[year] = replace(
            given,
            energy=energy,
            peak=float(choice.value or np.nan),
            places={**given.places, "energy": place, "peak": choice.chosen.source},
        )
    for place, years in instead.items():
        notes.ambiguity(
            f"the {scenario.place} has no energy for {year_spans(years)}: that of the {place} is taken",
            setting="demand_scenario",
            tables=("targets", "years"),
            years=years,
        )
    _note_other_forecast(others, targets, scenario, notes)
    _note_choices(choices, scenario, notes)
    return targets


def _note_other_forecast(
    others: Mapping[int, float], targets: Mapping[int, YearTargets], scenario: DemandScenario, notes: Notes
) -> None:
    if not others:
        return
    last = max(others)
    notes.ambiguity(
        f"the targets of the workbook are of another forecast: {others[last]:,.0f} GWh in {last}, where the "
        f"{scenario.place} has {targets[last].energy / MWH_IN_GWH:,.0f} GWh; neither its energies nor its peaks of "
        f"{year_spans(sorted(others))} are used",
        setting="energy_source",
        tables=("targets", "years"),
        years=sorted(others),
        advice="set energy_source to 'workbook' to use them instead",
    )


def _peak_of(
    config: LoadProfileConfig,
    scenario: DemandScenario,
    given: YearTargets,
    forecast: float,
    measured: float | None,
) -> Choice[float]:
    """Choose the annual peak [MW]; nan where it follows from the shape, a load factor, or a setting."""
    candidates = [
        Sourced.given(np.nan, f"setting {name}")
        for name in ("peak", "load_factor")
        if given.year in getattr(config, name)
    ]
    if measured is not None and not candidates:
        candidates.append(Sourced.measured(measured, "history"))
    if not np.isnan(given.peak):
        candidates.append(Sourced.given(given.peak, given.places.get("peak", "workbook")))
    if not np.isnan(given.load_factor):
        candidates.append(Sourced.given(np.nan, given.places.get("load_factor", "workbook")))
    if not np.isnan(given.monthly_load_factor).any():
        candidates.append(Sourced.given(np.nan, given.places.get("monthly_load_factor", "workbook")))
    months = given.monthly_peak
    if not np.isnan(months).all() and (not np.isnan(months).any() or np.nanmax(months) > forecast):
        candidates.append(
            Sourced.given(float(np.nanmax(months)), given.places.get("monthly_peak", "workbook"))
        )
    if config.scenario_peak:
        candidates.append(
            Sourced.assumed(forecast, f"{scenario.place}, assumed load factor")
            if scenario.has_assumed_peak
            else Sourced.derived(forecast, scenario.place)
        )
    # What the hours that were measured have by themselves, brought to the energy of the year.
    candidates.append(Sourced.derived(np.nan, "shape of the base year"))
    return prefer("peak", *candidates)


def _note_choices(choices: Mapping[int, Choice[float]], scenario: DemandScenario, notes: Notes) -> None:
    """Say once for all years alike which source of the peak counts, where that of the scenario does not."""
    alike: dict[str, list[int]] = {}
    for year, choice in choices.items():
        passed = [other for other in choice.passed_over if other.source.startswith(scenario.place)]
        if passed:
            words = (
                f"the peak is that of the {choice.chosen.source} ({choice.origin}); that of the "
                f"{passed[0].source} ({passed[0].origin}) is passed over."
            )
            alike.setdefault(words, []).append(year)
    for words, years in alike.items():
        notes.ambiguity(
            words, tables=("targets", "years"), years=years, advice="give a peak in the setting peak"
        )


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
