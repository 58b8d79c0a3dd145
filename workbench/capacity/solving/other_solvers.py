"""Any solver that linopy knows, in a process of its own; its output goes to the process's standard output."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.capacity.model.outcomes import SolveStatus
from workbench.capacity.model.program import Answer

if TYPE_CHECKING:
    from linopy import Model

_STATUSES = {
    "optimal": SolveStatus.OPTIMAL,
    "suboptimal": SolveStatus.INCUMBENT,
    "infeasible": SolveStatus.INFEASIBLE,
    "unbounded": SolveStatus.UNBOUNDED,
    "infeasible_or_unbounded": SolveStatus.INFEASIBLE_OR_UNBOUNDED,
    "time_limit": SolveStatus.TIME_LIMIT,
    "iteration_limit": SolveStatus.TIME_LIMIT,
    "terminated_by_limit": SolveStatus.TIME_LIMIT,
}


def solve_with_linopy(model: Model, solver: str, options: Mapping[str, Any]) -> Answer:
    """Solve a linopy model with a solver that linopy finds.

    Parameters
    ----------
    model
        The model.
    solver
        linopy's name of it.
    options
        By the solver's own names.

    Raises
    ------
    RuntimeError
        With the solver's message, such as a missing licence.
    """
    began = time.monotonic()
    mixed = bool(len(model.binaries) + len(model.integers))
    _, condition = model.solve(solver_name=solver, **options)
    status = _STATUSES.get(str(condition), SolveStatus.FAILED)
    seconds = time.monotonic() - began
    if status is not SolveStatus.OPTIMAL:
        # Without a proven gap nothing is taken for a solution.
        shown = SolveStatus.TIME_LIMIT if status is SolveStatus.INCUMBENT else status
        return Answer(str(shown), seconds=seconds, message=str(condition))
    primal = np.concatenate([_active(v.solution, v.labels) for _, v in model.variables.items()])
    dual = np.empty(0)
    if not mixed and all("dual" in constraint for _, constraint in model.constraints.items()):
        dual = np.concatenate([_active(c.dual, c.labels) for _, c in model.constraints.items()])
    objective = float(model.objective.value)  # type: ignore[arg-type]
    return Answer(str(status), objective, primal, dual, None, None, seconds, str(condition))


def _active(values: Any, labels: Any) -> np.ndarray:
    kept = labels.values.ravel() != -1
    found: np.ndarray = np.asarray(values.transpose(*labels.dims).values, dtype=float).ravel()[kept]
    return found
