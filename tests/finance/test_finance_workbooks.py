from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from workbench.errors import InvalidData
from workbench.finance.inputs.reading.grid import Grid, read_grid
from workbench.finance.inputs.reading.read import read_file


def grid_of(shared_data: Path, name: str) -> Grid:
    path = shared_data.parent / "cases" / "finance" / name
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    return read_grid(path.name, path.read_bytes())


def test_formulas_without_kept_values_are_seen_in_each_cell(shared_data: Path) -> None:
    frame = grid_of(shared_data, "x2_uncalculated.xlsx").cells.frame

    revenue = frame["2"].to_list()
    assert revenue[0] == "Revenue"
    assert len(revenue) == 37
    assert all(text.endswith("(never calculated)") for text in revenue[1:])


def test_months_across_are_read_as_dates_in_their_columns(shared_data: Path) -> None:
    frame = grid_of(shared_data, "months_across.xlsx").cells.frame

    assert frame.shape == (4, 26)
    assert frame.row(0)[1:4] == ("Line item", "2023-01-01", "2023-02-01")


def test_hidden_rows_and_far_cells_of_a_finance_workbook_are_said(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in [("Date", "Revenue"), ("2024-01-31", 5), ("2024-02-29", 6)]:
        page.append(row)
    page.row_dimensions[3].hidden = True
    page["XFD1048576"] = "x"
    book.save(tmp_path / "books.xlsx")
    grid = read_grid("books.xlsx", (tmp_path / "books.xlsx").read_bytes())

    assert grid.cells.frame.height == 3
    assert [change.reason.partition(":")[0] for change in grid.cells.changes] == [
        "XFD1048576 the cell stands far from all others",
        "row 3 is hidden, perhaps by a filter, and read like any other.",
    ]


def test_apostrophes_before_numbers_of_a_workbook_are_removed_and_listed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in [("Date", "Revenue"), ("2024-01-31", "'5.5"), ("2024-02-29", "'6.5")]:
        page.append(row)
    book.save(tmp_path / "a.xlsx")

    reading = read_file(tmp_path / "a.xlsx")

    assert reading.values("Revenue").to_list() == [5.5, 6.5]
    assert any("apostrophe" in change.reason and change.rows == (2, 3) for change in reading.changes)


def test_a_text_file_of_delimiters_only_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(",")
    with pytest.raises(InvalidData, match=r"a\.csv has a header .* and no row below it"):
        read_file(tmp_path / "a.csv")
