"""Workbooks of plants and networks on which each setting of a capacity plan could matter."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from capacity_cases import make_small_network, write_meshed
from load_profile_settings import scenario as with_demand_scenarios
from setting_runs import Inputs, JobCases

from workbench.capacity.config import CapacityConfig
from workbench.capacity.inputs.template import example_rows, write_template
from workbench.capacity.jobs import plan_capacity
from workbench.data.notes import Notes
from workbench.data.projects.project import Project
from workbench.load_profiles.jobs import make_load_profiles

QUICK: dict[str, Any] = {"source": "plan.xlsx", "typical_days": 1, "hours": 6}
FUTURES = [{"name": "dry", "Demand": 1.1, "coal": 1.2}, {"name": "wet", "Demand": 0.9, "coal": 1.0}]


def workbook(folder: Path) -> Project:
    """The example with plants that are switched, futures and the load of one year, and another one beside it."""
    project = Project.create(folder, "Small state")
    rows = [dict(row) for row in example_rows()["Generators"]]
    for row in rows:
        row["committable"] = "Yes" if row["carrier"] == "coal" else "No"
        row["p_min_pu"] = 0.5 if row["carrier"] == "coal" else 0.0
    load = [{"2030": row["2030"]} for row in example_rows()["Demand"]]
    write_template(project.inputs / "plan.xlsx", {"Futures": FUTURES, "Generators": rows, "Demand": load})
    for row in rows:
        row["p_nom"] = 1.1 * float(row["p_nom"])
    write_template(project.inputs / "second.xlsx", {"Generators": rows})
    return project


def with_profiles(folder: Path) -> Project:
    """A workbook beside saved load profiles, one of them incomplete."""
    project = with_demand_scenarios(folder)
    write_template(project.inputs / "plan.xlsx")
    for name, accept in (("BAU", False), ("high", False), ("partial", True)):
        make_load_profiles(
            project,
            scenario=name,
            energy_source="scenario",
            demand_scenario=name,
            accept_incomplete=accept,
            holdout_years=0,
        )
    return project


@dataclass
class Built:
    """A plan before it is solved."""

    scenario: str
    tables: dict[str, pd.DataFrame]
    notes: Notes
    solver: dict[str, Any]
    """Options."""


def build(project: Project, **settings: Any) -> Built:
    """Everything of a plan but the solve: what was read, the network, its constraints and the solver's options."""
    from workbench.capacity.inputs.demand_source import find_load
    from workbench.capacity.inputs.plan_settings import note_unused
    from workbench.capacity.inputs.reading import find_source, read_system
    from workbench.capacity.network.arrays import export_program
    from workbench.capacity.network.build import build_plan
    from workbench.capacity.network.constraints import add_constraints
    from workbench.capacity.network.timeline import make_year
    from workbench.capacity.solving.methods import require_solver
    from workbench.capacity.solving.planning import solver_options

    config: CapacityConfig = plan_capacity.make_config(None, settings)
    require_solver(config.solver)
    system = read_system(find_source(project, config.source), config)
    load = find_load(project, system, config)
    notes = Notes()
    notes.extend((*load.notes, *system.notes))
    note_unused(config, system, load, notes)
    years = [make_year(system, load.by_year[number], config, number) for number in config.years]
    plan = build_plan(system, config, years)
    tables = {
        f"{kind}.static": plan.network.components[kind].static
        for kind in ("Generator", "StorageUnit", "Store", "Link", "GlobalConstraint")
    }
    tables |= {
        f"{kind}.{name}": table
        for kind in ("Generator", "Load")
        for name, table in plan.network.components[kind].dynamic.items()
    }
    tables["weights"] = plan.network.snapshot_weightings
    tables["periods"] = plan.network.investment_period_weightings
    if any(getattr(config, name) for name in IN_THE_MODEL):
        plan.network.optimize.create_model(include_objective_constant=False)
        add_constraints(plan, plan.network)
        program = export_program(plan.network.model)
        tables["limits"] = pd.DataFrame({"low": program.row_lower, "high": program.row_upper})
    return Built(config.scenario, tables, notes, solver_options(config))


IN_THE_MODEL = (
    "renewable_share",
    "reserve_margin",
    "outage_rates",
    "capacity_factor_limits",
    "storage_cycles",
    "build_limits",
)
"""Settings that become constraints of the model, not components of the network."""


def scenarios_beside(result: Any) -> list[str]:
    """The scenarios that a whole run left; what is only built leaves none."""
    folder = getattr(result, "folder", None)
    return [] if folder is None else sorted(path.name for path in folder.parent.iterdir())


def network(folder: Path) -> Project:
    project = Project.create(folder, "Networks")
    make_small_network(6).export_to_netcdf(project.inputs / "small.nc")
    make_small_network(6, generators__marginal_cost=50.0).export_to_netcdf(project.inputs / "second.xlsx.nc")
    return project


def lines(folder: Path) -> Project:
    project = Project.create(folder, "Lines")
    write_meshed(project.inputs / "meshed.nc")
    return project


