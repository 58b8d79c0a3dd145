"""Whether the tables of a solved plan balance: load, parts, costs, emissions and limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.capacity.config import CapacityConfig, Method
from workbench.capacity.extraction.assets import plants_of
from workbench.capacity.extraction.costs import KINDS_OF_COST, Tables
from workbench.capacity.extraction.limits import primary_energy
from workbench.capacity.extraction.solved import NOMINAL, static_of, statistic_of, weights_of
from workbench.data.audit import require_all_equal, require_equal

if TYPE_CHECKING:
    from pypsa import Network

HOURLY, LOOSE = 1e-6, 1e-3
"""Relative differences that a solver's tolerances explain, of an exact method and of a first-order one."""
COSTS = 1e-5
ROUNDING = 1e-3
"""MW, MWh or currency that sums of rounded numbers may differ by."""
_NOT_POWER = ("year", "time", "weight", "load")


def audit(
    network: Network,
    tables: Tables,
    year: int,
    objective: float,
    config: CapacityConfig,
    *,
    energy: Mapping[int, float] | None = None,
) -> None:
    """Check the tables of one solved network.

    Parameters
    ----------
    network
        Solved.
    tables
        Of its years.
    year
        Label of a network without investment periods.
    objective
        What the solver minimised.
    config
        The settings.
    energy
        Load of each year [MWh], where every hour of it is in the snapshots.

    Raises
    ------
    UnbalancedResult
        Naming the first two numbers that differ.
    """
    loose = config.method is Method.FIRST_ORDER or any("tol" in name for name in config.solver_options)
    hourly, relative = (LOOSE, LOOSE) if loose else (HOURLY, COSTS)
    _check_load(tables["dispatch"], hourly)
    _check_demand(network, tables, energy or {}, hourly)
    _check_parts(network, tables, hourly)
    weights = _of_periods(network, "objective") if network.has_investment_periods else {year: 1.0}
    _check_costs(network, tables["costs"], weights, objective, config, relative)
    _check_emissions(network, tables, config, hourly)
    _check_limits(network, tables["constraints"], relative)


def _check_load(dispatch: pd.DataFrame, relative: float) -> None:
    """Dispatch, what is not served included, equals the load in each snapshot."""
    if dispatch.empty:
        return
    power = dispatch[[name for name in dispatch.columns if name not in _NOT_POWER]].to_numpy(dtype=float)
    load, met = dispatch["load"].to_numpy(dtype=float), np.nansum(power, axis=1)
    # Storage and links move more than the load: what is rounded is the whole of it.
    room = relative * np.maximum(np.nansum(np.abs(power), axis=1), np.abs(load)).max() + 1e-3
    at = int(np.abs(met - load).argmax())
    require_equal(
        f"power at {dispatch['time'].iloc[at]} of {int(dispatch['year'].iloc[at])} [MW]",
        "dispatch with unserved load",
        float(met[at]),
        "the load",
        float(load[at]),
        absolute=float(room),
    )


def _check_demand(network: Network, tables: Tables, energy: Mapping[int, float], relative: float) -> None:
    """The load of the table is that of the network's loads, and its energy that of the year it was made from."""
    dispatch, loads = tables["dispatch"], static_of(network, "Load")
    if not network.has_scenarios:
        asked = network.get_switchable_as_dense("Load", "p_set") if len(loads) else pd.DataFrame()
        signs = -loads.sign * loads.active.astype(bool)
        total = np.sum([asked[name] * signs[name] for name in loads.index], axis=0) * np.ones(len(dispatch))
        places = [f"{time} of {year}" for time, year in zip(dispatch.time, dispatch.year, strict=True)]
        room = relative * max(1.0, float(np.abs(total).max(initial=0.0))) + ROUNDING
        require_all_equal(
            "load at {} [MW]", places, "the loads", total, "the table", dispatch["load"], absolute=room
        )
    served = (dispatch["load"] * dispatch["weight"]).groupby(dispatch["year"]).sum()
    adequacy = tables["adequacy"].set_index("year").load * 1e3
    years = list(adequacy.index)
    require_all_equal("load of {} [MWh]", years, "the snapshots", served.reindex(years), "the year", adequacy)
    given = [year for year in years if year in energy]
    require_all_equal(
        "load of {} [MWh]",
        given,
        "what the plan was given",
        [energy[y] for y in given],
        "the year",
        adequacy[given],
    )


