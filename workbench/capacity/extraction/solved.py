"""Reading a solved network alike, whether it has investment periods, futures, or neither."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pypsa import Network

NOMINAL = {
    "Generator": "p_nom",
    "StorageUnit": "p_nom",
    "Store": "e_nom",
    "Link": "p_nom",
    "Process": "p_nom",
    "Line": "s_nom",
    "Transformer": "s_nom",
}
T = TypeVar("T", pd.Series, pd.DataFrame)
UNITS = {"Store": "MWh", "Line": "MVA", "Transformer": "MVA"}


def periods_of(network: Network, year: int) -> tuple[np.ndarray, pd.DatetimeIndex | pd.Index]:
    """Year and time of each snapshot."""
    index = network.snapshots
    if isinstance(index, pd.MultiIndex):
        return index.get_level_values(0).to_numpy(), index.get_level_values(1)
    return np.full(len(index), year), index


def weights_of(network: Network) -> np.ndarray:
    """Hours that each snapshot represents."""
    return np.asarray(network.snapshot_weightings["generators"], dtype=float)


def statistic_of(
    network: Network, name: str, periods: list[int], groupby: str = "carrier", **options: Any
) -> pd.DataFrame:
    """One statistic by year, component and carrier (or name), per year (not times the years of a period)."""
    found = getattr(network.statistics, name)(
        groupby=groupby, nice_names=False, round=10, drop_zero=False, **options
    )
    if isinstance(found, pd.DataFrame):
        if name in ("capex", "opex", "installed_capex"):
            # PyPSA gives a period's costs over all its years, discounted; ours are of one year.
            found = found / network.investment_period_weightings["objective"]
        wide = found if not network.has_scenarios else expected(network, found)
        long = wide.melt(ignore_index=False, var_name="year").reset_index()
        long.columns = pd.Index(["component", groupby, "year", "value"])
    else:
        series = found if not network.has_scenarios else expected(network, found)
        if series.empty:
            return pd.DataFrame({"component": [], groupby: [], "year": [], "value": []})
        long = series.rename("value").reset_index()
        long.columns = pd.Index(["component", groupby, "value"])
        long["year"] = periods[0]
    long["year"] = long["year"].astype(int)
    if name == "opex" and not options and (long["component"] == "Process").any():
        long = _with_costs_of_processes(network, long, groupby, periods)
    return long


def _with_costs_of_processes(
    network: Network, table: pd.DataFrame, groupby: str, periods: list[int]
) -> pd.DataFrame:
    """Costs of processes by their internal power, as in the objective; PyPSA 1.4 takes that at their first bus."""
    static, power = static_of(network, "Process"), dynamic_of(network, "Process", "p")
    difference = power - dynamic_of(network, "Process", "p0").reindex(columns=power.columns)
    costs = network.get_switchable_as_dense("Process", "marginal_cost")[power.columns] * difference
    weighted = costs.mul(np.asarray(network.snapshot_weightings["objective"], dtype=float), axis=0)
    group = pd.Series(power.columns, power.columns) if groupby == "name" else static[groupby]
    year_of = periods_of(network, periods[0])[0]
    table = table.set_index(["component", groupby, "year"])
    for year in periods:
        for column in power.columns:
            table.loc[("Process", group[column], year), "value"] += float(
                weighted[column][year_of == year].sum()
            )
    return table.reset_index()


def expected(network: Network, values: T) -> T:
    """Expected values over the futures, each weighted with its probability."""
    weights = network.scenario_weightings["weight"]
    level = next(i for i, name in enumerate(values.index.names) if name == "scenario")
    scaled = values.mul(weights.reindex(values.index.get_level_values(level)).to_numpy(), axis=0)
    rest = [i for i in range(values.index.nlevels) if i != level]
    return scaled.groupby(level=rest).sum()


@dataclass(frozen=True, slots=True)
class Future:
    """One of the futures of a network, with its own attributes and series; the only one of most."""

    network: Network
    name: str | None
    weight: float

    def static(self, component: str) -> pd.DataFrame:
        """Attributes of a component."""
        if not _has(self.network, component):
            return pd.DataFrame()
        table: pd.DataFrame = self.network.components[component].static
        if self.name is None or table.empty:
            return table
        return pd.DataFrame(table.xs(self.name, level="scenario"))

    def dynamic(self, component: str, name: str) -> pd.DataFrame:
        """A series of a component."""
        table: pd.DataFrame = self.network.components[component].dynamic[name]
        if self.name is None or not isinstance(table.columns, pd.MultiIndex):
            return table
        known = table.columns.get_level_values("scenario")
        if self.name not in known:
            return table.iloc[:, :0].droplevel("scenario", axis=1)
        return pd.DataFrame(table[self.name])

    def series(self, component: str, name: str) -> pd.DataFrame:
        """An attribute by snapshot, whether it varies or not."""
        table: pd.DataFrame = self.network.get_switchable_as_dense(component, name)
        return table if self.name is None else pd.DataFrame(table[self.name])


def futures_of(network: Network) -> Iterator[Future]:
    """Each future of a network with its probability."""
    if not network.has_scenarios:
        yield Future(network, None, 1.0)
        return
    for name in network.scenarios:
        yield Future(network, str(name), float(network.scenario_weightings["weight"][name]))


def static_of(network: Network, component: str) -> pd.DataFrame:
    """Attributes of a component; of one future, where there are several (plants are the same in all)."""
    if not _has(network, component):
        return pd.DataFrame()
    table: pd.DataFrame = network.components[component].static
    if network.has_scenarios and not table.empty:
        # Capacities are the same in all futures.
        table = pd.DataFrame(table.xs(network.scenarios[0], level="scenario"))
    return table


def dynamic_of(network: Network, component: str, name: str) -> pd.DataFrame:
    """A series of a component; the expected one, where there are several futures."""
    if not _has(network, component):
        return pd.DataFrame()
    table: pd.DataFrame = network.components[component].dynamic[name]
    if network.has_scenarios and isinstance(table.columns, pd.MultiIndex):
        weights = network.scenario_weightings["weight"]
        parts = [
            table[s] * float(weights[s]) for s in network.scenarios if s in table.columns.get_level_values(0)
        ]
        table = sum(parts[1:], parts[0]) if parts else table.iloc[:, :0]
    return table


LOSSES = "transmission losses"


def lost_on_lines(network: Network) -> np.ndarray:
    """What lines and transformers lose in each snapshot [MW]; nothing where they were computed without losses."""
    lost = np.zeros(len(network.snapshots))
    for component in ("Line", "Transformer"):
        into, out = (dynamic_of(network, component, name) for name in ("p0", "p1"))
        if not into.empty:
            both = into.to_numpy(dtype=float) + out.reindex(columns=into.columns).to_numpy(dtype=float)
            lost += both.sum(axis=1)
    return np.where(np.abs(lost) > 1e-6, lost, 0.0)


def _has(network: Network, component: str) -> bool:
    """Whether this version of PyPSA knows the component."""
    return component != "Process" or "processes" in list(network.components.keys())


def active_in(table: pd.DataFrame, year: int, *, multi: bool) -> pd.Series:
    """Whether each asset exists in a year."""
    if not multi:
        return table.active.astype(bool)
    return table.active.astype(bool) & (table.build_year <= year) & (year < table.build_year + table.lifetime)
