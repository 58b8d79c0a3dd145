"""What a plan of chosen hours comes to in all hours of its years, its capacities fixed."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.capacity.config import CapacityConfig, Commitment, Horizon, Snapshots
from workbench.capacity.extraction.costs import Tables, emissions_table
from workbench.capacity.extraction.solved import dynamic_of, statistic_of
from workbench.capacity.model.pypsa_import import pypsa_slot
from workbench.capacity.model.system import UNSERVED_LOAD, Kind
from workbench.capacity.network.assets import Asset
from workbench.capacity.network.build import PREFIX, Plan, build_plan
from workbench.capacity.network.constraints import add_constraints
from workbench.capacity.network.firm import exists
from workbench.capacity.network.futures import add_futures
from workbench.capacity.network.periods import whole_year
from workbench.capacity.network.timeline import Year
from workbench.capacity.solving.solve import PlanSolver
from workbench.data.notes import Notes, Weight
from workbench.errors import SolveError
from workbench.runs import Job

if TYPE_CHECKING:
    from pypsa import Network

COLUMNS = (
    "year",
    "hours",
    "planned_cost",
    "cost",
    "regret",
    "regret_share",
    "unserved",
    "unserved_share",
    "unserved_hours",
    "most_unserved",
    "surplus",
    "planned_co2",
    "co2",
)
SURPLUS = "Surplus "
"""Begin of the names of what takes power that has to be produced and that nothing else takes."""
_SLACK = "Missed-"
NOTED_SHARE = 0.01
"""Unserved part of the load [%] from which on a note says so."""
NOTED_REGRET = 1.0
"""Further costs [%] from which on a note says so."""


def is_checked(config: CapacityConfig) -> bool:
    """Whether a plan is dispatched on all hours once more: it builds something on some of them, or on averages."""
    whole = config.snapshots in (Snapshots.FULL, Snapshots.AVERAGES) and config.hours == 1
    return config.check_all_hours and not whole and not config.rolling_horizon


def dispatch_all_hours(
    job: Job, plan: Plan, tables: Tables, config: CapacityConfig, solver: PlanSolver, notes: Notes
) -> pd.DataFrame:
    """Dispatch the capacities of a solved plan in each hour of its years.

    Limits of a year may be missed, and load may stay unserved, at the cost of load that is not served: what cannot
    be kept in all hours is told, and never an infeasible problem.

    Parameters
    ----------
    job
        The run.
    plan
        Solved.
    tables
        Of the plan: its costs and emissions.
    config
        The settings.
    solver
        The solver.
    notes
        Gets what is missed.

    Returns
    -------
    DataFrame
        One row a year, with the columns of :data:`COLUMNS`: costs in currency a year, energies in MWh, CO2 in Mt.
    """
    rows = []
    if is_checked(config):
        for year in plan.years:
            try:
                with job.stage(f"all-hours-{year.year}", title=f"All hours of {year.year}"):
                    checked, missed = _dispatched(job, plan, year, config, solver)
                    rows.append(_row(checked, year, tables))
                    _note(rows[-1], missed, notes)
            except SolveError as error:
                notes.omission(
                    f"the dispatch of {year.year} in all hours is missing: {error}",
                    setting="check_all_hours",
                    tables=("all_hours",),
                    years=(year.year,),
                )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _dispatched(
    job: Job, plan: Plan, year: Year, config: CapacityConfig, solver: PlanSolver
) -> tuple[Plan, dict[str, float]]:
    cost = config.unserved_cost or CapacityConfig().unserved_cost
    whole = dataclasses.replace(
        config,
        snapshots=Snapshots.FULL,
        hours=1,
        horizon=Horizon.SINGLE,
        years=(year.year,),
        # What is built keeps the margin; a year of whole units is too large a problem.
        reserve_margin=0.0,
        commitment=Commitment.OFF if config.commitment is Commitment.OFF else Commitment.LINEARISED,
        unserved_cost=cost,
    )
    all_hours = dataclasses.replace(year, selection=whole_year(len(year.hours)), stretched=False)
    assets = _fixed(plan, year.year)
    check = build_plan(plan.system, whole, [all_hours], assets=assets)
    _add_surplus(check, cost)
    if config.futures:
        add_futures(check)
    solver.label, solver.only_dispatch = f"all hours of {year.year}", True

    def add(network: Network, snapshots: pd.Index) -> None:
        add_constraints(check, network, snapshots)
        _soften(network.model, cost)

    try:
        with pypsa_slot(job.checkpoint):
            status, condition = check.network.optimize(
                linearized_unit_commitment=whole.commitment is Commitment.LINEARISED,
                include_objective_constant=False,
                assign_all_duals=False,
                remote=solver,
                extra_functionality=add,
            )
    finally:
        solver.only_dispatch = False
    if status != "ok":
        raise SolveError(f"The solve ended with {condition}, which is not a solution.")
    return check, _missed(check.network)


def _fixed(plan: Plan, year: int) -> list[Asset]:
    """Assets of a year with the capacity that the plan has found."""
    found = []
    for asset in plan.assets:
        if not exists(asset, year):
            continue
        if asset.extendable:
            nominal = "e_nom" if asset.item.kind is Kind.STORE else "p_nom"
            table = plan.network.components[str(asset.item.kind)].static
            sizes = table[f"{nominal}_opt"]
            if plan.network.has_scenarios:
                sizes = sizes.xs(plan.network.scenarios[0], level="scenario")
            size = max(float(sizes[asset.name]), 0.0)
            asset = dataclasses.replace(asset, p_nom=size, extendable=False, p_nom_min=0.0)
        found.append(asset)
    return found


def _add_surplus(plan: Plan, cost: float) -> None:
    """Let power be thrown away at a cost: least outputs may exceed the load in hours that the plan did not see."""
    total = sum(asset.p_nom for asset in plan.assets) + 1.0
    buses = list(plan.system.buses)
    plan.network.add("Carrier", "surplus")
    plan.network.add(
        "Generator",
        [f"{SURPLUS}{bus}" for bus in buses],
        bus=buses,
        carrier="surplus",
        p_nom=total,
        p_min_pu=-1.0,
        p_max_pu=0.0,
        marginal_cost=-cost,
    )


def _soften(model: Any, cost: float) -> None:
    """Let limits of a year be missed, each unit of theirs at the cost of load that is not served."""
    named = ("GlobalConstraint-", f"{PREFIX}renewable_share")
    for name in [name for name in model.constraints if name.startswith(named)]:
        constraint = model.constraints[name]
        left, sign, right = constraint.lhs, constraint.sign, constraint.rhs
        most = str(np.asarray(sign).ravel()[0]).startswith("<")
        coords = [constraint.indexes[dim] for dim in constraint.dims if dim in constraint.indexes]
        slack = model.add_variables(lower=0.0, coords=coords, name=f"{_SLACK}{name}")
        model.remove_constraints(name)
        model.add_constraints(left - slack if most else left + slack, sign, right, name=name)
        model.objective = model.objective.expression + (cost * slack).sum()


def _missed(network: Network) -> dict[str, float]:
    """How much each limit is missed by, in its own unit; those that are kept are left out."""
    model = network.model
    found = {}
    for name in model.variables:
        if str(name).startswith(_SLACK):
            value = float(np.asarray(model.variables[name].solution, dtype=float).max())
            if value > 1e-3:
                label = str(name).removeprefix(_SLACK).removeprefix("GlobalConstraint-").removeprefix(PREFIX)
                found[label] = value
    return found


def _row(check: Plan, year: Year, tables: Tables) -> dict[str, float]:
    network = check.network
    costs = tables["costs"][tables["costs"].year == year.year]
    planned = float(costs.total.sum())
    operation = statistic_of(network, "opex", [year.year], "name")
    thrown = operation.name.str.startswith(SURPLUS)
    cost = planned - float((costs.operation + costs.start_up).sum()) + float(operation.value[~thrown].sum())
    power = dynamic_of(network, "Generator", "p")
    unserved_at = [name for name in power.columns if str(name).startswith(UNSERVED_LOAD)]
    unserved = power[unserved_at].to_numpy(dtype=float).clip(min=0.0).sum(axis=1)
    unserved[unserved < 1e-6 * year.peak] = 0.0
    surplus = power[[name for name in power.columns if str(name).startswith(SURPLUS)]]
    emitted = tables["emissions"]
    load = float(year.load.sum())
    return {
        "year": year.year,
        "hours": len(year.hours),
        "planned_cost": planned,
        "cost": cost,
        "regret": cost - planned,
        "regret_share": 100 * (cost / planned - 1) if planned else 0.0,
        "unserved": float(unserved.sum()),
        "unserved_share": 100 * float(unserved.sum()) / load if load else 0.0,
        "unserved_hours": int((unserved > 0).sum()),
        "most_unserved": float(unserved.max(initial=0.0)),
        "surplus": float(-surplus.to_numpy(dtype=float).sum()),
        "planned_co2": float(emitted.co2[emitted.year == year.year].sum()),
        "co2": float(emissions_table(network, [year.year]).co2.sum()),
    }


def _note(row: dict[str, float], missed: dict[str, float], notes: Notes) -> None:
    year = int(row["year"])
    said: Sequence[str] = [
        *(
            [
                f"{row['unserved']:,.0f} MWh ({row['unserved_share']:.2g} % of the load) stay unserved in "
                f"{row['unserved_hours']:,} hours"
            ]
            if row["unserved_share"] > NOTED_SHARE
            else []
        ),
        *([f"it costs {row['regret_share']:.2g} % more"] if row["regret_share"] > NOTED_REGRET else []),
        *(
            [f"{row['surplus']:,.0f} MWh that have to be produced find no use"]
            if row["surplus"] > 1.0
            else []
        ),
        *(f"the limit '{name}' is missed by {value:,.6g}" for name, value in missed.items()),
    ]
    if said:
        notes.doubt(
            f"dispatched in all {row['hours']:,} hours of {year}, the plan differs: {'; '.join(said)}.",
            weight=Weight.HIGH,
            setting="snapshots",
            advice="choose more hours",
            tables=("all_hours",),
            years=(year,),
        )
