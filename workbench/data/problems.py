"""What is wrong with an input, or was changed while reading it: each with file, sheet and cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from workbench.errors import InvalidData

SHOWN_IN_ONE_SENTENCE = 3


class Severity(StrEnum):
    """How much a problem matters."""

    ERROR = "error"
    WARNING = "warning"
    CHANGE = "change"
    """The data were changed while reading; always reported, never silent."""


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
        Error, warning, or a change made to the data.
    """

    message: str
    file: str = ""
    sheet: str = ""
    cell: str = ""
    severity: Severity = Severity.ERROR

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
        return f"{self.place}: {self.message}" if self.place else self.message


@dataclass(slots=True)
class Problems:
    """Collects the problems of one pass over an input, so that all are reported at once.

    Parameters
    ----------
    file
        Name of the file that is read; put on every problem.
    """

    file: str = ""
    _found: list[Problem] = field(default_factory=list)

    def error(self, message: str, *, sheet: str = "", cell: str = "") -> None:
        """Note something that makes the data unusable."""
        self._found.append(Problem(message, self.file, sheet, cell, Severity.ERROR))

    def warning(self, message: str, *, sheet: str = "", cell: str = "") -> None:
        """Note something doubtful that can be lived with."""
        self._found.append(Problem(message, self.file, sheet, cell, Severity.WARNING))

    def change(self, message: str, *, sheet: str = "", cell: str = "") -> None:
        """Note that a value was changed while reading."""
        self._found.append(Problem(message, self.file, sheet, cell, Severity.CHANGE))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Take over problems found elsewhere, with the places they carry."""
        self._found.extend(problems)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that make the data unusable."""
        return self._of(Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The doubtful things."""
        return self._of(Severity.WARNING)

    @property
    def changes(self) -> tuple[Problem, ...]:
        """The changes made to the data while reading."""
        return self._of(Severity.CHANGE)

    def raise_errors(self) -> None:
        """Raise when at least one error was noted; warnings and changes do not count.

        Raises
        ------
        InvalidData
            With the first few errors in its sentence and every problem in ``.problems``.
        """
        errors = self.errors
        if errors:
            raise InvalidData(_sentence(errors), Path(self.file), self._found)

    def __iter__(self) -> Iterator[Problem]:
        return iter(tuple(self._found))

    def __len__(self) -> int:
        return len(self._found)

    def _of(self, severity: Severity) -> tuple[Problem, ...]:
        return tuple(problem for problem in self._found if problem.severity is severity)


def _sentence(errors: tuple[Problem, ...]) -> str:
    if len(errors) == 1:
        return str(errors[0])
    shown = "; ".join(str(error) for error in errors[:SHOWN_IN_ONE_SENTENCE])
    more = len(errors) - SHOWN_IN_ONE_SENTENCE
    return f"{len(errors)} problems: {shown}" + (f"; and {more} more." if more > 0 else "")
