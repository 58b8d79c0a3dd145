"""Columns without a known name: told by what stands in them, and said."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from workbench.errors import InvalidData
from workbench.hourly_loads.reading.hourly_sheet import read_hourly_sheet
from workbench.hourly_loads.reading.readings import HourlySheet
from workbench.hourly_loads.rules import Stamps

FIRST = datetime.datetime.fromisoformat("2024-01-01T00:00")
TIMES = [FIRST + datetime.timedelta(hours=hour) for hour in range(72)]
LOADS = [3000.5 + 10 * (hour % 24) for hour in range(72)]


def text_file(folder: Path, header: str, rows: list[str]) -> HourlySheet:
    path = folder / "load.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return read_hourly_sheet(path)


def said(sheet: HourlySheet) -> str:
    return " ".join(map(str, sheet.problems))


@pytest.mark.parametrize(
    ("header", "written", "stamps"),
    [
        ("Interval Ending,System Load", "%m/%d/%Y %I:%M %p", Stamps.ENDS),
        ("time,load", "%Y-%m-%dT%H:%M", None),
        ("Stunde,Netzlast (MW)", "%d.%m.%Y %H:%M", None),
        ("Moment,Import [MWh]", "%d-%b-%Y %H:%M", None),
        ("timestamp,Actual Demand (MW)", "%Y-%m-%d %H:%M", None),
    ],
)
def test_times_and_loads_are_told_by_their_cells(
    header: str, written: str, stamps: Stamps | None, tmp_path: Path
) -> None:
    rows = [f"{time.strftime(written)},{load}" for time, load in zip(TIMES, LOADS, strict=True)]
    sheet = text_file(tmp_path, header, rows)
    np.testing.assert_allclose(sheet.load, LOADS)
    assert sheet.times.tolist() == TIMES
    assert sheet.stamps == stamps
    assert "read as" in said(sheet)


def test_energies_in_brackets_become_loads(tmp_path: Path) -> None:
    rows = [f"{FIRST + k * datetime.timedelta(minutes=15)},{250.0 * load}" for k, load in enumerate(LOADS)]
    sheet = text_file(tmp_path, "Timestamp,Import (kWh)", rows)
    np.testing.assert_allclose(sheet.load, LOADS)


def test_a_load_is_taken_before_its_forecast_and_what_is_no_load_is_never_taken(tmp_path: Path) -> None:
    rows = [f"{time},{load + 9},{load}" for time, load in zip(TIMES, LOADS, strict=True)]
    sheet = text_file(tmp_path, "datetime,Day-ahead forecast (MW),Actual system demand (MW)", rows)
    np.testing.assert_allclose(sheet.load, LOADS)
    for other in ("Price", "Frequency (Hz)", "Solar generation (MW)", "Humidity"):
        with pytest.raises(InvalidData, match="no column of loads"):
            text_file(tmp_path, f"datetime,{other}", [f"{time},50.0" for time in TIMES])


def test_two_columns_that_may_be_the_load_are_a_question(tmp_path: Path) -> None:
    rows = [f"{time},{load},{load + 1}" for time, load in zip(TIMES, LOADS, strict=True)]
    with pytest.raises(InvalidData, match="load_columns"):
        text_file(tmp_path, "datetime,Feeder A,Feeder B", rows)


def test_minutes_beside_the_hour_count(tmp_path: Path) -> None:
    moments = [FIRST + datetime.timedelta(minutes=30 * k) for k in range(72)]
    rows = [f"{m:%Y/%m/%d},{m.hour},{m.minute},{v}" for m, v in zip(moments, LOADS, strict=True)]
    sheet = text_file(tmp_path, "DATE,HOUR,MIN,DEMAND", rows)
    assert sheet.times.tolist() == moments


def test_hours_of_a_year_without_a_year_are_a_question(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="the rows of 'Hour' number the hours of a year"):
        text_file(tmp_path, "Hour,2021", [f"{hour},3000" for hour in range(1, 8761)])


@pytest.mark.parametrize("is_across", [False, True])
def test_a_sheet_a_month_with_hours_or_days_across_is_one_history(is_across: bool, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    expected = []
    for month in (1, 2):
        days = [datetime.date(2024, month, day) for day in range(1, 11)]
        values = [[1000.0 * month + 24 * day.day + hour for hour in range(24)] for day in days]
        expected += [value for row in values for value in row]
        page = book.create_sheet(days[0].strftime("%b-%y"))
        if is_across:
            page.append(["Hour", *days])
            for hour in range(24):
                page.append([hour + 1, *(row[hour] for row in values)])
        else:
            page.append(["Date", *(f"{hour}:00" for hour in range(1, 25)), "Max"])
            for day, row in zip(days, values, strict=True):
                page.append([day, *row, max(row)])
    book.save(tmp_path / "load.xlsx")
    sheet = read_hourly_sheet(tmp_path / "load.xlsx")
    order = np.argsort(sheet.times, kind="stable")
    np.testing.assert_allclose(sheet.load[order], expected)
