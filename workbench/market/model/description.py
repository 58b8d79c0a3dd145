"""What a dataset says of itself: regions, fuels, cadences, currency, clock, interconnectors.

Nothing else in the workbench knows which market the data is of. The description is kept as ``market.toml`` in the
dataset's folder, where people may change it; the one that was published stays with its version.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from workbench.errors import InvalidData, SettingError
from workbench.market.model.description_parts import (
    UNKNOWN,
    Feed,
    Fuel,
    Interconnector,
    Region,
    Settlement,
    Subregion,
)
from workbench.market.model.market_time import DAY, Time, to_minutes
from workbench.market.model.tables import TABLES
from workbench.structured import require_format, toml_from, typed

_LISTS = ("regions", "subregions", "fuels", "interconnectors", "feeds", "settlements")
FILE_NAME = "market.toml"
FORMAT = 1
MAX_FACTOR = 3.0
"""Above any plant [t CO2/MWh]; larger ones are kilograms."""


@dataclass(frozen=True, slots=True)
class MarketDescription:
    """A market, as far as its data needs it.

    Parameters
    ----------
    name, title
        Short and long name.
    currency
        ISO 4217 code.
    utc_offset_minutes
        Offset of the market's clock, the same all year [min].
    interval_minutes
        The finest cadence [min].
    bucket_minutes
        Step of the roll-ups [min].
    price_floor, price_cap
        Bounds of the price [currency/MWh].
    import_limits_negative
        Whether the files give the limit against the direction of a link as a negative flow.
    regions, subregions, fuels, interconnectors, feeds
        See there. The last fuel is ``"Unknown"``.
    cadences
        Table -> cadences that its rows may have [min], the usual one first.
    fuel_aliases
        What registers call a fuel -> name of the fuel here.
    emission_factors
        Fuel -> emissions of its electricity [t CO2/MWh], in place of the usual ones.
    made_up
        Whether the data are a sample: every answer says so.
    settlements
        Rules of settlement before today's, in the order of time.
    """

    name: str
    title: str
    currency: str
    utc_offset_minutes: int
    interval_minutes: int
    bucket_minutes: int
    price_floor: float
    price_cap: float
    regions: tuple[Region, ...]
    fuels: tuple[Fuel, ...]
    import_limits_negative: bool = True
    subregions: tuple[Subregion, ...] = ()
    interconnectors: tuple[Interconnector, ...] = ()
    cadences: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    fuel_aliases: Mapping[str, str] = field(default_factory=dict)
    emission_factors: Mapping[str, float] = field(default_factory=dict)
    feeds: tuple[Feed, ...] = ()
    made_up: bool = False
    settlements: tuple[Settlement, ...] = ()

    @property
    def clock(self) -> str:
        """Name of the market's time, such as ``UTC+10:00``."""
        hours, minutes = divmod(abs(self.utc_offset_minutes), 60)
        return f"UTC{'-' if self.utc_offset_minutes < 0 else '+'}{hours:02d}:{minutes:02d}"

    @property
    def price_unit(self) -> str:
        """Unit of a price of energy."""
        return f"{self.currency}/MWh"

    @property
    def region_names(self) -> tuple[str, ...]:
        """Names of the regions."""
        return tuple(region.name for region in self.regions)

    def regions_in(self, begin: Time, end: Time) -> tuple[str, ...]:
        """Names of the regions that existed in a stretch of time, at least for a part of it."""
        first, last = to_minutes(begin), to_minutes(end)
        spans = {region.name: region.span() for region in self.regions}
        return tuple(name for name, (since, until) in spans.items() if since < last and until > first)

    @property
    def unit_regions(self) -> tuple[str, ...]:
        """Regions in which units can lie: those of the market, and the unknown one last."""
        return (*self.region_names, UNKNOWN)

    @property
    def rooftop_areas(self) -> tuple[str, ...]:
        """Regions and their parts."""
        return (*self.region_names, *(part.name for part in self.subregions))

    @property
    def fuel_names(self) -> tuple[str, ...]:
        """Names of the fuels, the unknown one last."""
        return tuple(fuel.name for fuel in self.fuels)

    @property
    def storage_fuels(self) -> tuple[str, ...]:
        """Fuels whose units store energy."""
        return tuple(fuel.name for fuel in self.fuels if fuel.storage)

    @property
    def renewable_fuels(self) -> tuple[str, ...]:
        """Fuels that count in the renewable share."""
        return tuple(fuel.name for fuel in self.fuels if fuel.renewable)

    @property
    def rooftop_fuel(self) -> str | None:
        """The fuel that stands for the rooftop table."""
        return next((fuel.name for fuel in self.fuels if fuel.rooftop), None)

    @property
    def interconnector_names(self) -> tuple[str, ...]:
        """Names of the interconnectors."""
        return tuple(link.name for link in self.interconnectors)

    def cadences_of(self, table: str) -> tuple[int, ...]:
        """Cadences that rows of a table may have [min], the usual one first."""
        return tuple(self.cadences.get(table, (self.interval_minutes,)))

    def series_of(self, table: str) -> tuple[str, ...]:
        """Series that a table should have at every stamp; none for units, which come and go."""
        return {
            "price": self.region_names,
            "region": self.region_names,
            "flow": self.interconnector_names,
            "rooftop": self.rooftop_areas,
        }.get(table, ())

    def to_toml(self) -> str:
        """Write it as the text of ``market.toml``."""
        lines = ["# What this dataset says of its market; see the README of the workbench.", ""]
        lines += [f"format = {FORMAT}", "", "[market]"]
        nested = set(_LISTS)
        tables = {"cadences", "fuel_aliases", "emission_factors"}
        for item in fields(self):
            if item.name not in nested | tables:
                lines.append(f"{item.name} = {toml_value(getattr(self, item.name))}")
        for name in ("cadences", "fuel_aliases", "emission_factors"):
            lines += ["", f"[{name}]"]
            lines += [
                f"{toml_value(key)} = {toml_value(value)}" for key, value in getattr(self, name).items()
            ]
        for name in _LISTS:
            for part in getattr(self, name):
                lines += ["", f"[[{name}]]"]
                lines += [f"{cell.name} = {toml_value(getattr(part, cell.name))}" for cell in fields(part)]
        return "\n".join(lines) + "\n"

    @classmethod
    def from_toml(cls, text: str | bytes, path: Path | str = FILE_NAME) -> MarketDescription:
        """Read the text of ``market.toml``.

        Raises
        ------
        InvalidData
            When it is not TOML, or a value is missing, unknown or not allowed; everything is reported at once.
        """
        content = toml_from(text, path)
        require_format(content, FORMAT, path)
        market = typed(content.pop("market", None), dict[str, Any], path, inside="market")
        twice = sorted(content.keys() & market.keys())
        if twice:
            raise InvalidData(f"{path} says {', '.join(twice)} twice, inside [market] and outside.", path)
        made = typed({**market, **content}, cls, path, advice=f"Compare it with a new dataset's {FILE_NAME}.")
        check(made, path)
        return made


def check(description: MarketDescription, path: Path | str = FILE_NAME) -> None:
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
    for fuel, factor in description.emission_factors.items():
        if fuel not in description.fuel_names:
            yield f"an emission factor is of the fuel {fuel}, which is not listed."
        if not 0 <= factor < MAX_FACTOR:
            yield f"the emission factor of {fuel} is {factor}, expected t/MWh from 0 to {MAX_FACTOR:g}."
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


def toml_value(value: Any) -> str:
    """Write a value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    # A TOML basic string is a JSON string, but for the one control character that JSON leaves as it is.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
