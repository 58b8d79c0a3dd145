from __future__ import annotations

import numpy as np
import pytest

from workbench.forecasting.growth_intervals import half_widths
from workbench.forecasting.quantiles import conformal_quantile

NO_ERRORS = np.empty((1, 0))


def test_conformal_quantile_is_the_ceil_k_plus_one_times_level_smallest() -> None:
    errors = np.arange(1.0, 10.0)
    assert conformal_quantile(errors[None], 0.8)[0] == 8.0
    assert conformal_quantile(errors[None, :4], 0.8)[0] == 4.0
    assert np.isnan(conformal_quantile(errors[None, :3], 0.8)[0])


def test_half_width_is_the_student_quantile_where_there_are_no_past_errors() -> None:
    growth = np.array([0.02, 0.04, 0.06, 0.08, 0.05])
    width = half_widths(growth[None], NO_ERRORS, 4, 0.8)[0]
    # t with 4 degrees of freedom at 90 %: 1.533206 (any table).
    h = np.arange(1, 5)
    assert width == pytest.approx(1.533206 * np.std(growth, ddof=1) * np.sqrt(h * (1 + h / 5)), rel=1e-6)


def test_intervals_widen_with_the_horizon_and_with_the_level() -> None:
    growth = np.random.default_rng(4).normal(0.04, 0.03, 15)
    narrow, wide = (
        half_widths(growth[None], np.array([[0.02, 0.03]]), 25, level)[0] for level in (0.8, 0.95)
    )
    assert (np.diff(narrow) > 0).all()
    assert (wide > narrow).all()


def test_intervals_hold_four_of_five_random_walks_up_to_twenty_five_years() -> None:
    # A random walk with unknown drift is what the formula assumes; 4000 of them, growth sd 4 %.
    rng = np.random.default_rng(5)
    known, horizon = 18, 25
    growth = rng.normal(0.03, 0.04, (4000, known + horizon))
    inside = np.zeros((4000, horizon))
    for row, line in enumerate(growth):
        width = half_widths(line[None, :known], NO_ERRORS, horizon, 0.8)[0]
        error = np.cumsum(line[known:]) - line[:known].mean() * np.arange(1, horizon + 1)
        inside[row] = np.abs(error) <= width
    assert inside.mean(axis=0) == pytest.approx(np.full(horizon, 0.80), abs=0.03)


def test_many_series_at_once_have_the_intervals_that_each_has_alone() -> None:
    rng = np.random.default_rng(3)
    growth, errors = rng.normal(0.03, 0.02, (3, 14)), np.abs(rng.normal(0, 0.03, (3, 20)))
    growth[1, :6], errors[1, 4:], errors[2] = np.nan, np.nan, np.nan
    together = half_widths(growth, errors, 5, 0.8)
    for row in range(3):
        known = growth[row, np.isfinite(growth[row])], errors[row, np.isfinite(errors[row])]
        assert together[row] == pytest.approx(half_widths(known[0][None], known[1][None], 5, 0.8)[0])


def test_the_largest_error_stands_in_where_a_capped_quantile_has_too_few() -> None:
    errors = np.array([[0.1, 0.4, 0.2], [np.nan] * 3])
    assert conformal_quantile(errors, 0.95, capped=True)[0] == 0.4
    assert np.isnan(conformal_quantile(errors, 0.95)[0])
    assert np.isnan(conformal_quantile(errors, 0.95, capped=True)[1])
