"""Generation by fuel: series, totals, time of day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.market.definitions import (
    capacity_factor,
    capture_rate,
    hour_of_day,
    renewable_share,
    time_weighted,
    volume_weighted,
)
from workbench.market.definitions.energy import Floats, ratio
from workbench.market.model.answer import LACKS, Answer, Column, texts
from workbench.market.model.asking import asked
from workbench.market.model.period import Bins, Period, Resolution, bucket_resolution, cut
from workbench.market.queries.completeness import (
    bin_minutes,
    expected_by_fuel,
    feed_gaps,
    missing_notes,
    partial_columns,
    silent_note,
    unit_feed_gaps,
    whole,
    whole_totals,
)
from workbench.market.queries.flows import net_import_energy
from workbench.market.queries.scope import answer, check_scope, named, only, region_rows, time_columns
from workbench.market.queries.sums import (
    UNIT_COLUMNS,
    covered_hours,
    rooftop_hours,
    scattered,
    sums_of,
    total_of,
)
from workbench.market.store.resolution import Subject

if TYPE_CHECKING:
    from workbench.market.store.reading import MarketData

NET_IMPORTS = "Net imports"
DEMAND = "Demand"
CHARGING = "charging"


@asked
def generation(
    data: MarketData, period: Period, *, region: str | None = None, resolution: Resolution | None = None
) -> Answer:
    """Mean power by fuel in each bin.

    Storage gives two columns, discharge above zero and charging below, split per unit and interval. For one region
    net imports and demand are added.

    Parameters
    ----------
    data
        The market's data.
    period
        Which stretch of time.
    region
        One region, or all of them.
    resolution
        Length of the bins; one that fits the period when left out.

    Returns
    -------
    Answer
        ``Begin``, ``End``, a column per fuel [MW], ``Demand`` [MW]. Missing where the table has no rows.

    Raises
    ------
    UnknownName
        When the dataset has no such region.
    """
    bins = cut(period, resolution, data.description)
    found = energy_by_fuel(data, bins, region)
    outward, inward = found.outward, found.inward
    hours, on_roofs = covered_hours(data, bins), rooftop_hours(data, bins, region)
    columns = time_columns(bins)
    for place, fuel in enumerate(data.description.fuels):
        covered = on_roofs if fuel.rooftop else hours
        if outward[place].any():
            columns.append(Column(fuel.name, ratio(outward[place], covered), "MW"))
        if inward[place].any():
            columns.append(Column(f"{fuel.name} {CHARGING}", 0.0 - ratio(inward[place], covered), "MW"))
    if region is not None:
        columns.append(Column(NET_IMPORTS, ratio(*net_import_energy(data, bins, region)), "MW"))
    columns.append(Column(DEMAND, mean_demand(data, bins, region), "MW"))
    columns += found.lacks_columns
    return answer(
        data, named("Generation by fuel", region, period), columns, period, found.source, found.note
    )


@dataclass(frozen=True, slots=True, eq=False)
class FuelEnergy:
    """Energy given and taken by each fuel [MWh], shape (fuels, bins); ``nan`` where too many units are silent.

    ``note`` says how many are, ``source`` what was read, and ``lacks`` how much of what is given is missing [%],
    shape (bins,): the largest share of a fuel, or that of the gaps of the whole feed.
    """

    outward: Floats
    inward: Floats
    note: str
    source: str
    lacks: Floats

    @property
    def lacks_columns(self) -> list[Column]:
        """The column that says how much of each bin's numbers is missing; none where nothing is."""
        return [Column(LACKS, self.lacks, "%")] if np.nan_to_num(self.lacks).any() else []


