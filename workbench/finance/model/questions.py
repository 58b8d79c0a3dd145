"""What a file leaves open and only the user can answer."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from workbench.data.problems import Problem
from workbench.errors import InvalidData

Answers = Mapping[str, str]
MAX_EXAMPLES = 4


class QuestionKind(StrEnum):
    """What is asked."""

    ROLE = "meaning of a column"
    DATE_ORDER = "date order"
    DECIMAL_MARK = "decimal mark"
    CURRENCY = "currency"
    UNDATED_ROWS = "rows without a date"
    TOTAL_ROWS = "rows that look like totals"
    DUPLICATE_ROWS = "duplicate rows"
    CHART = "chart of accounts"
    ACCOUNT = "line of an account"
    BALANCES = "balances or movements"


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer.

    Parameters
    ----------
    value
        What is kept.
    label
        What it would mean, with an example from the file.
    """

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question about a file.

    Parameters
    ----------
    key
        Name under which the answer is given and kept.
    kind
        What is asked.
    column
        Header of the column; empty when the whole file is meant.
    row
        The first row that it is about, as a spreadsheet numbers it.
    text
        What was seen and what has to be known, in one sentence.
    options
        The possible answers.
    recommended
        Value of the option that the evidence favours; empty when it favours none.
    """

    key: str
    kind: QuestionKind
    column: str
    row: int
    text: str
    options: tuple[Option, ...]
    recommended: str = ""


def question_key(kind: QuestionKind, column: str = "") -> str:
    """Give the key of a question: stable from month to month for the same column."""
    return f"{kind.name.lower()}:{column}" if column else kind.name.lower()


class UsedAnswers(dict[str, str]):
    """Answers that remember which of them were looked up."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        super().__init__(answers)
        self.used: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        """Give an answer, and remember that it was."""
        self.used.add(key)
        return super().get(key, default)


def answer_to(answers: Answers, key: str, allowed: Sequence[str]) -> str | None:
    """Give the answer that is kept under a key; ``None`` when there is none.

    Raises
    ------
    InvalidData
        When the answer is none of the options.
    """
    value = answers.get(key)
    if value is not None and value not in allowed:
        raise InvalidData(f"The answer to '{key}' is '{value}', expected one of {', '.join(allowed)}.")
    return value


def require_answers(file: str, questions: Sequence[Question]) -> None:
    """Stop when a question is open.

    Raises
    ------
    InvalidData
        With every open question, its column, its row and the answers that are possible.
    """
    if not questions:
        return
    sentences = [
        f"{question.text} Answer '{question.key}' with one of "
        + "; ".join(f"{option.value} ({option.label})" for option in question.options)
        for question in questions
    ]
    problems = [
        Problem(sentence, file, cell=f"row {question.row}")
        for sentence, question in zip(sentences, questions, strict=True)
    ]
    example = {one.key: one.recommended or one.options[0].value for one in questions[:MAX_EXAMPLES]}
    setting = shlex.quote(f"answers={json.dumps(example, ensure_ascii=False)}")
    how = f"In a script and on the command line the setting 'answers' gives them, such as --set {setting}"
    raise InvalidData(f"{file}: {' '.join(sentences)}. {how}.", file, problems)
