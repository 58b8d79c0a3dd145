"""The optimisation problem as arrays, as it goes to the solver's process, and the answer that comes back.

Only numpy here: the solver's process imports nothing heavier.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.data.arrays import Floats

Indices = NDArray[np.int32]


def _no_indices() -> Indices:
    return np.empty(0, dtype=np.int32)


def _no_floats() -> Floats:
    return np.empty(0)


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """A sparse matrix by rows: row ``i`` holds ``columns[starts[i]:starts[i + 1]]``."""

    starts: Indices = field(default_factory=lambda: np.zeros(1, dtype=np.int32))
    columns: Indices = field(default_factory=_no_indices)
    values: Floats = field(default_factory=_no_floats)


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """Minimise (or maximise) ``cost x + x Q x / 2`` with bounds on ``x`` and on ``A x``.

    Parameters
    ----------
    cost, lower, upper
        Per column.
    row_lower, row_upper
        Per row.
    matrix
        A.
    integrality
        Per column 0 continuous, 1 integer, 2 semi-continuous; empty when all are continuous.
    hessian
        Upper triangle of Q, None when the costs are linear.
    maximise
        Direction.
    """

    cost: Floats
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    matrix: Matrix
    integrality: NDArray[np.uint8]
    hessian: Matrix | None = None
    maximise: bool = False

    @property
    def is_mixed_integer(self) -> bool:
        """Whether some columns are not continuous."""
        return self.integrality.size > 0

    @property
    def size(self) -> dict[str, int]:
        """Columns, rows, non-zeros and integer columns."""
        return {
            "variables": int(self.cost.size),
            "constraints": int(self.row_lower.size),
            "non_zeros": int(self.matrix.values.size),
            "integers": int(np.count_nonzero(self.integrality)),
        }


@dataclass(frozen=True, slots=True, eq=False)
class Conflict:
    """Rows and columns that cannot be met together, or a direction in which costs fall for ever.

    Parameters
    ----------
    rows, columns
        Positions in the program.
    row_amounts, column_amounts
        How much each would have to give way for the rest to be met, where that was found out; else empty.
    exact
        Whether the set is irreducible: without any one of them the rest could be met.
    """

    rows: Indices
    columns: Indices
    row_amounts: Floats = field(default_factory=_no_floats)
    column_amounts: Floats = field(default_factory=_no_floats)
    exact: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a solver found.

    Parameters
    ----------
    status
        One of :class:`workbench.capacity.model.outcomes.SolveStatus`, as text.
    objective
        Value of the costs of the solution.
    primal, dual
        Per column and row; ``dual`` is empty after a mixed-integer solve itself, which has no prices.
    gap, bound
        Relative gap and best bound of a mixed-integer solve.
    seconds
        Time inside the solver.
    message
        The solver's own word for the end.
    conflict
        Why there is no solution, where that is known.
    facts
        Iterations and the like.
    """

    status: str
    objective: float = float("nan")
    primal: Floats = field(default_factory=_no_floats)
    dual: Floats = field(default_factory=_no_floats)
    gap: float | None = None
    bound: float | None = None
    seconds: float = 0.0
    message: str = ""
    conflict: Conflict | None = None
    facts: dict[str, Any] = field(default_factory=dict)
