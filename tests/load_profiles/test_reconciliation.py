from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from workbench.hourly_loads.year_hours import hours_of_year
from workbench.load_profiles.generation.reconciliation import reconcile
from workbench.load_profiles.model.targets import (
    PRECEDENCE,
    BaseMonths,
    ReconciledTargets,
    TargetKind,
    YearTargets,
)

HOURS = hours_of_year(2026)
COUNT = HOURS.hours_by_month.astype(float)
MEANS = np.array([3800, 4100, 3900, 3700, 3650, 3700, 3750, 3800, 3700, 3600, 3900, 4200.0])
BASE = BaseMonths(MEANS * COUNT, np.full(12, 0.75), np.full(12, 0.7))


def reconciled(precedence: tuple[TargetKind, ...] = PRECEDENCE, **given: Any) -> ReconciledTargets:
    return reconcile(YearTargets(2026, **given), BASE, HOURS, precedence)


def test_annual_energy_alone_is_shared_like_the_base_year_and_leaves_the_peaks_free() -> None:
    found = reconciled(energy=40e6)

    assert found.energy.sum() == pytest.approx(40e6, rel=1e-12)
    np.testing.assert_allclose(found.energy / found.energy.sum(), BASE.energy / BASE.energy.sum())
    assert np.isnan(found.peak).all()
    assert found.conflicts == ()


def test_a_load_factor_with_the_energy_gives_the_annual_peak() -> None:
    found = reconciled(energy=40e6, load_factor=0.65)

    assert found.peak.max() == pytest.approx(40e6 / (8760 * 0.65), rel=1e-12)
    assert (found.energy / COUNT < found.peak).all()


def test_a_load_factor_with_the_peak_gives_the_energy() -> None:
    found = reconciled(peak=6000.0, load_factor=0.65)

    assert found.energy.sum() == pytest.approx(6000 * 8760 * 0.65, rel=1e-12)


def test_monthly_load_factors_are_read_and_give_the_peaks() -> None:
    factors = np.linspace(0.6, 0.8, 12)
    found = reconciled(energy=40e6, monthly_load_factor=factors)

    np.testing.assert_allclose(found.energy / COUNT / found.peak, factors, rtol=1e-12)


def test_annual_energy_and_monthly_peaks_share_the_energy_halfway_between_base_and_peaks() -> None:
    peaks = np.linspace(5000, 7000, 12)
    found = reconciled(energy=38e6, monthly_peak=peaks)
    base, by_peak = BASE.energy / BASE.energy.sum(), 0.75 * peaks * COUNT
    middle = np.sqrt(base * by_peak / by_peak.sum())

    np.testing.assert_allclose(found.energy, 38e6 * middle / middle.sum(), rtol=1e-12)
    np.testing.assert_array_equal(found.peak, peaks)


def test_months_that_do_not_sum_to_the_year_yield_by_default_and_it_is_reported() -> None:
    found = reconciled(energy=40e6, monthly_energy=np.full(12, 3.3e6))

    assert found.energy.sum() == pytest.approx(40e6, rel=1e-12)
    assert found.conflicts[0].yields is TargetKind.MONTHLY_ENERGY
    assert "sum to 39,600.00 GWh, the year is 40,000.00 GWh (-1 %)" in found.conflicts[0].sentence


def test_the_year_yields_to_its_months_where_that_is_asked() -> None:
    order = (TargetKind.MONTHLY_ENERGY, TargetKind.ANNUAL_ENERGY)
    found = reconciled(order, energy=40e6, monthly_energy=np.full(12, 3.3e6))

    np.testing.assert_array_equal(found.energy, np.full(12, 3.3e6))
    assert found.conflicts[0].yields is TargetKind.ANNUAL_ENERGY


@pytest.mark.parametrize(
    ("order", "yields", "factor"),
    [
        (PRECEDENCE, TargetKind.LOAD_FACTOR, 40e6 / 8760 / 6500),
        ((TargetKind.ANNUAL_ENERGY, TargetKind.LOAD_FACTOR), TargetKind.ANNUAL_PEAK, 0.6),
        (
            (TargetKind.LOAD_FACTOR, TargetKind.ANNUAL_PEAK, TargetKind.MONTHLY_PEAK),
            TargetKind.ANNUAL_ENERGY,
            0.6,
        ),
    ],
)
def test_of_energy_peak_and_load_factor_the_weakest_yields(
    order: tuple[TargetKind, ...], yields: TargetKind, factor: float
) -> None:
    found = reconciled(order, energy=40e6, peak=6500.0, load_factor=0.6)

    assert found.conflicts[0].yields is yields
    assert found.energy.sum() / 8760 / found.peak.max() == pytest.approx(factor, rel=1e-9)


