"""All columns of a table with their types; what one column leaves open, another may decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from workbench.data.problems import Problem, Severity
from workbench.data.texts.amounts import read_amount
from workbench.data.texts.cells import shown
from workbench.data.texts.dates import DateOrder
from workbench.data.texts.decimal_mark import MarkEvidence
from workbench.errors import InvalidData
from workbench.finance.inputs.reading.columns import (
    ColumnKind,
    TypedColumn,
    evidence_of_mark,
    kind_of,
    typed_date,
    typed_number,
    typed_text,
)
from workbench.finance.model.questions import (
    Answers,
    Option,
    Question,
    QuestionKind,
    answer_to,
    question_key,
)

MAX_NAMED = 100
MARK_KEY = question_key(QuestionKind.DECIMAL_MARK)


@dataclass(frozen=True, slots=True)
class Typed:
    """A table with typed columns.

    Parameters
    ----------
    columns
        In the order of the file.
    rows
        ``row``, and the values of the columns as ``"0"``, ``"1"`` …
    texts
        The same rows as text.
    questions
        What is open.
    """

    columns: tuple[TypedColumn, ...]
    rows: pl.DataFrame
    texts: pl.DataFrame
    questions: tuple[Question, ...]


def type_columns(
    names: Sequence[str], letters: Sequence[str], frame: pl.DataFrame, answers: Answers, file: str
) -> Typed:
    """Read every column as what it holds.

    The decimal mark of a column is what its own cells show; else what all other columns show; else it is
    asked, once for the file.

    Parameters
    ----------
    names, letters
        Header of each column, and its letter in a spreadsheet.
    frame
        ``row`` and text columns ``"0"``, ``"1"`` …
    answers
        What the user said.
    file
        Its name.

    Raises
    ------
    InvalidData
        When cells of one column have different decimal marks, or an answer is none of the options.
    """
    rows = frame["row"]
    kinds = [kind_of(frame[str(at)], name) for at, name in enumerate(names)]
    evidence = {
        at: evidence_of_mark(frame[str(at)], rows)
        for at, kind in enumerate(kinds)
        if kind is ColumnKind.NUMBER
    }
    _refuse_contradictions(names, letters, evidence, file)
    marks, question = _marks(names, evidence, answers)
    columns = []
    for at, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        cells, letter = frame[str(at)], letters[at]
        if kind is ColumnKind.DATE:
            key = question_key(QuestionKind.DATE_ORDER, name)
            order = answer_to(answers, key, [str(order) for order in DateOrder])
            columns.append(typed_date(cells, rows, name, letter, DateOrder(order) if order else None))
        elif kind is ColumnKind.NUMBER:
            columns.append(typed_number(cells, rows, name, letter, *marks[at]))
        else:
            columns.append(typed_text(cells, name, letter))
    values = {str(at): column.values for at, column in enumerate(columns)}
    questions = [column.question for column in columns if column.question]
    return Typed(
        tuple(columns),
        pl.DataFrame({"row": rows, **values}),
        frame,
        (*questions, *([question] if question else [])),
    )


def _refuse_contradictions(
    names: Sequence[str], letters: Sequence[str], evidence: dict[int, MarkEvidence], file: str
) -> None:
    for at, found in evidence.items():
        if found.decimal == "both":
            sentence = (
                f"column '{names[at]}': {found.reason}; expected one decimal mark in the column, correct "
                "the export."
            )
            problem = Problem(sentence, file, cell=f"{letters[at]}{found.row}")
            raise InvalidData(str(problem), file, [problem])


def _marks(
    names: Sequence[str], evidence: dict[int, MarkEvidence], answers: Answers
) -> tuple[dict[int, tuple[str, str]], Question | None]:
    shown_by = {at: found for at, found in evidence.items() if found.decimal in (".", ",")}
    agreed = {found.decimal for found in shown_by.values()}
    is_asked = any(found.decimal == "either" for found in evidence.values())
    answer = answer_to(answers, MARK_KEY, [".", ","]) if is_asked else None
    marks: dict[int, tuple[str, str]] = {}
    open_columns = []
    for at, found in evidence.items():
        if found.decimal in (".", ","):
            marks[at] = (found.decimal, found.reason)
        elif len(agreed) == 1:
            # The file itself decides, whatever was answered for an earlier one.
            other, said = next(iter(shown_by.items()))
            marks[at] = (said.decimal, f"as in column '{names[other]}', {said.reason}")
        elif answer:
            marks[at] = (answer, "as answered")
        else:
            marks[at] = (".", found.reason)
            if found.decimal == "either":
                open_columns.append(at)
    return marks, _mark_question(names, evidence, open_columns) if open_columns else None


def _mark_question(names: Sequence[str], evidence: dict[int, MarkEvidence], columns: list[int]) -> Question:
    first = evidence[columns[0]]
    options = []
    for mark, word in ((".", "point"), (",", "comma")):
        amount = read_amount(shown(first.example), mark)
        value = f"{amount.value:,.15g}" if amount else "no amount"
        options.append(Option(mark, f"the decimal mark is the {word}: '{first.example}' is {value}"))
    which = ", ".join(f"'{names[at]}'" for at in columns)
    text = (
        f"Column {which}, row {first.row}: '{first.example}' may have a digit group or decimals, "
        f"{first.reason}; say "
        "which mark separates the decimals."
    )
    return Question(MARK_KEY, QuestionKind.DECIMAL_MARK, names[columns[0]], first.row, text, tuple(options))


def unreadable_cells(typed: Typed, file: str) -> list[Problem]:
    """Name the cells that are not of their column's kind, in the rows that are left."""
    return [problem for column in typed.columns for problem in _unreadable(column, typed.rows["row"], file)]


def _unreadable(column: TypedColumn, rows: pl.Series, file: str) -> list[Problem]:
    profile = column.profile
    expected = "a date" if profile.kind is ColumnKind.DATE else "an amount"
    cells = column.unreadable.filter(pl.col("row").is_in(rows.implode()))
    problems = [
        Problem(
            f"expected {expected} in column '{profile.name}', found '{shown(text)}'; read as not given, "
            "correct it.",
            file,
            cell=f"{profile.letter}{row}",
            severity=Severity.WARNING,
        )
        for row, text in cells.select("row", "text").head(MAX_NAMED).rows()
    ]
    if cells.height > MAX_NAMED:
        message = (
            f"column '{profile.name}' has {cells.height - MAX_NAMED} more such cells; all are in the "
            "list of changes."
        )
        problems.append(Problem(message, file, severity=Severity.WARNING))
    return problems
