from __future__ import annotations

import datetime
from pathlib import Path

import pandas as pd
import pytest

from workbench.data.problems import Problems
from workbench.data.workbooks.reading import read_workbook
from workbench.errors import InvalidData, UnreadableFile


def test_a_text_file_is_a_workbook_of_one_sheet_with_the_cells_of_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "plants.csv"
    path.write_text(
        "Plants in service;;\n\nname;p_nom;code\nNA;1.200,5;007\n\nCoal;700,0;012\n", encoding="utf-8"
    )
    book = read_workbook(path)
    table = book.sheet("plants").table(Problems(), headers=("name", "p_nom"))

    assert book.sheet_names == ("plants",)
    assert table.rows == (("NA", 1200.5, "007"), ("Coal", 700.0, "012"))
    assert (table.header_row, table.cell(1, "p_nom")) == (3, "B6")


def test_a_parquet_file_is_a_workbook_of_one_sheet(tmp_path: Path) -> None:
    path = tmp_path / "load.parquet"
    pd.DataFrame({"date": [datetime.date(2024, 4, 1)], "load": [5.0], "site": [None]}).to_parquet(path)
    table = read_workbook(path).sheet("load").table()

    assert table.rows == ((datetime.date(2024, 4, 1), 5.0, None),)


def test_only_the_name_is_read_where_no_sheet_is_requested(tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_bytes(b"\x00\x01")

    assert read_workbook(tmp_path / "odd.csv", sheets=()).sheet_names == ("odd",)


@pytest.mark.parametrize("name", ["book.csv", "book.parquet"])
def test_a_file_of_another_kind_is_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04" + bytes(100))

    with pytest.raises((UnreadableFile, InvalidData), match="book"):
        read_workbook(tmp_path / name)
