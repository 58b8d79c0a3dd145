"""How a solve can end; the errors for every end that is not a success are in :mod:`workbench.errors`."""

from __future__ import annotations

from enum import StrEnum


class SolveStatus(StrEnum):
    """How a solve ended; only the first two are successes."""

    OPTIMAL = "optimal"
    INCUMBENT = "incumbent"
    """A feasible solution whose distance from the best possible is known, accepted as the settings allow."""
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    INFEASIBLE_OR_UNBOUNDED = "infeasible or unbounded"
    TIME_LIMIT = "time limit"
    FAILED = "failed"

    @property
    def has_solution(self) -> bool:
        """Whether there are numbers to show."""
        return self in (SolveStatus.OPTIMAL, SolveStatus.INCUMBENT)
