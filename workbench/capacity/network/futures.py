"""Futures of a plan: the same capacities meet each of them, with its own load and fuel costs."""

from __future__ import annotations

import numpy as np

from workbench.capacity.model.system import Kind, at
from workbench.capacity.network.build import Plan
from workbench.capacity.network.timeline import price_of


def add_futures(plan: Plan) -> None:
    """Make the network of a plan stochastic: one set of capacities for all futures.

    Parameters
    ----------
    plan
        Its network is changed.
    """
    network = plan.network
    network.set_scenarios(dict(plan.config.futures))
    for future, factors in plan.system.futures.items():
        if future not in plan.config.futures:
            continue
        for what, factor in factors.items():
            if what.lower() == "demand":
                load = network.components.loads.dynamic["p_set"]
                names = [column for column in load.columns if column[0] == future]
                load[names] = load[names] * factor
                continue
            _scale_fuel(plan, future, what, factor)


def _scale_fuel(plan: Plan, future: str, carrier: str, factor: float) -> None:
    """Scale the fuel costs of a carrier in a future; the price of its CO2 stays."""
    generators = plan.network.components.generators
    varying = generators.dynamic["marginal_cost"]
    for asset in plan.assets:
        if asset.item.kind is not Kind.GENERATOR or asset.item.carrier != carrier:
            continue
        added = [(factor - 1) * at(asset.plant.marginal_cost, year.year) for year in plan.years]
        column = (future, asset.name)
        if column in varying.columns:
            varying[column] += np.repeat(added, [len(year.times) for year in plan.years])
            prices = [price_of(plan.system, asset.item.name, year.year, year.hours) for year in plan.years]
            if prices[0] is not None:
                chosen = [
                    y.selection.average(p) for y, p in zip(plan.years, prices, strict=True) if p is not None
                ]
                varying[column] += (factor - 1) * np.concatenate(chosen)
        else:
            # A plain assignment by two keys: type stubs know no tuple of labels here.
            costs = generators.static["marginal_cost"]
            costs[column] = float(costs[column]) + added[0]
            generators.static["marginal_cost"] = costs
