"""What exists in each year of a solved network: by component, and by carrier."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.capacity.extraction.solved import (
    NOMINAL,
    UNITS,
    active_in,
    dynamic_of,
    periods_of,
    static_of,
    weights_of,
)
from workbench.capacity.model.system import UNSERVED
from workbench.capacity.network.assets import SALE, Asset

if TYPE_CHECKING:
    from pypsa import Network


def assets_table(network: Network, periods: list[int], assets: Sequence[Asset]) -> pd.DataFrame:
    """One row a component and year: what existed, what is new, what exists then."""
    by_name = {asset.name: asset for asset in assets}
    multi = network.has_investment_periods
    rows = []
    for component, nominal in NOMINAL.items():
        table = static_of(network, component)
        if table.empty:
            continue
        installed = table[nominal].where(np.isfinite(table[nominal]), 0.0)
        # A network that was never solved has no optimum; one without extendables has none either.
        optimum = table[f"{nominal}_opt"].where(table[f"{nominal}_extendable"], installed)
        for year in periods:
            active = active_in(table, year, multi=multi)
            for name in table.index[active]:
                capacity = float(optimum[name])
                existing = float(installed[name])
                asset = by_name.get(str(name))
                # In perfect foresight a vintage is new only in the year in which it is built.
                if multi and int(table.build_year[name]) < year:
                    existing = capacity
                rows.append(
                    {
                        "year": year,
                        "component": component,
                        "name": str(name),
                        "bus": str(table.bus[name])
                        if "bus" in table
                        else f"{table.bus0[name]} to {table.bus1[name]}",
                        "carrier": str(table.carrier[name]) if "carrier" in table else component,
                        "existing": min(existing, capacity) if capacity < existing else existing,
                        "new": max(capacity - existing, 0.0),
                        "not_used": max(existing - capacity, 0.0),
                        "capacity": capacity,
                        "hours": float(table.max_hours[name]) if "max_hours" in table else np.nan,
                        "unit": UNITS.get(component, "MW"),
                        "origin": "network" if asset is None else asset.origin,
                    }
                )
    return pd.DataFrame(rows)


def with_energy(network: Network, table: pd.DataFrame, periods: list[int]) -> pd.DataFrame:
    """Add the energy [GWh] and the capacity factor [%] of each."""
    year_of = periods_of(network, periods[0])[0]
    weights = weights_of(network)
    energies: dict[tuple[str, str, int], float] = {}
    hours = {year: float(weights[year_of == year].sum()) for year in periods}
    for component, output in (
        ("Generator", "p"),
        ("StorageUnit", "p_dispatch"),
        ("Store", "p"),
        ("Link", "p0"),
        ("Process", "p"),
        ("Line", "p0"),
        ("Transformer", "p0"),
    ):
        values = dynamic_of(network, component, output)
        if values.empty:
            continue
        delivered = (
            np.abs(values.to_numpy())
            if component in ("Line", "Link", "Process", "Transformer")
            else np.clip(values.to_numpy(), 0, None)
        )
        for year in periods:
            rows = year_of == year
            sums = weights[rows] @ delivered[rows]
            energies |= {
                (component, str(n), year): float(v) for n, v in zip(values.columns, sums, strict=True)
            }
    if table.empty:
        return table
    keys = zip(table.component, table.name, table.year, strict=True)
    table["energy"] = [energies.get((c, n, y), 0.0) / 1e3 for c, n, y in keys]
    full = table.capacity * table.year.map(hours) / 1e3
    table["capacity_factor"] = np.where(full > 0, 100 * table.energy / full.where(full > 0, 1.0), np.nan)
    table.loc[table.component == "Store", "capacity_factor"] = np.nan
    return table


def plants_of(assets: pd.DataFrame) -> pd.DataFrame:
    """Rows of a table of components that are capacity: no lines, no unserved load, nothing that a market buys."""
    if assets.empty:
        return assets
    other = assets.component.isin(("Line", "Transformer")) | (assets.carrier == UNSERVED)
    return assets[~other & (assets.origin != SALE)]


def capacity_table(assets: pd.DataFrame) -> pd.DataFrame:
    """Existing, new and retired capacity by year and carrier; a plant that is gone is retired, not 0 MW."""
    plants = plants_of(assets)
    if plants.empty:
        return pd.DataFrame(
            columns=["year", "component", "carrier", "unit", "existing", "new", "retired", "capacity"]
        )
    grouped = plants.groupby(["year", "component", "carrier", "unit"], as_index=False)[
        ["existing", "new", "capacity"]
    ].sum()
    grouped["retired"] = 0.0
    years = sorted(grouped.year.unique())
    for before, year in pairwise(years):
        now = set(plants.name[plants.year == year])
        gone = plants[(plants.year == before) & ~plants.name.isin(now)]
        for (component, carrier), retired in gone.groupby(["component", "carrier"]).capacity.sum().items():
            rows = (grouped.year == year) & (grouped.component == component) & (grouped.carrier == carrier)
            if not rows.any():
                unit = UNITS.get(str(component), "MW")
                grouped.loc[len(grouped)] = [year, component, carrier, unit, 0.0, 0.0, 0.0, 0.0]
                rows = grouped.index == len(grouped) - 1
            grouped.loc[rows, "retired"] = float(retired)
    return grouped.sort_values(["year", "component", "carrier"], ignore_index=True)
