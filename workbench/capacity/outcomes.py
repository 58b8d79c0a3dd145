"""How a solve can end, and the errors for every end that is no success.

The tree::

    SolveError                  carries ``.status``
    ├── ModelInfeasible         carries ``.causes``: what contradicts what
    ├── ModelUnbounded          carries ``.causes``: what can grow without end
    ├── NoSolutionInTime        the time limit came before a solution that can be used
    ├── SolverFailed            the solver gave up, or crashed
    └── SolverMissing           not installed, or without a licence
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from workbench.errors import WorkbenchError


class SolveStatus(StrEnum):
    """How a solve ended; only the first two are successes."""

    OPTIMAL = "optimal"
    INCUMBENT = "incumbent"
    """A feasible solution whose distance from the best possible is known, taken because it was asked for."""
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    INFEASIBLE_OR_UNBOUNDED = "infeasible or unbounded"
    TIME_LIMIT = "time limit"
    FAILED = "failed"

    @property
    def has_solution(self) -> bool:
        """Whether there are numbers to show."""
        return self in (SolveStatus.OPTIMAL, SolveStatus.INCUMBENT)


class SolveError(WorkbenchError):
    """A solve that ended without a solution.

    Parameters
    ----------
    message
        One sentence.
    status
        How it ended.
    causes
        What is to blame, each a sentence.
    """

    def __init__(
        self, message: str, status: SolveStatus = SolveStatus.FAILED, causes: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.causes = tuple(causes)


class ModelInfeasible(SolveError):
    """No plan can meet all constraints at once."""


class ModelUnbounded(SolveError):
    """Costs can fall without end: a limit or a cost is missing."""


class NoSolutionInTime(SolveError):
    """The time limit was reached before there was a solution that can be used."""


class SolverFailed(SolveError):
    """The solver gave up, or its process ended by itself."""


class SolverMissing(SolveError):
    """The solver is not installed here, or has no licence."""
