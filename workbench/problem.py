"""One problem of an input, the value that errors carry and that a reader of inputs collects."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

__all__ = ["Answer", "Problem", "Severity", "describe_problems"]

MAX_WORD, MAX_SENTENCE = 200, 3000
"""Characters that are shown of a word without a blank, and of all."""
_LONG_WORD = re.compile(rf"(\S{{60}})\S{{{MAX_WORD - 60},}}")
MAX_CELLS = 20
"""Cells that one line names, where one cause makes many."""


class Severity(StrEnum):
    """How much a problem matters."""

    ERROR = "error"
    WARNING = "warning"
    CHANGE = "change"
    """The data were changed while reading; always reported, never silent."""
    UNUSED = "unused"
    """A part of the input has no effect, such as a column that nothing reads."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One way to settle a doubt: a setting and the value that does it.

    Parameters
    ----------
    setting, value
        Name of the setting, and its value as the command line writes it; of lists and tables, what is to be added.
    label
        What it does, in words that fit on a button.
    """

    setting: str
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of an input.

    Parameters
    ----------
    message
        What was seen, what was expected, what to do; without the place.
    file, sheet, cell
        Where: file name, sheet name and a cell or range such as ``"B7"``; empty when unknown.
    severity
        Error, warning, a change made to the data, or a part of them without effect.
    answers
        Settings that would settle it, where there are some.
    """

    message: str
    file: str = ""
    sheet: str = ""
    cell: str = ""
    severity: Severity = Severity.ERROR
    answers: tuple[Answer, ...] = ()

    @property
    def place(self) -> str:
        """Where it is, in words; empty when nothing is known."""
        parts = [
            self.file,
            f"sheet '{self.sheet}'" if self.sheet else "",
            f"cell {self.cell}" if self.cell else "",
        ]
        return ", ".join(part for part in parts if part)

    def __str__(self) -> str:
        return shortened(f"{self.place}: {self.message}" if self.place else self.message)


def shortened(sentence: str) -> str:
    """Cut what a file makes too long to read: single words, and then the middle of the whole."""
    if len(sentence) <= MAX_WORD:
        return sentence
    sentence = _LONG_WORD.sub(r"\1…", sentence)
    if len(sentence) <= MAX_SENTENCE:
        return sentence
    return f"{sentence[: MAX_SENTENCE - 200].rstrip()} … {sentence[-190:].lstrip()}"


def describe_problems(problems: Iterable[Problem]) -> list[str]:
    """Say each problem in a line, gravest first; those that differ only in the cell share a line with all cells."""
    groups: dict[tuple[str, str, str, Severity], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((problem.file, problem.sheet, problem.message, problem.severity), []).append(
            problem
        )
    order = list(Severity)
    return [
        _line(group) for group in sorted(groups.values(), key=lambda group: order.index(group[0].severity))
    ]


def _line(group: list[Problem]) -> str:
    first = group[0]
    prefix = "" if first.severity is Severity.ERROR else f"{first.severity}: "
    cells = list(dict.fromkeys(problem.cell for problem in group if problem.cell))
    if len(cells) < 2:
        return f"{prefix}{first}"
    more = len(cells) - MAX_CELLS
    listed = ", ".join(cells[:MAX_CELLS]) + (f" and {more} more" if more > 0 else "")
    place = replace(first, cell="").place
    return f"{prefix}{place}{', ' if place else ''}in {len(cells)} cells ({listed}): {first.message}"
