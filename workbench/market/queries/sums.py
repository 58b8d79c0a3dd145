"""Reading sums into bins: every query of energy, money and time goes through here.

A half-hour, a day or a period that is not over holds what is known of it, so that reading up to the end of the
bin gives the same sums as reading up to the newest interval, and the roll-ups answer both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from workbench.market.definitions.energy import Floats, hours_of
from workbench.market.model.clock import Stamp
from workbench.market.model.period import Bins, Period, Resolution
from workbench.market.store.resolution import Subject

if TYPE_CHECKING:
    from workbench.market.store.reading import MarketData

DAY_MINUTES = 1440
UNIT_COLUMNS = ("out_mwh", "in_mwh", "out_revenue", "in_cost", "out_priced_mwh", "in_priced_mwh")


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Columns of a roll-up, summed in bins.

    Parameters
    ----------
    bins
        The bins.
    labels
        Of each axis before time.
    columns
        Name -> sums, shape (*axes, bins).
    sources
        Roll-ups that answered.
    """

    bins: Bins
    labels: tuple[tuple[str, ...], ...]
    columns: dict[str, Floats]
    sources: tuple[str, ...]

    def __getitem__(self, name: str) -> Floats:
        return self.columns[name]

    def rows(self, names: Sequence[str]) -> NDArray[np.int64]:
        """Positions of names on the first axis."""
        return np.array([self.labels[0].index(name) for name in names], dtype=np.int64)

    @property
    def source(self) -> str:
        """What answered, for a person."""
        return ", ".join(self.sources)


def sums_of(
    data: MarketData,
    subject: Subject,
    bins: Bins,
    columns: Sequence[str],
    *,
    series: Sequence[str] | None = None,
) -> Sums:
    """Sum columns of a subject in bins.

    Parameters
    ----------
    data
        The market's data.
    subject
        What is read.
    bins
        Where it is summed.
    columns
        Columns that add up.
    series
        Only these of the first axis.

    Returns
    -------
    Sums
        Zero where nothing was seen.
    """
    step = min(bins.resolution.minutes or DAY_MINUTES, DAY_MINUTES)
    begin, end = bins.edges[0], bins.edges[-1]
    blocks = [
        data.read(subject, first, last, step=every, columns=list(columns), series=series)
        for first, last, every in _pieces(begin, _known_end(data, end, step), step)
    ]
    steps = [np.asarray([block.stamps[-1]] if block.minutes == 0 else block.stamps) for block in blocks]
    stamps = np.concatenate(steps)
    places = np.minimum(np.searchsorted(bins.edges, stamps, side="left") - 1, len(bins) - 1)
    labels = tuple(tuple(axis.labels) for axis in blocks[0].axes)
    shape = tuple(len(names) for names in labels)
    made = {}
    for name in columns:
        # Counted, not left open: a market without units has none to divide by.
        parts = [
            np.asarray(block[name], dtype=np.float64).reshape(*shape, len(inside))
            for block, inside in zip(blocks, steps, strict=True)
        ]
        made[name] = gathered(np.concatenate(parts, axis=-1), places, len(bins))
    return Sums(bins, labels, made, tuple(dict.fromkeys(block.source for block in blocks)))


def total_of(
    data: MarketData,
    subject: Subject,
    period: Period,
    columns: Sequence[str],
    *,
    series: Sequence[str] | None = None,
) -> Sums:
    """Sum columns of a subject over a whole period: one bin."""
    days = Bins(np.array([period.begin, period.end]), Resolution.DAY)
    return sums_of(data, subject, days, columns, series=series)


def covered_hours(data: MarketData, bins: Bins) -> Floats:
    """Time in each bin for which there are readings of units [h], shape (bins,)."""
    block = data.coverage(bins.edges[0], bins.edges[-1])
    row = list(block.axes[0].labels).index("unit_power")
    stamps = np.asarray(block.stamps)
    places = np.minimum(np.searchsorted(bins.edges, stamps, side="left") - 1, len(bins) - 1)
    seen = (np.asarray(block["rows"])[row] > 0).astype(np.float64)
    return gathered(seen, places, len(bins)) * float(hours_of(block.minutes))


def rooftop_hours(data: MarketData, bins: Bins, region: str | None) -> Floats:
    """Time in each bin for which the rooftop power of a region is known, or that of every region [h]."""
    names = data.description.region_names if region is None else (region,)
    return common_hours(sums_of(data, Subject.ROOFTOP, bins, ["minutes"], series=names)["minutes"])


def common_hours(minutes: Floats) -> Floats:
    """Time that all series share [h], shape (series, bins) to (bins,); a series without any data is left out."""
    present = minutes[minutes.any(axis=-1)]
    shared: Floats = present.min(axis=0) / 60.0 if len(present) else np.zeros(minutes.shape[-1])
    return shared


def gathered(values: Floats, places: NDArray[Any], count: int) -> Floats:
    """Sum values whose places rise along the last axis, shape (..., n) to (..., count)."""
    made = np.zeros((*values.shape[:-1], count))
    if len(places):
        starts = np.flatnonzero(np.concatenate(([True], places[1:] != places[:-1])))
        made[..., places[starts]] = np.add.reduceat(values, starts, axis=-1)
    return made


def scattered(values: Floats, places: NDArray[Any], count: int) -> Floats:
    """Sum values whose places come in any order along the last axis, shape (..., n) to (..., count)."""
    rows = [np.bincount(places, weights=row, minlength=count) for row in values.reshape(-1, values.shape[-1])]
    made: Floats = np.array(rows, dtype=np.float64).reshape(*values.shape[:-1], count)
    return made


def _known_end(data: MarketData, end: Stamp, step: int) -> Stamp:
    if end < data.last:
        return end
    minutes = int(np.datetime64(end, "m").astype(np.int64))
    return np.datetime64(-(-minutes // step) * step, "m")


def _pieces(begin: Stamp, end: Stamp, step: int) -> list[tuple[Stamp, Stamp, int | None]]:
    """Cut a range into its part on the grid of the step and what sticks out before and after."""
    first, last = (int(np.datetime64(stamp, "m").astype(np.int64)) for stamp in (begin, end))
    inner_first, inner_last = -(-first // step) * step, last // step * step
    if inner_first >= inner_last:
        return [(begin, end, None)]
    cuts: list[tuple[int, int, int | None]] = [
        (first, inner_first, None),
        (inner_first, inner_last, step),
        (inner_last, last, None),
    ]
    return [(np.datetime64(a, "m"), np.datetime64(b, "m"), every) for a, b, every in cuts if a < b]
