"""From a linopy model to the arrays that a solver takes, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.capacity.model.program import Answer, Matrix, Program
from workbench.data.arrays import Floats
from workbench.errors import SolveError

if TYPE_CHECKING:
    from linopy import Model

_KINDS = {"C": 0, "B": 1, "I": 1, "S": 2}


def export_program(model: Model) -> Program:
    """Give a linopy model as arrays, in the order in which linopy itself hands it to HiGHS.

    Raises
    ------
    SolveError
        When the model has parts that cannot be given as arrays.
    """
    if model.variables.sos:
        raise SolveError(
            "The model has special ordered sets, which HiGHS does not take; use piecewise costs that are convex."
        )
    arrays = model.matrices
    integrality = np.empty(0, dtype=np.uint8)
    if len(model.binaries) + len(model.integers) + len(list(model.variables.semi_continuous)):
        integrality = np.array([_KINDS[kind] for kind in arrays.vtypes], dtype=np.uint8)
    rows = np.asarray(arrays.b, dtype=float)
    matrix = Matrix()
    if arrays.A is not None:
        matrix = _matrix(arrays.A.tocsr())
    hessian = None
    if arrays.Q is not None:
        from scipy.sparse import triu  # only quadratic costs need it

        hessian = _matrix(triu(arrays.Q).tocsr())
    return Program(
        np.asarray(arrays.c, dtype=float),
        np.asarray(arrays.lb, dtype=float),
        np.asarray(arrays.ub, dtype=float),
        np.where(arrays.sense != "<", rows, -np.inf),
        np.where(arrays.sense != ">", rows, np.inf),
        matrix,
        integrality,
        hessian,
        model.objective.sense == "max",
    )


def assign_answer(model: Model, answer: Answer) -> None:
    """Write a solution back onto the model it was made for; prices only where there are any."""
    from linopy.constants import Result, Solution, Status

    condition = "optimal" if answer.status == "optimal" else "suboptimal"
    index = model.variables.label_index.vlabels, model.constraints.label_index.clabels
    primal = _by_label(answer.primal, index[0], model._xCounter)
    dual = _by_label(answer.dual, index[1], model._cCounter) if answer.dual.size else np.empty(0)
    status = Status.from_termination_condition(condition)
    status.legacy_status = answer.message
    model.assign_result(Result(status, Solution(primal, dual, answer.objective)))


def _by_label(values: Floats, labels: Any, count: int) -> Floats:
    full = np.full(count, np.nan)
    full[labels] = values
    return full


def _matrix(matrix: Any) -> Matrix:
    return Matrix(
        matrix.indptr.astype(np.int32, copy=False),
        matrix.indices.astype(np.int32, copy=False),
        np.asarray(matrix.data, dtype=float),
    )
