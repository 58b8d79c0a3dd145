"""Finding what contradicts what in a program without a solution; runs in the solver's process."""

from __future__ import annotations

import time

import highspy
import numpy as np

from workbench.capacity.model.program import Conflict, Indices, Matrix, Program
from workbench.capacity.solving.child import pass_program
from workbench.data.arrays import Floats

IRREDUCIBLE_FROM_LP = 6
"""kIisStrategyFromLp + kIisStrategyIrreducible of HiGHS."""
IRREDUCIBLE_SECONDS = 10.0
MAX_ROWS_IRREDUCIBLE = 50_000
MAX_IRREDUCIBLE = 200
"""Rows."""
MAX_SUSPECTS = 12
"""Limits that are tried alone."""


def find_conflict(program: Program, penalties: Floats, groups: Indices, seconds: float) -> Conflict | None:
    """Find which rows of an infeasible program contradict each other.

    First the least relative violations that would make it feasible (an elastic program: every row may give way at
    its penalty); then a single limit among them whose giving way is enough, if there is one; then, where the
    problem is small, HiGHS's irreducible set around it.

    Parameters
    ----------
    program
        Infeasible.
    penalties
        What it costs each row to give way by its own size.
    groups
        Rows of the same number are one limit of one component.
    seconds
        Longest search [s].

    Returns
    -------
    Conflict or None
        None when nothing was found in that time.
    """
    crossed = np.flatnonzero(program.lower > program.upper).astype(np.int32)
    if crossed.size:
        return Conflict(np.empty(0, dtype=np.int32), crossed)
    amounts = _fewest_violations(program, penalties, groups, seconds)
    given_way = np.empty(0, dtype=np.int32) if amounts is None else np.flatnonzero(amounts).astype(np.int32)
    rows, columns, exact = _irreducible(program, min(seconds, IRREDUCIBLE_SECONDS))
    if not given_way.size and not rows.size + columns.size:
        return None
    together = np.concatenate([given_way, np.setdiff1d(rows, given_way)]).astype(np.int32)
    shares = np.zeros(together.size)
    if amounts is not None:
        shares[: given_way.size] = amounts[given_way]
    return Conflict(together, columns, shares, np.empty(0), exact)


def _irreducible(program: Program, seconds: float) -> tuple[Indices, Indices, bool]:
    nothing = np.empty(0, dtype=np.int32)
    if program.row_lower.size > MAX_ROWS_IRREDUCIBLE:
        return nothing, nothing, False
    solver = _quiet_solver(program, seconds)
    solver.setOptionValue("iis_strategy", IRREDUCIBLE_FROM_LP)
    _, found = solver.getIis()
    rows = np.asarray(found.row_index_, dtype=np.int32)
    columns = np.asarray(found.col_index_, dtype=np.int32)
    # A contradiction of a thousand rows explains nothing; the violations above say more.
    if not found.valid_ or rows.size > MAX_IRREDUCIBLE:
        return nothing, nothing, False
    return rows, columns, True


def _fewest_violations(program: Program, penalties: Floats, groups: Indices, seconds: float) -> Floats | None:
    deadline = time.monotonic() + seconds
    amounts = _least_violations(program, penalties, seconds / 2)
    if amounts is None:
        return None
    size = _sizes(program)
    suspects = {}
    for group in np.unique(groups[amounts != 0]):
        rows = groups == group
        suspects[int(group)] = (
            float(penalties[rows].min()),
            -float(np.abs(amounts[rows] / size[rows]).sum()),
        )
    if len(suspects) < 2:
        return amounts
    tried = sorted(suspects, key=lambda number: suspects[number])[:MAX_SUSPECTS]
    # What is set on purpose may be the reason without being the cheapest way out.
    tried += [int(g) for g in np.unique(groups[penalties <= 1.0]) if int(g) not in suspects][:MAX_SUSPECTS]
    for group in tried:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        alone = _least_violations(program, np.where(groups == group, 1.0, np.inf), left)
        if alone is not None:
            return alone
    return amounts


