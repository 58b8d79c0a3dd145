"""HiGHS in a process of its own: numpy and highspy, nothing else.

Whatever HiGHS prints goes to the file descriptors of this process, which its parent reads. The parent asks a
running solve to finish with what it has through one number in a file that both map into memory.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from workbench.capacity.model.outcomes import SolveStatus
from workbench.capacity.model.program import Answer, Program
from workbench.capacity.solving.incumbent import incumbent_file
from workbench.data.arrays import Floats

LOOK_SECONDS = 0.1

_STATUSES = {
    "kOptimal": SolveStatus.OPTIMAL,
    "kModelEmpty": SolveStatus.OPTIMAL,
    "kInfeasible": SolveStatus.INFEASIBLE,
    "kUnbounded": SolveStatus.UNBOUNDED,
    "kUnboundedOrInfeasible": SolveStatus.INFEASIBLE_OR_UNBOUNDED,
    "kTimeLimit": SolveStatus.TIME_LIMIT,
    "kSolutionLimit": SolveStatus.TIME_LIMIT,
    "kIterationLimit": SolveStatus.TIME_LIMIT,
}


def get_ready() -> None:
    """Do nothing: that this module is imported is what takes time."""


def has_hipo() -> bool:
    """Whether this HiGHS can use HiPO, which takes libraries of its own."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    return bool(solver.setOptionValue("solver", "hipo") == highspy.HighsStatus.kOk)


def solve_with_highs(program: Program, options: Mapping[str, Any], request: str) -> Answer:
    """Solve a program; the log goes to this process's standard output.

    Parameters
    ----------
    program
        The problem.
    options
        HiGHS options by name.
    request
        File in which a number other than zero asks to finish with the best solution so far.

    Raises
    ------
    ValueError
        When HiGHS does not know an option or refuses its value.
    """
    began = time.monotonic()
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in options.items():
        if solver.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            raise ValueError(
                f"HiGHS does not take the option {name} = {value!r}; correct it or leave it out."
            )
    pass_program(solver, program)
    if program.is_mixed_integer:
        _keep_solutions(solver, incumbent_file(request))
    with _finishing_when_asked(solver, Path(request)):
        solver.run()
    status = solver.getModelStatus()
    if status.name == "kUnboundedOrInfeasible":
        # Presolve cannot tell the two apart; the simplex method can.
        solver.setOptionValue("presolve", "off")
        solver.run()
        status = solver.getModelStatus()
    return _answer(solver, program, status, time.monotonic() - began)


def _keep_solutions(solver: highspy.Highs, path: Path) -> None:
    """Write each better solution to a file, from which it is read when the solver has to be ended."""

    def keep(event: Any) -> None:
        found = event.data_out
        values = np.asarray(found.mip_solution, dtype=float)
        part = path.with_suffix(".part.npy")
        np.save(part, np.concatenate([[found.objective_function_value, found.mip_dual_bound], values]))
        part.replace(path)

    solver.cbMipImprovingSolution.subscribe(keep)


def prices_with_highs(program: Program, primal: Floats, options: Mapping[str, Any]) -> Floats:
    """Give the duals of the linear problem that is left when the whole numbers of a solution are fixed.

    Parameters
    ----------
    program
        A mixed-integer problem.
    primal
        A solution of it.
    options
        HiGHS options by name.

    Returns
    -------
    Floats
        One a row; empty when that problem was not solved.
    """
    whole, some = program.integrality == 1, program.integrality == 2
    fixed = np.where(whole, np.round(primal), np.where(some & (np.abs(primal) < 1e-9), 0.0, np.nan))
    free = np.isnan(fixed)
    linear = replace(
        program,
        lower=np.where(free, program.lower, fixed),
        upper=np.where(free, program.upper, fixed),
        integrality=np.empty(0, dtype=np.uint8),
    )
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in options.items():
        solver.setOptionValue(name, value)
    pass_program(solver, linear)
    solver.run()
    if solver.getModelStatus().name != "kOptimal":
        return np.empty(0)
    return np.asarray(solver.getSolution().row_dual, dtype=float)


