from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest
from hourly_loads.series import plain_load

from workbench.hourly_loads.year_hours import hours_of_year
from workbench.load_profiles.results.analysis import (
    daily,
    day_profiles,
    duration_curve,
    extreme_days,
    hour_day_matrix,
    monthly,
    peak_days,
    ramps_by_hour,
)


def series(year: int = 2025, first_month: int = 4, zone: str = "Asia/Kolkata") -> pd.Series:
    hours = hours_of_year(year, first_month, zone)
    index = pd.DatetimeIndex(hours.utc.astype("datetime64[s]")).tz_localize("UTC").tz_convert(zone)
    return pd.Series(plain_load(hours.local), index=index, name="load")


LOAD = series()


def test_the_duration_curve_falls_from_the_peak_to_the_minimum_and_keeps_both_when_thinned() -> None:
    whole, thin = duration_curve(LOAD), duration_curve(LOAD, 300)

    assert len(whole) == 8760
    assert (np.diff(whole.load) <= 0).all()
    assert (thin.load.iloc[0], thin.load.iloc[-1]) == (LOAD.max(), LOAD.min())
    assert len(thin) <= 310
    assert np.interp(50, thin.share, thin.load) == pytest.approx(LOAD.median(), rel=1e-3)


def test_days_add_up_to_the_year() -> None:
    table = daily(LOAD)

    assert len(table) == 365
    assert table.energy.sum() == pytest.approx(LOAD.sum() / 1000)
    assert table["max"].max() == LOAD.max()


def test_the_heat_map_matrix_holds_every_hour_once() -> None:
    matrix = hour_day_matrix(LOAD)

    assert matrix.shape == (24, 365)
    assert matrix.to_numpy().sum() == pytest.approx(LOAD.sum())


def test_a_day_of_23_hours_has_a_gap_in_the_heat_map_and_no_shift() -> None:
    matrix = hour_day_matrix(series(2027, 1, "America/New_York"))

    assert matrix.shape == (24, 365)
    assert matrix.isna().to_numpy().sum() == 1
    assert np.isnan(matrix.loc[2, "2027-03-14"])


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("month", ["Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar"]),
        ("season", ["Summer", "Monsoon", "Post-monsoon", "Winter"]),
        ("day type", ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Holiday"]),
    ],
)
def test_typical_days_come_in_the_order_of_the_year_or_the_week(by: str, groups: list[str]) -> None:
    table = day_profiles(LOAD, by, holidays=[datetime.date(2024, 8, 15)])

    assert list(table.columns) == groups
    assert len(table) == 24
    assert (day_profiles(LOAD, by, "max")[groups[0]] >= table[groups[0]]).all()


def test_seasons_can_be_edited() -> None:
    table = day_profiles(LOAD, "season", seasons={"Wet": (6, 7), "Dry": (1, 2)})

    assert list(table.columns) == ["Wet", "Dry"]
    wet = LOAD[np.isin(LOAD.index.month, (6, 7)) & (LOAD.index.hour == 5)]
    assert table.Wet[5] == pytest.approx(wet.mean())


def test_unknown_groups_are_refused() -> None:
    with pytest.raises(ValueError, match="expected one of month, season, day type"):
        day_profiles(LOAD, "weather")


def test_the_first_peak_day_holds_the_peak_and_extreme_days_are_what_they_say() -> None:
    top, extremes = peak_days(LOAD, 5), extreme_days(LOAD).set_index("what")

    assert top.peak[0] == LOAD.max()
    assert top.peak.is_monotonic_decreasing
    assert LOAD[LOAD.index.normalize() == top.day[0]].iloc[int(top.hour[0])] == LOAD.max()
    assert extremes.minimum["lowest hour"] == LOAD.min()
    assert extremes.energy["lowest energy"] == daily(LOAD).energy.min()


def test_ramps_are_changes_from_the_hour_before() -> None:
    line = pd.Series(np.tile(np.arange(24.0) * 10, 5), index=LOAD.index[:120])
    table = ramps_by_hour(line)

    assert (table.loc[1:] == 10).all().all()
    assert (table.loc[0] == -230).all()


def test_months_that_are_not_whole_are_left_out() -> None:
    table = monthly(LOAD.iloc[24 * 10 :])

    assert len(table) == 11
    assert table.month.tolist()[0] == 5
    assert table.load_factor.between(1, 99).all()
