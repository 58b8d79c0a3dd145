"""Errors about solves and their results."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.errors.base import WorkbenchError

__all__ = [
    "ModelInfeasible",
    "ModelUnbounded",
    "NoSolutionInTime",
    "SolveError",
    "SolverFailed",
    "SolverMissing",
    "UnbalancedResult",
]


class SolveError(WorkbenchError):
    """A solve that ended without a solution.

    Parameters
    ----------
    message
        One sentence.
    status
        How it ended, a ``SolveStatus`` of the solver's side.
    causes
        What is to blame, each a sentence.
    """

    caused_by_input = True

    def __init__(self, message: str, status: str = "failed", causes: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.causes = tuple(causes)

    @property
    def details(self) -> tuple[str, ...]:
        """The causes."""
        return self.causes


class ModelInfeasible(SolveError):
    """No plan can meet all constraints at once."""


class ModelUnbounded(SolveError):
    """Costs can fall without end: a limit or a cost is missing."""


class NoSolutionInTime(SolveError):
    """The time limit was reached before there was a solution that can be used."""


class SolverFailed(SolveError):
    """The solver gave up, or its process ended by itself."""

    caused_by_input = False


class SolverMissing(SolveError):
    """The solver is not installed here, or has no licence."""


class UnbalancedResult(WorkbenchError):
    """A result whose own numbers do not agree with each other; names the two."""