def _check_parts(network: Network, tables: Tables, relative: float) -> None:
    """Components add up to carriers, carriers to the energy of the year, and kinds of costs to their total."""
    assets, capacity = tables["assets"], tables["capacity"]
    keys = ["year", "component", "carrier"]
    if len(capacity):
        plants = plants_of(assets)
        for column in ("existing", "new", "capacity"):
            sums = plants.groupby(keys)[column].sum()
            rows = capacity.set_index(keys)[column]
            places = [" ".join(map(str, key)) for key in rows.index]
            require_all_equal(
                f"{column} capacity of {{}}", places, "the components", sums.reindex(rows.index, fill_value=0.0),
                "the table", rows, absolute=ROUNDING,
            )  # fmt: skip
    costs = tables["costs"]
    require_all_equal(
        "costs of {}", (costs.year.astype(str) + " " + costs.carrier.astype(str)).tolist(), "their kinds",
        costs[list(KINDS_OF_COST)].sum(axis=1), "the total", costs.total, absolute=ROUNDING,
    )  # fmt: skip
    weightings = network.snapshot_weightings
    if not np.array_equal(weightings["stores"], weights_of(network)):
        return
    dispatch = tables["dispatch"]
    columns = [name for name in dispatch.columns if name not in _NOT_POWER]
    net = (dispatch[columns].sum(axis=1) * dispatch.weight).groupby(dispatch.year).sum() / 1e3
    moved = (dispatch[columns].abs().sum(axis=1) * dispatch.weight).groupby(dispatch.year).sum() / 1e3
    energy = tables["energy"][tables["energy"].component != "Load"]
    sums = (energy.supply - energy.withdrawal).groupby(energy.year).sum().reindex(net.index, fill_value=0.0)
    room = relative * float(moved.max()) + ROUNDING if len(moved) else 0.0
    require_all_equal(
        "energy of {} [GWh]", list(net.index), "dispatch", net, "the table of energy", sums, absolute=room
    )


def _check_costs(
    network: Network,
    costs: pd.DataFrame,
    weights: Mapping[int, float],
    objective: float,
    config: CapacityConfig,
    relative: float,
) -> None:
    """The cost table equals the objective and the constants: what plants cost that the plan cannot change."""
    # Windows build nothing, and their objective is that of operation alone.
    parts = ["operation", "start_up"] if config.rolling_horizon else ["total"]
    total = sum(_weighted(costs, part, weights) for part in parts)
    constants = 0.0 if config.rolling_horizon else _constants(network, weights)
    require_equal(
        "costs of all years, weighted as in the objective",
        "the table of costs",
        total,
        f"the objective with {constants:.10g} of constant costs",
        objective + constants,
        relative=relative,
        absolute=relative * max(1.0, abs(objective), abs(constants)),
    )


def _constants(network: Network, weights: Mapping[int, float]) -> float:
    """Costs in the table but not in the objective: of fixed capacity."""
    periods = list(weights)
    costs = [statistic_of(network, part, periods, "name") for part in ("capex", "fom")]
    constants = 0.0
    for table in costs:
        for component, nominal in NOMINAL.items():
            static = static_of(network, component)
            fixed = static.index[~static[f"{nominal}_extendable"].astype(bool)]
            rows = table[(table.component == component) & table["name"].isin(fixed)]
            constants += _weighted(rows, "value", weights)
    return constants


def _weighted(table: pd.DataFrame, column: str, weights: Mapping[int, float]) -> float:
    return float((table[column] * table["year"].map(dict(weights))).sum())


def _of_periods(network: Network, column: str) -> dict[int, float]:
    table = network.investment_period_weightings
    return dict(zip(map(int, network.investment_periods), map(float, table[column]), strict=True))


def _check_emissions(network: Network, tables: Tables, config: CapacityConfig, relative: float) -> None:
    """Emissions in the table equal the left side of the limit that the solver kept."""
    limits = tables["constraints"]
    emitted = tables["emissions"].groupby("year").co2.sum()
    if network.has_scenarios or not config.co2_limit:
        return
    spans = _of_periods(network, "years") if network.has_investment_periods else {}
    for name, left in zip(limits["name"], limits["left"], strict=True):
        if not str(name).startswith("CO2 limit "):
            continue
        year = int(str(name).rpartition(" ")[2])
        require_equal(
            f"CO2 of {year} [Mt]",
            "the table of emissions",
            float(emitted.get(year, 0.0)),
            "the limit",
            float(left) / 1e6 / spans.get(year, 1.0),
            relative=relative,
            absolute=1e-6,
        )


def _check_limits(network: Network, limits: pd.DataFrame, relative: float) -> None:
    """Limits hold, and those on emissions do on the whole horizon, however it was cut for the solver."""
    columns = (limits[name].tolist() for name in ("name", "year", "sense", "left", "right"))
    for name, year, sense, left, right in zip(*columns, strict=True):
        room = relative * max(1.0, abs(left), abs(right))
        allowed = _allowed(sense, left, right)
        place = f"limit '{name}' of {year}"
        require_equal(place, "its left side", left, f"what {sense} allows", allowed, absolute=room)
    own = static_of(network, "GlobalConstraint")
    if network.has_scenarios or own.empty:
        return
    slacks = limits.set_index("name").slack
    for name in own.index[own.type == "primary_energy"]:
        total = primary_energy(network, str(name))
        sense, constant = str(own.sense[name]), float(own.constant[name])
        if total is None:
            continue
        room = relative * max(1.0, abs(total), abs(constant))
        place, words = f"limit '{name}'", f"what {sense} {constant:g} allows"
        allowed = _allowed(sense, total, constant)
        require_equal(place, "the whole horizon", total, words, allowed, absolute=room)
        if name in slacks.index and sense[0] in "<>":
            left = constant - float(slacks[name]) * (1 if sense[0] == "<" else -1)
            require_equal(place, "the dispatch", total, "the solver", left, absolute=room)


def _allowed(sense: str, left: float, right: float) -> float:
    """The nearest number to a left side that a limit allows."""
    return {"<": min(left, right), ">": max(left, right)}.get(sense[0], right)
