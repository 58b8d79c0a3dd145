"""What is to be made: the shape, the reconciled targets and the overlays of every year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.data.notes import Notes, Weight
from workbench.data.problems import Problems
from workbench.data.projects.project import Project
from workbench.data.unused_settings import note_unused_settings
from workbench.errors import InvalidData, SettingError
from workbench.hourly_loads.day_matrix import DayMatrix
from workbench.hourly_loads.history_years import year_load
from workbench.hourly_loads.year_hours import hours_of_year
from workbench.load_profiles.config import Conflicts, EnergySource, LoadProfileConfig, PeakLevel, ShapeMethod
from workbench.load_profiles.generation.generate import YearTask
from workbench.load_profiles.generation.without_effect import without_effect
from workbench.load_profiles.generation.year_tasks import with_likely_peak, year_task
from workbench.load_profiles.inputs.demand_scenario import DemandScenario, read_demand_scenario
from workbench.load_profiles.inputs.energy_source import assemble_targets, overlay_energy
from workbench.load_profiles.inputs.holidays_of_region import Holidays, holidays_of, note_region, state_of
from workbench.load_profiles.inputs.reading import LoadInput
from workbench.load_profiles.inputs.scenario_layers import layer_overlays
from workbench.load_profiles.inputs.source_choice import choose_source
from workbench.load_profiles.model.targets import Conflict, YearTargets
from workbench.load_profiles.shapes.ageing import age_warning, shape_ageing
from workbench.load_profiles.shapes.choice import ShapeMaker, ShapeSource
from workbench.load_profiles.shapes.day_types import learn_day_types
from workbench.load_profiles.shapes.peak_chances import (
    PeakChances,
    learn_peak_chances,
    peak_ratios,
    with_weather,
)
from workbench.load_profiles.shapes.peak_weather import PeakWeather, learn_peak_weather

MEAN_OF = 3
"""How many of the latest complete years are used where a method takes several and none are named."""
SEVERAL = (ShapeMethod.MEAN_OF_YEARS, ShapeMethod.ROTATING_YEARS, ShapeMethod.SIMILAR_DAY)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Everything that the years are made from.

    Parameters
    ----------
    config
        The settings.
    data
        The inputs.
    all_years
        Every complete year of the history as a source of shapes, for the hold-out.
    source
        The base years that are used.
    targets
        Targets as they were given.
    tasks
        One a year.
    holidays
        Of all years.
    ageing
        How shapes change with the years.
    files
        Name of each input -> SHA-256, the demand scenario included.
    weather
        The measured years in all weathers; none where temperatures are not known, or say little.
    notes
        What was assumed, chosen among several sources, doubtful, or missing in the demand scenario.
    chances
        How high peaks may be, by the history; none with less than two whole years.
    """

    config: LoadProfileConfig
    data: LoadInput
    all_years: ShapeSource
    source: ShapeSource
    targets: Mapping[int, YearTargets]
    tasks: tuple[YearTask, ...]
    holidays: Holidays
    ageing: pd.DataFrame
    files: Mapping[str, str]
    notes: Notes
    chances: PeakChances | None = None
    weather: PeakWeather | None = None

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Targets that had to yield, of all years."""
        return tuple(conflict for task in self.tasks for conflict in task.reconciled.conflicts)


def make_plan(project: Project, data: LoadInput, config: LoadProfileConfig) -> Plan:
    """Prepare every year.

    Parameters
    ----------
    project
        Where a demand scenario is.
    data
        The inputs.
    config
        The settings.

    Raises
    ------
    InvalidData
        When targets contradict each other and none may yield, or an overlay does not fit.
    SettingError
        When there is no target, or a shape needs what is not there.
    """
    problems, notes = Problems(data.path.name), Notes(data.path.name)
    config = choose_source(project, config, data.targets, notes)
    scenario = _scenario(project, data, config)
    if scenario is not None:
        notes.extend(scenario.notes)
    targets = assemble_targets(config, data.targets, scenario, data.years, notes)
    matrices = data.matrices()
    holidays = _holidays(project, data, config, [*matrices, *targets], problems)
    note_region(project, config.holiday_country, config.holiday_state, data.holidays, notes)
    all_years = _source(data, config, matrices, holidays)
    source = replace(all_years, years={year: matrices[year] for year in base_years(config, matrices)})
    ageing = shape_ageing(matrices)
    if warning := age_warning(ageing, source.latest, max(targets)):
        notes.doubt(warning)
    maker = ShapeMaker(source)
    proposed = layer_overlays(scenario, config, project, [*source.years, *targets], notes)
    config = replace(config, overlays=(*config.overlays, *proposed))
    energies = {item.name: overlay_energy(item, scenario) for item in config.overlays}
    tasks = _tasks(data, config, maker, targets, energies)
    learned = learn_peak_weather(matrices, data.warmth(), source.is_holiday)
    weather = learned if config.weather_peaks else None
    chances = _chances(data, weather, notes)
    if config.peak_level is not PeakLevel.GIVEN:
        if chances is None:
            raise SettingError(
                f"peak_level is '{config.peak_level}', but the history has less than two whole years; set it to "
                "'given'.",
                "peak_level",
                config.peak_level,
            )
        targets = {
            task.year: with_likely_peak(targets[task.year], task, chances, config.peak_level)
            for task in tasks
        }
        tasks = _tasks(data, config, maker, targets, energies)
    _report_conflicts([c for task in tasks for c in task.reconciled.conflicts], config, problems, notes)
    notes.add_problems(problems)
    unused = without_effect(project, data, config, scenario, targets, tasks, holidays)
    unused["weather_peaks"] = (
        ""
        if learned is not None
        else "the temperatures of the history say too little about its peaks"
        if len(data.history.temperature)
        else "the history has no temperatures"
    )
    note_unused_settings(config, unused, notes)
    files = dict(data.files)
    if scenario is not None:
        files[f"demand scenario {scenario.name}"] = scenario.sha256
    return Plan(
        config,
        data,
        all_years,
        source,
        targets,
        tuple(tasks),
        holidays,
        ageing,
        files,
        notes,
        chances,
        weather,
    )


def _tasks(
    data: LoadInput,
    config: LoadProfileConfig,
    maker: ShapeMaker,
    targets: Mapping[int, YearTargets],
    energies: Mapping[str, Mapping[int, float]],
) -> list[YearTask]:
    return [
        year_task(data, config, maker, item, turn, energies) for turn, item in enumerate(targets.values())
    ]


def _chances(data: LoadInput, weather: PeakWeather | None, notes: Notes) -> PeakChances | None:
    """Learn how high peaks may be, and say what that rests on."""
    ratios = {}
    for year in data.complete_years:
        hours = hours_of_year(year, data.first_month, data.history.zone)
        ratios[year] = peak_ratios(year_load(data.history, hours), hours)
    chances = learn_peak_chances(ratios)
    of_weather = ""
    if weather is not None:
        chances = with_weather(chances, weather, ratios)
        found = weather.response
        of_weather = (
            f", with the peaks of {len(weather.ratios)} measured years put into the temperatures of "
            f"{weather.weathers[0]} to {weather.weathers[-1]} (a day's peak answers with "
            f"{100 * found.slopes[0, 1]:.1f} % of the mean load a degree above {found.warm:.0f} °C and "
            f"{100 * found.slopes[0, 0]:.1f} % below {found.cool:.0f} °C, which explains "
            f"{100 * found.explained:.0f} % of its scatter)"
        )
    if chances is not None:
        tried = (
            f"; a P90 from the years before held {chances.held:.0f} % of {chances.tried} peaks of years and months"
            if chances.tried
            else ""
        )
        notes.assumption(
            f"P10, P50 and P90 of the peaks rest on the weather and load factors of {chances.years} years"
            f"{of_weather}{tried}",
            weight=Weight.LOW,
            setting="peak_level",
            tables=("years", "months"),
        )
    return chances


def base_years(config: LoadProfileConfig, complete: Mapping[int, DayMatrix]) -> tuple[int, ...]:
    """Base years that are used: those named, else the latest complete one, or three where several are needed."""
    if config.base_years:
        return config.base_years
    return tuple(sorted(complete)[-MEAN_OF:] if config.shape in SEVERAL else sorted(complete)[-1:])


def _scenario(project: Project, data: LoadInput, config: LoadProfileConfig) -> DemandScenario | None:
    if not config.demand_scenario:
        return None
    if (
        config.energy_source is EnergySource.SCENARIO
        and data.first_month != project.settings.fiscal_year_start
    ):
        raise InvalidData(
            f"The demand scenario is of years that begin in month {project.settings.fiscal_year_start}, the "
            f"profiles of "
            f"calendar years; set calendar_years to no, or give the energy of calendar years in 'energy'.",
            data.path,
        )
    return read_demand_scenario(project, config.demand_scenario, accept_incomplete=config.accept_incomplete)


def _holidays(
    project: Project,
    data: LoadInput,
    config: LoadProfileConfig,
    years: Sequence[int],
    problems: Problems,
) -> Holidays:
    zone = data.history.zone
    days = [hours_of_year(year, data.first_month, zone).days[[0, -1]] for year in years]
    ends = np.concatenate(days).astype("datetime64[Y]").astype(int) + 1970
    state = config.holiday_state or state_of(project, config.holiday_country)
    return holidays_of(
        range(int(ends.min()), int(ends.max()) + 1),
        listed=data.holidays,
        country=config.holiday_country,
        state=state,
        extra=config.extra_holidays,
        without=config.no_holidays,
        sheet=data.holiday_sheet,
        problems=problems,
    )


def _source(
    data: LoadInput, config: LoadProfileConfig, matrices: Mapping[int, DayMatrix], holidays: Holidays
) -> ShapeSource:
    everything = data.history.days()
    types = learn_day_types(everything, holidays.among(everything.days))
    days = np.array(list(holidays.names), dtype="datetime64[D]")
    warmth = data.warmth() if config.shape is ShapeMethod.SIMILAR_DAY else {}
    return ShapeSource(config.shape, matrices, days, types, warmth, config.weather_year, config.seed)


def _report_conflicts(
    conflicts: Sequence[Conflict], config: LoadProfileConfig, problems: Problems, notes: Notes
) -> None:
    """One sentence for each pair of kinds, with the first of them and the number of the others."""
    groups: dict[tuple[str, str], list[Conflict]] = {}
    for conflict in conflicts:
        groups.setdefault((conflict.yields.value, conflict.holds.value), []).append(conflict)
    for (yields, holds), found in groups.items():
        years = Counter(conflict.year for conflict in found)
        more = (
            f" ({len(found)} such cases in {len(years)} years, all in the table 'conflicts')"
            if len(found) > 1
            else ""
        )
        sentence = f"{found[0].year}: {found[0].sentence}"
        if config.conflicts is Conflicts.REFUSE:
            problems.error(
                f"{sentence}{more} Correct one of them, or let {yields} yield (conflicts = yield)."
            )
        else:
            notes.ambiguity(
                f"{yields} against {holds}: {sentence}{more}", tables=("targets", "conflicts"), years=years
            )
    problems.raise_errors()
