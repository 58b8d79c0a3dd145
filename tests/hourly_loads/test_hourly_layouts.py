"""Hourly loads in the layouts that people have: blocks, a row for each day, stamps of all kinds."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from hourly_loads.series import local_hours
from workbench.errors import InvalidData, UnreadableFile
from workbench.hourly_loads.reading.hourly_sheet import HourlySheet, read_hourly_sheet


def read_text(folder: Path, text: str, name: str = "load.csv") -> HourlySheet:
    (folder / name).write_bytes(text.encode("cp1252"))
    return read_hourly_sheet(folder / name)


def hours_of(sheet: HourlySheet) -> list[float]:
    return ((sheet.times - np.datetime64("2024-04-01", "m")).astype(int) / 60).tolist()


def wide(headers: list[str]) -> str:
    days = [[f"0{day}-04-2024", *(f"{day}{part:02}.5" for part in range(len(headers)))] for day in (1, 2)]
    return "\n".join(",".join(line) for line in [["date", *headers], *days]) + "\n"


@pytest.mark.parametrize(
    "headers",
    [
        [f"H{hour}" for hour in range(1, 25)],
        [f"{hour}" for hour in range(24)],
        [f"Hour {hour:02}" for hour in range(1, 25)],
        [f"{hour:02}:00" for hour in range(24)],
        [f"{hour:02}:00" for hour in range(1, 25)],
        [f"{hour:02}:00-{hour + 1:02}:00" for hour in range(24)],
        [f"Block {block}" for block in range(1, 97)],
        [f"{minute // 60:02}:{minute % 60:02}" for minute in range(0, 1440, 30)],
    ],
)
def test_a_row_for_each_day_is_read_whatever_its_columns_are_called(
    tmp_path: Path, headers: list[str]
) -> None:
    sheet = read_text(tmp_path, wide(headers))

    step = 24 / len(headers)
    assert hours_of(sheet) == [step * part for part in range(2 * len(headers))]
    assert sheet.load[[0, 1, -1]].tolist() == [100.5, 101.5, 200 + len(headers) - 0.5]
    assert (sheet.cell(0), sheet.cell(1), sheet.cell(len(headers))) == ("B2", "C2", "B3")
    assert any(f"hold the {len(headers)} parts of each day" in str(problem) for problem in sheet.problems)


def test_a_day_with_columns_missing_is_no_table_of_days(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="no column of loads"):
        read_text(tmp_path, wide([f"H{hour}" for hour in range(1, 24)]))


@pytest.mark.parametrize("count", [24, 48, 96])
def test_blocks_of_the_day_are_read_by_their_number(tmp_path: Path, count: int) -> None:
    rows = [f"{day:02}.04.2024;{block};{block},5" for day in (1, 2) for block in range(1, count + 1)]
    sheet = read_text(tmp_path, "Netz S\xfcd\nDate;Block;Demand (MW)\n" + "\n".join(rows) + "\n")

    assert hours_of(sheet) == [24 / count * part for part in range(2 * count)]
    assert sheet.load[:2].tolist() == [1.5, 2.5]
    assert any(f"the blocks run from 1 to {count}" in str(problem) for problem in sheet.problems)


def test_a_block_that_no_day_has_is_named_by_its_cell(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match=r"cell B3: expected the number of a block of the day"):
        read_text(tmp_path, "date,block,load\n2024-04-01,1,7\n2024-04-01,0,8\n")


@pytest.mark.parametrize("step", [15, 30, 60])
def test_clocks_from_the_first_step_to_24_end_their_part_of_the_day(tmp_path: Path, step: int) -> None:
    clocks = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(step, 1441, step)]
    rows = [f"2024-04-0{day}\t{clock}\t7" for day in (1, 2) for clock in clocks]
    sheet = read_text(tmp_path, "date\ttime\tload\n" + "\n".join(rows) + "\n", "load.tsv")

    assert hours_of(sheet) == [step / 60 * part for part in range(len(rows))]
    assert any("each was read as the" in str(problem) for problem in sheet.problems)


@pytest.mark.parametrize(
    ("stamps", "says"),
    [
        (("2024-04-01 00:00", "2024-04-01 23:00", "2024-04-01 24:00"), "read as"),
        (("01/04/2024 00:00", "01/04/2024 11:00 PM", "02/04/2024 00:00"), "read as day-month-year"),
        (("1-Apr-2024, 00:00", "1-Apr-2024, 23:00", "2-Apr-2024, 00:00"), "read as day-month-year"),
        (("01.04.2024 00:00:00", "01.04.2024 23:00:00", "02.04.2024 0:00"), "read as day-month-year"),
        (("20240401T00", "20240401T23", "20240402T00"), ""),
    ],
)
def test_stamps_are_read_as_people_write_them(tmp_path: Path, stamps: tuple[str, ...], says: str) -> None:
    sheet = read_text(tmp_path, "datetime;load\n" + "".join(f"{stamp};7\n" for stamp in stamps))

    assert hours_of(sheet) == [0, 23, 24]
    assert says in " ".join(map(str, sheet.problems))


def test_one_stamp_that_shows_the_month_first_decides_for_all(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, "datetime,load\n04/01/2024 00:00,7\n04/13/2024 00:00,8\n")

    assert hours_of(sheet) == [0, 288]
    assert "read as month-day-year" in str(sheet.problems[0])


def test_times_with_and_without_a_zone_are_not_mixed(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match=r"cell A3: 1 times have no zone, unlike the others"):
        read_text(tmp_path, "utc,load\n2024-04-01 00:00+05:30,7\n2024-04-01 01:00,8\n")


def test_text_files_keep_their_cells_where_rows_are_blank_or_end_with_commas(tmp_path: Path) -> None:
    text = "Load of the state\n\ndatetime,load,temperature\n2024-04-01 00:00,7,25,\n\n,,,\n"
    sheet = read_text(tmp_path, text + "2024-04-01 01:00,n/a,26,\nTotal,7\n")

    np.testing.assert_array_equal(sheet.load, [7, np.nan])
    assert sheet.temperature.tolist() == [25, 26]
    assert [sheet.cell(0), sheet.cell(1)] == ["B4", "B7"]
    said = [str(problem) for problem in sheet.problems]
    assert any("row 8 was set aside: it is a total ('Total')" in text for text in said)
    assert any("cell B7: 1 cells of 'load' say 'n/a'" in text for text in said)


def test_a_bad_cell_of_a_text_file_is_named_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match=r"load.csv, cell B5: expected a number, found 'many'"):
        read_text(tmp_path, "# SCADA\n\ndatetime,load\n2024-04-01 00:00,7\n2024-04-01 01:00,many\n")


@pytest.mark.parametrize(
    ("name", "readings", "cells"),
    [
        ("planning/hourly_stamps_01_to_24.csv", 8760, ("C2", "C8761")),
        ("planning/blocks_1_to_96.csv", 2880, ("C2", "C2881")),
        ("planning/wide_24_columns.csv", 8760, ("B2", "Y366")),
        ("planning/hourly_one_zero.csv", 8760, ("B2", "B8761")),
        ("reading/hourly-trailing-comma.csv", 50, ("B2", "B51")),
    ],
)
def test_hourly_files_of_people_are_read(
    shared_data: Path, name: str, readings: int, cells: tuple[str, str]
) -> None:
    path = shared_data.parent / "cases" / name
    if not path.is_file():
        pytest.skip(f"there is no {path}")
    sheet = read_hourly_sheet(path)

    step = np.timedelta64(15 if "blocks" in name else 60, "m")
    assert (np.diff(sheet.times) == step).all()
    assert (len(sheet.load), sheet.cell(0), sheet.cell(readings - 1)) == (readings, *cells)
    if "planning" in name:
        assert (str(sheet.times[0]), sheet.load[0]) == ("2024-04-01T00:00", 2778)
    else:
        assert (sheet.load[0], sheet.temperature[0]) == (3010.4, 28.0)


def test_a_header_without_readings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"load\.csv has no rows below its header"):
        read_text(tmp_path, "datetime,load\n")


def test_trailing_commas_take_no_time(tmp_path: Path) -> None:
    hours = local_hours("2024-04-01", "2025-03-31").astype(str)
    start = time.process_time()
    read_text(tmp_path, "datetime,load\n" + "".join(f"{hour},7,,\n" for hour in hours))
    assert time.process_time() - start < 2


@pytest.mark.parametrize("number", ["1e300", "inf", "1" * 40])
def test_a_block_of_no_day_is_named_by_its_cell(tmp_path: Path, number: str) -> None:
    text = f"date,block,demand\n2024-04-01,{number},5\n2024-04-01,2,6\n"
    with pytest.raises(InvalidData, match=r"cells? .*B2.*expected the number of a block of the day"):
        read_text(tmp_path, text)
