"""What units earned and paid, as price x power x hours: the sums of a period, and the interval that counts most."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import polars as pl

from workbench.data.explanation.steps import Explained, derived
from workbench.data.origins import Origin
from workbench.errors import WorkbenchError
from workbench.market.model.market_time import to_minutes
from workbench.market.model.period import Period
from workbench.market.model.units import UnitKind
from workbench.market.queries.sums import total_of
from workbench.market.results.explained_rows import explain_readings
from workbench.market.store.reading import MarketData
from workbench.market.store.resolution import Subject

__all__ = ["Flow", "explain_money"]

MAX_SEARCHED = np.timedelta64(1, "D")
"""Longest period whose intervals are compared to find the one that counts most."""


class Flow(StrEnum):
    """Energy in one direction."""

    OUT = "out"
    """Given to the grid, which earns."""
    IN = "in"
    """Taken from the grid, which costs."""


def explain_money(
    data: MarketData,
    flow: Flow,
    units: Sequence[str],
    begin: np.datetime64,
    end: np.datetime64,
    *,
    partial: bool = False,
) -> Explained | None:
    """Explain what units earned or paid in a period; None where the period has no sums.

    Parameters
    ----------
    data
        The dataset, in one version.
    flow
        Whether they gave or took energy.
    units
        Only these; all when empty.
    begin, end
        Range ``(begin, end]`` of stamps.
    partial
        Whether readings or prices are missing, so that this is what is known of a missing total.
    """
    money = "out_revenue" if flow is Flow.OUT else "in_cost"
    energy, priced = f"{flow}_mwh", f"{flow}_priced_mwh"
    try:
        sums = total_of(
            data, Subject.UNIT, Period(begin, end), [money, energy, priced], series=list(units) or None
        )
    except (WorkbenchError, KeyError, ValueError):
        return None
    total, amount, paid = (float(sums[name].sum()) for name in (money, energy, priced))
    regions = _regions(data, units)
    currency, price_unit = data.description.currency, data.description.price_unit
    direction = "given to" if flow is Flow.OUT else "taken from"
    power = explain_readings(data, "unit_power", units, begin, end)
    prices = explain_readings(data, "price", regions, begin, end)
    parts = [
        _step(f"Energy {direction} the grid", amount, "MWh", "power x hours of each reading", power),
        _step(
            "Average price of this energy",
            total / paid if paid else None,
            price_unit,
            "prices of the region of each unit, weighted by the energy of each interval",
            prices,
        ),
    ]
    largest = _largest(data, flow, units, regions, begin, end)
    name = "Revenue" if flow is Flow.OUT else "Cost"
    rule = "price x power x hours of each interval and unit, summed"
    if partial:
        name, rule = (
            f"Partial {name.lower()}",
            f"{rule}, of what is known; no total, because a part is missing",
        )
    return derived(name, total, currency, rule, *parts, *([largest] if largest else []))


def _step(quantity: str, value: float | None, unit: str, rule: str, part: Explained | None) -> Explained:
    return derived(quantity, value, unit, rule, *([part] if part is not None else []))


def _regions(data: MarketData, units: Sequence[str]) -> tuple[str, ...]:
    known = {data.units[data.units.position(unit)].region for unit in units}
    return tuple(region for region in data.description.region_names if region in known)


def _largest(
    data: MarketData,
    flow: Flow,
    units: Sequence[str],
    regions: Sequence[str],
    begin: np.datetime64,
    end: np.datetime64,
) -> Explained | None:
    """The interval and unit with the largest amount, down to its two readings."""
    settlements = data.description.settlements
    if end - begin > MAX_SEARCHED or (settlements and to_minutes(begin) < settlements[-1].end):
        # No single reading has the price of a longer interval of settlement.
        return None
    power = data.rows(
        "unit_power", begin, end, series=list(units) or None, columns=["stamp", "unit", "mw", "minutes"]
    )
    price = data.rows(
        "price", begin, end, series=list(regions) or None, columns=["stamp", "region", "rrp", "minutes"]
    )
    register = pl.DataFrame(
        {
            "unit": list(data.units.names),
            "region": list(data.units.regions),
            # A load's consumption is published as a positive number.
            "sign": [-1.0 if unit.kind is UnitKind.LOAD else 1.0 for unit in data.units],
        }
    )
    towards = 1.0 if flow is Flow.OUT else -1.0
    joined = (
        power.join(register, on="unit")
        .join(price, on=["stamp", "region", "minutes"])
        .with_columns(given=pl.col("mw") * pl.col("sign") * towards)
        .filter(pl.col("given") > 0)
        .with_columns(amount=pl.col("given") * pl.col("minutes") / 60 * pl.col("rrp"))
        .sort(pl.col("amount").abs(), descending=True)
    )
    if not joined.height:
        return None
    row = joined.row(0, named=True)
    begins = row["stamp"] - datetime.timedelta(minutes=row["minutes"])
    first, last = np.datetime64(begins, "m"), np.datetime64(row["stamp"], "m")
    hours = Explained(
        "Hours", row["minutes"] / 60, "h", Origin.DERIVED, f"length of the reading, {row['minutes']} minutes"
    )
    readings = (
        explain_readings(data, table, [series], first, last)
        for table, series in (("price", row["region"]), ("unit_power", row["unit"]))
    )
    known = [part for part in readings if part is not None]
    which = "The only interval" if joined.height == 1 else "The interval that counts most"
    quantity = f"{which}: {row['unit']}, {row['stamp']:%Y-%m-%d %H:%M}"
    rule = f"{row['rrp']:g} x {row['given']:g} MW x {row['minutes'] / 60:.6g} h"
    return derived(quantity, float(row["amount"]), data.description.currency, rule, *known, hours)
