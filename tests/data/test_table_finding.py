from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from workbench.data.problems import Problem, Problems, Severity
from workbench.data.tables.table import Table, cell_name
from workbench.data.workbooks.reading import Sheet, read_workbook

Save = Callable[..., Path]
HEADER = ("name", "carrier", "p_nom")
PLANTS = [("Dam", "hydro", 300), ("Coal", "coal", 700), ("Gas", "gas", 250), ("Sun", "solar", 200)]


def cells_of(rows: list[tuple[object, ...]], top: int = 0, left: int = 0) -> dict[str, object]:
    """Cells of rows from a place on; a row () is blank."""
    return {
        cell_name(top + row, left + column): value
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
        if value is not None
    }


def read(path: Path, *headers: str) -> tuple[Table, list[Problem]]:
    problems = Problems(path.name)
    table = read_workbook(path).sheet("main").table(problems, headers=headers)
    return table, list(problems)


@pytest.mark.parametrize("blank", [1, 2, 5])
@pytest.mark.parametrize("after", [0, 1, 3])
def test_blank_rows_inside_a_table_are_passed_over(save_sheet: Save, blank: int, after: int) -> None:
    rows = [HEADER, *PLANTS[:after], *[()] * blank, *PLANTS[after:]]

    table, problems = read(save_sheet(cells_of(rows)))

    assert table.column("name") == [plant[0] for plant in PLANTS]
    assert table.cell(3, "p_nom") == f"C{5 + blank}"
    assert problems == []


def test_rows_below_a_larger_gap_are_an_error_with_their_cell(save_sheet: Save) -> None:
    table, problems = read(save_sheet(cells_of([HEADER, *PLANTS[:3], *[()] * 6, PLANTS[3]])))

    assert len(table.rows) == 3
    assert [(p.severity, p.cell) for p in problems] == [(Severity.ERROR, "A11")]
    assert "a row stands below 6 blank rows" in problems[0].message


def test_what_is_no_row_below_a_larger_gap_is_named_and_does_no_harm(save_sheet: Save) -> None:
    rows = [HEADER, *PLANTS, *[()] * 9, ("Source: the utility",)]

    table, problems = read(save_sheet(cells_of(rows)))

    assert len(table.rows) == 4
    assert [(p.severity, p.cell) for p in problems] == [(Severity.WARNING, "A15")]


def test_a_remark_below_a_blank_row_is_no_row(save_sheet: Save) -> None:
    table, problems = read(save_sheet(cells_of([HEADER, *PLANTS, (), ("Source: the utility",)])))

    assert len(table.rows) == 4
    assert [(p.severity, p.cell) for p in problems] == [(Severity.WARNING, "A7")]
    assert "'Source: the utility' stands alone" in problems[0].message


def test_headings_of_groups_between_blank_rows_end_nothing(save_sheet: Save) -> None:
    rows = [HEADER, *PLANTS[:2], (), ("New",), *PLANTS[2:]]

    table, problems = read(save_sheet(cells_of(rows)))

    assert table.column("name") == [plant[0] for plant in PLANTS]
    assert [p.cell for p in problems] == ["A5"]


def test_a_header_that_is_repeated_is_passed_over(save_sheet: Save) -> None:
    table, problems = read(save_sheet(cells_of([HEADER, *PLANTS[:2], (), HEADER, *PLANTS[2:]])))

    assert table.column("name") == [plant[0] for plant in PLANTS]
    assert [(p.severity, p.cell) for p in problems] == [(Severity.CHANGE, "A5")]


@pytest.mark.parametrize(
    "below",
    [
        [("unit", "shift", "hours"), ("Dam", "day", 8)],
        [("Retired plants",), HEADER, ("Old coal", "coal", 120)],
    ],
)
def test_a_second_table_below_is_named_and_not_mixed_in(
    save_sheet: Save, below: list[tuple[object, ...]]
) -> None:
    table, problems = read(save_sheet(cells_of([HEADER, *PLANTS, (), *below])))

    assert table.column("name") == [plant[0] for plant in PLANTS]
    assert any("below the table, is not read" in p.message and p.cell.startswith("A") for p in problems)