SOLVED = (
    "changes",
    "futures",
    "alternatives",
    "time_limit",
    "accept_incumbent",
    "mip_gap",
    "rolling_horizon",
    "check_all_hours",
    "near_optimal",
)
"""Settings that act only when something is solved."""
AT_ONCE = ("time_limit",)
"""What a plan that is solved at once leaves no time for; longer solves try it (tests/capacity/test_solve.py)."""
OF_SNAPSHOTS = ("typical_days", "peak_weeks", "critical_days")
OF_WINDOWS = ("discount_rate", "renewable_share", "alternatives", "futures", "reserve_margin")
OF_YEARS = (
    "social_discount_rate",
    "demand_growth",
    "co2_limit",
    "energy_limits",
    "retirements",
    "build_limits",
    "horizon",
)
OF_LOAD = ("demand_source", "load_profile", "accept_incomplete", "demand_growth")
OF_SOLVER = ("mip_gap", "method")
ROLLING = {"horizon": "rolling years", "years": (2030, 2035)}
PERFECT = {"horizon": "perfect foresight", "years": (2030, 2035)}
OF_PROFILE = {"demand_source": "load profile", "load_profile": "BAU"}

CASES = JobCases(
    "capacity",
    (
        Inputs("workbook", workbook, QUICK, leave=SOLVED),
        Inputs("full_year", workbook, {**QUICK, "snapshots": "full year", "hours": 24}, OF_SNAPSHOTS),
        Inputs("peak_weeks", workbook, {**QUICK, "snapshots": "peak weeks"}, ("peak_weeks",)),
        Inputs("critical_days", workbook, {**QUICK, "snapshots": "critical days"}, ("critical_days",)),
        Inputs("perfect", workbook, {**QUICK, **PERFECT}, OF_YEARS, {"horizon": "single year"}),
        Inputs("rolling", workbook, {**QUICK, **ROLLING}, ("social_discount_rate",)),
        Inputs("windows", workbook, {**QUICK, "rolling_horizon": 2}, OF_WINDOWS),
        Inputs("solved_windows", workbook, {**QUICK, "rolling_horizon": 2}, ("rolling_overlap",), slow=True),
        Inputs(
            "profile",
            with_profiles,
            {**QUICK, **OF_PROFILE},
            OF_LOAD,
            {"demand_source": "sheet", "load_profile": "high"},
        ),
        Inputs(
            "incomplete",
            with_profiles,
            {**QUICK, **OF_PROFILE, "load_profile": "partial"},
            ("accept_incomplete",),
        ),
        Inputs("solved_years", workbook, {**QUICK, **PERFECT}, ("horizon",), slow=True),
        Inputs("solved", workbook, QUICK, SOLVED, leave=AT_ONCE, slow=True),
        Inputs(
            "alternatives",
            workbook,
            {**QUICK, "alternatives": ("solar",)},
            ("alternatives_slack",),
            slow=True,
        ),
        Inputs("switched", workbook, {**QUICK, "commitment": "full"}, OF_SOLVER, slow=True),
        Inputs(
            "lines",
            lines,
            {"source": "meshed.nc"},
            ("transmission_losses", "security_constrained"),
            slow=True,
        ),
        Inputs("network", network, {"source": "small.nc"}, leave=AT_ONCE, slow=True),
    ),
    other={
        "source": "second.xlsx",
        "scenario": "other",
        "demand_source": "load profile",
        "load_profile": "none of it",
        "demand_growth": 2.0,
        "horizon": "rolling years",
        "years": (2035,),
        "snapshots": "full year",
        "typical_days": 2,
        "peak_weeks": 2,
        "critical_days": ("08-15",),
        "hours": 12,
        "commitment": "linearised",
        "discount_rate": 5.0,
        "unserved_cost": 500.0,
        "co2_limit": {2030: 5.5},
        "co2_price": 500.0,
        "renewable_share": {2030: 10.0},
        "reserve_margin": 5.0,
        "outage_rates": {"coal": 20.0},
        "build_limits": {"solar": 100.0},
        "energy_limits": {"gas": 500.0},
        "capacity_factor_limits": {"coal": 60.0},
        "storage_cycles": {"battery": 0.5},
        "retirements": {"Coal far": 2028},
        "rolling_horizon": 2,
        "rolling_overlap": 1,
        "alternatives": ("solar",),
        "alternatives_slack": 0.5,
        "transmission_losses": 3,
        "check_all_hours": False,
        "near_optimal": 20.0,
        "futures": {"dry": 0.5, "wet": 0.5},
        "changes": {"dear": "co2_price=900"},
        "solver": "nothing_of_that_name",
        "solver_options": {"presolve": "off"},
        "time_limit": 1e-6,
        "mip_gap": 0.2,
    },
    acts_with={
        **dict.fromkeys(SOLVED, "solved"),
        "peak_weeks": "peak_weeks",
        "critical_days": "critical_days",
        "social_discount_rate": "perfect",
        "demand_growth": "perfect",
        "horizon": "solved_years",
        "demand_source": "profile",
        "load_profile": "profile",
        "accept_incomplete": "incomplete",
        "rolling_overlap": "solved_windows",
        "alternatives_slack": "alternatives",
        "mip_gap": "switched",
        **dict.fromkeys(("transmission_losses", "security_constrained"), "lines"),
    },
    unknown={"changes": {"dear": "nobody_knows=900"}, "critical_days": ("02-30",)},
    free=("years", "co2_limit", "renewable_share", "solver_options"),
    own={
        "scenario": lambda result: result.scenario,
        "method": lambda result: result.solver,
        "solver_options": lambda result: result.solver,
        "changes": scenarios_beside,
    },
    refuses=("solver",),
    elsewhere=("time_limit", "accept_incumbent"),
    run=build,
    unsolved=("method", "solver_options"),
)
