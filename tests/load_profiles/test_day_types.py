from __future__ import annotations

import numpy as np
import pytest
from hourly_loads.series import Area, local_hours, plain_load

from workbench.hourly_loads.day_matrix import DayMatrix, day_matrix
from workbench.hourly_loads.year_hours import weekdays
from workbench.load_profiles.shapes.day_types import HOLIDAY, day_kinds, learn_day_types

DAYS = np.arange(np.datetime64("2023-04-01"), np.datetime64("2024-04-01"))


def matrix_with(factor: np.ndarray[tuple[int], np.dtype[np.float64]]) -> DayMatrix:
    shape = plain_load(local_hours("2023-04-01", "2023-04-01"))
    season = 1 + 0.2 * np.sin(np.arange(len(DAYS)) / 365 * 2 * np.pi)
    return DayMatrix(DAYS, np.outer(factor * season, shape))


def test_the_factor_of_holidays_is_learned_beside_the_days_around_them() -> None:
    holidays = np.isin(
        DAYS, np.array(["2023-05-03", "2023-08-15", "2023-10-17", "2024-01-25"], dtype="datetime64[D]")
    )
    factor = np.where(holidays, 0.96, 1.0)
    types = learn_day_types(matrix_with(factor), holidays)

    assert types.factors[HOLIDAY] == pytest.approx(0.96, abs=0.004)


def test_the_day_of_rest_is_the_one_with_the_lowest_load() -> None:
    factor = np.where(weekdays(DAYS) == 4, 0.85, 1.0)
    types = learn_day_types(matrix_with(factor), np.zeros(len(DAYS), dtype=bool))

    assert types.rest_day == 4
    assert types.names[0] == "Mon-Thu, Sat-Sun"


def test_saturday_is_a_working_day_in_kerala_and_a_holiday_is_not_a_sunday(kerala: Area) -> None:
    matrix = kerala.history.days()
    types = learn_day_types(matrix, np.isin(matrix.days, kerala.holidays))

    assert types.names == ("Mon-Sat", "Sun", "Holiday")
    assert types.rest_day == 6
    # The replaced system ignored the list and learned 0.74; the true factor is about 0.96.
    assert 0.95 < types.factors[HOLIDAY] < 0.99


def test_a_holiday_on_a_weekday_is_of_the_kind_holiday() -> None:
    days = np.array(["2024-08-15", "2024-08-16"], dtype="datetime64[D]")

    assert day_kinds(days, np.array([True, False])).tolist() == [HOLIDAY, 4]


def test_the_matrix_holds_the_mean_of_an_hour_lived_twice_and_bridges_the_skipped_one() -> None:
    utc = np.arange(
        np.datetime64("2024-01-01T05:00", "m"),
        np.datetime64("2025-01-01T05:00", "m"),
        np.timedelta64(60, "m"),
    )
    values = np.arange(len(utc), dtype=float)
    matrix = day_matrix(utc, values, "America/New_York")
    place = {str(day): number for number, day in enumerate(matrix.days)}
    forward, back = matrix.grid[place["2024-03-10"]], matrix.grid[place["2024-11-03"]]

    assert matrix.grid.shape == (366, 24)
    assert forward[2] == (forward[1] + forward[3]) / 2
    assert forward[3] == forward[1] + 1
    assert back[1] == back[0] + 1.5
    assert back[2] == back[0] + 3


def test_an_hour_that_nobody_measured_stays_unknown() -> None:
    utc = np.arange(
        np.datetime64("2024-01-01T00:00", "m"),
        np.datetime64("2024-01-03T00:00", "m"),
        np.timedelta64(60, "m"),
    )
    values = np.ones(48)
    values[30] = np.nan

    assert np.isnan(day_matrix(utc, values, "UTC").grid).sum() == 1
