from __future__ import annotations

import datetime
import io
import math
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.data.workbooks.reading import read_workbook
from workbench.data.workbooks.writing import Column, day_numbers, making_workbook, writing_workbook
from workbench.errors import InvalidData, UnwritableFile


def test_headers_units_notes_and_frozen_panes_arrive_in_excel(tmp_path: Path) -> None:
    with writing_workbook(tmp_path / "out.xlsx", {"title": "Result of run-7"}) as book:
        sheet = book.sheet("sales")
        below = sheet.table(
            [
                Column("Year", [2024, 2025]),
                Column("Sales", [12345.678, None], "MU", "Of all sectors", "#,##0.0"),
            ],
            units_row=True,
        )
        sheet.freeze(2, 1)

    page = openpyxl.load_workbook(tmp_path / "out.xlsx")["sales"]
    assert below == 4
    assert [[cell.value for cell in row] for row in page.iter_rows()] == [
        ["Year", "Sales"], [None, "MU"], [2024, 12345.678], [2025, None],
    ]  # fmt: skip
    assert page["B1"].comment.text == "Of all sectors\nUnit: MU"
    assert page["B1"].font.bold
    assert page["B3"].number_format == "#,##0.0"
    assert page["A3"].number_format == "0"
    assert page.freeze_panes == "B3"
    assert openpyxl.load_workbook(tmp_path / "out.xlsx").properties.title == "Result of run-7"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "{=1}", "http://x", "007"]
)
def test_text_never_becomes_a_formula_a_link_or_a_number(tmp_path: Path, text: str) -> None:
    with writing_workbook(tmp_path / "out.xlsx") as book:
        book.sheet("s").table([Column(text, [text], text, text)], mark=text, units_row=True)
        book.sheet("t").text([text], title=True)

    for page in openpyxl.load_workbook(tmp_path / "out.xlsx"):
        for row in page.iter_rows():
            for cell in row:
                assert cell.value is None or (cell.data_type == "s" and str(cell.value).lstrip("~") == text)
                assert cell.hyperlink is None


# The first workbook starts the process that reads them all.
@settings(deadline=None)
@given(st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cn")), min_size=1, max_size=40))
def test_any_text_is_read_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("text") / "out.xlsx"
    with writing_workbook(path) as book:
        book.sheet("s").table([Column("text", ["first", text])])

    assert read_workbook(path).sheet("s").rows[2:] in ((((text.strip() or None),),), ())


def test_numbers_dates_and_blanks_are_read_back(tmp_path: Path) -> None:
    values = [1.25, 7, True, None, math.nan, math.inf, datetime.date(2025, 3, 31), datetime.time(6, 30),
              datetime.datetime(2025, 3, 31, 6, 30, tzinfo=datetime.UTC)]  # fmt: skip
    with writing_workbook(tmp_path / "out.xlsx") as book:
        book.sheet("s").table([Column("value", values)])

    assert [row[0] for row in read_workbook(tmp_path / "out.xlsx").sheet("s").rows[1:]] == [
        1.25, 7.0, True, None, None, "inf", datetime.date(2025, 3, 31), datetime.time(6, 30),
        datetime.datetime(2025, 3, 31, 6, 30),  # noqa: DTZ001 - Excel knows no zones
    ]  # fmt: skip


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        with writing_workbook(tmp_path / name) as book:
            book.sheet("s").table([Column("x", [1.5, "t"], "MW", "note")])

    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize("name", ["", "x" * 32, "a/b", "a[1]", "what?", "'quoted'"])
def test_names_that_excel_forbids_are_refused(tmp_path: Path, name: str) -> None:
    def write() -> None:
        with writing_workbook(tmp_path / "out.xlsx") as book:
            book.sheet(name)

    with pytest.raises(InvalidData, match="cannot be the name of a sheet"):
        write()
    assert list(tmp_path.iterdir()) == []


def test_two_sheets_that_differ_only_in_case_are_refused(tmp_path: Path) -> None:
    def write() -> None:
        with writing_workbook(tmp_path / "out.xlsx") as book:
            book.sheet("Domestic")
            book.sheet("domestic")

    with pytest.raises(InvalidData, match="Two sheets would be named 'domestic'"):
        write()


def test_a_text_too_long_for_a_cell_is_refused_and_not_cut(tmp_path: Path) -> None:
    def write() -> None:
        with writing_workbook(tmp_path / "out.xlsx") as book:
            book.sheet("s").text(["x" * 32_768])

    with pytest.raises(InvalidData, match="32768 characters does not fit"):
        write()


def test_a_table_longer_than_a_sheet_is_refused(tmp_path: Path) -> None:
    def write() -> None:
        with writing_workbook(tmp_path / "out.xlsx") as book:
            book.sheet("s").table([Column("x", [1.0, 2.0])], row=1_048_574)

    with pytest.raises(InvalidData, match="does not fit on an Excel sheet"):
        write()


def test_a_full_disk_leaves_the_earlier_workbook(tiny_disk: Path) -> None:
    def write(rows: int) -> None:
        with writing_workbook(tiny_disk / "out.xlsx") as book:
            book.sheet("s").table([Column("x", [row * 1.234567 for row in range(rows)])])

    write(3)
    with pytest.raises(UnwritableFile, match="disk is full"):
        write(80_000)

    assert len(read_workbook(tiny_disk / "out.xlsx").sheet("s").rows) == 4
    assert [path.name for path in tiny_disk.iterdir()] == ["out.xlsx"]


def test_days_as_numbers_are_read_back_as_the_times_they_were() -> None:
    times = np.array(["2024-02-29T00:00", "2025-08-20T13:35"], dtype="datetime64[m]")
    content = io.BytesIO()
    with making_workbook(content) as book:
        book.sheet("times").table([Column("When", day_numbers(times), number_format="yyyy-mm-dd hh:mm")])
    content.seek(0)
    sheet = openpyxl.load_workbook(content)["times"]
    read = [cell.value for cell in sheet["A"][1:]]
    assert [value.isoformat(timespec="minutes") for value in read] == ["2024-02-29T00:00", "2025-08-20T13:35"]


def test_a_workbook_made_in_memory_is_the_one_that_would_be_written(tmp_path: Path) -> None:
    content = io.BytesIO()
    with making_workbook(content, {"title": "Speeds"}) as book:
        book.sheet("speeds").table([Column("v", [1.0, 2.5], "m/s")])
    with writing_workbook(tmp_path / "speeds.xlsx", {"title": "Speeds"}) as book:
        book.sheet("speeds").table([Column("v", [1.0, 2.5], "m/s")])
    assert (tmp_path / "speeds.xlsx").read_bytes() == content.getvalue()
