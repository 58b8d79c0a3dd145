"""What the limits of a network come to over its whole horizon, made again from what was dispatched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.capacity.extraction.solved import active_in, dynamic_of, static_of, weights_of

if TYPE_CHECKING:
    from pypsa import Network


def whole_horizon(network: Network, name: str) -> float | None:
    """Left side of a limit over all snapshots, where they were computed in windows; None for other kinds of limits.

    Parameters
    ----------
    network
        Solved, without futures and periods.
    name
        Of a global constraint.
    """
    limit = static_of(network, "GlobalConstraint").loc[name]
    if limit.type == "primary_energy":
        return primary_energy(network, name)
    if limit.type != "operational_limit":
        return None
    generators, power = static_of(network, "Generator"), dynamic_of(network, "Generator", "p")
    names = generators.index[generators.carrier == limit.carrier_attribute].intersection(power.columns)
    return float(weights_of(network) @ power[names].sum(axis=1).to_numpy(dtype=float))


def primary_energy(network: Network, name: str) -> float | None:
    """Left side of a limit on what carriers emit, over all snapshots and the years that they stand for.

    Parameters
    ----------
    network
        Solved, without futures.
    name
        Of a global constraint of the type ``primary_energy``.

    Returns
    -------
    float or None
        In the unit of the constraint's constant: the fuel of generators, and what storage without a cycle has lost;
        None where storage with emissions goes through several periods.

    References
    ----------
    PyPSA documentation, *Global constraints*: primary energy.
    """
    limit = static_of(network, "GlobalConstraint").loc[name]
    rates = static_of(network, "Carrier")[limit.carrier_attribute]
    rates = rates[rates != 0]
    weights = pd.Series(weights_of(network), index=network.snapshots)
    multi = network.has_investment_periods
    if multi:
        years = network.investment_period_weightings["years"]
        period = pd.Series(network.snapshots.get_level_values(0), index=network.snapshots)
        weights = weights * period.map(years)
        if not np.isnan(limit.investment_period):
            weights = weights[period == limit.investment_period]
    total = 0.0
    generators = static_of(network, "Generator")
    emitting = generators.index[generators.carrier.isin(rates.index)]
    efficiency = network.get_switchable_as_dense("Generator", "efficiency")
    power = dynamic_of(network, "Generator", "p")
    for generator in emitting.intersection(power.columns):
        fuel = power[generator] / efficiency[generator]
        total += float(fuel[weights.index] @ weights) * float(rates[generators.carrier[generator]])
    for component, level, initial, cyclic in (
        ("StorageUnit", "state_of_charge", "state_of_charge_initial", "cyclic_state_of_charge"),
        ("Store", "e", "e_initial", "e_cyclic"),
    ):
        table = static_of(network, component)
        if table.empty:
            continue
        emptied = table[table.carrier.isin(rates.index) & ~table[cyclic].astype(bool)]
        emptied = emptied[active_in(emptied, 0, multi=False)] if len(emptied) else emptied
        if len(emptied) and multi:
            return None
        levels = dynamic_of(network, component, level)
        for store in emptied.index.intersection(levels.columns):
            lost = float(emptied[initial][store]) - float(levels[store].iloc[-1])
            total += lost * float(rates[emptied.carrier[store]])
    return total
