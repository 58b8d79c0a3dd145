"""Every parameter of the load profiles."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from workbench.errors import SettingError
from workbench.hourly_loads.rules import Clock, NegativeLoads, SpikeHandling, Stamps
from workbench.load_profiles.model.overlays import Overlay, check_overlay
from workbench.load_profiles.model.targets import PRECEDENCE, TargetKind, Transform
from workbench.runs.model.setting_types import InForm
from workbench.runs.model.settings import setting

_CHOICES = "workbench.load_profiles.inputs.choices"
_TABLES = "workbench.data.projects.input_names:tables"
TAKEN_NAMES = ("utc", "load", "gross", "planned", "base_shape", *(f"quarter_{n}" for n in range(1, 5)))
"""Columns of the hours that no overlay may be called like."""
MAX_LATITUDE = 66
"""Degrees to which every day has a sunrise."""


class EnergySource(StrEnum):
    """Where the annual energy comes from."""

    AUTOMATIC = "automatic"
    """The demand scenario that is named, else the one that was finished last, else the targets of the workbook."""
    WORKBOOK = "workbook"
    SCENARIO = "scenario"
    """A saved scenario of the demand forecast: its requirement, and its peak where ``scenario_peak`` says so."""
    GROWTH = "growth"
    """The last complete year of the history, growing by ``growth`` a year."""


class PeakLevel(StrEnum):
    """Which annual peak the hours have."""

    GIVEN = "given"
    """That of the targets; of the shape where there is none."""
    P10 = "p10"
    P50 = "p50"
    P90 = "p90"
    """Not exceeded in 90 of 100 years, by the weather and load factors of the history."""


class PeaksOf(StrEnum):
    """What the peaks and minima of the targets are values of."""

    HOURS = "hours"
    """Means of hours; no quarter hour leaves the range of the hours of its month."""
    QUARTER_HOURS = "quarter_hours"
    """Means of quarter hours, which meet them themselves; hours are their means."""


class ShapeMethod(StrEnum):
    """Where the hours of a future year come from, before the targets are met."""

    REPLAY = "replay"
    """One real year, aligned by weekday and holiday."""
    ROTATING_YEARS = "rotating_years"
    """A real year for each, the base years in turn."""
    MEAN_OF_YEARS = "mean_of_years"
    """Mean of the aligned base years: smooth, with a flatter tail."""
    DECOMPOSITION = "decomposition"
    """Level x weekly profile x holiday factor x replayed residual."""
    STL = "stl"
    """Seasonal-trend decomposition (MSTL of 24 and 168 hours), residuals drawn as whole days."""
    SIMILAR_DAY = "similar_day"
    """The day with the nearest temperature, of the weather year; needs temperatures."""


class Conflicts(StrEnum):
    """What happens when targets contradict each other."""

    YIELD = "yield"
    """The one that comes later in ``precedence`` yields, and is reported."""
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class LoadProfileConfig:
    """Parameters of one set of profiles; a saved one gives the same hours again."""

    file: str = setting(
        "",
        help="File with the hourly history (xlsx, csv, parquet), by its name in the project's inputs",
        in_form=InForm(offers=_TABLES),
    )
    scenario: str = setting(
        "BAU",
        help="Name of the profiles; their results go into a folder of that name",
        in_form=InForm(offers=f"{_CHOICES}:scenarios", is_open=True),
    )
    history_sheet: str = setting(
        "",
        help="Sheet with the hourly history; found by its name if empty",
        advanced=True,
        in_form=InForm(offers=f"{_CHOICES}:sheets"),
    )
    load_columns: tuple[str, ...] = setting(
        (),
        help="Columns that add up to the load, such as one a zone; the one of a known name if empty",
        advanced=True,
        in_form=InForm("North, South"),
    )
    stamps: Stamps = setting(
        Stamps.BEGINS, help="Whether a time marks the begin or the end of its reading", advanced=True
    )
    clock: Clock = setting(Clock.AUTOMATIC, help="Clock of the times that carry no zone", advanced=True)
    longest_gap: int = setting(
        3,
        help="Hours in a row, missing or zero, that are filled by a straight line",
        unit="h",
        minimum=0,
        maximum=24,
        advanced=True,
    )
    spikes: SpikeHandling = setting(
        SpikeHandling.INTERPOLATE, help="Hours far above their neighbours or their usual load", advanced=True
    )
    restore_outages: bool = setting(False, help="Put the usual load in place of outage hours", advanced=True)
    negative_loads: NegativeLoads = setting(
        NegativeLoads.AUTOMATIC,
        help="Loads below zero: kept as those of a net load, or taken as missing",
        advanced=True,
    )
    energy_source: EnergySource = setting(EnergySource.AUTOMATIC, help="Where the annual energy comes from")
    demand_scenario: str = setting(
        "",
        help="Scenario of the demand forecast that gives the energy",
        in_form=InForm(offers=f"{_CHOICES}:demand_scenarios"),
    )
    accept_incomplete: bool = setting(
        False,
        help="Use a demand scenario of which a part is missing; the profiles are incomplete then too",
        advanced=True,
    )
    scenario_peak: bool = setting(
        True,
        help="Take the annual peak from the demand scenario too, where it has a load factor that was given and the "
        "workbook has no peak",
        advanced=True,
    )
    targets_file: str = setting(
        "",
        help="Workbook with the targets; the file of the history if empty",
        advanced=True,
        in_form=InForm(offers="workbench.data.projects.input_names:workbooks"),
    )
    energy_unit: str = setting(
        "workbook",
        help="Unit of the target energies; 'workbook' finds it from the average load or the history",
        choices=("workbook", "kWh", "MWh", "GWh", "MU", "TWh"),
        advanced=True,
    )
    peak_level: PeakLevel = setting(
        PeakLevel.GIVEN,
        help="Annual peak of the hours: that of the targets, or one not exceeded in 10, 50 or 90 of 100 years",
    )
    weather_peaks: bool = setting(
        True,
        help="Learn P10, P50 and P90 of the peaks from all years with temperatures, where the history has them",
        advanced=True,
    )
    peaks_of: PeaksOf = setting(
        PeaksOf.HOURS,
        help="Whether given peaks and minima are of hours or of quarter hours, which the history needs then",
        advanced=True,
    )
    monthly_targets: bool = setting(True, help="Use the monthly targets of the workbook", advanced=True)
    growth: float = setting(5.0, help="Growth of energy", unit="% a year", minimum=-20, maximum=30)
    energy: dict[int, float] = setting(
        dict,
        help="Annual energy [GWh] by year, before any other source",
        minimum=0,
        maximum=1e8,
        advanced=True,
        in_form=InForm("2026: 45000, 2030: 52000"),
    )
    peak: dict[int, float] = setting(
        dict,
        help="Annual peak [MW] by year, before any other source",
        minimum=0,
        maximum=1e8,
        advanced=True,
        in_form=InForm("2026: 7000, 2030: 8100"),
    )
    load_factor: dict[int, float] = setting(
        dict,
        help="Annual load factor [%] by year, before any other source",
        minimum=0,
        maximum=100,
        advanced=True,
        in_form=InForm("2026: 66, 2035: 68"),
    )
    minimum: dict[int, float] = setting(
        dict,
        help="Lowest load [MW] by year",
        minimum=0,
        maximum=1e8,
        advanced=True,
        in_form=InForm("2026: 2900"),
    )
    first_year: int | None = setting(
        None, help="First year of the profiles; the first with a target if empty", minimum=1900, maximum=2200
    )
    last_year: int | None = setting(
        None, help="Last year of the profiles; the last with a target if empty", minimum=1900, maximum=2200
    )
    calendar_years: bool = setting(
        False, help="January to December, whatever the project's fiscal year", advanced=True
    )
    base_years: tuple[int, ...] = setting(
        (),
        help="Complete years of the history to take shapes from; the latest if empty",
        minimum=1900,
        maximum=2200,
        in_form=InForm("2022, 2023"),
    )
    shape: ShapeMethod = setting(ShapeMethod.REPLAY, help="Where the hours come from")
    weather_year: int | None = setting(
        None,
        help="Year whose temperatures recur, for similar days; the base year if empty",
        advanced=True,
        minimum=1900,
        maximum=2200,
    )
    transform: Transform = setting(Transform.TAIL_DAY, help="How the targets are met")
    conflicts: Conflicts = setting(
        Conflicts.YIELD, help="What happens when targets contradict each other", advanced=True
    )
    precedence: tuple[TargetKind, ...] = setting(
        PRECEDENCE, help="Kinds of targets, the strongest first; what is left out comes last", advanced=True
    )
    holiday_country: str = setting(
        "IN", help="Country of the holidays (ISO 3166), empty for the list only", advanced=True
    )
    holiday_state: str = setting(
        "", help="State of the holidays; found from the project's region if empty", advanced=True
    )
    extra_holidays: tuple[str, ...] = setting(
        (), help="Further holidays", advanced=True, in_form=InForm("2026-08-15, 2026-11-09")
    )
    no_holidays: tuple[str, ...] = setting(
        (), help="Days that are not holidays", advanced=True, in_form=InForm("2026-08-15")
    )
    overlays: tuple[Overlay, ...] = setting(
        (), help="Rooftop solar, vehicle charging, hydrogen, new industry"
    )
    scenario_layers: bool = setting(
        True,
        help="Give rooftop solar, vehicles, hydrogen and other layers of the demand scenario hours of their own, "
        "inside its energy",
    )
    plain_layers: tuple[str, ...] = setting(
        (),
        help="Layers of the demand scenario that keep the shape of the load",
        advanced=True,
        in_form=InForm("Rooftop solar, EV"),
    )
    sun_place: tuple[float, ...] = setting(
        (),
        help="Latitude and longitude of the layers' rooftop solar [degrees north and east]; the middle of the "
        "region if empty",
        minimum=-180,
        maximum=180,
        advanced=True,
        in_form=InForm("10.5, 76.3"),
    )
    holdout_years: int = setting(
        1,
        help="Last complete years that are held out to measure accuracy",
        unit="years",
        minimum=0,
        maximum=5,
        advanced=True,
    )
    seed: int = setting(0, help="Seed of the drawn residuals (STL only)", minimum=0, advanced=True)


def check(config: LoadProfileConfig) -> Iterator[SettingError]:
    """Give a problem for each value that its type and bounds allow, but not the rest of the config."""
    for name in ("extra_holidays", "no_holidays"):
        for text in getattr(config, name):
            if not _is_date(text):
                yield SettingError(f"{name} holds {text!r}, expected a date such as 2026-08-15.", name, text)
    if config.first_year and config.last_year and config.first_year > config.last_year:
        yield SettingError(
            f"first_year {config.first_year} lies after last_year {config.last_year}; exchange them.",
            "first_year",
            config.first_year,
        )
    for year, value in config.load_factor.items():
        if not 0 < value < 100:
            yield SettingError(
                f"load_factor is {value:g} % in {year}, expected above 0 and below 100 %: the mean lies below the "
                "peak.",
                "load_factor",
                value,
            )
    for setting_name in ("energy", "peak", "minimum"):
        for year, value in getattr(config, setting_name).items():
            if value <= 0:
                yield SettingError(
                    f"{setting_name} is {value:g} in {year}, expected a number above 0.", setting_name, value
                )
    if config.energy_source is EnergySource.SCENARIO and not config.demand_scenario:
        yield SettingError(
            "energy_source is 'scenario', but demand_scenario names none; choose one.", "demand_scenario", ""
        )
    if config.sun_place and (len(config.sun_place) != 2 or abs(config.sun_place[0]) > MAX_LATITUDE):
        yield SettingError(
            f"sun_place holds {', '.join(map(str, config.sun_place))}, expected a latitude from -{MAX_LATITUDE} to "
            f"{MAX_LATITUDE} and a longitude.",
            "sun_place",
            config.sun_place,
        )
    yield from _overlay_problems(config.overlays)


def _overlay_problems(overlays: tuple[Overlay, ...]) -> Iterator[SettingError]:
    names = [overlay.name for overlay in overlays]
    for overlay in overlays:
        try:
            check_overlay(overlay)
        except SettingError as error:
            yield SettingError(str(error), "overlays", error.value)
    for name in dict.fromkeys(names):
        if names.count(name) > 1 or name in TAKEN_NAMES:
            yield SettingError(f"The name of the overlay {name!r} is taken; rename it.", "overlays", names)


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True
