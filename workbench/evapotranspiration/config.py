"""Every parameter of reference evapotranspiration, and of its validation."""

from __future__ import annotations

import datetime
import re
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from workbench.errors import SettingError
from workbench.evapotranspiration.model.catalogue import SourceId
from workbench.evapotranspiration.model.equations import HOURLY, Equation, TimeStep
from workbench.evapotranspiration.model.weather_settings import units_setting, wind_height_setting
from workbench.runs.model.setting_types import InForm
from workbench.runs.model.settings import setting

_WEATHER = InForm(offers="workbench.data.projects.input_names:arrays_and_tables")
_TABLES = InForm(offers="workbench.data.projects.input_names:tables")
METHODS = ("ridge", "kalman", "error_weights")
MAX_MINUTES_FROM_UTC = 14 * 60
SPLITS = ("time", "blocks", "site")


class Period(StrEnum):
    """Which days are requested."""

    HISTORY = "history"
    """From ``start`` to ``end``; without them all days of the weather file, or the last year."""
    RECENT = "recent"
    """The last ``days``, up to yesterday."""
    FORECAST = "forecast"
    """Today and the days ``ahead``."""


class Online(StrEnum):
    """When online services are asked."""

    AUTOMATIC = "automatic"
    """For places that the weather file does not hold."""
    ALWAYS = "always"
    """Beside the weather file."""
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class EvapotranspirationConfig:
    """Parameters of one result; the same ones on the same data give the same values."""

    scenario: str = setting("ETo", help="Name of the result; it goes into a folder of that name")
    place: str = setting(
        "",
        help="A city, or coordinates such as -22.725, -47.648 or 22°43'30\"S 47°38'51\"W; the sites file if empty",
    )
    period: Period = setting(Period.HISTORY, help="Which days")
    start: str = setting("", help="First day of the history", in_form=InForm("2020-01-31"))
    end: str = setting("", help="Last day of the history", in_form=InForm("2020-12-31"))
    days: int = setting(30, help="Length of the recent days", unit="days", minimum=1, maximum=366)
    ahead: int = setting(
        7,
        help="Days of the forecast after today; the services reach 6 to 15",
        unit="days",
        minimum=0,
        maximum=15,
    )
    online: Online = setting(Online.AUTOMATIC, help="When online weather services are asked")
    sources: tuple[SourceId, ...] = setting(
        (), help="Online services to ask; chosen by place and date if none is", choices=tuple(SourceId)
    )
    method: str = setting("ridge", help="How the sources are combined", choices=METHODS)
    equation: Equation = setting(
        Equation.FAO56,
        help="Equation of reference evapotranspiration; of others than FAO-56 (and ASCE short, the same in daily "
        "steps) no reference is known, and only stations correct the sources",
        advanced=True,
    )
    time_step: TimeStep = setting(
        TimeStep.DAILY,
        help="Whether the hours of a weather file are made days first (daily), or go through the hourly equation "
        "and are summed to days (hourly)",
        advanced=True,
    )
    time_zone: str = setting(
        "",
        help="Time zone of those hours, as Europe/Madrid or +05:30, where the times do not say it; told from the "
        "sun if empty",
        advanced=True,
        in_form=InForm("Europe/Madrid"),
    )
    elevation: float | None = setting(
        None,
        help="Height of the place above the sea; found online if empty",
        unit="m",
        minimum=-450,
        maximum=8900,
        advanced=True,
    )
    sites_file: str = setting(
        "",
        help="Table of sites (site, latitude, longitude, elevation) in the inputs; eto_sites.csv if empty",
        advanced=True,
        in_form=_TABLES,
    )
    sites: tuple[str, ...] = setting((), help="Only these sites of the file", advanced=True)
    grid: tuple[float, ...] = setting(
        (),
        help="A grid of places instead: south, west, north, east and step in degrees",
        unit="degrees",
        advanced=True,
        in_form=InForm("8, 76, 9, 77, 0.5"),
    )
    weather_file: str = setting(
        "",
        help="Weather of days or hours (site, date, source, values) in the inputs; eto_weather.csv, .parquet, .nc "
        "or a workbook if empty",
        advanced=True,
        in_form=_WEATHER,
    )
    reference_file: str = setting(
        "",
        help="Trusted ETo (site, date, eto) to learn from; eto_reference.csv or .parquet if empty",
        advanced=True,
        in_form=_TABLES,
    )
    stations: tuple[str, ...] = setting(
        (),
        help="Sources of the weather file that are stations at their places, whose complete days are the truth; "
        "if empty, those that are no service and no gridded product by their name; none for no station",
        advanced=True,
    )
    left_out: tuple[str, ...] = setting(
        (),
        help="Columns of the weather file that are not read, such as wind in an unknown unit; what is missing then "
        "is assumed, and listed",
        advanced=True,
    )
    wind_height: float | None = wind_height_setting()
    units: dict[str, str] = units_setting()
    learn: bool = setting(
        True, help="Learn bias and weights from the reference, never from the requested days", advanced=True
    )
    interval: float = setting(
        90.0,
        help="Share of days that the interval is to hold",
        unit="%",
        minimum=50,
        maximum=99,
        advanced=True,
    )
    parallel: int = setting(4, help="Downloads at a time", minimum=1, maximum=16, advanced=True)
    patience: float = setting(
        30.0,
        help="Longest wait for a service to send something",
        unit="s",
        minimum=0.1,
        maximum=600,
        advanced=True,
    )
    services: dict[str, str] = setting(
        dict,
        help="Addresses of own instances by source, as openmeteo_archive: https://weather.example.org",
        advanced=True,
    )


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
    sites_file: str = setting(
        "", help="Table of sites in the inputs; eto_sites.csv if empty", advanced=True, in_form=_TABLES
    )
    weather_file: str = setting(
        "",
        help="Daily weather in the inputs; eto_weather.csv or .parquet if empty",
        advanced=True,
        in_form=_TABLES,
    )
    left_out: tuple[str, ...] = setting(
        (), help="Columns of the weather file that are not read", advanced=True
    )
    wind_height: float | None = wind_height_setting()
    units: dict[str, str] = units_setting()
    reference_file: str = setting(
        "",
        help="Trusted ETo in the inputs; eto_reference.csv or .parquet if empty",
        advanced=True,
        in_form=_TABLES,
    )


