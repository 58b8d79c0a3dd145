from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from hourly_loads.series import local_hours, plain_load
from workbench.data.tables.table import Table
from workbench.errors import InvalidData, UnreadableFile
from workbench.hourly_loads.reading.files import from_arrow, to_arrow
from workbench.hourly_loads.reading.hourly_sheet import read_hourly_sheet, read_table

TIMES = local_hours("2024-04-01", "2024-04-03")
LOAD = plain_load(TIMES)


def table(columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> Table:
    return Table("Hourly", "Hourly", columns, tuple(rows), range(2, 2 + len(rows)), range(len(columns)), 1)


def test_date_and_time_columns_are_put_together(tmp_path: Path, make_book: Callable[..., Path]) -> None:
    sheet = read_hourly_sheet(make_book(tmp_path / "load.xlsx", TIMES, LOAD))

    np.testing.assert_array_equal(sheet.times, TIMES)
    np.testing.assert_allclose(sheet.load, LOAD)
    assert sheet.cell(0) == "C2"


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_csv_and_parquet_with_one_time_column_are_read(tmp_path: Path, suffix: str) -> None:
    frame = pd.DataFrame({"datetime": TIMES.astype("datetime64[s]"), "load": LOAD, "temperature": 25.0})
    path = tmp_path / f"load.{suffix}"
    frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path)
    sheet = read_hourly_sheet(path)

    np.testing.assert_array_equal(sheet.times, TIMES)
    np.testing.assert_allclose(sheet.load, LOAD)
    assert sheet.zone == ""
    assert sheet.temperature[0] == 25


def test_times_with_an_offset_are_utc_from_then_on(tmp_path: Path) -> None:
    path = tmp_path / "load.csv"
    path.write_text(
        "timestamp,mw\n2024-04-01T00:00+05:30,100\n2024-04-01T01:00+05:30,110\n", encoding="utf-8"
    )
    sheet = read_hourly_sheet(path)

    assert sheet.zone == "UTC"
    assert str(sheet.times[0]) == "2024-03-31T18:30"


def test_every_way_to_write_an_hour_is_understood() -> None:
    day = datetime.date(2024, 4, 1)
    values = [
        datetime.time(1, 0),
        "02:00",
        "3:00 AM",
        4,
        5.0,
        datetime.timedelta(hours=6),
        "19.00",
        "8:00 pm",
        21 / 24,
        24,
    ]
    read = read_table("f", table(("Date", "Time", "Demand"), [(day, value, 1.0) for value in values]))
    hours = (read.times - np.datetime64("2024-04-01", "m")).astype(int) / 60

    assert hours.tolist() == [1, 2, 3, 4, 5, 6, 19, 20, 21, 24]


def test_hours_from_1_to_24_are_read_as_ending_then_and_it_is_said() -> None:
    day = datetime.date(2024, 4, 1)
    read = read_table("f", table(("Date", "Hour", "MW"), [(day, float(hour), 1.0) for hour in range(1, 25)]))

    assert str(read.times[0]) == "2024-04-01T00:00"
    assert "the hours run from 1 to 24" in str(read.problems[0])


def test_dates_typed_as_text_are_read_day_first_and_it_is_said() -> None:
    read = read_table(
        "f", table(("date", "time", "load"), [("01-04-2024", "00:00", 1.0), ("13/04/2024", "00:00", 1.0)])
    )

    assert [str(time)[:10] for time in read.times] == ["2024-04-01", "2024-04-13"]
    assert "2 dates are text and were read as day-month-year" in str(read.problems[0])


def test_every_bad_cell_is_reported_at_once() -> None:
    day = datetime.date(2024, 4, 1)
    rows = [(day, "00:00", 1.0), ("soon", "25:99", "many"), (day, "02:00", "1,234")]
    with pytest.raises(InvalidData) as caught:
        read_table("f.xlsx", table(("date", "time", "load"), rows))

    places = [problem.cell for problem in caught.value.problems if problem.severity == "error"]
    assert places == ["A3", "B3", "C3"]


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        (("date", "time", "price"), "no column of loads"),
        (("load", "price"), "no column of times"),
        (("date", "load"), "holds days only"),
    ],
)
def test_missing_columns_are_named_with_those_present(columns: tuple[str, ...], says: str) -> None:
    row = tuple(datetime.date(2024, 4, 1) if name == "date" else 1.0 for name in columns)
    with pytest.raises(InvalidData, match=says):
        read_table("f.xlsx", table(columns, [row]))


