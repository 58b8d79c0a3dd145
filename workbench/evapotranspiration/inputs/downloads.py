"""The downloads of a run: what is requested for each place, side by side, each failure alone."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from workbench.errors import SettingError, SourceFailed
from workbench.evapotranspiration.config import EvapotranspirationConfig, Online
from workbench.evapotranspiration.inputs.places.place import Place
from workbench.evapotranspiration.inputs.reading import EtoInput, period_of
from workbench.evapotranspiration.inputs.services.choice import FETCHES, Ask, Choice, choose
from workbench.evapotranspiration.inputs.services.daily_weather import Download
from workbench.evapotranspiration.inputs.services.elevation import fetch_elevations
from workbench.evapotranspiration.model.catalogue import ELEVATION, SOURCES, title_of, today_at
from workbench.online.client import OnlineClient
from workbench.online.service import Watch
from workbench.runs.jobs.job import Job, current_job

HEIGHT_UNKNOWN = "not known: 0 m is assumed"
DOWNLOAD_COLUMNS = ("site", "source", "first", "last", "days", "state", "message")


@dataclass(frozen=True, slots=True)
class SitePlan:
    """What is requested for a place.

    Parameters
    ----------
    place
        The place.
    first, last
        Days that are wanted, both included.
    asks
        Online sources and their days.
    notes
        What is left out, and why.
    """

    place: Place
    first: datetime.date
    last: datetime.date
    asks: tuple[Ask, ...]
    notes: tuple[str, ...]


@dataclass(slots=True)
class Gathered:
    """What the downloads have brought.

    Parameters
    ----------
    weather
        Site -> source -> daily weather.
    elevations
        Site -> source -> height of the ground that the source assumes [m].
    rows
        Of the table of downloads.
    notes
        What a person should know.
    failures
        Sources that gave nothing, with the place and the reason.
    """

    weather: dict[str, dict[str, pd.DataFrame]] = field(default_factory=dict)
    elevations: dict[str, dict[str, float]] = field(default_factory=dict)
    rows: list[tuple[object, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def table(self) -> pd.DataFrame:
        """The table of downloads."""
        table = pd.DataFrame(self.rows, columns=list(DOWNLOAD_COLUMNS))
        return table.sort_values(["site", "source"], ignore_index=True)

    def add(self, plan: SitePlan, ask: Ask, download: Download) -> None:
        """Take a download that has come."""
        site = plan.place.name
        self.weather.setdefault(site, {})[ask.source] = download.weather
        if download.elevation is not None:
            self.elevations.setdefault(site, {})[ask.source] = download.elevation
        self.notes.extend(f"{site}: {note}" for note in download.notes)
        words = " ".join(download.notes)
        self.rows.append((site, str(ask.source), *_days(ask), len(download.weather), "received", words))

    def add_failure(self, plan: SitePlan, ask: Ask, reason: str) -> None:
        """Take a download that has failed."""
        self.failures.append(f"{plan.place.name}: {reason}")
        self.rows.append((plan.place.name, str(ask.source), *_days(ask), 0, "failed", reason))

    def add_file(self, site: str, source: str, weather: pd.DataFrame) -> None:
        """Take weather of a file."""
        self.weather.setdefault(site, {})[source] = weather
        first, last = weather.index.min(), weather.index.max()
        self.rows.append((site, source, first, last, len(weather), "read from a file", ""))


class Downloader:
    """Makes single downloads of a run; its method is the function of the run's units.

    Parameters
    ----------
    client
        How services are asked.
    """

    def __init__(self, client: OnlineClient) -> None:
        self._client = client

    def __getstate__(self) -> dict[str, object]:
        # A download is recognised on resume by what was asked, whatever connection asked it.
        return {}

    def download(self, place: Place, ask: Ask) -> Download:
        """Ask one source for one place.

        Raises
        ------
        SourceFailed
            When there is no usable answer.
        """
        return FETCHES[ask.source](self._client, place, ask.first, ask.last, Watch.of(current_job()))


def plan_sites(
    data: EtoInput,
    config: EvapotranspirationConfig,
    now: datetime.datetime | None = None,
    *,
    contact: str = "",
) -> tuple[list[SitePlan], dict[str, str]]:
    """Decide what is requested for each place.

    Parameters
    ----------
    data
        Places and weather of files.
    config
        Period and sources.
    now
        tz-aware moment; the present when left out.
    contact
        Whom services may write to; those whose terms demand one are not asked without.

    Returns
    -------
    list of SitePlan
        One for each place that something can be requested.
    dict
        Places that nothing can be requested -> why.

    Raises
    ------
    SettingError
        When nothing can be requested for any place.
    """
    plans, refused = [], {}
    for place in data.places:
        frames = list(data.weather.get(place.name, {}).values())
        today = today_at(place.longitude, now)
        try:
            first, last = period_of(config, today, frames)
            if config.online is Online.NEVER and not frames:
                raise SettingError(
                    f"{place.name}: the weather file holds nothing of it, and online is 'never'; allow "
                    "online sources.",
                    "online",
                    config.online,
                )
            is_asked = config.online is Online.ALWAYS or bool(config.sources) or not frames
            if config.online is Online.NEVER or not is_asked:
                plans.append(SitePlan(place, first, last, (), ()))
                continue
            choice = _with_contact(choose(place, first, last, today, config.sources), config, contact)
        except SettingError as error:
            refused[place.name] = str(error)
            if len(refused) == len(data.places):
                raise
            continue
        plans.append(SitePlan(place, first, last, choice.asks, choice.notes))
    return plans, refused


def _with_contact(choice: Choice, config: EvapotranspirationConfig, contact: str) -> Choice:
    """Leave out services that want a contact where there is none; refuse them where they were named.

    Raises
    ------
    SettingError
        When such a service was named, or no other is left.
    """
    if contact:
        return choice
    # An instance of one's own has rules of its own.
    nameless = [
        ask for ask in choice.asks if SOURCES[ask.source].wants_contact and ask.source not in config.services
    ]
    if not nameless:
        return choice
    titles = " and ".join(dict.fromkeys(title_of(ask.source) for ask in nameless))
    words = (
        f"{titles}: the terms demand that a client names a contact, and none is given; write "
        'contact = "name@example.org" under [project] in project.toml once.'
    )
    left = tuple(ask for ask in choice.asks if ask not in nameless)
    if config.sources or not left:
        raise SettingError(words, "sources", config.sources)
    return Choice(left, (*choice.notes, f"{words} It is not asked."))


def fill_elevations(job: Job, client: OnlineClient, plans: Sequence[SitePlan]) -> tuple[list[SitePlan], str]:
    """Fill in the heights of places that have none and are requested online.

    Returns
    -------
    list of SitePlan
        The plans, with the heights that were found.
    str
        Why none was found; empty when all went well.
    """
    unknown = [plan.place for plan in plans if plan.place.elevation is None and plan.asks]
    if not unknown:
        return list(plans), ""
    try:
        heights = fetch_elevations(client, unknown, Watch.of(job))
    except SourceFailed as error:
        return list(plans), str(error)
    found: Mapping[str, float | None] = dict(zip([place.name for place in unknown], heights, strict=True))
    filled = [
        replace(plan, place=replace(plan.place, elevation=found[plan.place.name]))
        if found.get(plan.place.name) is not None
        else plan
        for plan in plans
    ]
    return filled, ""


def place_with_elevation(place: Place, given: Place, gathered: Gathered) -> tuple[Place, str]:
    """Give a place its height from what a source assumes where nothing better is known, and say where it is from.

    Parameters
    ----------
    place
        With the height that was found online.
    given
        The same place as it was requested.
    gathered
        What the sources have sent.
    """
    if place.elevation is not None:
        return place, "given" if given.elevation is not None else ELEVATION.title
    assumed = gathered.elevations.get(place.name, {})
    # Open-Meteo's model of the ground has 90 m, NASA gives the mean of a cell of 50 km.
    for source in sorted(assumed, key=lambda name: ("openmeteo" not in name, name)):
        return replace(place, elevation=assumed[source]), f"as {title_of(source)} assumes it"
    return replace(place, elevation=0.0), HEIGHT_UNKNOWN


def _days(ask: Ask) -> tuple[pd.Timestamp, pd.Timestamp]:
    return pd.Timestamp(ask.first), pd.Timestamp(ask.last)
