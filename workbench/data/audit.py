"""The last check of a result before its run may succeed: numbers that have to agree do.

::

    require_equal("energy of 2030 [GWh]", "its hours", 9000.1, "its target", 9000.0)   # raises
"""

from __future__ import annotations

import math

from workbench.errors import UnbalancedResult

__all__ = ["require_equal"]

EQUAL = 1e-6
"""Relative difference up to which two numbers agree."""


def require_equal(
    quantity: str,
    first_name: str,
    first: float,
    second_name: str,
    second: float,
    *,
    relative: float = EQUAL,
    absolute: float = 0.0,
) -> None:
    """Check that two numbers agree, each worked out in its own way.

    Parameters
    ----------
    quantity
        What both are, with its unit and year.
    first_name, second_name
        Where each comes from.
    first, second
        The numbers; one that is not finite agrees with nothing.
    relative, absolute
        Allowed difference; the larger of the two counts.

    Raises
    ------
    UnbalancedResult
        Naming both numbers.
    """
    if not math.isclose(first, second, rel_tol=relative, abs_tol=absolute):
        raise UnbalancedResult(
            f"The result does not balance, {quantity}: {first_name} gives {first:.10g}, {second_name} gives "
            f"{second:.10g}. This is a mistake of the workbench or the solver, not of the input; nothing is saved."
        )
