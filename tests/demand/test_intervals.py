from __future__ import annotations

import numpy as np
import pytest

from workbench.demand.forecast import intervals


def test_conformal_quantile_is_the_ceil_k_plus_one_times_level_smallest() -> None:
    errors = np.arange(1.0, 10.0)
    assert intervals.conformal_quantile(errors, 0.8) == 8.0
    assert intervals.conformal_quantile(errors[:4], 0.8) == 4.0
    assert np.isnan(intervals.conformal_quantile(errors[:3], 0.8))


def test_half_width_is_the_student_quantile_where_there_are_no_past_errors() -> None:
    growth = np.array([0.02, 0.04, 0.06, 0.08, 0.05])
    width = intervals.half_widths(growth, np.array([]), 4, 0.8)
    # t with 4 degrees of freedom at 90 %: 1.533206 (any table).
    h = np.arange(1, 5)
    assert width == pytest.approx(1.533206 * np.std(growth, ddof=1) * np.sqrt(h * (1 + h / 5)), rel=1e-6)


def test_intervals_widen_with_the_horizon_and_with_the_level() -> None:
    growth = np.random.default_rng(4).normal(0.04, 0.03, 15)
    narrow, wide = (intervals.half_widths(growth, np.array([0.02, 0.03]), 25, level) for level in (0.8, 0.95))
    assert (np.diff(narrow) > 0).all()
    assert (wide > narrow).all()


def test_intervals_hold_four_of_five_random_walks_up_to_twenty_five_years() -> None:
    # A random walk with unknown drift is what the formula assumes; 4000 of them, growth sd 4 %.
    rng = np.random.default_rng(5)
    known, horizon = 18, 25
    growth = rng.normal(0.03, 0.04, (4000, known + horizon))
    inside = np.zeros((4000, horizon))
    for row, line in enumerate(growth):
        width = intervals.half_widths(line[:known], np.array([]), horizon, 0.8)
        error = np.cumsum(line[known:]) - line[:known].mean() * np.arange(1, horizon + 1)
        inside[row] = np.abs(error) <= width
    assert inside.mean(axis=0) == pytest.approx(np.full(horizon, 0.80), abs=0.03)


def test_sum_of_one_sector_has_exactly_its_own_interval() -> None:
    widths = {0.8: np.array([[0.1, 0.2]]), 0.95: np.array([[0.2, 0.35]])}
    rng = np.random.default_rng(6)
    sums = intervals.simulate_sum(np.array([[100.0, 200.0]]), widths, np.eye(1), rng, draws=40_000)
    low, high = np.quantile(sums, [0.1, 0.9], axis=0)
    assert low == pytest.approx([100 * np.exp(-0.1), 200 * np.exp(-0.2)], rel=0.01)
    assert high == pytest.approx([100 * np.exp(0.1), 200 * np.exp(0.2)], rel=0.01)


def test_total_of_independent_sectors_is_narrower_than_the_added_bounds() -> None:
    sectors = 8
    widths = {0.8: np.full((sectors, 1), 0.1)}
    forecasts = np.full((sectors, 1), 100.0)
    rng = np.random.default_rng(7)
    sums = intervals.simulate_sum(forecasts, widths, np.eye(sectors), rng, draws=20_000)
    high = np.quantile(sums, 0.9)
    added = sectors * 100 * np.exp(0.1)
    # Standard deviations of independent sectors add in squares: 800 + 80 / sqrt(8) = 828.
    assert high == pytest.approx(800 + 80 / np.sqrt(8), rel=0.01)
    assert high < added - 40


def test_correlated_sectors_give_a_wider_total() -> None:
    widths, forecasts = {0.8: np.full((2, 1), 0.1)}, np.full((2, 1), 100.0)
    spread = []
    for r in (-0.5, 0.0, 0.9):
        rng = np.random.default_rng(8)
        sums = intervals.simulate_sum(forecasts, widths, np.array([[1, r], [r, 1]]), rng, draws=20_000)
        spread.append(np.ptp(np.quantile(sums, [0.1, 0.9])))
    assert spread[0] < spread[1] < spread[2]


def test_correlation_of_short_histories_is_shrunk_and_usable() -> None:
    rng = np.random.default_rng(9)
    common = rng.normal(0, 0.03, 20)
    growths = [common + rng.normal(0, 0.005, 20) for _ in range(6)]
    growths[0][:15] = np.nan
    matrix = intervals.growth_correlation(growths)
    assert np.diagonal(matrix) == pytest.approx(np.ones(6))
    assert np.linalg.eigvalsh(matrix).min() > 0
    assert 0 < matrix[0, 1] < matrix[1, 2] < 1
