"""Tables that are wider than a sheet of paper."""

from __future__ import annotations

import pytest

from workbench.data.tables.parts import PAPER_WIDTH, parts_for_paper

YEARS = [f"FY 20{year}-{year + 1}" for year in range(24, 37)]


def table(columns: int) -> tuple[list[str], list[list[str]]]:
    headers = ["Year", *(f"Column {number} [MU]" for number in range(1, columns))]
    return headers, [[year, *["1,23,456"] * (columns - 1)] for year in YEARS]


def test_a_table_that_fits_is_one_part() -> None:
    assert parts_for_paper(*table(6)) == [[0, 1, 2, 3, 4, 5]]


@pytest.mark.parametrize("columns", [12, 14, 25, 60])
def test_every_column_is_in_one_part_and_the_names_of_the_rows_in_each(columns: int) -> None:
    parts = parts_for_paper(*table(columns))
    assert len(parts) > 1
    assert all(part[0] == 0 for part in parts)
    assert [place for part in parts for place in part[1:]] == list(range(1, columns))


def test_the_columns_that_tell_the_rows_apart_are_repeated_unless_they_leave_no_room() -> None:
    headers, rows = table(16)
    short = parts_for_paper(headers, [["A", row[0], *row[2:]] for row in rows], (0, 1, 2))
    assert all(part[:2] == [0, 1] for part in short)
    assert sum(2 in part for part in short) == 1
    long = parts_for_paper(headers, [["A" * 30, "B" * 30, *row[2:]] for row in rows], (0, 1))
    assert all(part[0] == 0 for part in long)
    assert all(1 not in part for part in long[1:])


def test_texts_wrap_and_numbers_do_not() -> None:
    words = ["a sentence of many words " * 5] * 3
    assert len(parts_for_paper(["Place", "What", "Why"], [words], (0, 1, 2))) == 1
    numbers = ["123456789012345678901234567890123456789012345678"] * 3
    assert len(parts_for_paper(["Place", "A", "B"], [numbers], ())) > 1


def test_a_wider_sheet_needs_fewer_parts() -> None:
    assert len(parts_for_paper(*table(25), width=2 * PAPER_WIDTH)) < len(parts_for_paper(*table(25)))


def test_a_table_without_rows_is_divided_by_its_headings() -> None:
    headers, _ = table(30)
    assert len(parts_for_paper(headers, [])) > 1
