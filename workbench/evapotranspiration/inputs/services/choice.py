"""Which sources are asked, and for which days, of a place: by hand, or by place and date."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.errors import SettingError
from workbench.evapotranspiration.inputs.places.place import Place
from workbench.evapotranspiration.inputs.services.coverage import Region, covers
from workbench.evapotranspiration.inputs.services.daily_weather import Fetch
from workbench.evapotranspiration.inputs.services.met_norway import fetch_met_norway
from workbench.evapotranspiration.inputs.services.nasa_power import fetch_nasa_power
from workbench.evapotranspiration.inputs.services.nws import fetch_nws_forecast
from workbench.evapotranspiration.inputs.services.nws_stations import fetch_nws_stations
from workbench.evapotranspiration.inputs.services.openmeteo import (
    fetch_openmeteo_archive,
    fetch_openmeteo_forecast,
)
from workbench.evapotranspiration.model.catalogue import SOURCES, SourceFacts, SourceId, facts_of

FETCHES: Mapping[str, Fetch] = {
    SourceId.NASA_POWER: fetch_nasa_power,
    SourceId.OPENMETEO_ARCHIVE: fetch_openmeteo_archive,
    SourceId.OPENMETEO_FORECAST: fetch_openmeteo_forecast,
    SourceId.MET_NORWAY: fetch_met_norway,
    SourceId.NWS_FORECAST: fetch_nws_forecast,
    SourceId.NWS_STATIONS: fetch_nws_stations,
}


@dataclass(frozen=True, slots=True)
class Ask:
    """One source and the days it is requested for.

    Parameters
    ----------
    source
        Id of the source.
    first, last
        Days, both included.
    """

    source: str
    first: datetime.date
    last: datetime.date


@dataclass(frozen=True, slots=True)
class Choice:
    """What is requested for a place.

    Parameters
    ----------
    asks
        Sources and their days.
    notes
        Which sources or days were left out, and why.
    """

    asks: tuple[Ask, ...]
    notes: tuple[str, ...]


def choose(
    place: Place,
    first: datetime.date,
    last: datetime.date,
    today: datetime.date,
    wanted: Sequence[str] = (),
) -> Choice:
    """Choose sources for a place and a period.

    Parameters
    ----------
    place
        Where.
    first, last
        Days, both included.
    today
        Local date of the place.
    wanted
        Ids of the sources to ask; by place and date if empty: both archives for days they have, then the forecasts,
        and the national services where they answer.

    Raises
    ------
    SettingError
        When no source has any day of the period, or a source that was named has none.
    """
    if first > last:
        raise SettingError(
            f"The period begins on {first}, after its end on {last}; exchange them.", "start", first
        )
    if wanted:
        return _by_hand(place, first, last, today, wanted)
    asks, notes = [], []
    for source in _for_place(place):
        ask = _within(SOURCES[source], first, last, today)
        if ask is not None and source == SourceId.OPENMETEO_FORECAST:
            # The same provider's archive is better for the days that it has.
            begin = max(
                ask.first, SOURCES[SourceId.OPENMETEO_ARCHIVE].window(today)[1] + datetime.timedelta(1)
            )
            ask = Ask(source, begin, ask.last) if begin <= ask.last else None
        if ask is not None:
            asks.append(ask)
    if not asks:
        raise SettingError(_nothing(first, last, today), "start", first)
    reached = max(ask.last for ask in asks)
    earliest = min(ask.first for ask in asks)
    if reached < last:
        notes.append(
            f"No source has days after {reached} yet; {reached + datetime.timedelta(1)} to {last} are left out."
        )
    if earliest > first:
        notes.append(
            f"No source has days before {earliest}; {first} to {earliest - datetime.timedelta(1)} are left out."
        )
    return Choice(tuple(asks), tuple(notes))


def _for_place(place: Place) -> tuple[SourceId, ...]:
    usual = (SourceId.NASA_POWER, SourceId.OPENMETEO_ARCHIVE, SourceId.OPENMETEO_FORECAST)
    if covers(Region.UNITED_STATES, place.latitude, place.longitude):
        return (*usual, SourceId.NWS_FORECAST)
    if covers(Region.NORDIC, place.latitude, place.longitude):
        return (*usual, SourceId.MET_NORWAY)
    return usual


def _by_hand(
    place: Place, first: datetime.date, last: datetime.date, today: datetime.date, wanted: Sequence[str]
) -> Choice:
    asks, notes = [], []
    for source in dict.fromkeys(wanted):
        facts = facts_of(source)
        begin, end = facts.window(today)
        ask = _within(facts, first, last, today)
        if facts.covers and not covers(Region(facts.covers), place.latitude, place.longitude):
            raise SettingError(
                f"{facts.title} serves the {facts.covers.title()} only, and {place} lies outside; leave it out.",
                "sources",
                source,
            )
        if ask is None:
            kind = "lies in the future of this archive" if first > end else "lies outside what it has"
            raise SettingError(
                f"{facts.title} has {begin} to {end} (today is {today} there), and the period {first} to {last} "
                f"{kind}; change the period, or choose another source.",
                "sources",
                source,
            )
        if (ask.first, ask.last) != (first, last):
            notes.append(
                f"{facts.title} has {begin} to {end}: it is requested for {ask.first} to {ask.last} only."
            )
        asks.append(ask)
    return Choice(tuple(asks), tuple(notes))


def _within(
    facts: SourceFacts, first: datetime.date, last: datetime.date, today: datetime.date
) -> Ask | None:
    begin, end = facts.window(today)
    begin, end = max(begin, first), min(end, last)
    return Ask(facts.id, begin, end) if begin <= end else None


def _nothing(first: datetime.date, last: datetime.date, today: datetime.date) -> str:
    begin = min(facts.window(today)[0] for facts in SOURCES.values())
    end = max(facts.window(today)[1] for facts in SOURCES.values())
    return (
        f"No source has any day of {first} to {last}: they have {begin} to {end} (today is {today} there); change "
        "the period."
    )
