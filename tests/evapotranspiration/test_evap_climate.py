"""Months of the year and the water balance, beside sums by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbench.evapotranspiration.results.climate import (
    monthly_climate,
    monthly_totals,
    summary_statistics,
    water_balance,
)


def table(years: int = 3) -> pd.DataFrame:
    date = pd.date_range("2001-01-01", f"{2000 + years}-12-31", freq="D")
    year = date.year.to_numpy() - 2000
    farm = pd.DataFrame({"site": "farm", "date": date, "eto": 4.0, "precip": 1.0 * year})
    return pd.concat([farm, farm.assign(site="a dry one", precip=0.0)], ignore_index=True)


def test_months_sum_water_by_site() -> None:
    found = monthly_totals(table())
    assert found.loc[("farm", "2002-02-01"), "eto"] == pytest.approx(4.0 * 28)
    assert found.loc[("farm", "2002-02-01"), "precip"] == pytest.approx(2.0 * 28)
    assert found.loc[("farm", "2002-02-01"), "balance"] == pytest.approx(-2.0 * 28)
    assert found.loc[("a dry one", "2002-02-01"), "balance"] == pytest.approx(-4.0 * 28)


def test_a_month_with_a_few_days_missing_is_scaled_and_one_with_many_is_missing() -> None:
    days = table()
    days.loc[days["date"].between("2001-03-01", "2001-03-03"), "eto"] = np.nan
    days.loc[days["date"].between("2001-04-01", "2001-04-09"), "eto"] = np.nan
    found = monthly_totals(days).loc["farm"]
    assert found.loc["2001-03-01", "eto"] == pytest.approx(4.0 * 31)
    assert np.isnan(found.loc["2001-04-01", "eto"])


def test_the_climate_of_a_month_is_the_mean_over_its_years() -> None:
    found = monthly_climate(table())
    assert found["site"].tolist() == 12 * ["farm"] + 12 * ["a dry one"]
    assert found["month"].tolist() == 2 * list(range(1, 13))
    assert found.loc[0, "precip"] == pytest.approx(31 * 2.0)
    assert found.loc[0, "eto_p90"] == pytest.approx(31 * 4.0)
    assert (found["years"] == 3).all()


def test_months_of_which_a_site_has_no_whole_one_are_left_out() -> None:
    days = table()
    found = monthly_climate(days[days["date"].between("2001-05-01", "2001-06-30")])
    assert found["month"].tolist() == [5, 6, 5, 6]


def test_the_water_balance_adds_up_and_a_missing_day_adds_nothing() -> None:
    date = pd.date_range("2001-01-01", periods=4, freq="D")
    found = water_balance(pd.Series([4.0, 4.0, np.nan, 4.0], date), pd.Series([0.0, 10.0, 5.0, 0.0], date))
    assert found["cumulative"].tolist() == [-4.0, 2.0, 2.0, -2.0]
    assert np.isnan(found["balance"].iloc[2])
    assert found["precip"].iloc[0] == 0.0


def test_statistics_name_the_extremes_and_their_days() -> None:
    days = table(1).iloc[:365].set_index("date").drop(columns="site")
    days.loc["2001-08-17", "eto"] = 9.5
    days.loc["2001-08-18", "eto"] = np.nan
    row = summary_statistics(days).set_index("column").loc["eto"]
    assert row["highest_on"] == pd.Timestamp("2001-08-17")
    assert row["maximum"] == 9.5
    assert (row["days"], row["missing"]) == (364, 1)