@pytest.mark.parametrize("blank", [1, 2])
def test_blank_columns_inside_a_table_are_passed_over(save_sheet: Save, blank: int) -> None:
    rows = [(row[0], *[None] * blank, *row[1:]) for row in [HEADER, *PLANTS]]

    table, problems = read(save_sheet(cells_of(rows)))

    assert table.columns == HEADER
    assert table.rows == tuple((name, carrier, float(size)) for name, carrier, size in PLANTS)
    assert table.cell(0, "p_nom") == f"{'CDE'[blank]}2"
    assert problems == []


def test_a_second_table_to_the_right_is_named_and_not_mixed_in(save_sheet: Save) -> None:
    beside = [("name", "count"), ("Dam", 4)]
    cells = cells_of([HEADER, *PLANTS]) | cells_of(beside, left=4)

    table, problems = read(save_sheet(cells))

    assert table.columns == HEADER
    assert [p.cell for p in problems] == ["E1"]


def test_values_without_a_header_are_named(save_sheet: Save) -> None:
    table, problems = read(save_sheet(cells_of([HEADER, *PLANTS]) | {"D3": 5, "F1": "note"}))

    assert table.columns == (*HEADER, "note")
    assert [(p.cell, p.message) for p in problems] == [("D3", "the column has no header and is not read.")]


def test_a_header_that_is_there_twice_is_named(save_sheet: Save) -> None:
    table, problems = read(save_sheet(cells_of([(*HEADER, "p_nom"), ("Dam", "hydro", 300, 310)])))

    assert table.column("p_nom") == [300.0]
    assert [p.cell for p in problems] == ["D1"]


def test_a_header_below_a_title_is_found_by_its_names_in_any_order(save_sheet: Save) -> None:
    rows = [
        ("Plants of the state",),
        ("as of", 2025),
        (),
        ("p_nom", "name", "carrier"),
        (300, "Dam", "hydro"),
    ]

    table, problems = read(save_sheet(cells_of(rows, top=1, left=2)), *HEADER)

    assert (table.header_row, table.columns) == (5, ("p_nom", "name", "carrier"))
    assert table.cell(0, "name") == "D6"
    assert [p.message for p in problems] == ["the header is in row 5: what stands above is not read."]


