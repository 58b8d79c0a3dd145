from __future__ import annotations

import numpy as np
import pytest

from workbench.demand.models import growth
from workbench.forecasting.naive import drift, naive
from workbench.forecasting.robust import row_median, winsorise


def line(*values: float) -> np.ndarray:
    return np.array([values], dtype=float)


def test_constant_growth_is_shrunk_towards_two_percent_by_three_years_of_evidence() -> None:
    # Derived by hand: equal growth g, weights exp(-0.2 age) over 4 growths give n = (sum w)^2 / sum w^2.
    g = 0.05
    history = np.exp(g * np.arange(5))[None, :]
    w = np.exp(-0.2 * np.arange(4))
    n = w.sum() ** 2 / (w**2).sum()
    m = (n * g + 3 * 0.02) / (n + 3)
    expected = history[0, -1] * np.exp(m * np.array([1, 1 + 0.95, 1 + 0.95 + 0.95**2]))
    assert growth.damped_growth(history, 3)[0] == pytest.approx(expected, rel=1e-12)


def test_low_base_and_high_differ_only_in_how_fast_growth_fades() -> None:
    history = line(100, 106, 111, 118, 125, 131)
    low, base, high = (growth.damped_growth(history, 12, damping=d)[0] for d in (0.90, 0.95, 0.98))
    assert low[0] == base[0] == high[0]
    assert (low[1:] < base[1:]).all()
    assert (base[1:] < high[1:]).all()


def test_forecast_starts_from_the_last_actual() -> None:
    history = line(100, 104, 109, 113, 118, 92)
    first = growth.damped_growth(history, 1)[0, 0]
    assert abs(first / 92 - 1) < 0.05


def test_winsorising_pulls_a_dip_to_median_minus_two_robust_deviations() -> None:
    values = line(0.04, 0.05, 0.06, -0.60, 0.05, 0.04, 0.06)
    # median 0.05, absolute deviations 0.01 0 0.01 0.65 0 0.01 0.01 -> MAD 0.01
    assert winsorise(values)[0, 3] == pytest.approx(0.05 - 2 * 1.4826 * 0.01)
    assert winsorise(values)[0, 0] == 0.04


def test_median_of_rows_leaves_out_what_is_missing() -> None:
    values = np.array([[np.nan, 1.0, 3.0, 2.0], [np.nan, np.nan, 4.0, 2.0], [np.nan] * 4])
    assert row_median(values)[:2] == pytest.approx([2.0, 3.0])
    assert np.isnan(row_median(values)[2])


def test_rows_of_different_length_do_not_disturb_each_other() -> None:
    short, long = line(100, 103, 108), line(50, 52, 55, 56, 60, 63)
    padded = np.vstack([np.concatenate([[np.nan] * 3, short[0]]), long[0]])
    both = growth.damped_growth(padded, 4)
    assert both[0] == pytest.approx(growth.damped_growth(short, 4)[0])
    assert both[1] == pytest.approx(growth.damped_growth(long, 4)[0])


def test_compound_growth_of_doubling_in_ten_years_is_seven_percent() -> None:
    history = 100 * 2 ** (np.arange(11) / 10)[None, :]
    assert growth.compound_growth(history, 10)[0, -1] == pytest.approx(400)
    assert growth.compound_growth(history, 1)[0, 0] / 200 - 1 == pytest.approx(0.0717734625)


def test_weighted_average_growth_weighs_the_newest_most() -> None:
    # Rates 10 %, 20 % with weights 1, 2: (0.1 + 2 x 0.2) / 3 = 1/6.
    forecast = growth.weighted_average_growth(line(100, 110, 132), 2)
    assert forecast[0] == pytest.approx([132 * 7 / 6, 132 * (7 / 6) ** 2])


def test_weighted_average_growth_looks_back_no_further_than_its_window() -> None:
    assert growth.weighted_average_growth(line(1, 100, 110, 121), 1, window=2)[0, 0] == pytest.approx(133.1)


def test_drift_and_naive_are_those_of_the_textbook() -> None:
    history = line(10, 14, 13, 19)
    assert drift(history, 2)[0] == pytest.approx([22, 25])
    assert naive(history, 2)[0] == pytest.approx([19, 19])
