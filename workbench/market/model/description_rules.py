"""What a description of a market has to fulfil."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import InvalidData, SettingError
from workbench.market.model.market_time import DAY
from workbench.market.model.tables import TABLES

if TYPE_CHECKING:
    from workbench.market.model.description import Feed, MarketDescription

UNKNOWN = "Unknown"


def check_description(description: MarketDescription, path: Path | str) -> None:
    """Check that a description holds together.

    Raises
    ------
    InvalidData
        With everything that is wrong.
    """
    wrong = [*_wrong_numbers(description), *_wrong_names(description)]
    if wrong:
        raise InvalidData(f"{path}: " + " ".join(wrong), path)


def _wrong_numbers(description: MarketDescription) -> Iterable[str]:
    interval, bucket = description.interval_minutes, description.bucket_minutes
    if interval < 1 or bucket < interval or bucket % interval or DAY % bucket:
        yield (
            f"interval_minutes is {interval} and bucket_minutes {bucket}, expected the first to divide the "
            f"second and the second to divide a day ({DAY})."
        )
        return
    if not -DAY < description.utc_offset_minutes < DAY:
        yield f"utc_offset_minutes is {description.utc_offset_minutes}, expected less than a day."
    if not description.price_floor < description.price_cap:
        yield f"price_floor {description.price_floor} is not below price_cap {description.price_cap}."
    for region in description.regions:
        try:
            since, until = region.span()
        except SettingError:
            yield (
                f"the region {region.name} exists from {region.since!r} until {region.until!r}; expected times "
                "such as '2008-07-01 00:00', or nothing."
            )
            continue
        if since >= until:
            yield f"the region {region.name} ends at {region.until}, before it begins at {region.since}."
    ends = []
    for rule in description.settlements:
        try:
            ends.append(rule.end)
        except SettingError:
            yield f"the settlement until {rule.until!r} has no such time; expected one such as '2021-10-01 00:00'."
        if rule.minutes < interval or rule.minutes % interval or bucket % rule.minutes:
            yield (
                f"the settlement until {rule.until} has {rule.minutes} minutes, expected a multiple of {interval} "
                f"that divides {bucket}."
            )
    if ends != sorted(set(ends)):
        yield "the settlements are not in the order of time; sort them by until."
    for table, cadences in description.cadences.items():
        for cadence in cadences:
            if cadence < interval or cadence % interval or bucket % cadence:
                yield (
                    f"the cadence {cadence} of {table} does not fit: expected a multiple of {interval} that "
                    f"divides {bucket}."
                )


def _wrong_names(description: MarketDescription) -> Iterable[str]:
    regions = set(description.region_names)
    if not regions:
        yield "there is no region; name at least one."
    for what, names in (
        ("region", description.rooftop_areas),
        ("fuel", description.fuel_names),
        ("interconnector", description.interconnector_names),
    ):
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"the {what} {name} is named twice; remove one."
    if UNKNOWN in regions:
        yield f"a region is called {UNKNOWN}, a name that is kept for units of no known region."
    if not description.fuels or description.fuels[-1].name != UNKNOWN:
        yield f"the last fuel is not {UNKNOWN}; units of no known fuel need it."
    if sum(fuel.rooftop for fuel in description.fuels) > 1:
        yield "more than one fuel stands for rooftop solar; mark one."
    for part in description.subregions:
        if part.parent not in regions:
            yield f"the parent {part.parent} of {part.name} is not a region."
    for link in description.interconnectors:
        for end in (link.from_region, link.to_region):
            if end not in regions:
                yield f"{link.name} ends in {end}, which is not a region."
    for name in (*description.cadences, *(table for feed in description.feeds for table in feed.tables)):
        if name not in TABLES:
            yield f"there is no table {name}; known are {', '.join(TABLES)}."
    for feed in description.feeds:
        if reason := _wrong_feed(feed):
            yield f"the feed {feed.name} {reason}."
    for alias, fuel in description.fuel_aliases.items():
        if fuel not in description.fuel_names:
            yield f"{alias!r} is read as the fuel {fuel}, which is not listed."


def _wrong_feed(feed: Feed) -> str:
    try:
        groups = re.compile(feed.pattern).groups
        feed.archive.format(day="20250820")
    except (re.error, RecursionError, OverflowError) as error:
        return f"has a pattern that is not a regular expression ({error})"
    except (ValueError, LookupError, AttributeError) as error:
        return f"has an archive address that does not fit ({error!r}); expected {{day}} in place of the day"
    if groups != 1:
        return f"has a pattern with {groups} groups, expected one: the stamp"
    return "" if feed.archive_days >= 1 else f"has archive_days {feed.archive_days}, expected 1 or more"
