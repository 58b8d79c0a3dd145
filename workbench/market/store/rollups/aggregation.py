"""Raw rows -> the arrays of the roll-ups, for one range and one step. The only place where energy is summed.

Energy is MW x h of the row's own cadence; revenue is MW x RRP x h with the price of the row's own region over the
row's own interval (a 30-minute reading takes the mean of the six 5-minute prices inside it, and none when one
of them is missing). Charging is split from discharging in each row, before anything is added up. The same
functions make the roll-ups (step: the bucket) and answer questions at the native cadence (step: the interval),
so that they agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.market.definitions.energy import Floats, energy, hours_of, split_directions
from workbench.market.definitions.flows import at_limits, limits_by_direction
from workbench.market.definitions.weather import curtailed_power
from workbench.market.model.description import MarketDescription
from workbench.market.model.market_time import Minutes
from workbench.market.model.units import UnitKind, UnitsRegister

Counts = NDArray[np.int32]
Arrays = dict[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Rows:
    """Raw rows of one table as arrays of one length.

    Parameters
    ----------
    stamp
        End of each reading [minutes since 1970, market clock].
    series
        Place of each row's series on its axis; -1 where it has none.
    minutes
        Cadence of each row [min].
    values
        Column -> numbers, nan where missing.
    """

    stamp: Minutes
    series: NDArray[np.int64]
    minutes: NDArray[np.int64]
    values: Mapping[str, Floats]

    def __len__(self) -> int:
        return len(self.stamp)

    def where(self, kept: NDArray[np.bool_] | NDArray[np.int64]) -> Rows:
        """Give some of the rows."""
        values = {name: column[kept] for name, column in self.values.items()}
        return Rows(self.stamp[kept], self.series[kept], self.minutes[kept], values)


@dataclass(frozen=True, slots=True)
class Frame:
    """A range ``(start, end]`` cut into steps, on the grid of the market's intervals [min]."""

    start: int
    end: int
    step: int
    interval: int
    bucket: int

    @property
    def slots(self) -> int:
        """Number of native intervals."""
        return (self.end - self.start) // self.interval

    @property
    def steps(self) -> int:
        """Number of steps."""
        return (self.end - self.start) // self.step

    @property
    def finest(self) -> Frame:
        """The same range in native intervals."""
        return Frame(self.start, self.end, self.interval, self.interval, self.bucket)

    def last_slot(self, rows: Rows) -> NDArray[np.int64]:
        """Place of the native interval in which each row ends."""
        return (rows.stamp - self.start) // self.interval - 1


def reconcile_cadence(rows: Rows, frame: Frame) -> Rows:
    """Count each moment once where one table holds readings of two cadences.

    In a bucket that has finer rows of a series, those count when they fill it, else the coarser one does.
    """
    if not len(rows) or rows.minutes.min() == rows.minutes.max():
        return rows
    coarse = rows.minutes == frame.bucket
    bucket = (rows.stamp - frame.start - 1) // frame.bucket
    width = int(bucket.max()) + 2
    place = (rows.series + 1) * width + bucket
    size = int(place.max()) + 1
    fine_minutes = np.bincount(place[~coarse], weights=rows.minutes[~coarse], minlength=size)
    has_coarse = np.bincount(place[coarse], minlength=size) > 0
    filled = fine_minutes >= frame.bucket
    return rows.where(np.where(coarse, ~filled[place], filled[place] | ~has_coarse[place]))


def price_grid(price: Rows, frame: Frame, regions: int) -> tuple[Floats, Counts]:
    """Lay prices on the native grid; a 30-minute price is in all six of its intervals.

    Returns
    -------
    rrp : ndarray, shape (regions, slots)
        Price [currency/MWh], nan where there is none: another region's is never taken.
    cadence : ndarray of int32, shape (regions, slots)
        Cadence of the row it comes from [min], 0 where there is none.
    """
    rrp = np.full((regions, frame.slots), np.nan)
    cadence = np.zeros((regions, frame.slots), dtype=np.int32)
    spread = _spread(price.where(price.series >= 0), frame.finest)
    slot = frame.last_slot(spread.rows)
    rrp[spread.rows.series, slot] = spread.rows.values["rrp"]
    cadence[spread.rows.series, slot] = spread.whole
    return rrp, cadence


