"""Whether capacity is enough: firm capacity over the peak, what lacks, and the loss of load to be expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.capacity.config import CapacityConfig, planned_margin
from workbench.capacity.extraction.solved import active_in, futures_of, periods_of
from workbench.capacity.model.system import UNSERVED, Candidate, Kind, Plant, System, is_variable, main_bus
from workbench.capacity.network.firm import (
    FIRM_HOURS,
    PEAK_HOURS,
    Delivered,
    credits_of,
    delivered,
    demand_factor,
    exists,
    firm_at_buses,
    highest_demand,
    links_between,
    mean_at_peak,
    outage_rate,
)
from workbench.capacity.network.reliability import UNIT, LossOfLoad, loss_of_load
from workbench.capacity.network.reserve import needed_capacity
from workbench.data.notes import Notes

if TYPE_CHECKING:
    from pypsa import Network

    from workbench.capacity.network.build import Plan
    from workbench.capacity.network.timeline import Year

_ELECTRIC = ("", "ac", "dc", "electricity", "electric", "power", "low voltage")
"""Carriers of buses whose load and plants count, where a network has buses of several carriers."""


@dataclass(frozen=True, slots=True)
class Firm:
    """Adequacy of one year."""

    peak: float
    """Highest load of the year [MW], in the future with the most."""
    capacity: float
    """Firm capacity that reaches the load [MW]."""
    needed: float
    """Firm capacity that the reserve margin asks for [MW]; the peak where there is none."""
    loss: LossOfLoad | None = None
    """Loss of load to be expected; None where nothing is known of outages."""


def firm_of_plan(plan: Plan, assets: pd.DataFrame) -> dict[int, Firm]:
    """Adequacy of each year of a solved plan.

    Parameters
    ----------
    plan
        From a workbook, solved.
    assets
        Its table of components.
    """
    found = {}
    for year in plan.years:
        rows = assets[assets.year == year.year]
        sizes = dict.fromkeys((asset.name for asset in plan.assets), 0.0)
        sizes |= dict(zip(rows.name, rows.capacity.astype(float), strict=True))
        credit = credits_of(plan.assets, year, plan.config)
        firm = firm_at_buses(plan.assets, sizes, credit, year.year)
        links = links_between(plan.assets, sizes, year.year)
        carried = delivered(firm, links, year.shares_at_peak(main_bus(plan.system)))
        found[year.year] = Firm(
            year.peak * highest_demand(plan.system, plan.config),
            carried.total,
            needed_capacity(plan, year),
            _loss(plan, year, sizes, carried),
        )
    return found


def _loss(plan: Plan, year: Year, sizes: Mapping[str, float], carried: Delivered) -> LossOfLoad:
    plants, weather = [], np.zeros(len(year.hours))
    for asset in plan.assets:
        item = asset.item
        if item.kind not in (Kind.GENERATOR, Kind.STORAGE_UNIT) or not exists(asset, year.year):
            continue
        if isinstance(item, Plant) and item.sells:
            continue
        # What the links do not carry away from a bus is shared by all that stands there.
        size = sizes[asset.name] * carried.parts.get(asset.plant.bus, 0.0)
        profile = year.profiles.get(item.name)
        if item.kind is Kind.STORAGE_UNIT:
            size *= min(1.0, asset.plant.max_hours / FIRM_HOURS)
        if is_variable(item.carrier) and profile is not None:
            weather = weather + size * profile
        elif item.name in year.rest:
            # A planned outage lowers what is there in its own hours; what fails by chance may be the same plant.
            weather = weather - size * (1 - year.rest[item.name])
            plants.append((size, outage_rate(item.carrier, plan.config)))
        elif not is_variable(item.carrier):
            size *= 1.0 if profile is None else mean_at_peak(profile, year.load)
            plants.append((size, outage_rate(item.carrier, plan.config)))
    futures = plan.config.futures or {"": 1.0}
    parts = [
        (weight, loss_of_load(plants, year.load * demand_factor(plan.system, future) - weather))
        for future, weight in futures.items()
    ]
    return LossOfLoad(sum(w * loss.hours for w, loss in parts), sum(w * loss.energy for w, loss in parts))


def firm_of_network(network: Network, periods: list[int]) -> dict[int, Firm]:
    """Adequacy of each year of a network of others, by availability at its peak; outages and lines are left out.

    Only electric buses count where there are buses of several carriers, and nothing counts that takes power.
    """
    year_of = periods_of(network, periods[0])[0]
    parts: dict[int, list[tuple[float, float]]] = {year: [] for year in periods}
    for future in futures_of(network):
        buses, loads = future.static("Bus"), future.static("Load")
        electric = buses.index
        if len(set(buses.carrier)) > 1:
            electric = buses.index[buses.carrier.astype(str).str.lower().isin(_ELECTRIC)]
        load = np.zeros(len(year_of))
        if len(loads):
            counted = loads.index[loads.active.astype(bool) & loads.bus.isin(electric)]
            demand = future.series("Load", "p_set")[list(counted)]
            load = -(demand @ loads.sign[counted]).to_numpy(dtype=float)
        for year in periods:
            inside = year_of == year
            order = np.argsort(load[inside])[-PEAK_HOURS:]
            capacity = sum(
                _firm(future, component, electric, year, np.flatnonzero(inside)[order])
                for component in ("Generator", "StorageUnit")
            )
            parts[year].append((float(load[inside].max(initial=0.0)), capacity))
    return {
        year: Firm(max(peak for peak, _ in found), min(mw for _, mw in found), max(peak for peak, _ in found))
        for year, found in parts.items()
    }


def _firm(future: Any, component: str, electric: pd.Index, year: int, rows: np.ndarray) -> float:
    table = future.static(component)
    if table.empty:
        return 0.0
    table = table[active_in(table, year, multi=future.network.has_investment_periods)]
    table = table[table.bus.isin(electric) & (table.sign > 0) & (table.carrier != UNSERVED)]
    size = table.p_nom_opt.where(table.p_nom_extendable.astype(bool), table.p_nom)
    if component == "StorageUnit":
        return float((size * np.minimum(1.0, table.max_hours / FIRM_HOURS)).sum())
    available = future.series(component, "p_max_pu")[list(table.index)].iloc[rows].mean()
    return float((size * available).sum())


def adequacy_table(tables: Mapping[str, pd.DataFrame], firm: Mapping[int, Firm]) -> pd.DataFrame:
    """Peak, firm capacity, what lacks, load that is not served, and the loss of load to be expected, by year."""
    dispatch = tables["dispatch"]
    rows = []
    for year, found in firm.items():
        inside = dispatch[dispatch.year == year]
        unserved = inside[UNSERVED] if UNSERVED in inside else inside.load * 0.0
        energy = float((unserved * inside.weight).sum()) / 1e3
        demand = float((inside.load * inside.weight).sum()) / 1e3
        lacking = found.needed - found.capacity
        rows.append(
            {
                "year": year,
                "peak": found.peak,
                "firm_capacity": found.capacity,
                "needed": found.needed,
                "shortfall": lacking if lacking > 1e-6 * found.needed else 0.0,
                "margin": 100 * (found.capacity / found.peak - 1) if found.peak else np.nan,
                "lole": np.nan if found.loss is None else found.loss.hours,
                "eue": np.nan if found.loss is None else found.loss.energy,
                "load": demand,
                "unserved": energy,
                "unserved_share": 100 * energy / demand if demand else 0.0,
                "unserved_hours": float(inside.weight[unserved > 1e-3].sum()),
            }
        )
    return pd.DataFrame(rows)


def note_reserve(config: CapacityConfig, system: System, adequacy: pd.DataFrame, notes: Notes) -> None:
    """Note what was assumed of reserves, and each year whose firm capacity falls short of what is needed.

    Parameters
    ----------
    config
        The settings.
    system
        As it was read.
    adequacy
        Table of the solved plan.
    notes
        Gets the notes.
    """
    margin = planned_margin(config)
    if config.reserve_margin is None and margin > 0:
        notes.assumption(
            f"no reserve margin is given: firm capacity of {margin:g} % above the peak is planned.",
            setting="reserve_margin",
            tables=("capacity", "adequacy", "costs"),
            advice="give it there, 0 for none",
        )
    for year, short, needed in adequacy[["year", "shortfall", "needed"]].itertuples(index=False):
        if short > 0:
            words = f"the reserve margin of {margin:g} %" if margin > 0 else "the peak"
            notes.omission(
                f"{short:,.1f} MW of firm capacity lack in {year} for {words}, which needs {needed:,.1f} MW; what "
                "can be built does not reach it.",
                tables=("adequacy",),
                years=(int(year),),
                setting="reserve_margin",
                advice="let more be built, or lower the reserve_margin",
            )
    items: list[Plant | Candidate] = [*system.plants, *system.candidates]
    carriers = {
        item.carrier
        for item in items
        if item.kind is not Kind.STORE and not is_variable(item.carrier) and not getattr(item, "sells", False)
    }
    assumed = sorted(carriers - set(config.outage_rates))
    if assumed:
        rates = ", ".join(f"{name} {100 * outage_rate(name, config):g} %" for name in assumed)
        notes.assumption(
            f"forced outages of {rates} are assumed; storage is firm in full from {FIRM_HOURS:g} h on, sun and "
            f"wind by their mean in the {PEAK_HOURS} hours of highest load; plants above {UNIT:g} MW are several "
            "units.",
            setting="outage_rates",
            tables=("adequacy",),
            advice="give them there",
        )
