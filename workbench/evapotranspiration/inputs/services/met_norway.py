"""MET Norway, locationforecast 2.0: the coming days, global; made by a regional model in the Nordic countries.

https://api.met.no/weatherapi/locationforecast/2.0/documentation ; steps are hourly at first, then six-hourly. There
is no radiation. Wind and precipitation are taken in the Nordic countries only, where they come from a model of
2.5 km; elsewhere temperature and humidity.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable
from typing import Any

from workbench.errors import InvalidData
from workbench.evapotranspiration.inputs.places.place import Place
from workbench.evapotranspiration.inputs.services.answers import (
    Details,
    Forecast,
    StepData,
    answer_as,
    checked_day,
)
from workbench.evapotranspiration.inputs.services.coverage import Region, covers
from workbench.evapotranspiration.inputs.services.daily_weather import (
    Download,
    Spell,
    daily_extremes,
    daily_means,
    daily_sums,
    frame_of_days,
    gap_notes,
    solar_zone,
)
from workbench.evapotranspiration.model.catalogue import SOURCES, SourceId
from workbench.evapotranspiration.physics.atmosphere import WIND_TO_2_M_FROM_10_M
from workbench.online.client import OnlineClient
from workbench.online.service import HttpRequest, Watch

FACTS = SOURCES[SourceId.MET_NORWAY]
GOOD_FOR = 1800.0
MAX_STEP_HOURS = 6.0


def fetch_met_norway(
    client: OnlineClient, place: Place, first: datetime.date, last: datetime.date, watch: Watch
) -> Download:
    """Ask MET Norway for the days from ``first`` to ``last``; days that it has only in part are left out.

    Raises
    ------
    SourceFailed
        When there is no usable answer.
    """
    # Its terms ask for four decimals at most, so that neighbours share an answer.
    parameters = {"lat": f"{place.latitude:.4f}", "lon": f"{place.longitude:.4f}"}
    if place.elevation is not None:
        parameters["altitude"] = f"{place.elevation:.0f}"
    request = HttpRequest(FACTS, "/weatherapi/locationforecast/2.0/complete", parameters, GOOD_FOR)
    steps = client.get(request, read_steps, watch)
    nordic = covers(Region.NORDIC, place.latitude, place.longitude)
    frame = frame_of_days(_daily(steps, solar_zone(place.longitude), nordic), first, last)
    notes = gap_notes(frame, FACTS, first, last)
    if not nordic:
        notes += (
            f"{FACTS.title}: outside the Nordic countries only its temperature and humidity are taken.",
        )
    return Download(FACTS.id, frame, notes)


def read_steps(body: bytes) -> list[dict[str, Any]]:
    """Read an answer as its steps, each with ``start``, ``hours`` and the values of :func:`_step`.

    Raises
    ------
    InvalidData
        When it is not an answer of this service.
    """
    series = answer_as(body, Forecast).properties.timeseries
    if len(series) < 2:
        raise InvalidData(f"it has {len(series)} steps")
    found = []
    for number, (step, after) in enumerate(itertools.pairwise(series), 1):
        checked_day(step.time.date())
        hours = (after.time - step.time).total_seconds() / 3600
        if hours <= 0:
            raise InvalidData(f"properties.timeseries[{number + 1}].time does not follow the one before it")
        found.append(_step(step.data, step.time, min(hours, MAX_STEP_HOURS)))
    return found


def _step(data: StepData, start: datetime.datetime, hours: float) -> dict[str, Any]:
    instant = data.instant.details
    ahead = (data.next_1_hours if hours <= 1 else data.next_6_hours).details
    extremes = data.next_6_hours.details if hours > 1 else Details()
    highest, lowest = extremes.air_temperature_max, extremes.air_temperature_min
    return {
        "start": start,
        "hours": hours,
        "temperature": instant.air_temperature,
        "humidity": instant.relative_humidity,
        "wind": instant.wind_speed,
        "precipitation": ahead.precipitation_amount,
        "highest": instant.air_temperature if highest is None else highest,
        "lowest": instant.air_temperature if lowest is None else lowest,
    }


def _daily(
    steps: list[dict[str, Any]], zone: datetime.tzinfo, nordic: bool
) -> dict[str, dict[datetime.date, float]]:
    def spells(name: str) -> list[Spell]:
        return [
            Spell(step["start"], step["hours"], float(step[name])) for step in steps if step[name] is not None
        ]

    def extreme(name: str, of: Callable[[tuple[float, float]], float]) -> dict[datetime.date, float]:
        return {day: of(pair) for day, pair in daily_extremes(spells(name), zone).items()}

    columns = {
        "tmax": extreme("highest", max),
        "tmin": extreme("lowest", min),
        "tmean": daily_means(spells("temperature"), zone),
        "rh": daily_means(spells("humidity"), zone),
    }
    if nordic:
        wind = daily_means(spells("wind"), zone)
        columns["u2"] = {day: speed * WIND_TO_2_M_FROM_10_M for day, speed in wind.items()}
        columns["precip"] = daily_sums(spells("precipitation"), zone)
    return columns