def find_ray(program: Program, seconds: float) -> Conflict | None:
    """Find which columns of an unbounded program can grow without end.

    Parameters
    ----------
    program
        Unbounded.
    seconds
        Longest search [s].
    """
    # A ray is a way of growing that costs less than nothing: put a box around it and look for the best.
    limit = 1.0
    free_down = np.where(np.isinf(program.lower), -limit, 0.0)
    free_up = np.where(np.isinf(program.upper), limit, 0.0)
    homogeneous = Program(
        program.cost,
        free_down,
        free_up,
        np.where(np.isinf(program.row_lower), -np.inf, 0.0),
        np.where(np.isinf(program.row_upper), np.inf, 0.0),
        program.matrix,
        np.empty(0, dtype=np.uint8),
        None,
        program.maximise,
    )
    solver = _quiet_solver(homogeneous, seconds)
    solver.run()
    if solver.getModelStatus().name != "kOptimal":
        return None
    ray = np.asarray(solver.getSolution().col_value)
    columns = np.flatnonzero(np.abs(ray) > 1e-6).astype(np.int32)
    return Conflict(np.empty(0, dtype=np.int32), columns, np.empty(0), ray[columns]) if columns.size else None


def _least_violations(program: Program, penalties: Floats, seconds: float) -> Floats | None:
    """How much each row has to give way, in weighted relative sum as little as possible; signed.

    A row with an infinite penalty gives no way.
    """
    rows, columns = program.row_lower.size, program.cost.size
    size = _sizes(program)
    may = np.isfinite(penalties)
    price = np.where(may, penalties, 0.0) / size
    # Two more columns a row: one lifts it, one lowers it.
    starts = program.matrix.starts + 2 * np.arange(rows + 1, dtype=np.int32)
    own = np.ones(starts[-1], dtype=bool)
    slack = starts[1:, None] - np.array([2, 1])
    own[slack] = False
    indices = np.empty(starts[-1], dtype=np.int32)
    values = np.empty(starts[-1])
    indices[own], values[own] = program.matrix.columns, program.matrix.values
    indices[slack] = columns + np.arange(2 * rows).reshape(rows, 2)
    values[slack] = [1.0, -1.0]
    integrality = program.integrality
    if program.is_mixed_integer:
        integrality = np.concatenate([integrality, np.zeros(2 * rows, dtype=np.uint8)])
    elastic = Program(
        np.concatenate([np.zeros(columns), np.repeat(price, 2)]),
        np.concatenate([program.lower, np.zeros(2 * rows)]),
        np.concatenate([program.upper, np.repeat(np.where(may, np.inf, 0.0), 2)]),
        program.row_lower,
        program.row_upper,
        Matrix(starts, indices, values),
        integrality,
    )
    solver = _quiet_solver(elastic, seconds, keep_integers=True)
    solver.run()
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    slacks = np.asarray(solver.getSolution().col_value)[columns:].reshape(rows, 2)
    # A row that had to be lifted is short of its limit; one that had to be lowered is beyond it.
    amount = slacks[:, 1] - slacks[:, 0]
    return np.asarray(np.where(np.abs(amount) > 1e-6 * size, amount, 0.0))


def _sizes(program: Program) -> Floats:
    """Size of each row's limit; of a limit that is zero, the usual size of the others."""
    size = np.maximum(
        np.where(np.isfinite(program.row_lower), np.abs(program.row_lower), 0.0),
        np.where(np.isfinite(program.row_upper), np.abs(program.row_upper), 0.0),
    )
    usual = float(np.median(size[size > 0])) if (size > 0).any() else 1.0
    return np.where(size > 0, size, usual)


def _quiet_solver(program: Program, seconds: float, *, keep_integers: bool = False) -> highspy.Highs:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("time_limit", seconds)
    integrality = program.integrality if keep_integers else np.empty(0, dtype=np.uint8)
    pass_program(
        solver,
        Program(
            program.cost,
            program.lower,
            program.upper,
            program.row_lower,
            program.row_upper,
            program.matrix,
            integrality,
            None,
            program.maximise,
        ),
    )
    return solver
