"""A clean hourly history from the readings of a file, with a report of everything noticed and done.

Nothing is repaired in silence. Short gaps are filled by a straight line, everything else is left as it is
unless it is requested; years with hours missing are not offered as base.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from workbench.data.arrays import Booleans, Floats, Integers, Times
from workbench.hourly_loads.clock import hour_places, step_minutes, to_utc
from workbench.hourly_loads.day_matrix import DayMatrix, day_matrix
from workbench.hourly_loads.findings import Action, Finding, Noticed
from workbench.hourly_loads.hourly_sheet import HourlySheet
from workbench.hourly_loads.rules import CleaningRules, Clock, SpikeHandling, Stamps
from workbench.hourly_loads.suspicious import (
    flat_runs,
    other_levels,
    outages,
    runs,
    shifted_days,
    short_zeros,
    spikes,
    usual_load,
)
from workbench.hourly_loads.year_hours import HOUR, local_times

QUARTER = 15
"""Minutes."""


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """An hourly history without a gap in time.

    Parameters
    ----------
    utc
        Begin of each hour, UTC, minutes.
    load
        Mean of the hour [MW]; ``nan`` where it is missing and was not filled.
    temperature
        [°C]; empty when the file has none.
    changed
        Whether the hour is not as in the file.
    zone
        IANA name of the local clock.
    found
        Everything noticed.
    quarters
        Mean of each quarter of the hour [MW], shape (hours, 4), where the readings are of a quarter hour or less; a
        row is ``nan`` where a quarter is missing or the hour is not as in the file. Empty for longer readings.
    """

    utc: Times
    load: Floats
    temperature: Floats
    changed: Booleans
    zone: str
    found: tuple[Noticed, ...] = ()
    quarters: Floats = field(default_factory=lambda: np.empty((0, 4)))

    @property
    def local(self) -> Times:
        """Begin of each hour on the local clock."""
        return local_times(self.utc, self.zone)

    def days(self) -> DayMatrix:
        """The loads by day and hour of the clock."""
        return day_matrix(self.utc, self.load, self.zone)

    def warmth(self) -> DayMatrix:
        """The temperatures by day and hour of the clock."""
        return day_matrix(self.utc, self.temperature, self.zone)


def clean(sheet: HourlySheet, rules: CleaningRules) -> History:
    """Bring the readings of a file to a gapless series of hours.

    Parameters
    ----------
    sheet
        The readings.
    rules
        What may be done.
    """
    found: list[Noticed] = []
    times, load, warm, rows = _sorted(sheet, found)
    step = step_minutes(times)
    times, utc = _begins(sheet, times, step, rules)
    utc, load, warm, rows = _existing(sheet, times, utc, load, warm, rows, found)
    load = _without_negative(sheet, utc, load, rows, rules.zone, found)
    grid, hourly, hourly_warm, place = _hours(sheet, utc, load, warm, rows, step, rules.zone, found)
    local = local_times(grid, rules.zone)
    changed = np.zeros(len(grid), dtype=bool)
    first_row = np.full(len(grid), -1, dtype=np.int64)
    first_row[place[::-1]] = np.arange(len(place))[::-1]

    def cell(at: int) -> str:
        return _cell(sheet, rows, first_row[at])

    _without_zeros(hourly, local, rules.longest_gap, found, cell)
    _without_other_levels(hourly, local, found, cell)
    _fill_gaps(hourly, changed, local, rules.longest_gap, found)
    if len(hourly_warm):
        _interpolate(hourly_warm, np.flatnonzero(np.isnan(hourly_warm)))
    _judge(hourly, changed, local, rules, found, cell)
    quarters = _quarters(utc, load, grid, step)
    if len(quarters):
        quarters[changed | np.isnan(hourly)] = np.nan
    return History(grid, hourly, hourly_warm, changed, rules.zone, tuple(found), quarters)


def _quarters(utc: Times, load: Floats, grid: Times, step: int) -> Floats:
    """Mean of each quarter of each hour; a row with a quarter that is not known is NaN throughout."""
    if QUARTER % step:
        return np.empty((0, 4))
    place = (utc - grid[0]).astype("timedelta64[m]").astype(np.int64) // QUARTER
    known, count = ~np.isnan(load), 4 * len(grid)
    with np.errstate(invalid="ignore"):
        means = np.bincount(place[known], load[known], count) / np.bincount(place[known], minlength=count)
    rows = means.reshape(-1, 4)
    rows[np.isnan(rows).any(axis=1)] = np.nan
    return rows


def placed_hours(sheet: HourlySheet, rules: CleaningRules) -> Times:
    """Give the begin of the hour in which each reading lies, UTC, in the order of the file.

    Parameters
    ----------
    sheet
        The readings.
    rules
        How their stamps are read.
    """
    times, _, _, order = _sorted(sheet, [])
    _, utc = _begins(sheet, times, step_minutes(times), rules)
    local = local_times(utc, rules.zone)
    hours = np.empty_like(utc)
    hours[order] = utc - (local - local.astype("datetime64[h]"))
    return hours


def _begins(sheet: HourlySheet, times: Times, step: int, rules: CleaningRules) -> tuple[Times, Times]:
    """Begin of each reading, on the clock of the file and in UTC; what the file says comes before the rules."""
    # First of all to the begin of the reading: the clock is put back at full hours, not at ends of readings.
    if (sheet.stamps or rules.stamps) is Stamps.ENDS:
        times = times - np.timedelta64(step, "m")
    clock = rules.clock if not sheet.zone else Clock.UTC if sheet.zone == "UTC" else Clock.LOCAL
    return times, to_utc(times, clock, sheet.zone or rules.zone)


def _sorted(sheet: HourlySheet, found: list[Noticed]) -> tuple[Times, Floats, Floats, Integers]:
    times, load, warm = (
        _dated_by_order(sheet, found),
        sheet.load.astype(float),
        sheet.temperature.astype(float),
    )
    order = np.arange(len(times), dtype=np.int64)
    back = np.flatnonzero(np.diff(times).astype(np.int64) < 0) + 1
    # Where the clock is put back the stamps step back an hour: that order tells the two hours apart.
    if len(back) and (np.diff(times)[back - 1] < -HOUR).any():
        order = np.argsort(times, kind="stable")
        detail = "the row lies before the one above it; all rows were put in order"
        first = times[back[0]]
        found.append(
            Noticed(Finding.UNSORTED, Action.SORTED, first, len(back), sheet.cell(int(back[0])), detail)
        )
    return times[order], load[order], warm[order] if len(warm) else warm, order


def _dated_by_order(sheet: HourlySheet, found: list[Noticed]) -> Times:
    """Give a midnight that is written as 00:00 of the day that ends to the day that begins.

    The rows follow each other in time: 23:00, then 00:00 of the same date, then 01:00 of the next date.
    """
    times = sheet.times
    if len(times) < 3:
        return times
    step = np.timedelta64(step_minutes(times), "m")
    moves, day = np.diff(times), np.timedelta64(1440, "m")
    at_midnight = times == times.astype("datetime64[D]")
    wrong = np.zeros(len(times), dtype=bool)
    wrong[1:] = at_midnight[1:] & (moves == step - day)
    # The row after must confirm it, but for the last row of all.
    wrong[1:-1] &= moves[1:] == step + day
    places = np.flatnonzero(wrong)
    if len(places):
        first = int(places[0])
        detail = (
            "midnight follows 23:00 under the same date; by the order of the rows it begins the next day"
            f" ({times[places[-1]].astype('datetime64[D]')} is the last such date)"
        )
        count = len(places)
        found.append(Noticed(Finding.MIDNIGHT, Action.MOVED, times[first], count, sheet.cell(first), detail))
    return np.where(wrong, times + day, times)


def _existing(
    sheet: HourlySheet,
    times: Times,
    utc: Times,
    load: Floats,
    warm: Floats,
    rows: Integers,
    found: list[Noticed],
) -> tuple[Times, Floats, Floats, Integers]:
    gone = np.isnat(utc)
    for at in np.flatnonzero(gone):
        detail = "the local clock was put forward and has no such hour"
        cell = sheet.cell(int(rows[at]))
        found.append(Noticed(Finding.CLOCK_CHANGE, Action.DROPPED, times[at], 1, cell, detail))
    keep = ~gone
    return utc[keep], load[keep], warm[keep] if len(warm) else warm, rows[keep]


def _without_negative(
    sheet: HourlySheet, utc: Times, load: Floats, rows: Integers, zone: str, found: list[Noticed]
) -> Floats:
    negative = np.flatnonzero(load < 0)
    local = local_times(utc[negative], zone)
    for at, when in zip(negative, local, strict=True):
        detail = f"{load[at]:g} MW, taken as missing"
        found.append(Noticed(Finding.NEGATIVE, Action.DROPPED, when, 1, sheet.cell(int(rows[at])), detail))
    load = load.copy()
    load[negative] = np.nan
    return load


def _without_zeros(
    hourly: Floats, local: Times, longest: int, found: list[Noticed], where: Callable[[int], str]
) -> None:
    for start, end in short_zeros(hourly, longest):
        detail = "0 MW, taken as missing"
        found.append(Noticed(Finding.ZERO, Action.DROPPED, local[start], end - start, where(start), detail))
        hourly[start:end] = np.nan


def _without_other_levels(
    hourly: Floats, local: Times, found: list[Noticed], where: Callable[[int], str]
) -> None:
    for start, end in other_levels(hourly):
        detail = (
            f"{np.nanmedian(hourly[start:end]):.0f} MW in the midst, far from the weeks around: another unit?"
        )
        found.append(Noticed(Finding.LEVEL, Action.DROPPED, local[start], end - start, where(start), detail))
        hourly[start:end] = np.nan


def _hours(
    sheet: HourlySheet,
    utc: Times,
    load: Floats,
    warm: Floats,
    rows: Integers,
    step: int,
    zone: str,
    found: list[Noticed],
) -> tuple[Times, Floats, Floats, Integers]:
    """One value an hour: the mean of the readings inside it."""
    first_local = local_times(utc[:1], zone)[0]
    into_hour = (first_local - first_local.astype("datetime64[h]")).astype("timedelta64[m]")
    first = utc.min() - into_hour
    place = hour_places(utc, first)
    grid = np.arange(first, first + (int(place.max()) + 1) * HOUR, HOUR)
    _note_duplicates(sheet, utc, load, rows, zone, found)
    known = ~np.isnan(load)
    count = np.bincount(place[known], minlength=len(grid))
    with np.errstate(invalid="ignore"):
        hourly = np.bincount(place[known], load[known], len(grid)) / count
        hourly_warm = warm
        if len(warm):
            felt = ~np.isnan(warm)
            hourly_warm = np.bincount(place[felt], warm[felt], len(grid)) / np.bincount(
                place[felt], minlength=len(grid)
            )
    if step < 60:
        wanted = 60 // step
        detail = f"readings every {step} minutes were averaged to hours"
        found.append(Noticed(Finding.AVERAGED, Action.AVERAGED, first_local, len(grid), "", detail))
        hourly[count * 2 < wanted] = np.nan
    return grid, hourly, hourly_warm, place


def _note_duplicates(
    sheet: HourlySheet, utc: Times, load: Floats, rows: Integers, zone: str, found: list[Noticed]
) -> None:
    order = np.argsort(utc, kind="stable")
    again = order[1:][np.diff(utc[order]).astype(np.int64) == 0]
    again.sort()
    local = local_times(utc[again], zone)
    first_of = {time: at for at, time in reversed(list(enumerate(utc)))} if len(again) else {}
    for at, when in zip(again, local, strict=True):
        first = first_of[utc[at]]
        detail = f"{load[first]:g} and {load[at]:g} MW"
        cell = sheet.cell(int(rows[at]))
        found.append(Noticed(Finding.DUPLICATE, Action.AVERAGED, when, 1, cell, detail))
    _note_days_under_other_dates(local, utc, zone, found)


def _note_days_under_other_dates(again: Times, utc: Times, zone: str, found: list[Noticed]) -> None:
    days, counts = np.unique(again.astype("datetime64[D]"), return_counts=True)
    doubled = days[counts >= 23]
    if not len(doubled):
        return
    present = np.unique(local_times(utc, zone).astype("datetime64[D]"))
    missing = np.setdiff1d(np.arange(present[0], present[-1] + np.timedelta64(1, "D")), present)
    for day in doubled:
        near = missing[np.abs((missing - day).astype(np.int64)) <= 31]
        if len(near):
            closest = near[np.argmin(np.abs((near - day).astype(np.int64)))]
            detail = f"the day is listed twice and {closest} not at all: one of the two is probably {closest}"
            found.append(
                Noticed(Finding.SHIFTED_STAMPS, Action.KEPT, day.astype("datetime64[m]"), 24, "", detail)
            )


def _fill_gaps(hourly: Floats, changed: Booleans, local: Times, longest: int, found: list[Noticed]) -> None:
    for start, end in runs(np.isnan(hourly)):
        length = end - start
        short = length <= longest and start > 0 and end < len(hourly)
        if short:
            _interpolate(hourly, np.arange(start, end))
            changed[start:end] = True
        action = Action.FILLED if short else Action.KEPT
        detail = "by a straight line" if short else "longer than the longest gap that is filled"
        found.append(Noticed(Finding.MISSING, action, local[start], length, "", detail))


def _judge(
    hourly: Floats,
    changed: Booleans,
    local: Times,
    rules: CleaningRules,
    found: list[Noticed],
    where: Callable[[int], str],
) -> None:
    usual = usual_load(hourly)
    for start, end in flat_runs(hourly):
        detail = f"{hourly[start]:g} MW in {end - start} hours one after the other"
        found.append(Noticed(Finding.FLAT, Action.KEPT, local[start], end - start - 1, where(start), detail))
    for start, end in outages(hourly, usual):
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
                _interpolate(hourly, np.arange(start, end))
            changed[start:end] = True
    for at, hours in shifted_days(hourly, local):
        later = "later" if hours > 0 else "earlier"
        detail = f"its hours fit the same weekday of the weeks around when read {abs(hours)} h {later}"
        found.append(Noticed(Finding.SHIFTED_DAY, Action.KEPT, local[at], 24, where(at), detail))


def _cell(sheet: HourlySheet, rows: Integers, position: int) -> str:
    return sheet.cell(int(rows[position])) if position >= 0 else ""


def _interpolate(values: Floats, places: Integers) -> None:
    known = np.flatnonzero(~np.isnan(values))
    if len(places) and len(known):
        near = known[max(0, np.searchsorted(known, places[0]) - 1) : np.searchsorted(known, places[-1]) + 1]
        values[places] = np.interp(places, near, values[near])
