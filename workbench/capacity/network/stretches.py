"""Chosen days and weeks do not follow each other: each stretch of hours is closed in itself.

PyPSA ties a snapshot to those before it: storage levels, ramps, starts, minimum times. Where these belong to
another stretch, the last ones of the same stretch take their place, as if it followed itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.int64]


def close_stretches(model: Any, stretch: Positions, cycle: Positions) -> None:
    """Let no row of a model tie a snapshot to one of another stretch.

    Parameters
    ----------
    model
        Of linopy, as PyPSA has built it; its rows are changed.
    stretch
        Number of the stretch of each snapshot of the model, the same number in consecutive snapshots.
    cycle
        Number of the year of each snapshot: what is before its first snapshot is its end.
    """
    place = snapshots_of_labels(model, stretch.size)
    first = np.searchsorted(stretch, stretch, side="left")
    last = np.searchsorted(stretch, stretch, side="right") - 1
    end = np.searchsorted(cycle, cycle, side="right") - 1
    for name in model.constraints:
        constraint = model.constraints[name]
        if "snapshot" not in constraint.dims:
            continue
        labels = constraint.vars
        axis = labels.dims.index("snapshot")
        values = np.moveaxis(labels.values, axis, 0)
        own = np.arange(stretch.size).reshape(-1, *[1] * (values.ndim - 1))
        at = np.where(values >= 0, place[values], -1)
        a, b, z = (array.reshape(own.shape) for array in (first, last, end))
        # How many snapshots before the stretch's first, the beginning of the year being joined to its end.
        back = np.where(at < a, a - at, z - at + 1)
        wanted = b - (back - 1) % (b - a + 1)
        foreign = (at >= 0) & ((at < a) | (at > b))
        if foreign.any():
            target = np.where(foreign, wanted, at)
            values[foreign] = _moved(model, values[foreign], target[foreign])


def snapshots_of_labels(model: Any, count: int) -> Positions:
    """Snapshot of each variable by its label; -1 where it has none.

    Parameters
    ----------
    model
        Of linopy.
    count
        Snapshots of the model.
    """
    place = np.full(model._xCounter + 1, -1)
    for name in model.variables:
        labels = model.variables[name].labels
        if "snapshot" in labels.dims and labels.sizes["snapshot"] == count:
            values = np.moveaxis(labels.values, labels.dims.index("snapshot"), 0)
            at = np.broadcast_to(np.arange(count).reshape(-1, *[1] * (values.ndim - 1)), values.shape)
            place[values[values >= 0]] = at[values >= 0]
    return place


def _moved(model: Any, labels: Positions, target: Positions) -> Positions:
    """Labels of the same variables at other snapshots."""
    moved = labels.copy()
    for name in model.variables:
        table = model.variables[name].labels
        if "snapshot" not in table.dims:
            continue
        values = np.moveaxis(table.values, table.dims.index("snapshot"), 0).reshape(
            table.sizes["snapshot"], -1
        )
        known = values.ravel()
        mine = np.isin(labels, known[known >= 0])
        if mine.any():
            order = np.argsort(known)
            column = order[np.searchsorted(known, labels[mine], sorter=order)] % values.shape[1]
            moved[mine] = values[target[mine], column]
    return moved
