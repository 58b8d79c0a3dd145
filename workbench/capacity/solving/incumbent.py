"""The best solution so far of a mixed-integer solve, kept in a file, so that it outlives a solver that is ended.

Only numpy here: the solver's process imports nothing heavier.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from workbench.capacity.model.outcomes import SolveStatus
from workbench.capacity.model.program import Answer


def incumbent_file(request: str | Path) -> Path:
    """File of the best solution so far: its objective, its bound and the value of each column."""
    return Path(f"{request}.npy")


class SolverEnded(Exception):
    """The solver was asked to finish, did not, and was ended."""


def best_so_far(path: Path, seconds: float, known_bound: float | None) -> Answer:
    """Read what a solver that was ended has found, with its distance from the best bound that is known.

    Parameters
    ----------
    path
        The file that the solver wrote its best solution to.
    seconds
        Time that it had.
    known_bound
        The last bound of its log.
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
