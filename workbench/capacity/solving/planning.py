"""Solving a plan: one year, year after year, all years at once, in windows, with alternatives."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.capacity.config import CapacityConfig, Commitment, Horizon
from workbench.capacity.config_checks import scenario_config
from workbench.capacity.extraction.costs import Tables
from workbench.capacity.extraction.extract import extract, join
from workbench.capacity.extraction.solved import static_of
from workbench.capacity.model.outcomes import SolveStatus
from workbench.capacity.model.program import Conflict, Program
from workbench.capacity.model.pypsa_import import pypsa_slot
from workbench.capacity.model.system import Kind, System
from workbench.capacity.network.assets import BUILT, Asset, retirements_of
from workbench.capacity.network.build import Plan, build_plan
from workbench.capacity.network.constraints import add_constraints
from workbench.capacity.network.futures import add_futures
from workbench.capacity.network.timeline import Year, make_year
from workbench.capacity.solving.all_hours import COLUMNS as ALL_HOURS
from workbench.capacity.solving.all_hours import dispatch_all_hours
from workbench.capacity.solving.infeasible import explain_conflict
from workbench.capacity.solving.near_optimal import RANGE_COLUMNS, near_optimal_ranges
from workbench.capacity.solving.solve import PlanSolver
from workbench.capacity.solving.windows import optimise_in_windows, set_right_side
from workbench.data.notes import Notes
from workbench.errors import ModelInfeasible, SettingError, SolveError
from workbench.runs import Job

if TYPE_CHECKING:
    from linopy import Model
    from pypsa import Network

MIN_BUILD = 1e-3
"""MW; what is smaller is the solver's rounding and is not built."""

ALTERNATIVES = ("year", "alternative", "carrier", "capacity", "cost")
RETIREMENTS = ("year", "name", "carrier", "capacity", "reason")
NOT_ALWAYS = {
    "retirements": RETIREMENTS,
    "alternatives": ALTERNATIVES,
    "ranges": RANGE_COLUMNS,
    "all_hours": ALL_HOURS,
}
"""Tables that not every plan has, with their columns."""
Solved = tuple[list["Network"], Tables, tuple[str, ...], Notes]


def make_solver(job: Job, config: CapacityConfig, place: Callable[..., str]) -> PlanSolver:
    """Make the solver that the settings ask for; its limits follow the run's adjustments.

    Parameters
    ----------
    job
        The run.
    config
        The settings.
    place
        Cell of a component's value, for the explanation of a contradiction.
    """

    def explain(model: Model, program: Program, conflict: Conflict) -> tuple[str, ...]:
        return explain_conflict(model, program, conflict, place)

    known: list[tuple[CapacityConfig, CapacityConfig]] = []

    def limits() -> CapacityConfig:
        current = job.config
        if not isinstance(current, CapacityConfig):
            return config
        if not known or known[0][0] is not current:
            # What a scenario sets itself holds for it, whatever is adjusted for the run.
            own = config.scenario in current.changes
            known[:] = [(current, scenario_config(current, config.scenario) if own else current)]
        return known[0][1]

    return PlanSolver(job, limits, solver=config.solver, options=solver_options(config), explain=explain)


def solver_options(config: CapacityConfig) -> dict[str, Any]:
    """Options of the solver by its own names, numbers as numbers."""
    options: dict[str, Any] = {}
    if config.solver == "highs" and config.method != "choose":
        options["solver"] = str(config.method)
    options |= {name: _value(text) for name, text in config.solver_options.items()}
    return options


def optimise(
    job: Job, network: Network, config: CapacityConfig, solver: PlanSolver, plan: Plan | None = None
) -> None:
    """Optimise a network by PyPSA's own means, the solver in its own process.

    Raises
    ------
    SolveError
        On every end that is not an accepted solution.
    """
    options: dict[str, Any] = {
        "multi_investment_periods": bool(network.has_investment_periods),
        "linearized_unit_commitment": config.commitment is Commitment.LINEARISED,
        "include_objective_constant": False,
        "remote": solver,
    }
    if config.transmission_losses:
        options["transmission_losses"] = _losses(network, config.transmission_losses)
    if plan is not None:
        options["extra_functionality"] = lambda n, snapshots: add_constraints(plan, n, snapshots)
    forget_solution(network)
    require_supply(network)
    if not config.rolling_horizon:
        with pypsa_slot(job.checkpoint):
            _require_ok(
                _secured(network, options) if config.security_constrained else network.optimize(**options)
            )
        solver.solved.append((solver.label, network))
        return
    if network.has_investment_periods:
        raise SolveError("Windows (rolling_horizon) do not go with perfect foresight; choose one of them.")
    solver.show_stages = False
    try:
        with pypsa_slot(job.checkpoint):
            optimise_in_windows(job, network, config, solver, options)
        solver.solved.append(("", network))
    finally:
        solver.show_stages = True


def _losses(network: Network, segments: int) -> Any:
    """Losses by tangents, in the way in which this version of PyPSA takes their number."""
    taken = inspect.signature(type(network.optimize).__call__).parameters["transmission_losses"].annotation
    return {"mode": "tangents", "segments": segments} if "dict" in str(taken) else segments


