"""The roll-ups: which there are, their axes, steps and columns. Sums and counts, never means.

Every roll-up is a dense array per column with time as its last axis, so that one series is one run of numbers. An
empty place is 0 with 0 minutes; prices, for which 0 is a value, have nan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np

from workbench.market.model.description import MarketDescription
from workbench.market.model.market_time import DAY
from workbench.market.model.units import UnitsRegister


class How(StrEnum):
    """How values of a column are put together over time."""

    SUM = "sum"
    LOW = "low"
    HIGH = "high"
    LAST = "last"
    """Values of the native cadence itself, which are not put together."""


class Step(StrEnum):
    """Step of a roll-up, as the description writes it."""

    INTERVAL = "interval"
    BUCKET = "bucket"
    DAY = "day"

    def minutes(self, description: MarketDescription) -> int:
        """Length of the step [min]."""
        return {
            Step.INTERVAL: description.interval_minutes,
            Step.BUCKET: description.bucket_minutes,
            Step.DAY: DAY,
        }[self]


@dataclass(frozen=True, slots=True)
class RollupColumn:
    """A column: its unit, how it is put together over time, and whether it counts whole minutes or rows."""

    name: str
    unit: str
    how: How = How.SUM
    whole: bool = False

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Type of its numbers."""
        return np.dtype(np.int32 if self.whole else np.float64)

    @property
    def empty(self) -> float:
        """Value where nothing is known."""
        return 0 if self.how is How.SUM or self.whole else np.nan


@dataclass(frozen=True, slots=True)
class Rollup:
    """A roll-up: its name, its axes before time, its step and its columns."""

    name: str
    axes: tuple[str, ...]
    step: Step
    columns: tuple[RollupColumn, ...]

    def column(self, name: str) -> RollupColumn:
        """Give a column by name.

        Raises
        ------
        KeyError
            When there is none of that name; the message lists those there are.
        """
        for column in self.columns:
            if column.name == name:
                return column
        known = ", ".join(column.name for column in self.columns)
        raise KeyError(f"{self.name} has no column {name!r}; it has {known}")

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)


def _sums(*names: str, unit: str) -> tuple[RollupColumn, ...]:
    return tuple(RollupColumn(name, unit) for name in names)


def _counts(*names: str, unit: str = "min") -> tuple[RollupColumn, ...]:
    return tuple(RollupColumn(name, unit, whole=True) for name in names)


_OUTPUT = (
    *_sums("out_mwh", "in_mwh", unit="MWh"),
    *_sums("out_revenue", "in_cost", unit="currency"),
    *_sums("out_priced_mwh", "in_priced_mwh", unit="MWh"),
    *_counts("minutes"),
)
_PRICE = (
    *_sums("rrp_minutes", unit="currency/MWh min"),
    *_counts("minutes", "negative_minutes"),
    RollupColumn("low", "currency/MWh", How.LOW),
    RollupColumn("high", "currency/MWh", How.HIGH),
)
_REGION = (
    *_sums("demand_mwh", unit="MWh"),
    *_counts("demand_minutes"),
    *_sums("demand_cost", unit="currency"),
    *_sums("demand_priced_mwh", unit="MWh"),
    *_sums("solar_uigf_mwh", "solar_cleared_mwh", "wind_uigf_mwh", "wind_cleared_mwh", unit="MWh"),
    *_counts("uigf_minutes"),
    *_sums("solar_negative_mwh", "wind_negative_mwh", unit="MWh"),
    *_sums("storage_mwh_minutes", unit="MWh min"),
    *_counts("storage_minutes"),
    *_sums("battery_out_mwh", "battery_in_mwh", "net_export_mwh", unit="MWh"),
)
_FLOW = (
    *_sums("forward_mwh", "backward_mwh", "losses_mwh", unit="MWh"),
    *_counts("minutes"),
    *_sums("export_limit_mwh", "import_limit_mwh", unit="MWh"),
    *_counts("limit_minutes", "export_bound_minutes", "import_bound_minutes"),
)

ROLLUPS: Mapping[str, Rollup] = MappingProxyType(
    {
        rollup.name: rollup
        for rollup in (
            Rollup("unit", ("unit",), Step.BUCKET, _OUTPUT),
            Rollup("unit_day", ("unit",), Step.DAY, _OUTPUT),
            Rollup("region_fuel", ("region", "fuel"), Step.BUCKET, _OUTPUT),
            Rollup(
                "price_interval",
                ("region",),
                Step.INTERVAL,
                (
                    RollupColumn("rrp", "currency/MWh", How.LAST),
                    RollupColumn("cadence", "min", How.LAST, whole=True),
                ),
            ),
            Rollup("price", ("region",), Step.BUCKET, _PRICE),
            Rollup("region", ("region",), Step.BUCKET, _REGION),
            Rollup("flow", ("interconnector",), Step.BUCKET, _FLOW),
            Rollup("rooftop", ("area",), Step.BUCKET, (*_sums("mwh", unit="MWh"), *_counts("minutes"))),
            Rollup(
                "coverage",
                ("feed",),
                Step.INTERVAL,
                (
                    RollupColumn("rows", "1", How.LAST, whole=True),
                    RollupColumn("cadence", "min", How.LAST, whole=True),
                ),
            ),
        )
    }
)


def labels_of(
    axis: str, description: MarketDescription, units: UnitsRegister, rollup: str
) -> tuple[str, ...]:
    """Name the places of an axis.

    Parameters
    ----------
    axis
        ``unit``, ``region``, ``fuel``, ``interconnector``, ``area`` or ``feed``.
    description, units
        Of the dataset.
    rollup
        Name of the roll-up: units may lie in a region that is not known, prices may not.
    """
    if axis == "region":
        return description.unit_regions if rollup == "region_fuel" else description.region_names
    return {
        "unit": lambda: units.names,
        "fuel": lambda: description.fuel_names,
        "interconnector": lambda: description.interconnector_names,
        "area": lambda: description.rooftop_areas,
        "feed": lambda: feeds_of(description),
    }[axis]()


def feeds_of(description: MarketDescription) -> tuple[str, ...]:
    """Name what is watched for gaps: ``unit_power`` as a whole, the other tables by series (``price/NSW1``)."""
    tables = ("price", "region", "flow", "rooftop")
    return (
        "unit_power",
        *(f"{table}/{series}" for table in tables for series in description.series_of(table)),
    )
