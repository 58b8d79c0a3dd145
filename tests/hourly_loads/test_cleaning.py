"""What is noticed in a history, what is done about it, and that nothing is repaired in silence."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import numpy as np
import pytest

from hourly_loads.series import Area, local_hours, plain_load, sheet_of
from workbench.data.arrays import Floats, Times
from workbench.data.problems import Problems, Severity
from workbench.hourly_loads.cleaning import History, clean
from workbench.hourly_loads.findings import Action, Finding, findings_table, report_findings
from workbench.hourly_loads.history_years import history_years, partial_years
from workbench.hourly_loads.rules import CleaningRules, Clock, NegativeLoads, SpikeHandling, Stamps
from workbench.hourly_loads.year_hours import HOUR, local_times

TIMES = local_hours("2024-01-01", "2024-03-31")
LOAD = plain_load(TIMES)


def kinds(history: History) -> set[tuple[Finding, Action]]:
    return {(item.finding, item.action) for item in history.found}


def only(history: History, finding: Finding) -> list[str]:
    return [str(item.first) for item in history.found if item.finding is finding]


def test_a_clean_history_is_left_as_it_is_and_nothing_is_noticed() -> None:
    history = clean(sheet_of(TIMES, LOAD), CleaningRules())

    np.testing.assert_array_equal(history.load, LOAD)
    np.testing.assert_array_equal(history.local, TIMES)
    assert history.found == ()
    assert not history.changed.any()


def test_short_gaps_are_filled_by_a_straight_line_and_reported_with_their_place() -> None:
    keep = np.ones(len(TIMES), dtype=bool)
    keep[500:502] = False
    history = clean(sheet_of(TIMES[keep], LOAD[keep]), CleaningRules())

    np.testing.assert_allclose(history.load[499:503], np.interp([0, 1, 2, 3], [0, 3], LOAD[[499, 502]]))
    assert kinds(history) == {(Finding.MISSING, Action.FILLED)}
    assert only(history, Finding.MISSING) == [str(TIMES[500])]
    assert history.changed.sum() == 2


def test_long_gaps_stay_unknown_and_their_year_is_not_offered() -> None:
    keep = np.ones(len(TIMES), dtype=bool)
    keep[500:510] = False
    history = clean(sheet_of(TIMES[keep], LOAD[keep]), CleaningRules())

    assert np.isnan(history.load[500:510]).all()
    assert kinds(history) == {(Finding.MISSING, Action.KEPT)}
    assert not history_years(history, 1).complete.any()


def test_duplicated_hours_are_averaged_and_both_values_are_shown() -> None:
    times, load = np.insert(TIMES, 301, TIMES[300]), np.insert(LOAD, 301, LOAD[300] + 100)
    history = clean(sheet_of(times, load), CleaningRules())

    assert history.load[300] == pytest.approx(LOAD[300] + 50)
    found = next(item for item in history.found if item.finding is Finding.DUPLICATE)
    assert found.cell == "C303"
    assert f"{LOAD[300]:g} and {LOAD[300] + 100:g} MW" in found.detail


def test_a_day_typed_under_another_date_is_named_with_both_dates() -> None:
    times = TIMES.copy()
    wrong = TIMES.astype("datetime64[D]") == np.datetime64("2024-02-11")
    times[wrong] -= np.timedelta64(1440, "m")
    history = clean(sheet_of(times, LOAD), CleaningRules())
    found = next(item for item in history.found if item.finding is Finding.SHIFTED_STAMPS)

    assert str(found.first).startswith("2024-02-10")
    assert "2024-02-11 not at all" in found.detail
    assert found.action is Action.KEPT
    assert np.isnan(history.load).sum() == 24


def test_a_day_shifted_by_some_hours_is_noticed_and_left() -> None:
    load = LOAD.copy()
    day = slice(24 * 40, 24 * 41)
    load[day] = np.roll(load[day], 3)
    history = clean(sheet_of(TIMES, load), CleaningRules())
    found = [item for item in history.found if item.finding is Finding.SHIFTED_DAY]

    assert [str(item.first)[:10] for item in found] == [str(TIMES[24 * 40])[:10]]
    assert "3 h earlier" in found[0].detail
    np.testing.assert_array_equal(history.load, load)


def test_midnight_under_the_date_of_the_day_that_ends_is_moved_and_reported() -> None:
    times = TIMES.copy()
    midnight = (times == times.astype("datetime64[D]")) & (times > times[0])
    times[midnight] -= np.timedelta64(1440, "m")
    history = clean(sheet_of(times, LOAD), CleaningRules())

    np.testing.assert_array_equal(history.load, LOAD)
    assert kinds(history) == {(Finding.MIDNIGHT, Action.MOVED)}
    assert history.found[0].hours == 90


def test_negative_loads_are_taken_as_missing_and_named_by_their_cell() -> None:
    load = LOAD.copy()
    load[700] = -50
    history = clean(sheet_of(TIMES, load), CleaningRules())

    assert history.load[700] == pytest.approx((LOAD[699] + LOAD[701]) / 2)
    assert kinds(history) == {(Finding.NEGATIVE, Action.DROPPED), (Finding.MISSING, Action.FILLED)}
    assert history.found[0].cell == "C702"
    assert "-50 MW" in history.found[0].detail


@pytest.mark.parametrize("minutes", [5, 15, 30])
def test_shorter_steps_are_averaged_to_hours(minutes: int) -> None:
    times = local_hours("2024-01-01", "2024-01-31", minutes)
    load = plain_load(times)
    history = clean(sheet_of(times, load), CleaningRules())

    np.testing.assert_allclose(history.load, load.reshape(-1, 60 // minutes).mean(axis=1))
    assert kinds(history) == {(Finding.AVERAGED, Action.AVERAGED)}


def test_an_hour_with_less_than_half_of_its_readings_is_missing() -> None:
    times = local_hours("2024-01-01", "2024-01-31", 15)
    keep = np.ones(len(times), dtype=bool)
    keep[401:404] = False
    history = clean(sheet_of(times[keep], plain_load(times)[keep]), CleaningRules())

    assert (Finding.MISSING, Action.FILLED) in kinds(history)


def test_stamps_at_the_end_of_an_hour_are_moved_to_its_begin() -> None:
    history = clean(sheet_of(TIMES + np.timedelta64(60, "m"), LOAD), CleaningRules(stamps=Stamps.ENDS))

    np.testing.assert_array_equal(history.local, TIMES)


def test_rows_out_of_order_are_sorted_and_reported() -> None:
    order = np.arange(len(TIMES))
    order[100:110], order[200:210] = np.arange(200, 210), np.arange(100, 110)
    history = clean(sheet_of(TIMES[order], LOAD[order]), CleaningRules())

    np.testing.assert_array_equal(history.load, LOAD)
    assert kinds(history) == {(Finding.UNSORTED, Action.SORTED)}


def test_both_hours_of_the_night_when_the_clock_is_put_back_are_kept() -> None:
    # Clocks in the United States went back on 3 November 2024.
    utc = np.arange(
        np.datetime64("2024-11-01T04:00", "m"),
        np.datetime64("2024-11-06T05:00", "m"),
        np.timedelta64(60, "m"),
    )
    from workbench.hourly_loads.year_hours import local_times

    local, load = local_times(utc, "America/New_York"), 1000.0 + np.arange(len(utc))
    history = clean(sheet_of(local, load), CleaningRules(zone="America/New_York"))

    np.testing.assert_array_equal(history.utc, utc)
    np.testing.assert_array_equal(history.load, load)
    assert Finding.DUPLICATE not in {item.finding for item in history.found}


def test_stamps_that_the_local_clock_skips_are_reported() -> None:
    times = local_hours("2024-03-08", "2024-03-12")
    history = clean(sheet_of(times, 1000.0 + np.arange(len(times))), CleaningRules(zone="America/New_York"))

    assert only(history, Finding.CLOCK_CHANGE) == ["2024-03-10T02:00"]
    standard = clean(
        sheet_of(times, 1000.0 + np.arange(len(times))),
        CleaningRules(zone="America/New_York", clock=Clock.STANDARD),
    )
    assert Finding.CLOCK_CHANGE not in {item.finding for item in standard.found}
    assert len(standard.load) == len(times)


def test_outages_are_kept_unless_they_are_to_be_restored() -> None:
    load = LOAD.copy()
    load[1000:1004] *= 0.3
    kept = clean(sheet_of(TIMES, load), CleaningRules())
    restored = clean(sheet_of(TIMES, load), CleaningRules(restore_outages=True))

    assert (Finding.OUTAGE, Action.KEPT) in kinds(kept)
    np.testing.assert_array_equal(kept.load, load)
    assert (Finding.OUTAGE, Action.RESTORED) in kinds(restored)
    assert restored.load[1000:1004] == pytest.approx(LOAD[1000:1004], rel=0.1)
    assert restored.changed[1000:1004].all()


def test_a_day_without_any_load_is_an_outage_and_its_year_no_pattern() -> None:
    load = LOAD.copy()
    load[24 * 40 : 24 * 41] = 0
    history = clean(sheet_of(TIMES, load), CleaningRules())

    assert (Finding.OUTAGE, Action.KEPT) in kinds(history)
    assert Finding.SHIFTED_DAY not in {item.finding for item in history.found}


def test_a_spike_is_filled_from_its_neighbours_unless_it_is_to_be_kept() -> None:
    load = LOAD.copy()
    load[900] *= 1.6
    kept = clean(sheet_of(TIMES, load), CleaningRules(spikes=SpikeHandling.KEEP))
    repaired = clean(sheet_of(TIMES, load), CleaningRules())

    assert (Finding.SPIKE, Action.KEPT) in kinds(kept)
    assert kept.load[900] == load[900]
    assert (Finding.SPIKE, Action.FILLED) in kinds(repaired)
    assert repaired.load[900] == pytest.approx((LOAD[899] + LOAD[901]) / 2)
    assert repaired.changed[900]


@pytest.mark.parametrize("hours", [slice(0, 1), slice(900, 902), slice(900, 930), slice(-2, None)])
def test_hours_ten_times_too_high_set_no_peak_wherever_they_are(hours: slice) -> None:
    load = LOAD.copy()
    load[hours] *= 10
    history = clean(sheet_of(TIMES, load), CleaningRules())

    assert (Finding.SPIKE, Action.FILLED) in kinds(history)
    assert history.load.max() == pytest.approx(LOAD.max(), rel=0.02)


def test_a_zero_hour_is_named_and_filled_and_a_load_that_is_often_zero_is_not() -> None:
    load = LOAD.copy()
    load[900] = 0
    history = clean(sheet_of(TIMES, load), CleaningRules())
    assert history.load[900] == pytest.approx((LOAD[899] + LOAD[901]) / 2)
    assert {(Finding.ZERO, Action.DROPPED), (Finding.MISSING, Action.FILLED)} <= kinds(history)
    assert next(item.cell for item in history.found if item.finding is Finding.ZERO) == "C902"

    nights = np.where(np.arange(len(LOAD)) % 24 < 2, 0.0, LOAD)
    assert Finding.ZERO not in {
        item.finding for item in clean(sheet_of(TIMES, nights), CleaningRules()).found
    }


def test_hours_that_repeat_to_the_last_digit_are_counted() -> None:
    load = LOAD.copy()
    load[600:605] = load[600]
    history = clean(sheet_of(TIMES, load), CleaningRules())

    assert [(item.finding, item.hours) for item in history.found] == [(Finding.FLAT, 4)]


def test_a_partial_year_is_named_with_its_hours() -> None:
    history = clean(sheet_of(TIMES, LOAD), CleaningRules())
    table = history_years(history, 4)
    found = partial_years(table, 4, history.zone)

    assert table.year.tolist() == [2024]
    assert [item.detail for item in found] == ["year 2024 has 2184 of 8784 hours"]
    assert found[0].action is Action.NOT_OFFERED


def test_changes_are_reported_as_changes_and_doubts_as_warnings() -> None:
    load = LOAD.copy()
    load[700], load[600:605] = -50, load[600]
    history = clean(sheet_of(TIMES, load), CleaningRules())
    problems = Problems("load.xlsx")
    report_findings(history.found, "Hourly", problems)
    by_word = {problem.message.split(",")[0]: problem.severity for problem in problems}

    assert by_word == {
        "negative load": Severity.CHANGE,
        "missing hour": Severity.CHANGE,
        "flat repeat": Severity.WARNING,
    }
    assert len(findings_table(history.found)) == len(history.found)
    assert all(str(problem).startswith("load.xlsx, sheet 'Hourly'") for problem in problems)


def test_the_history_of_kerala_is_complete_once_its_midnights_are_dated_right(kerala: Area) -> None:
    """Until 30 December 2022 its 00:00 rows carry the date of the day that ends; sorted by stamp they would be
    two duplicated and two missing hours and 2189 hours a day early."""
    history = kerala.history
    counts = {item.finding: item.hours for item in history.found if item.finding is Finding.MIDNIGHT}
    jumps = np.abs(np.diff(history.load)) / history.load[:-1]
    night = history.local[1:].astype("datetime64[h]").astype(int) % 24 == 0

    assert len(history.load) == 72_288
    assert counts == {Finding.MIDNIGHT: 2189}
    assert not np.isnan(history.load).any()
    # The one spike is filled; nothing else is repaired.
    assert [str(time) for time in history.local[history.changed]] == ["2020-10-21T23:00"]
    assert Finding.DUPLICATE not in {item.finding for item in history.found}
    # A midnight of another day would stand out from 23:00; the median change is that of any hour of the night.
    assert np.median(jumps[night]) < 0.09


@pytest.mark.parametrize("factor", [10.0, 0.1])
def test_weeks_in_another_unit_are_left_out_and_named_and_shorter_stretches_stay_spikes(
    factor: float,
) -> None:
    times = local_hours("2024-04-01", "2025-03-31")
    load = plain_load(times)
    load[4000:4720] *= factor

    history = clean(sheet_of(times, load), CleaningRules())

    (level,) = (item for item in history.found if item.finding is Finding.LEVEL)
    assert (level.action, level.hours, str(level.first)) == (Action.DROPPED, 720, str(times[4000]))
    assert np.isnan(history.load[4000:4720]).all()
    assert not history_years(history, 4).complete.any()

    load = plain_load(times)
    load[4000:4168] *= factor
    week = clean(sheet_of(times, load), CleaningRules())
    assert {item.finding for item in week.found} == {Finding.SPIKE if factor > 1 else Finding.OUTAGE}


def year_with(change: Callable[[Times, Floats], Floats]) -> tuple[Times, Floats]:
    times = local_hours("2023-11-01", "2024-03-31")
    return times, change(times, plain_load(times))


@pytest.mark.parametrize("level", [0.6, 0.45])
def test_a_day_that_is_low_from_midnight_to_midnight_is_a_quiet_day_and_no_outage(level: float) -> None:
    times, load = year_with(
        lambda times, load: (
            load * np.where(times.astype("datetime64[D]") == np.datetime64("2023-12-25"), level, 1.0)
        )
    )
    found = clean(sheet_of(times, load), CleaningRules(restore_outages=True))

    assert kinds(found) == {(Finding.QUIET_DAY, Action.KEPT)}
    np.testing.assert_array_equal(found.load, load)


def test_a_feast_may_be_lower_still_where_it_is_known() -> None:
    times, load = year_with(
        lambda times, load: (
            load * np.where(times.astype("datetime64[D]") == np.datetime64("2023-12-25"), 0.25, 1.0)
        )
    )
    known = CleaningRules(holidays=frozenset({datetime.date(2023, 12, 25)}))

    assert (Finding.OUTAGE, Action.KEPT) in kinds(clean(sheet_of(times, load), CleaningRules()))
    assert kinds(clean(sheet_of(times, load), known)) == {(Finding.QUIET_DAY, Action.KEPT)}


def net_of_sun(times: Times, load: Floats) -> Floats:
    hour = (times - times.astype("datetime64[D]")).astype("timedelta64[m]").astype(int) / 60
    clouds = 1 + 0.3 * np.sin(times.astype("datetime64[D]").astype(int) * 0.7)
    return load - 1000 * clouds * np.maximum(0, np.cos((hour - 12) / 12 * np.pi)) ** 1.5


def test_hours_below_zero_of_a_net_load_are_kept_and_a_jump_below_zero_is_not() -> None:
    times, load = year_with(net_of_sun)
    jump = load.copy()
    jump[1000] = -9999.0
    found, spoiled = (clean(sheet_of(times, one), CleaningRules()) for one in (load, jump))

    assert kinds(found) == {(Finding.NET_LOAD, Action.KEPT)}
    np.testing.assert_array_equal(found.load, load)
    assert only(spoiled, Finding.NEGATIVE) == [str(times[1000])]
    assert spoiled.load.min() == load.min()
    missing = clean(sheet_of(times, load), CleaningRules(negative_loads=NegativeLoads.MISSING))
    assert np.isnan(missing.load[load < 0]).any()


def test_stamps_that_pass_over_both_changes_of_the_clock_are_of_standard_time() -> None:
    times = local_hours("2024-03-01", "2024-11-30")
    load = plain_load(times)
    found = clean(sheet_of(times, load), CleaningRules(zone="America/New_York"))

    assert kinds(found) == {(Finding.CLOCK_CHANGE, Action.MOVED_CLOCK)}
    np.testing.assert_array_equal(found.load, load)
    assert str(found.utc[0]) == "2024-03-01T05:00"


def test_ends_of_readings_on_a_local_clock_are_read_as_they_are_written() -> None:
    utc = np.arange(np.datetime64("2024-03-25T00:00", "m"), np.datetime64("2024-11-10T00:00", "m"), HOUR)
    load, zone = plain_load(utc), "Europe/Berlin"
    ends = local_times(utc + HOUR, zone)
    begins_and_an_hour = local_times(utc, zone) + HOUR
    for stamps in (ends, begins_and_an_hour):
        found = clean(sheet_of(stamps, load), CleaningRules(Stamps.ENDS, zone=zone))
        np.testing.assert_array_equal(found.utc, utc)
        np.testing.assert_array_equal(found.load, load)
