"""Peaks in ordinary weather: a load whose answer to temperature is known, over years with known weather."""

from __future__ import annotations

import numpy as np
import pytest
from hourly_loads.series import local_hours

from workbench.data.arrays import Booleans, Floats, Times
from workbench.hourly_loads.day_matrix import DayMatrix, day_matrix
from workbench.load_profiles.shapes.peak_chances import PeakChances, learn_peak_chances, with_weather
from workbench.load_profiles.shapes.peak_weather import PeakWeather, learn_peak_weather

YEARS = range(2008, 2024)
MEASURED = (2020, 2021, 2022, 2023)
SLOPE = 0.03
"""What a degree above 24 adds to the load, of the load without it."""


def temperature(times: Times, year: int) -> Floats:
    """A year whose summer is hotter or milder by some degrees, and whose days scatter."""
    rng = np.random.default_rng(year)
    day = (times.astype("datetime64[D]") - times[0].astype("datetime64[D]")).astype(int)
    hour = (times - times.astype("datetime64[D]")).astype("timedelta64[m]").astype(int) / 60
    # The last measured year had an extraordinary summer.
    summer = 14 + (3 if year == MEASURED[-1] else rng.normal(0, 0.8))
    rhythm = 16 + summer * np.sin(np.pi * day / 365) ** 2
    return rhythm + rng.normal(0, 1.5, day.max() + 1)[day] + 4 * np.cos((hour - 15) / 24 * 2 * np.pi)


def load_at(times: Times, warmth: Floats) -> Floats:
    day = times.astype("datetime64[D]")
    hour = (times - day).astype("timedelta64[m]").astype(int) / 60
    base = 1000 + 100 * np.cos((hour - 19) / 24 * 2 * np.pi)
    days = warmth.reshape(-1, 24).mean(axis=1)
    before = np.concatenate([days[:1], days[:-1]])
    felt = np.repeat(np.maximum(0.7 * days + 0.3 * before - 24, 0), 24)
    weekend = np.where((day.astype(int) + 3) % 7 >= 5, 0.93, 1.0)
    return base * weekend * (1 + SLOPE * felt)


def matrices() -> tuple[dict[int, DayMatrix], dict[int, DayMatrix]]:
    loads, warmth = {}, {}
    for year in YEARS:
        times = local_hours(f"{year}-01-01", f"{year}-12-31")
        felt = temperature(times, year)
        warmth[year] = day_matrix(times, felt, "UTC")
        loads[year] = day_matrix(times, load_at(times, felt), "UTC")
    return loads, warmth


def no_holiday(days: Times) -> Booleans:
    return np.zeros(len(days), dtype=bool)


def ratios_of(loads: dict[int, DayMatrix], years: tuple[int, ...] | range) -> dict[int, Floats]:
    found = {}
    for year in years:
        grid, days = loads[year].grid, loads[year].days
        months = days.astype("datetime64[M]").astype(int)
        peaks = [grid[months == month].max() for month in np.unique(months)]
        found[year] = np.array([grid.max(), *peaks]) / grid.mean()
    return found


@pytest.fixture(scope="module")
def learned() -> tuple[PeakWeather, PeakChances, PeakChances, Floats]:
    """What is learned with and without temperatures from four years, and the ratios of all sixteen."""
    loads, warmth = matrices()
    four = {year: loads[year] for year in MEASURED}
    weather = learn_peak_weather(four, warmth, no_holiday)
    assert weather is not None
    plain = learn_peak_chances(ratios_of(loads, MEASURED))
    assert plain is not None
    every = np.array(list(ratios_of(loads, YEARS).values()))
    return weather, plain, with_weather(plain, weather, ratios_of(loads, MEASURED)), every


def test_the_answer_to_temperature_is_found_again(learned) -> None:
    response = learned[0].response
    assert response.explained > 0.8
    # The peak of a day, about 1.05 of the mean of the year, grows by the slope of all hours.
    assert response.slopes[0, 1] == pytest.approx(SLOPE, rel=0.25)
    assert response.slopes[0, 0] == pytest.approx(0, abs=0.002)


def test_the_peak_of_a_hot_year_is_brought_to_ordinary_weather(learned) -> None:
    weather, _, _, every = learned
    ordinary = float(np.median(every[:, 0]))
    measured = float(every[-1, 0])
    assert measured > 1.03 * ordinary
    assert weather.normal(MEASURED[-1]) == pytest.approx(ordinary, rel=0.02)


def test_levels_from_all_weathers_are_nearer_to_those_of_all_years(learned) -> None:
    _, plain, normal, every = learned
    for percent in (50, 90):
        true = float(np.quantile(every[:, 0], percent / 100))
        away = [abs(one.ratios(percent)[0] / true - 1) for one in (plain, normal)]
        assert away[1] < away[0]
    inside = every <= normal.ratios(90)
    assert 0.82 <= inside.mean() <= 0.99


def test_without_temperatures_that_matter_nothing_is_brought_anywhere() -> None:
    loads, warmth = matrices()
    flat = {
        year: DayMatrix(
            loads[year].days, np.random.default_rng(year).normal(1000, 20, loads[year].grid.shape)
        )
        for year in MEASURED
    }
    assert learn_peak_weather(flat, warmth, no_holiday) is None
    assert learn_peak_weather(loads, {2023: warmth[2023]}, no_holiday) is None
