"""What is wrong with an input, or was changed while reading it: each with file, sheet and cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from workbench.errors import InvalidData
from workbench.problem import Answer, Problem, Severity, describe_problems

__all__ = ["Answer", "Problem", "Problems", "Severity"]

SHOWN_IN_ONE_SENTENCE = 3


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

    def unused(self, message: str, *, sheet: str = "", cell: str = "") -> None:
        """Note a part of the input that has no effect."""
        self._found.append(Problem(message, self.file, sheet, cell, Severity.UNUSED))

    def offer(self, *answers: Answer) -> None:
        """Offer settings that settle the problem that was noted last."""
        self._found[-1] = replace(self._found[-1], answers=answers)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Take over problems found elsewhere, with the places they carry."""
        self._found.extend(problems)

    def add_new(self, problems: Iterable[Problem]) -> None:
        """Take over those that are not among them yet: a table may be read twice."""
        known = set(self._found)
        self._found.extend(problem for problem in problems if problem not in known)

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
    lines = describe_problems(errors)
    shown = "; ".join(lines[:SHOWN_IN_ONE_SENTENCE])
    more = len(lines) - SHOWN_IN_ONE_SENTENCE
    return f"{len(errors)} problems: {shown}" + (f"; and {more} more." if more > 0 else "")
