from __future__ import annotations

import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.data.formatting import Grouping, group_digits
from workbench.data.problems import Problems
from workbench.data.tables.table import Table
from workbench.data.workbooks.number_cells import number_at, number_from_text, read_numbers
from workbench.errors import InvalidData


def table_of(*values: object) -> Table:
    rows = tuple((2020.0, value) for value in values)
    return Table("Domestic", "Domestic", ("Year", "Electricity"), rows, range(2, 2 + len(rows)), (0, 1), 1)


def test_numbers_pass_and_blanks_become_nan_without_a_problem() -> None:
    problems = Problems("book.xlsx")

    numbers = read_numbers(table_of(1.5, 0.0, None, 7), "electricity", problems)

    assert numbers[:2] == [1.5, 0.0]
    assert math.isnan(numbers[2])
    assert numbers[3] == 7.0
    assert len(problems) == 0


def test_text_in_a_number_is_an_error_with_its_cell() -> None:
    problems = Problems("book.xlsx")

    number = number_at(table_of(1.0, "n.a."), 1, "Electricity", problems)

    assert math.isnan(number)
    assert [str(problem) for problem in problems.errors] == [
        "book.xlsx, sheet 'Domestic', cell B3: expected a number, found 'n.a.'"
    ]


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,234", 1234), ("12,34,567", 1234567), ("-1,23,45,678.5", -12345678.5), ("12.5", 12.5), ("1e3", 1000),
     (" 7 ", 7), ("\u00a012,345", 12345), ("\u22125", -5), (".5", 0.5), ("1,234,567.", 1234567),
     ("1 234", 1234), ("1\u00a0234\u202f567.5", 1234567.5), ("12'345", 12345)],
)  # fmt: skip
def test_a_number_stored_as_text_is_accepted_and_reported_as_a_change(text: str, number: float) -> None:
    problems = Problems("book.xlsx")

    assert read_numbers(table_of(text), "Electricity", problems) == [number]
    assert not problems.errors
    assert [problem.cell for problem in problems.changes] == ["B2"]


@pytest.mark.parametrize(
    "text",
    ["12,34", "1,2345", "1.234,5", "5%", "(12)", "12 34", "1 2345", "-", "1,,234", "nan", "inf", "1e999"],
)
def test_text_that_could_mean_two_things_is_never_guessed(text: str) -> None:
    problems = Problems("book.xlsx")

    assert math.isnan(read_numbers(table_of(text), "Electricity", problems)[0])
    assert len(problems.errors) == 1


@pytest.mark.parametrize(
    ("value", "seen"),
    [(True, "TRUE"), (datetime.date(2020, 4, 1), "the date 2020-04-01"), (datetime.time(1), "the time 01:00:00"),
     (datetime.timedelta(hours=3), "the time 3:00:00"), ("#N/A", "'#N/A'")],
)  # fmt: skip
def test_booleans_dates_and_excel_errors_are_no_numbers(value: object, seen: str) -> None:
    problems = Problems()

    read_numbers(table_of(value), "Electricity", problems)

    assert str(problems.errors[0]).endswith(f"expected a number, found {seen}")


def test_a_missing_column_is_refused() -> None:
    with pytest.raises(InvalidData, match="no column 'GSDP'"):
        read_numbers(table_of(1.0), "GSDP", Problems())
    with pytest.raises(InvalidData, match="no column 'GSDP'"):
        number_at(table_of(1.0), 0, "GSDP", Problems())


@given(st.integers(-(10**15), 10**15), st.sampled_from(list(Grouping)))
def test_grouped_digits_are_read_back(number: int, grouping: Grouping) -> None:
    assert number_from_text(group_digits(str(number), grouping)) == number


@pytest.mark.parametrize(("text", "number"), [("'1234.5", 1234.5), ("'12,345", 12345.0), ("''5", None)])
def test_the_apostrophe_by_which_a_spreadsheet_marks_text_is_passed_over(
    text: str, number: float | None
) -> None:
    assert number_from_text(text) == number