def test_a_load_factor_that_is_only_rounded_is_no_conflict() -> None:
    assert reconciled(energy=40e6, peak=6500.0, load_factor=0.70).conflicts == ()


def test_a_highest_month_that_is_not_the_peak_of_the_year_is_scaled_and_reported() -> None:
    found = reconciled(energy=38e6, peak=7000.0, monthly_peak=np.linspace(5000, 6500, 12))

    assert found.peak.max() == 7000.0
    assert found.conflicts[0].yields is TargetKind.MONTHLY_PEAK


def test_a_peak_below_the_mean_yields_to_the_energy_and_names_the_month() -> None:
    peaks = np.full(12, 6000.0)
    peaks[2] = 2000.0
    found = reconciled(monthly_energy=MEANS * COUNT, monthly_peak=peaks)

    assert [(c.month, c.yields) for c in found.conflicts] == [(2, TargetKind.MONTHLY_PEAK)]
    assert "the peak of Jun, 2,000.0 MW, is not above its mean of 3,900.0 MW" in found.conflicts[0].sentence
    assert found.peak[2] == pytest.approx(3900 / 0.75)


def test_where_peaks_are_stronger_the_energy_of_a_flat_month_goes_to_the_others() -> None:
    order = (TargetKind.ANNUAL_ENERGY, TargetKind.MONTHLY_PEAK)
    peaks = np.full(12, 6000.0)
    peaks[2] = 2000.0
    found = reconciled(
        order, energy=float((MEANS * COUNT).sum()), monthly_energy=MEANS * COUNT, monthly_peak=peaks
    )

    assert found.peak[2] == 2000.0
    assert (found.energy / COUNT < found.peak).all()
    assert found.energy.sum() == pytest.approx((MEANS * COUNT).sum(), rel=1e-12)


def test_an_annual_peak_below_a_monthly_mean_yields() -> None:
    found = reconciled(energy=40e6, peak=3000.0)

    assert found.conflicts[0].yields is TargetKind.ANNUAL_PEAK
    assert (found.energy / COUNT < found.peak).all()


def test_a_minimum_above_the_mean_yields_and_one_below_is_met_by_the_lowest_month() -> None:
    assert reconciled(energy=40e6, minimum=5000.0).conflicts[0].yields is TargetKind.MINIMUM
    assert np.nanmin(reconciled(energy=40e6, minimum=2000.0).minimum) == 2000.0


def test_no_energy_from_anywhere_is_refused() -> None:
    with pytest.raises(ValueError, match="no annual energy is given and none follows"):
        reconciled(peak=6000.0)


@examples(
    means=st.lists(st.floats(500, 9000), min_size=12, max_size=12),
    peaks=st.lists(st.floats(300, 12000), min_size=12, max_size=12),
    annual=st.floats(5e6, 9e7),
    order=st.permutations(PRECEDENCE),
)
@settings(max_examples=150, deadline=None)
def test_whatever_is_given_the_reconciled_targets_can_hold_together(
    means: list[float], peaks: list[float], annual: float, order: list[TargetKind]
) -> None:
    found = reconciled(
        tuple(order), energy=annual, monthly_energy=np.array(means) * COUNT, monthly_peak=np.array(peaks)
    )
    yielded = {conflict.yields for conflict in found.conflicts}

    assert (found.energy > 0).all()
    assert (found.energy / COUNT < found.peak).all()
    if TargetKind.ANNUAL_ENERGY not in yielded:
        assert found.energy.sum() == pytest.approx(annual, rel=1e-9)
    if TargetKind.MONTHLY_PEAK not in yielded:
        np.testing.assert_array_equal(found.peak, peaks)
    if TargetKind.MONTHLY_ENERGY not in yielded:
        np.testing.assert_allclose(found.energy, np.array(means) * COUNT, rtol=1e-9)
