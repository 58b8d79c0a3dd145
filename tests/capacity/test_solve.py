from __future__ import annotations

import dataclasses
import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbench.capacity.model.outcomes import SolveStatus
from workbench.capacity.model.program import Matrix, Program
from workbench.capacity.model.pypsa_import import pypsa
from workbench.capacity.solving.incumbent import best_so_far, bound_of_columns, incumbent_file
from workbench.capacity.solving.planning import forget_solution
from workbench.capacity.solving.solve import PlanSolver, require_solver
from workbench.errors import ModelInfeasible, ModelUnbounded, NoSolutionInTime, SolverFailed, SolverMissing
from workbench.runs import Job

PLAIN = {"include_objective_constant": False, "io_api": "direct", "log_to_console": False}
SLOW = pytest.mark.slow
NETWORKS = (
    "ac-dc-meshed",
    pytest.param("storage-hvdc", marks=SLOW),
    pytest.param("model-energy", marks=SLOW),
    pytest.param("scigrid-de", marks=SLOW),
)


def assert_same(ours: Any, plain: Any, *, prices: bool = True) -> None:
    assert ours.objective == pytest.approx(plain.objective, rel=1e-6)
    for component, attribute in (
        ("buses", "marginal_price"),
        ("generators", "p"),
        ("storage_units", "p"),
        ("stores", "e"),
        ("links", "p0"),
        ("lines", "p0"),
    ):
        if attribute == "marginal_price" and not prices:
            continue
        left = ours.components[component].dynamic[attribute]
        right = plain.components[component].dynamic[attribute]
        assert list(left.columns) == list(right.columns), attribute
        np.testing.assert_allclose(left.to_numpy(float), right.to_numpy(float), rtol=1e-6, atol=1e-6)
    for component, attribute in (
        ("generators", "p_nom_opt"),
        ("storage_units", "p_nom_opt"),
        ("links", "p_nom_opt"),
    ):
        left, right = ours.components[component].static, plain.components[component].static
        np.testing.assert_allclose(left[attribute], right[attribute], rtol=1e-6, atol=1e-6)


def shared(shared_data: Path, name: str) -> Any:
    network = pypsa().Network(str(shared_data / "networks" / f"{name}.nc"))
    if name == "model-energy":
        # A month of it; the whole year is in the benchmarks.
        network.set_snapshots(network.snapshots[:720])
    if name == "scigrid-de":
        network.set_snapshots(network.snapshots[:4])
    return network


@pytest.mark.parametrize("name", NETWORKS)
def test_objective_dispatch_and_prices_equal_those_of_plain_pypsa(
    shared_data: Path, name: str, job: Job, limits: Any
) -> None:
    ours, plain = shared(shared_data, name), shared(shared_data, name)
    with PlanSolver(job, lambda: limits) as solver:
        ours.optimize(include_objective_constant=False, remote=solver)
    plain.optimize(**PLAIN)
    assert_same(ours, plain)


@SLOW
def test_a_rolling_horizon_equals_that_of_plain_pypsa(small_network: Any, job: Job, limits: Any) -> None:
    ours, plain = (
        small_network(48, generators__p_nom_extendable=False, generators__p_nom=90.0) for _ in range(2)
    )
    with PlanSolver(job, lambda: limits) as solver:
        ours.optimize.optimize_with_rolling_horizon(
            horizon=12, overlap=4, include_objective_constant=False, remote=solver
        )
    plain.optimize.optimize_with_rolling_horizon(horizon=12, overlap=4, **PLAIN)
    assert_same(ours, plain)
    assert len(solver.records) == 6


def periods(network: Any) -> Any:
    hours = network.snapshots
    network.set_snapshots(pd.MultiIndex.from_product([[2030, 2035], hours], names=["period", "timestep"]))
    network.investment_periods = [2030, 2035]
    network.investment_period_weightings["years"] = 5.0
    network.investment_period_weightings["objective"] = [5.0, 4.2]
    for component in ("generators", "storage_units", "links"):
        network.components[component].static["lifetime"] = 30.0
        network.components[component].static["build_year"] = 2020
    return network


