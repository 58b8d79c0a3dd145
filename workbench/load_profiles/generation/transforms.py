"""From a month of a real year to the same month with another energy and another peak, both exact.

Every transform keeps the shape of the base month as far as it can; they differ in which hours take up the
difference. Where the asked one would give a negative hour, or an hour above the peak, the power transform,
which exists whenever mean < peak, takes its place.

Tail-day and rank-linear are this package's own, affine and scaling elementary; the power transform raises the
load in shares of its peak to a power, which is monotone, so that one exponent gives each mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.data.arrays import Floats, Integers
from workbench.load_profiles.model.targets import Transform

TAIL_QUANTILES = (0.85, 0.7, 0.5, 0.3, 0.0)
MIN_TAIL, MAX_TAIL = 0.8, 1.3
"""How much more the peak day may be scaled than an ordinary day."""
ROUNDING = 1e-12
NEWTON_STEPS = 100


@dataclass(frozen=True, slots=True, eq=False)
class FittedMonth:
    """A month that meets its targets.

    Parameters
    ----------
    load
        Hours, in the unit of the targets.
    transform
        The one that was used.
    note
        The tail's quantile, or why another transform than the asked one was used.
    """

    load: Floats
    transform: Transform
    note: str = ""


def fit_month(
    base: Floats, day: Integers, energy: float, peak: float, transform: Transform = Transform.TAIL_DAY
) -> FittedMonth:
    """Bring a month of a real year to an energy and a peak.

    Parameters
    ----------
    base
        Hourly load of the base month [MW]; that of a net load may be negative, and its lowest hour keeps its share
        of the peak then.
    day
        Number of each hour's day, ascending.
    energy
        Sum of the hours to reach [MWh].
    peak
        Highest hour to reach [MW]; ``nan`` when it is free.
    transform
        Which one to try first.

    Raises
    ------
    ValueError
        When no month of this shape can have both: the mean is not below the peak, or so low that the hours at
        the peak alone hold more energy.
    """
    lowest = float(base.min())
    if lowest < 0 and not (np.isnan(peak) or transform is Transform.MONTHLY_SCALING):
        # Above its lowest hour a net load is like any other.
        floor = lowest * peak / float(base.max())
        above = fit_month(base - lowest, day, energy - len(base) * floor, peak - floor, transform)
        return FittedMonth(above.load + floor, above.transform, above.note)
    if np.isnan(peak) or transform is Transform.MONTHLY_SCALING:
        return FittedMonth(base * (energy / base.sum()), Transform.MONTHLY_SCALING)
    if transform is Transform.TAIL_DAY:
        for quantile in TAIL_QUANTILES:
            load = _tail_day(base, day, energy, peak, quantile)
            if load is not None:
                return FittedMonth(_closed(load, energy, peak), transform, f"quantile {quantile:g}")
    elif transform is not Transform.POWER:
        factor = _affine(base, energy, peak) if transform is Transform.AFFINE else _rank(base, energy, peak)
        if _allowed(factor, peak):
            return FittedMonth(_closed(factor, energy, peak), transform)
    note = "" if transform is Transform.POWER else f"{transform.value.replace('_', '-')} does not fit"
    return FittedMonth(_closed(_power(base, energy, peak), energy, peak), Transform.POWER, note)


def lift_minimum(load: Floats, minimum: float) -> Floats:
    """Bring the lowest hour to a value and leave the sum and the highest hour as they are.

    y = minimum + (peak - minimum) v^h, where v runs from 0 at the lowest to 1 at the highest hour.

    Parameters
    ----------
    load
        Hours [MW].
    minimum
        Lowest hour to reach [MW].

    Raises
    ------
    ValueError
        When the minimum is not below the mean.
    """
    peak, energy, lowest = float(load.max()), float(load.sum()), float(load.min())
    if not 0 <= minimum < energy / len(load):
        raise ValueError(
            f"a minimum of {minimum:g} MW is not between 0 and the mean {energy / len(load):g} MW"
        )
    if lowest == minimum:
        return load
    above = (load - lowest) / (peak - lowest)
    wanted = (energy - len(load) * minimum) / (peak - minimum)
    lifted = minimum + (peak - minimum) * above ** _exponent(above, wanted)
    # The rest of the rounding goes where neither the peak nor the minimum is.
    inner = (lifted < peak) & (lifted > minimum)
    lifted[inner] += (energy - lifted.sum()) * _weights(lifted[inner], minimum, peak)
    return np.asarray(lifted)


def _weights(values: Floats, minimum: float, peak: float) -> Floats:
    room = (values - minimum) * (peak - values)
    return np.asarray(room / room.sum())


def _tail_day(base: Floats, day: Integers, energy: float, peak: float, quantile: float) -> Floats | None:
    starts = np.flatnonzero(np.diff(day, prepend=day[0] - 1))
    daily = np.maximum.reduceat(base, starts)
    highest = daily.max()
    floor = float(np.quantile(daily, quantile))
    if highest - floor <= ROUNDING * highest:
        return None
    tail = np.clip((daily - floor) / (highest - floor), 0, 1)
    tail = np.repeat(tail, np.diff(starts, append=len(base)))
    total, weighted = base.sum(), base @ tail
    if total - weighted <= ROUNDING * total:
        return None
    # s total + c weighted = energy and (s + c) highest = peak, solved for s.
    top = peak / highest
    s = (energy - top * weighted) / (total - weighted)
    if s <= 0 or not MIN_TAIL <= top / s <= MAX_TAIL:
        return None
    load: Floats = base * (s + (top - s) * tail)
    return load if _allowed(load, peak) else None


def _affine(base: Floats, energy: float, peak: float) -> Floats:
    mean, highest = base.mean(), base.max()
    slope = (peak - energy / len(base)) / (highest - mean)
    return np.asarray(peak + slope * (base - highest))


def _rank(base: Floats, energy: float, peak: float) -> Floats:
    rank = np.empty(len(base))
    rank[np.argsort(base, kind="stable")] = np.arange(len(base)) / max(1, len(base) - 1)
    top = peak / base.max()
    s = (energy - top * (base @ rank)) / (base.sum() - base @ rank)
    return np.asarray(base * (s + (top - s) * rank))


def _power(base: Floats, energy: float, peak: float) -> Floats:
    share = base / base.max()
    return np.asarray(peak * share ** _exponent(share, energy / peak))


def _exponent(share: Floats, wanted: float) -> float:
    """Solve sum(share^g) = wanted for g > 0; the sum falls with g, from the count of positive shares."""
    positive = share[share > 0]
    logs = np.log(positive)
    at_peak = int((logs == 0).sum())
    if not at_peak < wanted < len(positive):
        raise ValueError(
            f"no month of this shape has a mean of {wanted / len(share):.4g} of its peak; "
            f"it must lie between {at_peak / len(share):.4g} and {len(positive) / len(share):.4g}"
        )
    low, high, g = 0.0, np.inf, 1.0
    for _ in range(NEWTON_STEPS):
        powers = np.exp(g * logs)
        excess = powers.sum() - wanted
        if abs(excess) <= 1e-13 * wanted:
            break
        low, high = (g, high) if excess > 0 else (low, g)
        # On a logarithmic scale the curve is nearly straight: few steps, and none leaves the bracket.
        g -= float(powers.sum() * np.log(powers.sum() / wanted) / (powers @ logs))
        if not low < g < high:
            g = (low + high) / 2 if np.isfinite(high) else 2 * low + 1
    return g


def _allowed(load: Floats, peak: float) -> bool:
    return bool(load.min() >= 0 and load.max() <= peak * (1 + ROUNDING))


def _closed(load: Floats, energy: float, peak: float) -> Floats:
    """Remove what rounding has left: the highest hour is the peak, the others share the rest."""
    top = int(load.argmax())
    load[top] = peak
    np.minimum(load, peak, out=load)
    room = load * (peak - load)
    total = room.sum()
    if total > 0:
        load += (energy - load.sum()) * room / total
    return load
