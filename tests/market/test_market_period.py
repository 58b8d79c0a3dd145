from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import SettingError
from workbench.market.model.clock import day_of
from workbench.market.model.nem import NEM
from workbench.market.model.period import Period, Resolution, cut, fitting_resolution
from workbench.market.model.period_text import read_period

minutes = st.integers(28_000_000, 30_000_000)


@given(minutes, st.integers(1, 60_000), st.sampled_from(list(Resolution)))
def test_bins_tile_the_period(begin, length, resolution):
    period = Period(np.datetime64(begin * 5, "m"), np.datetime64((begin + length) * 5, "m"))
    bins = cut(period, resolution, NEM)
    assert bins.edges[0] == period.begin
    assert bins.edges[-1] == period.end
    assert (np.diff(bins.edges) > np.timedelta64(0, "m")).all()


@pytest.mark.parametrize(
    ("resolution", "count", "second"),
    [
        (Resolution.HOUR, 49 * 24 + 1, "2025-02-10T14:00"),
        (Resolution.DAY, 50, "2025-02-11T00:00"),
        (Resolution.WEEK, 8, "2025-02-17T00:00"),
        (Resolution.MONTH, 2, "2025-03-01T00:00"),
    ],
)
def test_bins_begin_on_hours_days_mondays_and_months(resolution, count, second):
    bins = cut(Period("2025-02-10T13:30", "2025-03-31T13:30"), resolution, NEM)
    assert len(bins) == count
    assert str(bins.begins[1]) == second


def test_the_current_day_lasts_until_the_first_interval_of_the_next():
    before = Period.last_days(1, np.datetime64("2025-08-20T23:55"))
    midnight = Period.last_days(1, np.datetime64("2025-08-21T00:00"))
    after = Period.last_days(1, np.datetime64("2025-08-21T00:05"))
    assert str(before.begin) == str(midnight.begin) == "2025-08-20T00:00"
    assert str(after.begin) == "2025-08-21T00:00"
    assert midnight.hours == 24


def test_several_days_are_whole_days_and_the_current_one():
    period = Period.last_days(7, np.datetime64("2025-08-20T10:05"))
    assert str(period) == "2025-08-14 00:00 to 2025-08-20 10:05"


def test_the_comparable_period_is_as_long_and_on_the_same_weekdays():
    period = Period("2025-08-18", "2025-08-25")
    before = period.comparable()
    assert before.hours == period.hours
    assert str(before.begin) == "2024-08-19T00:00"


def test_stamps_at_the_end_are_inside_and_at_the_begin_are_not():
    period = Period.of_days("2025-08-20", "2025-08-20")
    stamps = np.array(["2025-08-20T00:00", "2025-08-20T00:05", "2025-08-21T00:00"], dtype="datetime64[m]")
    assert period.holds(stamps).tolist() == [False, True, True]
    assert (day_of(stamps, 5)[1:] == np.datetime64("2025-08-20")).all()


def test_an_empty_period_is_refused():
    with pytest.raises(ValueError, match="expected its end after its begin"):
        Period("2025-08-20", "2025-08-20")


@pytest.mark.parametrize("days", [1, 2, 7, 30, 90, 365, 900, 4000])
def test_a_period_fits_a_screen_in_its_resolution(days):
    period = Period("2015-01-01", np.datetime64("2015-01-01") + np.timedelta64(days, "D"))
    assert 20 <= len(cut(period, fitting_resolution(period, NEM), NEM)) <= 1500


NOW = np.datetime64("2025-03-31T10:05")


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2025", "2025-01-01 00:00 to 2026-01-01 00:00"),
        ("2025-Q1", "2025-01-01 00:00 to 2025-04-01 00:00"),
        ("2025q4", "2025-10-01 00:00 to 2026-01-01 00:00"),
        ("2025-07", "2025-07-01 00:00 to 2025-08-01 00:00"),
        ("2024-02-29", "2024-02-29 00:00 to 2024-03-01 00:00"),
        ("2025-07-01/2025-07-08", "2025-07-01 00:00 to 2025-07-09 00:00"),
        ("2025-07-01 to 2025-07-08", "2025-07-01 00:00 to 2025-07-09 00:00"),
        ("2024/2025", "2024-01-01 00:00 to 2026-01-01 00:00"),
        ("2025-07-01T06:30/2025-07-01T09:00", "2025-07-01 06:30 to 2025-07-01 09:00"),
        ("2025-07-01 06:30 / 2025-07-02", "2025-07-01 06:30 to 2025-07-03 00:00"),
        ("last 7 days", "2025-03-25 00:00 to 2025-03-31 10:05"),
        ("Last  day", "2025-03-31 00:00 to 2025-03-31 10:05"),
        ("last 2 weeks", "2025-03-18 00:00 to 2025-03-31 10:05"),
        ("last 12 hours", "2025-03-30 22:05 to 2025-03-31 10:05"),
        ("last month", "2025-03-01 00:00 to 2025-03-31 10:05"),
        ("last 2 years", "2023-04-01 00:00 to 2025-03-31 10:05"),
    ],
)
def test_a_period_is_read_from_text(text, period):
    assert str(read_period(text, NOW)) == period


@pytest.mark.parametrize(
    "text",
    [
        *("", "July", "2025-13", "2025-02-30", "2025-7", "2025-07-09/2025-07-01", "last 0 days", "last", "/"),
        *(2025, None, 7.5, b"2025", ("2025-07", "2025-08"), "2025/", "2025/2026/2027", "NaT"),
    ],
)
def test_what_is_no_period_is_a_sentence_that_shows_examples(text):
    with pytest.raises(SettingError, match='write it like "2025", "2025-Q3", "2025-07"'):
        read_period(text, NOW)


def test_a_period_stays_one():
    period = Period("2025-02-10T13:30", "2025-03-31T13:30")
    assert read_period(period, NOW) is period
