"""Which solvers and methods there are here, and which method fits a problem."""

from __future__ import annotations

from collections.abc import Callable

from workbench.errors import SolverMissing

LARGE = 100_000
"""Variables of a linear problem from which on HiPO is faster than the simplex method."""
_INSTALL = "pip install 'highspy[extras]'"


def choose_method(
    asked: str,
    variables: int,
    *,
    only_dispatch: bool,
    has_hipo: Callable[[], bool],
    say: Callable[[str], None],
) -> str:
    """Name the method of HiGHS for a linear problem: the one that was asked for, else that for its size.

    Parameters
    ----------
    asked
        By HiGHS' name; ``choose`` leaves it to the size.
    variables
        Size of the problem.
    only_dispatch
        Whether capacities are fixed: the simplex method is the fastest then, whatever the size.
    has_hipo
        Whether HiPO can be used; called only where it matters.
    say
        Gets a sentence where the size decides on more than the simplex method.

    Raises
    ------
    SolverMissing
        When HiPO was asked for and is not there.
    """
    if asked == "choose" and (only_dispatch or variables < LARGE):
        return "simplex"
    if asked not in ("choose", "hipo"):
        return asked
    if has_hipo():
        if asked == "choose":
            say(f"The method is HiPO, as the problem has more than {LARGE:,} variables.")
        return "hipo"
    if asked == "hipo":
        raise SolverMissing(
            f"The method hipo is not in the HiGHS that is installed here; install the package highspy-extras "
            f"({_INSTALL}), or choose another method."
        )
    say(
        f"The problem has more than {LARGE:,} variables, for which HiPO would be the fastest method; the simplex "
        f"method is used, as HiPO is not installed ({_INSTALL})."
    )
    return "simplex"


def installed_solvers() -> tuple[str, ...]:
    """Name the solvers that linopy finds here, HiGHS first."""
    import linopy  # heavy

    found = [str(name) for name in linopy.available_solvers]
    return tuple(sorted(found, key=lambda name: name != "highs"))


def require_solver(name: str) -> None:
    """Refuse a solver that is not there.

    Raises
    ------
    SolverMissing
        With what is installed.
    """
    if name == "highs":
        return
    found = installed_solvers()
    if name not in found:
        raise SolverMissing(
            f"The solver '{name}' is not installed here; installed: {', '.join(found)}. Install it, or choose one "
            "of those."
        )
