"""The tables of a solved network, one set a year; from ``n.statistics`` wherever it has them.

Every table has a column ``year``; sums over time use the weights of the snapshots, sums over periods are never
made: each investment period is a year of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.capacity.extraction.adequacy import adequacy_table, firm_of_network, firm_of_plan
from workbench.capacity.extraction.assets import assets_table, capacity_table, with_energy
from workbench.capacity.extraction.costs import (
    Tables,
    constraints_table,
    costs_table,
    emissions_table,
)
from workbench.capacity.extraction.market import market_values_table, transmission_table
from workbench.capacity.extraction.solved import (
    LOSSES,
    active_in,
    dynamic_of,
    expected,
    lost_on_lines,
    periods_of,
    static_of,
    statistic_of,
    weights_of,
)
from workbench.capacity.model.system import is_renewable

if TYPE_CHECKING:
    from pypsa import Network

    from workbench.capacity.network.build import Plan

WIDEST = 2000
"""Columns of a table by hour; a larger network keeps them only in its NetCDF file."""


def extract(
    network: Network,
    year: int,
    plan: Plan | None = None,
) -> Tables:
    """Make all tables of one solved network.

    Parameters
    ----------
    network
        Solved; its model may still be attached.
    year
        Label of a network without investment periods.
    plan
        What it was made from; left out for a network made elsewhere.
    """
    assets = () if plan is None else plan.assets
    periods = [int(p) for p in network.investment_periods] if network.has_investment_periods else [year]
    dispatch = _dispatch(network, year)
    capacity = assets_table(network, periods, assets)
    tables = {
        "assets": with_energy(network, capacity, periods),
        "dispatch": dispatch,
        "energy": _energy(network, periods),
        "curtailment": _curtailment(network, periods),
        "storage": _storage(network, year),
        "prices": _by_name(network, year, network.components.buses.dynamic["marginal_price"]),
        "flows": _flows(network, year),
        "costs": costs_table(network, periods, assets),
        "emissions": emissions_table(network, periods),
        "constraints": constraints_table(network, year),
        "buses": _buses(network, periods),
        "market_values": market_values_table(network, periods),
        "transmission": transmission_table(network, periods),
    }
    tables["capacity"] = capacity_table(tables["assets"])
    firm = firm_of_network(network, periods) if plan is None else firm_of_plan(plan, tables["assets"])
    tables["adequacy"] = adequacy_table(tables, firm)
    return tables


def join(parts: Sequence[Tables]) -> Tables:
    """Put the tables of several years under one another; a column that a year does not have stays 0 there."""
    names = dict.fromkeys(name for part in parts for name in part)
    joined = {}
    for name in names:
        frames = [part[name] for part in parts if name in part and len(part[name])]
        if not frames:
            joined[name] = parts[0][name]
            continue
        table = pd.concat(frames, ignore_index=True)
        if name in ("dispatch", "storage"):
            numbers = table.select_dtypes("number").columns
            table[numbers] = table[numbers].fillna(0.0)
        joined[name] = table
    # What is gone is seen only beside the year before.
    joined["capacity"] = capacity_table(joined["assets"])
    return joined


def _dispatch(network: Network, year: int) -> pd.DataFrame:
    """MW by carrier; charging is negative, the load is a column of its own."""
    balance = network.statistics.energy_balance(
        groupby="carrier", groupby_time=False, nice_names=False, drop_zero=False, round=10
    )
    if network.has_scenarios:
        balance = expected(network, balance)
    present = balance.index.get_level_values(0).unique()
    # What only moves power between buses adds nothing to the whole.
    kept = [str(name) for name in present if name not in ("Load", "Line", "Transformer")]
    columns: dict[str, np.ndarray] = {}
    for component in kept:
        for carrier, values in balance.loc[component].iterrows():
            name = str(carrier) or component.lower()
            taken = name in columns or name in ("year", "time", "weight", "load")
            name = f"{name} ({component})" if taken else name
            columns[name] = values.to_numpy(dtype=float)
    lost = lost_on_lines(network)
    if lost.any():
        columns[LOSSES] = -lost
    years, times = periods_of(network, year)
    table = pd.DataFrame({"year": years, "time": times, "weight": weights_of(network), **columns})
    loads, power = static_of(network, "Load"), dynamic_of(network, "Load", "p")
    active = power.columns
    if len(loads):
        active = loads.index[loads.active.astype(bool)].intersection(power.columns)
    # With its sign: a load that feeds in lowers the sum.
    table["load"] = -(power[active] @ loads.sign[active]).to_numpy(dtype=float) if len(active) else 0.0
    return table


def _energy(network: Network, periods: list[int]) -> pd.DataFrame:
    supply = statistic_of(network, "supply", periods).rename(columns={"value": "supply"})
    used = statistic_of(network, "withdrawal", periods).rename(columns={"value": "withdrawal"})
    table = supply.merge(used, on=["component", "carrier", "year"], how="outer").fillna(
        {"supply": 0.0, "withdrawal": 0.0}
    )
    table = table[~table.component.isin(("Line", "Transformer"))]
    table[["supply", "withdrawal"]] /= 1e3
    lost, weights, year_of = lost_on_lines(network), weights_of(network), periods_of(network, periods[0])[0]
    if lost.any():
        for year in periods:
            energy = float(weights[year_of == year] @ lost[year_of == year]) / 1e3
            row = {"component": "Line", "carrier": LOSSES, "year": year, "supply": 0.0, "withdrawal": energy}
            table = pd.concat([table, pd.DataFrame([row])], ignore_index=True)
    table["renewable"] = [
        c == "Generator" and is_renewable(str(name))
        for c, name in zip(table.component, table.carrier, strict=True)
    ]
    return table[["year", "component", "carrier", "supply", "withdrawal", "renewable"]].sort_values(
        ["year", "component", "carrier"], ignore_index=True
    )


def _curtailment(network: Network, periods: list[int]) -> pd.DataFrame:
    """What the weather gave and was not used; the rate is of all that it gave."""
    generators = static_of(network, "Generator")
    limits = network.components.generators.dynamic["p_max_pu"]
    if network.has_scenarios and isinstance(limits.columns, pd.MultiIndex):
        limits = dynamic_of(network, "Generator", "p_max_pu")
    varying = limits.columns[np.ptp(limits.to_numpy(), axis=0) > 0] if len(limits.columns) else limits.columns
    year_of = periods_of(network, periods[0])[0]
    weights = weights_of(network)
    rows = []
    for year in periods:
        inside = year_of == year
        active = (
            active_in(generators, year, multi=network.has_investment_periods) if len(generators) else None
        )
        for carrier in dict.fromkeys(generators.carrier[varying]) if len(varying) else ():
            names = [
                n for n in varying if generators.carrier[n] == carrier and active is not None and active[n]
            ]
            if not names:
                continue
            capacity = generators.p_nom_opt.where(generators.p_nom_extendable, generators.p_nom)[
                names
            ].to_numpy()
            available = float(weights[inside] @ (limits[names].to_numpy()[inside] @ capacity))
            used = float(
                weights[inside]
                @ dynamic_of(network, "Generator", "p")
                .reindex(columns=names, fill_value=0.0)
                .to_numpy()[inside]
                .sum(axis=1)
            )
            lost = max(available - used, 0.0)
            rows.append(
                {
                    "year": year,
                    "carrier": str(carrier),
                    "available": available / 1e3,
                    "curtailed": lost / 1e3,
                    "rate": 100 * lost / available if available > 0 else 0.0,
                }
            )
    rows += _spilled(network, periods)
    return pd.DataFrame(rows, columns=["year", "carrier", "available", "curtailed", "rate"])


def _spilled(network: Network, periods: list[int]) -> list[dict[str, Any]]:
    """Water that flows into reservoirs, and what of it is spilled."""
    inflow = dynamic_of(network, "StorageUnit", "inflow")
    if inflow.empty:
        return []
    spill = dynamic_of(network, "StorageUnit", "spill").reindex(columns=inflow.columns, fill_value=0.0)
    carriers = static_of(network, "StorageUnit").carrier.reindex(inflow.columns).astype(str)
    year_of, weights = periods_of(network, periods[0])[0], weights_of(network)
    rows = []
    for year in periods:
        inside = year_of == year
        for carrier in dict.fromkeys(carriers):
            names = carriers.index[carriers == carrier]
            given, lost = (
                float(weights[inside] @ table[names].to_numpy(dtype=float)[inside].sum(axis=1)) / 1e3
                for table in (inflow, spill)
            )
            rate = 100 * lost / given if given > 0 else 0.0
            rows.append(
                {"year": year, "carrier": carrier, "available": given, "curtailed": lost, "rate": rate}
            )
    return rows


def _storage(network: Network, year: int) -> pd.DataFrame:
    years, times = periods_of(network, year)
    table = pd.DataFrame({"year": years, "time": times})
    for component, level in (("StorageUnit", "state_of_charge"), ("Store", "e")):
        values = dynamic_of(network, component, level)
        if values.empty:
            continue
        carriers = static_of(network, component).carrier.reindex(values.columns).astype(str)
        for carrier, group in values.T.groupby(carriers.to_numpy()):
            name = str(carrier) or component.lower()
            table[name if name not in table else f"{name} ({component})"] = group.sum().to_numpy()
    return table


def _by_name(network: Network, year: int, values: pd.DataFrame) -> pd.DataFrame:
    if network.has_scenarios and isinstance(values.columns, pd.MultiIndex):
        # Prices of a future carry its probability already: their sum is the expected price.
        values = sum((values[s] for s in network.scenarios[1:]), values[network.scenarios[0]])
    years, times = periods_of(network, year)
    head = pd.DataFrame({"year": years, "time": times})
    if values.shape[1] > WIDEST or values.empty:
        return head
    body = values.reset_index(drop=True)
    body.columns = pd.Index([str(name) for name in body.columns])
    return pd.concat([head, body], axis=1)


def _flows(network: Network, year: int) -> pd.DataFrame:
    parts = []
    for component in ("Link", "Line", "Transformer"):
        values = dynamic_of(network, component, "p0")
        if not values.empty:
            parts.append(values.add_prefix(f"{component} "))
    return (
        _by_name_plain(network, year, pd.concat(parts, axis=1))
        if parts
        else _by_name_plain(network, year, pd.DataFrame())
    )


def _by_name_plain(network: Network, year: int, values: pd.DataFrame) -> pd.DataFrame:
    years, times = periods_of(network, year)
    head = pd.DataFrame({"year": years, "time": times})
    if values.empty or values.shape[1] > WIDEST:
        return head
    return pd.concat([head, values.reset_index(drop=True)], axis=1)


def _buses(network: Network, periods: list[int]) -> pd.DataFrame:
    buses = static_of(network, "Bus")
    prices = network.components.buses.dynamic["marginal_price"]
    if network.has_scenarios:
        prices = prices.iloc[:, :0]
    year_of = periods_of(network, periods[0])[0]
    weights = weights_of(network)
    loads = static_of(network, "Load")
    load = dynamic_of(network, "Load", "p_set")
    rows = []
    for year in periods:
        inside = year_of == year
        share = weights[inside] / weights[inside].sum()
        mean = share @ prices.to_numpy()[inside] if len(prices.columns) else np.full(len(buses), np.nan)
        price = dict(zip(prices.columns if len(prices.columns) else buses.index, mean, strict=True))
        demand: dict[str, float] = {}
        for name in load.columns:
            bus = str(loads.bus[name])
            demand[bus] = demand.get(bus, 0.0) + float(weights[inside] @ load[name].to_numpy()[inside]) / 1e3
        rows += [
            {
                "year": year,
                "bus": str(bus),
                "x": float(buses.x[bus]),
                "y": float(buses.y[bus]),
                "price": float(price.get(bus, np.nan)),
                "load": demand.get(str(bus), 0.0),
            }
            for bus in buses.index
        ]
    return pd.DataFrame(rows)
