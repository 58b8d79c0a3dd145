"""Measures of skill beside values worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbench.evapotranspiration.validation.skill import skill, window_anomalies, window_correlation


def test_a_perfect_estimate_has_perfect_measures() -> None:
    true = np.linspace(2, 7, 50)
    found = skill(true, true)
    assert (found.r2, found.kge, found.nse) == (pytest.approx(1), pytest.approx(1), pytest.approx(1))
    assert (found.mae, found.rmse, found.pbias) == (0, 0, 0)
    assert found.days == 50


def test_a_constant_bias_costs_everything_but_the_correlation() -> None:
    true = np.tile([2.0, 4.0, 6.0], 10)
    found = skill(true + 1.0, true)
    assert found.r2 == pytest.approx(1.0)
    assert found.mae == found.rmse == pytest.approx(1.0)
    assert found.pbias == pytest.approx(25.0)
    assert found.nse == pytest.approx(1 - 1 / (8 / 3))
    assert found.kge == pytest.approx(1 - 0.25)


def test_the_mean_as_estimate_has_a_nash_sutcliffe_efficiency_of_zero() -> None:
    true = np.tile([2.0, 4.0, 6.0], 10)
    nearly = np.full(30, 4.0) + np.tile([1e-9, -1e-9], 15)
    assert skill(nearly, true).nse == pytest.approx(0.0, abs=1e-8)


def test_too_few_days_and_constant_series_have_no_measure() -> None:
    assert np.isnan(skill(np.arange(5.0), np.arange(5.0)).nse)
    assert np.isnan(skill(np.full(30, 3.0), np.arange(30.0)).r2)
    gaps = np.where(np.arange(30) < 25, np.nan, 1.0)
    assert skill(gaps, np.arange(30.0)).days == 5


def test_the_season_does_not_count_as_skill_of_windows() -> None:
    date = pd.date_range("2001-01-01", "2006-12-31", freq="D")
    rng = np.random.default_rng(2)
    month = np.asarray(date.month)
    season = pd.Series(2.0 * np.cos(2 * np.pi * month / 12), index=date)
    one = 4 + season + pd.Series(rng.normal(0, 1, len(date)), index=date)
    other = 4 + season + pd.Series(rng.normal(0, 1, len(date)), index=date)
    assert np.corrcoef(one, other)[0, 1] > 0.6
    assert abs(window_correlation(one, other)) < 0.35
    assert window_correlation(one, one + 0.5) == pytest.approx(1.0)


def test_windows_that_are_not_whole_are_left_out() -> None:
    date = pd.date_range("2001-01-01", periods=100, freq="D")
    series = pd.Series(np.arange(100.0), index=date)
    assert len(window_anomalies(series, series)) == 3
    assert len(window_anomalies(series.drop(date[40]), series)) == 2
    assert np.isnan(window_correlation(series, series))
