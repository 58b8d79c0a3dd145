"""Matrices of cases of which each n-th is tried every time, and all with the thorough tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def each_nth(cases: Iterable[Any], n: int, *marks: pytest.MarkDecorator) -> list[Any]:
    """Mark all cases but each n-th.

    Parameters
    ----------
    cases
        Of ``parametrize``.
    n
        Without a divisor that it shares with the kinds that take turns among them, so that each kind comes up.
    marks
        Of the others: those of the thorough tests, written in the file of the test.
    """
    made = []
    for at, case in enumerate(cases):
        known = case if hasattr(case, "values") and hasattr(case, "id") else None
        values = known.values if known is not None else case if isinstance(case, tuple) else (case,)
        chosen = () if at % n == 0 else marks
        made.append(pytest.param(*values, id=known.id if known is not None else None, marks=chosen))
    return made
