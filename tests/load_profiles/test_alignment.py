from __future__ import annotations

import numpy as np

from workbench.hourly_loads.year_hours import hours_of_year, weekdays
from workbench.load_profiles.shapes.alignment import align_days, same_position

BASE, LEAP = hours_of_year(2023).days, hours_of_year(2024).days
NONE = np.zeros(365, dtype=bool)
NONE_LEAP = np.zeros(366, dtype=bool)


def test_ordinary_days_take_the_same_weekday_at_most_three_days_away() -> None:
    target = hours_of_year(2037).days
    aligned = align_days(target, BASE, NONE, NONE)
    away = np.abs(aligned - same_position(target, BASE))

    assert (weekdays(BASE[aligned]) == weekdays(target)).all()
    # At the two ends of the year the same weekday inside the year may lie up to six days away.
    assert away[3:-3].max() <= 3
    assert away.max() <= 6


def test_a_leap_year_has_366_days_and_29_february_takes_a_day_at_the_end_of_february() -> None:
    aligned = align_days(LEAP, BASE, NONE_LEAP, NONE)
    leap_day = int(np.flatnonzero(np.datetime64("2024-02-29") == LEAP)[0])

    assert len(aligned) == 366
    assert abs((BASE[aligned[leap_day]] - np.datetime64("2023-02-28")).astype(int)) <= 3
    assert weekdays(BASE[aligned[leap_day : leap_day + 1]]) == weekdays(LEAP[leap_day : leap_day + 1])


def test_a_common_year_from_a_leap_year_never_moves_its_season() -> None:
    place = same_position(BASE, LEAP)

    assert all(str(a)[5:] == str(b)[5:] for a, b in zip(BASE, LEAP[place], strict=True))


def test_a_holiday_takes_the_nearest_holiday_of_the_base_year() -> None:
    target_holidays, base_holidays = NONE.copy(), NONE.copy()
    target_holidays[100], base_holidays[92], base_holidays[115] = True, True, True

    assert align_days(hours_of_year(2025).days, BASE, target_holidays, base_holidays)[100] == 92


def test_a_holiday_without_one_near_takes_the_day_of_rest() -> None:
    target_holidays, base_holidays = NONE.copy(), NONE.copy()
    target_holidays[100], base_holidays[130] = True, True

    for rest_day in (6, 4):
        aligned = align_days(hours_of_year(2025).days, BASE, target_holidays, base_holidays, rest_day)
        assert weekdays(BASE[aligned[100:101]]) == rest_day
        assert abs(aligned[100] - 100) <= 3


def test_ordinary_days_never_take_a_holiday() -> None:
    rng = np.random.default_rng(0)
    base_holidays = rng.random(365) < 0.2
    aligned = align_days(hours_of_year(2025).days, BASE, NONE, base_holidays)

    assert not base_holidays[aligned].any()
