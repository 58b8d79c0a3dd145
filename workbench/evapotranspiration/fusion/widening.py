"""Days that are less certain than what was learned says: wider errors, and grades that follow."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.data.arrays import Booleans, Floats
from workbench.evapotranspiration.equation.missing_inputs import INPUTS
from workbench.evapotranspiration.fusion.grades import (
    HIGH_RELATIVE_ERROR,
    MEDIUM_RELATIVE_ERROR,
    SMALL_ETO,
    Grade,
)

ERROR_OF_AN_ASSUMED_INPUT = 0.11
"""Standard error of a day's ETo, as a share, by one input that FAO-56 replaces: of radiation 8 to 15 %, humidity 5
to 16 %, wind 7 to 19 %, 11 % on average each (NASA POWER with and without it, twelve sites, 1991 to 2010)."""


def widened(table: pd.DataFrame, factor: Floats, where: Booleans) -> pd.DataFrame:
    """Widen the errors of some days, and hold their grades to what comes out.

    Parameters
    ----------
    table
        Indexed by date, columns as of :class:`~workbench.evapotranspiration.fusion.fuse.Fused`.
    factor
        On the standard error, shape (days,); 1 where nothing is to be done.
    where
        Days that are widened.
    """
    grown = table.copy()
    for name in ("low", "high"):
        grown[name] = (table["eto"] + factor * (table[name] - table["eto"])).clip(lower=0.0)
    grown["standard_error"] = table["standard_error"] * factor
    relative = grown["standard_error"] / table["eto"].clip(lower=SMALL_ETO)
    for limit, grades, held in (
        (HIGH_RELATIVE_ERROR, (Grade.HIGH,), Grade.MEDIUM),
        (MEDIUM_RELATIVE_ERROR, (Grade.HIGH, Grade.MEDIUM), Grade.LOW),
    ):
        too_good = where & (relative > limit).to_numpy() & grown["grade"].isin([str(one) for one in grades])
        grown["grade"] = grown["grade"].where(~too_good, held.value)
    return grown


def with_assumed_inputs(table: pd.DataFrame, assumed: pd.DataFrame) -> pd.DataFrame:
    """Widen the errors of days whose sources lack an input of the equation.

    Parameters
    ----------
    table
        Indexed by date, columns as of :class:`~workbench.evapotranspiration.fusion.fuse.Fused`.
    assumed
        Bits of ``Filled.assumed`` by date, a column for each source whose errors are known with all inputs only.
    """
    bits = assumed.reindex(table.index, fill_value=0)
    shares = np.zeros((len(table), len(INPUTS)))
    for source in bits:
        weight = table.get(f"weight_{source}")
        if weight is not None:
            lacks = (bits[source].to_numpy()[:, np.newaxis] >> np.arange(len(INPUTS))) & 1
            shares += weight.fillna(0.0).to_numpy()[:, np.newaxis] * lacks
    more = ERROR_OF_AN_ASSUMED_INPUT * np.sqrt((shares**2).sum(axis=1)) * table["eto"].to_numpy(dtype=float)
    where = np.nan_to_num(more) > 0
    if not where.any():
        return table
    error = table["standard_error"].to_numpy(dtype=float)
    grown = widened(table, np.where(where, np.hypot(error, more) / np.maximum(error, 1e-9), 1.0), where)
    said = table["reason"].astype(object) + "; wider for inputs that were not measured"
    grown["reason"] = table["reason"].astype(object).where(~where, said)
    return grown
