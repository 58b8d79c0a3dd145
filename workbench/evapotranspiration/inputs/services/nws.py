"""US National Weather Service: the gridded forecast of the coming days, and what nearby stations have observed.

https://www.weather.gov/documentation/services-web-api ; both first ask which grid cell a point lies in. Values of
the grid hold for intervals of several hours, which are spread over their hours. Radiation comes from the sky
cover through Angstrom's formula (FAO-56, equation 35) with the share of the sky that is clear as relative sunshine.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping

from workbench.errors import InvalidData, SourceFailed
from workbench.evapotranspiration.inputs.places.place import Place
from workbench.evapotranspiration.inputs.services.answers import (
    LONGEST_DAYS,
    Grid,
    GridFeature,
    Layer,
    PointFeature,
    answer_as,
    checked_day,
    in_unit,
)
from workbench.evapotranspiration.inputs.services.daily_weather import (
    Download,
    Spell,
    daily_extremes,
    daily_means,
    daily_sums,
    frame_of_days,
    gap_notes,
)
from workbench.evapotranspiration.model.catalogue import SOURCES, SourceId
from workbench.evapotranspiration.physics.atmosphere import WIND_TO_2_M_FROM_10_M
from workbench.evapotranspiration.physics.radiation import (
    daylight_hours,
    extraterrestrial,
    solar_from_sunshine,
)
from workbench.online.client import OnlineClient
from workbench.online.service import HttpRequest, Watch

FORECAST = SOURCES[SourceId.NWS_FORECAST]
ACCEPT = "application/geo+json"
GOOD_FOR = 3600.0
GRID_GOOD_FOR = 30 * 86400.0
PER_SECOND = {"km_h-1": 1 / 3.6, "m_s-1": 1.0}
LAYERS = {
    "temperature": {"degC": 1.0},
    "dewpoint": {"degC": 1.0},
    "maxTemperature": {"degC": 1.0},
    "minTemperature": {"degC": 1.0},
    "relativeHumidity": {"percent": 1.0},
    "skyCover": {"percent": 1.0},
    "windSpeed": PER_SECOND,
    "quantitativePrecipitation": {"mm": 1.0},
}
_INTERVAL = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")


def fetch_nws_forecast(
    client: OnlineClient, place: Place, first: datetime.date, last: datetime.date, watch: Watch
) -> Download:
    """Ask for the gridded forecast from ``first`` to ``last``; days that it has only in part are left out.

    Raises
    ------
    SourceFailed
        When there is no usable answer, such as outside the United States.
    """
    grid = find_grid(client, place, SourceId.NWS_FORECAST, watch)
    path = f"/gridpoints/{grid.gridId}/{grid.gridX},{grid.gridY}"
    layers = client.get(HttpRequest(FORECAST, path, {}, GOOD_FOR, accept=ACCEPT), read_layers, watch)
    zone = grid.timeZone
    frame = frame_of_days(_daily(layers, zone, place.latitude), first, last)
    height = layers.get("elevation")
    return Download(
        FORECAST.id, frame, gap_notes(frame, FORECAST, first, last), height[0].value if height else None
    )


def find_grid(client: OnlineClient, place: Place, source: str, watch: Watch) -> Grid:
    """Ask which grid cell a place lies in.

    Raises
    ------
    SourceFailed
        When the service knows no cell there.
    """
    facts = SOURCES[SourceId(source)]
    path = f"/points/{place.latitude:.4f},{place.longitude:.4f}"

    try:
        return client.get(HttpRequest(facts, path, {}, GRID_GOOD_FOR, accept=ACCEPT), read_grid, watch)
    except SourceFailed as error:
        if error.status == 404:
            raise SourceFailed(
                f"{facts.title} has no grid at {place}; it serves the United States only.", facts.id, 404
            ) from error
        raise


def read_grid(body: bytes) -> Grid:
    """Read an answer as the grid cell of a point.

    Raises
    ------
    InvalidData
        When it is not an answer of this service.
    """
    return answer_as(body, PointFeature).properties


def read_layers(body: bytes) -> dict[str, list[Spell]]:
    """Read an answer as layers of spells: temperatures [degC], humidity and sky cover [%], wind [m/s], rain [mm].

    Raises
    ------
    InvalidData
        When it is not an answer of this service, or in other units.
    """
    answer = answer_as(body, GridFeature).properties
    layers = {name: _spells(getattr(answer, name), factors, name) for name, factors in LAYERS.items()}
    if answer.elevation is not None and answer.elevation.value is not None:
        now = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
        layers["elevation"] = [Spell(now, 1, answer.elevation.value)]
    return layers


def read_interval(text: str) -> tuple[datetime.datetime, float]:
    """Read ``2025-12-01T06:00:00+00:00/PT3H`` as its begin and its length [h].

    Raises
    ------
    InvalidData
        When it is no such interval.
    """
    begin, _, length = text.partition("/")
    found = _INTERVAL.fullmatch(length)
    try:
        days, hours, minutes = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
        start, span = datetime.datetime.fromisoformat(begin), 24 * days + hours + minutes / 60
        fits = start.tzinfo is not None and 0 < span <= 24 * LONGEST_DAYS
    except (ValueError, OverflowError):
        fits = False
    if not fits:
        raise InvalidData(f"{text[:60]!r} is not an interval such as 2025-12-01T06:00:00+00:00/PT3H")
    checked_day(start.date())
    return start, span


def _spells(layer: Layer, factors: Mapping[str, float], name: str) -> list[Spell]:
    if not layer.values:
        return []
    factor = in_unit(layer.uom, factors, name)
    return [
        Spell(*read_interval(item.validTime), item.value * factor)
        for item in layer.values
        if item.value is not None
    ]


def _daily(
    layers: Mapping[str, list[Spell]], zone: datetime.tzinfo, latitude: float
) -> dict[str, dict[datetime.date, float]]:
    hourly = daily_extremes(layers["temperature"], zone)
    highest = {day: pair[1] for day, pair in hourly.items()}
    lowest = {day: pair[0] for day, pair in hourly.items()}
    # Its own extremes are forecast as such, where the hours are merged and rounded.
    for name, into in (("maxTemperature", highest), ("minTemperature", lowest)):
        own = {_day_of_extreme(spell, zone): spell.value for spell in layers[name]}
        into.update({day: value for day, value in own.items() if day in hourly})
    sky = daily_means(layers["skyCover"], zone)
    wind = daily_means(layers["windSpeed"], zone)
    return {
        "tmax": highest,
        "tmin": lowest,
        "tmean": daily_means(layers["temperature"], zone),
        "tdew": daily_means(layers["dewpoint"], zone),
        "rh": daily_means(layers["relativeHumidity"], zone),
        "u2": {day: speed * WIND_TO_2_M_FROM_10_M for day, speed in wind.items()},
        "rs": {day: _radiation(day, latitude, cover) for day, cover in sky.items()},
        "precip": daily_sums(layers["quantitativePrecipitation"], zone),
    }


def _day_of_extreme(spell: Spell, zone: datetime.tzinfo) -> datetime.date:
    """Give the local day whose extreme this is: that in which its interval ends.

    A minimum is that of a night, from 19:00 to 09:00, and belongs to the morning; a maximum is that of one day.
    """
    end = spell.start + datetime.timedelta(hours=spell.hours)
    return (end.astimezone(zone) - datetime.timedelta(minutes=1)).date()


def _radiation(day: datetime.date, latitude: float, cover: float) -> float:
    number = day.timetuple().tm_yday
    daylight = daylight_hours(latitude, number)
    sunshine = daylight * (1 - cover / 100)
    return float(solar_from_sunshine(sunshine, daylight, extraterrestrial(latitude, number)))