def energy_by_fuel(
    data: MarketData, bins: Bins, region: str | None, into: Callable[[Floats], Floats] = np.asarray
) -> FuelEnergy:
    """Sum energy by fuel in bins; ``into`` adds bins up along the last axis before missing parts are judged."""
    check_scope(data, region)
    found = sums_of(data, Subject.REGION_FUEL, bins, ["out_mwh", "in_mwh", "minutes"], series=only(region))
    rows = region_rows(data, found.labels[0], region)
    outward, inward, read = (into(found[name][rows].sum(axis=0)) for name in ("out_mwh", "in_mwh", "minutes"))
    expected = into(expected_by_fuel(data, bins, region))
    silent = np.maximum(expected - read, 0.0)
    note = silent_note(float(silent.sum()), float(expected.sum())) if silent.any() else ""
    given, taken = whole(outward, silent, expected), whole(inward, silent, expected)
    shares = np.where(np.isnan(given), 0.0, np.nan_to_num(ratio(silent, expected))).max(axis=0)
    minutes = into(bin_minutes(bins))
    gaps = ratio(into(feed_gaps(data, bins, "unit_power")), minutes)
    roofs = ratio(into(rooftop_gaps(data, bins, region)), len(_regions(data, region, found.bins)) * minutes)
    shares = np.maximum(shares, np.where(roofs < 1.0, roofs, 0.0))
    # Where nothing was read nothing is given that could lack something.
    lacks = 100.0 * np.where(gaps < 1.0, np.maximum(shares, gaps), np.nan)
    return FuelEnergy(given, taken, note, found.source, lacks)


def mean_demand(data: MarketData, bins: Bins, region: str | None) -> Floats:
    """Mean demand in each bin [MW]: the sum over regions of each region's mean over the time it is known."""
    found = sums_of(data, Subject.REGION, bins, ["demand_mwh", "demand_minutes"], series=only(region))
    rows = region_rows(data, found.labels[0], region)
    means = ratio(found["demand_mwh"][rows], found["demand_minutes"][rows] / 60.0)
    total: Floats = means.sum(axis=0)
    return total


@asked
def fuel_totals(data: MarketData, period: Period, *, region: str | None = None) -> Answer:
    """Energy, share, revenue, capture price and utilisation of each fuel over a period.

    Parameters
    ----------
    data, period, region
        As in :func:`generation`.

    Returns
    -------
    Answer
        One row per fuel with energy. The share is of what was generated: storage gives back what others generated
        and has none. Capture prices cover energy whose region had a price; the flat price is the time-weighted one
        of the region, weighted by demand over all regions.
    """
    check_scope(data, region)
    amount, source = fuel_sums(data, period, region)
    total = whole_totals(amount)
    fuels = data.description.fuels
    storage = np.array([fuel.storage for fuel in fuels])
    kept = np.flatnonzero((amount["out_mwh"] > 0) | (amount["in_mwh"] > 0))
    generated = np.where(storage, 0.0, total["energy"])
    share = np.where(storage, np.nan, renewable_share(generated, generated.sum()))
    price = volume_weighted(amount["out_revenue"], amount["out_priced_mwh"])
    currency = data.description.currency
    columns = [
        Column("Fuel", texts([fuels[place].name for place in kept])),
        Column("Energy", total["energy"][kept] / 1000.0, "GWh"),
        Column("Charged", total["charged"][kept] / 1000.0, "GWh"),
        Column("Share", share[kept], "%"),
        Column("Revenue", total["revenue"][kept], currency),
        Column("Capture price", price[kept], data.description.price_unit),
        Column("Capture rate", capture_rate(price, flat_price(data, period, region))[kept], "%"),
        Column("Capacity factor", _capacity_factors(data, period, region)[kept], "%"),
    ]
    seen = {name: values[kept] for name, values in amount.items()}
    columns += partial_columns(seen, currency)
    title = named("Totals by fuel", region, period)
    return answer(data, title, columns, period, source, *missing_notes(seen))


def fuel_sums(data: MarketData, period: Period, region: str | None) -> tuple[dict[str, Floats], str]:
    """Sum energy, money and minutes of each fuel over a period, see :func:`whole_totals`; and what was read."""
    wanted = [*UNIT_COLUMNS, "minutes"]
    found = total_of(data, Subject.REGION_FUEL, period, wanted, series=only(region))
    rows = region_rows(data, found.labels[0], region)
    sums = {name: found[name][rows].sum(axis=0)[:, 0] for name in wanted}
    sums["expected"] = expected_by_fuel(data, found.bins, region)[:, 0]
    sums["silent"] = np.maximum(sums["expected"] - sums["minutes"], 0.0)
    sums["gaps"] = _gaps_by_fuel(data, found.bins, region)
    roofs = data.description.rooftop_fuel
    if roofs is not None:
        place, gaps = data.description.fuel_names.index(roofs), rooftop_gaps(data, found.bins, region)
        sums["gaps"][place] = gaps.sum()
        sums["expected"][place] = (
            len(_regions(data, region, found.bins)) * bin_minutes(found.bins).sum() - gaps.sum()
        )
    return sums, found.source


