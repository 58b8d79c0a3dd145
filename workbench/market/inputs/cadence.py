"""The cadence of each row, where one table holds rows of two: found from the stamps, row by row, and checked.

Half-hourly tables of the NEM hold 5-minute rows for part of their history (from 2021-10-01 on). Taking all rows
as half hours makes durations and energies up to twelve times too large.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workbench.market.model.market_time import Minutes


def row_cadences(
    stamps: Minutes, series: NDArray[np.int64], cadences: tuple[int, ...]
) -> tuple[NDArray[np.int16], int]:
    """Find the cadence of each row.

    A coarse period (a half hour) that has a row inside it, not only at its end, is of the fine cadence, and so
    are all its rows. One that has a row only at its end is of the coarse cadence, unless both its neighbours of
    the same series are of the fine one: then it is fine, with holes.

    Parameters
    ----------
    stamps
        End of each row's interval [minutes since 1970].
    series
        Number of each row's series.
    cadences
        What is allowed [min], the usual one first; each divides the largest.

    Returns
    -------
    minutes : ndarray of int16
        Cadence of each row [min].
    unfit : int
        Place of the first row whose stamp does not end an interval of any of them; -1 when all do.
    """
    fine, coarse = min(cadences), max(cadences)
    if len(stamps) == 0:
        return np.zeros(0, dtype=np.int16), -1
    off = np.flatnonzero(stamps % fine)
    if len(off):
        return np.zeros(len(stamps), dtype=np.int16), int(off[0])
    if fine == coarse:
        return np.full(len(stamps), fine, dtype=np.int16), -1
    period = (stamps - 1) // coarse
    inside = stamps % coarse != 0
    key = series * (int(period.max()) + 2) + period
    keys, place = np.unique(key, return_inverse=True)
    is_fine = np.bincount(place, weights=inside) > 0
    before = np.concatenate(([False], is_fine[:-1] & (np.diff(keys) == 1)))
    after = np.concatenate((is_fine[1:] & (np.diff(keys) == 1), [False]))
    return np.where((is_fine | (before & after))[place], fine, coarse).astype(np.int16), -1
