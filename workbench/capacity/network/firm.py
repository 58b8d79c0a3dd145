"""Firm capacity: what each plant counts at the peak, and how much of it the links carry to the load."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.capacity.config import CapacityConfig
from workbench.capacity.model.system import BOUGHT_WORDS, Kind, Line, Plant, System, is_variable
from workbench.capacity.network.assets import Asset
from workbench.capacity.network.timeline import Year
from workbench.data.arrays import Floats

PEAK_HOURS = 50
"""Hours of highest load over which the weather's share of firm capacity is averaged."""
FIRM_HOURS = 4.0
"""Hours that a storage has to last to count with its whole capacity."""
_ASSUMED_OUTAGES = (
    (BOUGHT_WORDS, 0.0),
    (("coal", "lignite"), 8.0),
    (("nuclear",), 3.0),
    (("gas", "ccgt", "ocgt"), 5.0),
    (("diesel", "oil"), 7.0),
    (("hydro", "water"), 4.0),
    (("biomass", "biogas", "waste"), 8.0),
)
OTHER_OUTAGE = 5.0
"""Forced outages [%] of what is not listed; of the order of NERC's generating availability statistics."""


def outage_rate(carrier: str, config: CapacityConfig) -> float:
    """Part of the time that a plant is out unplanned; given in the settings, else assumed by its carrier."""
    if carrier in config.outage_rates:
        return config.outage_rates[carrier] / 100
    if is_variable(carrier):
        return 0.0
    name = carrier.lower()
    words = (rate for known, rate in _ASSUMED_OUTAGES if any(word in name for word in known))
    return next(words, OTHER_OUTAGE) / 100


def credits_of(assets: Iterable[Asset], year: Year, config: CapacityConfig) -> dict[str, float]:
    """Part of the capacity of each generator and storage that counts at the peak of a year, by its name.

    Thermal plants count by their outage rate, storage by its duration too, wind and sun by their mean availability
    in the hours of highest load.
    """
    found = {}
    for asset in assets:
        item = asset.item
        if item.kind not in (Kind.GENERATOR, Kind.STORAGE_UNIT) or (isinstance(item, Plant) and item.sells):
            continue
        up = 1 - outage_rate(item.carrier, config)
        if item.kind is Kind.STORAGE_UNIT:
            profile = year.profiles.get(item.name)
            there = 1.0 if profile is None else mean_at_peak(profile, year.load)
            found[asset.name] = up * there * min(1.0, asset.plant.max_hours / FIRM_HOURS)
        else:
            profile = year.profiles.get(item.name)
            known = is_variable(item.carrier) or profile is not None
            found[asset.name] = up * (mean_at_peak(profile, year.load) if known else 1.0)
    return found


def mean_at_peak(profile: Floats | None, load: Floats) -> float:
    """Mean availability in the hours of highest load; 0 where nothing is known."""
    return 0.0 if profile is None else float(profile[np.argsort(load)[-PEAK_HOURS:]].mean())


def exists(asset: Asset, year: int) -> bool:
    """Whether an asset stands in a year."""
    return asset.build_year <= year < asset.build_year + asset.lifetime


@dataclass(frozen=True, slots=True)
class Delivered:
    """Firm capacity that reaches the load [MW], and the part of each bus's own that does."""

    total: float
    parts: Mapping[str, float]


