"""Weather as people download it is read as it is: services, networks, loggers, five languages, days and hours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from evapotranspiration.downloads import DAILY, DAYS, FIRST, HOURLY, TEN_TO_TWO, hours

from workbench.errors import InvalidData
from workbench.evapotranspiration.inputs.files import DailyTable, read_daily_table
from workbench.evapotranspiration.inputs.tables.units import unit_of
from workbench.evapotranspiration.inputs.tables.weather_words import meaning_of


def read(folder: Path, text: str, **options: object) -> DailyTable:
    path = folder / "weather.csv"
    path.write_text(text, encoding="utf-8")
    return read_daily_table(path, **options)


def said(table: DailyTable) -> str:
    return "\n".join(problem.message for problem in table.problems)


@pytest.mark.parametrize("name", DAILY)
def test_a_daily_download_is_read_as_it_is(tmp_path: Path, name: str) -> None:
    text, differs = DAILY[name]
    table = read(tmp_path, text)
    assert list(table.frame["date"]) == list(pd.to_datetime(DAYS))
    first = table.frame.iloc[0]
    for column, value in {**FIRST, **differs}.items():
        if value is None:
            assert column not in table.frame
        else:
            assert first[column] == pytest.approx(value, rel=2e-3), column
    if name not in ("inmet", "spanish", "wunderground"):
        assert "height of the wind is not known" not in said(table)


@pytest.mark.parametrize("name", HOURLY)
def test_hours_are_made_days_of_extremes_means_and_sums(tmp_path: Path, name: str) -> None:
    table = read(tmp_path, HOURLY[name])
    minutes = 30 if name == "campbell" else 60
    expected = pd.DataFrame(hours(minutes=minutes), columns=["at", "t", "h", "sun", "rain"])
    of_day = expected.groupby(expected["at"].dt.normalize())
    days = table.frame.set_index("date")
    assert list(days.index) == list(pd.to_datetime(DAYS))
    for column, values in {
        "tmax": of_day["t"].max(), "tmin": of_day["t"].min(), "tmean": of_day["t"].mean(),
        "rh": of_day["h"].mean(), "rh_max": of_day["h"].max(), "rh_min": of_day["h"].min(),
        "rs": of_day["sun"].mean() * 0.0864, "precip": of_day["rain"].sum(),
    }.items():  # fmt: skip
        assert days[column].to_numpy() == pytest.approx(values.to_numpy(), rel=1e-3, abs=1e-3), column
    assert days["u2"].iloc[0] == pytest.approx(2.0 * (TEN_TO_TWO if name == "open_meteo" else 1.0), rel=1e-3)
    assert f"rows of {minutes} minutes were made 20 days" in said(table)
    assert ("taken as the end of its row" in said(table)) == (name == "campbell")
    assert ("is read as W/m2" in said(table)) == (name == "separate_time")


def test_a_day_that_lacks_hours_is_left_out_and_counted(tmp_path: Path) -> None:
    lines = HOURLY["megajoules"].splitlines()
    table = read(tmp_path, "\n".join(lines[:1] + lines[4:40] + lines[41:]))
    assert len(table.frame) == 19
    assert "1 days of which more than an hour is missing are left out" in said(table)


def test_an_hour_that_comes_twice_is_a_clock_set_back_or_refused(tmp_path: Path) -> None:
    lines = HOURLY["megajoules"].splitlines()
    table = read(tmp_path, "\n".join([*lines[:30], lines[29], *lines[30:]]))
    assert len(table.frame) == 20
    assert "as where a clock is set back" in said(table)
    with pytest.raises(InvalidData, match=r"comes twice \(24 such rows\); keep one row a time"):
        read(tmp_path, "\n".join([*lines, *lines[1:25]]))


def test_what_a_header_does_not_say_is_asked_and_answered_by_settings(tmp_path: Path) -> None:
    text = "date,tmax,tmin,Wind Speed,rs\n2024-06-01,30,16,7.2,22\n"
    with pytest.raises(InvalidData, match="give it with the setting units, as Wind Speed: m/s"):
        read(tmp_path, text)
    assumed = read(tmp_path, text, units={"Wind Speed": "km/h"})
    assert assumed.frame["u2"].iloc[0] == pytest.approx(2.0)
    assert "the height of the wind is not known and taken as 2 m" in said(assumed)
    told = read(tmp_path, text, units={"Wind Speed": "km/h"}, wind_height=10.0)
    assert told.frame["u2"].iloc[0] == pytest.approx(2.0 * TEN_TO_TWO, rel=1e-3)
    assert "is not known" not in said(told)


@pytest.mark.parametrize(
    "header",
    [
        "Soil Temp Max (C)", "Wind Gust (m/s)", "Wind direction", "Vapor pressure (kPa)", "Sunshine duration (h)",
        "Net radiation (MJ/m2)", "Temp In", "Wind chill", "T 60cm max (C)", "Precipitation probability (%)",
        "Diffuse radiation (W/m2)", "Windböe max [m/s]", "Temperatura del suelo (ºC)", "wind_speed_10m_max (km/h)",
        "Sea surface temperature", "Heat index max", "qc temperature",
    ],
)  # fmt: skip
def test_columns_of_something_else_are_not_taken_for_inputs(header: str) -> None:
    assert meaning_of(header) is None


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("MJ/m^2/day", "MJ/m2/d"), ("MJ m⁻² d⁻¹", "MJ/m2/d"), ("kW-hr/m^2/day", "kWh/m2"), ("W/sq.m", "W/m2"),
        ("Ly/day", "cal/cm2"), ("J/cm²", "J/cm2"), ("ºC", "degC"), ("Deg C", "degC"), ("m s-1", "m/s"),
        ("L/m2", "mm/d"), ("km/hr", "km/h"), ("furlong", "furlong"),
    ],
)  # fmt: skip
def test_units_are_known_however_they_are_written(written: str, unit: str) -> None:
    assert unit_of(written) == unit


def test_a_column_with_its_own_name_goes_before_one_that_words_describe(tmp_path: Path) -> None:
    table = read(tmp_path, "date,tmax,tmin,Temp max (F)\n2024-06-01,30,16,99\n")
    assert table.frame["tmax"].tolist() == [30.0]
    assert table.unused == ("temp max (f)",)
    with pytest.raises(InvalidData, match="are both read as tmax; rename one"):
        read(tmp_path, "date,Max temp (C),Temp max (F),tmin\n2024-06-01,30,99,16\n")


@pytest.mark.parametrize("humidity", [55, 11])
def test_a_humidity_that_is_called_as_an_hour_is_stays_a_humidity(tmp_path: Path, humidity: int) -> None:
    days = [f"2023,6,{day},30,16,{humidity + day % 3}" for day in range(1, 20)]
    table = read(tmp_path, "\n".join(["ano,mes,dia,tmax,tmin,HR", *days]))
    assert table.frame["rh"].iloc[0] == humidity + 1
    assert len(table.frame) == 19


@pytest.mark.parametrize("other", ["data", "period", "tag"])
def test_of_two_columns_that_may_be_dates_the_one_of_that_name_is(tmp_path: Path, other: str) -> None:
    table = read(tmp_path, f"{other},date,tmax,tmin\n7,2023-06-01,30,16\n")
    assert table.frame["date"].tolist() == [pd.Timestamp("2023-06-01")]
    assert table.unused == (other,)


def test_dates_in_parts_that_are_no_date_are_named_by_row(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match=r"row 3: the columns 'YEAR', 'DOY' are no date \('2023 366'\)"):
        read(tmp_path, "YEAR,DOY,tmax,tmin\n2023,152,30,16\n2023,366,30,16\n")


def test_the_cases_of_downloads_are_read(shared_data: Path) -> None:
    folder = shared_data.parent / "cases" / "evapotranspiration" / "downloads"
    if not folder.is_dir():
        pytest.skip(f"the cases are not at {folder}")
    frames = {path.stem: read_daily_table(path).frame for path in folder.glob("*.csv")}
    assert all(len(frame) == 92 for frame in frames.values())
    assert all(np.allclose(frame["tmax"].iloc[0], 29.6, atol=0.05) for frame in frames.values())
    assert frames["meteostat"]["u2"].iloc[0] == pytest.approx(8.1 / 3.6 * TEN_TO_TWO, rel=1e-3)
    assert frames["cimis"]["rs"].iloc[0] == pytest.approx(256 * 0.0864, rel=1e-3)
    assert frames["nasa_power"]["rs"].iloc[0] == pytest.approx(22.09)


def test_a_header_of_two_rows_is_joined_and_what_it_does_not_say_is_asked(tmp_path: Path) -> None:
    above = ",,Temp,Hi,Low,Out,Dew,Wind,Wind,Wind,Hi,Wind,Solar,,Rain".replace(",", "\t")
    below = "Date,Time,Out,Temp,Temp,Hum,Pt.,Speed,Dir,Run,Speed,Chill,Rad.,Rain,Rate".replace(",", "\t")
    rows = "".join(
        f"{at:%d/%m/%y},{at:%H:%M},{t:.2f},{t + 0.3:.2f},{t - 0.3:.2f},{h:.0f},9,7.2,NW,3,9,{t:.1f},{s:.1f},{p},0\n"
        for at, t, h, s, p in hours(minutes=30)
    ).replace(",", "\t")
    with pytest.raises(InvalidData, match="column 'Wind Speed': the unit of the wind is not known"):
        read(tmp_path, f"{above}\n{below}\n{rows}")
    table = read(tmp_path, f"{above}\n{below}\n{rows}", units={"Wind Speed": "km/h"}, wind_height=2.0)
    first = table.frame.iloc[0]
    assert first["u2"] == pytest.approx(2.0, rel=1e-3)
    assert first["tmax"] == pytest.approx(29.3, abs=0.05)
    assert first["precip"] == pytest.approx(0.5)
    assert "the header has two rows" in said(table)


def test_the_speed_of_a_wind_in_two_parts_is_said_to_be_that_of_the_mean_wind(tmp_path: Path) -> None:
    text = (
        "date,temperature_2m_max,temperature_2m_min,dewpoint_temperature_2m,u_component_of_wind_10m,"
        "v_component_of_wind_10m,surface_solar_radiation_downwards_sum,total_precipitation_sum\n"
        "2023-06-01,302.75,288.15,285.15,3.0,-4.0,22100000,0.0032\n"
    )
    table = read(tmp_path, text)
    first = table.frame.iloc[0]
    values = {"tmax": 29.6, "tmin": 15.0, "tdew": 12.0, "u2": 5 * TEN_TO_TWO, "rs": 22.1, "precip": 3.2}
    assert {name: float(first[name]) for name in values} == pytest.approx(values, rel=1e-3)
    assert "their speed is that of the mean wind" in said(table)


@pytest.mark.parametrize("name", ["hobo", "open_meteo"])
def test_a_file_that_says_its_zone_places_its_hours(tmp_path: Path, name: str) -> None:
    table = read(tmp_path, HOURLY[name])
    assert table.hours is not None
    assert set(table.hours["ahead"]) == {2.0}
