"""How fast the shape of the load changes with the years: measured on the history, to warn of old shapes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from workbench.hourly_loads.day_matrix import DayMatrix

OLD_SHAPE = 5
"""Age [years] from which a replayed shape is warned of."""


def shape_ageing(years: Mapping[int, DayMatrix]) -> pd.DataFrame:
    """Compare every pair of complete years.

    Parameters
    ----------
    years
        Year -> its loads by day and hour.

    Returns
    -------
    DataFrame
        age [years], pairs, profile_change (mean absolute difference of the mean 24-hour profiles, %) and
        ramp_change (of the 99th percentile of hour-to-hour changes over the mean, %), one row an age.
    """
    facts = {}
    for year, matrix in years.items():
        mean = matrix.grid.mean()
        ramp = np.quantile(np.abs(np.diff(matrix.grid.ravel())), 0.99) / mean
        facts[year] = (matrix.grid.mean(axis=0) / mean, ramp)
    rows = [
        {
            "age": later - earlier,
            "profile_change": 100 * float(np.mean(np.abs(facts[later][0] - facts[earlier][0]))),
            "ramp_change": 100 * float(facts[later][1] / facts[earlier][1] - 1),
        }
        for earlier in facts
        for later in facts
        if later > earlier
    ]
    table = pd.DataFrame(rows, columns=["age", "profile_change", "ramp_change"])
    grouped = table.groupby("age").agg(
        pairs=("profile_change", "size"),
        profile_change=("profile_change", "mean"),
        ramp_change=("ramp_change", "mean"),
    )
    return grouped.reset_index()


def age_warning(ageing: pd.DataFrame, base_year: int, last_year: int) -> str:
    """Say what is known about shapes of that age; empty when they are young.

    Parameters
    ----------
    ageing
        As :func:`shape_ageing` gives it.
    base_year, last_year
        Year of the shape and last year that it is used for.
    """
    age = last_year - base_year
    if age < OLD_SHAPE:
        return ""
    text = f"The shape of {base_year} is replayed up to {last_year}, {age} years later"
    known = ageing[ageing.age <= age]
    if not len(known):
        return f"{text}; the history is too short to say how much it has changed by then."
    row = known.iloc[-1]
    return (
        f"{text}. In the history, shapes {int(row.age)} years apart differ by {row.profile_change:.1f} % in "
        f"the mean "
        f"24-hour profile and {round(row.ramp_change):+d} % in the steepest ramps: read hours and ramps of the "
        f"last years with "
        "care, and add what changes the shape as overlays."
    )
