from __future__ import annotations

import datetime

import numpy as np
import pytest

from workbench.hourly_loads.year_hours import (
    clock_hours,
    hours_of_year,
    local_times,
    weekdays,
    year_of_days,
)


@pytest.mark.parametrize(
    ("year", "first_month", "hours"), [(2024, 4, 8784), (2025, 4, 8760), (2024, 1, 8784), (2100, 1, 8760)]
)
def test_a_year_with_a_leap_day_has_a_day_more(year: int, first_month: int, hours: int) -> None:
    assert len(hours_of_year(year, first_month)) == hours


def test_a_fiscal_year_is_named_by_its_end_and_its_months_begin_with_april() -> None:
    hours = hours_of_year(2025)

    assert hours.days[0] == np.datetime64("2024-04-01")
    assert hours.days[-1] == np.datetime64("2025-03-31")
    assert hours.month_names[:2] == ("Apr", "May")
    assert hours.hours_by_month.tolist() == [24 * d for d in (30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28, 31)]


def test_daylight_saving_gives_a_day_of_23_and_a_day_of_25_hours() -> None:
    # Clocks in the United States went forward on 10 March and back on 3 November 2024 (15 U.S.C. 260a).
    hours = hours_of_year(2024, 1, "America/New_York")
    by_day = np.bincount(hours.day)

    assert len(hours) == 8784
    assert hours.days[by_day == 23].tolist() == [datetime.date(2024, 3, 10)]
    assert hours.days[by_day == 25].tolist() == [datetime.date(2024, 11, 3)]
    assert hours.clock[hours.days[hours.day] == np.datetime64("2024-11-03")].tolist().count(1) == 2
    assert 2 not in hours.clock[hours.days[hours.day] == np.datetime64("2024-03-10")]


def test_the_hours_of_a_half_hour_zone_begin_at_full_local_hours() -> None:
    hours = hours_of_year(2025)

    assert hours.utc[0] == np.datetime64("2024-03-31T18:30")
    assert hours.local[0] == np.datetime64("2024-04-01T00:00")


def test_weekdays_and_years_of_days_agree_with_the_standard_library() -> None:
    days = np.arange(np.datetime64("1999-12-25"), np.datetime64("2026-06-01"), np.timedelta64(17, "D"))
    plain = days.tolist()

    assert weekdays(days).tolist() == [day.weekday() for day in plain]
    assert year_of_days(days, 4).tolist() == [day.year + (day.month >= 4) for day in plain]
    assert year_of_days(days, 1).tolist() == [day.year for day in plain]


def test_local_times_and_clock_hours_follow_the_zone() -> None:
    utc = np.array(["2024-07-01T00:00", "2024-12-01T00:00"], dtype="datetime64[m]")
    local = local_times(utc, "Europe/Berlin")

    assert clock_hours(local).tolist() == [2, 1]