def ranges_with_highs(
    program: Program, slack: float, groups: Sequence[NDArray[np.int32]]
) -> list[tuple[float, float]]:
    """Give the least and the most that sums of columns can be while costs stay within a part of the least.

    Parameters
    ----------
    program
        A linear problem that has a solution.
    slack
        Costs that may be added, as a part of the least.
    groups
        Columns of each sum.

    Raises
    ------
    RuntimeError
        When HiGHS does not solve one of the problems.
    """
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    pass_program(solver, program)
    least = _solved(solver)
    # In units of the least costs, so that the row is of the size of the others.
    unit = max(abs(least), 1.0)
    priced = np.flatnonzero(program.cost).astype(np.int32)
    solver.addRow(
        -highspy.kHighsInf,
        (least + slack * abs(least)) / unit,
        priced.size,
        priced,
        program.cost[priced] / unit,
    )
    # Every optimum is feasible in the next problem: the primal simplex method goes on from it.
    solver.setOptionValue("simplex_strategy", 4)
    every = np.arange(program.cost.size, dtype=np.int32)
    found = []
    for columns in groups:
        ends = []
        for sign in (1.0, -1.0):
            cost = np.zeros(program.cost.size)
            cost[columns] = sign
            solver.changeColsCost(every.size, every, cost)
            ends.append(sign * _solved(solver))
        found.append((ends[0], ends[1]))
    return found


def _solved(solver: highspy.Highs) -> float:
    """Objective of an optimum."""
    solver.run()
    status = solver.getModelStatus()
    if status.name != "kOptimal":
        raise RuntimeError(f"HiGHS ended with {solver.modelStatusToString(status)}")
    return float(solver.getInfo().objective_function_value)


def pass_program(solver: highspy.Highs, program: Program) -> None:
    """Hand a program to an empty HiGHS object.

    Raises
    ------
    ValueError
        When HiGHS refuses it.
    """
    columns, rows, matrix = program.cost.size, program.row_lower.size, program.matrix
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = columns, rows
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.cost, program.lower, program.upper
    lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = columns, rows
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = (
        matrix.starts,
        matrix.columns,
        matrix.values,
    )
    lp.sense_ = highspy.ObjSense.kMaximize if program.maximise else highspy.ObjSense.kMinimize
    statuses = [solver.passModel(lp)]
    if program.is_mixed_integer:
        places = np.arange(columns, dtype=np.int32)
        statuses.append(solver.changeColsIntegrality(columns, places, program.integrality))
    if program.hessian is not None:
        quadratic = program.hessian
        statuses.append(
            solver.passHessian(
                columns, quadratic.values.size, 1, quadratic.starts, quadratic.columns, quadratic.values
            )
        )
    if highspy.HighsStatus.kError in statuses:
        raise ValueError(
            "HiGHS refuses the problem: a bound, a cost or a coefficient is not a usable number."
        )


@contextmanager
def _finishing_when_asked(solver: highspy.Highs, request: Path) -> Iterator[None]:
    """End the run inside when the parent asks for it; HiGHS then reports its time limit."""
    shared = np.memmap(request, dtype=np.float64, mode="r", shape=(1,))
    finished = threading.Event()

    def look() -> None:
        while not finished.wait(LOOK_SECONDS):
            if shared[0]:
                solver.setOptionValue("time_limit", 0.0)
                return

    watcher = threading.Thread(target=look, name="solver request", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        finished.set()
        watcher.join()


def _answer(solver: highspy.Highs, program: Program, status: Any, seconds: float) -> Answer:
    info = solver.getInfo()
    ending = _STATUSES.get(status.name, SolveStatus.FAILED)
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    mixed = program.is_mixed_integer
    if ending is SolveStatus.TIME_LIMIT and mixed and feasible:
        ending = SolveStatus.INCUMBENT
    message = solver.modelStatusToString(status)
    facts = {
        "simplex_iterations": int(info.simplex_iteration_count),
        "ipm_iterations": int(info.ipm_iteration_count),
        "crossover_iterations": int(info.crossover_iteration_count),
        "nodes": int(info.mip_node_count),
    }
    gap = float(info.mip_gap) if mixed else None
    bound = float(info.mip_dual_bound) if mixed else None
    if ending.has_solution:
        solution = solver.getSolution()
        return Answer(
            str(ending),
            float(info.objective_function_value),
            np.asarray(solution.col_value, dtype=float),
            np.empty(0) if mixed else np.asarray(solution.row_dual, dtype=float),
            gap,
            bound,
            seconds,
            message,
            None,
            facts,
        )
    return Answer(str(ending), gap=gap, bound=bound, seconds=seconds, message=message, facts=facts)
