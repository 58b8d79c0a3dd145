"""One table in a file of any kind and any name: the same cells, each with its row."""

from __future__ import annotations

import datetime
import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from workbench.data.problems import Problems
from workbench.data.texts.content import FileKind, kind_of
from workbench.data.texts.table import TextTable, any_of
from workbench.data.workbooks.one_table import read_one_table
from workbench.errors import UnreadableFile
from workbench.evapotranspiration.inputs.files import read_daily_table

NAMES = ("site", "time", "load", "code")
STAMPS = [datetime.datetime(2024, 3, 1, hour) for hour in (0, 1)]  # noqa: DTZ001 - cells have no zone
ROWS = [("NA", STAMPS[0], 1234.5, "007"), ("Süd", STAMPS[1], 7.0, "012")]
TEXT = "\n".join(",".join(map(str, row)) for row in (NAMES, *ROWS)) + "\n"
Fill = Callable[[xlsxwriter.Workbook], None]


def workbook(*sheets: tuple[str, int, int], hidden: str = "", fill: Fill = lambda book: None) -> bytes:
    """Make a workbook whose sheets have the table at a row and a column."""
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as book:
        stamp = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for name, top, left in sheets:
            sheet = book.add_worksheet(name)
            for down, row in enumerate((NAMES, *ROWS)):
                for right, value in enumerate(row):
                    if isinstance(value, datetime.datetime):
                        sheet.write_datetime(top + down, left + right, value, stamp)
                    elif isinstance(value, str):
                        sheet.write_string(top + down, left + right, value)
                    else:
                        sheet.write(top + down, left + right, value)
            if name == hidden:
                sheet.very_hidden()
        fill(book)
    return sink.getvalue()


def zipped(content: str) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("load.csv", content)
    return sink.getvalue()


def read(path: Path, content: bytes) -> tuple[TextTable, list[str]]:
    path.write_bytes(content)
    problems = Problems(path.name)
    return read_one_table(path, problems, any_of(NAMES)), list(map(str, problems))


FILES = {
    "load.csv": TEXT.encode(),
    "load.csv.gz": gzip.compress(TEXT.encode()),
    "load.zip": zipped(TEXT),
    "load.xlsx": workbook(("Load", 0, 0)),
    "a workbook named.csv": workbook(("Load", 0, 0)),
    "text named.xlsx": TEXT.encode("utf-16"),
    "text named.xls": TEXT.replace(",", "\t").encode(),
    "text without suffix": TEXT.encode(),
    "a workbook without suffix": workbook(("Load", 0, 0)),
}


@pytest.mark.parametrize("name", FILES)
def test_a_table_is_read_whatever_kind_and_name_its_file_has(tmp_path: Path, name: str) -> None:
    table, said = read(tmp_path / name, FILES[name])

    assert (table.columns, said) == (NAMES, [])
    cells = table.table(lambda column: column == "load")
    assert [tuple(map(str, row)) for row in cells.rows] == [tuple(map(str, row)) for row in ROWS]
    assert list(cells.row_numbers) == [2, 3]


def test_the_sheet_with_the_headers_is_read_from_its_cells_and_others_are_named(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        notes = book.add_worksheet("Notes")
        notes.write_column(0, 0, ["made by", "the planner"])
        book.add_worksheet("Short").write_row(0, 0, ["site", "load"])
        book.worksheets()[0].merge_range("A1:D1", "Loads of March")

    table, said = read(tmp_path / "load.xlsx", workbook(("Load", 4, 2), hidden="", fill=fill))

    assert (table.header_row, table.places, list(table.frame["row"])) == (5, (2, 3, 4, 5), [6, 7])
    assert said == [
        "load.xlsx, sheet 'Load': the sheets Short have such headers too and are not read.",
        "load.xlsx, sheet 'Load': the header is in row 5: what stands above is not read.",
    ]


def test_a_workbook_without_a_cell_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"load.xlsx has no cell with a value"):
        read(tmp_path / "load.xlsx", workbook(fill=lambda book: book.add_worksheet("a") and None))


def test_a_second_is_that_which_was_typed(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet, stamp = book.add_worksheet("a"), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(0, 0, ["time", "load"])
        sheet.write_number(1, 0, 45352 + 18 / 24 + 5 / 1440 - 1e-9, stamp)

    assert read(tmp_path / "load.xlsx", workbook(fill=fill))[0].texts("time").to_list() == [
        "2024-03-01 18:05:00"
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.csv", "text"), ("a.xls", "workbook"), ("a.parquet", "parquet"), ("a", "text")],
)
def test_what_cannot_be_looked_at_is_told_by_its_name(tmp_path: Path, name: str, kind: str) -> None:
    assert kind_of(tmp_path / name) is FileKind(kind)
    (tmp_path / name).mkdir()
    assert kind_of(tmp_path / name) is FileKind(kind)


def test_daily_weather_is_read_from_a_workbook_as_from_text(tmp_path: Path) -> None:
    days = ("2024-02-28", "2024-02-29", "2024-03-01")
    text = "site,date,tmax [°C],tmin\n" + "".join(f"Kochi,{day},30.5,20.25\n" for day in days)
    (tmp_path / "eto_weather.csv").write_text(text, encoding="utf-8")
    with xlsxwriter.Workbook(tmp_path / "eto_weather.xlsx") as book:
        sheet, form = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ["site", "date", "tmax [°C]", "tmin"])
        for row, day in enumerate(days, 1):
            sheet.write(row, 0, "Kochi")
            sheet.write_datetime(row, 1, datetime.datetime.fromisoformat(day), form)
            sheet.write_row(row, 2, [30.5, 20.25])

    texts, cells = (read_daily_table(tmp_path / f"eto_weather.{suffix}").frame for suffix in ("csv", "xlsx"))
    assert cells.equals(texts)


def test_a_column_that_is_there_twice_and_a_workbook_that_is_open_in_excel_are_said(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("a")
        sheet.write_row(0, 0, ["site", "load", "Load"])
        sheet.write_row(1, 0, ["A", 1.5, 2.5])

    (tmp_path / "~$load.xlsx").write_bytes(b"")
    table, said = read(tmp_path / "load.xlsx", workbook(fill=fill))

    assert table.columns == ("site", "load", "Load (C)")
    assert "it is open in Excel" in said[0]
    assert said[1].endswith("cell C1: the column 'Load' is there twice: the first one is read, not this one.")