def check(config: EvapotranspirationConfig) -> Iterator[SettingError]:
    """Give a problem for each value that its type and bounds allow, but not the rest of the config."""
    days = []
    for name in ("start", "end"):
        try:
            days.append(day_of(config, name))
        except SettingError as error:
            yield error
    if len(days) == 2 and days[0] and days[1] and days[0] > days[1]:
        yield SettingError(f"start {days[0]} lies after end {days[1]}; exchange them.", "start", config.start)
    if config.time_step is TimeStep.HOURLY and config.equation not in HOURLY:
        yield SettingError(
            f"The equation '{config.equation}' is one of days; take another, or the time_step 'daily'.",
            "time_step",
            config.time_step,
        )
    try:
        zone_named(config.time_zone)
    except SettingError as error:
        yield error
    if config.grid:
        yield from _grid_problems(config.grid)
    if config.place and config.grid:
        yield SettingError("place and grid are both given; empty one of them.", "grid", config.grid)
    known = [*SourceId, "opentopodata"]
    for name, address in config.services.items():
        if name not in known:
            yield SettingError(
                f"services names {name!r}, expected one of {', '.join(known)}.", "services", config.services
            )
        elif not re.match(r"https?://[^/\s]", address):
            yield SettingError(
                f"The address of {name} is {address!r}, expected one like https://weather.example.org.",
                "services",
                address,
            )


def check_validation(config: ValidationConfig) -> Iterator[SettingError]:
    """Give a problem for each value that its type and bounds allow, but not the rest of the config."""
    if config.train_until:
        try:
            datetime.date.fromisoformat(config.train_until)
        except ValueError:
            yield SettingError(
                f"train_until is {config.train_until!r}, expected a date such as 2003-12-31.",
                "train_until",
                config.train_until,
            )


def day_of(config: EvapotranspirationConfig, name: str) -> datetime.date | None:
    """Give ``start`` or ``end`` as a date; None when it is empty.

    Raises
    ------
    SettingError
        When it is not a date.
    """
    text = getattr(config, name)
    if not text:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        reason = "; that year has no 29 February" if text.endswith("-02-29") else ""
        raise SettingError(
            f"{name} is {text!r}, expected a date such as 2024-02-29{reason}.", name, text
        ) from error


def zone_named(text: str) -> datetime.tzinfo | None:
    """Give the time zone that a setting names; None for an empty one.

    Raises
    ------
    SettingError
        When there is no such zone.
    """
    if not text:
        return None
    if found := re.fullmatch(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?", text.strip(), re.IGNORECASE):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        if minutes <= MAX_MINUTES_FROM_UTC:
            ahead = datetime.timedelta(minutes=-minutes if found[1] == "-" else minutes)
            return datetime.timezone(ahead)
    try:
        return zoneinfo.ZoneInfo(text.strip())
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingError(
            f"time_zone is {text!r}, expected a name such as Europe/Madrid or a distance from UTC such as +05:30.",
            "time_zone",
            text,
        ) from error


def _grid_problems(grid: tuple[float, ...]) -> Iterator[SettingError]:
    if len(grid) != 5:
        yield SettingError(
            f"grid has {len(grid)} numbers, expected 5: south, west, north, east, step.", "grid", grid
        )
        return
    south, west, north, east, step = grid
    if not (-90 <= south <= north <= 90 and -180 <= west <= east <= 180 and step > 0):
        yield SettingError(
            f"grid is south {south:g}, west {west:g}, north {north:g}, east {east:g}, step {step:g}; expected "
            "south up to north within -90 to 90, west up to east within -180 to 180, and a step above 0.",
            "grid",
            grid,
        )
