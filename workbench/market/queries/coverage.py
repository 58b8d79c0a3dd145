"""What data there is: span, freshness and gaps of each table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.market.definitions.energy import hours_of
from workbench.market.model.answer import Answer, Column, texts
from workbench.market.model.asking import asked
from workbench.market.model.clock import Stamp
from workbench.market.model.market_time import to_minutes
from workbench.market.model.period import Period

if TYPE_CHECKING:
    from workbench.market.store.reading import MarketData


@asked
def coverage(data: MarketData, period: Period | None = None) -> Answer:
    """Span of each table, the time that it covers, and how far it lags behind the newest.

    Parameters
    ----------
    data
        The market's data.
    period
        Which stretch of time; all of it when left out.
    """
    period = period or Period(data.first, data.last)
    block = data.coverage(period.begin, period.end)
    covered = (np.asarray(block["rows"]) > 0).sum(axis=-1) * float(
        hours_of(data.description.interval_minutes)
    )
    feeds = [str(label).partition("/")[0] for label in block.axes[0].labels]
    tables = [table for table in dict.fromkeys(feeds) if table in data.spans]
    hours = np.array([min(h for h, feed in zip(covered, feeds, strict=True) if feed == t) for t in tables])
    first = np.array([data.spans[table][0] for table in tables], dtype="datetime64[m]")
    last = np.array([data.spans[table][1] for table in tables], dtype="datetime64[m]")
    behind = (to_minutes(data.last) - last.astype(np.int64)).astype(np.float64)
    columns = [
        Column("Table", texts([table.replace("_", " ") for table in tables])),
        Column("From", first),
        Column("To", last),
        Column("Series", np.array([feeds.count(table) for table in tables], dtype=np.float64)),
        Column("Covered, least series", hours, "h"),
        Column("Share, least series", 100.0 * hours / period.hours, "%"),
        Column("Behind", behind, "min"),
    ]
    return _about(data, f"Coverage, {period}", columns, "coverage")


@asked
def gaps(data: MarketData, period: Period | None = None) -> Answer:
    """Holes in the data, the newest first: what is to be fetched.

    Parameters
    ----------
    data
        The market's data.
    period
        Only gaps that touch this stretch of time; all when left out.
    """
    found = holes(data, period)
    columns = (
        Column("Table", texts([hole.table.replace("_", " ") for hole in found])),
        Column("Series", texts([hole.series for hole in found])),
        Column("From", np.array([hole.begin for hole in found], dtype="datetime64[m]")),
        Column("To", np.array([hole.end for hole in found], dtype="datetime64[m]")),
        Column("Missing", np.array([hole.missing for hole in found], dtype=np.float64), "intervals"),
        Column("Cadence", np.array([hole.cadence for hole in found], dtype=np.float64), "min"),
    )
    return _about(data, "Gaps" if period is None else f"Gaps, {period}", columns, "gaps")


def _about(data: MarketData, title: str, columns: Sequence[Column], source: str) -> Answer:
    made_up, last = data.description.made_up, f"{str(data.last).replace('T', ' ')} {data.description.clock}"
    return Answer(title, tuple(columns), str(data.version), source, made_up=made_up, newest=last)


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch that is missing in one table, of one series or of several.

    Parameters
    ----------
    table
        Which table.
    begin, end
        Begin of the first and end of the last missing interval.
    missing
        Intervals that are missing in each of the series.
    cadence
        Their length [min].
    series
        Names of the series, or how many there are.
    """

    table: str
    begin: Stamp
    end: Stamp
    missing: int
    cadence: int
    series: str


def holes(data: MarketData, period: Period | None = None) -> list[Hole]:
    """Find the holes in the data, the newest first; what several series of a table miss at once is one hole.

    Parameters
    ----------
    data, period
        As in :func:`gaps`.
    """
    found: dict[tuple[str, Stamp, Stamp, int, int], list[str]] = {}
    for gap in data.gaps():
        if period is None or (gap.start < period.end and gap.end > period.begin):
            key = (gap.table, gap.start, gap.end, int(gap.missing), int(gap.cadence))
            found.setdefault(key, []).append(gap.series)
    made = [
        Hole(*key, ", ".join(names) if len(names) <= 3 else f"{len(names)} series")
        for key, names in found.items()
    ]
    return sorted(made, key=lambda hole: hole.begin, reverse=True)
