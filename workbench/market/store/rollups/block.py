"""A piece of data as readers get it: named axes, stamps that end their step, columns with time last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from workbench.errors import SettingError
from workbench.market.model.market_time import Minutes, Stamps, to_minutes, to_stamps
from workbench.market.store.rollups.schema import How, RollupColumn


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis before time, such as ``region``, and its labels."""

    name: str
    labels: tuple[str, ...]

    def places(self, labels: Sequence[str]) -> NDArray[np.int64]:
        """Give the places of labels.

        Raises
        ------
        SettingError
            When one is not there.
        """
        known = {label: at for at, label in enumerate(self.labels)}
        for label in labels:
            if label not in known:
                raise SettingError(f"There is no {self.name} {label!r} in this data.", self.name, label)
        return np.array([known[label] for label in labels], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Block:
    """Sums and counts over steps.

    Parameters
    ----------
    source
        What answered: the name of a roll-up, or ``"raw"``.
    axes
        Axes before time.
    edges
        Borders of the steps [minutes since 1970]; one more than there are steps.
    schema
        Column -> unit and how it is put together.
    arrays
        Column -> array of shape (axes …, steps). They may be views of files that all processes share.
    """

    source: str
    axes: tuple[Axis, ...]
    edges: Minutes
    schema: Mapping[str, RollupColumn]
    arrays: Mapping[str, NDArray[np.generic]]

    def __repr__(self) -> str:
        sizes = " x ".join(f"{len(axis.labels)} {axis.name}" for axis in self.axes)
        return f"<Block from {self.source}: {sizes} x {len(self.edges) - 1} steps; {', '.join(self.arrays)}>"

    def __getitem__(self, column: str) -> NDArray[np.generic]:
        return self.arrays[column]

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self.arrays)

    @property
    def stamps(self) -> Stamps:
        """End of each step, ``datetime64[m]`` on the market's clock."""
        return to_stamps(self.edges[1:])

    @property
    def start(self) -> np.datetime64:
        """Begin of the first step."""
        return np.datetime64(int(self.edges[0]), "m")

    @property
    def minutes(self) -> int:
        """Length of the steps [min]; 0 when they differ."""
        lengths = np.diff(self.edges)
        return int(lengths[0]) if len(lengths) and (lengths == lengths[0]).all() else 0

    def unit(self, column: str) -> str:
        """Unit of a column; ``currency`` in it stands for the market's currency."""
        return self.schema[column].unit

    def pick(self, axis: str, labels: Sequence[str]) -> Block:
        """Give only some places of an axis, in the requested order.

        Raises
        ------
        SettingError
            When a label is not there.
        """
        at = [item.name for item in self.axes].index(axis)
        places = self.axes[at].places(labels)
        axes = (*self.axes[:at], Axis(axis, tuple(labels)), *self.axes[at + 1 :])
        arrays = {name: np.take(array, places, axis=at) for name, array in self.arrays.items()}
        return replace(self, axes=axes, arrays=arrays)

    def over(self, edges: Sequence[np.datetime64] | Stamps) -> Block:
        """Put steps together: sums are added, the lowest and the highest are kept.

        Parameters
        ----------
        edges
            Borders, ascending, each one of this block's borders.

        Raises
        ------
        SettingError
            When a border is not one of this block's, or a column cannot be put together.
        """
        wanted = np.array([to_minutes(edge) for edge in edges], dtype=np.int64)
        return self.over_minutes(wanted)

    def over_minutes(self, edges: Minutes) -> Block:
        """Do what :meth:`over` does, with borders as minutes since 1970."""
        if np.array_equal(edges, self.edges):
            return self
        at = np.searchsorted(self.edges, edges)
        inside = at < len(self.edges)
        fits = len(edges) > 1 and bool((np.diff(edges) > 0).all()) and bool(inside.all())
        if not fits or not np.array_equal(self.edges[at], edges):
            raise SettingError(
                f"The requested borders do not lie on the steps of {self.source}, which end every "
                f"{self.minutes or 'other'} minutes.",
                "edges",
                edges,
            )
        arrays = {name: together(self.schema[name], array, at) for name, array in self.arrays.items()}
        return replace(self, edges=edges, arrays=arrays)


def together(column: RollupColumn, array: NDArray[np.generic], at: Minutes) -> NDArray[np.generic]:
    """Put values together between borders.

    Parameters
    ----------
    column
        How it is put together.
    array
        Shape (…, steps).
    at
        Borders as places in ``array``, ascending; shape (wanted + 1,).

    Returns
    -------
    ndarray
        Shape (…, wanted).

    Raises
    ------
    SettingError
        When single values cannot be put together.
    """
    if column.how is How.LAST:
        raise SettingError(f"{column.name} holds single values, which cannot be put together.", column.name)
    inside = array[..., : at[-1]]
    if column.how is How.SUM:
        # int32 holds the minutes of four thousand years, but not those of a market's units.
        kind = np.int64 if column.whole else np.float64
        return np.asarray(np.add.reduceat(inside, at[:-1], axis=-1, dtype=kind))
    combine = np.fmin if column.how is How.LOW else np.fmax
    return np.asarray(combine.reduceat(inside, at[:-1], axis=-1))