def delivered(firm: Mapping[str, float], links: pd.DataFrame, shares: Mapping[str, float]) -> Delivered:
    """Find the highest load that firm capacity and links can serve, by a linear problem of flows.

    Parameters
    ----------
    firm
        Firm capacity at each bus [MW].
    links
        Columns bus0, bus1, efficiency, low and high [MW at bus0].
    shares
        Part of the load at each bus at the peak.
    """
    first = next(iter(shares))
    if len(shares) == 1 and (links.empty or not any(mw > 0 for name, mw in firm.items() if name != first)):
        return Delivered(float(firm.get(first, 0.0)), {**dict.fromkeys(firm, 0.0), first: 1.0})
    from scipy.optimize import linprog  # only plans with several buses need it

    buses = sorted({*links.bus0, *links.bus1, *firm, *shares})
    # Columns: the flow of each link, what each bus feeds in, and the load that is served.
    balance = np.zeros((len(buses), len(links) + len(buses) + 1))
    ends = zip(links.bus0, links.bus1, links.efficiency.astype(float), strict=True)
    for column, (bus0, bus1, efficiency) in enumerate(ends):
        balance[buses.index(bus0), column] -= 1.0
        balance[buses.index(bus1), column] += efficiency
    balance[:, len(links) : -1] = np.eye(len(buses))
    balance[:, -1] = [-shares.get(bus, 0.0) for bus in buses]
    fed_limits = [(0.0, max(firm.get(bus, 0.0), 0.0)) for bus in buses]
    limits = [*zip(links.low, links.high, strict=True), *fed_limits, (0.0, None)]
    gain = np.zeros(balance.shape[1])
    gain[-1] = 1.0
    found = linprog(-gain, A_eq=balance, b_eq=np.zeros(len(buses)), bounds=limits, method="highs")
    served = float(found.x[-1])
    fed = dict(zip(buses, found.x[len(links) : -1], strict=True))
    if len(shares) == 1:
        # What stands beside the load loses nothing; the others share what is lost on the way.
        away = sum(mw for bus, mw in fed.items() if bus != first)
        loss = (served - fed[first]) / away if away > 0 else 0.0
        parts = {bus: loss * fed[bus] / mw for bus, mw in firm.items() if bus != first and mw > 0}
        return Delivered(served, {**dict.fromkeys(firm, 0.0), **parts, first: 1.0})
    loss = served / sum(fed.values()) if served > 0 else 0.0
    return Delivered(served, {bus: loss * fed[bus] / mw if mw > 0 else 0.0 for bus, mw in firm.items()})


def firm_flows(line: Line) -> tuple[float, float]:
    """Least and most firm power through a link, as parts of its capacity: no firm power has to flow."""
    return min(line.p_min_pu, 0.0), line.p_max_pu


def links_between(assets: Sequence[Asset], sizes: Mapping[str, float], year: int) -> pd.DataFrame:
    """Links that stand in a year, as :func:`delivered` takes them.

    Parameters
    ----------
    assets
        Of the plan.
    sizes
        Capacity by name [MW].
    year
        The year.
    """
    rows = []
    for asset in assets:
        line = asset.item
        if isinstance(line, Line) and exists(asset, year):
            low, high = (part * sizes[asset.name] for part in firm_flows(line))
            rows.append((line.bus0, line.bus1, line.efficiency, low, high))
    return pd.DataFrame(rows, columns=["bus0", "bus1", "efficiency", "low", "high"])


def firm_at_buses(
    assets: Sequence[Asset], sizes: Mapping[str, float], credit: Mapping[str, float], year: int
) -> dict[str, float]:
    """Firm capacity of a year by bus [MW].

    Parameters
    ----------
    assets
        Of the plan.
    sizes
        Capacity by name [MW].
    credit
        Part that counts, by name.
    year
        The year.
    """
    firm: dict[str, float] = {}
    for asset in assets:
        if asset.name in credit and exists(asset, year):
            bus = asset.plant.bus
            firm[bus] = firm.get(bus, 0.0) + credit[asset.name] * sizes[asset.name]
    return firm


def highest_demand(system: System, config: CapacityConfig) -> float:
    """Highest factor on the load among the futures that are planned for; 1 without futures."""
    return max((demand_factor(system, future) for future in config.futures), default=1.0)


def demand_factor(system: System, future: str) -> float:
    """Factor on the load in a future."""
    factors = system.futures.get(future, {})
    return next((value for what, value in factors.items() if what.lower() == "demand"), 1.0)
