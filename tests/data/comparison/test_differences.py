from __future__ import annotations

import datetime
import gzip
import io
import random
import time

import openpyxl
import pandas as pd
import pytest
import xarray

from workbench.data.comparison.differences import Difference, cell_text, grid_differences, sheet_differences
from workbench.data.comparison.grids import grids_of
from workbench.errors import UnreadableFile

TABLE = [
    ["Sales of the state", None, None],
    [None, None, None],
    ["Year", "Homes", "Farms"],
    *([2020 + year, 100.0 + year, 10.0 + year] for year in range(6)),
]


def changed(**cells: object) -> list[list[object]]:
    """Give the table with cells replaced, such as ``B5=7``."""
    rows = [list(row) for row in TABLE]
    for name, value in cells.items():
        rows[int(name[1:]) - 1][ord(name[0]) - 65] = value
    return rows


def told(before: list[list[object]], after: list[list[object]]) -> list[tuple[str, str, str]]:
    return [(f"{one.part} {one.kind}", one.place, one.label) for one in grid_differences(before, after)]


def test_the_same_table_has_no_differences() -> None:
    assert told(TABLE, changed()) == []


def test_a_changed_cell_is_named_with_its_row_and_column_and_both_values() -> None:
    assert list(grid_differences(TABLE, changed(B5=111.5), "Sales")) == [
        Difference("changed", "cell", "Sales", "B5", "Homes, 2021", 101.0, 111.5)
    ]


def test_a_cell_that_became_blank_is_a_change_and_no_zero() -> None:
    (found,) = grid_differences(TABLE, changed(C6=None))
    assert (found.place, found.before, found.after) == ("C6", 12.0, None)
    assert cell_text(found.after) == "blank"


def test_a_row_in_between_is_one_row_and_shifts_no_cell() -> None:
    after = [*TABLE[:5], ["new", 1.0, 2.0], *changed(B7=5.0)[5:]]
    assert told(TABLE, after) == [("row added", "row 6", "new"), ("cell changed", "B8", "Homes, 2023")]


def test_a_removed_row_is_named_where_it_was() -> None:
    assert told(TABLE, [*TABLE[:4], *TABLE[5:]]) == [("row removed", "row 5", "2021")]


def test_a_column_in_between_is_one_column_and_shifts_no_cell() -> None:
    after = [
        [row[0], "Shops" if row[0] == "Year" else None if row[1] is None else 7.0, *row[1:]] for row in TABLE
    ]
    after[4][3] = 99.0
    assert told(TABLE, after) == [
        ("column added", "column B", "Shops"),
        ("cell changed", "D5", "Farms, 2021"),
    ]


def test_rows_and_columns_in_another_order_are_no_difference() -> None:
    assert told(TABLE, [*TABLE[:3], *reversed(TABLE[3:])]) == []
    assert told(TABLE[2:], [[row[0], row[2], row[1]] for row in TABLE[2:]]) == []


def test_rows_of_several_parts_a_month_are_paired_by_all_their_texts() -> None:
    rows = [["Month", "Region", "Sales"]]
    rows += [
        [f"2025-{month:02d}", region, month * 10.0]
        for month in (1, 2)
        for region in ("North", "South", "West")
    ]
    after = [list(row) for row in rows if row[:2] != ["2025-02", "North"]]
    for row in after[1:]:
        row[2] += 1.0
    found = told(rows, after)
    assert found[:2] == [("cell changed", "C2", "Sales, 2025-01"), ("cell changed", "C3", "Sales, 2025-01")]
    assert [one for one in found if one[0] != "cell changed"] == [("row removed", "row 5", "2025-02")]


def test_a_changed_label_is_a_changed_cell() -> None:
    assert told(TABLE, changed(A9="2025 (prov.)")) == [("cell changed", "A9", "Year, 105")]


def test_a_table_below_another_has_its_own_headers() -> None:
    two = [*TABLE, ["Year", "Price", None], [2020, 3.5, None], [2021, 4.5, None]]
    after = [list(row) for row in two]
    after[-1][1] = 5.0
    assert told(two, after) == [("cell changed", "B12", "Price, 2021")]


def test_thousands_of_changed_rows_take_about_a_second() -> None:
    rng = random.Random(1)
    before = [["Hour", "Load"], *([f"hour {at}", rng.random()] for at in range(20_000))]
    after = [[name, value + 1 if at % 2 and at else value] for at, (name, value) in enumerate(before)]
    began = time.process_time()
    assert len(list(grid_differences(before, after))) == 10_000
    assert time.process_time() - began < 5


def test_sheets_that_came_or_went_are_named() -> None:
    found = list(sheet_differences({"A": TABLE, "B": TABLE}, {"A": TABLE, "C": TABLE}))
    assert [(str(one.kind), one.part, one.sheet) for one in found] == [
        ("removed", "sheet", "B"),
        ("added", "sheet", "C"),
    ]


def test_workbooks_texts_parquet_and_netcdf_are_read_as_grids() -> None:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "Sales"
    book.active.append(["Year", "Homes"])
    book.active.append([2020, 5.5])
    book.save(buffer)
    assert [list(row) for row in grids_of("a.xlsx", buffer.getvalue())["Sales"]] == [
        ["Year", "Homes"],
        [2020, 5.5],
    ]
    assert list(grids_of("a.csv", "Jahr;Müll\n2020; 5\n2021;\n".encode("cp1252"))[""]) == [
        ["Jahr", "Müll"],
        [2020.0, 5.0],
        [2021.0, None],
    ]
    frame = pd.DataFrame({"day": [datetime.date(2025, 1, 1)], "eto": [float("nan")]})
    assert list(grids_of("a.parquet", frame.to_parquet())[""])[1] == [datetime.date(2025, 1, 1), None]


def test_a_variable_of_a_network_is_a_column_and_a_series_a_sheet(tmp_path) -> None:
    data = xarray.Dataset(
        {
            "generators_p_nom": ("generators_i", [10.0, 20.0]),
            "loads_t_p_set": (("snapshots", "loads_t_p_set_i"), [[1.0], [2.0]]),
        },
        coords={"generators_i": ["coal", "solar"], "snapshots": [0, 1], "loads_t_p_set_i": ["city"]},
    )
    data.to_netcdf(tmp_path / "n.nc")
    grids = grids_of("n.nc", (tmp_path / "n.nc").read_bytes())
    assert list(grids["generators"]) == [
        ["generators_i", "generators_p_nom"],
        ["coal", 10.0],
        ["solar", 20.0],
    ]
    assert list(grids["loads_t_p_set"])[1] == ["0", 1.0]


def test_content_that_is_not_what_its_name_says_is_refused_by_name() -> None:
    with pytest.raises(UnreadableFile, match=r"a\.xlsx"):
        grids_of("a.xlsx", b"no workbook")
    with pytest.raises(UnreadableFile, match=r"a\.nc cannot be compared cell by cell"):
        grids_of("a.nc", b"no network")


TEXT = "Stunde;Größe\n\n00:00; 5\n01:00;\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("cp1252"),
        TEXT.replace(";", "\t").encode(),
        gzip.compress(TEXT.encode(), mtime=0),
    ],
    ids=["utf-8", "byte order mark", "utf-16", "cp1252", "tabs", "packed"],
)
def test_the_cells_of_a_text_file_are_those_that_its_reader_sees(content: bytes) -> None:
    grid = grids_of("load.csv", content)[""]
    assert grid[0] == ["Stunde", "Größe"]
    assert not any(grid[1])  # a blank line keeps its number
    assert grid[2:] == [["00:00", 5.0], ["01:00", None]]
