"""One line for each cause: what the same happening shows in other parts and figures is folded under it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd

from workbench.finance.anomalies.events import Event, EventKind
from workbench.finance.model.series import JOINT

__all__ = ["causes_of"]

NEAR = 2
"""Months between the beginnings of what may be one happening."""
MIN_SIBLINGS = 3
SURE = (6.3, 7.0)
"""Scores from which single periods, and new levels, are told where many parts are searched."""
NEAR_LEVELS = 9
"""The same for new levels and drifts, whose beginning the noise of small parts blurs."""


def causes_of(
    events: Iterable[Event], knock_ons: Iterable[Event] = (), *, is_alone: bool = False
) -> tuple[Event, ...]:
    """Fold events of one happening into the one that shows it best.

    Events of one figure are one happening when they begin at about the same time, go to the same side, and have
    a part of the company in common. The one that stands out most is kept: it is the deepest level where only one
    part is concerned, and a higher one where noise of several parts averages out.

    Parameters
    ----------
    events
        Of figures that have causes of their own, of the company and all its parts.
    knock_ons
        Of figures that follow from others, which are never a line of their own.
    is_alone
        Whether the company is searched alone; in many parts more stands out by chance, and has to do so further.

    Returns
    -------
    tuple of Event
        Each with the other figures that it moved in ``also``.
    """
    kept: list[Event] = []
    known = [event for event in events if event.score >= SURE[event.kind is EventKind.LEVEL] or is_alone]
    # What most parts of a region show is the region's, however far one of them stands out.
    for event in (*_of_siblings(known), *sorted(known, key=lambda one: (-one.score, one.key))):
        if not any(_is_one(event, other) for other in kept):
            kept.append(event)
        elif event.kind is EventKind.LEVEL:
            kept = [_longer(other, event) if _is_one(event, other) else other for other in kept]
    drifts = [event for event in kept if event.kind is EventKind.DRIFT]
    # A drift is no step: what is left of it in the months after its beginning is part of it.
    kept = [event for event in kept if not any(_is_left_of(event, drift) for drift in drifts)]
    also: dict[str, set[str]] = {}
    for event in knock_ons:
        causes = [other for other in kept if _follows(event, other)]
        for other in causes:
            also.setdefault(other.key, set()).add(event.figure)
    return tuple(replace(one, also=tuple(sorted(also.get(one.key, set()) - {one.figure}))) for one in kept)


def _of_siblings(events: Sequence[Event]) -> list[Event]:
    """Give one new level of a region, or of a product, for those of at least three of its parts."""
    levels = [event for event in events if event.kind is EventKind.LEVEL]
    gathered: list[Event] = []
    for event in levels:
        for name, entity in _labels(event).items():
            if len(_labels(event)) < 2 or any(
                (one.dimension, one.entity) == (name, entity) for one in gathered
            ):
                continue
            alike = [
                one
                for one in levels
                if one.figure == event.figure
                and len(_labels(one)) > 1
                and _labels(one)[name] == entity
                and (one.at_stake > 0) == (event.at_stake > 0)
                and abs(_months(one.first, event.first)) <= NEAR_LEVELS
            ]
            parts = {one.entity: one for one in sorted(alike, key=lambda one: one.first, reverse=True)}
            if len(parts) >= MIN_SIBLINGS:
                gathered.append(_gathered(list(parts.values()), name, entity))
    return sorted(gathered, key=lambda one: (-one.score, one.key))


def _gathered(parts: Sequence[Event], name: str, entity: str) -> Event:
    first = min(parts, key=lambda one: one.first)
    sums = {
        key: sum(getattr(one, key) for one in parts)
        for key in ("actual", "expected", "low", "high", "at_stake")
    }
    # Each alone stands out; together they do so further.
    score = sum(one.score**2 for one in parts) ** 0.5
    last = max(one.last for one in parts)
    return replace(first, dimension=name, entity=entity, last=last, score=score, **sums)


def _is_left_of(event: Event, drift: Event) -> bool:
    months = _months(event.first, drift.first)
    same = event is drift or event.figure != drift.figure or event.kind is EventKind.DRIFT
    return not same and _meet(event, drift) and months >= -NEAR_LEVELS and event.first <= drift.last


def _is_one(event: Event, other: Event) -> bool:
    if event.figure != other.figure or not _meet(event, other):
        return False
    months = abs(_months(event.first, other.first))
    levels = EventKind.SINGLE not in (event.kind, other.kind)
    same_side = (event.at_stake > 0) == (other.at_stake > 0)
    if levels and same_side and (months <= NEAR_LEVELS or _within(event, other)):
        return True
    # The way into a new level, and the way back after a spike, are not happenings of their own.
    return months <= NEAR or (EventKind.LEVEL in (event.kind, other.kind) and months <= NEAR + 1)


def _within(event: Event, other: Event) -> bool:
    return other.first <= event.first <= other.last or event.first <= other.first <= event.last


def _longer(kept: Event, event: Event) -> Event:
    """A level that changes again to the same side is a drift, which began with the first."""
    if kept.kind is not EventKind.LEVEL or (kept.dimension, kept.entity) != (event.dimension, event.entity):
        return kept
    if (kept.at_stake > 0) != (event.at_stake > 0):
        return kept
    first, last = min(kept.first, event.first), max(kept.last, event.last)
    return replace(
        kept, kind=EventKind.DRIFT, first=first, last=last, at_stake=kept.at_stake + event.at_stake
    )


def _follows(event: Event, cause: Event) -> bool:
    later = _months(event.first, cause.first)
    lasts = cause.kind in (EventKind.LEVEL, EventKind.DRIFT)
    return _meet(event, cause) and (
        -NEAR <= later <= NEAR + 1 or (lasts and cause.first <= event.first <= cause.last)
    )


def _months(later: pd.Timestamp, earlier: pd.Timestamp) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def _meet(event: Event, other: Event) -> bool:
    """Whether two parts have something in common: North and pumps do, North and South do not."""
    ours, theirs = _labels(event), _labels(other)
    return all(ours[name] == theirs[name] for name in ours.keys() & theirs.keys())


def _labels(event: Event) -> dict[str, str]:
    if not event.dimension:
        return {}
    names: Sequence[str] = event.dimension.split(JOINT)
    return (
        dict(zip(names, event.entity.split(JOINT), strict=True))
        if len(names) > 1
        else {event.dimension: event.entity}
    )
