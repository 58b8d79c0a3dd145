"""NASA POWER, daily point service: satellite radiation and the MERRA-2 reanalysis, global, about 50 km.

https://power.larc.nasa.gov/docs/services/api/temporal/daily/ ; community AG gives radiation in MJ m-2 d-1; days are
local solar days; -999 stands for what is not (yet) there.
"""

from __future__ import annotations

import datetime
import json
from typing import Any

import pandas as pd

from workbench.evapotranspiration.inputs.places.place import Place
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
    ValueError, KeyError, TypeError
        When it is no answer of this service.
    """
    answer: Any = json.loads(body)
    values = answer["properties"]["parameter"]
    fill = float(answer.get("header", {}).get("fill_value", FILL))
    days = sorted(values["T2M_MAX"])
    columns = {
        name: [_value(values[parameter].get(day), fill) for day in days]
        for parameter, name in PARAMETERS.items()
    }
    coordinates = answer["geometry"]["coordinates"]
    elevation = float(coordinates[2]) if len(coordinates) > 2 else None
    frame = weather_frame([datetime.datetime.strptime(day, "%Y%m%d").date() for day in days], columns)  # noqa: DTZ007
    return frame, elevation


def _value(value: float | None, fill: float) -> float | None:
    return None if value is None or value in (fill, FILL) else float(value)
