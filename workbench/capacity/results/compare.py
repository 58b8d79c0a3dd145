"""Two or more plans beside each other: differences, not only values."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from workbench.capacity.results.saved import CapacityResult, units_of

KEYS = {
    "capacity": (("year", "carrier"), "capacity"),
    "energy": (("year", "carrier"), "supply"),
    "costs": (("year", "carrier"), "total"),
    "emissions": (("year", "carrier"), "co2"),
    "curtailment": (("year", "carrier"), "curtailed"),
    "adequacy": (("year",), "margin"),
}
"""Table -> what identifies a row, and the value that is compared."""


def compare(first: CapacityResult, second: CapacityResult) -> pd.DataFrame:
    """Compare two plans.

    Parameters
    ----------
    first, second
        The plans; the difference is second - first.

    Returns
    -------
    DataFrame
        table, unit, year, carrier, first, second, difference, difference_percent; a row that one of them does not
        have counts as zero there.
    """
    parts = []
    for name, (keys, value) in KEYS.items():
        sides = [_side(result, name, keys, value) for result in (first, second)]
        joined = pd.concat(sides, axis=1, keys=["first", "second"]).fillna(0.0).reset_index()
        joined.insert(0, "table", name)
        # Stores have MWh and are left out of what is compared in MW.
        joined.insert(
            1, "unit", "MW" if name == "capacity" else units_of(name, first.table(name)).get(value, "")
        )
        if "carrier" not in joined:
            joined["carrier"] = ""
        parts.append(joined)
    table = pd.concat(parts, ignore_index=True)
    table["difference"] = table.second - table["first"]
    table["difference_percent"] = 100 * table.difference / table["first"].where(table["first"] != 0)
    return table[["table", "unit", "year", "carrier", "first", "second", "difference", "difference_percent"]]


def side_by_side(results: Sequence[CapacityResult], name: str) -> pd.DataFrame:
    """Put one value of all plans side by side, one column a scenario.

    Parameters
    ----------
    results
        The plans; scenario names differ.
    name
        One of :data:`KEYS`.
    """
    keys, value = KEYS[name]
    columns = {result.scenario: _side(result, name, keys, value) for result in results}
    return pd.concat(columns, axis=1).fillna(0.0).reset_index()


def compare_years(result: CapacityResult, name: str) -> pd.DataFrame:
    """Put the years of one plan side by side, with the change from the first to the last.

    Parameters
    ----------
    result
        The plan.
    name
        One of :data:`KEYS` with a carrier.
    """
    _, value = KEYS[name]
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
