"""Holes in the record, found by comparing the stamps that are there with the cadence of their table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.market.model.description import MarketDescription
from workbench.market.model.market_time import shown, stamp_of
from workbench.market.store.rollups.schema import feeds_of

MAX_LAG_MINUTES = 120
"""A table this far behind the newest data [min], and four of its cadences, has stopped."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A hole: no reading between two times.

    Parameters
    ----------
    table
        Raw table.
    series
        Region, interconnector or area; "" for units, of which none has a reading.
    start, end
        The hole is ``(start, end]``: the first missing stamp is one cadence after ``start``, the last is ``end``.
    missing
        Number of stamps that are missing.
    cadence
        Cadence of the table there [min].
    """

    table: str
    series: str
    start: np.datetime64
    end: np.datetime64
    missing: int
    cadence: int

    @property
    def feed(self) -> str:
        """Table and series in one word, as on the axis of the coverage."""
        return f"{self.table}/{self.series}" if self.series else self.table

    @property
    def hours(self) -> float:
        """Time that no reading covers [h]."""
        return float((self.end - self.start) / np.timedelta64(60, "m"))

    def __str__(self) -> str:
        start, end = (shown(int(edge.astype(np.int64))) for edge in (self.start, self.end))
        return f"{self.feed}: {self.missing} stamps of {self.cadence} min missing after {start} until {end}"


def find_gaps(
    rows: NDArray[np.int32],
    cadence: NDArray[np.int32],
    start: int,
    spans: dict[str, tuple[int, int]],
    description: MarketDescription,
) -> tuple[Gap, ...]:
    """Find the holes of every feed inside the span of its table.

    Parameters
    ----------
    rows, cadence
        The roll-up ``coverage``, shape (feeds, native intervals): readings in each interval, and their cadence.
    start
        Begin of the first interval [minutes since 1970].
    spans
        Raw table -> its first begin and last stamp [minutes since 1970]; tables without rows are left out.
    description
        Of the dataset.

    Returns
    -------
    tuple of Gap
        By table, series and time. Before the first reading of a table there is no hole, nor after its last while
        it lags behind the newest data as tables do; a table that stopped is a hole until then. A series that has
        none in all that time is one hole.
    """
    interval = description.interval_minutes
    existence = {region.name: region.span() for region in description.regions}
    newest = max((last for _, last in spans.values()), default=start)
    found: list[Gap] = []
    for at, feed in enumerate(feeds_of(description)):
        table, _, series = feed.partition("/")
        if table not in spans or (series in _parts(description) and not rows[at].any()):
            continue
        usual = description.cadences_of(table)[0]
        opening, closing = spans[table]
        if newest - closing > max(MAX_LAG_MINUTES, 4 * usual):
            closing = newest
        since, until = existence.get(series, (opening, closing))
        opening, closing = max(opening, since), min(closing, until)
        first, last = (opening - start) // interval, (closing - start) // interval
        if last <= first:
            continue
        for begin, end in _runs(rows[at, first:last] == 0):
            before = int(cadence[at, first + begin - 1]) if begin else 0
            after = int(cadence[at, first + end]) if first + end < last else 0
            length = (end - begin) * interval
            step = _cadence(length, (before, after, usual), interval)
            opened = start + (first + begin) * interval
            found.append(
                Gap(table, series, stamp_of(opened), stamp_of(opened + length), length // step, step)
            )
    return tuple(found)


def _parts(description: MarketDescription) -> set[str]:
    # Estimates for parts of a region were not always published; where they never were, nothing is missing.
    return {part.name for part in description.subregions}


def _cadence(length: int, candidates: Iterable[int], interval: int) -> int:
    return next((step for step in candidates if step and length % step == 0), interval)


def _runs(empty: NDArray[np.bool_]) -> Iterable[tuple[int, int]]:
    padded = np.concatenate(([False], empty, [False]))
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
