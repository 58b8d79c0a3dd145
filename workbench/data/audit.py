"""The last check of a result before its run may succeed: numbers that have to agree do.

::

    require_equal("energy of 2030 [GWh]", "its hours", 9000.1, "its target", 9000.0)   # raises
    require_all_equal("energy of {} [GWh]", years, "the months", sums, "the years", totals)
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from workbench.errors import UnbalancedResult

__all__ = ["require_all_equal", "require_equal"]

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
        away = first - second
        difference = f", a difference of {away:.6g}" if math.isfinite(away) else ""
        raise UnbalancedResult(
            f"The result does not balance, {quantity}: {first_name} gives {_shown(first)}, {second_name} gives "
            f"{_shown(second)}{difference}. This is a mistake of the workbench or the solver, not of the input; "
            "nothing is saved."
        )


def require_all_equal(
    quantity: str,
    places: Sequence[object],
    first_name: str,
    first: ArrayLike,
    second_name: str,
    second: ArrayLike,
    *,
    relative: float = EQUAL,
    absolute: float = 0.0,
) -> None:
    """Check that two columns agree in each row; what is missing (NaN) has to be missing in both.

    Parameters
    ----------
    quantity
        What both are, with its unit and ``{}`` for the place.
    places
        Year, period or name of each row.
    first_name, second_name
        Where each comes from.
    first, second
        The columns, shape (rows,).
    relative, absolute
        Allowed difference; the larger of the two counts.

    Raises
    ------
    UnbalancedResult
        Naming the two numbers that are furthest from each other.
    """
    one, two = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    require_equal(quantity.replace("{}", "all") + ", rows", first_name, len(one), second_name, len(two))
    room = np.maximum(relative * np.maximum(np.abs(one), np.abs(two)), absolute)
    with np.errstate(invalid="ignore"):
        away = np.abs(one - two)
    agree = (one == two) | (np.isnan(one) & np.isnan(two)) | (np.isfinite(away) & (away <= room))
    if not agree.all():
        at = int(np.where(agree, -1.0, np.nan_to_num(away, nan=np.inf)).argmax())
        require_equal(
            quantity.replace("{}", str(places[at])),
            first_name,
            float(one[at]),
            second_name,
            float(two[at]),
            relative=relative,
            absolute=absolute,
        )


def _shown(number: float) -> str:
    return "nothing" if math.isnan(number) else f"{number:.10g}"
