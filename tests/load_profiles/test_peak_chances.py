"""Peaks as probabilities: what was measured in earlier years says how high the next may be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from workbench.data.arrays import Floats, Times
from workbench.data.projects.project import Project
from workbench.errors import SettingError
from workbench.hourly_loads.year_hours import hours_of_year
from workbench.load_profiles.jobs import make_load_profiles
from workbench.load_profiles.shapes.peak_chances import learn_peak_chances, peak_ratios


def test_the_levels_hold_as_many_later_peaks_as_they_say() -> None:
    rng = np.random.default_rng(3)
    below = {10: 0, 50: 0, 90: 0}
    for _ in range(400):
        years = np.exp(0.4 + 0.04 * rng.standard_normal((7, 13)))
        chances = learn_peak_chances(dict(enumerate(years[:6])))
        assert chances is not None
        for level in below:
            below[level] += int((years[6] <= chances.ratios(level)).sum())
    shares = {level: 100 * count / (400 * 13) for level, count in below.items()}
    assert shares == pytest.approx({10: 10, 50: 50, 90: 90}, abs=3)


def test_a_single_year_says_nothing_of_other_years() -> None:
    assert learn_peak_chances({2025: np.ones(13)}) is None


def test_ratios_are_peaks_over_the_mean_of_the_year() -> None:
    hours = hours_of_year(2025)
    load = np.full(len(hours), 90.0)
    load[0], load[-1] = 120.0, 150.0
    ratios = peak_ratios(load, hours) * load.mean()
    assert ratios[[0, 1, 2, 12]] == pytest.approx([150, 120, 90, 150])


def test_a_profile_has_the_levels_beside_its_peak_and_may_be_made_for_one(
    small_project: Callable[..., Project],
) -> None:
    def hotter_each_year(times: Times) -> Floats:
        hour = times.astype("datetime64[h]").astype(np.int64)
        year = times.astype("datetime64[Y]").astype(int) + 1970
        hot = np.where((hour % 8760) % 3000 < 20, 1.15 + 0.03 * (year % 3), 1.0)
        return (1000 + 150 * np.sin(hour / 24 * 2 * np.pi)) * hot

    project = small_project(load=hotter_each_year, first="2021-04-01")
    settings = {"energy_source": "growth", "last_year": 2026, "holdout_years": 0}
    plain = make_load_profiles(project, **settings).table("years").iloc[0]
    assert plain.peak_p10 < plain.peak_p50 < plain.peak_p90

    high = make_load_profiles(project, peak_level="p90", **settings)

    row = high.table("years").iloc[0]
    assert row.peak == pytest.approx(plain.peak_p90, rel=1e-9)
    assert row.energy == pytest.approx(plain.energy, rel=1e-9)
    months = high.table("months")
    assert (months.peak_p10 <= months.peak_p90).all()
    (note,) = (note for note in high.notes if "P10, P50 and P90 of the peaks rest on" in note.message)
    assert "the weather and load factors of 4 years; a P90 from the years before held" in note.message


def test_a_level_needs_two_whole_years(small_project: Callable[..., Project]) -> None:
    project = small_project(first="2024-04-01")
    with pytest.raises(SettingError, match="has less than two whole years"):
        make_load_profiles(project, energy_source="growth", last_year=2026, holdout_years=0, peak_level="p50")
