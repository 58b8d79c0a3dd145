from __future__ import annotations

import numpy as np
import pytest
from hourly_loads.series import Area, plain_load

from workbench.hourly_loads.history_years import year_load
from workbench.hourly_loads.year_hours import hours_of_year
from workbench.load_profiles.config import ShapeMethod
from workbench.load_profiles.generation.accuracy import accuracy_of
from workbench.load_profiles.generation.holdout import hold_out, source_before
from workbench.load_profiles.model.targets import Transform
from workbench.load_profiles.shapes.choice import ShapeSource
from workbench.load_profiles.shapes.day_types import learn_day_types

HOURS = hours_of_year(2025)
ACTUAL = plain_load(HOURS.local)


def test_a_perfect_profile_has_no_error() -> None:
    found = accuracy_of(ACTUAL, ACTUAL, HOURS)

    assert all(getattr(found, name) == 0 for name in found.__dataclass_fields__)


def test_a_profile_two_percent_high_is_two_percent_off_everywhere() -> None:
    found = accuracy_of(1.02 * ACTUAL, ACTUAL, HOURS)

    for name in found.__dataclass_fields__:
        assert getattr(found, name) == pytest.approx(2, rel=0.03), name


def test_hours_in_another_order_have_the_same_duration_curve_but_not_the_same_hours() -> None:
    found = accuracy_of(ACTUAL[::-1].copy(), ACTUAL, HOURS)

    assert found.duration_curve == pytest.approx(0, abs=1e-12)
    assert found.hourly_mape > 1


def kerala_source(kerala: Area) -> ShapeSource:
    matrix = kerala.history.days()
    types = learn_day_types(matrix, np.isin(matrix.days, kerala.holidays))
    return ShapeSource(ShapeMethod.REPLAY, kerala.years(), kerala.holidays, types)


def test_kerala_2025_held_out_is_within_6_3_percent_and_its_peak_is_exact(kerala: Area) -> None:
    source = source_before(kerala_source(kerala), 2025, {})
    assert source is not None
    table, load = hold_out(source, year_load(kerala.history, HOURS), HOURS, Transform.TAIL_DAY)
    chosen = table[table.chosen].iloc[0]

    assert list(source.years) == [2024]
    assert chosen.hourly_mape < 6.3
    assert abs(chosen.peak) < 1e-9
    assert abs(chosen.monthly_peak) < 1e-9
    assert set(table["transform"]) == {kind.value for kind in Transform}
    assert len(load) == 8760


def test_only_years_before_the_held_out_one_are_used(kerala: Area) -> None:
    everything = kerala_source(kerala)
    named = source_before(everything, 2023, {2020: None, 2022: None, 2024: None})

    assert named is not None
    assert list(named.years) == [2020, 2022]
    assert source_before(everything, 2018, {}) is None
