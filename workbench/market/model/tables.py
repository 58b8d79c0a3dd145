"""The raw tables of a dataset: their keys, values and units, the same whatever file the rows came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Value:
    """One value column.

    Parameters
    ----------
    name
        Name of the column.
    unit
        Unit of its numbers; ``"currency"`` stands for the currency of the market.
    required
        Whether a row without it is left out (and reported).
    """

    name: str
    unit: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table of record: one row for each series and stamp.

    Parameters
    ----------
    name
        Name of the table.
    key
        Column that names the series.
    values
        Columns with numbers.
    physical
        Whether, where the operator intervened, the run that really happened counts (flows, demand); for
        prices it is the run without the intervention, by which the market is settled.
    quality
        Value that says how good a reading is, more being better; "" where there is none.
    """

    name: str
    key: str
    values: tuple[Value, ...]
    physical: bool = True
    quality: str = ""

    @property
    def value_names(self) -> tuple[str, ...]:
        """Names of the value columns."""
        return tuple(value.name for value in self.values)

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, in the order in which they are stored."""
        return ("stamp", self.key, *self.value_names, "minutes", "rank", "published")

    @property
    def reading_columns(self) -> tuple[str, ...]:
        """Columns of what was read, without where and when it was published."""
        return ("stamp", self.key, *self.value_names, "minutes")

    @property
    def identity(self) -> tuple[str, ...]:
        """Columns that name a row; the same stamp may end a 5-minute and a 30-minute reading."""
        return ("stamp", self.key, "minutes")

    @property
    def precedence(self) -> tuple[str, ...]:
        """Columns by which one of several rows of a name counts: source, quality, then when it was last changed."""
        return ("rank", *((self.quality,) if self.quality else ()), "published")


ORIGIN = "origin"
"""Column of the record with the file that a row came from, see :func:`origin_of`."""
USUAL = 1
"""Rank of a reading whose source is like any other's."""

UNIT_POWER = RawTable("unit_power", "unit", (Value("mw", "MW", required=True),))
SERVICES: Mapping[str, str] = MappingProxyType(
    {
        f"{way}_{name}": f"{way} {title}"
        for way in ("raise", "lower")
        for name, title in (
            ("1s", "1 s"),
            ("6s", "6 s"),
            ("60s", "60 s"),
            ("5min", "5 min"),
            ("reg", "regulation"),
        )
    }
)
"""Ancillary services for frequency control: column of their price -> what they are called."""

PRICE = RawTable(
    "price",
    "region",
    (Value("rrp", "currency/MWh", required=True), *(Value(name, "currency/MWh") for name in SERVICES)),
    physical=False,
)
REGION = RawTable(
    "region",
    "region",
    (
        Value("demand", "MW", required=True),
        Value("solar_uigf", "MW"),
        Value("solar_cleared", "MW"),
        Value("wind_uigf", "MW"),
        Value("wind_cleared", "MW"),
        Value("battery_storage", "MWh"),
        Value("battery_generation", "MW"),
        Value("battery_load", "MW"),
        Value("net_interchange", "MW"),
    ),
)
FLOW = RawTable(
    "flow",
    "interconnector",
    (
        Value("flow", "MW", required=True),
        Value("target", "MW"),
        Value("losses", "MW"),
        Value("export_limit", "MW"),
        Value("import_limit", "MW"),
    ),
)
ROOFTOP = RawTable(
    "rooftop", "region", (Value("mw", "MW", required=True), Value("quality", "1")), quality="quality"
)

TABLES: Mapping[str, RawTable] = MappingProxyType(
    {table.name: table for table in (UNIT_POWER, PRICE, REGION, FLOW, ROOFTOP)}
)


def origin_of(sha256: str) -> int:
    """Give the number by which rows name their file: the first 63 bits of the hash of its content."""
    return int(sha256[:16], 16) >> 1
