"""What a made-up market does at each moment: weather, demand, prices, flows, output.

Everything is a function of the seed and of the day alone, so that any days can be made by themselves and
neighbours fit together. It is not a model of any real market, and its numbers are nobody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.market.model.description import MarketDescription
from workbench.market.model.market_time import DAY, Minutes
from workbench.market.model.units import MarketUnit, UnitKind

Floats = NDArray[np.float64]

PEAK_DEMAND = {
    **{"Centre": 11500.0, "North": 9300.0, "South": 8200.0, "West": 2500.0, "Island": 1600.0},
    **{"NSW1": 11500.0, "QLD1": 9300.0, "VIC1": 8200.0, "SA1": 2500.0, "TAS1": 1600.0},
}
ROOFTOP_SHARE = 0.45
LINK_MW = 700.0
COAL_MINIMUM = 0.4
CHEAPEST, DEAREST = 0.25, 0.80
ROUND_TRIP = 0.85
EVENT_CHANCE = 0.08


@dataclass(frozen=True, slots=True)
class _Made:
    """Of which market, from which seed."""

    units: tuple[MarketUnit, ...]
    description: MarketDescription
    seed: int


@dataclass(frozen=True, slots=True)
class State:
    """What the market does; arrays of shape (regions, times), but for units and links."""

    demand: Floats
    rooftop: Floats
    price: Floats
    solar: tuple[Floats, Floats]
    """Available and cleared [MW]."""
    wind: tuple[Floats, Floats]
    flow: Floats
    limit: tuple[Floats, Floats]
    units: Floats
    """Shape (times, units)."""


def state_of(
    units: tuple[MarketUnit, ...],
    description: MarketDescription,
    seed: int,
    stamps: Minutes,
    asked: NDArray[np.bool_],
) -> State:
    """Compute what a made-up market does.

    Parameters
    ----------
    units, description
        The market.
    seed
        The same seed gives the same numbers.
    stamps
        Ends of the intervals of whole days [minutes since 1970].
    asked
        Which of them are given back; shape (times,).
    """
    market = _Made(units, description, seed)
    regions = description.region_names
    place = np.array([regions.index(unit.region) for unit in units])
    capacity = np.array([unit.capacity_mw for unit in units])

    def installed(*fuels: str) -> Floats:
        chosen = np.array([unit.fuel in fuels for unit in units])
        return np.bincount(place[chosen], weights=capacity[chosen], minlength=len(regions)).astype(float)[
            :, None
        ]

    scale = _scale(market, capacity)
    demand = _demand(market, stamps) * scale
    sun = _sun(market, stamps)
    wind_share = _wind_share(market, stamps)
    peak = np.array([[PEAK_DEMAND.get(name, 1000.0)] for name in regions]) * scale
    rooftop = sun * ROOFTOP_SHARE * peak
    solar, wind = sun * installed("Solar"), wind_share * installed("Wind")
    firm = installed("Coal", "CCGT", "OCGT", "Water", "Gas other", "Biomass", "Other").sum() + 1.0
    left = demand - rooftop - solar - wind
    # Regions that are linked share most of their scarcity.
    need = 0.35 * left / (0.9 * peak) + 0.65 * left.sum(axis=0) / firm
    price = _price(market, stamps, need)
    cut = np.where(price < 0, np.clip(1 + price / 120.0, 0.15, 1.0), 1.0)
    flow, limits = _flows(market, stamps, need)
    output = _unit_output(market, stamps, place, need, price, sun * cut, wind_share * cut)
    return State(
        np.round(demand - rooftop, 2)[:, asked],
        np.round(rooftop, 3)[:, asked],
        np.round(price, 5)[:, asked],
        (np.round(solar, 5)[:, asked], np.round(solar * cut, 5)[:, asked]),
        (np.round(wind, 5)[:, asked], np.round(wind * cut, 5)[:, asked]),
        np.round(flow, 5)[:, asked],
        (np.round(limits[0], 5)[:, asked], np.round(limits[1], 5)[:, asked]),
        output[asked],
    )


def _scale(market: _Made, capacity: Floats) -> float:
    """Fit demand to the capacity that there is, so that few units make a small market and not a dark one."""
    firm = [unit.fuel not in ("Solar", "Wind", "Battery Storage") for unit in market.units]
    peak = sum(PEAK_DEMAND.get(name, 1000.0) for name in market.description.region_names)
    return max(0.02, float(capacity[firm].sum() + 0.25 * capacity[~np.array(firm)].sum()) / peak)


def _waves(market: _Made, name: str, stamps: Minutes, rows: int, periods: Sequence[float]) -> Floats:
    """Smooth noise of mean 0 and about unit size: sums of waves with fixed random phases; shape (rows, times)."""
    rng = np.random.default_rng([market.seed, *name.encode()])
    hours = stamps / 60.0
    total = np.zeros((rows, len(stamps)))
    for period in periods:
        length = period * rng.uniform(0.8, 1.25, (rows, 1))
        total += np.sin(2 * np.pi * (hours / length + rng.random((rows, 1))))
    return np.asarray(total / np.sqrt(len(periods) / 2), dtype=float)


def _noise(market: _Made, name: str, stamps: Minutes, rows: int) -> Floats:
    """White noise of unit size that depends on the seed and the day alone; shape (rows, times)."""
    interval = market.description.interval_minutes
    day = (stamps - 1) // DAY
    slot = ((stamps - 1) % DAY) // interval
    made = np.empty((rows, len(stamps)))
    for number in np.unique(day):
        here = day == number
        rng = np.random.default_rng([market.seed, int(number), *name.encode()])
        made[:, here] = rng.standard_normal((DAY // interval, rows))[slot[here]].T
    return made


def _clock(stamps: Minutes, interval: int) -> tuple[Floats, ...]:
    """Hour of the day, day of the week (0 Monday) and season (1 on 15 January, -1 half a year later)."""
    middle = stamps - interval / 2
    hour = (middle % DAY) / 60.0
    weekday = np.floor(middle / DAY + 3) % 7
    season = np.cos(2 * np.pi * (middle / DAY - 14) / 365.25)
    return tuple(np.asarray(part, dtype=float) for part in (hour, weekday, season))


def _demand(market: _Made, stamps: Minutes) -> Floats:
    hour, weekday, season = _clock(stamps, market.description.interval_minutes)
    names = market.description.region_names
    morning, evening = np.exp(-(((hour - 8.0) / 2.2) ** 2)), np.exp(-(((hour - 18.3) / 2.6) ** 2))
    shape = 0.56 + 0.13 * morning + 0.25 * evening + 0.06 * np.exp(-(((hour - 13.0) / 4.0) ** 2))
    shape = shape * np.where(weekday >= 5, 0.91, 1.0) * (1 + 0.05 * np.abs(season) + 0.03 * season)
    peak = np.array([[PEAK_DEMAND.get(name, 1000.0)] for name in names])
    weather = 0.04 * _waves(market, "demand", stamps, len(names), (30.0, 90.0, 260.0))
    return np.asarray(peak * shape * (1 + weather + 0.004 * _noise(market, "demand", stamps, len(names))))


def _sun(market: _Made, stamps: Minutes) -> Floats:
    hour, _, season = _clock(stamps, market.description.interval_minutes)
    length = 12.0 + 2.2 * season
    height = np.clip(np.cos(np.pi * (hour - 12.3) / length), 0, None) * (np.abs(hour - 12.3) < length / 2)
    count = len(market.description.regions)
    clouds = 0.5 + 0.5 * np.tanh(_waves(market, "cloud", stamps, count, (17.0, 41.0, 120.0)))
    return np.asarray(height**1.2 * (0.78 + 0.15 * season) * (1 - 0.65 * clouds))


def _wind_share(market: _Made, stamps: Minutes) -> Floats:
    count = len(market.description.regions)
    slow = _waves(market, "wind", stamps, count, (9.0, 28.0, 75.0, 190.0))
    share = 1 / (1 + np.exp(-1.5 * slow + 0.6))
    return np.clip(share + 0.012 * _noise(market, "wind", stamps, count), 0, 0.97)


def _price(market: _Made, stamps: Minutes, need: Floats) -> Floats:
    noise = _noise(market, "price", stamps, len(need))
    price = 20.0 + 105.0 * need + 0.9 * np.exp(np.clip((need - 0.45) * 9.0, -20, 6.5)) + 6.0 * noise
    # Too much sun and wind: the offers that are left are below nothing.
    price = np.where(need < 0.12, price - 70.0 * (0.12 - need) / 0.12, price)
    luck = _noise(market, "spike", stamps, len(need))
    spike = luck > np.where(need > 0.6, 2.5, 3.9)
    price = np.where(spike, 300.0 + 3500.0 * (luck - 2.5) ** 2 + price, price)
    price = price + _events(market, stamps, len(need))
    return np.clip(price, market.description.price_floor, market.description.price_cap)


def _events(market: _Made, stamps: Minutes, rows: int) -> Floats:
    """Stretches of high prices, mostly in the evening: what is added to the price; shape (rows, times)."""
    interval = market.description.interval_minutes
    day, slot = (stamps - 1) // DAY, ((stamps - 1) % DAY) // interval
    added = np.zeros((rows, len(stamps)))
    for number in np.unique(day):
        rng = np.random.default_rng([market.seed, int(number), *b"event"])
        chance, start = rng.random(rows), rng.normal(17.8, 1.2, rows) * 60 // interval
        length, height = rng.integers(15, 91, rows) // interval, 250.0 + rng.exponential(900.0, rows)
        for row in np.flatnonzero(chance < EVENT_CHANCE):
            here = (day == number) & (slot >= start[row]) & (slot < start[row] + length[row])
            added[row, here] = height[row]
    return added


def _flows(market: _Made, stamps: Minutes, need: Floats) -> tuple[Floats, tuple[Floats, Floats]]:
    links, regions = market.description.interconnectors, market.description.region_names
    swing = _waves(market, "limit", stamps, 2 * len(links), (50.0, 160.0))
    out = LINK_MW * (1 + 0.15 * swing[: len(links)])
    back = -LINK_MW * 0.8 * (1 + 0.15 * swing[len(links) :])
    start = [regions.index(link.from_region) for link in links]
    end = [regions.index(link.to_region) for link in links]
    wish = 3000.0 * (need[end] - need[start]) + 40.0 * _noise(market, "flow", stamps, len(links))
    return np.clip(wish, back, out), (out, back)


def _unit_output(
    market: _Made,
    stamps: Minutes,
    place: NDArray[np.int64],
    need: Floats,
    price: Floats,
    sun: Floats,
    wind: Floats,
) -> Floats:
    """Output of each unit [MW], shape (times, units); what loads consume is positive, as it is published."""
    wobble = _waves(market, "unit", stamps[::6], len(market.units), (5.0, 33.0)).repeat(6, axis=1)
    made = np.zeros((len(stamps), len(market.units)))
    for at, unit in enumerate(market.units):
        region, own = place[at], 0.05 * wobble[at, : len(stamps)]
        share = np.clip(need[region] + own, 0, 1)
        if unit.fuel == "Coal":
            share = COAL_MINIMUM + (1 - COAL_MINIMUM) * np.clip(1.3 * share, 0, 1)
        elif unit.fuel == "Solar":
            share = sun[region] * (1 + own)
        elif unit.fuel == "Wind":
            share = np.clip(wind[region] * (1 + 2 * own), 0, 1)
        elif unit.fuel == "Battery Storage":
            share = _battery(price[region], unit, market.description.interval_minutes)
        elif unit.fuel == "OCGT":
            share = np.clip(2.5 * (share - 0.6), 0, 1)
        elif unit.fuel in ("CCGT", "Water"):
            share = np.clip(1.4 * (share - 0.25), 0, 1)
        made[:, at] = unit.capacity_mw * share
    return np.round(made, 3)


def _battery(price: Floats, unit: MarketUnit, interval: int) -> Floats:
    """Share of the capacity, charging negative: once a day full in the cheapest hours, empty in the costly ones."""
    days = price.reshape(-1, DAY // interval)
    hours = interval / 60.0
    cheap = days <= np.quantile(days, CHEAPEST, axis=1, keepdims=True)
    dear = days >= np.quantile(days, DEAREST, axis=1, keepdims=True)
    most = unit.storage_mwh / unit.capacity_mw
    sold = np.minimum(np.minimum(most, dear.sum(axis=1) * hours), ROUND_TRIP * cheap.sum(axis=1) * hours)
    discharge = dear * (sold / (dear.sum(axis=1) * hours))[:, None]
    charge = cheap * (sold / ROUND_TRIP / (cheap.sum(axis=1) * hours))[:, None]
    if unit.kind is UnitKind.LOAD:
        return np.asarray(charge.reshape(-1))
    made = discharge if unit.kind is UnitKind.GENERATOR else discharge - charge
    return np.asarray(made.reshape(-1))