@SLOW
def test_perfect_foresight_equals_that_of_plain_pypsa(small_network: Any, job: Job, limits: Any) -> None:
    ours, plain = periods(small_network()), periods(small_network())
    with PlanSolver(job, lambda: limits) as solver:
        ours.optimize(multi_investment_periods=True, include_objective_constant=False, remote=solver)
    plain.optimize(multi_investment_periods=True, **PLAIN)
    assert_same(ours, plain)


@SLOW
@pytest.mark.parametrize("linearised", [False, True])
def test_unit_commitment_equals_that_of_plain_pypsa(
    small_network: Any, job: Job, limits: Any, linearised: bool
) -> None:
    def network() -> Any:
        n = small_network()
        table = n.components.generators.static
        for key, value in {
            "committable": True,
            "p_min_pu": 0.4,
            "start_up_cost": 500.0,
            "min_up_time": 4,
            "ramp_limit_up": 0.5,
        }.items():
            table.loc["coal", key] = value
        return n

    ours, plain = network(), network()
    options = {"linearized_unit_commitment": linearised}
    with PlanSolver(job, lambda: limits) as solver:
        ours.optimize(include_objective_constant=False, remote=solver, **options)
    plain.optimize(**PLAIN, **options)
    # Whole units have no prices; what HiGHS leaves in its duals then is none. Ours are those with these fixed.
    assert_same(ours, plain, prices=linearised)
    assert ours.buses_t.marginal_price.notna().all().all()
    assert solver.records[0].size["integers"] == (0 if linearised else 72)


@SLOW
def test_quadratic_costs_equal_those_of_plain_pypsa(small_network: Any, job: Job, limits: Any) -> None:
    ours, plain = (small_network(12, generators__marginal_cost_quadratic=0.05) for _ in range(2))
    with PlanSolver(job, lambda: limits, options={"solver": "simplex"}) as solver:
        ours.optimize(include_objective_constant=False, remote=solver)
    plain.optimize(**PLAIN)
    assert ours.objective == pytest.approx(plain.objective, rel=1e-6)


