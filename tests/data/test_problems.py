from __future__ import annotations

import pytest

from workbench.data.problems import Problem, Problems, Severity
from workbench.errors import InvalidData


def test_a_problem_says_its_place_first() -> None:
    problem = Problem("expected a number, found 'n.a.'", "kerala_demand.xlsx", "main", "B7")

    assert str(problem) == "kerala_demand.xlsx, sheet 'main', cell B7: expected a number, found 'n.a.'"


def test_a_problem_without_a_place_is_its_message() -> None:
    assert str(Problem("nothing to read.")) == "nothing to read."


def test_problems_are_sorted_by_how_much_they_matter_and_kept_in_order() -> None:
    problems = Problems("book.xlsx")
    problems.change("one")
    problems.error("two", sheet="main", cell="A1")
    problems.warning("three")

    assert [problem.severity for problem in problems] == [Severity.CHANGE, Severity.ERROR, Severity.WARNING]
    assert [problem.message for problem in problems.errors] == ["two"]
    assert [problem.message for problem in problems.warnings] == ["three"]
    assert [problem.message for problem in problems.changes] == ["one"]
    assert len(problems) == 3


def test_warnings_and_changes_raise_nothing() -> None:
    problems = Problems()
    problems.warning("doubtful")
    problems.change("changed")

    problems.raise_errors()


def test_one_error_is_raised_as_its_own_sentence_with_all_problems_attached() -> None:
    problems = Problems("book.xlsx")
    problems.warning("doubtful")
    problems.error("no sheet 'main'.")

    with pytest.raises(InvalidData) as caught:
        problems.raise_errors()

    assert str(caught.value) == "book.xlsx: no sheet 'main'."
    assert len(caught.value.problems) == 2
    assert caught.value.file.name == "book.xlsx"


def test_many_errors_are_counted_and_the_first_three_shown() -> None:
    problems = Problems()
    for number in range(5):
        problems.error(f"error {number}")

    with pytest.raises(InvalidData, match=r"^5 problems: error 0; error 1; error 2; and 2 more\.$"):
        problems.raise_errors()


def test_problems_found_elsewhere_keep_their_place() -> None:
    problems = Problems("a.xlsx")
    problems.extend([Problem("bad", "b.xlsx")])

    assert str(problems.errors[0]) == "b.xlsx: bad"


def test_a_long_word_of_a_file_is_cut_and_the_place_kept() -> None:
    said = str(Problem(f"there is no column '{'x' * 3000}'; name it 'load'.", "a.csv", "", "B1"))
    assert said.startswith("a.csv, cell B1: there is no column 'xxx")
    assert said.endswith("… name it 'load'.")
    assert len(said) < 200


def test_a_sentence_of_many_columns_is_cut_in_its_middle() -> None:
    names = ", ".join(f"column {number}" for number in range(2000))
    said = str(InvalidData(f"a.csv has no column 'load'; present: {names}. Correct it."))
    assert said.startswith("a.csv has no column 'load'; present: column 0, ")
    assert said.endswith("column 1999. Correct it.")
    assert len(said) <= 3000
