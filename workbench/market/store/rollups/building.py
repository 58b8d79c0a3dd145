"""Roll-ups of a range from raw rows, and roll-ups of a period patched with a range that was built anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from workbench.market.model.description import MarketDescription
from workbench.market.model.market_time import DAY
from workbench.market.model.units import UnitsRegister
from workbench.market.store.rollups.aggregation import (
    Arrays,
    Frame,
    Rows,
    coverage_columns,
    flow_columns,
    group_columns,
    output_columns,
    price_columns,
    price_grid,
    reconcile_cadence,
    region_columns,
    rooftop_columns,
    settled_grid,
    signed,
)
from workbench.market.store.rollups.files import Chunk
from workbench.market.store.rollups.schema import ROLLUPS, Rollup, feeds_of, labels_of

RowsOf = Callable[[str], Rows]

SOURCES: Mapping[str, frozenset[str]] = {
    "unit": frozenset({"unit_power", "price"}),
    "unit_day": frozenset({"unit_power", "price"}),
    "region_fuel": frozenset({"unit_power", "price", "rooftop"}),
    "price_interval": frozenset({"price"}),
    "price": frozenset({"price"}),
    "region": frozenset({"region", "price"}),
    "flow": frozenset({"flow"}),
    "rooftop": frozenset({"rooftop"}),
    "coverage": frozenset({"unit_power", "price", "region", "flow", "rooftop"}),
}
"""Raw tables from which each roll-up is made."""


def build(
    names: frozenset[str],
    rows_of: RowsOf,
    frame: Frame,
    description: MarketDescription,
    units: UnitsRegister,
) -> dict[str, Arrays]:
    """Build roll-ups for a range.

    Parameters
    ----------
    names
        Which ones; ``unit_day`` is made from ``unit``, see :func:`fold_days`.
    rows_of
        Gives the raw rows of a table that lie in the range.
    frame
        The range, from bucket to bucket, and the step of what is built.
    description, units
        Of the dataset.

    Returns
    -------
    dict
        Roll-up -> column -> array of shape (series …, steps). ``price_interval`` and ``coverage`` are at the
        native cadence whatever the step.
    """
    raw = {table: rows_of(table) for table in sorted(set().union(*(SOURCES[name] for name in names)))}
    reconciled = {table: reconcile_cadence(rows, frame) for table, rows in raw.items()}
    regions = len(description.regions)
    built: dict[str, Arrays] = {}
    rrp = settled = np.full((regions, frame.slots), np.nan)
    if "price" in reconciled:
        rrp, cadence = price_grid(reconciled["price"], frame, regions)
        settled = settled_grid(raw["price"], rrp, frame, description)
        built["price_interval"] = {"rrp": rrp, "cadence": cadence}
        built["price"] = price_columns(rrp, frame)
    if names & {"unit", "region_fuel"}:
        region = np.array([_place(unit.region, description) for unit in units] or [-1])
        power = signed(reconciled["unit_power"], units)
        built["unit"] = output_columns(power, region, settled, frame, len(units))
    if "region_fuel" in names:
        built["region_fuel"] = _with_rooftop(
            group_columns(built["unit"], units, description),
            reconciled["rooftop"],
            settled,
            frame,
            description,
        )
    if "region" in names:
        built["region"] = region_columns(reconciled["region"], rrp, settled, frame, regions)
    if "flow" in names:
        built["flow"] = flow_columns(
            reconciled["flow"],
            frame,
            len(description.interconnectors),
            import_limits_negative=description.import_limits_negative,
        )
    if "rooftop" in names:
        built["rooftop"] = rooftop_columns(reconciled["rooftop"], frame, len(description.rooftop_areas))
    if "coverage" in names:
        built["coverage"] = _coverage(reconciled, frame, description)
    return {name: columns for name, columns in built.items() if name in names}


def _place(region: str, description: MarketDescription) -> int:
    names = description.region_names
    return names.index(region) if region in names else -1


def _with_rooftop(
    grouped: Arrays, rooftop: Rows, rrp: NDArray[np.float64], frame: Frame, description: MarketDescription
) -> Arrays:
    fuel = description.rooftop_fuel
    if fuel is None or not len(rooftop):
        return grouped
    regions = len(description.regions)
    # The areas after the regions are parts of them: adding both would count them twice.
    parents = rooftop.where((rooftop.series >= 0) & (rooftop.series < regions))
    columns = output_columns(parents, np.arange(regions), rrp, frame, regions)
    at = description.fuel_names.index(fuel)
    for name, array in columns.items():
        grouped[name][:regions, at] = np.add(grouped[name][:regions, at], array)
    return grouped


def _coverage(reconciled: Mapping[str, Rows], frame: Frame, description: MarketDescription) -> Arrays:
    feeds = feeds_of(description)
    total = {name: np.zeros((len(feeds), frame.slots), dtype=np.int32) for name in ("rows", "cadence")}
    for table, rows in reconciled.items():
        names = description.series_of(table)
        first = (
            feeds.index(f"{table}/{names[0]}" if names else table)
            if table in ("unit_power",) or names
            else -1
        )
        if first < 0 or not len(rows):
            continue
        if table == "unit_power":
            rows = Rows(rows.stamp, np.zeros_like(rows.series), rows.minutes, rows.values)
        columns = coverage_columns(rows, frame, max(1, len(names)))
        for name, array in columns.items():
            total[name][first : first + len(array)] = array
    return dict(total)


def fold_days(unit: Mapping[str, NDArray[np.generic]], bucket: int) -> Arrays:
    """Add up whole days of the roll-up ``unit``; shape (units, buckets) -> (units, days)."""
    folded: Arrays = {}
    for name, array in unit.items():
        days = array.reshape(len(array), array.shape[-1] * bucket // DAY, DAY // bucket)
        folded[name] = days.sum(axis=2, dtype=array.dtype)
    return folded


def empty_chunk(
    rollup: Rollup, bounds: tuple[int, int], description: MarketDescription, units: UnitsRegister
) -> Chunk:
    """Make a period of a roll-up in which nothing is known."""
    step = rollup.step.minutes(description)
    sizes = [len(labels_of(axis, description, units, rollup.name)) for axis in rollup.axes]
    shape = (*sizes, (bounds[1] - bounds[0]) // step)
    columns = {column.name: np.full(shape, column.empty, dtype=column.dtype) for column in rollup.columns}
    return Chunk(bounds[0], step, columns)


def patched(
    name: str,
    old: Chunk | None,
    start: int,
    built: Mapping[str, NDArray[np.generic]],
    bounds: tuple[int, int],
    description: MarketDescription,
    units: UnitsRegister,
) -> Chunk:
    """Give a period with a range replaced by what was built for it.

    Parameters
    ----------
    name
        Of the roll-up.
    old
        The period as it was; None when it is new. It may know fewer units than there are now.
    start
        Begin of what was built [minutes since 1970].
    built
        Column -> array of shape (series …, steps).
    bounds
        Range of the period [minutes since 1970].
    description, units
        Of the dataset.
    """
    rollup = ROLLUPS[name]
    step = rollup.step.minutes(description)
    steps = next(iter(built.values())).shape[-1]
    at = (start - bounds[0]) // step
    if at == 0 and steps == (bounds[1] - bounds[0]) // step:
        return Chunk(bounds[0], step, {column: built[column] for column in rollup.column_names})
    chunk = empty_chunk(rollup, bounds, description, units)
    columns: Arrays = {}
    for column in rollup.column_names:
        array = np.array(chunk.columns[column])
        if old is not None:
            known = old.columns[column]
            array[: len(known)] = known
        array[..., at : at + steps] = built[column]
        columns[column] = array
    return Chunk(bounds[0], step, columns)
