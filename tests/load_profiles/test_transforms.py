from __future__ import annotations

import numpy as np
import pytest
from hourly_loads.series import local_hours, plain_load
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.load_profiles.generation.transforms import fit_month, lift_minimum
from workbench.load_profiles.model.targets import Transform

TIMES = local_hours("2024-05-01", "2024-05-31")
BASE = plain_load(TIMES)
DAY = np.repeat(np.arange(31), 24)
EXACT = [kind for kind in Transform if kind is not Transform.MONTHLY_SCALING]


@pytest.mark.parametrize("transform", EXACT)
@given(mean=st.floats(1, 1e6), factor=st.floats(0.35, 0.97))
@settings(max_examples=60, deadline=None)
def test_energy_and_peak_are_both_exact_and_no_hour_is_negative(
    transform: Transform, mean: float, factor: float
) -> None:
    energy, peak = mean * len(BASE), mean / factor
    load = fit_month(BASE, DAY, energy, peak, transform).load

    assert load.sum() == pytest.approx(energy, rel=1e-12)
    assert load.max() == pytest.approx(peak, rel=1e-14)
    assert load.min() >= 0


def test_targets_of_the_base_month_itself_give_it_back() -> None:
    for transform in Transform:
        load = fit_month(BASE, DAY, BASE.sum(), BASE.max(), transform).load

        np.testing.assert_allclose(load, BASE, rtol=1e-9)


def test_the_tail_day_transform_scales_ordinary_days_alike_and_only_the_peak_days_more() -> None:
    fitted = fit_month(BASE, DAY, 1.1 * BASE.sum(), 1.15 * BASE.max())
    ratio = (fitted.load / BASE).reshape(31, 24)
    peaks = BASE.reshape(31, 24).max(axis=1)
    ordinary = ratio[peaks < np.quantile(peaks, 0.85)]

    assert fitted.transform is Transform.TAIL_DAY
    assert fitted.note == "quantile 0.85"
    assert np.ptp(ordinary) < 1e-9
    assert np.ptp(ratio, axis=1).max() < 1e-9
    assert ratio.max() == pytest.approx(1.15)
    assert ratio[peaks.argmax(), 0] == pytest.approx(ratio.max())


def test_a_step_too_far_for_the_tail_goes_to_the_power_transform_and_says_so() -> None:
    fitted = fit_month(BASE, DAY, BASE.sum(), 2 * BASE.max())

    assert fitted.transform is Transform.POWER
    assert fitted.note == "tail-day does not fit"


def test_an_affine_transform_that_would_be_negative_is_not_used() -> None:
    # Deep nights and a low load factor: a straight line through mean and peak lies below zero at night.
    deep = np.tile(np.concatenate((np.full(12, 10.0), np.full(12, 100.0))), 31) + np.arange(744) / 1000
    fitted = fit_month(deep, DAY, 0.3 * deep.sum(), deep.max(), Transform.AFFINE)

    assert fitted.transform is Transform.POWER
    assert fitted.load.min() >= 0


def test_a_month_without_a_peak_target_is_scaled() -> None:
    fitted = fit_month(BASE, DAY, 2 * BASE.sum(), np.nan)

    np.testing.assert_allclose(fitted.load, 2 * BASE)


@pytest.mark.parametrize("factor", [1.0, 1.01, 2.0])
def test_a_mean_at_or_above_the_peak_is_refused(factor: float) -> None:
    with pytest.raises(
        ValueError, match=r"no month of this shape has a mean of 1|no month of this shape has a mean of 2"
    ):
        fit_month(BASE, DAY, factor * 100 * len(BASE), 100.0)


@given(share=st.floats(0.05, 0.95))
@settings(max_examples=40, deadline=None)
def test_a_minimum_is_met_and_energy_and_peak_stay(share: float) -> None:
    minimum = share * BASE.mean()
    lifted = lift_minimum(BASE, minimum)

    assert lifted.min() == pytest.approx(minimum, rel=1e-12)
    assert lifted.max() == BASE.max()
    assert lifted.sum() == pytest.approx(BASE.sum(), rel=1e-12)


def test_a_minimum_above_the_mean_is_refused() -> None:
    with pytest.raises(ValueError, match="is not between 0 and the mean"):
        lift_minimum(BASE, 1.01 * BASE.mean())


def test_a_month_is_fitted_by_its_own_range_and_not_by_the_years() -> None:
    # A global minimum and maximum applied to a low month left its peak far below the target.
    low = 0.5 * BASE
    fitted = fit_month(low, DAY, 1.05 * low.sum(), 1.06 * low.max())

    assert fitted.load.max() == pytest.approx(1.06 * low.max(), rel=1e-14)
