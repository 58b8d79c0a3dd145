"""Quality control of one source: structure, limits, units, stuck values; the values seen are in every sentence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_weather import HERE, made_weather

from workbench.errors import InvalidData
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.physics.radiation import extraterrestrial
from workbench.evapotranspiration.quality.control import Flag, Kind, check_source, findings_table


def flags_of(weather: pd.DataFrame, column: str) -> pd.DataFrame:
    flags = check_source(weather, HERE, "station").flags
    return flags[flags["column"] == column]


def test_good_weather_carries_no_flag_and_no_finding() -> None:
    found = check_source(made_weather(), HERE, "station")
    assert found.flags.empty
    assert found.findings == ()
    assert found.usable


def test_nothing_is_changed_but_what_is_refused_is_left_out() -> None:
    weather = made_weather(100)
    weather.loc[weather.index[5], "rs"] = -999.0
    weather.loc[weather.index[7], "rh"] = 101.0
    before = weather.copy()
    found = check_source(weather, HERE)
    pd.testing.assert_frame_equal(weather, before)
    pd.testing.assert_frame_equal(found.original, before, check_freq=False)
    assert np.isnan(found.weather.loc[weather.index[5], "rs"])
    assert found.weather.loc[weather.index[7], "rh"] == 101.0
    untouched = found.weather.drop(weather.index[[5]])
    pd.testing.assert_frame_equal(untouched, before.drop(weather.index[[5]]), check_freq=False)


def test_dry_days_stay_dry() -> None:
    weather = made_weather(400)
    weather["precip"] = 0.0
    found = check_source(weather, HERE)
    assert found.flags.empty
    assert (found.weather["precip"] == 0.0).all()


@pytest.mark.parametrize(
    ("column", "value", "flag", "words"),
    [
        ("tmax", -999.0, Flag.MISSING, "fill value -999"),
        ("rs", -999.0, Flag.MISSING, "fill value -999"),
        ("precip", -9999.0, Flag.MISSING, "fill value -9999"),
        ("tmax", 61.0, Flag.WRONG, "61 degC, possible is -90 to 58"),
        ("rh", 0.0, Flag.WRONG, "0 %: air is never without water"),
        ("rh", 101.0, Flag.SUSPECT, "101 %, above saturation"),
        ("rh", 130.0, Flag.WRONG, "130 %, possible is 0 to 105"),
        ("u2", 0.0, Flag.SUSPECT, "0 m/s all day"),
        ("u2", -1.0, Flag.WRONG, "-1 m/s"),
        ("rs", 49.0, Flag.WRONG, "more than arrives above the atmosphere"),
        ("rs", 0.2, Flag.SUSPECT, "less than 3 %"),
        ("precip", -0.5, Flag.WRONG, "-0.5 mm/d"),
    ],
)
def test_a_value_that_cannot_be_keeps_its_flag_and_reason(
    column: str, value: float, flag: Flag, words: str
) -> None:
    weather = made_weather(60)
    weather.loc[weather.index[30], column] = value
    found = flags_of(weather, column)
    assert len(found) == 1
    row = found.iloc[0]
    assert (row["date"], row["value"], row["flag"]) == (weather.index[30], value, flag.value)
    assert words in row["reason"]


def test_radiation_above_a_clear_sky_is_doubted_and_above_the_air_refused() -> None:
    weather = made_weather(60)
    ra = extraterrestrial(HERE.latitude, weather.index.day_of_year.to_numpy())
    weather.loc[weather.index[3], "rs"] = 0.93 * ra[3]
    weather.loc[weather.index[9], "rs"] = 1.05 * ra[9]
    assert flags_of(weather, "rs")["flag"].tolist() == ["suspect", "wrong"]


def test_crossed_extremes_are_both_refused() -> None:
    weather = made_weather(60)
    weather.loc[weather.index[3], ["tmax", "tmin"]] = [15.0, 25.0]
    found = check_source(weather, HERE)
    assert set(found.flags["column"]) == {"tmax", "tmin"}
    assert found.weather.loc[weather.index[3], ["tmax", "tmin"]].isna().all()


def test_missing_days_are_reported_and_not_filled() -> None:
    weather = made_weather(60).drop(pd.to_datetime(["2001-01-11", "2001-01-12"]))
    found = check_source(weather, HERE, "station")
    assert len(found.weather) == 58
    assert "2 of 60 days are absent (2001-01-11, 2001-01-12)" in found.findings[0].message
    assert found.findings[0].kind is Kind.MISSING_DAYS


def test_an_hourly_file_given_as_daily_is_refused_with_the_times_seen() -> None:
    index = pd.date_range("2024-05-01", periods=48, freq="h")
    hourly = pd.DataFrame({"tmax": 20.0, "tmin": 19.0}, index=index)
    with pytest.raises(InvalidData, match=r"24 rows on 2024-05-01 \(at 00:00, 01:00, 02:00 …\).*hourly"):
        check_source(hourly, HERE, "station.csv")


def test_doubled_days_are_refused_with_their_dates() -> None:
    weather = made_weather(20)
    with pytest.raises(InvalidData, match="2001-01-05 come up more than once"):
        check_source(pd.concat([weather, weather.iloc[[4]]]), HERE, "station")


@pytest.mark.parametrize(
    ("weather", "words"),
    [
        (pd.DataFrame({"tmax": [1.0]}, index=[0]), "not dated, the index begins with 0"),
        (
            pd.DataFrame({"T_X": [1.0]}, index=pd.to_datetime(["2020-01-01"])),
            "none of the columns T_X is known",
        ),
        (pd.DataFrame({"tmax": ["x"]}, index=pd.to_datetime(["2020-01-01"])), "column 'tmax'.*'x'"),
        (pd.DataFrame({"tmax": [1.0]}, index=pd.to_datetime([None])), "row 1 has no date"),
    ],
)
def test_a_table_that_is_no_daily_weather_is_refused(weather: pd.DataFrame, words: str) -> None:
    with pytest.raises(InvalidData, match=words):
        check_source(weather, HERE)


def test_fahrenheit_is_refused_with_the_values_seen() -> None:
    weather = made_weather(90)
    weather[["tmax", "tmin"]] = (weather[["tmax", "tmin"]] * 1.8 + 32).round(0)
    low, high = weather["tmax"].min(), weather["tmax"].max()
    with pytest.raises(InvalidData, match=rf"'tmax' runs from {low:g} to {high:g}.*Fahrenheit"):
        check_source(weather, HERE, "station.csv")


def test_kelvin_is_refused() -> None:
    weather = made_weather(90)
    weather[["tmax", "tmin"]] += 273.15
    with pytest.raises(InvalidData, match=r"kelvin; expected degC, subtract 273\.15"):
        check_source(weather, HERE)


@pytest.mark.parametrize(
    ("factor", "name"),
    [
        (1000.0, "kJ"),
        (1e6 / 86_400, "W m-2"),
        (1 / 3.6, "kWh"),
        (1e6 / 3600, "Wh m-2"),
        (23.885, "langley"),
        (1e6, "J m-2"),
    ],
)
def test_radiation_in_another_unit_is_named_and_not_used(factor: float, name: str) -> None:
    weather = made_weather(365)
    weather["rs"] *= factor
    found = check_source(weather, HERE)
    assert found.unusable == {"rs"}
    unit = [item for item in found.findings if item.kind is Kind.UNIT]
    assert len(unit) == 1
    assert name in unit[0].message
    assert found.weather["rs"].isna().all()
    assert found.usable, "temperature and humidity are still good"


def test_humidity_as_a_fraction_and_a_wind_beyond_all_places_are_not_used() -> None:
    weather = made_weather(365)
    weather["rh"] /= 100
    weather["u2"] *= 6
    found = check_source(weather, HERE)
    assert found.unusable == {"rh", "u2"}
    assert any("fraction" in item.message for item in found.findings)


def test_a_dark_winter_in_the_far_north_raises_no_alarm() -> None:
    north = Site("north", 69.0, 20.0, 100.0)
    weather = made_weather(730, site=north)
    weather[["tmax", "tmin"]] -= 30
    weather["rs"] = weather["rs"].clip(lower=0)
    assert check_source(weather, north).flags.empty


def test_values_that_stand_still_are_refused_and_the_run_is_told() -> None:
    weather = made_weather(400)
    weather.iloc[100:115, weather.columns.get_loc("u2")] = 1.234
    found = check_source(weather, HERE, "station")
    stuck = found.flags[found.flags["column"] == "u2"]
    assert len(stuck) == 15
    assert (stuck["flag"] == Flag.WRONG.value).all()
    finding = next(item for item in found.findings if item.kind is Kind.STUCK)
    assert "15 days, first at 1.234 from 2001-04-11" in finding.message


def test_coarse_rounding_is_not_taken_for_stuck_values() -> None:
    weather = made_weather(4000).round({"tmax": 0, "tmin": 0, "rh": 0, "u2": 0, "rs": 0})
    weather["rs"] = weather["rs"].clip(upper=24)
    flags = check_source(weather.drop(columns="precip"), HERE).flags
    assert flags[flags["reason"].str.contains("in a row")].empty


def test_findings_are_listed_in_one_table() -> None:
    weather = made_weather(60)
    weather.loc[weather.index[30], "rh"] = 0.0
    table = findings_table({"station": check_source(weather, HERE, "station")})
    assert table[["source", "column", "kind", "days", "unusable"]].to_numpy().tolist() == [
        ["station", "rh", "physical limits", 1, False]
    ]
    assert "2001-01-31" in table["message"].iloc[0]