def settled_grid(price: Rows, rrp: Floats, frame: Frame, description: MarketDescription) -> Floats:
    """Lay the prices by which energy is settled on the native grid.

    Until a change of the rules that was the price of a longer interval: as it was published, else the mean of the
    prices inside it, none of them missing. Later it is the price of each interval.

    Parameters
    ----------
    price
        All rows, of whatever cadence.
    rrp
        Prices on the native grid, see :func:`price_grid`; shape (regions, slots).
    frame
        Range, from bucket to bucket.
    description
        The rules.
    """
    settled, begin = rrp, frame.start
    for rule in description.settlements:
        end = min(rule.end, frame.end)
        if end <= begin:
            continue
        settled = settled.copy() if settled is rrp else settled
        slots = slice((begin - frame.start) // frame.interval, (end - frame.start) // frame.interval)
        width = rule.minutes // frame.interval
        grid = rrp[:, slots].reshape(len(rrp), -1, width).mean(axis=2)
        here = (
            (price.series >= 0)
            & (price.minutes == rule.minutes)
            & (price.stamp > begin)
            & (price.stamp <= end)
        )
        given = price.where(here)
        grid[given.series, (given.stamp - begin) // rule.minutes - 1] = given.values["rrp"]
        settled[:, slots] = np.repeat(grid, width, axis=1)
        begin = end
    return settled


def price_columns(rrp: Floats, frame: Frame) -> Arrays:
    """Sum a price grid into steps, see the roll-up ``price``."""
    grid = rrp.reshape(len(rrp), frame.steps, -1)
    known = ~np.isnan(grid)
    return {
        "rrp_minutes": np.where(known, grid, 0.0).sum(axis=2) * frame.interval,
        "minutes": _whole(known.sum(axis=2) * frame.interval),
        "negative_minutes": _whole((grid < 0).sum(axis=2) * frame.interval),
        "low": np.fmin.reduce(grid, axis=2),
        "high": np.fmax.reduce(grid, axis=2),
    }


def output_columns(rows: Rows, region: NDArray[np.int64], rrp: Floats, frame: Frame, count: int) -> Arrays:
    """Sum power of series into steps, see the roll-ups ``unit`` and ``region_fuel``.

    Parameters
    ----------
    rows
        With ``mw``; what is consumed is negative.
    region
        Place of each series' region on the price grid, -1 for none; shape (count,).
    rrp
        Prices on the native grid, see :func:`price_grid`.
    frame
        Range and step.
    count
        Number of series.
    """
    rows = rows.where(rows.series >= 0)
    price = row_price(rows, region[rows.series], rrp, frame)
    spread = _spread(rows, frame)
    rows = spread.rows
    if spread.source is not None:
        own = rrp[region[rows.series], frame.last_slot(rows)]
        # The slots of a row share its energy; one without all its prices stays without any of them.
        price = np.where(np.isnan(price[spread.source]), np.nan, own)
    given, taken = split_directions(energy(rows.values["mw"], hours_of(rows.minutes)))
    known = ~np.isnan(price)
    price = np.where(known, price, 0.0)
    add = _adding(rows, frame, count)
    return {
        "out_mwh": add(given),
        "in_mwh": add(taken),
        "out_revenue": add(given * price),
        "in_cost": add(taken * price),
        "out_priced_mwh": add(given * known),
        "in_priced_mwh": add(taken * known),
        "minutes": _whole(add(rows.minutes.astype(float) * ~np.isnan(rows.values["mw"]))),
    }


def region_columns(rows: Rows, rrp: Floats, settled: Floats, frame: Frame, count: int) -> Arrays:
    """Sum demand, availability and storage of regions into steps, see the roll-up ``region``.

    ``rrp`` are the prices of each interval, at which offers are taken or not, ``settled`` those that are paid, see
    :func:`settled_grid`.
    """
    rows = rows.where(rows.series >= 0)
    price, offered = (row_price(rows, rows.series, grid, frame) for grid in (settled, rrp))
    spread = _spread(rows, frame)
    rows = spread.rows
    if spread.source is not None:
        place = rows.series, frame.last_slot(rows)
        price, offered = (
            np.where(np.isnan(whole[spread.source]), np.nan, grid[place])
            for whole, grid in ((price, settled), (offered, rrp))
        )
    values, hours, minutes = rows.values, hours_of(rows.minutes), rows.minutes.astype(float)
    add = _adding(rows, frame, count)
    demand = energy(values["demand"], hours)
    known = ~np.isnan(values["demand"])
    columns: Arrays = {
        "demand_mwh": add(demand),
        "demand_minutes": _whole(add(minutes * known)),
        "demand_cost": add(demand * price),
        "demand_priced_mwh": add(np.where(np.isnan(price), np.nan, demand)),
    }
    paired = np.zeros(len(rows), dtype=bool)
    for source in ("solar", "wind"):
        available, cleared = values[f"{source}_uigf"], values[f"{source}_cleared"]
        both = ~np.isnan(available + cleared)
        paired |= both
        columns[f"{source}_uigf_mwh"] = add(np.where(both, energy(available, hours), np.nan))
        columns[f"{source}_cleared_mwh"] = add(np.where(both, energy(cleared, hours), np.nan))
        curtailed = energy(curtailed_power(available, cleared), hours)
        columns[f"{source}_negative_mwh"] = add(np.where(offered < 0, curtailed, np.nan))
    columns["uigf_minutes"] = _whole(add(minutes * paired))
    columns["storage_mwh_minutes"] = add(values["battery_storage"] * minutes)
    columns["storage_minutes"] = _whole(add(minutes * ~np.isnan(values["battery_storage"])))
    columns["battery_out_mwh"] = add(energy(values["battery_generation"], hours))
    columns["battery_in_mwh"] = add(energy(values["battery_load"], hours))
    columns["net_export_mwh"] = add(energy(values["net_interchange"], hours))
    return columns


def flow_columns(rows: Rows, frame: Frame, count: int, *, import_limits_negative: bool) -> Arrays:
    """Sum flows into steps, each direction by itself, see the roll-up ``flow``.

    ``import_limits_negative`` says whether the source gives the limit against the direction as a negative flow.
    """
    rows = _spread(rows.where(rows.series >= 0), frame).rows
    values, hours, minutes = rows.values, hours_of(rows.minutes), rows.minutes.astype(float)
    add = _adding(rows, frame, count)
    forward, backward = split_directions(energy(values["flow"], hours))
    lowest, highest = limits_by_direction(
        values["export_limit"], values["import_limit"], import_is_negative=import_limits_negative
    )
    at_highest, at_lowest = at_limits(values["target"], lowest, highest)
    limited = ~np.isnan(lowest + highest)
    return {
        "forward_mwh": add(forward),
        "backward_mwh": add(backward),
        "losses_mwh": add(energy(values["losses"], hours)),
        "minutes": _whole(add(minutes * ~np.isnan(values["flow"]))),
        "export_limit_mwh": add(np.where(limited, energy(highest, hours), np.nan)),
        "import_limit_mwh": add(np.where(limited, energy(lowest, hours), np.nan)),
        "limit_minutes": _whole(add(minutes * limited)),
        "export_bound_minutes": _whole(add(minutes * at_highest)),
        "import_bound_minutes": _whole(add(minutes * at_lowest)),
    }


def rooftop_columns(rows: Rows, frame: Frame, count: int) -> Arrays:
    """Sum rooftop power of areas into steps, see the roll-up ``rooftop``."""
    rows = _spread(rows.where(rows.series >= 0), frame).rows
    add = _adding(rows, frame, count)
    return {
        "mwh": add(energy(rows.values["mw"], hours_of(rows.minutes))),
        "minutes": _whole(add(rows.minutes.astype(float) * ~np.isnan(rows.values["mw"]))),
    }


def coverage_columns(rows: Rows, frame: Frame, count: int) -> Arrays:
    """Count rows in each native interval, see the roll-up ``coverage``; a 30-minute row is in six."""
    fine = frame.finest
    spread = _spread(rows.where(rows.series >= 0), fine)
    place = spread.rows.series * fine.slots + fine.last_slot(spread.rows)
    cadence = np.zeros(count * fine.slots, dtype=np.int32)
    cadence[place] = spread.whole
    found = np.bincount(place, minlength=count * fine.slots)
    return {"rows": _whole(found).reshape(count, -1), "cadence": cadence.reshape(count, -1)}


def group_columns(
    unit: Mapping[str, NDArray[np.generic]],
    units: UnitsRegister,
    description: MarketDescription,
) -> Arrays:
    """Add unit arrays up by region and fuel."""
    regions, fuels = description.unit_regions, description.fuel_names
    group = [
        (regions.index(item.region) if item.region in regions else len(regions) - 1) * len(fuels)
        + (fuels.index(item.fuel) if item.fuel in fuels else len(fuels) - 1)
        for item in units
    ]
    grouped: Arrays = {}
    for name, array in unit.items():
        total = np.zeros((len(regions) * len(fuels), array.shape[-1]), dtype=array.dtype)
        for place, row in zip(group, array, strict=False):
            total[place] += row
        grouped[name] = total.reshape(len(regions), len(fuels), -1)
    return grouped


def signed(rows: Rows, units: UnitsRegister) -> Rows:
    """Turn the readings of loads round: their consumption is published as a positive number."""
    sign = np.array([-1.0 if unit.kind is UnitKind.LOAD else 1.0 for unit in units] or [1.0])
    return Rows(rows.stamp, rows.series, rows.minutes, {"mw": rows.values["mw"] * sign[rows.series]})


def row_price(rows: Rows, region: NDArray[np.int64], rrp: Floats, frame: Frame) -> Floats:
    """Mean price over each row's own interval [currency/MWh]; nan where any part of it has none."""
    price = np.full(len(rows), np.nan)
    if not len(rows) or not rrp.size:
        return price
    # A region of -1 takes the last line, in which there is no price.
    padded = np.vstack((rrp, np.full((1, rrp.shape[1]), np.nan)))
    last = frame.last_slot(rows)
    alike = rows.minutes.min() == rows.minutes.max()
    for minutes in rows.minutes[:1] if alike else np.unique(rows.minutes):
        chosen = slice(None) if alike else np.flatnonzero(rows.minutes == minutes)
        width = int(minutes) // frame.interval
        if width == 1:
            price[chosen] = padded[region[chosen], last[chosen]]
            continue
        window = last[chosen, None] + np.arange(1 - width, 1)
        price[chosen] = padded[region[chosen, None], window].mean(axis=1)
    return price


@dataclass(frozen=True, slots=True)
class _Spread:
    """Rows laid on the steps: whole where they fit in one, cut into native intervals where they do not."""

    rows: Rows
    whole: NDArray[np.int64]
    """Cadence of the row that each comes from [min]."""
    source: NDArray[np.int64] | None
    """Which row each comes from; None when none was cut."""


def _spread(rows: Rows, frame: Frame) -> _Spread:
    if not len(rows) or rows.minutes.max() <= frame.step:
        return _Spread(rows, rows.minutes, None)
    pieces = rows.minutes // frame.interval
    source = np.repeat(np.arange(len(rows)), pieces)
    back = np.repeat(np.cumsum(pieces), pieces) - 1 - np.arange(len(source))
    cut = rows.where(source)
    stamp = cut.stamp - back * frame.interval
    minutes = np.full(len(source), frame.interval, dtype=np.int64)
    return _Spread(Rows(stamp, cut.series, minutes, cut.values), cut.minutes, source)


def _adding(rows: Rows, frame: Frame, count: int) -> Callable[[Floats], Floats]:
    """Make the function that adds values of rows up by series and step; nan counts nothing."""
    place = rows.series * frame.steps + (rows.stamp - frame.start - 1) // frame.step

    def add(weights: Floats) -> Floats:
        weights = np.where(np.isnan(weights), 0.0, weights)
        summed = np.bincount(place, weights=weights, minlength=count * frame.steps)
        return np.asarray(summed, dtype=float).reshape(count, frame.steps)

    return add


def _whole(values: NDArray[np.generic]) -> Counts:
    return np.asarray(np.rint(values), dtype=np.int32)
