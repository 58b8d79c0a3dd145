"""Several plans, or the years of one, beside each other."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from workbench.capacity.results.saved import COMPARED, CapacityResult


def side_by_side(results: Sequence[CapacityResult], name: str) -> pd.DataFrame:
    """Put one value of all plans side by side, one column a scenario.

    Parameters
    ----------
    results
        The plans; scenario names differ.
    name
        One of :data:`COMPARED`.
    """
    keys, value = COMPARED[name]
    columns = {result.scenario: _side(result, name, keys, value) for result in results}
    return pd.concat(columns, axis=1).fillna(0.0).reset_index()


def compare_years(result: CapacityResult, name: str) -> pd.DataFrame:
    """Put the years of one plan side by side, with the change from the first to the last.

    Parameters
    ----------
    result
        The plan.
    name
        One of :data:`COMPARED` with a carrier.
    """
    _, value = COMPARED[name]
    table = (
        result.table(name)
        .pivot_table(index="carrier", columns="year", values=value, aggfunc="sum")
        .fillna(0.0)
    )
    years = list(table.columns)
    table["change"] = table[years[-1]] - table[years[0]]
    return table.reset_index()


def _side(result: CapacityResult, name: str, keys: tuple[str, ...], value: str) -> pd.Series:
    table = result.table(name)
    if name == "capacity":
        table = table[table.unit == "MW"]
    return table.groupby(list(keys))[value].sum()
