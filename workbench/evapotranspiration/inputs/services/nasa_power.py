"""NASA POWER, daily point service: satellite radiation and the MERRA-2 reanalysis, global, about 50 km.

https://power.larc.nasa.gov/docs/services/api/temporal/daily/ ; community AG gives radiation in MJ m-2 d-1; days are
local solar days; -999 stands for what is not (yet) there.
"""

from __future__ import annotations

import datetime

import pandas as pd

from workbench.errors import InvalidData
from workbench.evapotranspiration.inputs.places.place import Place
from workbench.evapotranspiration.inputs.services.answers import PointOfPower, answer_as, checked_day
from workbench.evapotranspiration.inputs.services.daily_weather import (
    Download,
    blocks,
    gap_notes,
    good_for,
    joined_days,
    weather_frame,
)
from workbench.evapotranspiration.model.catalogue import SOURCES, SourceId, today_at
from workbench.online.client import OnlineClient
from workbench.online.service import HttpRequest, Watch

FACTS = SOURCES[SourceId.NASA_POWER]
FILL = -999.0
PARAMETERS = {
    "T2M_MAX": "tmax",
    "T2M_MIN": "tmin",
    "T2M": "tmean",
    "RH2M": "rh",
    "WS2M": "u2",
    "ALLSKY_SFC_SW_DWN": "rs",
    "PRECTOTCORR": "precip",
}


def fetch_nasa_power(
    client: OnlineClient, place: Place, first: datetime.date, last: datetime.date, watch: Watch
) -> Download:
    """Ask NASA POWER for the days from ``first`` to ``last``.

    Raises
    ------
    SourceFailed
        When there is no usable answer.
    """
    parts, elevation = [], None
    for begin, end in blocks(first, last):
        parameters = {
            "parameters": ",".join(PARAMETERS),
            "community": "AG",
            "longitude": f"{place.longitude:.5f}",
            "latitude": f"{place.latitude:.5f}",
            "start": f"{begin:%Y%m%d}",
            "end": f"{end:%Y%m%d}",
            "format": "JSON",
        }
        keep = good_for(end, today_at(place.longitude))
        request = HttpRequest(FACTS, "/api/temporal/daily/point", parameters, keep)
        part, elevation = client.get(request, read_answer, watch)
        parts.append(part)
    frame = joined_days(parts, first, last)
    return Download(FACTS.id, frame, gap_notes(frame, FACTS, first, last), elevation)


def read_answer(body: bytes) -> tuple[pd.DataFrame, float | None]:
    """Read an answer as daily weather and the mean height of the grid cell [m].

    Raises
    ------
    InvalidData
        When it is not an answer of this service.
    """
    answer = answer_as(body, PointOfPower)
    values, fill = answer.properties.parameter, answer.header.fill_value
    missing = [name for name in PARAMETERS if name not in values]
    if missing:
        raise InvalidData(f"properties.parameter has no {', '.join(missing)}")
    days = sorted(set().union(*(values[parameter] for parameter in PARAMETERS)))
    columns = {
        name: [_value(values[parameter].get(day), fill) for day in days]
        for parameter, name in PARAMETERS.items()
    }
    coordinates = answer.geometry.coordinates
    return weather_frame(map(_day, days), columns), coordinates[2] if len(coordinates) > 2 else None


def _value(value: float | None, fill: float) -> float | None:
    return None if value is None or value in (fill, FILL) else value


def _day(text: str) -> datetime.date:
    try:
        return checked_day(datetime.datetime.strptime(text, "%Y%m%d").date())  # noqa: DTZ007
    except ValueError as error:
        raise InvalidData(
            f"properties.parameter has the day {text[:20]!r}, expected one as 20251231"
        ) from error
