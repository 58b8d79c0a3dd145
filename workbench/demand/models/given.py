"""Sectors and layers whose future is given, not forecast."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from workbench.data.arrays import Floats
from workbench.demand.config import PathEnd


def given_path(
    sector: str, given: Mapping[int, float], last_actual: int, target_year: int, at_end: PathEnd
) -> tuple[Floats, str]:
    """Take the values of the workbook as the forecast of a sector.

    Parameters
    ----------
    sector
        Name, for the sentence.
    given
        GWh by year, after the last actual.
    last_actual, target_year
        The years between them are wanted, the last one included.
    at_end
        What is done where the path ends early.

    Returns
    -------
    ndarray, shape (years,)
        GWh.
    str
        What was done beyond the end of the path; empty when nothing.

    Raises
    ------
    ValueError
        When years are missing.
    """
    wanted = range(last_actual + 1, target_year + 1)
    if not given:
        raise ValueError(
            f"{sector} has no given path after {last_actual}; fill in the years to {target_year}, or choose a model"
        )
    end = max(given)
    missing = [year for year in wanted if year not in given and year < end]
    if missing:
        raise ValueError(
            f"the given path of {sector} has no value in {', '.join(map(str, missing))}; fill it in"
        )
    note = ""
    if end < target_year:
        if at_end is PathEnd.REFUSE:
            raise ValueError(
                f"the given path of {sector} ends in {end}, before the target year {target_year}; extend it, lower "
                "the target year, or set path_end = hold"
            )
        note = f"{sector}: the given path ends in {end}; its last value is held to {target_year}."
    return np.array([given.get(year, given[end]) for year in wanted]), note