def test_an_empty_row_between_hours_is_passed_over_and_cells_keep_their_rows(
    tmp_path: Path, make_book: Callable[..., Path]
) -> None:
    path = make_book(tmp_path / "load.xlsx", TIMES, LOAD)
    book = openpyxl.load_workbook(path)
    for column in "ABC":
        book["Hourly"][f"{column}10"].value = None
    book.save(path)

    found = read_hourly_sheet(path)

    assert (len(found.load), found.cell(7), found.cell(8)) == (len(TIMES) - 1, "C9", "C11")


def test_a_workbook_without_such_a_sheet_names_those_present(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Prices")
    book.save(tmp_path / "load.xlsx")

    with pytest.raises(InvalidData, match=r"present: Sheet, Prices. Name it in the setting 'history_sheet'"):
        read_hourly_sheet(tmp_path / "load.xlsx")


def test_a_file_that_is_no_parquet_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "load.parquet").write_bytes(b"nothing")

    with pytest.raises(UnreadableFile, match="not a Parquet file"):
        read_hourly_sheet(tmp_path / "load.parquet")


def test_the_cache_gives_back_what_was_read(tmp_path: Path, make_book: Callable[..., Path]) -> None:
    values: list[object] = [*LOAD[:5], str(LOAD[5]), *LOAD[6:]]
    read = read_hourly_sheet(make_book(tmp_path / "load.xlsx", TIMES, values))
    again = from_arrow(to_arrow(read))

    np.testing.assert_array_equal(again.times, read.times)
    np.testing.assert_array_equal(again.load, read.load)
    assert again.problems == read.problems
    assert len(again.problems) == 1
    assert (again.file, again.sheet, again.cell(3)) == (read.file, read.sheet, read.cell(3))


def test_text_dates_and_a_placeholder_of_the_case_are_read(shared_data: Path) -> None:
    case = shared_data.parent / "cases" / "reading" / "hourly-load-text-dates.xlsx"
    if not case.is_file():
        pytest.skip(f"{case} is absent")
    found = read_hourly_sheet(case)

    hours = np.datetime64("2021-04-01T00:00") + np.arange(48) * np.timedelta64(60, "m")
    assert (found.times == hours).all()
    assert [found.cell(int(at)) for at in np.flatnonzero(np.isnan(found.load))] == ["C7"]
    assert any("day-month-year" in problem.message for problem in found.problems)


def hourly_book(path: Path, *rows: tuple[object, ...]) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Hourly"
    for row in (("datetime", "load"), *rows):
        book.active.append(row)
    book.save(path)
    return path


HOUR_ROWS = [(datetime.datetime(2024, 4, 1, hour), 100.0 + hour) for hour in range(3)]  # noqa: DTZ001


def test_a_total_below_the_hours_of_a_workbook_is_set_aside(tmp_path: Path) -> None:
    path = hourly_book(tmp_path / "load.xlsx", *HOUR_ROWS, ("Total", 303.0), ("Source: the grid operator",))
    sheet = read_hourly_sheet(path)

    assert sheet.load.tolist() == [100.0, 101.0, 102.0]
    said = [problem.message for problem in sheet.problems]
    assert "row 5 was set aside: it is a total ('Total'): the sum of other rows in load." in said


def test_a_row_without_a_time_that_sums_nothing_is_an_error(tmp_path: Path) -> None:
    path = hourly_book(tmp_path / "load.xlsx", *HOUR_ROWS, ("Total", 999.0))

    with pytest.raises(InvalidData, match="cell A5: expected a date such as 2025-04-01, found 'Total'"):
        read_hourly_sheet(path)


def test_a_sheet_without_hours_and_one_that_is_open_in_excel_are_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"load.xlsx has no rows below its header"):
        read_hourly_sheet(hourly_book(tmp_path / "load.xlsx"))

    path = hourly_book(tmp_path / "load.xlsx", *HOUR_ROWS)
    path.with_name("~$load.xlsx").write_bytes(b"")
    assert "it is open in Excel" in read_hourly_sheet(path).problems[0].message


def test_how_a_number_that_is_stored_as_text_was_read_is_shown(tmp_path: Path) -> None:
    path = hourly_book(
        tmp_path / "load.xlsx", *((when, f"3,{at}25") for at, (when, _) in enumerate(HOUR_ROWS))
    )

    assert "such as '3,025' as 3025." in read_hourly_sheet(path).problems[0].message


def test_an_infinite_load_and_one_of_another_kind_are_named_by_their_cells(tmp_path: Path) -> None:
    times = [when for when, _ in HOUR_ROWS]
    for loads, said in (([1.0, np.inf, 2.0], "found 'inf'"), ([[1.0], [2.0], [3.0]], r"found '\[1.0\]'")):
        pd.DataFrame({"datetime": times, "load": loads}).to_parquet(tmp_path / "load.parquet")
        with pytest.raises(InvalidData, match=f"load.parquet, cell B[23]: expected a number, {said}"):
            read_hourly_sheet(tmp_path / "load.parquet")
