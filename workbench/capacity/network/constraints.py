"""Constraints that PyPSA does not have itself, added to a model that it has built.

Each is named ``Plan-<kind>-<what>``, and :func:`describe` says it in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.capacity.config import value_in
from workbench.capacity.model.outcomes import SolveStatus
from workbench.capacity.model.system import Kind, is_renewable, is_storage
from workbench.capacity.network.assets import BUILT
from workbench.capacity.network.build import PREFIX, Plan
from workbench.capacity.network.firm import demand_factor
from workbench.capacity.network.linked_storage import Days, link_storage
from workbench.capacity.network.reserve import add_reserve_margin
from workbench.capacity.network.stretches import close_stretches
from workbench.errors import ModelInfeasible

if TYPE_CHECKING:
    from pypsa import Network

_WORDS = {
    "renewable_share": "the least share of renewable energy",
    "reserve_margin": "the reserve margin over the peak load",
    "firm_bus": "firm capacity of a bus that its links carry away",
    "firm_link": "firm capacity that a link carries",
    "monthly_limit": "the highest monthly capacity factor",
    "storage_cycles": "the most cycles of storage",
    "candidate_total": "the most capacity of a candidate in all years",
    "build_limit": "the yearly build limit",
}


def describe(name: str) -> str:
    """Say a constraint of this module in words."""
    kind, _, what = name.removeprefix(PREFIX).partition("-")
    return f"{_WORDS.get(kind, kind)} ({what})" if what else _WORDS.get(kind, kind)


def add_constraints(plan: Plan, network: Network, snapshots: pd.Index | None = None) -> None:
    """Add what the settings and the workbook ask for to the network's model.

    Parameters
    ----------
    plan
        What the network was built from.
    network
        With a model.
    snapshots
        Those of the model when it holds only a window of the network's.
    """
    if plan.config.rolling_horizon and snapshots is not None:
        window = _Window(plan, network, snapshots)
        _monthly_limits(plan, network, window)
        _storage_cycles(plan, network, window)
        return
    _close_stretches(plan, network)
    for year in plan.years:
        where = _Places(plan, network, year.year)
        _renewable_share(plan, network, where)
        add_reserve_margin(plan, network, where.year)
        _monthly_limits(plan, network, where)
        _storage_cycles(plan, network, where)
        _build_limits(plan, network, where)
    if plan.is_multi_period:
        _candidate_totals(plan, network)


def _close_stretches(plan: Plan, network: Network) -> None:
    """Let chosen days and weeks follow themselves; what storage has left at the end of a day goes to the next."""
    if all(year.selection.is_connected for year in plan.years):
        return
    numbers, years, before = [], [], 0
    for position, year in enumerate(plan.years):
        period = year.selection.period
        numbers.append(period + before)
        years.append(np.full(period.size, position))
        before += int(period.max()) + 1
    stretch = np.concatenate(numbers)
    close_stretches(network.model, stretch, np.concatenate(years))
    begin = 0
    for year in plan.years:
        period = year.selection.period
        if year.selection.represents.size:
            places = np.arange(begin, begin + period.size)
            link_storage(network, Days(year.year, places, period, year.selection.represents))
        begin += period.size


class _Places:
    """Snapshots of one year in the model, with their weights."""

    def __init__(self, plan: Plan, network: Network, year: int) -> None:
        self.year = next(item for item in plan.years if item.year == year)
        if plan.is_multi_period:
            inside = network.snapshots.get_level_values("period") == year
        else:
            inside = np.ones(len(network.snapshots), dtype=bool)
        self.positions = np.flatnonzero(inside)
        self.weights = self.year.selection.weights
        self.times = self.year.times

    def weighted(self, variable: Any, rows: np.ndarray | None = None) -> Any:
        """Sum of a variable over the snapshots of the year, weighted with hours."""
        chosen = np.arange(self.positions.size) if rows is None else rows
        part = variable.isel(snapshot=self.positions[chosen])
        return (part * _along(part, self.weights[chosen])).sum("snapshot")


class _Window(_Places):
    """The snapshots of a window that are kept: those that the next one overlaps are decided there."""

    def __init__(self, plan: Plan, network: Network, snapshots: pd.Index) -> None:
        super().__init__(plan, network, plan.years[0].year)
        rows = network.snapshots.get_indexer(snapshots)
        if rows[-1] < len(network.snapshots) - 1:
            rows = rows[: len(rows) - plan.config.rolling_overlap]
        self.positions = np.arange(rows.size)
        self.weights = self.year.selection.weights[rows]
        self.times = self.year.times[rows]


def _along(part: Any, values: np.ndarray) -> Any:
    import xarray as xr

    return xr.DataArray(values, dims=["snapshot"], coords={"snapshot": part.indexes["snapshot"]})


def _active(plan: Plan, network: Network, component: str, year: int) -> pd.DataFrame:
    static: pd.DataFrame = network.components[component].static
    if network.has_scenarios and not static.empty:
        # One set of plants for all futures.
        static = pd.DataFrame(static.xs(network.scenarios[0], level="scenario"))
    if not plan.is_multi_period or static.empty:
        return static
    existing: pd.DataFrame = static[
        (static.build_year <= year) & (year < static.build_year + static.lifetime)
    ]
    return existing


def _renewable_share(plan: Plan, network: Network, where: _Places) -> None:
    share = value_in(plan.config.renewable_share, where.year.year)
    if share is None:
        return
    generators = _active(plan, network, "Generator", where.year.year)
    names = [name for name in generators.index if is_renewable(str(generators.carrier[name]))]
    need = share / 100 * float(where.year.selected_load @ where.weights)
    if not names:
        if need > 0:
            cause = f"the renewable share of {share:g} % in {where.year.year}: nothing renewable runs in it."
            raise ModelInfeasible(f"No plan meets all limits: {cause}", SolveStatus.INFEASIBLE, [cause])
        return
    model = network.model
    produced = where.weighted(model["Generator-p"].sel(name=names)).sum("name")
    least: Any = need
    if network.has_scenarios:
        import xarray as xr

        # Each future keeps the share of its own load.
        factors = [demand_factor(plan.system, str(future)) for future in network.scenarios]
        least = need * xr.DataArray(factors, dims=["scenario"], coords={"scenario": network.scenarios})
    model.add_constraints(produced >= least, name=f"{PREFIX}renewable_share-{where.year.year}")


def _monthly_limits(plan: Plan, network: Network, where: _Places) -> None:
    limits = dict(plan.system.monthly_limits)
    for carrier, percent in plan.config.capacity_factor_limits.items():
        limits |= {(carrier, month): percent / 100 for month in range(1, 13)}
    generators = _active(plan, network, "Generator", where.year.year)
    months = where.times.month.to_numpy()
    for (carrier, month), limit in limits.items():
        rows = np.flatnonzero(months == month)
        names = generators.index[generators.carrier == carrier]
        if not len(rows) or not len(names):
            continue
        hours = float(where.weights[rows].sum())
        extendable = list(names[generators.p_nom_extendable[names]])
        fixed = float(generators.p_nom[names.difference(pd.Index(extendable))].sum())
        left = where.weighted(network.model["Generator-p"].sel(name=list(names)), rows).sum("name")
        if extendable:
            left = left - limit * hours * network.model["Generator-p_nom"].sel(name=extendable).sum()
        network.model.add_constraints(
            left <= limit * hours * fixed,
            name=f"{PREFIX}monthly_limit-{carrier} {where.year.year}-{month:02d}",
        )


def _storage_cycles(plan: Plan, network: Network, where: _Places) -> None:
    wanted = {**plan.system.cycles, **plan.config.storage_cycles}
    units = _active(plan, network, "StorageUnit", where.year.year)
    days = float(where.weights.sum()) / 24
    for name in units.index:
        carrier = str(units.carrier[name])
        limit = wanted.get(carrier)
        if limit is None and is_storage(carrier) and "battery" in carrier.lower():
            limit = wanted.get("battery")
        if limit is None:
            continue
        energy = float(units.max_hours[name]) * limit * days
        discharged = where.weighted(network.model["StorageUnit-p_dispatch"].sel(name=[name])).sum("name")
        label = f"{PREFIX}storage_cycles-{name} {where.year.year}"
        if units.p_nom_extendable[name]:
            capacity = network.model["StorageUnit-p_nom"].sel(name=[name]).sum()
            network.model.add_constraints(discharged - energy * capacity <= 0, name=label)
        else:
            network.model.add_constraints(discharged <= energy * float(units.p_nom[name]), name=label)


def _build_limits(plan: Plan, network: Network, where: _Places) -> None:
    numbers = [year.year for year in plan.years]
    position = numbers.index(where.year.year)
    span = where.year.year - (numbers[position - 1] if position else plan.previous_year)
    for carrier, limit in plan.config.build_limits.items():
        terms = _capacity_terms(
            plan,
            network,
            lambda asset, c=carrier: asset.item.carrier == c and asset.build_year == where.year.year,
        )
        if terms:
            network.model.add_constraints(
                sum(terms[1:], terms[0]) <= limit * span,
                name=f"{PREFIX}build_limit-{carrier} {where.year.year}",
            )


def _candidate_totals(plan: Plan, network: Network) -> None:
    for item in plan.system.candidates:
        if not np.isfinite(item.p_nom_max):
            continue
        terms = _capacity_terms(plan, network, lambda asset, i=item: asset.item is i)
        if terms:
            network.model.add_constraints(
                sum(terms[1:], terms[0]) <= item.p_nom_max, name=f"{PREFIX}candidate_total-{item.name}"
            )


def _capacity_terms(plan: Plan, network: Network, wanted: Any) -> list[Any]:
    terms = []
    for kind in Kind:
        names = [
            a.name
            for a in plan.assets
            if a.origin == BUILT and a.extendable and a.item.kind is kind and wanted(a)
        ]
        if names:
            nominal = "e_nom" if kind is Kind.STORE else "p_nom"
            terms.append(network.model[f"{kind}-{nominal}"].sel(name=names).sum())
    return terms