def rooftop_gaps(data: MarketData, bins: Bins, region: str | None) -> Floats:
    """Give the gaps of the rooftop power of a region, or of all of them together [min], shape (bins,)."""
    found = np.zeros(len(bins))
    for name in _regions(data, region, bins):
        found += feed_gaps(data, bins, "rooftop", name)
    return found


def _regions(data: MarketData, region: str | None, bins: Bins) -> tuple[str, ...]:
    return data.description.regions_in(*bins.edges[[0, -1]]) if region is None else (region,)


def _gaps_by_fuel(data: MarketData, bins: Bins, region: str | None) -> Floats:
    """Give how long the units of each fuel were in service in gaps of their feed together [min], shape (fuels,)."""
    names, units = list(data.description.fuel_names), data.units
    chosen = np.array([region in (None, unit.region) for unit in units], dtype=bool)
    places = np.array([names.index(fuel) for fuel in units.fuels], dtype=np.int64)[chosen]
    gaps = unit_feed_gaps(data, bins, chosen)[:, 0]
    return np.bincount(places, weights=gaps, minlength=len(names)).astype(np.float64)


def flat_price(data: MarketData, period: Period, region: str | None) -> float:
    """Time-weighted price of a region; of all regions, their time-weighted prices weighted by demand."""
    prices = total_of(data, Subject.PRICE, period, ["rrp_minutes", "minutes"])
    rows = region_rows(data, prices.labels[0], region)
    flat = time_weighted(prices["rrp_minutes"][rows, 0], prices["minutes"][rows, 0])
    if len(rows) == 1:
        return float(flat[0])
    demand = total_of(data, Subject.REGION, period, ["demand_mwh"])["demand_mwh"]
    weights = demand[region_rows(data, prices.labels[0], None), 0]
    known = ~np.isnan(flat)
    return float(ratio((flat[known] * weights[known]).sum(), weights[known].sum()))


def _capacity_factors(data: MarketData, period: Period, region: str | None) -> Floats:
    """Of each fuel in the hours that were read [%]; units without a known capacity do not count."""
    units = data.units
    found = total_of(data, Subject.UNIT, period, ["out_mwh"])["out_mwh"][:, 0]
    hours = total_of(data, Subject.UNIT, period, ["minutes"])["minutes"][:, 0] / 60.0
    counted = ~np.isnan(units.capacity_mw) & (units.capacity_mw > 0)
    if region is not None:
        counted &= np.array(units.regions) == region
    # A unit that gave nothing in the whole period is not in service, or not any more.
    counted &= found[: len(counted)] > 0
    names = list(data.description.fuel_names)
    places = np.array([names.index(fuel) for fuel in units.fuels], dtype=np.int64)[counted]
    count = len(names)
    amount = np.bincount(places, weights=found[: len(counted)][counted], minlength=count)
    possible = (np.asarray(units.capacity_mw) * hours[: len(counted)])[counted]
    return capacity_factor(amount, np.bincount(places, weights=possible, minlength=count), 1.0)


@asked
def generation_by_hour(data: MarketData, period: Period, *, region: str | None = None) -> Answer:
    """Mean power by fuel in each hour of the day; the half-hour that ends at 18:00 is in hour 17.

    Parameters
    ----------
    data, period, region
        As in :func:`generation`.
    """
    bins = cut(period, bucket_resolution(data.description), data.description)
    places = hour_of_day(bins.ends, bins.resolution.minutes)
    found = energy_by_fuel(data, bins, region, lambda values: scattered(values, places, 24))
    outward, inward = found.outward, found.inward
    hours, on_roofs = (
        scattered(covered, places, 24)
        for covered in (covered_hours(data, bins), rooftop_hours(data, bins, region))
    )
    columns = [Column("Hour", np.arange(24.0), "h of the day, begin")]
    for place, fuel in enumerate(data.description.fuels):
        covered = on_roofs if fuel.rooftop else hours
        if outward[place].any():
            columns.append(Column(fuel.name, ratio(outward[place], covered), "MW"))
        if inward[place].any():
            charging = 0.0 - ratio(inward[place], covered)
            columns.append(Column(f"{fuel.name} {CHARGING}", charging, "MW"))
    columns += found.lacks_columns
    return answer(
        data, named("Generation by time of day", region, period), columns, period, found.source, found.note
    )
