"""Events: outliers that belong together, what was expected, what is at stake, and what was said of them."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.data.arrays import Floats
from workbench.data.atomic import write_text
from workbench.errors import SettingError, UnreadableFile
from workbench.files import is_file
from workbench.finance.anomalies.detect import Outliers
from workbench.structured import own_errors, read_json

__all__ = [
    "Event",
    "EventKind",
    "Judgement",
    "JudgementKind",
    "events_of",
    "read_judgements",
    "save_judgement",
]

JUDGEMENTS_FILE = "finance-judgements.json"
FORMAT = 1


class EventKind(StrEnum):
    """Kinds of events."""

    SINGLE = "single period"
    RUN = "run of periods"
    LEVEL = "new level"
    DRIFT = "drift"


class JudgementKind(StrEnum):
    """What the user has said about an event."""

    ACKNOWLEDGED = "acknowledged"
    """Known and explained; still listed, no longer counted as open."""
    MUTED = "muted"
    """Not to be listed among the findings."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in one series.

    Parameters
    ----------
    figure, dimension, entity
        The series; both texts empty for the whole company.
    kind
        What it is.
    first, last
        First day of its first and last period.
    actual, expected, low, high
        Sums over its periods for flows; the last period for stocks; the mean of a period for new levels.
    at_stake
        Actual less expected over its periods; for a new level of a flow, a year of it.
    score
        Largest distance from what was expected, in standard deviations.
    also
        Other figures in which the same shows.
    """

    figure: str
    dimension: str
    entity: str
    kind: EventKind
    first: pd.Timestamp
    last: pd.Timestamp
    actual: float
    expected: float
    low: float
    high: float
    at_stake: float
    score: float
    also: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What it is recognised by in the next run: series, kind and first period."""
        return "|".join((self.figure, self.dimension, self.entity, self.kind, f"{self.first:%Y-%m}"))


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the user has said about an event, kept for the next run."""

    kind: JudgementKind
    note: str = ""


def events_of(
    series: tuple[str, str, str],
    values: Floats,
    periods: pd.DatetimeIndex,
    found: Outliers,
    *,
    stock: bool = False,
    season: int = 12,
) -> tuple[Event, ...]:
    """Group the outliers of one series into events.

    Parameters
    ----------
    series
        Figure, dimension, entity.
    values, periods
        The series.
    found
        What stands out.
    stock
        Whether the figure is a stock: its last period counts, not the sum.
    season
        Periods in a year.

    Returns
    -------
    tuple of Event
        Neighbouring periods off to the same side are one event; each new level is one.
    """
    low, high = found.expected.bounds(found.limit)
    events = []
    for run in _runs(found):
        take = run[-1:] if stock else run
        actual, expected = float(values[take].sum()), float(found.expected.value[take].sum())
        kind = EventKind.SINGLE if len(run) == 1 else EventKind.RUN
        events.append(
            Event(
                *series,
                kind,
                periods[run[0]],
                periods[run[-1]],
                actual,
                expected,
                float(low[take].sum()),
                float(high[take].sum()),
                actual - expected,
                float(np.abs(found.expected.scores[run]).max()),
            )
        )
    return (*events, *_levels(series, values, periods, found, 1 if stock else season))


def _runs(found: Outliers) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    places = np.flatnonzero(found.outlying)
    if not len(places):
        return []
    sides = np.sign(found.expected.scores[places])
    cuts = np.flatnonzero((np.diff(places) > 1) | (np.diff(sides) != 0)) + 1
    return np.split(places, cuts)


def _levels(
    series: tuple[str, str, str],
    values: Floats,
    periods: pd.DatetimeIndex,
    found: Outliers,
    times: int,
) -> list[Event]:
    events = []
    ends = (*found.breaks[1:], len(values))[: len(found.breaks)]
    for place, (start, end) in enumerate(zip(found.breaks, ends, strict=True)):
        step, deviation = found.expected.steps[place]
        expected = found.expected.value[start:end]
        before = expected / np.exp(step) if found.expected.logs else expected - step
        actual = float(np.nanmean(values[start:end]))
        middle, change = float(before.mean()), float((expected - before).mean())
        spread = 2 * deviation
        width = middle * (np.exp(spread) - 1) if found.expected.logs else spread
        first, last = periods[start], periods[end - 1]
        facts = (actual, middle, middle - width, middle + width, change * times, abs(step) / deviation)
        events.append(Event(*series, EventKind.LEVEL, first, last, *facts))
    return events


@dataclass(frozen=True, slots=True)
class _Kept:
    judgements: dict[str, Judgement]


def read_judgements(folder: Path) -> dict[str, Judgement]:
    """Read what was said about events in earlier runs; nothing when nothing was.

    Raises
    ------
    UnreadableFile
        When the file is damaged.
    """
    path = folder / JUDGEMENTS_FILE
    if not is_file(path):
        return {}
    advice = "Correct it, or remove it to begin again without judgements."
    with own_errors(path, "judgements of events", advice=advice):
        return read_json(path, _Kept, error=UnreadableFile, advice=advice, others=True).judgements


def save_judgement(folder: Path, key: str, judgement: Judgement | None, known: Collection[str]) -> None:
    """Keep what the user says about an event; None takes it back.

    Parameters
    ----------
    folder
        Of the project.
    key
        The event's.
    judgement
        What is said.
    known
        Keys of the events of the report, among which it must be.

    Raises
    ------
    SettingError
        When there is no such event.
    UnwritableFile
        When the operating system refuses.
    """
    kept = read_judgements(folder)
    if key not in known and key not in kept:
        raise SettingError(f"There is no event {key!r}; choose one of the list.", "event", key)
    if judgement is None:
        kept.pop(key, None)
    else:
        kept[key] = judgement
    content = {"format": FORMAT, "judgements": {name: asdict(kept[name]) for name in sorted(kept)}}
    write_text(folder / JUDGEMENTS_FILE, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
