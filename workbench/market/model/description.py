"""What a dataset says of itself: regions, fuels, cadences, currency, clock, interconnectors.

Nothing else in the workbench knows which market the data is of. The description is kept as ``market.toml`` in the
dataset's folder, where people may change it; the one that was published stays with its version.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from workbench.errors import InvalidData
from workbench.market.model.description_rules import UNKNOWN as UNKNOWN
from workbench.market.model.description_rules import check_description
from workbench.market.model.market_time import Time, to_minutes
from workbench.structured import require_format, toml_from, typed

_LISTS = ("regions", "subregions", "fuels", "interconnectors", "feeds", "settlements")
FILE_NAME = "market.toml"
FORMAT = 1
ALWAYS = 2**40
"""More minutes than any data have."""


@dataclass(frozen=True, slots=True)
class Region:
    """A price region.

    Parameters
    ----------
    name, title
        Short and long name.
    since, until
        When it began and ended to be one, on the market's clock, such as ``"2008-07-01 00:00"``; "" when it was
        one from the first data on, and still is.
    """

    name: str
    title: str = ""
    since: str = ""
    until: str = ""

    def span(self) -> tuple[int, int]:
        """Begin and end of its existence [minutes since 1970]."""
        return (
            to_minutes(self.since) if self.since else -ALWAYS,
            to_minutes(self.until) if self.until else ALWAYS,
        )


@dataclass(frozen=True, slots=True)
class Subregion:
    """A part of a region whose readings are published beside its parent's: never add both."""

    name: str
    parent: str


@dataclass(frozen=True, slots=True)
class Fuel:
    """A group of units.

    Parameters
    ----------
    name
        As shown.
    renewable
        Whether it counts in the renewable share.
    storage
        Whether its units store energy.
    rooftop
        Whether it comes from the rooftop table instead of units; at most one.
    """

    name: str
    renewable: bool = False
    storage: bool = False
    rooftop: bool = False


@dataclass(frozen=True, slots=True)
class Interconnector:
    """A link between two regions; a positive flow goes from the first to the second."""

    name: str
    from_region: str
    to_region: str


@dataclass(frozen=True, slots=True)
class Feed:
    """Where files of a table are published.

    Parameters
    ----------
    name
        What people call it.
    tables
        The raw tables that its files bring.
    current
        Folder with the newest files, relative to the base address.
    pattern
        Regular expression of their names with one group: the stamp as ``YYYYMMDDhhmm``.
    archive
        Address of an archived file, with ``{day}`` as ``YYYYMMDD``; empty when there is none.
    archive_days
        Days that one archived file holds, from the day in its name on.
    """

    name: str
    tables: tuple[str, ...]
    current: str
    pattern: str
    archive: str = ""
    archive_days: int = 1


@dataclass(frozen=True, slots=True)
class Settlement:
    """How energy was settled until a change of the rules: by the mean price of a longer interval than today's.

    Parameters
    ----------
    until
        End of the last interval that was settled so, on the market's clock, such as ``"2021-10-01 00:00"``.
    minutes
        Interval of settlement until then [min].
    """

    until: str
    minutes: int

    @property
    def end(self) -> int:
        """The end of the last interval [minutes since 1970]."""
        return to_minutes(self.until)


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
        tables = {"cadences", "fuel_aliases"}
        for item in fields(self):
            if item.name not in nested | tables:
                lines.append(f"{item.name} = {toml_value(getattr(self, item.name))}")
        for name in ("cadences", "fuel_aliases"):
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
        check_description(made, path)
        return made


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
