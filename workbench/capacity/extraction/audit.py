"""Whether the tables of a solved plan balance: load is met, costs and emissions are those of the solver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.capacity.config import CapacityConfig, Method
from workbench.capacity.extraction.costs import Tables, sunk_capital
from workbench.capacity.extraction.solved import NOMINAL, static_of, statistic_of
from workbench.data.audit import require_equal

if TYPE_CHECKING:
    from pypsa import Network

HOURLY, LOOSE = 1e-6, 1e-3
"""Relative differences that a solver's tolerances explain, of an exact method and of a first-order one."""
COSTS = 1e-5
_NOT_POWER = ("year", "time", "weight", "load")


def audit(
    network: Network,
    tables: Tables,
    year: int,
    objective: float,
    config: CapacityConfig,
    *,
    own: bool = False,
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
    own
        Whether it was opened as a network: what existed before is in its objective.

    Raises
    ------
    UnbalancedResult
        Naming the first two numbers that differ.
    """
    loose = config.method is Method.FIRST_ORDER or any("tol" in name for name in config.solver_options)
    _check_load(tables["dispatch"], LOOSE if loose else HOURLY)
    weights = _of_periods(network, "objective") if network.has_investment_periods else {year: 1.0}
    relative = LOOSE if loose else COSTS
    _check_costs(network, tables["costs"], weights, objective, config, relative, own=own)
    _check_emissions(network, tables, config, LOOSE if loose else HOURLY)


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


def _check_costs(
    network: Network,
    costs: pd.DataFrame,
    weights: Mapping[int, float],
    objective: float,
    config: CapacityConfig,
    relative: float,
    *,
    own: bool,
) -> None:
    """The cost table equals the objective and the constants: what plants cost that the plan cannot change."""
    # Windows build nothing, and their objective is that of operation alone.
    total = _weighted(costs, "operation" if config.rolling_horizon else "total", weights)
    constants = 0.0 if config.rolling_horizon else _constants(network, weights, own=own)
    require_equal(
        "costs of all years, weighted as in the objective",
        "the table of costs",
        total,
        f"the objective with {constants:.10g} of constant costs",
        objective + constants,
        relative=relative,
        absolute=relative * max(1.0, abs(objective), abs(constants)),
    )


def _constants(network: Network, weights: Mapping[int, float], *, own: bool) -> float:
    """Costs in the table but not in the objective: of fixed capacity; less what existed and is in the objective."""
    periods = list(weights)
    costs = [statistic_of(network, part, periods, "name") for part in ("capex", "fom")]
    constants = 0.0
    for table in costs:
        for component, nominal in NOMINAL.items():
            static = static_of(network, component)
            fixed = static.index[~static[f"{nominal}_extendable"].astype(bool)]
            rows = table[(table.component == component) & table["name"].isin(fixed)]
            constants += _weighted(rows, "value", weights)
    if own:
        constants -= _weighted(sunk_capital(network, periods), "sunk", weights)
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
