"""What weather services answer, as checked types: only what is used is declared, under its own names.

Keys that are not declared are passed over: a service may add some at any time.
"""

# ruff: noqa: N815 - the names are those of the services

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Meta

from workbench.errors import InvalidData
from workbench.structured import json_from, typed
from workbench.structured.plain import shown

__all__ = [
    "LONGEST_DAYS",
    "Details",
    "Elevations",
    "Forecast",
    "Grid",
    "GridFeature",
    "Layer",
    "Observed",
    "ObservedFeature",
    "ObservedFeatures",
    "OpenMeteo",
    "PointFeature",
    "PointOfPower",
    "Quantity",
    "StationFacts",
    "StationFeature",
    "Stations",
    "StepData",
    "answer_as",
    "checked_day",
    "in_unit",
]

T = TypeVar("T")
Values = tuple[float | None, ...]
Moment = Annotated[datetime.datetime, Meta(tz=True)]
LONGEST_DAYS = 31
FIRST_YEAR, LAST_YEAR = 1900, 2200


def answer_as(body: bytes, kind: type[T]) -> T:
    """Read an answer as what is declared here.

    Raises
    ------
    InvalidData
        When it is something else; names each place.
    """
    return typed(json_from(body, "answer", advice=""), kind, "answer", advice="", others=True)


@dataclass(frozen=True, slots=True)
class OpenMeteo:
    """Days of Open-Meteo: values by variable, as long as ``daily["time"]``."""

    daily: dict[str, Any]
    daily_units: dict[str, str]
    elevation: float | None = None

    @property
    def days(self) -> tuple[datetime.date, ...]:
        """The days."""
        days = typed(
            self.daily.get("time"), tuple[datetime.date, ...], "answer", advice="", inside="daily.time"
        )
        for day in days:
            checked_day(day)
        return days

    def values(self, name: str) -> Values:
        """Values of a variable, one for each day."""
        inside = f"daily.{name}"
        found = typed(self.daily.get(name), Values, "answer", advice="", inside=inside)
        if len(found) != len(self.days):
            raise InvalidData(f"{inside} has {len(found)} values for {len(self.days)} days")
        return found


@dataclass(frozen=True, slots=True)
class PowerValues:
    """Parameters of NASA POWER: day as ``YYYYMMDD`` -> value."""

    parameter: dict[str, dict[str, float | None]]


@dataclass(frozen=True, slots=True)
class PowerHeader:
    """What stands for a value that is not there."""

    fill_value: float = -999.0


@dataclass(frozen=True, slots=True)
class Point:
    """Longitude, latitude, and height [m]."""

    coordinates: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PointOfPower:
    """Days of NASA POWER at a point."""

    properties: PowerValues
    geometry: Point
    header: PowerHeader = field(default_factory=PowerHeader)


@dataclass(frozen=True, slots=True)
class Details:
    """Values of MET Norway at a moment, or over the hours that follow it."""

    air_temperature: float | None = None
    relative_humidity: float | None = None
    wind_speed: float | None = None
    precipitation_amount: float | None = None
    air_temperature_max: float | None = None
    air_temperature_min: float | None = None


@dataclass(frozen=True, slots=True)
class Ahead:
    """A moment, or the hours that follow it."""

    details: Details = field(default_factory=Details)


@dataclass(frozen=True, slots=True)
class StepData:
    """What MET Norway tells at a step."""

    instant: Ahead
    next_1_hours: Ahead = field(default_factory=Ahead)
    next_6_hours: Ahead = field(default_factory=Ahead)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of MET Norway."""

    time: Moment
    data: StepData


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of MET Norway."""

    timeseries: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """A forecast of MET Norway."""

    properties: Steps


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value of the National Weather Service with its unit, such as ``"wmoUnit:degC"``."""

    value: float | None = None
    unitCode: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """The grid cell in which a point lies."""

    gridId: Annotated[str, Meta(pattern="^[A-Z]{3}$")]
    gridX: int
    gridY: int
    timeZone: ZoneInfo


@dataclass(frozen=True, slots=True)
class PointFeature:
    """A point of the National Weather Service."""

    properties: Grid


@dataclass(frozen=True, slots=True)
class LayerValue:
    """A value over an interval such as ``2025-12-01T06:00:00+00:00/PT3H``."""

    validTime: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Layer:
    """One quantity of the grid over time."""

    values: tuple[LayerValue, ...]
    uom: str = ""


@dataclass(frozen=True, slots=True)
class Layers:
    """The quantities of a grid cell."""

    temperature: Layer
    dewpoint: Layer
    maxTemperature: Layer
    minTemperature: Layer
    relativeHumidity: Layer
    skyCover: Layer
    windSpeed: Layer
    quantitativePrecipitation: Layer
    elevation: Quantity | None = None


@dataclass(frozen=True, slots=True)
class GridFeature:
    """A grid cell of the National Weather Service."""

    properties: Layers


@dataclass(frozen=True, slots=True)
class StationFacts:
    """A station; its identifier becomes a part of an address."""

    stationIdentifier: Annotated[str, Meta(pattern="^[A-Za-z0-9]+$")]
    name: str
    timeZone: ZoneInfo
    elevation: Quantity | None = None


@dataclass(frozen=True, slots=True)
class StationFeature:
    """One station."""

    properties: StationFacts


@dataclass(frozen=True, slots=True)
class Stations:
    """Several stations."""

    features: tuple[StationFeature, ...]


@dataclass(frozen=True, slots=True)
class Observed:
    """What a station has observed at a moment."""

    timestamp: Moment
    temperature: Quantity | None = None
    dewpoint: Quantity | None = None
    windSpeed: Quantity | None = None
    relativeHumidity: Quantity | None = None


@dataclass(frozen=True, slots=True)
class ObservedFeature:
    """One observation."""

    properties: Observed


@dataclass(frozen=True, slots=True)
class ObservedFeatures:
    """Several observations."""

    features: tuple[ObservedFeature, ...]


@dataclass(frozen=True, slots=True)
class Height:
    """Height of the ground [m]; None where it is not known."""

    elevation: float | None


@dataclass(frozen=True, slots=True)
class Elevations:
    """Heights of places, in the order in which they were requested."""

    status: str
    results: tuple[Height, ...] = ()


def in_unit(unit: str, factors: Mapping[str, float], what: str) -> float:
    """Give the factor of a unit such as ``"wmoUnit:degC"``.

    Raises
    ------
    InvalidData
        When it is another than those that are known.
    """
    name = unit.rpartition(":")[2]
    if name not in factors:
        raise InvalidData(f"{what} is in {shown(name)}, expected {' or '.join(map(repr, factors))}")
    return factors[name]


def checked_day(day: datetime.date) -> datetime.date:
    """Give a day back that weather can be of.

    Raises
    ------
    InvalidData
        When it is of another age.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidData(f"the day {day} lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return day
