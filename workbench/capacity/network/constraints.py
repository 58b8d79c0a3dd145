"""Constraints that PyPSA does not have itself, added to a model that it has built.

Each is named ``Plan-<kind>-<what>``, and :func:`describe` says it in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.capacity.config import value_in
from workbench.capacity.model.outcomes import SolveStatus
from workbench.capacity.model.system import Kind, is_renewable, is_storage, is_variable
from workbench.capacity.network.build import BUILT, Plan
from workbench.errors import ModelInfeasible

if TYPE_CHECKING:
    from pypsa import Network

PREFIX = "Plan-"
PEAK_HOURS = 50
"""Hours of highest load over which the weather's share of firm capacity is averaged."""
FIRM_HOURS = 4.0
"""Hours that a storage has to last to count with its whole capacity."""

_WORDS = {
    "renewable_share": "the least share of renewable energy",
    "reserve_margin": "the reserve margin over the peak load",
    "monthly_limit": "the highest monthly capacity factor",
    "storage_cycles": "the most cycles of storage",
    "closed_period": "storage that ends each stretch of hours as full as it began",
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
    if snapshots is not None and len(snapshots) < len(network.snapshots):
        _monthly_limits(plan, network, _Window(plan, network, snapshots))
        return
    for year in plan.years:
        where = _Places(plan, network, year.year)
        _renewable_share(plan, network, where)
        _reserve_margin(plan, network, where)
        _monthly_limits(plan, network, where)
        _storage_cycles(plan, network, where)
        _closed_periods(plan, network, where)
        _build_limits(plan, network, where)
    if plan.is_multi_period:
        _candidate_totals(plan, network)


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
    """The snapshots of a window of one year."""

    def __init__(self, plan: Plan, network: Network, snapshots: pd.Index) -> None:
        super().__init__(plan, network, plan.years[0].year)
        rows = network.snapshots.get_indexer(snapshots)
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
    model.add_constraints(produced >= need, name=f"{PREFIX}renewable_share-{where.year.year}")


def _reserve_margin(plan: Plan, network: Network, where: _Places) -> None:
    if plan.config.reserve_margin <= 0:
        return
    existing, terms = 0.0, []
    for component, nominal in (("Generator", "p_nom"), ("StorageUnit", "p_nom")):
        table = _active(plan, network, component, where.year.year)
        table = table[table.carrier != "unserved"]
        credit = pd.Series({name: _credit(where, table, str(name)) for name in table.index}, dtype=float)
        extendable = table.index[table[f"{nominal}_extendable"]]
        fixed = table.index.difference(extendable)
        existing += float((table[nominal] * credit).loc[fixed].sum())
        if len(extendable):
            variable = network.model[f"{component}-{nominal}"].sel(name=list(extendable))
            terms.append((variable * credit.loc[extendable].rename_axis("name").to_xarray()).sum())
    need = (1 + plan.config.reserve_margin / 100) * where.year.peak - existing
    if terms:
        network.model.add_constraints(
            sum(terms[1:], terms[0]) >= need, name=f"{PREFIX}reserve_margin-{where.year.year}"
        )
    elif need > 1e-6:
        cause = (
            f"the reserve margin of {plan.config.reserve_margin:g} % over the peak of {where.year.peak:,.1f} MW "
            f"lacks {need:,.1f} MW of firm capacity in {where.year.year}: {existing:,.1f} MW stand, and nothing "
            "can be built."
        )
        raise ModelInfeasible(f"No plan meets all limits: {cause}", SolveStatus.INFEASIBLE, [cause])


def _credit(where: _Places, table: pd.DataFrame, name: str) -> float:
    carrier = str(table.carrier[name])
    if "max_hours" in table.columns:
        return float(min(1.0, table.max_hours[name] / FIRM_HOURS))
    return firm_share(where.year.profiles, where.year.load, name, carrier)


def firm_share(profiles: dict[str, np.ndarray], load: np.ndarray, name: str, carrier: str) -> float:
    """Part of a generator's capacity that counts at the peak: its mean availability when load is highest."""
    if not is_variable(carrier):
        return 1.0
    item = next((known for known in profiles if name == known or name.startswith(f"{known} ")), None)
    if item is None:
        return 0.0
    hours = np.argsort(load)[-PEAK_HOURS:]
    return float(profiles[item][hours].mean())


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


def _closed_periods(plan: Plan, network: Network, where: _Places) -> None:
    """Chosen days do not follow each other: none may live on what another one has stored."""
    selection = where.year.selection
    if selection.is_connected:
        return
    ends = np.flatnonzero(np.diff(selection.period, append=-1))
    for component, level in (("StorageUnit", "state_of_charge"), ("Store", "e")):
        names = list(_active(plan, network, component, where.year.year).index)
        if not names:
            continue
        variable = network.model[f"{component}-{level}"].sel(name=names)
        last = variable.isel(snapshot=where.positions[ends[-1]], drop=True)
        for end in ends[:-1]:
            level_then = variable.isel(snapshot=where.positions[end], drop=True)
            label = f"{PREFIX}closed_period-{component} {where.year.year} {where.times[end]:%m-%d}"
            network.model.add_constraints(level_then - last == 0, name=label)


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
