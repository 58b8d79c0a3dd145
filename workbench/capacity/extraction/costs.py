"""What a solved network costs and emits, and which limits bind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.capacity.extraction.limits import whole_horizon
from workbench.capacity.extraction.solved import (
    futures_of,
    periods_of,
    static_of,
    statistic_of,
    weights_of,
)
from workbench.capacity.network.assets import Asset
from workbench.capacity.network.build import PREFIX
from workbench.capacity.network.constraints import describe

if TYPE_CHECKING:
    from pypsa import Network

Tables = dict[str, pd.DataFrame]


KINDS_OF_COST = ("capital", "sunk", "fixed", "operation", "start_up")
"""The columns of the table of costs that add up to its total."""


def costs_table(network: Network, periods: list[int], assets: Sequence[Asset]) -> pd.DataFrame:
    """Make the ledger of a year: what adds up to the whole costs, by component and carrier.

    Capital of what is new, the sunk capital that a network gives for what existed before (a workbook gives none:
    its existing plants are paid), fixed costs of all that exists, operation, and starts and stops.
    """
    capital = statistic_of(network, "capex", periods).rename(columns={"value": "capital"})
    fixed = statistic_of(network, "fom", periods).rename(columns={"value": "fixed"})
    operation = statistic_of(network, "opex", periods).rename(columns={"value": "operation"})
    table = capital.merge(fixed, on=["component", "carrier", "year"], how="outer")
    table = table.merge(operation, on=["component", "carrier", "year"], how="outer")
    table["sunk"] = table["start_up"] = 0.0
    if _has_costs_of_switching(network):
        switching = statistic_of(network, "opex", periods, cost_types=_SWITCHING)
        switching = switching.rename(columns={"value": "start_up"})
        table = table.drop(columns="start_up").merge(
            switching, on=["component", "carrier", "year"], how="outer"
        )
    table = table.fillna(dict.fromkeys(KINDS_OF_COST, 0.0))
    table["operation"] -= table.start_up
    if not assets:
        # A user's own network: what existed before is told apart from what is added.
        sunk = (
            sunk_capital(network, periods).groupby(["component", "carrier", "year"]).sunk.sum().reset_index()
        )
        table = table.drop(columns="sunk").merge(sunk, on=["component", "carrier", "year"], how="left")
        table["sunk"] = table.sunk.fillna(0.0)
        table["capital"] -= table.sunk
    energy = statistic_of(network, "supply", periods).rename(columns={"value": "energy"})
    table = table.merge(energy, on=["component", "carrier", "year"], how="left").fillna({"energy": 0.0})
    table["total"] = table[list(KINDS_OF_COST)].sum(axis=1)
    table["per_mwh"] = np.where(
        table.energy > 0, table.total / table.energy.where(table.energy > 0, 1.0), np.nan
    )
    table = table[(table[list(KINDS_OF_COST)].abs().sum(axis=1) > 0)]
    return table[["year", "component", "carrier", *KINDS_OF_COST, "total", "per_mwh"]].sort_values(
        ["year", "component", "carrier"], ignore_index=True
    )


_SWITCHING = ["start_up_cost", "shut_down_cost"]


def _has_costs_of_switching(network: Network) -> bool:
    tables = [static_of(network, component) for component in ("Generator", "Link")]
    return any(
        table.loc[table.committable.astype(bool), name].any()
        for table in tables
        if len(table)
        for name in _SWITCHING
    )


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
    """CO2 by year and carrier, from the fuel that was burnt in each hour and future, weighted with its probability.

    The intensity is that of the carrier itself: its CO2 over its own energy.
    """
    weights = weights_of(network)
    year_of = periods_of(network, periods[0])[0]
    parts = []
    for future in futures_of(network):
        generators, carriers = future.static("Generator"), future.static("Carrier")
        factors = carriers.co2_emissions if len(carriers) else pd.Series(dtype=float)
        output = future.dynamic("Generator", "p")
        names = output.columns
        # Where the efficiency differs from hour to hour, the fuel of each hour counts.
        burnt = output / generators.efficiency.reindex(names).astype(float)
        hourly = future.dynamic("Generator", "efficiency")
        shared = hourly.columns.intersection(names)
        burnt[shared] = output[shared] / hourly[shared]
        carrier = generators.carrier.reindex(names)
        factor = carrier.map(factors).fillna(0.0).astype(float)
        for year in periods:
            inside = year_of == year
            energy = pd.Series(weights[inside] @ output.to_numpy()[inside], index=names)
            co2 = weights[inside] @ burnt.to_numpy()[inside] * factor
            sums = pd.DataFrame(
                {"year": year, "carrier": carrier.astype(str), "energy": energy / 1e3, "co2": co2 / 1e6}
            )
            parts.append(sums.assign(energy=sums.energy * future.weight, co2=sums.co2 * future.weight))
    columns = ["year", "carrier", "energy", "co2"]
    together = pd.concat(parts) if parts else pd.DataFrame(columns=columns)
    table = together.groupby(["year", "carrier"], as_index=False)[["energy", "co2"]].sum()
    # Mt over GWh: 1000 t/MWh; what does not run has no rate.
    table["intensity"] = 1e3 * table.co2 / table.energy.where(table.energy.abs() > 1e-9)
    return table[[*columns, "intensity"]]


def constraints_table(network: Network, year: int) -> pd.DataFrame:
    """Left side, right side and shadow price of every limit that was set."""
    columns = ["year", "name", "meaning", "sense", "left", "right", "slack", "shadow_price"]
    model = getattr(network, "_model", None)
    periods = [int(p) for p in network.investment_periods] if network.has_investment_periods else [year]
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
            own = name.startswith(PREFIX)
            if whole := _over_windows(network, model, name):
                left, right, slack, prices = whole
            tightest = int(np.argmin(slack)) if slack.size else 0
            rows.append(
                {
                    "year": _year_of(network, name, periods),
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


def _over_windows(network: Network, model: Any, name: str) -> tuple[np.ndarray, ...] | None:
    """A limit over all windows, where the model is that of the last one: its parts have no one price."""
    known = name.removeprefix("GlobalConstraint-")
    limits = static_of(network, "GlobalConstraint")
    if known not in limits.index or network.has_scenarios:
        return None
    computed = max(
        (
            variable.sizes["snapshot"]
            for variable in model.variables.data.values()
            if "snapshot" in variable.dims
        ),
        default=0,
    )
    left = whole_horizon(network, known) if 0 < computed < len(network.snapshots) else None
    if left is None:
        return None
    right = float(limits.constant[known])
    return tuple(np.array([value]) for value in (left, right, right - left, np.nan))


def _year_of(network: Network, name: str, periods: list[int]) -> int:
    """Year that a limit is of; the first one of a limit over all of them."""
    own = static_of(network, "GlobalConstraint")
    known = name.removeprefix("GlobalConstraint-")
    if known in own.index and np.isfinite(own.investment_period[known]):
        return int(own.investment_period[known])
    found = [int(word) for word in re.findall(r"(?<!\d)\d{4}(?!\d)", name) if int(word) in periods]
    return found[-1] if found and name.startswith(PREFIX) else periods[0]
