"""Whether a version of a dataset balances before readers are pointed to it: rows, sums over time, groups."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.data.audit import require_all_equal, require_equal
from workbench.market.model.description import MarketDescription
from workbench.market.model.market_time import shown
from workbench.market.model.tables import ORIGIN, RawTable
from workbench.market.model.units import UnitsRegister
from workbench.market.store.merging import Merged
from workbench.market.store.rollups.aggregation import Frame, Rows, reconcile_cadence
from workbench.market.store.rollups.schema import labels_of

__all__ = ["check_days", "check_merged", "check_rollups"]

Columns = Mapping[str, NDArray[np.generic]]
ROUNDING = 1e-6
"""MWh (or minutes) that sums of numbers near zero may differ by."""
_SUMS: Mapping[str, tuple[str, str, Mapping[str, float]]] = {
    "unit": ("unit_power", "mw", {"out_mwh": 1, "in_mwh": 1}),
    "price": ("price", "rrp", {"rrp_minutes": 1 / 60}),
    "region": ("region", "demand", {"demand_mwh": 1}),
    "flow": ("flow", "flow", {"forward_mwh": 1, "backward_mwh": -1}),
    "rooftop": ("rooftop", "mw", {"mwh": 1}),
}
"""Roll-up -> raw table, its column, and the columns whose sum is that of the raw column over time."""


def check_merged(
    table: RawTable,
    period: str,
    old: pl.DataFrame,
    superseded: pl.DataFrame,
    given: pl.DataFrame,
    merged: Merged,
    without: Collection[int] = (),
) -> None:
    """Check that the rows of a period are the old and the given ones, each name once, the latest counting.

    Parameters
    ----------
    table, period
        Which rows.
    old, superseded, given
        Rows that counted before and that did not, and what came.
    merged
        What is to be written.
    without
        Files whose rows go.

    Raises
    ------
    UnbalancedResult
        Naming the first two numbers that differ.
    """
    what = f"{table.name} of {period}"
    counted = old.height
    old = pl.concat([superseded, old])
    if without:
        old = old.filter(~pl.col(ORIGIN).is_in(list(without)).fill_null(value=False))
    else:
        seen = merged.added + merged.revised + merged.known
        _equal_rows(f"{what}, rows", "the files", given.height, "added, corrected and known rows", seen)
    beside, stored = old, merged.frame
    if not without:
        # Rows of other times cannot have changed.
        reach = pl.col("stamp").is_between(given["stamp"].min(), given["stamp"].max())
        beside, stored = old.filter(reach), stored.filter(reach)
    both = pl.concat([beside.select(table.columns), given.select(table.columns)])
    names = both.select(table.identity).n_unique()
    _equal_rows(
        f"{what}, rows", "the names in the files and the record", names, "the new record", stored.height
    )
    _equal_rows(
        f"{what}, rows", "the record with what was added", counted + merged.added - merged.removed,
        "the new record", merged.frame.height,
    )  # fmt: skip
    latest = both
    if names < both.height:
        last = pl.col(table.value_names).sort_by(*table.precedence, maintain_order=True).last()
        latest = both.group_by(table.identity).agg(last)
    for value in table.values:
        require_equal(
            f"{what}, sum of {value.name} [{value.unit}]",
            "the latest rows of the files and the record",
            float(latest[value.name].sum()),
            "the new record",
            float(stored[value.name].sum()),
            absolute=1e-9 * float(latest[value.name].abs().sum()),
        )


def _equal_rows(quantity: str, first_name: str, first: int, second_name: str, second: int) -> None:
    require_equal(quantity, first_name, first, second_name, second, relative=0.0)


def check_rollups(
    built: Mapping[str, Columns],
    rows_of: Callable[[str], Rows],
    frame: Frame,
    description: MarketDescription,
    units: UnitsRegister,
) -> None:
    """Check the roll-ups of a range: each series sums to its rows, fuels to regions, regions to the market.

    Parameters
    ----------
    built
        Roll-up -> column -> array of the range, as it is stored.
    rows_of
        Gives the raw rows of a table in the range.
    frame
        The range.
    description, units
        Of the dataset.

    Raises
    ------
    UnbalancedResult
        Naming the first two numbers that differ.
    """
    span = f"{shown(frame.start)} to {shown(frame.end)}"
    sums: dict[str, NDArray[np.float64]] = {}
    for name, (table, column, parts) in _SUMS.items():
        if name not in built and not (name in ("unit", "rooftop") and "region_fuel" in built):
            continue
        axis = {"unit": "unit", "flow": "interconnector", "rooftop": "area"}.get(name, "region")
        series = labels_of(axis, description, units, name)
        sums[name] = _energy_of(rows_of(table), column, frame, len(series), absolute=name == "unit")
        if name in built:
            found = np.sum([factor * _over_time(built[name][part]) for part, factor in parts.items()], axis=0)
            _equal(f"{column} of {{}} over time, {span}", series, "the record", sums[name], name, found)
    if "region_fuel" in built:
        _check_groups(built["region_fuel"], sums, span, description, units)


def _energy_of(rows: Rows, column: str, frame: Frame, count: int, *, absolute: bool) -> NDArray[np.float64]:
    """Sum of the rows of each series, times their hours."""
    rows = reconcile_cadence(rows, frame)
    values = np.nan_to_num(rows.values[column]) * rows.minutes / 60
    known = rows.series >= 0
    weights = np.abs(values[known]) if absolute else values[known]
    summed = np.bincount(rows.series[known], weights=weights, minlength=count)
    found: NDArray[np.float64] = summed[:count].astype(float)
    return found


def _over_time(values: NDArray[np.generic]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = values.astype(float).sum(axis=-1)
    return found


def _check_groups(
    grouped: Columns,
    sums: Mapping[str, NDArray[np.float64]],
    span: str,
    description: MarketDescription,
    units: UnitsRegister,
) -> None:
    """Energy by region and fuel is that of the units of each, and of the rooftops of its regions."""
    regions, fuels = description.unit_regions, description.fuel_names
    expected = dict.fromkeys([(region, fuel) for region in regions for fuel in fuels], 0.0)
    for unit, energy in zip(units, sums["unit"], strict=False):
        region = unit.region if unit.region in regions else regions[-1]
        expected[region, unit.fuel if unit.fuel in fuels else fuels[-1]] += float(energy)
    if description.rooftop_fuel is not None and "rooftop" in sums:
        # Areas beside the regions are parts of them.
        for region, energy in zip(description.region_names, sums["rooftop"], strict=False):
            expected[region, description.rooftop_fuel] += float(energy)
    found = _over_time(grouped["out_mwh"]) + _over_time(grouped["in_mwh"])
    names = [" ".join(pair) for pair in expected]
    _equal(
        f"energy of {{}}, {span} [MWh]",
        names,
        "the units",
        np.array(list(expected.values())),
        "region_fuel",
        found.ravel(),
    )


def check_days(days: Columns, unit: Columns, names: Sequence[str], span: str) -> None:
    """Check that the days of each unit are the sums of its buckets.

    Parameters
    ----------
    days, unit
        Column -> array of shape (units, steps) of the same range.
    names
        Of the units.
    span
        The range, for the message.

    Raises
    ------
    UnbalancedResult
        Naming the first two numbers that differ.
    """
    for column in ("out_mwh", "in_mwh", "out_revenue", "in_cost", "minutes"):
        buckets = _over_time(unit[column])
        _equal(
            f"{column} of {{}}, {span}", names, "the buckets", buckets, "unit_day", _over_time(days[column])
        )


def _equal(
    quantity: str,
    places: Sequence[object],
    first_name: str,
    first: NDArray[np.float64],
    rollup: str,
    second: NDArray[np.float64],
) -> None:
    size = float(np.abs(first).max(initial=0.0))
    second_name = f"the roll-up {rollup}"
    require_all_equal(
        quantity, places, first_name, first, second_name, second, absolute=ROUNDING + 1e-12 * size
    )
