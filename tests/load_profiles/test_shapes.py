from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hourly_loads.series import INDIA, Area, local_hours, plain_load

from workbench.data.arrays import Times
from workbench.errors import InvalidData, SettingError
from workbench.hourly_loads.day_matrix import DayMatrix, day_matrix
from workbench.hourly_loads.year_hours import hours_of_year, weekdays
from workbench.load_profiles.config import ShapeMethod
from workbench.load_profiles.shapes.ageing import age_warning, shape_ageing
from workbench.load_profiles.shapes.alignment import align_days
from workbench.load_profiles.shapes.choice import ShapeMaker, ShapeSource
from workbench.load_profiles.shapes.day_types import learn_day_types
from workbench.load_profiles.shapes.decomposition import compose, compose_seasonal, decompose, seasonal_parts

NO_DAYS: Times = np.empty(0, dtype="datetime64[D]")


def year_matrix(year: int) -> DayMatrix:
    hours = hours_of_year(year)
    return day_matrix(hours.utc, plain_load(hours.local), INDIA)


def source(
    method: ShapeMethod, years: tuple[int, ...] = (2024, 2025), holidays: Times = NO_DAYS
) -> ShapeSource:
    matrices = {year: year_matrix(year) for year in years}
    latest = matrices[max(years)]
    return ShapeSource(method, matrices, holidays, learn_day_types(latest, np.isin(latest.days, holidays)))


def test_a_year_replayed_on_its_own_calendar_is_itself() -> None:
    hours = hours_of_year(2025)
    shape = ShapeMaker(source(ShapeMethod.REPLAY)).make(hours)

    np.testing.assert_array_equal(shape.load, plain_load(hours.local))
    np.testing.assert_array_equal(shape.base_days, hours.days)


def test_a_replayed_year_keeps_the_weekdays_of_the_target_year() -> None:
    hours = hours_of_year(2031)
    shape = ShapeMaker(source(ShapeMethod.REPLAY)).make(hours)

    assert shape.base_year == 2025
    assert (weekdays(shape.base_days) == weekdays(hours.days)).all()


def test_base_years_in_turn_are_each_a_real_year() -> None:
    maker = ShapeMaker(source(ShapeMethod.ROTATING_YEARS))

    assert [maker.make(hours_of_year(2030 + turn), turn).base_year for turn in range(4)] == [
        2024,
        2025,
        2024,
        2025,
    ]


def test_the_mean_of_years_lies_between_them_and_has_no_single_base_day() -> None:
    hours = hours_of_year(2030)
    shape = ShapeMaker(source(ShapeMethod.MEAN_OF_YEARS)).make(hours)
    single = [ShapeMaker(source(ShapeMethod.REPLAY, (year,))).make(hours).load for year in (2024, 2025)]
    low, high = (function([load / load.mean() for load in single], axis=0) for function in (np.min, np.max))

    assert (shape.load / shape.load.mean() >= low - 0.01).all()
    assert (shape.load / shape.load.mean() <= high + 0.01).all()
    assert np.isnat(shape.base_days).all()


def test_level_profile_and_residual_give_the_year_back_exactly() -> None:
    matrix = year_matrix(2025)
    holidays = np.isin(matrix.days, np.array(["2024-08-15", "2025-01-26"], dtype="datetime64[D]"))
    again = compose(decompose(matrix, holidays), matrix.days, holidays, np.arange(len(matrix)))

    np.testing.assert_allclose(again, matrix.grid, rtol=1e-12)


def test_a_holiday_of_another_date_takes_the_holiday_factor_with_it() -> None:
    matrix = year_matrix(2025)
    grid = matrix.grid.copy()
    feast = int(np.flatnonzero(matrix.days == np.datetime64("2024-10-16"))[0])
    grid[feast] *= 0.8
    moved = np.datetime64("2025-10-22")
    days = np.array([matrix.days[feast], moved])
    for method in (ShapeMethod.DECOMPOSITION, ShapeMethod.REPLAY):
        made = replace(source(method, (2025,), days), years={2025: DayMatrix(matrix.days, grid)})
        hours = hours_of_year(2026)
        daily = ShapeMaker(made).make(hours).load.reshape(-1, 24).mean(axis=1)
        at = int(np.flatnonzero(hours.days == moved)[0])

        assert 0.7 < daily[at] / daily[at - 7 : at + 8].mean() < 0.9, method


