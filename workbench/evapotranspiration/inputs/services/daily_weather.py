"""What every source gives: daily weather of a place, and how hours become local days."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from workbench.errors import InvalidData
from workbench.evapotranspiration.inputs.places.place import Place
from workbench.evapotranspiration.model.catalogue import SourceFacts
from workbench.evapotranspiration.model.weather import WEATHER_COLUMNS
from workbench.online.client import OnlineClient
from workbench.online.service import Watch

MIN_HOURS = 23
OLD_DAYS = 60
LONG, SHORT = 90 * 86400.0, 6 * 3600.0


@dataclass(frozen=True, slots=True)
class Download:
    """Daily weather that a source gave for a place.

    Parameters
    ----------
    source
        Id of the source.
    weather
        Indexed by ``date`` (without zone, one row a day, sorted), columns of :data:`WEATHER_COLUMNS`; what is
        missing is nan.
    notes
        What a person should know: fills, days that are not there, the station that was taken.
    elevation
        Height of the ground [m] that the source itself assumes; None when it does not say.
    """

    source: str
    weather: pd.DataFrame
    notes: tuple[str, ...] = ()
    elevation: float | None = None


class Fetch(Protocol):
    """Asks a source for the weather of a place from ``first`` to ``last``."""

    def __call__(
        self, client: OnlineClient, place: Place, first: datetime.date, last: datetime.date, watch: Watch
    ) -> Download:
        """Ask; raises SourceFailed when there is no usable answer."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A value that holds for some hours.

    Parameters
    ----------
    start
        Begin, tz-aware.
    hours
        Length [h].
    value
        Mean over the hours, or their sum for amounts.
    """

    start: datetime.datetime
    hours: float
    value: float


def weather_frame(
    days: Iterable[datetime.date | str], columns: Mapping[str, Sequence[object]]
) -> pd.DataFrame:
    """Make a table of daily weather: sorted days, numbers, columns in the usual order.

    Parameters
    ----------
    days
        One for each value.
    columns
        Values by name; None is missing.

    Raises
    ------
    InvalidData
        When a day comes twice.
    """
    index = pd.DatetimeIndex(
        pd.to_datetime([str(day) for day in days], format="%Y-%m-%d"), name="date"
    ).as_unit("s")
    if index.has_duplicates:
        raise InvalidData(f"it has the day {index[index.duplicated()][0]:%Y-%m-%d} twice")
    made = {
        name: np.array([np.nan if value is None else float(value) for value in values])  # type: ignore[arg-type]
        for name, values in columns.items()
    }
    frame = pd.DataFrame(made, index=index, columns=[name for name in WEATHER_COLUMNS if name in made])
    return frame.sort_index()


def blocks(
    first: datetime.date, last: datetime.date, years: int = 5
) -> Iterator[tuple[datetime.date, datetime.date]]:
    """Cut a period at fixed years, so that another period asks for most of the same pieces, which are kept."""
    while first <= last:
        end = min(last, datetime.date((first.year // years + 1) * years - 1, 12, 31))
        yield first, end
        first = end + datetime.timedelta(1)


def good_for(last: datetime.date, today: datetime.date) -> float:
    """How long an answer about days up to ``last`` is used without asking again [s]: sources revise recent days."""
    return LONG if (today - last).days > OLD_DAYS else SHORT


def solar_zone(longitude: float) -> datetime.timezone:
    """The zone of whole hours that follows the sun at a longitude."""
    return datetime.timezone(datetime.timedelta(hours=round(longitude / 15)))


def daily_means(spells: Iterable[Spell], zone: datetime.tzinfo) -> dict[datetime.date, float]:
    """Mean of each local day that at least 23 hours are known of."""
    days = _by_day(spells, zone)
    return {
        day: sum(hours * value for hours, value in parts) / sum(hours for hours, _ in parts)
        for day, parts in days.items()
        if sum(hours for hours, _ in parts) >= MIN_HOURS
    }


def daily_sums(spells: Iterable[Spell], zone: datetime.tzinfo) -> dict[datetime.date, float]:
    """Sum of each local day that at least 23 hours are known of; an amount spreads evenly over its hours."""
    rates = [Spell(spell.start, spell.hours, spell.value / spell.hours) for spell in spells]
    return {
        day: sum(hours * rate for hours, rate in parts)
        for day, parts in _by_day(rates, zone).items()
        if sum(hours for hours, _ in parts) >= MIN_HOURS
    }


def daily_extremes(
    spells: Iterable[Spell], zone: datetime.tzinfo
) -> dict[datetime.date, tuple[float, float]]:
    """Lowest and highest value of each local day that at least 23 hours are known of."""
    return {
        day: (min(value for _, value in parts), max(value for _, value in parts))
        for day, parts in _by_day(spells, zone).items()
        if sum(hours for hours, _ in parts) >= MIN_HOURS
    }


def frame_of_days(
    columns: Mapping[str, Mapping[datetime.date, float]], first: datetime.date, last: datetime.date
) -> pd.DataFrame:
    """Make a table of daily weather of the days from ``first`` to ``last`` that any column knows."""
    days = sorted({day for values in columns.values() for day in values if first <= day <= last})
    return weather_frame(days, {name: [values.get(day) for day in days] for name, values in columns.items()})


def joined_days(parts: Sequence[pd.DataFrame], first: datetime.date, last: datetime.date) -> pd.DataFrame:
    """Put pieces of daily weather together and keep the days from ``first`` to ``last``."""
    frame = pd.concat(parts) if len(parts) > 1 else parts[0]
    return frame[(frame.index >= pd.Timestamp(first)) & (frame.index <= pd.Timestamp(last))]


def gap_notes(
    frame: pd.DataFrame, facts: SourceFacts, first: datetime.date, last: datetime.date
) -> tuple[str, ...]:
    """List which of the days that were requested a source does not have."""
    asked = pd.date_range(first, last, freq="D")
    missing = asked.difference(pd.DatetimeIndex(frame.dropna(how="all").index))
    if missing.empty:
        return ()
    return (
        f"{facts.title} has no values for {len(missing)} of {len(asked)} days, from {missing[0]:%Y-%m-%d} to "
        f"{missing[-1]:%Y-%m-%d}.",
    )


def _by_day(spells: Iterable[Spell], zone: datetime.tzinfo) -> dict[datetime.date, list[tuple[float, float]]]:
    days: dict[datetime.date, list[tuple[float, float]]] = {}
    for spell in spells:
        begin, left = spell.start.astimezone(zone), spell.hours
        while left > 1e-9:
            midnight = datetime.datetime.combine(
                begin.date() + datetime.timedelta(1), datetime.time(), begin.tzinfo
            )
            part = min(left, (midnight - begin).total_seconds() / 3600)
            days.setdefault(begin.date(), []).append((part, spell.value))
            begin, left = midnight, left - part
    return days