@SLOW
def test_the_way_through_linopy_gives_the_same_solution(
    small_network: Any, job: Job, limits: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The path of all solvers but HiGHS, with the one that is installed everywhere.
    ours, plain = small_network(), small_network()
    with PlanSolver(job, lambda: limits) as solver:
        monkeypatch.setattr(solver, "solver", "highs ")
        import workbench.capacity.solving.solve as module

        monkeypatch.setattr(module, "_solve_elsewhere", _highs_by_linopy)
        ours.optimize(include_objective_constant=False, remote=solver)
    plain.optimize(**PLAIN)
    assert ours.objective == pytest.approx(plain.objective, rel=1e-6)
    np.testing.assert_allclose(ours.buses_t.marginal_price, plain.buses_t.marginal_price, rtol=1e-6)


def _highs_by_linopy(model: Any, _: str, options: Any) -> Any:
    from workbench.capacity.solving.other_solvers import solve_with_linopy

    return solve_with_linopy(model, "highs", {**options, "io_api": "direct"})


def test_the_solver_log_is_in_the_log_of_the_run(
    small_network: Any, job: Job, limits: Any, sink: Any
) -> None:
    with PlanSolver(job, lambda: limits) as solver:
        small_network().optimize(include_objective_constant=False, remote=solver)
    lines = sink.lines()
    assert any("Running HiGHS" in line for line in lines)
    assert any("Model status" in line and "Optimal" in line for line in lines)


def test_the_size_is_said_before_the_solve(small_network: Any, job: Job, limits: Any, sink: Any) -> None:
    with PlanSolver(job, lambda: limits) as solver:
        small_network().optimize(include_objective_constant=False, remote=solver)
    lines = sink.lines()
    size = next(i for i, line in enumerate(lines) if "variables" in line and "constraints" in line)
    assert size < next(i for i, line in enumerate(lines) if "Running HiGHS" in line)


@SLOW
def test_prices_after_whole_units_are_those_of_the_linear_problem_with_these_fixed(
    small_network: Any, job: Job, limits: Any
) -> None:
    network = small_network()
    with PlanSolver(job, lambda: limits) as solver:
        network.optimize(include_objective_constant=False, remote=solver)
        assert network.buses_t.marginal_price.notna().all().all()
        coal = {"committable": True, "p_min_pu": 0.4, "shut_down_cost": 1e6}
        network.components.generators.static.loc["coal", list(coal)] = list(coal.values())
        forget_solution(network)
        network.optimize(include_objective_constant=False, remote=solver)
    twin = small_network()
    # To stop would cost more than anything: the coal plant runs all the time, and its least output is a bound.
    assert (network.generators_t.status["coal"] == 1).all()
    twin.components.generators.static.loc["coal", "p_min_pu"] = 0.4
    twin.optimize(**PLAIN)
    np.testing.assert_allclose(network.buses_t.marginal_price, twin.buses_t.marginal_price, rtol=1e-6)


def test_an_incumbent_outlives_a_solver_that_is_ended_with_its_true_gap(tmp_path: Path) -> None:
    kept = incumbent_file(tmp_path / "solve.request")
    assert SolveStatus(best_so_far(kept, 5.0, None).status) is SolveStatus.TIME_LIMIT
    np.save(kept, [100.0, -np.inf, 1.0, 2.0])
    assert best_so_far(kept, 5.0, None).gap is None
    # Before the root is solved, the bounds of the columns are one: 2 x 10 + 3 x 20 of costs, -1 x 5 of a gain.
    costs, low = np.array([2.0, 3.0, -1.0, 0.0]), np.array([10.0, -np.inf, 0.0, 0.0])
    high = np.array([np.inf, 30.0, 5.0, 1.0])
    # The second column has its least from a row, x1 - 20 x3 >= 0, and x3 its own from another: it is one at least.
    starts, columns = np.array([0, 2, 3], dtype=np.int32), np.array([1, 3, 3], dtype=np.int32)
    matrix = Matrix(starts, columns, np.array([1.0, -20.0, 1.0]))
    sides = np.array([0.0, 1.0]), np.array([np.inf, np.inf])
    program = Program(costs, low, high, *sides, matrix, np.array([1, 0, 0, 0], dtype=np.uint8))
    assert bound_of_columns(program) == 75.0
    assert bound_of_columns(dataclasses.replace(program, matrix=Matrix(np.zeros(3, np.int32)))) is None
    found = best_so_far(kept, 5.0, 80.0)
    assert (found.status, found.objective, found.bound) == ("incumbent", 100.0, 80.0)
    assert found.gap == pytest.approx(0.2)
    assert found.primal.tolist() == [1.0, 2.0]


def test_an_infeasible_model_is_no_success(small_network: Any, job: Job, limits: Any) -> None:
    with PlanSolver(job, lambda: limits) as solver, pytest.raises(ModelInfeasible):
        small_network(links__p_nom=0.0, generators__p_nom=5.0, generators__p_nom_extendable=False).optimize(
            include_objective_constant=False, remote=solver
        )
    assert solver.records[-1].status is SolveStatus.INFEASIBLE


def test_an_unbounded_model_names_what_grows(small_network: Any, job: Job, limits: Any) -> None:
    from workbench.capacity.solving.infeasible import explain_conflict

    network = small_network()
    table = network.components.generators.static
    table.loc["solar", ["p_nom_max", "capital_cost"]] = [np.inf, -5.0]

    def explain(model: Any, program: Any, conflict: Any) -> tuple[str, ...]:
        return explain_conflict(model, program, conflict, lambda *_: "sheet 'Generators', cell G4")

    with PlanSolver(job, lambda: limits, explain=explain) as solver, pytest.raises(ModelUnbounded) as caught:
        network.optimize(include_objective_constant=False, remote=solver)
    assert "Generator 'solar' (sheet 'Generators', cell G4)" in str(caught.value)
    assert "p_nom" in str(caught.value)


def test_a_solver_that_is_not_installed_is_refused_with_those_that_are() -> None:
    with pytest.raises(SolverMissing, match=r"'xpress' is not installed here; installed: highs"):
        require_solver("xpress")


def test_a_missing_licence_is_said_and_no_crash(
    small_network: Any, job: Job, limits: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import workbench.capacity.solving.solve as module

    monkeypatch.setattr(module, "_solve_elsewhere", _without_licence)
    with PlanSolver(job, lambda: limits) as solver:
        solver.solver = "gurobi"
        with pytest.raises(SolverMissing, match="gurobi has no valid licence here: No Gurobi license found"):
            small_network().optimize(include_objective_constant=False, remote=solver)


def _without_licence(*_: Any) -> Any:
    raise RuntimeError("No Gurobi license found (user root, hostid 1)")


def test_a_solver_that_crashes_is_a_failure_with_its_signal(
    small_network: Any, job: Job, limits: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import workbench.capacity.solving.solve as module

    monkeypatch.setattr(module, "solve_with_highs", _crash)
    with PlanSolver(job, lambda: limits) as solver, pytest.raises(SolverFailed, match="SIGSEGV"):
        small_network().optimize(include_objective_constant=False, remote=solver)


def _crash(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def test_a_solver_killed_for_memory_is_told_apart(
    small_network: Any, job: Job, limits: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import workbench.capacity.solving.solve as module

    monkeypatch.setattr(module, "solve_with_highs", _killed)
    with PlanSolver(job, lambda: limits) as solver, pytest.raises(SolverFailed, match="lack of memory"):
        small_network().optimize(include_objective_constant=False, remote=solver)


def _killed(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_an_unknown_option_is_refused_by_name(small_network: Any, job: Job, limits: Any) -> None:
    with PlanSolver(job, lambda: limits, options={"presolf": "off"}) as solver:
        with pytest.raises(SolverFailed, match="presolf"):
            small_network().optimize(include_objective_constant=False, remote=solver)


def test_a_time_limit_without_a_solution_is_no_success(shared_data: Path, job: Job, limits: Any) -> None:
    network = pypsa().Network(str(shared_data / "networks" / "model-energy.nc"))
    network.set_snapshots(network.snapshots[:4000])
    limits.time_limit = 0.3
    with PlanSolver(job, lambda: limits) as solver, pytest.raises(NoSolutionInTime):
        network.optimize(include_objective_constant=False, remote=solver)
    assert not network.generators_t.p.size


def hard_model() -> Any:
    """Integer points of a random polytope: incumbents come at once, the proof takes minutes."""
    import linopy

    rng = np.random.default_rng(0)
    model = linopy.Model()
    columns = pd.RangeIndex(80, name="item")
    x = model.add_variables(0, 5, coords=[columns], name="x", integer=True)
    weights = rng.integers(5, 60, (60, 80)).astype(float)
    for row, part in enumerate(weights):
        model.add_constraints((x * part).sum() <= part.sum() / 2, name=f"row{row}")
    model.add_objective((x * -rng.integers(10, 100, 80).astype(float)).sum())
    return model


@SLOW
def test_the_incumbent_at_the_time_limit_is_taken_only_where_it_is_accepted(job: Job, limits: Any) -> None:
    limits.time_limit, limits.accept_incumbent = 1.0, True
    with PlanSolver(job, lambda: limits) as solver:
        model = hard_model()
        solver.solve_on_remote(model)
        record = solver.records[-1]
        assert record.status is SolveStatus.INCUMBENT
        assert record.gap is not None
        assert record.gap > 1e-4
        assert float((model.variables["x"].solution).sum()) > 0
        limits.accept_incumbent = False
        with pytest.raises(NoSolutionInTime, match="gap"):
            solver.solve_on_remote(hard_model())


def test_a_gap_that_is_raised_in_flight_ends_the_solve_and_gap_and_bound_are_seen(
    job: Job, limits: Any, sink: Any
) -> None:
    def raised_once_it_searches() -> Any:
        if sink.metrics("MIP gap"):
            limits.mip_gap = 0.5
        return limits

    began = time.monotonic()
    with PlanSolver(job, raised_once_it_searches) as solver:
        solver.solve_on_remote(hard_model())
    assert time.monotonic() - began < 10
    assert solver.records[-1].status is SolveStatus.INCUMBENT
    assert sink.metrics("MIP gap")
    assert sink.metrics("Best bound")
