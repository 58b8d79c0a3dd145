"""What is known of each online source: address, days it has, licence, credit, and how often it may be asked."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from workbench.errors import SettingError
from workbench.online.service import Service

FIRST_ARCHIVE_DAY = datetime.date(1990, 1, 1)
OPENMETEO_CREDIT = "Weather data by Open-Meteo.com (https://open-meteo.com), CC BY 4.0."
MET_CREDIT = "Weather data from MET Norway (https://api.met.no), CC BY 4.0 and NLOD."
NWS_CREDIT = "Weather data from the US National Weather Service (https://www.weather.gov), public domain."


class SourceId(StrEnum):
    """Online sources of daily weather."""

    NASA_POWER = "nasa_power"
    OPENMETEO_ARCHIVE = "openmeteo_archive"
    OPENMETEO_FORECAST = "openmeteo_forecast"
    MET_NORWAY = "met_norway"
    NWS_FORECAST = "nws_forecast"
    NWS_STATIONS = "nws_stations"


@dataclass(frozen=True, slots=True)
class SourceFacts(Service):
    """What is known of a source, beside what the online client has to know; own instances by ``services``.

    Parameters
    ----------
    oldest, newest
        First and last day it has, in days from today; ``oldest`` None is 1990-01-01.
    credit
        Sentence that its licence wants beside every result.
    covers
        Where it answers: ``""`` everywhere, or a name of
        :mod:`workbench.evapotranspiration.inputs.services.coverage`.
    wants_contact
        Whether its terms demand that a client names somebody who can be written to.
    """

    oldest: int | None
    newest: int
    credit: str
    covers: str = ""
    wants_contact: bool = False

    def window(self, today: datetime.date) -> tuple[datetime.date, datetime.date]:
        """Give the first and last day that the source has when it is ``today`` at the place."""
        first = FIRST_ARCHIVE_DAY if self.oldest is None else today + datetime.timedelta(self.oldest)
        return first, today + datetime.timedelta(self.newest)


SOURCES: Mapping[str, SourceFacts] = {
    facts.id: facts
    for facts in (
        SourceFacts(
            SourceId.NASA_POWER,
            "NASA POWER",
            "https://power.larc.nasa.gov",
            None,
            -2,
            "The data was obtained from the National Aeronautics and Space Administration (NASA) Langley Research "
            "Center (LaRC) Prediction of Worldwide Energy Resource (POWER) Project funded through the NASA Earth "
            "Science/Applied Science Program.",
            per_day=1000,
        ),
        SourceFacts(
            SourceId.OPENMETEO_ARCHIVE,
            "Open-Meteo archive",
            "https://archive-api.open-meteo.com",
            None,
            -2,
            OPENMETEO_CREDIT,
            tries=5,
            per_minute=600,
            per_day=10_000,
        ),
        SourceFacts(
            SourceId.OPENMETEO_FORECAST,
            "Open-Meteo forecast",
            "https://api.open-meteo.com",
            -29,
            15,
            OPENMETEO_CREDIT,
            tries=5,
            per_minute=600,
            per_day=10_000,
        ),
        SourceFacts(
            SourceId.MET_NORWAY,
            "MET Norway",
            "https://api.met.no",
            0,
            9,
            MET_CREDIT,
            per_minute=1200,
            wants_contact=True,
            patient=False,  # its terms ask not to be tried again when it throttles
        ),
        SourceFacts(
            SourceId.NWS_FORECAST,
            "NWS forecast",
            "https://api.weather.gov",
            0,
            6,
            NWS_CREDIT,
            per_minute=300,
            covers="united states",
            wants_contact=True,
        ),
        SourceFacts(
            SourceId.NWS_STATIONS,
            "NWS stations",
            "https://api.weather.gov",
            -2,
            0,
            NWS_CREDIT,
            per_minute=300,
            covers="united states",
            wants_contact=True,
        ),
    )
}
ELEVATION = SourceFacts(
    "opentopodata",
    "OpenTopoData",
    "https://api.opentopodata.org",
    None,
    0,
    "Elevation: NASA SRTM and ASTER GDEM through OpenTopoData (https://www.opentopodata.org), public domain.",
    per_minute=60,
    per_day=1000,
)


_SHORT_NAMES = {
    "power": SourceId.NASA_POWER,
    "nasa": SourceId.NASA_POWER,
    "openmeteo": SourceId.OPENMETEO_ARCHIVE,
    "era5openmeteo": SourceId.OPENMETEO_ARCHIVE,
    "metno": SourceId.MET_NORWAY,
    "yr": SourceId.MET_NORWAY,
    "nws": SourceId.NWS_FORECAST,
}


def plain_name(source: str) -> str:
    """Give the name of a source in small letters, without spaces and signs."""
    return re.sub(r"[\W_]+", "", source.casefold())


def source_named(text: str) -> str:
    """Give the online source that a name in a file stands for, as ``open_meteo_archive``; else the name itself."""
    by_name = {item.replace("_", ""): item for item in SourceId} | _SHORT_NAMES
    return str(by_name.get(plain_name(text), text))


def facts_of(source: str) -> SourceFacts:
    """Look an online source up.

    Raises
    ------
    SettingError
        When there is none of that id.
    """
    if source not in SOURCES:
        raise SettingError(
            f"There is no source {source!r}; known are {', '.join(SOURCES)}.", "sources", source
        )
    return SOURCES[source]


def title_of(source: str) -> str:
    """What a person reads for a source; of a source from a file its own name."""
    return SOURCES[source].title if source in SOURCES else source.replace("_", " ")


def today_at(longitude: float, now: datetime.datetime | None = None) -> datetime.date:
    """Give the date it is at a longitude by the sun: the services count local days, not those of this computer.

    Parameters
    ----------
    longitude
        Degrees east.
    now
        tz-aware moment; the present when left out.
    """
    moment = now or datetime.datetime.now(datetime.UTC)
    offset = datetime.timedelta(hours=round(longitude / 15))
    return (moment.astimezone(datetime.UTC) + offset).date()
