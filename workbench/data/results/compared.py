"""Which numbers of two results of one domain are put beside each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ComparedNumber", "ComparedTable"]


@dataclass(frozen=True, slots=True)
class ComparedTable:
    """Numbers of one table.

    Parameters
    ----------
    table
        Its name.
    keys
        Columns that say what a number is of, such as ``("year", "carrier")``; rows with the same are added up.
    numbers
        Columns of the numbers; a function of the table where they differ from result to result.
    title
        What a person calls them, with ``{measure}`` for the column.
    where
        Which rows count; all when it gives None.
    unit
        Of the numbers, where the units of the table do not tell.
    absent
        The number of what a result does not have in a year that it has, such as the capacity of a carrier; missing
        when None.
    """

    table: str
    keys: tuple[str, ...]
    numbers: Sequence[str] | Callable[[pd.DataFrame], Sequence[str]]
    title: str = "{measure}"
    where: Callable[[pd.DataFrame], pd.Series | None] = lambda frame: None
    unit: str = ""
    absent: float | None = None


@dataclass(frozen=True, slots=True)
class ComparedNumber:
    """A number that a domain works out for two results.

    Parameters
    ----------
    table, measure, unit
        What it is.
    at
        What it is of: name of a key -> value.
    before, after
        Of the two results; NaN where there is none.
    secondary
        Whether it only follows from the others, such as a rate of growth, and comes after them.
    difference
        Where it is not after - before, such as the mean absolute difference of days.
    """

    table: str
    measure: str
    unit: str
    at: dict[str, Any]
    before: float = float("nan")
    after: float = float("nan")
    difference: float | None = None
    secondary: bool = False
