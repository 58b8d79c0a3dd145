"""What a solved network costs and emits, which limits bind, and whether capacity is enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.capacity.extraction.solved import dynamic_of, periods_of, static_of, statistic_of, weights_of
from workbench.capacity.network.build import UNSERVED, Asset
from workbench.capacity.network.constraints import PREFIX, describe

if TYPE_CHECKING:
    from pypsa import Network

Tables = dict[str, pd.DataFrame]


def costs_table(network: Network, periods: list[int], assets: Sequence[Asset]) -> pd.DataFrame:
    """Capital of what the plan builds, fixed costs of all that exists, and operation, per year.

    Plants that existed before the plan are paid: their capital is not in these costs.
    """
    capital = statistic_of(network, "capex", periods).rename(columns={"value": "capital"})
    fixed = statistic_of(network, "fom", periods).rename(columns={"value": "fixed"})
    operation = statistic_of(network, "opex", periods).rename(columns={"value": "operation"})
    table = capital.merge(fixed, on=["component", "carrier", "year"], how="outer")
    table = table.merge(operation, on=["component", "carrier", "year"], how="outer").fillna(
        {"capital": 0.0, "fixed": 0.0, "operation": 0.0}
    )
    if not assets:
        # A user's own network: what existed before is told apart from what is added.
        sunk = (
            sunk_capital(network, periods).groupby(["component", "carrier", "year"]).sunk.sum().reset_index()
        )
        table = table.merge(sunk, on=["component", "carrier", "year"], how="left").fillna({"sunk": 0.0})
        table["capital"] -= table.sunk
        table = table.drop(columns="sunk")
    energy = statistic_of(network, "supply", periods).rename(columns={"value": "energy"})
    table = table.merge(energy, on=["component", "carrier", "year"], how="left").fillna({"energy": 0.0})
    table["total"] = table.capital + table.fixed + table.operation
    table["per_mwh"] = np.where(
        table.energy > 0, table.total / table.energy.where(table.energy > 0, 1.0), np.nan
    )
    table = table[(table[["capital", "fixed", "operation"]].abs().sum(axis=1) > 0)]
    return table[
        ["year", "component", "carrier", "capital", "fixed", "operation", "total", "per_mwh"]
    ].sort_values(["year", "component", "carrier"], ignore_index=True)


def sunk_capital(network: Network, periods: list[int]) -> pd.DataFrame:
    """Capital of what existed before and is kept, by component, name, carrier and year.

    Of each component by itself: one that shrinks does not pay for another of its carrier that grows.
    """
    keys = ["component", "name", "year"]
    kept = statistic_of(network, "installed_capex", periods, "name").rename(columns={"value": "installed"})
    table = kept.merge(statistic_of(network, "capex", periods, "name"), on=keys, how="inner")
    table["sunk"] = np.minimum(table.installed, table.value)
    carriers = {}
    for component in table.component.unique():
        static = static_of(network, str(component))
        # A transformer has no carrier; PyPSA's statistics call it the empty one.
        carriers[component] = static.get("carrier", pd.Series("", index=static.index))
    table["carrier"] = [
        str(carriers[component][name]) for component, name in zip(table.component, table.name, strict=True)
    ]
    return table[[*keys, "carrier", "sunk"]]


def emissions_table(network: Network, periods: list[int]) -> pd.DataFrame:
    """CO2 by year and carrier, from the fuel that was burnt; nothing overwrites anything."""
    generators = static_of(network, "Generator")
    factors = (
        static_of(network, "Carrier").co2_emissions
        if len(static_of(network, "Carrier"))
        else pd.Series(dtype=float)
    )
    output = dynamic_of(network, "Generator", "p")
    weights = weights_of(network)
    year_of = periods_of(network, periods[0])[0]
    efficiency = generators.efficiency.reindex(output.columns).astype(float)
    factor = generators.carrier.reindex(output.columns).map(factors).fillna(0.0).astype(float)
    # Where the efficiency differs from hour to hour, the fuel of each hour counts.
    burnt = output / efficiency
    hourly = dynamic_of(network, "Generator", "efficiency")
    shared = [name for name in hourly.columns if name in output.columns]
    burnt[shared] = output[shared] / hourly[shared]
    rows = []
    for year in periods:
        inside = year_of == year
        energy = pd.Series(weights[inside] @ output.to_numpy()[inside], index=output.columns)
        fuel = pd.Series(weights[inside] @ burnt.to_numpy()[inside], index=output.columns)
        by_carrier = pd.DataFrame(
            {"carrier": generators.carrier.reindex(output.columns), "energy": energy, "co2": fuel * factor}
        )
        total = float(energy.sum())
        for carrier, group in by_carrier.groupby("carrier"):
            rows.append(
                {
                    "year": year,
                    "carrier": str(carrier),
                    "energy": float(group.energy.sum()) / 1e3,
                    "co2": float(group.co2.sum()) / 1e6,
                    "intensity": float(group.co2.sum()) / total if total else 0.0,
                }
            )
    return pd.DataFrame(rows, columns=["year", "carrier", "energy", "co2", "intensity"])


def constraints_table(network: Network, year: int) -> pd.DataFrame:
    """Left side, right side and shadow price of every limit that was set."""
    columns = ["year", "name", "meaning", "sense", "left", "right", "slack", "shadow_price"]
    model = getattr(network, "_model", None)
    rows = []
    if model is not None:
        for name in model.constraints:
            if not name.startswith(("GlobalConstraint-", PREFIX)):
                continue
            constraint = model.constraints[name]
            left = np.atleast_1d(np.asarray(constraint.lhs.solution, dtype=float)).ravel()
            right = np.broadcast_to(np.asarray(constraint.rhs, dtype=float).ravel(), left.shape)
            sense = str(np.asarray(constraint.sign).ravel()[0])
            prices = (
                np.asarray(constraint.dual, dtype=float).ravel()
                if "dual" in constraint
                else np.full(left.shape, np.nan)
            )
            slack = (
                right - left
                if sense.startswith("<")
                else left - right
                if sense.startswith(">")
                else -np.abs(left - right)
            )
            tightest = int(np.argmin(slack)) if slack.size else 0
            own = name.startswith(PREFIX)
            rows.append(
                {
                    "year": year,
                    "name": name.removeprefix("GlobalConstraint-").removeprefix(PREFIX),
                    "meaning": describe(name) if own else "a limit of the network",
                    "sense": sense,
                    "left": float(left[tightest]),
                    "right": float(right[tightest]),
                    "slack": float(slack[tightest]),
                    "shadow_price": float(prices[tightest]),
                }
            )
    return pd.DataFrame(rows, columns=columns)


def adequacy_table(
    network: Network,
    tables: Tables,
    periods: list[int],
    peaks: Mapping[int, float],
    firm: Mapping[str, float],
) -> pd.DataFrame:
    """Peak, firm capacity and load that is not served, by year."""
    dispatch, assets = tables["dispatch"], tables["assets"]
    rows = []
    for year in periods:
        inside = dispatch[dispatch.year == year]
        plants = assets[
            (assets.year == year)
            & assets.component.isin(("Generator", "StorageUnit"))
            & (assets.carrier != UNSERVED)
        ]
        credit = plants.name.map(dict(firm)).astype(float).fillna(1.0)
        peak = peaks.get(year, float(inside.load.max()) if len(inside) else 0.0)
        capacity = float((plants.capacity * credit).sum())
        unserved = inside[UNSERVED] if UNSERVED in inside else inside.load * 0.0
        energy = float((unserved * inside.weight).sum()) / 1e3
        demand = float((inside.load * inside.weight).sum()) / 1e3
        rows.append(
            {
                "year": year,
                "peak": peak,
                "firm_capacity": capacity,
                "margin": 100 * (capacity / peak - 1) if peak else np.nan,
                "load": demand,
                "unserved": energy,
                "unserved_share": 100 * energy / demand if demand else 0.0,
                "unserved_hours": float(inside.weight[unserved > 1e-3].sum()),
            }
        )
    return pd.DataFrame(rows)
