"""Settings that make no difference to the profiles: something else decides or they apply to nothing."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from workbench.data.projects.project import WORKBOOK_SUFFIXES, Project
from workbench.hourly_loads.clock import standard_offset
from workbench.hourly_loads.findings import Finding
from workbench.hourly_loads.rules import Clock
from workbench.hourly_loads.year_hours import hours_of_year
from workbench.load_profiles.config import EnergySource, LoadProfileConfig, PeakLevel, ShapeMethod
from workbench.load_profiles.generation.generate import YearTask
from workbench.load_profiles.inputs.demand_scenario import DemandScenario
from workbench.load_profiles.inputs.holidays_of_region import Holidays
from workbench.load_profiles.inputs.reading import LoadInput
from workbench.load_profiles.model.overlays import Overlay, OverlayShape
from workbench.load_profiles.model.targets import YearTargets, has_months

__all__ = ["without_effect"]

BY_YEAR = ("energy", "peak", "load_factor", "minimum")


def without_effect(
    project: Project,
    data: LoadInput,
    config: LoadProfileConfig,
    scenario: DemandScenario | None,
    targets: Mapping[int, YearTargets],
    tasks: Sequence[YearTask],
    holidays: Holidays,
) -> dict[str, str]:
    """Give the settings that would make no difference, each with the reason; empty where it makes one.

    Parameters
    ----------
    project
        The project.
    data
        The inputs.
    config
        The settings, with the source of the energy that was chosen.
    scenario
        The demand scenario that was read.
    targets, tasks
        Of the years that are made.
    holidays
        Of all years.
    """
    from_scenario = config.energy_source is EnergySource.SCENARIO
    reads_scenario = from_scenario or any(item.sector for item in config.overlays)
    conflicts = any(task.reconciled.conflicts for task in tasks)
    has_peak = any(np.isfinite(task.reconciled.peak).any() for task in tasks)
    other = f"the energy is that of the source '{config.energy_source}'"
    given = data.targets.years.values()
    unused = {
        **_of_history(data, config),
        "demand_scenario": "" if reads_scenario else other,
        "accept_incomplete": ""
        if scenario is not None and scenario.notes
        else "no demand scenario is incomplete",
        "scenario_peak": "" if from_scenario else other,
        "energy_unit": ""
        if _are_used(targets, ("energy", "monthly_energy"))
        else "no energy of a workbook is used",
        "targets_file": "" if _are_used(targets) else "no target of it is used",
        "monthly_targets": "" if any(map(has_months, given)) else "the workbook gives no targets of months",
        "growth": "" if config.energy_source is EnergySource.GROWTH else other,
        "calendar_years": "the years of the project are calendar years already"
        if project.settings.fiscal_year_start == 1
        else "",
        "weather_year": ""
        if config.shape is ShapeMethod.SIMILAR_DAY
        else "only similar days look at temperatures",
        "seed": "" if config.shape is ShapeMethod.STL else "only the shape 'stl' draws residuals",
        "transform": "" if has_peak else "no peak is given, so that months are scaled to their energy",
        "peaks_of": "" if has_peak else "no peak is given",
        "conflicts": "" if conflicts else "no targets contradict each other",
        "precedence": "" if conflicts else "no targets contradict each other",
        **_of_layers(config, scenario if from_scenario else None),
        "overlays": "; ".join(_of_overlays(config.overlays, targets)),
        **_of_holidays(config, targets, holidays, data),
    }
    for name in BY_YEAR:
        unused[name] = _of_years(getattr(config, name), targets)
    if config.peak_level is not PeakLevel.GIVEN:
        unused |= dict.fromkeys(("peak", "load_factor", "scenario_peak"), "peak_level gives the peaks")
    return unused


def _of_history(data: LoadInput, config: LoadProfileConfig) -> dict[str, str]:
    missing = [item.hours for item in data.history.found if item.finding is Finding.MISSING]
    seen = {item.finding for item in data.history.found}
    low, high = sorted((config.longest_gap, LoadProfileConfig().longest_gap))
    is_book = data.path.suffix.lower() in WORKBOOK_SUFFIXES
    offset = data.history.local - data.history.utc
    same_clock = config.clock is Clock.STANDARD and (offset == standard_offset(data.history.zone)).all()
    clock = "the times of the file carry a zone" if data.has_zone else ""
    return {
        "history_sheet": "" if is_book else f"{data.path.name} has no sheets",
        "longest_gap": ""
        if any(low < hours <= high for hours in missing)
        else f"no gap is longer than {low} h and at most {high} h",
        "spikes": "" if Finding.SPIKE in seen else "there are no spikes",
        "restore_outages": "" if Finding.OUTAGE in seen else "there are no outages",
        "negative_loads": "" if seen & {Finding.NEGATIVE, Finding.NET_LOAD} else "no load is below zero",
        "stamps": "the file says what its times mark" if data.has_stamps else "",
        "clock": clock or ("this zone has no daylight saving time" if same_clock else ""),
    }


def _of_layers(config: LoadProfileConfig, scenario: DemandScenario | None) -> dict[str, str]:
    layers = {} if scenario is None else scenario.layers
    none = "" if layers else "the energy is not that of a demand scenario with layers"
    off = none or ("" if config.scenario_layers else "scenario_layers is no")
    suns = [
        name for name, role in layers.items() if role == "rooftop solar" and name not in config.plain_layers
    ]
    return {
        "scenario_layers": none,
        "plain_layers": off,
        "sun_place": off or ("" if suns else "no layer is rooftop solar"),
    }


def _are_used(targets: Mapping[int, YearTargets], names: Collection[str] = ()) -> bool:
    """Whether a target of a workbook (of these names) is among those of the years that are made."""
    return any(
        place.startswith("sheet ")
        and (not names or name in names)
        and not np.isnan(getattr(year, name)).all()
        for year in targets.values()
        for name, place in year.places.items()
    )


def _of_years(given: Mapping[int, float], targets: Mapping[int, YearTargets]) -> str:
    outside = [str(year) for year in given if year not in targets]
    if not outside:
        return ""
    return f"{', '.join(outside)} is not among the years of the profiles, {min(targets)} to {max(targets)}"


def _of_holidays(
    config: LoadProfileConfig, targets: Mapping[int, YearTargets], holidays: Holidays, data: LoadInput
) -> dict[str, str]:
    spans = [
        hours_of_year(year, data.first_month, data.history.zone).days
        for year in {*targets, *data.complete_years}
    ]
    days = {day for span in spans for day in span.astype("datetime64[D]").tolist()}
    return {
        "holiday_country": "" if holidays.calendar_used else "the list of holidays reaches all years",
        "holiday_state": "" if holidays.calendar_used else "the calendar of holidays is not used",
        "extra_holidays": _listed(
            (text for text in config.extra_holidays if text in holidays.repeated or _day(text) not in days),
            "a holiday already, or in none of the years",
        ),
        "no_holidays": _listed(holidays.not_found, "not a holiday in any of the years"),
    }


def _listed(days: Iterable[str], what: str) -> str:
    found = list(days)
    return f"{', '.join(found)} is {what}" if found else ""


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _of_overlays(overlays: Sequence[Overlay], targets: Mapping[int, YearTargets]) -> list[str]:
    plain, found = Overlay(), []
    for item in overlays:
        unused = []
        if not item.sector and (not item.energy or min(item.energy) > max(targets)):
            found.append(f"'{item.name}' has no energy in {min(targets)} to {max(targets)}")
        if item.sector and item.energy:
            unused.append("energy (the sector gives it)")
        if item.by_hour and item.shape is not OverlayShape.BY_HOUR:
            unused.append("by_hour (the shape is not by_hour)")
        if item.shape is not OverlayShape.SUN:
            unused += [
                name for name in ("latitude", "longitude") if getattr(item, name) != getattr(plain, name)
            ]
        if unused:
            found.append(f"of '{item.name}' these make no difference: {', '.join(unused)}")
    return found
