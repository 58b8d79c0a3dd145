"""Hours that look wrong in a series of hours: flat repeats, outages, spikes, days moved by some hours."""

from __future__ import annotations

import numpy as np

from workbench.data.arrays import Booleans, Floats, Times

WEEK = 168
WEEKS_AROUND = 3
MIN_FLAT = 2
OUTAGE_SHARE = 0.65
"""An hour below this share of its usual load is an outage."""
SPIKE_SHARE = 0.25
"""An hour above both neighbours and above its usual load by this share is a spike."""
FAR_ABOVE = 3.0
"""Hours of this many times their usual load are spikes, however many follow each other."""
OTHER_LEVEL = 5.0
"""Weeks whose median is this many times that of the half year around, or one part in as many, have another unit."""
WEEKS_OF_LEVEL = 26
MIN_WEEKS_OF_LEVEL = 8
MAX_SHIFT = 6
SHIFT_GAIN = 3.0
"""A day is called shifted when moving it makes it fit this many times better."""
MIN_MISFIT = 0.04


def usual_load(load: Floats) -> Floats:
    """Median of the same hour of the week in the three weeks before and after, in the unit of ``load``.

    Parameters
    ----------
    load
        Hours without a gap in time; ``nan`` where unknown.
    """
    filled = load.copy()
    unknown = np.isnan(filled)
    if unknown.any():
        filled[unknown] = np.interp(np.flatnonzero(unknown), np.flatnonzero(~unknown), load[~unknown])
    count = len(filled)
    places = np.arange(count)
    offsets = [WEEK * week for week in range(-WEEKS_AROUND, WEEKS_AROUND + 1) if week]
    around = np.empty((len(offsets), count))
    for row, offset in enumerate(offsets):
        # At the ends the weeks on the other side are taken twice.
        at = places + offset
        at = np.where((at < 0) | (at >= count), places - offset, at)
        around[row] = filled[np.clip(at, 0, count - 1)]
    around.sort(axis=0)
    middle = len(offsets) // 2
    return np.asarray((around[middle - 1] + around[middle]) / 2)


def flat_runs(load: Floats) -> list[tuple[int, int]]:
    """Runs of hours with exactly the same load: first hour and the hour after the last."""
    same = np.concatenate(([False], np.diff(load) == 0, [False]))
    edges = np.flatnonzero(np.diff(same)).reshape(-1, 2)
    return [(int(a), int(b) + 1) for a, b in edges if b - a + 1 >= MIN_FLAT]


def outages(load: Floats, usual: Floats) -> list[tuple[int, int]]:
    """Runs of hours far below the usual load: first hour and the hour after the last."""
    with np.errstate(invalid="ignore"):
        return runs(load < OUTAGE_SHARE * usual)


def spikes(load: Floats, usual: Floats) -> list[tuple[int, int]]:
    """Single hours far above both neighbours and the usual load, and runs of hours of a multiple of it.

    Returns
    -------
    list of (int, int)
        First hour and the hour after the last.
    """
    with np.errstate(invalid="ignore"):
        above = (load > FAR_ABOVE * usual) & (usual > 0)
        inner = load[1:-1]
        above[1:-1] |= (inner > (1 + SPIKE_SHARE) * usual[1:-1]) & (
            inner > (1 + SPIKE_SHARE / 2) * np.maximum(load[:-2], load[2:])
        )
    return runs(above)


def short_zeros(load: Floats, longest: int) -> list[tuple[int, int]]:
    """Runs of at most ``longest`` hours without any load where some is usual: first hour and the hour after."""
    zero = load == 0
    if not zero.any() or not longest:
        return []
    usual = usual_load(load)
    return [
        (start, end) for start, end in runs(zero) if end - start <= longest and (usual[start:end] > 0).all()
    ]


def runs(flags: Booleans) -> list[tuple[int, int]]:
    """Give the runs of hours that are flagged: first hour and the hour after the last."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False]))))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def shifted_days(load: Floats, local: Times) -> list[tuple[int, int]]:
    """Days whose hours fit the weeks around when they are moved.

    Parameters
    ----------
    load
        Hours without a gap in time.
    local
        Their times on the local clock.

    Returns
    -------
    list of (int, int)
        First hour of the day, and by how many hours the day must be moved (positive: later).
    """
    midnight = np.flatnonzero(local == local.astype("datetime64[D]"))
    midnight = midnight[(midnight >= WEEK) & (midnight + 24 + WEEK <= len(load))]
    if not len(midnight):
        return []
    hours = midnight[:, None] + np.arange(24)
    day = _normal(load[hours])
    around = [_normal(load[hours + offset]) for offset in (-WEEK, WEEK)]
    pattern = (around[0] + around[1]) / 2
    # How unlike each other the weeks around are: where they differ themselves, nothing can be said.
    noise = np.sqrt(np.mean((around[0] - around[1]) ** 2, axis=1))
    asis = np.sqrt(np.mean((day - pattern) ** 2, axis=1))
    best, moved = asis.copy(), np.zeros(len(day), dtype=np.int64)
    for shift in [s for s in range(-MAX_SHIFT, MAX_SHIFT + 1) if s]:
        misfit = np.sqrt(np.mean((np.roll(day, shift, axis=1) - pattern) ** 2, axis=1))
        better = misfit < best
        best[better], moved[better] = misfit[better], shift
    with np.errstate(invalid="ignore"):
        wrong = (asis > MIN_MISFIT) & (asis > SHIFT_GAIN * best) & (asis > 2 * noise)
    return [(int(midnight[at]), int(moved[at])) for at in np.flatnonzero(wrong)]


def _normal(days: Floats) -> Floats:
    # A day without any load is an outage, not a shifted day.
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(days / days.mean(axis=1, keepdims=True))


def other_levels(load: Floats) -> list[tuple[int, int]]:
    """Find stretches at another level than the half year before and after: several weeks in another unit.

    Shorter ones are spikes or outages beside the weeks around them, see :func:`usual_load`.

    Parameters
    ----------
    load
        Hours without a gap in time; ``nan`` where unknown.

    Returns
    -------
    list of (start, end)
    """
    count = -(-len(load) // WEEK)
    padded = np.concatenate([load, np.full(count * WEEK - len(load), np.nan)]).reshape(count, WEEK)
    weeks = np.full(count, np.nan)
    known = np.isfinite(padded).any(axis=1)
    weeks[known] = np.nanmedian(padded[known], axis=1)
    around = np.full(count, np.nan)
    for week in range(count):
        near = weeks[max(0, week - WEEKS_OF_LEVEL) : week + WEEKS_OF_LEVEL + 1]
        if np.isfinite(near).sum() >= MIN_WEEKS_OF_LEVEL:
            around[week] = np.nanmedian(near)
    with np.errstate(invalid="ignore", divide="ignore"):
        odd = np.abs(np.log(weeks / around)) >= np.log(OTHER_LEVEL)
        # The first and last week of a stretch may be of both levels.
        near_odd = np.convolve(odd, np.ones(3), mode="same") > 0
        away = np.abs(np.log(load / np.repeat(around, WEEK)[: len(load)])) >= np.log(FAR_ABOVE)
    flagged = runs(away & np.repeat(near_odd, WEEK)[: len(load)])
    return [(start, end) for start, end in flagged if end - start >= WEEKS_AROUND * WEEK]
