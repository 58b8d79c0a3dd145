from __future__ import annotations

import numpy as np
import pytest

from workbench.demand.requirement.simulated_total import growth_correlation, simulate_sum


def test_sum_of_one_sector_has_exactly_its_own_interval() -> None:
    widths = {0.8: np.array([[0.1, 0.2]]), 0.95: np.array([[0.2, 0.35]])}
    rng = np.random.default_rng(6)
    sums = simulate_sum(np.array([[100.0, 200.0]]), widths, np.eye(1), rng, draws=40_000)
    low, high = np.quantile(sums, [0.1, 0.9], axis=0)
    assert low == pytest.approx([100 * np.exp(-0.1), 200 * np.exp(-0.2)], rel=0.01)
    assert high == pytest.approx([100 * np.exp(0.1), 200 * np.exp(0.2)], rel=0.01)


def test_total_of_independent_sectors_is_narrower_than_the_added_bounds() -> None:
    sectors = 8
    widths = {0.8: np.full((sectors, 1), 0.1)}
    forecasts = np.full((sectors, 1), 100.0)
    rng = np.random.default_rng(7)
    sums = simulate_sum(forecasts, widths, np.eye(sectors), rng, draws=20_000)
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
        sums = simulate_sum(forecasts, widths, np.array([[1, r], [r, 1]]), rng, draws=20_000)
        spread.append(np.ptp(np.quantile(sums, [0.1, 0.9])))
    assert spread[0] < spread[1] < spread[2]


def test_correlation_of_short_histories_is_shrunk_and_usable() -> None:
    rng = np.random.default_rng(9)
    common = rng.normal(0, 0.03, 20)
    growths = [common + rng.normal(0, 0.005, 20) for _ in range(6)]
    growths[0][:15] = np.nan
    matrix = growth_correlation(growths)
    assert np.diagonal(matrix) == pytest.approx(np.ones(6))
    assert np.linalg.eigvalsh(matrix).min() > 0
    assert 0 < matrix[0, 1] < matrix[1, 2] < 1
