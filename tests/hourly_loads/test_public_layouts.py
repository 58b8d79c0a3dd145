"""Exports of public sources: their clock, what their stamps mark and their units are those of the header."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from workbench.errors import InvalidData
from workbench.hourly_loads.cleaning import clean
from workbench.hourly_loads.reading.files import from_arrow, to_arrow
from workbench.hourly_loads.reading.hourly_sheet import HourlySheet, read_hourly_sheet
from workbench.hourly_loads.rules import CleaningRules, Stamps

AUTUMN, SPRING = ("2024-10-26", "2024-10-28"), ("2024-03-30", "2024-04-01")
US_AUTUMN, US_SPRING = ("2024-11-02", "2024-11-04"), ("2024-03-09", "2024-03-11")


def begins(days: tuple[str, str], zone: str, minutes: int) -> pd.DatetimeIndex:
    """Begin of each reading of whole local days, with its zone."""
    end = pd.Timestamp(days[1]) + pd.Timedelta(days=1)
    return pd.date_range(days[0], end, freq=f"{minutes}min", tz=zone, inclusive="left")


def mw(at: int) -> float:
    """Load of a reading."""
    return 40_000.25 + 7 * at


def text(stamp: pd.Timestamp, form: str) -> str:
    """A stamp as the source writes it; 12-hour clocks without a zero before the hour."""
    return stamp.strftime(form).replace(" 0", " ") if "%I" in form else stamp.strftime(form)


def german(value: float) -> str:
    """Digits as Germany writes them."""
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


Row = Callable[[int, pd.Timestamp, pd.Timestamp], Sequence[str]]


def aemo(at: int, begin: pd.Timestamp, end: pd.Timestamp) -> Sequence[str]:
    return ("NSW1", text(end, "%Y/%m/%d %H:%M:%S"), f"{mw(at)}", "52.58", "TRADE")


def entsoe(at: int, begin: pd.Timestamp, end: pd.Timestamp) -> Sequence[str]:
    form = "%d.%m.%Y %H:%M"
    return (f"{text(begin, form)} - {text(end, form)}", "n/e", f"{mw(at)}")


def entsoe_now(at: int, begin: pd.Timestamp, end: pd.Timestamp) -> Sequence[str]:
    form = "%d/%m/%Y %H:%M:%S"
    return (f'"{text(begin, form)} - {text(end, form)}"', '"BZN|FR"', f'"{mw(at)}"', '"1.5"')


def eia(at: int, begin: pd.Timestamp, end: pd.Timestamp) -> Sequence[str]:
    form, local = "%m/%d/%Y %I:%M:%S %p", end.tz_convert("America/New_York")
    stamps = (text(local, form), text(end, form))
    return ("NYIS", text(local, "%m/%d/%Y"), "1", *stamps, "1", f'"{mw(at):,}"', "3", f'"{mw(at):,}"', "NY")


def smard(at: int, begin: pd.Timestamp, end: pd.Timestamp) -> Sequence[str]:
    form, share = "%d.%m.%Y %H:%M", (end - begin).total_seconds() / 3600
    return (text(begin, form), text(end, form), german(mw(at) * share), "-", german(1234.5))


def smard_before(at: int, begin: pd.Timestamp, end: pd.Timestamp) -> Sequence[str]:
    return (text(begin, "%d.%m.%Y"), text(begin, "%H:%M"), text(end, "%H:%M"), german(mw(at)), "-")


def smard_english(at: int, begin: pd.Timestamp, end: pd.Timestamp) -> Sequence[str]:
    form = "%b %d, %Y %I:%M %p"
    return (text(begin, form), text(end, form), f"{mw(at):,.2f}", f"{1234.5:,.2f}")


def pjm(at: int, begin: pd.Timestamp, end: pd.Timestamp) -> Sequence[str]:
    form, local = "%m/%d/%Y %I:%M:%S %p", begin.tz_convert("America/New_York")
    return (text(begin, form), text(local, form), "RFC", "MIDATL", "AE", "AECO", f"{mw(at)}", "True")


def ercot_day(at: int, begin: pd.Timestamp, end: pd.Timestamp) -> Sequence[str]:
    day, hour = text(begin, "%m/%d/%Y"), begin.hour + 1
    return (day, f"{hour:02}:00", "1.5", "2.5", f"{mw(at)}", "N")


EIA = (
    "Balancing Authority,Data Date,Hour Number,Local Time at End of Hour,UTC Time at End of Hour,"
    "Demand Forecast (MW),Demand (MW),Net Generation (MW),Demand (MW) (Adjusted),Region"
)
ENTSOE_NOW = '"MTU (UTC)","Area","Actual Total Load (MW)","Day-ahead Total Load Forecast (MW)"'
SMARD = "Datum von;Datum bis;Netzlast [MWh] {0};Netzlast inkl. Pumpspeicher [MWh] {0};Residuallast [MWh] {0}"
LAYOUTS: dict[str, tuple[str, Row, str, int, tuple[str, str]]] = {
    "aemo-half-hours": ("REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE", aemo, "Etc/GMT-10", 30, AUTUMN),
    "aemo": ("REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE", aemo, "Etc/GMT-10", 5, AUTUMN),
    "entsoe": (
        "Time (CET/CEST),Day-ahead Total Load Forecast [MW] - BZN|FR,Actual Total Load [MW] - BZN|FR",
        entsoe,
        "Europe/Paris",
        15,
        AUTUMN,
    ),
    "entsoe-spring": (
        "MTU (CET/CEST),Day-ahead Total Load Forecast [MW] - BZN|FR,Actual Total Load [MW] - BZN|FR",
        entsoe,
        "Europe/Paris",
        60,
        SPRING,
    ),
    "entsoe-now": (ENTSOE_NOW, entsoe_now, "UTC", 15, AUTUMN),
    "eia": (EIA, eia, "UTC", 60, ("2024-01-01", "2024-01-04")),
    "smard": (SMARD.format("Originalauflösungen"), smard, "Europe/Berlin", 15, AUTUMN),
    "smard-hours": (SMARD.format("Berechnete Auflösungen"), smard, "Europe/Berlin", 60, SPRING),
    "smard-before": (
        "Datum;Anfang;Ende;Gesamt (Netzlast) [MWh] Berechnete Auflösungen;Residuallast [MWh] Auflösungen",
        smard_before,
        "Europe/Berlin",
        60,
        AUTUMN,
    ),
    "smard-english": (
        "Start date;End date;grid load [MWh] Calculated resolutions;Residual load [MWh] Calculated resolutions",
        smard_english,
        "Europe/Berlin",
        60,
        AUTUMN,
    ),
    "pjm": (
        "datetime_beginning_utc,datetime_beginning_ept,nerc_region,mkt_region,zone,load_area,mw,is_verified",
        pjm,
        "UTC",
        60,
        US_AUTUMN,
    ),
    "ercot": ("OperDay,HourEnding,COAST,EAST,TOTAL,DSTFlag", ercot_day, "America/Chicago", 60, US_AUTUMN),
    "ercot-spring": (
        "OperDay,HourEnding,COAST,EAST,TOTAL,DSTFlag",
        ercot_day,
        "America/Chicago",
        60,
        US_SPRING,
    ),
}


def written(folder: Path, name: str) -> tuple[Path, pd.DatetimeIndex]:
    header, row, zone, minutes, days = LAYOUTS[name]
    stamps = begins(days, zone, minutes)
    step = pd.Timedelta(minutes=minutes)
    delimiter = ";" if ";" in header else ","
    lines = [header, *(delimiter.join(_quoted(cell, delimiter) for cell in row(at, stamp, stamp + step))
             for at, stamp in enumerate(stamps))]  # fmt: skip
    path = folder / "load.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig" if name.startswith("smard") else "utf-8")
    return path, stamps


def _quoted(cell: str, delimiter: str) -> str:
    return f'"{cell}"' if delimiter in cell and not cell.startswith('"') else cell


def hourly_means(stamps: pd.DatetimeIndex, minutes: int) -> pd.Series:
    loads = pd.Series([mw(at) for at in range(len(stamps))], index=stamps.tz_convert("UTC").tz_localize(None))
    return loads.resample("1h").mean() if minutes < 60 else loads


@pytest.mark.parametrize("name", LAYOUTS)
def test_exports_are_read_hour_by_hour_whatever_the_settings_say_of_stamps_and_clock(
    tmp_path: Path, name: str
) -> None:
    path, stamps = written(tmp_path, name)
    sheet = read_hourly_sheet(path)
    truth = hourly_means(stamps, LAYOUTS[name][3])

    for rules in (CleaningRules(zone="Asia/Bangkok"), CleaningRules(Stamps.ENDS, zone="UTC")):
        history = clean(sheet, rules)
        whole = np.isin(history.utc, truth.index.to_numpy().astype("datetime64[m]"))
        assert whole.sum() >= len(truth) - 1
        if rules.zone == "UTC":
            np.testing.assert_allclose(history.load, truth.to_numpy(), rtol=1e-6)
    said = " ".join(map(str, sheet.problems))
    assert "the header is that of an export of" in said
    assert ("mean loads in MW" in said) is name.startswith("smard")


def test_what_an_export_says_is_kept_in_the_cache(tmp_path: Path) -> None:
    sheet = read_hourly_sheet(written(tmp_path, "aemo-half-hours")[0])
    kept = from_arrow(to_arrow(sheet))

    assert (kept.zone, kept.stamps) == ("Etc/GMT-10", Stamps.ENDS)
    assert kept.problems == sheet.problems


def test_native_loads_of_ercot_are_read_with_hours_from_1_to_24_and_the_one_that_comes_twice(
    tmp_path: Path,
) -> None:
    stamps = begins(US_AUTUMN, "America/Chicago", 60)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Hour Ending", "COAST", "EAST", "ERCOT"])
    for at, begin in enumerate(stamps):
        again = at and begin.hour == stamps[at - 1].hour
        ending = f"{begin:%m/%d/%Y} {begin.hour + 1:02}:00{' DST' if again else ''}"
        sheet.append([ending, 1.5, 2.5, mw(at)])
    book.save(tmp_path / "Native_Load_2024.xlsx")
    history = clean(read_hourly_sheet(tmp_path / "Native_Load_2024.xlsx"), CleaningRules(zone="UTC"))

    np.testing.assert_allclose(history.load, hourly_means(stamps, 60).to_numpy())
    assert str(history.utc[0]) == "2024-11-02T05:00"


@pytest.mark.parametrize(
    ("name", "column", "other"),
    [
        ("aemo", "NSW1", "VIC1"),
        ("aemo", "TRADE", "PREDISPATCH"),
        ("eia", "NYIS", "PJM"),
        ("entsoe-now", "BZN|FR", "BZN|DE"),
    ],
)
def test_an_export_of_several_regions_is_refused_by_their_names(
    tmp_path: Path, name: str, column: str, other: str
) -> None:
    path, _ = written(tmp_path, name)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[-1].replace(column, other)]) + "\n", encoding="utf-8")

    with pytest.raises(InvalidData, match=rf"holds several loads \({column.replace('|', '.')}, {other[:3]}"):
        read_hourly_sheet(path)


def test_energies_of_days_are_no_hourly_loads(tmp_path: Path) -> None:
    rows = [f"{day:02}.04.2024 00:00;{day + 1:02}.04.2024 00:00;1.234.567,50;-;1,0" for day in range(1, 9)]
    path = tmp_path / "load.csv"
    path.write_text("\n".join([SMARD.format("Berechnete Auflösungen"), *rows]) + "\n", encoding="utf-8")

    with pytest.raises(InvalidData, match="are of 24 hours each; export them by the hour"):
        read_hourly_sheet(path)


# headers and cells that say it of themselves


def read(folder: Path, content: str) -> HourlySheet:
    (folder / "load.csv").write_text(content, encoding="utf-8")
    return read_hourly_sheet(folder / "load.csv")


HOURS = [f"{hour:02}:00" for hour in range(1, 25)]


@pytest.mark.parametrize("header", ["Hour Ending", "HourEnding", "hour_ending", "HE"])
def test_hours_that_end_then_beside_a_date_are_read_as_the_hour_before(tmp_path: Path, header: str) -> None:
    rows = [f"2024-04-0{day},{hour},{100 * day + at}" for day in (1, 2) for at, hour in enumerate(HOURS)]
    history = clean(read(tmp_path, "\n".join([f"date,{header},load", *rows])), CleaningRules())

    assert str(history.local[0]) == "2024-04-01T00:00"
    assert history.load[[0, 23, 24, 47]].tolist() == [100, 123, 200, 223]


def test_hours_from_1_to_24_are_not_moved_twice_where_the_setting_says_that_stamps_end(
    tmp_path: Path,
) -> None:
    rows = [f"2024-04-0{day},{hour},{100 * day + hour}" for day in (1, 2) for hour in range(1, 25)]
    sheet = read(tmp_path, "\n".join(["date,hour,load", *rows]))

    assert str(clean(sheet, CleaningRules(Stamps.ENDS)).local[0]) == "2024-04-01T00:00"


@pytest.mark.parametrize("unit", ["MW", "[kW]", "GW", "MWh"])
def test_a_row_of_units_below_the_header_is_set_aside_and_its_unit_counts(tmp_path: Path, unit: str) -> None:
    factor = {"MW": 1, "[kW]": 0.001, "GW": 1000, "MWh": 2}[unit]
    rows = [f"2024-04-01 {at // 2:02}:{at % 2 * 30:02},{50 + at},25" for at in range(48)]
    sheet = read(tmp_path, "\n".join(["datetime,load,temperature", f",{unit},°C", *rows]))

    np.testing.assert_allclose(sheet.load, factor * (50.0 + np.arange(48)))
    assert sheet.cell(0) == "B3"
    assert any("the row below the header holds units" in str(problem) for problem in sheet.problems)


def test_a_row_of_units_is_one_in_a_workbook_and_for_days_side_by_side_too(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    rows: list[list[Any]] = [["date", *(f"H{hour}" for hour in range(1, 25))], [None, *["kW"] * 24]]
    rows += [[f"2024-04-0{day}", *range(24)] for day in (1, 2)]
    for row in rows:
        sheet.append(row)
    book.save(tmp_path / "hourly.xlsx")
    found = read_hourly_sheet(tmp_path / "hourly.xlsx")

    assert found.load[:3].tolist() == [0, 0.001, 0.002]
    assert found.cell(0) == "B3"


def test_a_first_row_that_only_lacks_its_load_is_no_row_of_units(tmp_path: Path) -> None:
    sheet = read(tmp_path, "datetime,load\n2024-04-01 00:00,n/a\n2024-04-01 01:00,7\n2024-04-01 02:00,8\n")

    assert len(sheet.load) == 3


@pytest.mark.parametrize("scale", [1, 1000])
def test_seconds_since_1970_are_utc(tmp_path: Path, scale: int) -> None:
    first = int(pd.Timestamp("2024-04-01").timestamp())
    rows = [f"{scale * (first + 3600 * at)},{at}" for at in range(24)]
    sheet = read(tmp_path, "\n".join(["timestamp,load", *rows]))

    assert sheet.zone == "UTC"
    assert str(sheet.times[0]) == "2024-04-01T00:00"
    assert "seconds since 1970" in str(sheet.problems[0])


def test_stamps_that_a_spreadsheet_keeps_a_hair_below_the_hour_are_of_that_hour(tmp_path: Path) -> None:
    times = pd.date_range("2024-04-01 01:00", periods=24, freq="h") - pd.Timedelta(milliseconds=3)
    pd.DataFrame({"datetime": times, "load": 5.0}).to_parquet(tmp_path / "load.parquet")

    assert str(read_hourly_sheet(tmp_path / "load.parquet").times[1]) == "2024-04-01T02:00"


def workbook(path: Path, sheet: str, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


MIDNIGHT = datetime.datetime(2024, 1, 1)  # noqa: DTZ001 - cells have no zone
NEW_YEAR = [MIDNIGHT + datetime.timedelta(hours=hour) for hour in range(26)]


@pytest.mark.parametrize(
    "above",
    [
        [["Total Load - Day Ahead / Actual"], ["Germany (DE)"], []],
        [["Area", "BZN|DE-LU"], ["Date", "01.01.2024"]],
        [["MTU (CET/CEST)", "BZN|DE-LU", None]],
    ],
)
def test_an_export_of_entso_e_with_its_zone_above_the_table_is_read(
    tmp_path: Path, above: list[list[object]]
) -> None:
    header = ["MTU (CET/CEST)", "Day-ahead Total Load Forecast (MW)", "Actual Total Load (MW)"]
    rows = [
        [f"{begin:%d.%m.%Y %H:%M} - {end:%d.%m.%Y %H:%M}", 40_000.5, 41_000.25 + at]
        for at, (begin, end) in enumerate(itertools.pairwise(NEW_YEAR))
    ]
    sheet = read_hourly_sheet(workbook(tmp_path / "load.xlsx", "Sheet1", [*above, header, *rows]))

    assert (len(sheet.load), sheet.load[0], str(sheet.times[0])) == (25, 41_000.25, "2024-01-01T00:00")
    assert (sheet.zone, sheet.stamps) == ("Europe/Brussels", "begins")


def test_a_workbook_of_one_authority_of_eia_930_is_read_by_the_hours_of_utc_that_end_then(
    tmp_path: Path,
) -> None:
    header = [
        "BA",
        "UTC time",
        "Local date",
        "Hour",
        "Local time",
        "Time zone",
        "DF",
        "D",
        "NG",
        "TI",
        "Adjusted D",
    ]
    rows = [
        [
            "PJM",
            when,
            when.date(),
            1,
            when - datetime.timedelta(hours=5),
            "Eastern",
            9.0,
            90_000.5 + at,
            1.0,
            2.0,
            3.0,
        ]
        for at, when in enumerate(NEW_YEAR)
    ]
    path = workbook(tmp_path / "PJM.xlsx", "Published Hourly Data", [header, *rows])
    sheet = read_hourly_sheet(path)

    assert (len(sheet.load), sheet.load[1], str(sheet.times[1])) == (26, 90_001.5, "2024-01-01T01:00")
    assert (sheet.zone, sheet.stamps) == ("UTC", "ends")
