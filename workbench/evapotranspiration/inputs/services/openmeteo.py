"""Open-Meteo, archive and forecast: reanalyses and weather models, global, 9 to 25 km.

https://open-meteo.com/en/docs/historical-weather-api and https://open-meteo.com/en/docs ; days are those of the
local clock (``timezone=auto``). Its own FAO-56 ETo, summed from hours, comes along as ``eto``.
"""

from __future__ import annotations

import datetime

import pandas as pd

from workbench.evapotranspiration.inputs.places.place import Place
from workbench.evapotranspiration.inputs.services.answers import OpenMeteo, answer_as, in_unit
from workbench.evapotranspiration.inputs.services.daily_weather import (
    Download,
    blocks,
    gap_notes,
    good_for,
    joined_days,
    weather_frame,
)
from workbench.evapotranspiration.model.catalogue import SOURCES, SourceFacts, SourceId, today_at
from workbench.evapotranspiration.physics.atmosphere import WIND_TO_2_M_FROM_10_M
from workbench.online.client import OnlineClient
from workbench.online.service import HttpRequest, Watch

ARCHIVE = SOURCES[SourceId.OPENMETEO_ARCHIVE]
FORECAST = SOURCES[SourceId.OPENMETEO_FORECAST]
VARIABLES = {
    "temperature_2m_mean": "tmean",
    "temperature_2m_max": "tmax",
    "temperature_2m_min": "tmin",
    "precipitation_sum": "precip",
    "et0_fao_evapotranspiration": "eto",
    "shortwave_radiation_sum": "rs",
    "relative_humidity_2m_mean": "rh",
    "relative_humidity_2m_max": "rh_max",
    "relative_humidity_2m_min": "rh_min",
    "wind_speed_10m_mean": "u2",
}
EXPECTED_UNITS = {
    "wind_speed_10m_mean": "m/s",
    "temperature_2m_max": "°C",
    "shortwave_radiation_sum": "MJ/m²",
}
FORECAST_GOOD_FOR = 3600.0


def fetch_openmeteo_archive(
    client: OnlineClient, place: Place, first: datetime.date, last: datetime.date, watch: Watch
) -> Download:
    """Ask the archive for the days from ``first`` to ``last``, in pieces of five years.

    Raises
    ------
    SourceFailed
        When there is no usable answer.
    """
    answers = []
    for begin, end in blocks(first, last):
        dates = {"start_date": begin.isoformat(), "end_date": end.isoformat()}
        request = HttpRequest(
            ARCHIVE,
            "/v1/archive",
            _parameters(place) | dates,
            good_for(end, today_at(place.longitude)),
            cost_of_days((end - begin).days + 1),
        )
        answers.append(client.get(request, read_answer, watch))
    return _download(ARCHIVE, answers, first, last)


def fetch_openmeteo_forecast(
    client: OnlineClient, place: Place, first: datetime.date, last: datetime.date, watch: Watch
) -> Download:
    """Ask the forecast for the days from ``first`` to ``last``, around today.

    Raises
    ------
    SourceFailed
        When there is no usable answer.
    """
    today = today_at(place.longitude)
    # One day more on both sides: the local clock may be ahead of the sun.
    past, future = min(29, (today - first).days + 1), min(16, (last - today).days + 2)
    span = {name: str(days) for name, days in (("past_days", past), ("forecast_days", future)) if days > 0}
    request = HttpRequest(
        FORECAST,
        "/v1/forecast",
        _parameters(place) | span,
        FORECAST_GOOD_FOR,
        cost_of_days(past + future),
    )
    return _download(FORECAST, [client.get(request, read_answer, watch)], first, last)


def read_answer(body: bytes) -> tuple[pd.DataFrame, float | None]:
    """Read an answer of either service as daily weather and the height of the ground [m].

    Raises
    ------
    InvalidData
        When it is not an answer of these services, or in other units.
    """
    answer = answer_as(body, OpenMeteo)
    for name, unit in EXPECTED_UNITS.items():
        in_unit(answer.daily_units.get(name, ""), {unit: 1.0}, name)
    columns = {ours: answer.values(name) for name, ours in VARIABLES.items() if name in answer.daily}
    columns["u2"] = tuple(
        None if speed is None else speed * WIND_TO_2_M_FROM_10_M
        for speed in answer.values("wind_speed_10m_mean")
    )
    return weather_frame(answer.days, columns), answer.elevation


def cost_of_days(days: int) -> float:
    """As how many requests Open-Meteo counts one for a period of ten variables: one for each two weeks or part."""
    return max(1.0, days / 14)


def _parameters(place: Place) -> dict[str, str]:
    return {
        "latitude": f"{place.latitude:.5f}",
        "longitude": f"{place.longitude:.5f}",
        "daily": ",".join(VARIABLES),
        "models": "best_match",
        "timezone": "auto",
        "wind_speed_unit": "ms",
    }


def _download(
    facts: SourceFacts,
    answers: list[tuple[pd.DataFrame, float | None]],
    first: datetime.date,
    last: datetime.date,
) -> Download:
    frame = joined_days([part for part, _ in answers], first, last)
    return Download(facts.id, frame, gap_notes(frame, facts, first, last), answers[-1][1])
