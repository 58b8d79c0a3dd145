"""A clean hourly history from the readings of a file, with a report of everything noticed and done.

Nothing is repaired in silence. Short gaps are filled by a straight line, everything else is left as it is
unless it is requested; years with hours missing are not offered as base.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from workbench.data.arrays import Booleans, Floats, Integers, Times
from workbench.hourly_loads.clock import hour_places, misfits, step_minutes, to_utc, unchanged_clock
from workbench.hourly_loads.day_matrix import DayMatrix, day_matrix
from workbench.hourly_loads.findings import Action, Finding, Noticed
from workbench.hourly_loads.judging import (
    fill_gaps,
    interpolate,
    judge,
    without_negative,
    without_other_levels,
    without_zeros,
)
from workbench.hourly_loads.reading.hourly_sheet import HourlySheet
from workbench.hourly_loads.rules import CleaningRules, Clock, Stamps
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
    def is_net(self) -> bool:
        """Whether hours are below zero: a net load, behind what is produced where it is used."""
        return bool((self.load < 0).any())

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
    times, utc = _begins(sheet, times, step, rules, found)
    utc, load, warm, rows = _existing(sheet, times, utc, load, warm, rows, found)
    load = without_negative(sheet, utc, load, rows, rules, found)
    grid, hourly, hourly_warm, place = _hours(sheet, utc, load, warm, rows, step, rules.zone, found)
    local = local_times(grid, rules.zone)
    changed = np.zeros(len(grid), dtype=bool)
    first_row = np.full(len(grid), -1, dtype=np.int64)
    first_row[place[::-1]] = np.arange(len(place))[::-1]

    def cell(at: int) -> str:
        return _cell(sheet, rows, first_row[at])

    without_zeros(hourly, local, rules.longest_gap, found, cell)
    without_other_levels(hourly, local, found, cell)
    fill_gaps(hourly, changed, local, rules.longest_gap, found)
    if len(hourly_warm):
        interpolate(hourly_warm, np.flatnonzero(np.isnan(hourly_warm)))
    judge(hourly, changed, local, rules, found, cell)
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
    _, utc = _begins(sheet, times, step_minutes(times), rules, [])
    local = local_times(utc, rules.zone)
    hours = np.empty_like(utc)
    hours[order] = utc - (local - local.astype("datetime64[h]"))
    return hours


def _begins(
    sheet: HourlySheet, times: Times, step: int, rules: CleaningRules, found: list[Noticed]
) -> tuple[Times, Times]:
    """Begin of each reading, on the clock of the file and in UTC; what the file says comes before the rules."""
    length = np.timedelta64(step, "m")
    of_ends = (sheet.stamps or rules.stamps) is Stamps.ENDS
    zone = sheet.zone or rules.zone
    if of_ends and not sheet.zone and rules.clock in (Clock.LOCAL, Clock.AUTOMATIC):
        # Some write the local time at which a reading ends, others an hour more than the one at which it begins.
        before, after = misfits(times - length, zone), misfits(times, zone)
        if after < before:
            utc = to_utc(times, Clock.LOCAL, zone) - length
            return local_times(utc, zone), utc
    # The clock is put back at full hours, not at ends of readings.
    if of_ends:
        times = times - length
    clock = rules.clock if not sheet.zone else Clock.UTC if sheet.zone == "UTC" else Clock.LOCAL
    if clock is Clock.AUTOMATIC:
        clock = Clock.LOCAL
        skipped = unchanged_clock(times, step, rules.zone)
        if skipped is not None:
            clock = Clock.STANDARD
            detail = (
                f"the stamps go on when the clock of {rules.zone} is put forward and double no hour when it is put "
                "back: they were read as standard time all year"
            )
            found.append(Noticed(Finding.CLOCK_CHANGE, Action.MOVED_CLOCK, skipped, 1, "", detail))
    return times, to_utc(times, clock, zone)


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


def _cell(sheet: HourlySheet, rows: Integers, position: int) -> str:
    return sheet.cell(int(rows[position])) if position >= 0 else ""
