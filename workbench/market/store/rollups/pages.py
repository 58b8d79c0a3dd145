"""Roll-ups of a version as blocks: periods put together, only those pages looked at that an answer needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workbench.files import inside
from workbench.market.model.description import MarketDescription
from workbench.market.model.market_time import period_bounds
from workbench.market.model.units import UnitsRegister
from workbench.market.store.rollups.block import Axis, Block, together
from workbench.market.store.rollups.files import Chunk, map_chunk
from workbench.market.store.rollups.schema import ROLLUPS, How, RollupColumn, labels_of


class RollupPages:
    """The roll-up files of one version, mapped when they are first needed.

    Parameters
    ----------
    folder
        Of the dataset.
    files
        Roll-up -> period -> file.
    description, units
        Of the version.
    """

    def __init__(
        self,
        folder: Path,
        files: Mapping[str, Mapping[str, str]],
        description: MarketDescription,
        units: UnitsRegister,
    ) -> None:
        self.folder = folder
        self.description = description
        self.units = units
        self._chunks: dict[str, Chunk] = {}
        self._bounds = {
            name: sorted((period_bounds(period), file) for period, file in periods.items())
            for name, periods in files.items()
        }

    def axes(self, name: str) -> tuple[Axis, ...]:
        """Give the axes of a roll-up before time."""
        return tuple(
            Axis(axis, labels_of(axis, self.description, self.units, name)) for axis in ROLLUPS[name].axes
        )

    def block(
        self,
        name: str,
        start: int,
        end: int,
        schema: Mapping[str, RollupColumn],
        series: Sequence[str] | None = None,
    ) -> Block:
        """Give a range of a roll-up, step by step as it is stored."""
        step = ROLLUPS[name].step.minutes(self.description)
        edges = np.arange(start, end + 1, step, dtype=np.int64)
        axes, places = self._chosen(name, series)
        return Block(name, axes, edges, schema, self.arrays(name, start, end, tuple(schema), places))

    def folded(
        self,
        name: str,
        edges: NDArray[np.int64],
        schema: Mapping[str, RollupColumn],
        series: Sequence[str] | None,
    ) -> Block:
        """Put a roll-up's steps together period by period, so that a year takes no more memory than its answer."""
        step = ROLLUPS[name].step.minutes(self.description)
        axes, places = self._chosen(name, series)
        shape = (*(len(axis.labels) for axis in axes), len(edges) - 1)
        arrays: dict[str, NDArray[np.generic]] = {}
        for column, facts in schema.items():
            kind = np.dtype(np.int64) if facts.whole else facts.dtype
            arrays[column] = np.full(shape, facts.empty, dtype=kind)
        for (first, last), file in self._bounds.get(name, []):
            begin, finish = max(first, int(edges[0])), min(last, int(edges[-1]))
            if begin >= finish:
                continue
            low, high = np.searchsorted(edges, begin, side="right") - 1, np.searchsorted(edges, finish)
            inner = np.concatenate(([begin], edges[low + 1 : high], [finish]))
            at, chunk = (inner - first) // step, self._chunk(file)
            for column, facts in schema.items():
                known = chunk.columns[column]
                places_here = np.arange(len(known)) if places is None else np.flatnonzero(places < len(known))
                if places is not None:
                    known = known[places[places_here], ..., at[0] : at[-1]]
                    part = together(facts, known, at - at[0])
                else:
                    part = together(facts, known, at)
                target = arrays[column][..., low:high]
                target[places_here] = _combine(facts, target[places_here], part)
        return Block(name, axes, edges, schema, arrays)

    def _chosen(
        self, name: str, series: Sequence[str] | None
    ) -> tuple[tuple[Axis, ...], NDArray[np.int64] | None]:
        axes = self.axes(name)
        if series is None:
            return axes, None
        return (Axis(axes[0].name, tuple(series)), *axes[1:]), axes[0].places(series)

    def arrays(
        self,
        name: str,
        start: int,
        end: int,
        columns: Sequence[str],
        places: NDArray[np.int64] | None = None,
    ) -> dict[str, NDArray[np.generic]]:
        """Put the periods of a roll-up together; one period alone is given as views of its file.

        With ``places`` only these of the first axis are looked at, so that only their pages are loaded.
        """
        rollup = ROLLUPS[name]
        step = rollup.step.minutes(self.description)
        shape = tuple(len(axis.labels) for axis in self.axes(name))
        overlapping = [item for item in self._bounds.get(name, []) if item[0][1] > start and item[0][0] < end]
        if places is None and len(overlapping) == 1:
            (first, last), file = overlapping[0]
            at = slice((start - first) // step, (end - first) // step)
            views = {column: self._chunk(file).columns[column] for column in columns}
            if first <= start and end <= last and all(view.shape[:-1] == shape for view in views.values()):
                return {column: view[..., at] for column, view in views.items()}
        wanted = np.arange(shape[0]) if places is None else places
        arrays: dict[str, NDArray[np.generic]] = {}
        for column in columns:
            facts = rollup.column(column)
            size = (len(wanted), *shape[1:], (end - start) // step)
            arrays[column] = np.full(size, facts.empty, dtype=facts.dtype)
        for (first, last), file in overlapping:
            begin, finish = max(first, start), min(last, end)
            source = slice((begin - first) // step, (finish - first) // step)
            target = slice((begin - start) // step, (finish - start) // step)
            for column in columns:
                _fill(arrays[column][..., target], self._chunk(file).columns[column][..., source], places)
        return arrays

    def _chunk(self, file: str) -> Chunk:
        if file not in self._chunks:
            self._chunks[file] = map_chunk(inside(self.folder, file))
        return self._chunks[file]


def _combine(
    column: RollupColumn, known: NDArray[np.generic], part: NDArray[np.generic]
) -> NDArray[np.generic]:
    if column.how is How.SUM:
        return np.asarray(np.add(known, part))
    return np.asarray((np.fmin if column.how is How.LOW else np.fmax)(known, part))


def _fill(target: NDArray[np.generic], known: NDArray[np.generic], places: NDArray[np.int64] | None) -> None:
    """Copy what a period knows; units that came later are at the end of the axis, and it knows nothing of them."""
    if places is None:
        target[: len(known)] = known
        return
    there = places < len(known)
    target[there] = known[places[there]]