def test_seasonal_decomposition_is_seeded_and_stays_at_the_level_of_its_year() -> None:
    matrix, days = year_matrix(2025), hours_of_year(2030).days
    parts, none = seasonal_parts(matrix), np.zeros(365, dtype=bool)
    aligned = align_days(days, matrix.days, none, none)
    first, again, other = (
        compose_seasonal(parts, days, none, none, aligned, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )

    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    # The replaced system started its decomposition from a constant 100 MW.
    assert first.mean() == pytest.approx(matrix.grid.mean(), rel=0.02)
    assert np.mean(np.abs(first / other - 1)) < 0.1


def test_seasonal_decomposition_makes_a_year_of_its_own_beside_any_others() -> None:
    made = ShapeMaker(source(ShapeMethod.STL, (2025,)))
    alone = made.make(hours_of_year(2030)).load
    made.make(hours_of_year(2031))

    np.testing.assert_array_equal(made.make(hours_of_year(2030)).load, alone)
    assert 0.05 < np.std(alone) / alone.mean() < 0.3


def test_similar_days_follow_the_temperature_of_the_weather_year() -> None:
    rng = np.random.default_rng(3)
    matrices, warmth = {}, {}
    for year in (2024, 2025):
        days = hours_of_year(year).days
        degrees = 25 + 6 * np.sin(np.arange(len(days)) / 60) + 3 * rng.standard_normal(len(days))
        grid = np.outer(1000 + 30 * (degrees - 25), np.ones(24)) + np.arange(24)
        matrices[year] = DayMatrix(days, grid)
        warmth[year] = DayMatrix(days, np.repeat(degrees[:, None], 24, axis=1))
    types = learn_day_types(matrices[2024], np.zeros(366, dtype=bool))
    made = ShapeSource(
        ShapeMethod.SIMILAR_DAY, {2024: matrices[2024]}, NO_DAYS, types, warmth, weather_year=2025
    )
    hours = hours_of_year(2025)
    similar = ShapeMaker(made).make(hours).load
    replayed = ShapeMaker(replace(made, method=ShapeMethod.REPLAY)).make(hours).load
    actual = matrices[2025].grid.ravel()

    assert np.abs(similar / actual - 1).mean() < 0.3 * np.abs(replayed / actual - 1).mean()


def test_similar_days_without_temperatures_are_refused() -> None:
    with pytest.raises(SettingError, match="Similar days need hourly temperatures of 2025"):
        ShapeMaker(source(ShapeMethod.SIMILAR_DAY, (2025,)))


def test_a_base_year_with_hours_without_load_is_refused() -> None:
    matrix = year_matrix(2025)
    grid = matrix.grid.copy()
    grid[10, 3] = 0
    with pytest.raises(InvalidData, match="has hours without load"):
        ShapeMaker(replace(source(ShapeMethod.REPLAY, (2025,)), years={2025: DayMatrix(matrix.days, grid)}))


def test_daylight_saving_years_have_the_hours_of_the_clock() -> None:
    hours = hours_of_year(2025, 1, "America/New_York")
    base = hours_of_year(2024, 1, "America/New_York")
    matrix = day_matrix(base.utc, plain_load(base.local), "America/New_York")
    made = ShapeSource(
        ShapeMethod.REPLAY, {2024: matrix}, NO_DAYS, learn_day_types(matrix, np.zeros(366, dtype=bool))
    )
    shape = ShapeMaker(made).make(hours)

    assert len(shape.load) == 8760
    assert np.isfinite(shape.load).all()


def test_the_shape_of_kerala_ages_and_long_replays_are_warned_of(kerala: Area) -> None:
    ageing = shape_ageing(kerala.years())
    seven = ageing[ageing.age == 7].iloc[0]

    assert ageing.pairs.tolist() == [7, 6, 5, 4, 3, 2, 1]
    assert seven.profile_change == pytest.approx(3.4, abs=0.2)
    assert abs(seven.ramp_change) > 30
    assert "7 years apart differ by 3.5 %" in age_warning(ageing, 2025, 2037)
    assert age_warning(ageing, 2025, 2028) == ""


def test_local_hours_of_the_plain_load_have_low_sundays() -> None:
    times = local_hours("2024-04-01", "2024-04-14")
    daily = plain_load(times).reshape(-1, 24).mean(axis=1)

    assert sorted(np.argsort(daily)[:2].tolist()) == [6, 13]
