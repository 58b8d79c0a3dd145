"""Batteries: what they take and give, earn and pay, and how hard they work."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from workbench.market.definitions import (
    cycles,
    hour_of_day,
    price_spread,
    round_trip,
    storage_utilisation,
    volume_weighted,
)
from workbench.market.definitions.energy import Floats, ratio
from workbench.market.model.answer import Answer, Column, texts
from workbench.market.model.asking import asked
from workbench.market.model.period import Bins, Period, Resolution, bucket_resolution, cut
from workbench.market.queries.completeness import missing_notes, partial_columns, whole_totals
from workbench.market.queries.generation import FuelEnergy, energy_by_fuel
from workbench.market.queries.revenue import unit_sums
from workbench.market.queries.scope import answer, check_scope, named, time_columns
from workbench.market.queries.sums import covered_hours, scattered

if TYPE_CHECKING:
    from workbench.market.store.reading import MarketData

DISCHARGE, CHARGE = "Discharge", "Charge"


@asked
def batteries(data: MarketData, period: Period, *, region: str | None = None) -> Answer:
    """Figures of each battery station over a period, the highest net revenue first.

    A station whose battery was registered as a generator and a load, and later as one bidirectional unit, is one
    row: its flows add up, its storage counts once.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.
    region
        One region, or all of them.
    """
    check_scope(data, region)
    units, currency = data.units, data.description.currency
    storage = data.description.storage_fuels
    chosen = np.array([unit.fuel in storage and region in (None, unit.region) for unit in units], dtype=bool)
    keys = tuple(f"{unit.station}\n{unit.region}" for unit in units)
    names, sums, source = unit_sums(data, period, chosen, keys)
    hours = covered_hours(data, Bins(np.array([period.begin, period.end]), Resolution.DAY))[0]
    total = whole_totals(sums)
    held = np.array([_storage(data, name, keys) for name in names], dtype=np.float64)
    price = data.description.price_unit
    columns = [
        Column("Station", texts([name.partition("\n")[0] for name in names])),
        Column("Region", texts([name.partition("\n")[2] for name in names])),
        Column("Storage", held, "MWh"),
        Column("Discharged", total["energy"], "MWh"),
        Column("Charged", total["charged"], "MWh"),
        Column("Discharge price", volume_weighted(sums["out_revenue"], sums["out_priced_mwh"]), price),
        Column("Charge price", volume_weighted(sums["in_cost"], sums["in_priced_mwh"]), price),
        Column(
            "Spread",
            price_spread(sums["out_revenue"], sums["out_priced_mwh"], sums["in_cost"], sums["in_priced_mwh"]),
            price,
        ),
        Column("Net revenue", total["net"], currency),
        Column("Cycles", cycles(total["energy"], held), "full cycles"),
        Column("Utilisation", storage_utilisation(total["energy"], held, hours), "% of a cycle a day"),
        Column("Round trip", round_trip(total["energy"], total["charged"]), "%"),
        *partial_columns(sums, currency),
    ]
    seen = np.flatnonzero((sums["out_mwh"] > 0) | (sums["in_mwh"] > 0))
    made = answer(data, named("Batteries", region, period), columns, period, source, *missing_notes(sums))
    return made.rows(seen).sorted_by("Net revenue")


@asked
def battery_power(
    data: MarketData, period: Period, *, region: str | None = None, resolution: Resolution | None = None
) -> Answer:
    """Mean discharge (above zero) and charge (below) of all batteries, and the price of the region.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.
    region
        One region, or all of them.
    resolution
        Length of the bins; one that fits the period when left out.
    """
    bins = cut(period, resolution, data.description)
    found, outward, inward = _storage_energy(data, bins, region)
    hours = covered_hours(data, bins)
    columns = [
        *time_columns(bins),
        Column(DISCHARGE, ratio(outward, hours), "MW"),
        Column(CHARGE, 0.0 - ratio(inward, hours), "MW"),
        *found.lacks_columns,
    ]
    return answer(data, named("Battery power", region, period), columns, period, found.source, found.note)


@asked
def batteries_by_hour(data: MarketData, period: Period, *, region: str | None = None) -> Answer:
    """Mean discharge and charge in each hour of the day, split before they are averaged.

    Parameters
    ----------
    data, period, region
        As in :func:`battery_power`.
    """
    bins = cut(period, bucket_resolution(data.description), data.description)
    places = hour_of_day(bins.ends, bins.resolution.minutes)
    found, gave, took = _storage_energy(data, bins, region, lambda values: scattered(values, places, 24))
    hours = scattered(covered_hours(data, bins), places, 24)
    columns = [
        Column("Hour", np.arange(24.0), "h of the day, begin"),
        Column(DISCHARGE, ratio(gave, hours), "MW"),
        Column(CHARGE, 0.0 - ratio(took, hours), "MW"),
        *found.lacks_columns,
    ]
    title = named("Batteries by time of day", region, period)
    return answer(data, title, columns, period, found.source, found.note)


def _storage_energy(
    data: MarketData, bins: Bins, region: str | None, into: Callable[[Floats], Floats] = np.asarray
) -> tuple[FuelEnergy, Floats, Floats]:
    found = energy_by_fuel(data, bins, region, into)
    names = data.description.fuel_names
    fuels = np.array([names.index(name) for name in data.description.storage_fuels], dtype=np.int64)
    return found, found.outward[fuels].sum(axis=0), found.inward[fuels].sum(axis=0)


def _storage(data: MarketData, name: str, keys: tuple[str, ...]) -> float:
    kinds: dict[str, float] = {}
    for place, key in enumerate(keys):
        held = float(data.units.storage_mwh[place])
        if key == name and held > 0:
            kind = str(data.units[place].kind)
            kinds[kind] = kinds.get(kind, 0.0) + held
    return max(kinds.values(), default=float("nan"))
