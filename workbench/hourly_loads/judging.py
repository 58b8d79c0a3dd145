"""Hours that are wrong or look so: what is left out, filled, restored or kept, each with its finding."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from workbench.data.arrays import Booleans, Floats, Integers, Times
from workbench.hourly_loads.findings import Action, Finding, Noticed
from workbench.hourly_loads.reading.hourly_sheet import HourlySheet
from workbench.hourly_loads.rules import CleaningRules, NegativeLoads, SpikeHandling
from workbench.hourly_loads.suspicious import (
    flat_runs,
    gradual_runs,
    other_levels,
    outages,
    quiet_days,
    runs,
    shifted_days,
    short_zeros,
    spikes,
    usual_load,
)
from workbench.hourly_loads.year_hours import local_times

__all__ = ["fill_gaps", "interpolate", "judge", "without_negative", "without_other_levels", "without_zeros"]


def without_negative(
    sheet: HourlySheet, utc: Times, load: Floats, rows: Integers, rules: CleaningRules, found: list[Noticed]
) -> Floats:
    """Leave out negative loads, but for those of a net load: the rules say which, or how they are reached.

    Parameters
    ----------
    sheet
        Where the readings are.
    utc, load, rows
        Readings in order [MW], and their place in the file.
    rules
        What is done about negative loads.
    found
        Takes what was noticed.
    """
    negative = runs(load < 0)
    kept: list[tuple[int, int]] = []
    if rules.negative_loads is NegativeLoads.KEEP:
        kept = negative
    elif rules.negative_loads is NegativeLoads.AUTOMATIC:
        kept = gradual_runs(load, negative)
    if kept:
        count, lowest = sum(end - start for start, end in kept), min(float(load[a:b].min()) for a, b in kept)
        first = kept[0][0]
        why = (
            "as the settings say"
            if rules.negative_loads is NegativeLoads.KEEP
            else "the load passes through zero step by step, as a net load does"
        )
        detail = f"down to {lowest:,.5g} MW; {why}; outages are not looked for in a net load"
        when = local_times(utc[first : first + 1], rules.zone)[0]
        cell = sheet.cell(int(rows[first]))
        found.append(Noticed(Finding.NET_LOAD, Action.KEPT, when, count, cell, detail))
    dropped = [at for run in negative if run not in kept for at in range(*run)]
    for at, when in zip(dropped, local_times(utc[dropped], rules.zone), strict=True):
        detail = f"{load[at]:g} MW, taken as missing"
        found.append(Noticed(Finding.NEGATIVE, Action.DROPPED, when, 1, sheet.cell(int(rows[at])), detail))
    load = load.copy()
    load[dropped] = np.nan
    return load


def without_zeros(
    hourly: Floats, local: Times, longest: int, found: list[Noticed], where: Callable[[int], str]
) -> None:
    """Leave out short runs of hours without any load [MW] where some is usual."""
    for start, end in short_zeros(hourly, longest):
        detail = "0 MW, taken as missing"
        found.append(Noticed(Finding.ZERO, Action.DROPPED, local[start], end - start, where(start), detail))
        hourly[start:end] = np.nan


def without_other_levels(
    hourly: Floats, local: Times, found: list[Noticed], where: Callable[[int], str]
) -> None:
    """Leave out stretches of weeks at another level [MW]: another unit."""
    for start, end in other_levels(hourly):
        detail = (
            f"{np.nanmedian(hourly[start:end]):.0f} MW in the midst, far from the weeks around: another unit?"
        )
        found.append(Noticed(Finding.LEVEL, Action.DROPPED, local[start], end - start, where(start), detail))
        hourly[start:end] = np.nan


def fill_gaps(hourly: Floats, changed: Booleans, local: Times, longest: int, found: list[Noticed]) -> None:
    """Fill gaps of at most ``longest`` hours by a straight line, and name all."""
    for start, end in runs(np.isnan(hourly)):
        length = end - start
        short = length <= longest and start > 0 and end < len(hourly)
        if short:
            interpolate(hourly, np.arange(start, end))
            changed[start:end] = True
        action = Action.FILLED if short else Action.KEPT
        detail = "by a straight line" if short else "longer than the longest gap that is filled"
        found.append(Noticed(Finding.MISSING, action, local[start], length, "", detail))


def judge(
    hourly: Floats,
    changed: Booleans,
    local: Times,
    rules: CleaningRules,
    found: list[Noticed],
    where: Callable[[int], str],
) -> None:
    """Name what looks wrong in hours [MW] without a gap in time, and mend what the rules say."""
    usual = usual_load(hourly)
    for start, end in flat_runs(hourly):
        detail = f"{hourly[start]:g} MW in {end - start} hours one after the other"
        found.append(Noticed(Finding.FLAT, Action.KEPT, local[start], end - start - 1, where(start), detail))
    quiet = {(first, last): whole for first, last, *whole in quiet_days(hourly, usual, local, rules.holidays)}
    for start, end in sorted({tuple(whole) for whole in quiet.values()}):
        share = 100 * float(np.sum(hourly[start:end]) / np.sum(usual[start:end]))
        detail = f"{share:.0f} % of the usual load in {end - start} hours, in a rhythm of its own: no outage"
        found.append(Noticed(Finding.QUIET_DAY, Action.KEPT, local[start], end - start, where(start), detail))
    for start, end in outages(hourly, usual):
        if (start, end) in quiet:
            continue
        low = float(np.nanmin(hourly[start:end]))
        detail = f"down to {low:.0f} MW where {usual[start:end].mean():.0f} MW are usual"
        action = Action.RESTORED if rules.restore_outages else Action.KEPT
        found.append(Noticed(Finding.OUTAGE, action, local[start], end - start, where(start), detail))
        if rules.restore_outages:
            hourly[start:end] = usual[start:end]
            changed[start:end] = True
    for start, end in spikes(hourly, usual):
        detail = f"{hourly[start:end].max():.0f} MW where {usual[start:end].mean():.0f} MW are usual"
        repair = rules.spikes is SpikeHandling.INTERPOLATE
        action = Action.FILLED if repair else Action.KEPT
        found.append(Noticed(Finding.SPIKE, action, local[start], end - start, where(start), detail))
        if repair:
            inside = start > 0 and end < len(hourly) and end - start <= max(rules.longest_gap, 1)
            hourly[start:end] = np.nan if inside else usual[start:end]
            if inside:
                interpolate(hourly, np.arange(start, end))
            changed[start:end] = True
    for at, hours in shifted_days(hourly, local):
        later = "later" if hours > 0 else "earlier"
        detail = f"its hours fit the same weekday of the weeks around when read {abs(hours)} h {later}"
        found.append(Noticed(Finding.SHIFTED_DAY, Action.KEPT, local[at], 24, where(at), detail))


def interpolate(values: Floats, places: Integers) -> None:
    """Fill values at places by a straight line between those that are known."""
    known = np.flatnonzero(~np.isnan(values))
    if len(places) and len(known):
        near = known[max(0, np.searchsorted(known, places[0]) - 1) : np.searchsorted(known, places[-1]) + 1]
        values[places] = np.interp(places, near, values[near])
