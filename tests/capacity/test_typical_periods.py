from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.capacity.inputs.availability import solar_availability
from workbench.capacity.model.fiscal_hours import fit_to, hours_of
from workbench.capacity.network.periods import (
    chosen_days,
    critical_days,
    peak_weeks,
    shares_of,
    typical_days,
    whole_year,
)


@pytest.mark.parametrize(("year", "count"), [(2024, 8784), (2025, 8760), (2028, 8784)])
def test_a_fiscal_year_has_all_its_hours(year: int, count: int) -> None:
    hours = hours_of(year)
    assert len(hours) == count
    assert str(hours[0]) == f"{year - 1}-04-01 00:00:00"
    assert str(hours[-1]) == f"{year}-03-31 23:00:00"


def test_a_year_fits_a_leap_year_and_back_without_shifting_the_hours_after_it() -> None:
    plain, leap = hours_of(2025), hours_of(2024)
    values = plain.month.to_numpy() * 100.0 + plain.hour.to_numpy()
    longer = fit_to(values, leap)
    assert longer.size == 8784
    assert (longer[leap.month == 3] // 100 == 3).all()
    np.testing.assert_array_equal(fit_to(longer, plain), values)


@given(count=st.integers(1, 60), hours=st.sampled_from([1, 2, 3, 4, 6]), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_weights_of_typical_days_add_up_to_the_year_exactly(count: int, hours: int, seed: int) -> None:
    profiles = np.random.default_rng(seed).random((365, 24))
    days, nearest = typical_days(profiles, 100, count)
    selection = chosen_days(days, nearest, hours)
    assert shares_of(nearest, days.size).sum() == 365
    # Each day stands for itself among others.
    assert (selection.positions[selection.represents[days] * (24 // hours)] == days * 24).all()
    assert 100 in days
    assert len(set(days.tolist())) == count
    assert selection.weights.sum() == pytest.approx(8760)


def test_days_that_are_alike_are_one_typical_day() -> None:
    kinds = np.repeat(np.eye(24)[:3], [100, 200, 65], axis=0)
    days, nearest = typical_days(kinds, 0, 3)
    assert sorted(shares_of(nearest, 3).tolist()) == [65, 100, 200]
    assert sorted(kinds[days].argmax(axis=1).tolist()) == [0, 1, 2]


def test_averages_are_means_of_their_hours_and_not_picked() -> None:
    values = np.arange(8760.0)
    selection = whole_year(8760, 4)
    np.testing.assert_array_equal(selection.average(values)[:2], [1.5, 5.5])
    assert selection.weights.sum() == 8760


def test_solar_stays_at_its_hours_in_four_hour_years() -> None:
    hours = hours_of(2030)
    selection = whole_year(len(hours), 4)
    sun = selection.average(solar_availability(hours))
    at = hours[selection.positions].hour.to_numpy()
    assert sun[at == 0].max() == 0
    assert sun[at == 20].max() == 0
    assert sun[at == 12].min() > 0.1
    assert sun.mean() == pytest.approx(solar_availability(hours).mean())


def test_each_peak_week_holds_the_peak_of_its_part_of_the_year() -> None:
    load = np.random.default_rng(1).random(8760)
    load[24 * 200 + 19] = 9.0
    selection = peak_weeks(load, 4)
    assert selection.positions.size == 4 * 168
    assert 24 * 200 + 19 in selection.positions
    assert selection.weights.sum() == pytest.approx(8760)


def test_too_many_peak_weeks_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter than a week"):
        peak_weeks(np.ones(8760), 53)


def test_critical_days_are_one_a_month_weighted_with_its_days() -> None:
    hours = hours_of(2030)
    load = np.ones(len(hours))
    load[24 * 14 + 5] = 5.0
    days, nearest = critical_days(hours, load)
    shares = shares_of(nearest, days.size)
    assert days.size == 12
    assert days[0] == 14
    assert shares.sum() == 365
    assert shares[0] == 30


def test_given_critical_days_stand_for_the_days_nearest_to_them() -> None:
    hours = hours_of(2030)
    days, nearest = critical_days(hours, np.ones(len(hours)), ("05-15", "11-15"))
    shares = shares_of(nearest, days.size)
    assert pd.DatetimeIndex(hours[days * 24]).strftime("%m-%d").tolist() == ["05-15", "11-15"]
    assert shares.sum() == 365
    assert abs(shares[0] - shares[1]) < 3
