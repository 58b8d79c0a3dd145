"""When each unit is in service: from its first reading to its last, or to the newest data if it fell silent lately.

A unit in service that has no reading while other units have is missing, not at 0 MW; before its first reading and
after it left the market nothing is expected of it. A unit that stops when another one of its station begins was
replaced by it: so batteries of two units became bidirectional ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from workbench.market.model.market_time import DAY, Minutes, ceil_to, floor_to

MAX_SILENT_DAYS = 7
"""A unit without a reading for longer than this, up to the newest data, has left the market."""


def service_spans(
    minutes: Callable[[str, int, int], NDArray[np.int64]],
    first: int,
    last: int,
    bucket: int,
    stations: Sequence[str],
) -> tuple[Minutes, Minutes]:
    """Find when each unit is in service.

    Parameters
    ----------
    minutes
        Gives how long each unit has readings in each step of a roll-up and range; shape (units, steps).
    first, last
        Begin of the first and end of the last reading of units [minutes since 1970].
    bucket
        Step of the roll-up ``unit`` [min].
    stations
        Of each unit; "" where it is not known.

    Returns
    -------
    begin, end : ndarray of int64, shape (units,)
        Minutes since 1970; both 0 for a unit without any reading.
    """
    start = floor_to(first, DAY)
    read = minutes("unit_day", start, ceil_to(last, DAY))
    begin, end = (np.zeros(len(read), dtype=np.int64) for _ in range(2))
    seen = np.flatnonzero(read.any(axis=1))
    days = read > 0
    opening = days.argmax(axis=1)
    closing = days.shape[1] - 1 - days[:, ::-1].argmax(axis=1)
    for day in np.unique(np.concatenate([opening[seen], closing[seen]])):
        at = start + int(day) * DAY
        steps = minutes("unit", at, at + DAY)
        for unit in seen[opening[seen] == day]:
            step = int((steps[unit] > 0).argmax())
            # Readings that begin within a step fill its end, those that stop within one its begin.
            begin[unit] = at + (step + 1) * bucket - min(int(steps[unit, step]), bucket)
        for unit in seen[closing[seen] == day]:
            step = steps.shape[1] - 1 - int((steps[unit, ::-1] > 0).argmax())
            end[unit] = at + step * bucket + min(int(steps[unit, step]), bucket)
    silent_lately = (end > 0) & (end >= last - MAX_SILENT_DAYS * DAY)
    return begin, np.where(silent_lately & ~_replaced(begin, end, stations, bucket), last, end)


def _replaced(begin: Minutes, end: Minutes, stations: Sequence[str], bucket: int) -> NDArray[np.bool_]:
    """Whether another unit of the station begins when a unit stops, for good."""
    begins: dict[str, list[int]] = {}
    for unit, station in enumerate(stations):
        if station and begin[unit] > 0:
            begins.setdefault(station, []).append(int(begin[unit]))
    return np.array(
        [
            any(0 <= other - int(end[unit]) < bucket for other in begins.get(station, ()))
            for unit, station in enumerate(stations)
        ],
        dtype=bool,
    )