def _secured(network: Network, options: dict[str, Any]) -> tuple[str, str]:
    """Optimise so that no passive branch is overloaded after the outage of any other."""
    of_model = {name: value for name, value in options.items() if name != "remote"}
    multi = of_model.pop("multi_investment_periods")
    ending: tuple[str, str] = network.optimize.optimize_security_constrained(
        multi_investment_periods=multi, model_kwargs=of_model, remote=options["remote"]
    )
    return ending


def solve_years(
    job: Job, system: System, load: Mapping[int, Any], config: CapacityConfig, solver: PlanSolver
) -> Solved:
    """Build and solve what the settings ask for.

    Returns
    -------
    list of Network
        One, or one a year of a rolling plan.
    dict
        Tables of all years.
    tuple of str, Notes
        What was assumed; what is missing.
    """
    notes = Notes()
    assumed: dict[str, None] = {}
    years = {}
    for number in config.years:
        year = make_year(system, load[number], config, number)
        years[number] = year
        assumed |= dict.fromkeys(year.assumed)
        if config.rolling_horizon and not year.selection.is_connected:
            raise SettingError(
                f"Windows (rolling_horizon) go from hour to hour, but the snapshots are '{config.snapshots}'; "
                "choose the full year or averages of hours.",
                "rolling_horizon",
                config.rolling_horizon,
            )
        gap = year.deviation()
        if abs(gap["energy"]) > 1 or abs(gap["peak"]) > 1:
            assumed[
                f"The chosen snapshots of {number} have {gap['energy']:+.1f} % energy and {gap['peak']:+.1f} % "
                "peak against the whole year."
            ] = None
    if config.horizon is Horizon.ROLLING:
        networks, tables = _solve_rolling(job, system, list(years.values()), config, solver, notes)
    else:
        networks, tables = _solve_at_once(job, system, list(years.values()), config, solver, notes)
    tables["retirements"] = pd.DataFrame(retirements_of(system, config), columns=list(RETIREMENTS))
    return networks, tables, tuple(assumed), notes


def _solve_at_once(
    job: Job, system: System, years: list[Year], config: CapacityConfig, solver: PlanSolver, notes: Notes
) -> tuple[list[Network], Tables]:
    with job.stage("build", title="Build the network"):
        plan = build_plan(system, config, years)
        if config.futures:
            add_futures(plan)
    with job.stage("optimise", title="Optimise"):
        solver.label = str(years[0].year) if len(years) == 1 else f"{years[0].year} to {years[-1].year}"
        optimise(job, plan.network, config, solver, plan)
    tables = extract(plan.network, plan.years[0].year, plan)
    tables["alternatives"] = _alternatives(job, plan, config, solver, notes)
    tables["ranges"] = near_optimal_ranges(job, plan, config, solver, notes)
    tables["all_hours"] = dispatch_all_hours(job, plan, tables, config, solver, notes)
    return [plan.network], tables


def _solve_rolling(
    job: Job, system: System, years: list[Year], config: CapacityConfig, solver: PlanSolver, notes: Notes
) -> tuple[list[Network], Tables]:
    networks, parts = [], []
    built: list[Asset] = []
    previous: int | None = None
    for done, year in enumerate(years):
        with job.stage(str(year.year), title=f"Year {year.year}"):
            plan = build_plan(system, config, [year], built, previous)
            if config.futures:
                add_futures(plan)
            solver.label = str(year.year)
            optimise(job, plan.network, config, solver, plan)
            networks.append(plan.network)
            parts.append(extract(plan.network, year.year, plan))
            parts[-1]["alternatives"] = _alternatives(job, plan, config, solver, notes)
            parts[-1]["ranges"] = near_optimal_ranges(job, plan, config, solver, notes)
            parts[-1]["all_hours"] = dispatch_all_hours(job, plan, parts[-1], config, solver, notes)
            built = [asset for asset in _frozen(plan, built) if year.year < asset.build_year + asset.lifetime]
        previous = year.year
        job.progress(done + 1, len(years), f"Year {year.year}")
        job.checkpoint()
    return networks, join(parts)


def _frozen(plan: Plan, earlier: Sequence[Asset]) -> list[Asset]:
    """What exists after a year: its new units, no longer extendable, with the annuity still to pay."""
    kept = list(earlier)
    for asset in plan.assets:
        if asset.origin != BUILT or not asset.extendable:
            continue
        nominal = "e_nom" if asset.item.kind is Kind.STORE else "p_nom"
        size = float(static_of(plan.network, str(asset.item.kind))[f"{nominal}_opt"][asset.name])
        if size > MIN_BUILD:
            kept.append(dataclasses.replace(asset, p_nom=size, extendable=False, p_nom_min=0.0))
    return kept


