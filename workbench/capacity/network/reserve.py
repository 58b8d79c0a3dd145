"""The reserve margin as a constraint: firm capacity that the links carry to the load, over the highest load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.capacity.config import planned_margin
from workbench.capacity.model.outcomes import SolveStatus
from workbench.capacity.model.system import Kind, Line, main_bus
from workbench.capacity.network.assets import Asset
from workbench.capacity.network.build import PREFIX, Plan
from workbench.capacity.network.firm import (
    credits_of,
    delivered,
    exists,
    firm_at_buses,
    firm_flows,
    highest_demand,
    links_between,
)
from workbench.capacity.network.timeline import Year
from workbench.errors import ModelInfeasible

if TYPE_CHECKING:
    from pypsa import Network

UNLIMITED = 1e9
"""MW that stand for what can be built without end."""


def needed_capacity(plan: Plan, year: Year) -> float:
    """Firm capacity that the reserve margin asks for in a year [MW]; of the future with the highest load."""
    peak = year.peak * highest_demand(plan.system, plan.config)
    return (1 + planned_margin(plan.config) / 100) * peak


def most_capacity(plan: Plan, year: Year) -> float:
    """Firm capacity that can reach the load at most, all that may be built being built [MW]."""
    credit = credits_of(plan.assets, year, plan.config)
    sizes = {asset.name: _largest(plan, asset, year) for asset in plan.assets}
    firm = firm_at_buses(plan.assets, sizes, credit, year.year)
    links = links_between(plan.assets, sizes, year.year)
    return delivered(firm, links, year.shares_at_peak(main_bus(plan.system))).total


def add_reserve_margin(plan: Plan, network: Network, year: Year) -> None:
    """Add the margin of a year to the network's model.

    One that is only assumed and that nothing can meet is left out; note and table say what lacks.

    Raises
    ------
    ModelInfeasible
        When one that was asked for cannot be met by anything.
    """
    config = plan.config
    margin = planned_margin(config)
    if margin <= 0:
        return
    need, most = needed_capacity(plan, year), most_capacity(plan, year)
    if need > most + 1e-6:
        if config.reserve_margin is None:
            return
        built = any(asset.extendable for asset in plan.assets)
        rest = "all that can be built included" if built else "and nothing can be built"
        cause = (
            f"the reserve margin of {margin:g} % over the peak lacks {need - most:,.1f} MW of firm capacity in "
            f"{year.year}: {need:,.1f} MW are needed, {most:,.1f} MW reach the load, {rest}."
        )
        raise ModelInfeasible(f"No plan meets all limits: {cause}", SolveStatus.INFEASIBLE, [cause])
    _add_rows(plan, network, year, need)


def _add_rows(plan: Plan, network: Network, year: Year, need: float) -> None:
    """One row a bus: what is firm there and what links bring covers what they take, and what the load needs."""
    model: Any = network.model
    shares = year.shares_at_peak(main_bus(plan.system))
    credit = credits_of(plan.assets, year, plan.config)
    terms: dict[str, list[Any]] = {}
    fixed: dict[str, float] = {}
    for asset in plan.assets:
        if asset.name not in credit or not exists(asset, year.year):
            continue
        place = asset.plant.bus
        if asset.extendable:
            terms.setdefault(place, []).append(credit[asset.name] * _capacity(model, asset))
        else:
            fixed[place] = fixed.get(place, 0.0) + credit[asset.name] * asset.p_nom
    for asset in plan.assets:
        line = asset.item
        if not isinstance(line, Line) or not exists(asset, year.year):
            continue
        flow = _flow(model, asset, line, year.year)
        terms.setdefault(line.bus0, []).append(-1.0 * flow)
        terms.setdefault(line.bus1, []).append(line.efficiency * flow)
    for place, parts in terms.items():
        least = need * shares.get(place, 0.0) - fixed.get(place, 0.0)
        name = f"firm_bus-{place} {year.year}"
        if place in shares:
            name = f"reserve_margin-{place} {year.year}" if len(shares) > 1 else f"reserve_margin-{year.year}"
        model.add_constraints(sum(parts[1:], parts[0]) >= least, name=f"{PREFIX}{name}")


def _capacity(model: Any, asset: Asset) -> Any:
    nominal = "e_nom" if asset.item.kind is Kind.STORE else "p_nom"
    return model[f"{asset.item.kind}-{nominal}"].sel(name=[asset.name]).sum()


def _flow(model: Any, asset: Asset, line: Line, year: int) -> Any:
    """Firm power that a link takes from its first bus."""
    name = f"{PREFIX}firm_link-{asset.name} {year}"
    low, high = firm_flows(line)
    if not asset.extendable:
        return model.add_variables(lower=low * asset.p_nom, upper=high * asset.p_nom, name=name) + 0.0
    flow = model.add_variables(lower=-np.inf, upper=np.inf, name=name) + 0.0
    size = _capacity(model, asset)
    model.add_constraints(flow - high * size <= 0, name=name)
    model.add_constraints(flow - low * size >= 0, name=f"{name} back")
    return flow


def _largest(plan: Plan, asset: Asset, year: Year) -> float:
    if not asset.extendable:
        return asset.p_nom
    largest = min(asset.p_nom_max, UNLIMITED)
    limit = plan.config.build_limits.get(asset.item.carrier)
    if limit is None:
        return largest
    numbers = [item.year for item in plan.years]
    position = numbers.index(asset.build_year)
    before = numbers[position - 1] if position else plan.previous_year
    return min(largest, limit * (asset.build_year - before))
