"""Runs of high prices with their true durations, and the price duration curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from workbench.market.definitions.energy import Floats
from workbench.market.model.clock import Stamps


@dataclass(frozen=True, slots=True)
class PriceEvent:
    """Neighbouring intervals at or above a threshold.

    Parameters
    ----------
    begin, end
        Begin of the first and end of the last interval.
    hours
        Time at or above the threshold [h]; equal to ``end - begin``.
    highest, mean
        Price [currency/MWh], the mean weighted by time.
    """

    begin: np.datetime64
    end: np.datetime64
    hours: float
    highest: float
    mean: float


def high_price_events(
    stamps: Stamps, price: ArrayLike, minutes: ArrayLike, threshold: float
) -> list[PriceEvent]:
    """Find runs of intervals at or above a threshold, in order of time.

    Parameters
    ----------
    stamps
        Period-ending, rising.
    price
        Of each interval [currency/MWh]; a missing price ends an event.
    minutes
        Cadence of each row [min]: history that changed from 30 to 5 minutes has both.
    threshold
        [currency/MWh]

    Notes
    -----
    A missing stamp ends an event too: what was not seen is not counted.
    """
    values = np.asarray(price, dtype=np.float64)
    lengths = np.broadcast_to(np.asarray(minutes, dtype=np.int64), values.shape)
    ends = stamps.astype("datetime64[m]")
    begins = ends - lengths.astype("timedelta64[m]")
    high = np.flatnonzero(values >= threshold)
    if not len(high):
        return []
    follows = begins[high[1:]] == ends[high[:-1]]
    runs = np.split(high, np.flatnonzero(~follows) + 1)
    return [
        PriceEvent(
            begins[run[0]],
            ends[run[-1]],
            float(lengths[run].sum()) / 60.0,
            float(values[run].max()),
            float(np.average(values[run], weights=lengths[run])),
        )
        for run in runs
    ]


def duration_curve(price: ArrayLike, hours: ArrayLike) -> tuple[Floats, Floats]:
    """Prices from the highest to the lowest, over the share of time at or above each.

    Parameters
    ----------
    price
        [currency/MWh]; missing ones are left out.
    hours
        Length of each interval [h].

    Returns
    -------
    share, price
        Share of time [%], rising to 100, and price [currency/MWh], falling.
    """
    values = np.asarray(price, dtype=np.float64).ravel()
    seen = ~np.isnan(values)
    if np.ndim(hours) == 0:
        # Equal lengths, the usual case: sorting the prices alone takes a quarter of the time.
        falling = np.sort(values[seen])[::-1]
        return 100.0 * np.arange(1, len(falling) + 1) / max(len(falling), 1), falling
    lengths = np.broadcast_to(np.asarray(hours, dtype=np.float64), values.shape)
    order = np.argsort(-values[seen], kind="stable")
    time = np.cumsum(lengths[seen][order])
    return (time / time[-1] * 100.0 if len(time) else time), values[seen][order]
