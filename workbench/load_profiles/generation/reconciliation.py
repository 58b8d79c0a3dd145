"""Targets of a year: what was given, which of them contradict each other, and what each month must meet.

Energy, peak and load factor hang together, energy = load factor x hours x peak, in a year and in each month;
months sum to the year; the highest month is the peak of the year. Where more is given than can hold, the
weaker kind yields, by an order that the analyst sets, and every such conflict is reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from workbench.data.arrays import Floats
from workbench.hourly_loads.year_hours import YearHours
from workbench.load_profiles.model.targets import (
    MONTHS,
    PRECEDENCE,
    BaseMonths,
    Conflict,
    ReconciledTargets,
    TargetKind,
    YearTargets,
)

EQUAL = 1e-9
ROUNDED_LOAD_FACTOR = 0.005
"""A load factor this near to what energy and peak give is the same one, rounded."""
FLATTEST = 0.999
"""Highest load factor that a shape is taken to have."""


class _Reconciliation:
    """The state while the targets of one year are reconciled."""

    def __init__(
        self, given: YearTargets, base: BaseMonths, hours: YearHours, precedence: Sequence[TargetKind]
    ) -> None:
        self.given, self.hours = given, hours
        order = [*precedence, *(kind for kind in PRECEDENCE if kind not in precedence)]
        self.rank = {kind: place for place, kind in enumerate(order)}
        self.count = hours.hours_by_month.astype(float)
        self.energy, self.peak = given.energy, given.peak
        self.months = given.monthly_energy.copy()
        self.peaks = given.monthly_peak.copy()
        self.minima = given.monthly_minimum.copy()
        self.conflicts: list[Conflict] = []
        # A month that is flat in the base year has no peak to scale; a thousandth is enough to go on with.
        self.base = replace(base, load_factor=np.minimum(base.load_factor, FLATTEST))

    def weaker(self, *kinds: TargetKind) -> TargetKind:
        return max(kinds, key=lambda kind: self.rank[kind])

    def yielded(
        self,
        yields: TargetKind,
        holds: TargetKind,
        given: float,
        taken: float,
        why: str,
        month: int | None = None,
    ) -> None:
        self.conflicts.append(Conflict(self.given.year, month, yields, holds, given, taken, why))

    def place(self, name: str) -> str:
        place = self.given.places.get(name, "")
        return f" ({place})" if place else ""


def reconcile(
    given: YearTargets,
    base: BaseMonths,
    hours: YearHours,
    precedence: Sequence[TargetKind] = PRECEDENCE,
) -> ReconciledTargets:
    """Find what each month must meet.

    Parameters
    ----------
    given
        The targets.
    base
        What the shape has by itself; it decides where nothing is given.
    hours
        The hours of the year.
    precedence
        Kinds of targets, the strongest first.

    Raises
    ------
    ValueError
        When no energy is given and none follows from the other targets.
    """
    state = _Reconciliation(given, base, hours, precedence)
    _reconcile_year(state)
    _reconcile_month_triples(state)
    _reconcile_month_energies(state)
    _peaks_from_load_factors(state)
    _reconcile_peaks(state)
    _reconcile_means_below_peaks(state)
    _reconcile_minima(state)
    return ReconciledTargets(given.year, state.months, state.peaks, state.minima, tuple(state.conflicts))


def _reconcile_year(state: _Reconciliation) -> None:
    """Energy = load factor x hours x peak over the year."""
    given, total = state.given, float(state.count.sum())
    if np.isnan(state.peak) and not np.isnan(state.peaks).any():
        peak, peak_kind = float(state.peaks.max()), TargetKind.MONTHLY_PEAK
    else:
        peak, peak_kind = state.peak, TargetKind.ANNUAL_PEAK
    if np.isnan(state.energy) and not np.isnan(state.months).any():
        energy, energy_kind = float(state.months.sum()), TargetKind.MONTHLY_ENERGY
    else:
        energy, energy_kind = state.energy, TargetKind.ANNUAL_ENERGY
    factor = given.load_factor
    if np.isnan(factor):
        return
    if np.isnan(peak):
        state.peak = energy / (total * factor)
    elif np.isnan(energy):
        state.energy = factor * total * peak
    elif abs(energy / (total * peak) - factor) > ROUNDED_LOAD_FACTOR:
        kind = state.weaker(energy_kind, peak_kind, TargetKind.LOAD_FACTOR)
        made = 100 * energy / total / peak
        seen = f"{energy / 1000:,.0f} GWh and {peak:,.0f} MW make a load factor of {made:.1f} %"
        why = f"{seen}, {100 * factor:.1f} % is given{state.place('load_factor')}"
        if kind is TargetKind.LOAD_FACTOR:
            state.yielded(kind, peak_kind, factor, energy / (total * peak), f"{why}: the load factor yields.")
        elif kind is peak_kind:
            state.peak = energy / (total * factor)
            state.yielded(kind, TargetKind.LOAD_FACTOR, peak, state.peak, f"{why}: the peak yields.")
        else:
            state.energy = factor * total * peak
            state.yielded(kind, TargetKind.LOAD_FACTOR, energy, state.energy, f"{why}: the energy yields.")


def _reconcile_month_triples(state: _Reconciliation) -> None:
    """Energy = load factor x hours x peak in each month."""
    factors = state.given.monthly_load_factor
    names = state.hours.month_names
    if np.isnan(state.months).all() and not np.isnan(state.given.monthly_share).any():
        if np.isnan(state.energy):
            raise ValueError("shares of months are given, but no annual energy")
        shares = state.given.monthly_share
        state.months = state.energy * shares / shares.sum()
    for month in np.flatnonzero(~np.isnan(factors)):
        factor, hours = float(factors[month]), float(state.count[month])
        energy, peak = float(state.months[month]), float(state.peaks[month])
        if np.isnan(energy) and not np.isnan(peak):
            state.months[month] = factor * hours * peak
        elif np.isnan(peak) and not np.isnan(energy):
            state.peaks[month] = energy / (hours * factor)
        elif not np.isnan(peak) and abs(energy / (hours * peak) - factor) > ROUNDED_LOAD_FACTOR:
            kind = state.weaker(TargetKind.MONTHLY_ENERGY, TargetKind.MONTHLY_PEAK, TargetKind.LOAD_FACTOR)
            made = energy / (hours * peak)
            why = (
                f"energy and peak of {names[month]} make a load factor of {100 * made:.1f} %, "
                f"{100 * factor:.1f} % is "
                f"given{state.place('monthly_load_factor')}"
            )
            if kind is TargetKind.LOAD_FACTOR:
                holds = TargetKind.MONTHLY_PEAK
                state.yielded(kind, holds, factor, made, f"{why}: the load factor yields.", int(month))
            elif kind is TargetKind.MONTHLY_PEAK:
                state.peaks[month] = energy / (hours * factor)
                taken = float(state.peaks[month])
                state.yielded(
                    kind, TargetKind.LOAD_FACTOR, peak, taken, f"{why}: the peak yields.", int(month)
                )
            else:
                state.months[month] = factor * hours * peak
                taken = float(state.months[month])
                state.yielded(
                    kind, TargetKind.LOAD_FACTOR, energy, taken, f"{why}: the energy yields.", int(month)
                )


def _reconcile_month_energies(state: _Reconciliation) -> None:
    """The months sum to the year; where they are not given they follow from the shape and the peaks."""
    months = state.months
    if np.isnan(months).any():
        if np.isnan(state.energy):
            raise ValueError(
                "no annual energy is given and none follows from the months, or from a peak and a load factor"
            )
        state.months = _missing_months(state)
    total = float(state.months.sum())
    if np.isnan(state.energy):
        state.energy = total
        return
    away = total / state.energy - 1
    if abs(away) <= EQUAL:
        state.months = state.months * (state.energy / total)
        return
    why = (
        f"the months{state.place('monthly_energy')} sum to {total / 1000:,.2f} GWh, the year"
        f"{state.place('energy')} is {state.energy / 1000:,.2f} GWh ({100 * away:+.2g} %)"
    )
    if state.weaker(TargetKind.ANNUAL_ENERGY, TargetKind.MONTHLY_ENERGY) is TargetKind.MONTHLY_ENERGY:
        state.months = state.months * (state.energy / total)
        why += ": the months were scaled."
        state.yielded(TargetKind.MONTHLY_ENERGY, TargetKind.ANNUAL_ENERGY, total, state.energy, why)
    else:
        why += ": the year yields."
        state.yielded(TargetKind.ANNUAL_ENERGY, TargetKind.MONTHLY_ENERGY, state.energy, total, why)
        state.energy = total


def _missing_months(state: _Reconciliation) -> Floats:
    known = ~np.isnan(state.months)
    weight = state.base.energy / state.base.energy.sum()
    if not np.isnan(state.peaks).any():
        # Nothing but the peaks says how the months share the energy: halfway between them and the base year.
        by_peak = state.base.load_factor * state.peaks * state.count
        weight = np.sqrt(weight * by_peak / by_peak.sum())
    rest = state.energy - state.months[known].sum()
    if rest <= 0:
        # The months given leave nothing for the others: all of it is reconciled with the year's energy below.
        rest = float(state.months[known].sum() / weight[known].sum() * weight[~known].sum())
    months = state.months.copy()
    months[~known] = rest * weight[~known] / weight[~known].sum()
    return months


def _peaks_from_load_factors(state: _Reconciliation) -> None:
    """Months whose energy is known only now have their peak by their load factor."""
    factors = state.given.monthly_load_factor
    open_months = np.isnan(state.peaks) & ~np.isnan(factors)
    state.peaks[open_months] = (state.months / (state.count * factors))[open_months]


def _reconcile_peaks(state: _Reconciliation) -> None:
    """The highest month is the peak of the year; months without a peak follow from the shape."""
    mean = state.months / state.count
    known = ~np.isnan(state.peaks)
    if np.isnan(state.peak):
        if known.any() and not known.all():
            state.peaks = np.where(known, state.peaks, mean / state.base.load_factor)
        return
    if not known.all():
        natural = mean / state.base.load_factor
        if state.peak <= mean.max() * (1 + EQUAL):
            _reconcile_flat_year(state, natural, mean)
            natural, mean = state.months / state.count / state.base.load_factor, state.months / state.count
        # Every month keeps its share of the distance of its peak above its mean, so that none falls below it.
        grow = float(np.min((state.peak - mean) / (natural - mean)))
        state.peaks = np.where(known, state.peaks, mean + grow * (natural - mean))
        if not known.any():
            state.peaks[int(np.argmin((state.peak - mean) / (natural - mean)))] = state.peak
            return
    highest = float(state.peaks.max())
    away = highest / state.peak - 1
    if abs(away) <= EQUAL:
        state.peaks[int(state.peaks.argmax())] = state.peak
        return
    why = (
        f"the highest month{state.place('monthly_peak')} is {highest:,.1f} MW, the year's "
        f"peak{state.place('peak')} is "
        f"{state.peak:,.1f} MW"
    )
    if state.weaker(TargetKind.ANNUAL_PEAK, TargetKind.MONTHLY_PEAK) is TargetKind.MONTHLY_PEAK:
        top = int(state.peaks.argmax())
        state.peaks = state.peaks * (state.peak / highest)
        state.peaks[top] = state.peak
        why += ": the months were scaled."
        state.yielded(TargetKind.MONTHLY_PEAK, TargetKind.ANNUAL_PEAK, highest, state.peak, why)
    else:
        why += ": the year yields."
        state.yielded(TargetKind.ANNUAL_PEAK, TargetKind.MONTHLY_PEAK, state.peak, highest, why)
        state.peak = highest


def _reconcile_flat_year(state: _Reconciliation, natural: Floats, mean: Floats) -> None:
    highest = float(mean.max())
    why = (
        f"the peak of the year{state.place('peak')}, {state.peak:,.0f} MW, lies below a month's mean of "
        f"{highest:,.0f} MW"
    )
    if state.weaker(TargetKind.ANNUAL_ENERGY, TargetKind.ANNUAL_PEAK) is TargetKind.ANNUAL_PEAK:
        taken = float(natural.max())
        why += ": the peak yields to that of the shape."
        state.yielded(TargetKind.ANNUAL_PEAK, TargetKind.ANNUAL_ENERGY, state.peak, taken, why)
        state.peak = taken
        return
    scale = state.peak / float(natural.max())
    why += ": the energy yields."
    state.yielded(TargetKind.ANNUAL_ENERGY, TargetKind.ANNUAL_PEAK, state.energy, state.energy * scale, why)
    state.energy *= scale
    state.months = state.months * scale


def _reconcile_means_below_peaks(state: _Reconciliation) -> None:
    """The mean of every month lies below its peak."""
    if state.weaker(TargetKind.MONTHLY_ENERGY, TargetKind.MONTHLY_PEAK) is TargetKind.MONTHLY_PEAK:
        for month in _too_flat(state):
            peak, mean = float(state.peaks[month]), float(state.months[month] / state.count[month])
            taken = mean / float(state.base.load_factor[month])
            # The peak of the year is a target of its own: a month may not exceed it if it can stay below.
            if mean < state.peak < taken:
                taken = (mean + state.peak) / 2
            state.peaks[month] = taken
            why = f"{_flat_words(state, month, peak, mean)}: the peak yields."
            state.yielded(TargetKind.MONTHLY_PEAK, TargetKind.MONTHLY_ENERGY, peak, taken, why, month)
        return
    for _ in range(MONTHS):
        flat = _too_flat(state)
        if not len(flat):
            return
        for month in flat:
            peak, energy = float(state.peaks[month]), float(state.months[month])
            state.months[month] = peak * state.base.load_factor[month] * state.count[month]
            words = _flat_words(state, month, peak, energy / state.count[month])
            taken = float(state.months[month])
            why = f"{words}: its energy yields, the other months take it up."
            state.yielded(TargetKind.MONTHLY_ENERGY, TargetKind.MONTHLY_PEAK, energy, taken, why, month)
        others = np.setdiff1d(np.arange(MONTHS), flat)
        rest = state.energy - state.months.sum()
        room = (state.peaks * state.count - state.months)[others]
        if not len(others) or room.sum() <= rest:
            break
        state.months[others] += rest * room / room.sum()
    total = float(state.months.sum())
    why = f"the peaks of the months leave room for {total / 1000:,.1f} of {state.energy / 1000:,.1f} GWh only"
    state.yielded(
        TargetKind.ANNUAL_ENERGY, TargetKind.MONTHLY_PEAK, state.energy, total, f"{why}: the year yields."
    )
    state.energy = total


def _too_flat(state: _Reconciliation) -> list[int]:
    mean = state.months / state.count
    return [int(month) for month in np.flatnonzero(mean >= state.peaks * (1 - EQUAL))]


def _flat_words(state: _Reconciliation, month: int, peak: float, mean: float) -> str:
    name = state.hours.month_names[month]
    place = state.place("monthly_peak")
    return f"the peak of {name}{place}, {peak:,.1f} MW, is not above its mean of {mean:,.1f} MW"


def _reconcile_minima(state: _Reconciliation) -> None:
    """The minimum of every month lies below its mean; a year's minimum is met by its lowest month."""
    mean = state.months / state.count
    wanted = state.given.minimum
    if not np.isnan(wanted):
        if wanted >= mean.min():
            why = (
                f"the minimum of the year, {wanted:,.0f} MW, is not below a month's mean of "
                f"{mean.min():,.0f} MW"
            )
            why += ": it yields to that of the shape."
            taken = float((mean * state.base.lowest).min())
            state.yielded(TargetKind.MINIMUM, TargetKind.ANNUAL_ENERGY, wanted, taken, why)
        elif np.isnan(state.minima).all():
            natural = mean * state.base.lowest
            depth = (mean - wanted) / (mean - natural)
            state.minima = mean - float(depth.min()) * (mean - natural)
            state.minima[int(depth.argmin())] = wanted
    for month in np.flatnonzero(~np.isnan(state.minima)):
        minimum = float(state.minima[month])
        if minimum >= mean[month]:
            name = state.hours.month_names[month]
            why = (
                f"the minimum of {name}, {minimum:,.0f} MW, is not below its mean of {mean[month]:,.0f} MW: it "
                f"is left out."
            )
            state.minima[month] = np.nan
            state.yielded(TargetKind.MINIMUM, TargetKind.MONTHLY_ENERGY, minimum, np.nan, why, int(month))