def test_hidden_rows_columns_and_sheets_are_read_and_said(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "main"
    for row in [HEADER, *PLANTS]:
        page.append(row)
    page.row_dimensions[3].hidden = page.row_dimensions[4].hidden = True
    page.column_dimensions["B"].hidden = True
    book.create_sheet("front")
    page.sheet_state = "hidden"
    book.save(tmp_path / "book.xlsx")

    table, problems = read(tmp_path / "book.xlsx")

    assert len(table.rows) == 4
    assert {p.message.split(" hidden")[0] for p in problems} == {
        "the sheet is",
        "rows 3-4 are",
        "the column 'carrier' is",
    }


def merged(tmp_path: Path, rows: list[tuple[object, ...]], *ranges: str) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "main"
    for row in rows:
        page.append(row)
    for cells in ranges:
        page.merge_cells(cells)
    book.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def test_a_text_merged_over_rows_holds_for_each_and_a_number_is_not_spread(tmp_path: Path) -> None:
    rows = [HEADER, ("A", "coal", 300), ("B", None, None), ("C", "gas", 50)]

    table, problems = read(merged(tmp_path, rows, "B2:B3", "C2:C3"))

    assert table.rows == (("A", "coal", 300.0), ("B", "coal", None), ("C", "gas", 50.0))
    assert {(p.severity, p.cell) for p in problems} == {
        (Severity.CHANGE, "B2:B3"),
        (Severity.WARNING, "C2:C3"),
    }


def test_headers_over_two_merged_rows_are_joined(tmp_path: Path) -> None:
    rows = [("name", "demand", None, "p_nom"), (None, "min", "max", "MW"), ("A", 1, 2, 3)]

    table, _ = read(merged(tmp_path, rows, "A1:A2", "B1:C1"))

    assert table.columns == ("name", "demand min", "demand max", "p_nom (MW)")
    assert (table.rows, table.cell(0, "name")) == ((("A", 1.0, 2.0, 3.0),), "A3")
    assert table.find_column("p_nom") == "p_nom (MW)"


def test_a_marked_table_ends_where_another_begins_below(save_sheet: Save) -> None:
    cells = cells_of(
        [("~One",), ("Year", "Value"), (2020, 1), (), (2021, 2), (), ("~Two",), ("Year",), (2030,)]
    )
    cells |= cells_of([("~Side",), ("Year",), (2040,), (), (), (2041,)], left=3)

    tables = read_workbook(save_sheet(cells)).sheet("main").marked_tables()

    assert tables["One"].rows == ((2020.0, 1.0), (2021.0, 2.0))
    assert tables["Two"].rows == ((2030.0,),)
    assert tables["Side"].rows == ((2040.0,), (2041.0,))


@pytest.mark.parametrize("seed", range(60))
def test_nothing_is_lost_without_a_note_wherever_blank_rows_and_columns_stand(seed: int) -> None:
    rng = random.Random(seed)
    width, height = rng.randint(2, 6), rng.randint(2, 12)
    header = tuple(f"column {column}" for column in range(width))
    kinds = [rng.choice("tn") for _ in range(width)]
    body = [
        tuple(float(rng.randint(1, 99)) if kind == "n" else f"text {rng.random():.3f}" for kind in kinds)
        for _ in range(height)
    ]
    gaps = [rng.choice([0, 0, 0, 1, 2, 5, 6, 9]) for _ in body]
    rows: list[tuple[object, ...]] = [("A title",)] * rng.randint(0, 2) + [header]
    for gap, row in zip(gaps, body, strict=True):
        rows += [*[()] * gap, row]
    spaces = [rng.choice([0, 0, 1, 2, 3, 4]) if column else 0 for column in range(width)]
    spread = [
        tuple(cell for space, value in zip(spaces, row, strict=False) for cell in (*[None] * space, value))
        for row in rows
    ]
    wide = sum(spaces) + width
    sheet = Sheet("main", tuple((*row, *[None] * (wide - len(row))) for row in spread), "book.xlsx")
    problems = Problems("book.xlsx")

    table = sheet.table(problems, headers=header)

    expected = next((i for i, gap in enumerate(gaps) if gap > 5), height)
    assert len(table.rows) == expected
    assert len(table.rows) == height or any(p.cell and "below" in p.message for p in problems)
    kept = next((i for i, space in enumerate(spaces) if space > 2), width)
    assert table.columns == header[:kept]
    assert kept == width or any("to the right" in p.message for p in problems)
    assert [row[:kept] for row in body[:expected]] == list(table.rows)


def test_a_merged_number_that_is_stored_as_text_is_not_spread(tmp_path: Path) -> None:
    rows = [HEADER, ("Dam", "hydro", "1,300"), ("Coal", "coal", None)]
    table, problems = read(merged(tmp_path, rows, "C2:C3"))
    assert table.column("p_nom") == ["1,300", None]
    assert [problem.cell for problem in problems] == ["C2:C3"]


@pytest.mark.parametrize("note", ["Source: the utility", "* provisional", "without the plants of industry"])
def test_a_note_directly_below_a_table_is_no_row(save_sheet: Save, note: str) -> None:
    table, problems = read(save_sheet(cells_of([HEADER, *PLANTS, (note,), ("(1) as of May",)])))

    assert len(table.rows) == 4
    assert [p.cell for p in problems] == ["A7", "A6"]
    assert f"'{note}' stands alone below the table" in problems[1].message


def test_a_last_row_that_only_has_a_name_is_a_row(save_sheet: Save) -> None:
    table, problems = read(save_sheet(cells_of([HEADER, *PLANTS, ("Nameless",)])))

    assert (len(table.rows), list(problems)) == (5, [])


def test_a_row_below_a_larger_gap_is_an_error_where_the_rows_above_leave_some_of_its_columns_blank(
    save_sheet: Save,
) -> None:
    rows = [HEADER, ("A", "coal", None), *[()] * 30, ("B", "gas", 5.0)]
    table, problems = read(save_sheet(cells_of(rows)))

    assert len(table.rows) == 1
    assert [(p.severity, p.cell) for p in problems] == [(Severity.ERROR, "A33")]
