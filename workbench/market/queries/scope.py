"""Which region a query is about, and what its answer says of its source and its gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workbench.data.known_names import unknown_name
from workbench.market.model.answer import Answer, Column
from workbench.market.model.period import Bins, Period
from workbench.market.queries.coverage import holes

if TYPE_CHECKING:
    from workbench.market.store.reading import MarketData

ALL = "All regions"
BEGIN, END, HOUR = "Begin", "End", "Hour"


def regions_of(data: MarketData, period: Period) -> tuple[str, ...]:
    """Name the regions that existed in a period."""
    return data.description.regions_in(period.begin, period.end)


def region_rows(data: MarketData, labels: tuple[str, ...], region: str | None) -> NDArray[np.int64]:
    """Give the positions of a region on an axis, or of all that are regions of the market or unknown.

    Raises
    ------
    UnknownName
        When the dataset has no such region.
    """
    known = data.description.region_names
    if region is None:
        return np.array([place for place, name in enumerate(labels) if name in known or name == "Unknown"])
    check_scope(data, region)
    return np.array([labels.index(region)])


def only(region: str | None) -> list[str] | None:
    """Restrict a reading to one region, or to nothing."""
    return None if region is None else [region]


def check_scope(data: MarketData, region: str | None, fuel: str | None = None) -> None:
    """Refuse a region or a fuel that the dataset does not have; those left out do not restrict.

    Raises
    ------
    UnknownName
        Lists those that it has.
    """
    if region is not None and region not in data.description.region_names:
        raise unknown_name("region", region, data.description.region_names)
    if fuel is not None and fuel not in data.description.fuel_names:
        raise unknown_name("fuel", fuel, data.description.fuel_names)


def of_region(found: Answer, region: str | None, regions: Sequence[str]) -> Answer:
    """Restrict an answer of all regions to one of them: its rows, or its columns, and its title.

    Parameters
    ----------
    found
        Any answer; one that is not of all regions, or tells no regions apart, is given back as it is.
    region
        The region; None for all of them.
    regions
        Names of all regions.
    """
    scope = f", {ALL}, "
    if region is None or scope not in found.title:
        return found
    title = found.title.replace(scope, f", {region}, ", 1)
    if found.question is not None:
        found = replace(found, question=replace(found.question, region=region))
    if "Region" in found:
        return replace(found.rows(found["Region"] == region), title=title)
    if {"From", "To"} <= set(found.names):
        # Of interconnectors: those that begin or end there.
        return replace(found.rows((found["From"] == region) | (found["To"] == region)), title=title)
    if region in found:
        others = set(regions) - {region}
        columns = tuple(column for column in found if column.name not in others)
        return replace(found, title=title, columns=columns, draw=None)
    return found


def answer(
    data: MarketData, title: str, columns: list[Column], period: Period, source: str, *notes: str
) -> Answer:
    """Make an answer that names its data version, the gaps in its period and prices that cannot be."""
    found = [*notes, *gap_notes(data, period)]
    if any(data.description.currency in column.unit for column in columns):
        found += limit_notes(data, period)
    said = tuple(note for note in found if note)
    return Answer(
        title,
        tuple(columns),
        str(data.version),
        source,
        said,
        made_up=data.description.made_up,
        resolution=resolution_of(columns, data.description.interval_minutes),
        newest=newest(data),
    )


def newest(data: MarketData) -> str:
    """Write the time of the newest data, with the market's clock."""
    return f"{str(data.last).replace('T', ' ')} {data.description.clock}"


def resolution_of(columns: Sequence[Column], native_minutes: int) -> str:
    """Say what one row of an answer stands for: a native interval, a longer one, or the whole period.

    Parameters
    ----------
    columns
        Of the answer.
    native_minutes
        The market's finest interval [min].
    """
    cells = {column.name: column.cells for column in columns}
    if HOUR in cells:
        return "means by hour of the day"
    if BEGIN not in cells or END not in cells or not len(cells[BEGIN]):
        return "one value for the whole period"
    minutes = int(np.median((cells[END] - cells[BEGIN]) / np.timedelta64(1, "m")))
    if minutes <= native_minutes:
        return f"{native_minutes}-minute values"
    units = {column.unit for column in columns if column.unit}
    kind = "sums" if units and all(unit.endswith("Wh") and "/" not in unit for unit in units) else "means"
    name = next((name for limit, name in _LENGTHS if minutes <= limit), "monthly")
    return f"{name.format(minutes=minutes)} {kind}"


_LENGTHS = ((59, "{minutes}-minute"), (60, "hourly"), (1440, "daily"), (10080, "weekly"))
"""Longest interval [min] -> what it is called."""


def gap_notes(data: MarketData, period: Period) -> list[str]:
    """Describe in a sentence what is missing within a period."""
    tables: dict[str, int] = {}
    for hole in holes(data, period):
        tables[hole.table] = tables.get(hole.table, 0) + hole.missing
    return [
        f"{table.replace('_', ' ').capitalize()}: {count:,} intervals of this period are missing."
        for table, count in sorted(tables.items())
    ]


def limit_notes(data: MarketData, period: Period) -> list[str]:
    """Say in a sentence how many prices of a period the market's rules do not allow."""
    low, high = data.description.price_floor, data.description.price_cap
    end = min(period.end, data.last)
    block = data.rollup("price_interval", period.begin, max(end, period.begin), columns=["rrp"])
    values = np.asarray(block["rrp"])
    regions, times = np.nonzero((values < low) | (values > high))
    if not len(regions):
        return []
    region, stamp = block.axes[0].labels[regions[0]], str(block.stamps[times[0]]).replace("T", " ")[:16]
    return [
        f"{len(regions):,} prices are outside {low:,g} to {high:,g} {data.description.price_unit}, the limits in "
        f"market.toml, such as {values[regions[0], times[0]]:,g} in {region} at {stamp}; they count as they are."
    ]


def time_columns(bins: Bins) -> list[Column]:
    """Begin and end of each bin, in market time."""
    return [Column(BEGIN, bins.begins), Column(END, bins.ends)]


def named(title: str, region: str | None, period: Period) -> str:
    """Write the title of an answer."""
    return f"{title}, {region or ALL}, {period}"
