"""Stations of the US National Weather Service: what the nearest active one has observed in the last days."""

from __future__ import annotations

import datetime
import itertools
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.errors import InvalidData, SourceFailed
from workbench.evapotranspiration.inputs.places.place import Place
from workbench.evapotranspiration.inputs.services.answers import (
    Observed,
    ObservedFeature,
    ObservedFeatures,
    Quantity,
    Stations,
    answer_as,
    checked_day,
    in_unit,
)
from workbench.evapotranspiration.inputs.services.daily_weather import (
    Download,
    Spell,
    daily_extremes,
    daily_means,
    frame_of_days,
    gap_notes,
)
from workbench.evapotranspiration.inputs.services.nws import ACCEPT, PER_SECOND, find_grid
from workbench.evapotranspiration.model.catalogue import SOURCES, SourceId
from workbench.evapotranspiration.physics.atmosphere import WIND_TO_2_M_FROM_10_M
from workbench.online.client import OnlineClient
from workbench.online.service import HttpRequest, Watch

FACTS = SOURCES[SourceId.NWS_STATIONS]
LIST_GOOD_FOR = 7 * 86400.0
GOOD_FOR = 300.0
MAX_AGE_OF_ACTIVE = datetime.timedelta(minutes=30)
MAX_GAP_HOURS = 3.0


@dataclass(frozen=True, slots=True)
class Station:
    """A weather station.

    Parameters
    ----------
    id
        Such as ``KDEN``.
    name
        What a person reads.
    elevation
        Metres above the sea.
    zone
        Its local clock.
    """

    id: str
    name: str
    elevation: float | None
    zone: zoneinfo.ZoneInfo


@dataclass(frozen=True, slots=True)
class Observation:
    """One report of a station; None is missing.

    Parameters
    ----------
    time
        Moment, tz-aware.
    temperature, dewpoint
        [degC].
    wind
        [m/s], at 10 m.
    humidity
        [%].
    """

    time: datetime.datetime
    temperature: float | None
    dewpoint: float | None
    wind: float | None
    humidity: float | None


def fetch_nws_stations(
    client: OnlineClient, place: Place, first: datetime.date, last: datetime.date, watch: Watch
) -> Download:
    """Ask for the whole days from ``first`` to ``last`` that the nearest active station has observed.

    Raises
    ------
    SourceFailed
        When no station near the place is active, or there is no usable answer.
    """
    grid = find_grid(client, place, SourceId.NWS_STATIONS, watch)
    path = f"/gridpoints/{grid.gridId}/{grid.gridX},{grid.gridY}/stations"
    stations = client.get(
        HttpRequest(FACTS, path, {"limit": "5"}, LIST_GOOD_FOR, accept=ACCEPT), read_stations, watch
    )
    now = datetime.datetime.now(datetime.UTC)
    silent: list[str] = []
    for station in stations:
        latest = client.get(
            HttpRequest(FACTS, f"/stations/{station.id}/observations/latest", {}, GOOD_FOR, accept=ACCEPT),
            lambda body: read_observations(body)[0],
            watch,
        )
        if latest.temperature is not None and now - latest.time <= MAX_AGE_OF_ACTIVE:
            return _observed(client, station, first, last, tuple(silent), watch)
        silent.append(f"{station.id} (last {latest.time:%Y-%m-%d %H:%M} UTC)")
    raise SourceFailed(
        f"{FACTS.title}: no station near {place} has reported a temperature in the last 30 minutes; tried "
        f"{', '.join(silent) or 'none'}.",
        FACTS.id,
    )


def read_stations(body: bytes) -> list[Station]:
    """Read a list of stations.

    Raises
    ------
    InvalidData
        When it is not an answer of this service.
    """
    found = []
    for feature in answer_as(body, Stations).features:
        facts = feature.properties
        height = None if facts.elevation is None else facts.elevation.value
        found.append(Station(facts.stationIdentifier, facts.name, height, facts.timeZone))
    return found


def read_observations(body: bytes) -> list[Observation]:
    """Read one observation, or a list of them, the newest first.

    Raises
    ------
    InvalidData
        When it is not an answer of this service, or in other units.
    """
    if "features" in answer_as(body, dict[str, Any]):
        features = answer_as(body, ObservedFeatures).features
    else:
        features = (answer_as(body, ObservedFeature),)
    found = [_observation(feature.properties) for feature in features]
    if not found:
        raise InvalidData("it holds no observation")
    return sorted(found, key=lambda item: item.time, reverse=True)


def days_of(
    observations: Sequence[Observation], zone: datetime.tzinfo
) -> dict[str, dict[datetime.date, float]]:
    """Make local days of observations, by column; a day counts when no gap in it is longer than three hours."""

    def spells(name: str) -> list[Spell]:
        known = sorted(
            (item.time, value) for item in observations if (value := getattr(item, name)) is not None
        )
        return [
            Spell(time, hours, value)
            for (time, value), (later, _) in itertools.pairwise(known)
            if 0 < (hours := (later - time).total_seconds() / 3600) <= MAX_GAP_HOURS
        ]

    extremes = daily_extremes(spells("temperature"), zone)
    wind = daily_means(spells("wind"), zone)
    return {
        "tmax": {day: pair[1] for day, pair in extremes.items()},
        "tmin": {day: pair[0] for day, pair in extremes.items()},
        "tmean": daily_means(spells("temperature"), zone),
        "tdew": daily_means(spells("dewpoint"), zone),
        "rh": daily_means(spells("humidity"), zone),
        "u2": {day: speed * WIND_TO_2_M_FROM_10_M for day, speed in wind.items()},
    }


def _observed(
    client: OnlineClient,
    station: Station,
    first: datetime.date,
    last: datetime.date,
    silent: tuple[str, ...],
    watch: Watch,
) -> Download:
    request = HttpRequest(
        FACTS, f"/stations/{station.id}/observations", {"limit": "500"}, GOOD_FOR, accept=ACCEPT
    )
    observations = client.get(request, read_observations, watch)
    frame = frame_of_days(days_of(observations, station.zone), first, last)
    notes = [f"{FACTS.title}: observed at {station.name} ({station.id})."]
    if silent:
        notes.append(f"{FACTS.title}: nearer stations are silent: {', '.join(silent)}.")
    return Download(FACTS.id, frame, (*notes, *gap_notes(frame, FACTS, first, last)), station.elevation)


def _observation(facts: Observed) -> Observation:
    checked_day(facts.timestamp.date())
    return Observation(
        facts.timestamp,
        _number(facts.temperature, {"degC": 1.0}, "temperature"),
        _number(facts.dewpoint, {"degC": 1.0}, "dewpoint"),
        _number(facts.windSpeed, PER_SECOND, "windSpeed"),
        _number(facts.relativeHumidity, {"percent": 1.0}, "relativeHumidity"),
    )


def _number(item: Quantity | None, factors: Mapping[str, float], name: str) -> float | None:
    if item is None or item.value is None:
        return None
    return item.value * in_unit(item.unitCode, factors, name)