def _alternatives(
    job: Job, plan: Plan, config: CapacityConfig, solver: PlanSolver, notes: Notes
) -> pd.DataFrame:
    """Least and most of some carriers within a few percent of the least costs (PyPSA's MGA).

    The plan itself is solved by then: an alternative that fails is missing, and takes nothing with it.
    """
    rows: list[dict[str, Any]] = []
    for wish in config.alternatives:
        most, carrier = wish.startswith("+"), wish.lstrip("+-")
        solver.label = f"{'most' if most else 'least'} {carrier}"
        try:
            with job.stage(f"alternative-{carrier}", title=solver.label.capitalize()):
                rows += _alternative(job, plan, config, solver, carrier, most=most)
        except SolveError as error:
            notes.omission(
                f"the alternative with the {solver.label} is missing: {error}",
                setting="alternatives",
                tables=("alternatives",),
            )
    return pd.DataFrame(rows, columns=list(ALTERNATIVES))


def _alternative(
    job: Job, plan: Plan, config: CapacityConfig, solver: PlanSolver, carrier: str, *, most: bool
) -> list[dict[str, Any]]:
    network = plan.network.copy()
    _fold_fixed_costs(network)
    twin = dataclasses.replace(plan, network=network)
    best = _whole_costs(plan.network, extract(plan.network, plan.years[0].year, plan))
    most_costs = float(plan.network.objective or 0.0) + config.alternatives_slack / 100 * best

    def add(n: Network, _: pd.Index) -> None:
        add_constraints(twin, n)
        # PyPSA's own budget weighs years twice, and adds up the costs of futures.
        set_right_side(n.model.constraints["budget"], most_costs)

    with pypsa_slot(job.checkpoint):
        ending = network.optimize.optimize_mga(
            multi_investment_periods=plan.is_multi_period,
            weights=_mga_weights(network, carrier),
            sense="max" if most else "min",
            slack=config.alternatives_slack / 100,
            model_kwargs={"include_objective_constant": False},
            extra_functionality=add,
            remote=solver,
        )
    _require_ok(ending)
    tables = extract(network, plan.years[0].year, twin)
    extra = 100 * (_whole_costs(network, tables) / best - 1)
    return [
        {
            "year": row.year,
            "alternative": solver.label,
            "carrier": row.carrier,
            "capacity": row.capacity,
            "cost": extra,
        }
        for row in tables["capacity"].itertuples()
    ]


def _fold_fixed_costs(network: Network) -> None:
    # PyPSA's budget of an alternative leaves fixed costs out of the best plan, but not of the alternative.
    for kind in Kind:
        table = network.components[str(kind)].static
        if not table.empty:
            table["capital_cost"] += table["fom_cost"]
            table["fom_cost"] = 0.0


def _whole_costs(network: Network, tables: Tables) -> float:
    """Costs of all years as the objective weighs them, expected over the futures."""
    costs = tables["costs"].groupby("year").total.sum()
    if network.has_investment_periods:
        costs = costs * network.investment_period_weightings["objective"]
    return float(costs.sum())


def _mga_weights(network: Network, carrier: str) -> dict[str, dict[str, pd.Series]]:
    weights: dict[str, dict[str, pd.Series]] = {}
    for kind in Kind:
        table = network.components[str(kind)].static
        nominal = "e_nom" if kind is Kind.STORE else "p_nom"
        if (
            not table.empty
            and (chosen := table.index[(table.carrier == carrier) & table[f"{nominal}_extendable"]]).size
        ):
            weights[str(kind)] = {nominal: pd.Series(1.0, index=chosen)}
    if not weights:
        raise SolveError(
            f"There is nothing of the carrier '{carrier}' that can be built; choose another alternative."
        )
    return weights


def require_supply(network: Network) -> None:
    """Refuse a network with a load at a bus to which nothing else is connected.

    Raises
    ------
    ModelInfeasible
        Naming the bus and the load.
    """
    connected: set[str] = set()
    for component in ("Generator", "StorageUnit", "Store", "Link", "Line", "Transformer"):
        table = network.components[component].static
        for column in (name for name in table.columns if str(name).startswith("bus")):
            connected |= set(table[column].astype(str))
    loads = network.components.loads.static
    demand = network.get_switchable_as_dense("Load", "p_set").abs().max()
    alone = loads[~loads.bus.isin(connected) & (demand.reindex(loads.index).fillna(0.0) > 0)]
    if len(alone):
        causes = [
            f"bus '{load.bus}' has to be supplied with the load '{load.Index}', but nothing is connected to it."
            for load in alone.itertuples()
        ]
        raise ModelInfeasible(f"No plan meets all limits: {causes[0]}", SolveStatus.INFEASIBLE, causes)


def forget_solution(network: Network) -> None:
    """Take away an earlier solution, so that nothing of it is read as one of this solve (prices after a MIP)."""
    prices = network.components.buses.dynamic["marginal_price"]
    if len(prices.columns):
        network.components.buses.dynamic["marginal_price"] = prices.iloc[:, :0]


def _require_ok(ending: tuple[str, str]) -> None:
    if ending[0] != "ok":
        raise SolveError(f"The solve ended with {ending[1]}, which is not a solution.")


def _value(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    lowered = text.lower()
    return lowered == "true" if lowered in ("true", "false") else text
