"""The best solution so far of a mixed-integer solve, kept in a file, so that it outlives a solver that is ended.

Only numpy here: the solver's process imports nothing heavier.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workbench.capacity.model.outcomes import SolveStatus
from workbench.capacity.model.program import Answer, Program
from workbench.data.arrays import Floats


def incumbent_file(request: str | Path) -> Path:
    """File of the best solution so far: its objective, its bound and the value of each column."""
    return Path(f"{request}.npy")


class SolverEnded(Exception):
    """The solver was asked to finish, did not, and was ended."""


PASSES = 3
"""How often bounds of columns are drawn from the rows."""


def bound_of_columns(program: Program) -> float | None:
    """What the costs of a program cannot go below (above, where they are maximised), by bounds of columns alone.

    A bound that needs no solve, mostly a poor one; None where a column with a cost has none.
    """
    cost = -program.cost if program.maximise else program.cost
    priced = cost != 0
    lower, upper = _implied_bounds(program)
    ends = np.where(cost > 0, lower, upper)[priced]
    if program.hessian is not None or not np.isfinite(ends).all():
        return None
    bound = float(cost[priced] @ ends)
    return -bound if program.maximise else bound


def _implied_bounds(program: Program) -> tuple[Floats, Floats]:
    """Bounds of the columns, those that single rows imply included (Andersen and Andersen 1995, section 3.2)."""
    matrix = program.matrix
    row = np.repeat(np.arange(program.row_lower.size), np.diff(matrix.starts))
    column, value = matrix.columns, matrix.values.astype(float)
    lower, upper = program.lower.copy(), program.upper.copy()
    for _ in range(PASSES if value.size else 0):
        low, high = lower[column] * value, upper[column] * value
        least, most = np.where(value > 0, low, high), np.where(value > 0, high, low)
        # x a <= U - least of the others, and x a >= L - most of the others.
        above = (program.row_upper[row] - _others(row, least, program.row_lower.size)) / value
        below = (program.row_lower[row] - _others(row, most, program.row_lower.size)) / value
        tops, floors = np.where(value > 0, above, below), np.where(value > 0, below, above)
        np.minimum.at(upper, column, np.where(np.isnan(tops), np.inf, tops))
        np.maximum.at(lower, column, np.where(np.isnan(floors), -np.inf, floors))
    return lower, upper


def _others(row: NDArray[np.intp], parts: Floats, rows: int) -> Floats:
    """Sum of the other entries of each entry's row; nan where one of them has no bound."""
    known = np.where(np.isfinite(parts), parts, 0.0)
    missing = np.where(np.isfinite(parts), 0.0, 1.0)
    endless = np.bincount(row, missing, rows)[row] - missing
    return np.where(endless > 0, np.nan, np.bincount(row, known, rows)[row] - known)


def best_so_far(path: Path, seconds: float, known_bound: float | None) -> Answer:
    """Read what a solver that was ended has found, with its distance from the best bound that is known.

    Parameters
    ----------
    path
        The file that the solver wrote its best solution to.
    seconds
        Time that it had.
    known_bound
        The last bound of its log, or that of the columns.
    """
    message = f"ended after {seconds:.0f} s"
    if not path.is_file():
        return Answer(str(SolveStatus.TIME_LIMIT), seconds=seconds, message=message)
    objective, bound, *_ = values = np.load(path, allow_pickle=False)
    bounds = [value for value in (float(bound), known_bound) if value is not None and np.isfinite(value)]
    # The bound closest to the solution is the last one: bounds only get better.
    nearest = min(bounds, key=lambda value: abs(objective - value), default=None)
    gap = None if nearest is None else abs(objective - nearest) / max(abs(objective), 1e-10)
    status = str(SolveStatus.INCUMBENT)
    return Answer(
        status, float(objective), values[2:], gap=gap, bound=nearest, seconds=seconds, message=message
    )
