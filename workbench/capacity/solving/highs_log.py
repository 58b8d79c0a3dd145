"""Reading the log of HiGHS: which phase it is in, and the numbers of its progress lines.

Formats of HiGHS 1.15; a line that is not understood is not an error, it only tells nothing.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """What a solver is busy with."""

    PRESOLVE = "presolve"
    SIMPLEX = "simplex"
    INTERIOR_POINT = "interior point"
    CROSSOVER = "crossover"
    FIRST_ORDER = "first-order method"
    BRANCH_AND_BOUND = "branch and bound"


@dataclass(frozen=True, slots=True)
class LogFacts:
    """What one line tells; what it does not tell is None.

    Parameters
    ----------
    phase
        The phase that begins, or continues, with this line.
    iteration
        Number of iterations of the method.
    objective
        Costs of the current (for branch and bound: the best integer) solution.
    dual_objective
        Of an interior point or first-order iteration.
    bound
        Best bound of branch and bound.
    gap
        Relative gap of branch and bound, 0.01 for 1 %.
    primal_infeasibility, dual_infeasibility
        Sums or residuals, as the method reports them.
    nodes
        Nodes of branch and bound.
    seconds
        Time inside HiGHS [s].
    """

    phase: Phase | None = None
    iteration: int | None = None
    objective: float | None = None
    dual_objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    primal_infeasibility: float | None = None
    dual_infeasibility: float | None = None
    nodes: int | None = None
    seconds: float | None = None


_NUMBER = r"[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|inf|nan)"
_SIMPLEX = re.compile(
    rf"^\s*(\d+)\s+({_NUMBER})\s+(?:Ph1:\s*\d+\(({_NUMBER})\);?\s*)?"
    rf"(?:Pr:\s*\d+\(({_NUMBER})\);?\s*)?(?:Du:\s*\d+\(({_NUMBER})\);?\s*)?(?:;?\s*({_NUMBER})s)?\s*$"
)
# IPX and HiPO: primal and dual objective, primal and dual residual, gap. PDLP has the gap before the residuals.
_INTERIOR = re.compile(r"^\s*(\d+)\*?" + rf"\s+({_NUMBER})" * 5 + rf"\s+({_NUMBER})s?(?:\s+\[\w\])?\s*$")
# The letter in front says how an incumbent was found.
_TREE = re.compile(
    rf"^\s*[A-Za-z]?\s+(\S+)\s+(\S+)\s+(\S+)\s+({_NUMBER})%\s+({_NUMBER})\s+({_NUMBER})\s+(\S+)\s+"
    rf"(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+({_NUMBER})s\s*$"
)
_BEGINNINGS = (
    ("Presolving model", Phase.PRESOLVE),
    ("Presolve", Phase.PRESOLVE),
    ("Solving MIP model", Phase.BRANCH_AND_BOUND),
    ("Running crossover", Phase.CROSSOVER),
    ("Starting crossover", Phase.CROSSOVER),
    ("Crossover", Phase.CROSSOVER),
    ("Using dual simplex", Phase.SIMPLEX),
    ("Using EKK", Phase.SIMPLEX),
    ("Using primal simplex", Phase.SIMPLEX),
    ("IPX model has", Phase.INTERIOR_POINT),
    ("Running HiPO", Phase.INTERIOR_POINT),
    ("Using HiPO", Phase.INTERIOR_POINT),
    ("Solving with cuPDLP", Phase.FIRST_ORDER),
    ("Solving with PDLP", Phase.FIRST_ORDER),
    ("Solving with HiPDLP", Phase.FIRST_ORDER),
    ("Solving with IPM", Phase.INTERIOR_POINT),
)


class HighsLog:
    """Reads the lines of one solve in their order; the meaning of a row depends on the phase before it."""

    def __init__(self) -> None:
        self.phase: Phase | None = None
        self.is_mixed_integer = False

    def read(self, line: str) -> LogFacts | None:
        """Give what a line tells, None when it tells nothing."""
        text = line.strip()
        for beginning, phase in _BEGINNINGS:
            if text.startswith(beginning):
                return self._begin(phase)
        if self.is_mixed_integer:
            return self._tree(line)
        return self._simplex(line) or self._interior(line)

    def _begin(self, phase: Phase) -> LogFacts | None:
        if self.is_mixed_integer and phase is not Phase.BRANCH_AND_BOUND:
            # The linear problems inside the tree are not phases of their own.
            return None
        self.is_mixed_integer = phase is Phase.BRANCH_AND_BOUND
        self.phase = phase
        return LogFacts(phase)

    def _tree(self, line: str) -> LogFacts | None:
        found = _TREE.match(line)
        if found is None:
            return None
        gap = found[7].rstrip("%")
        return LogFacts(
            Phase.BRANCH_AND_BOUND,
            iteration=_count(found[11]),
            objective=_finite(found[6]),
            bound=_finite(found[5]),
            gap=_percent(gap),
            nodes=_count(found[1]),
            seconds=float(found[12]),
        )

    def _simplex(self, line: str) -> LogFacts | None:
        if self.phase in (Phase.INTERIOR_POINT, Phase.FIRST_ORDER):
            return None
        found = _SIMPLEX.match(line)
        if found is None or not any(found.group(k) for k in (3, 4, 5, 6)):
            return None
        if self.phase is not Phase.CROSSOVER:
            self.phase = Phase.SIMPLEX
        return LogFacts(
            self.phase,
            iteration=int(found[1]),
            objective=_finite(found[2]),
            primal_infeasibility=_finite(found[4]),
            dual_infeasibility=_finite(found[5] or found[3]),
            seconds=_finite(found[6]),
        )

    def _interior(self, line: str) -> LogFacts | None:
        if self.phase not in (Phase.INTERIOR_POINT, Phase.FIRST_ORDER):
            return None
        found = _INTERIOR.match(line)
        if found is None:
            return None
        primal, dual = (5, 6) if self.phase is Phase.FIRST_ORDER else (4, 5)
        return LogFacts(
            self.phase,
            iteration=int(found[1]),
            objective=_finite(found[2]),
            dual_objective=_finite(found[3]),
            primal_infeasibility=_finite(found[primal]),
            dual_infeasibility=_finite(found[dual]),
            seconds=_finite(found[7]),
        )


def _finite(text: str | None) -> float | None:
    if text is None:
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def _count(text: str) -> int | None:
    # HiGHS shortens large counts: 1234k.
    scale = {"k": 1_000, "m": 1_000_000}.get(text[-1:].lower(), 1)
    digits = text if scale == 1 else text[:-1]
    return int(digits) * scale if digits.isdigit() else None


def _percent(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        # "Large" until the first incumbent.
        return None
    return value / 100 if math.isfinite(value) else None
