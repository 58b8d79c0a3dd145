from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbench.demand.requirement import measures


def test_correlations_keep_their_sign() -> None:
    years = range(2010, 2020)
    energy = pd.DataFrame({"Farms": np.arange(10.0)}, index=years)
    drivers = pd.DataFrame({"up": np.arange(10.0) * 2 + 1, "down": 50 - np.arange(10.0)}, index=years)
    found = measures.correlations(energy, drivers)
    assert found.loc["Farms", "up"] == pytest.approx(1)
    assert found.loc["Farms", "down"] == pytest.approx(-1)


def test_correlation_uses_common_years_only() -> None:
    energy = pd.Series([1.0, 2, 3, 4, 100], index=range(2010, 2015)).to_frame("Homes")
    driver = pd.Series([2.0, 4, 6, 8, np.nan], index=range(2010, 2015)).to_frame("GSDP")
    assert measures.correlations(energy, driver).loc["Homes", "GSDP"] == pytest.approx(1)
    assert np.isnan(measures.correlations(energy.iloc[:3], driver).loc["Homes", "GSDP"])


def test_correlation_of_growth_differs_from_that_of_levels() -> None:
    years = range(2000, 2012)
    rng = np.random.default_rng(11)
    a, b = (pd.Series(100 * np.cumprod(1.05 + rng.normal(0, 0.01, 12)), index=years) for _ in range(2))
    levels = measures.correlations(a.to_frame("a"), b.to_frame("b")).iloc[0, 0]
    growth = measures.correlations(a.to_frame("a"), b.to_frame("b"), of_growth=True).iloc[0, 0]
    assert levels > 0.98
    assert abs(growth) < 0.8


def test_growth_across_a_missing_year_is_not_called_yearly() -> None:
    energy = pd.DataFrame({"Homes": [100.0, 110.0, 121.0]}, index=[2010, 2011, 2013])
    rates = measures.growth_rates(energy).Homes
    assert rates[2011] == pytest.approx(10)
    assert rates[[2010, 2013]].isna().all()


def test_cagr_of_doubling_in_ten_years() -> None:
    values = pd.Series([100.0, 200.0], index=[2015, 2025])
    assert measures.cagr(values, 2015, 2025) == pytest.approx(7.17734625)
    assert np.isnan(measures.cagr(values, 2014, 2025))


def test_per_capita_is_in_kwh_a_person() -> None:
    # 27 000 GWh and 36 million people: 750 kWh each.
    found = measures.per_capita(pd.Series({2025: 27_000.0}), pd.Series({2025: 36e6, 2026: 37e6}))
    assert found.to_dict() == pytest.approx({2025: 750})


def test_shares_of_a_year_sum_to_a_hundred() -> None:
    found = measures.shares(pd.DataFrame({"a": [1.0, 0.0], "b": [3.0, 0.0]}))
    assert found.iloc[0].tolist() == pytest.approx([25, 75])
    assert found.iloc[1].isna().all()
