"""Hours that look wrong in a series of hours: flat repeats, outages, spikes, days moved by some hours."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence

import numpy as np

from workbench.data.arrays import Booleans, Floats, Times

WEEK = 168
WEEKS_AROUND = 3
MIN_FLAT, MIN_FLAT_WHOLE = 2, 4
"""Equal hours one after the other that are named; of loads in whole MW."""
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
LOW_SHARE = 0.8
"""Hours below this share of their usual load belong to a stretch of low load around an outage or a holiday."""
MIN_QUIET_HOURS = 12
QUIET_LEAST, QUIET_LEAST_ON_FEASTS = 0.35, 0.2
"""Share of the usual load that is left in the lowest hour of a quiet day."""
QUIET_STEP = 0.15
"""Change of that share from hour to hour, at most; an outage begins and ends at once."""
USUAL_STEPS = 1.5
"""A step of this many times the largest usual one (99.9 %) is a jump."""
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
    known = load[np.isfinite(load)]
    # Whole numbers may be equal by chance.
    least = MIN_FLAT_WHOLE if len(known) and (known == np.rint(known)).all() else MIN_FLAT
    return [(int(a), int(b) + 1) for a, b in edges if b - a + 1 >= least]


def outages(load: Floats, usual: Floats) -> list[tuple[int, int]]:
    """Runs of hours far below the usual load: first hour and the hour after the last.

    None in a net load, which a sunny day brings as far down.
    """
    if (load < 0).any():
        return []
    with np.errstate(invalid="ignore"):
        return runs((load < OUTAGE_SHARE * usual) & (usual > 0))


def quiet_days(
    load: Floats, usual: Floats, local: Times, holidays: Collection[datetime.date] = ()
) -> list[tuple[int, int, int, int]]:
    """Tell days on which little is used from outages: they go their whole length in a rhythm of their own.

    Parameters
    ----------
    load, usual
        Hours without a gap in time, as :func:`usual_load` gives what is usual.
    local
        Their times on the local clock.
    holidays
        Days on which a load may be lower still.

    Returns
    -------
    list of (int, int, int, int)
        Of each run of :func:`outages` that is no outage: its first hour and the hour after the last; and those of
        the whole stretch of low load that it is a part of.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(usual > 0, load / usual, np.nan)
    change = np.abs(np.diff(share, prepend=np.nan))
    # A feast may begin and end with its day.
    change[local == local.astype("datetime64[D]")] = 0.0
    low = runs(share < LOW_SHARE)
    found = []
    for first, last in outages(load, usual):
        start, end = next((run for run in low if run[0] <= first and run[1] >= last), (first, last))
        feast = _of_feast(local[start:end], holidays)
        steps = change[max(start, 1) : min(end + 1, len(load))]
        is_quiet = (
            (feast or end - start >= MIN_QUIET_HOURS)
            and np.isfinite(steps).all()
            and share[start:end].min() >= (QUIET_LEAST_ON_FEASTS if feast else QUIET_LEAST)
            and steps.max(initial=0.0) <= QUIET_STEP
        )
        if is_quiet:
            found.append((first, last, start, end))
    return found


def _of_feast(local: Times, holidays: Collection[datetime.date]) -> bool:
    """Whether hours lie on a holiday, in the evening before it, or in the night after it."""
    half = np.timedelta64(8, "h")
    days = {
        day for times in (local, local + half, local - half) for day in times.astype("datetime64[D]").tolist()
    }
    return not days.isdisjoint(holidays)


def gradual_runs(load: Floats, negative: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give the runs of negative loads that are reached and left by steps as the load takes elsewhere too.

    Parameters
    ----------
    load
        Readings in order.
    negative
        Runs of them below zero: first and the one after the last.
    """
    steps = np.abs(np.diff(load))
    above = (load[1:] >= 0) & (load[:-1] >= 0) & np.isfinite(steps)
    if not above.any():
        return []
    usual = USUAL_STEPS * float(np.quantile(steps[above], 0.999))
    found = []
    for start, end in negative:
        around = steps[max(start - 1, 0) : end]
        known = around[np.isfinite(around)]
        if len(known) and known.max() <= usual:
            found.append((start, end))
    return found


def spikes(load: Floats, usual: Floats) -> list[tuple[int, int]]:
    """Single hours far above both neighbours and the usual load, and runs of hours of a multiple of it.

    Returns
    -------
    list of (int, int)
        First hour and the hour after the last.
    """
    with np.errstate(invalid="ignore"):
        if (load < 0).any():
            # A net load follows the clouds: only hours of a multiple of its highest usual ones are wrong.
            return runs(load > FAR_ABOVE * np.nanquantile(load, 0.99))
        above = (load > FAR_ABOVE * usual) & (usual > 0)
        inner = load[1:-1]
        above[1:-1] |= (inner > (1 + SPIKE_SHARE) * usual[1:-1]) & (
            inner > (1 + SPIKE_SHARE / 2) * np.maximum(load[:-2], load[2:])
        )
    return runs(above)


def short_zeros(load: Floats, longest: int) -> list[tuple[int, int]]:
    """Runs of at most ``longest`` hours without any load where some is usual: first hour and the hour after."""
    zero = load == 0
    # A net load may pass through zero.
    if not zero.any() or not longest or (load < 0).any():
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
        # A net load whose mean is near zero has no shape that could be compared.
        wrong &= np.min([load[hours + offset].mean(axis=1) for offset in (-WEEK, 0, WEEK)], axis=0) > 0
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
