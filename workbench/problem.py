"""One problem of an input, the value that errors carry and that a reader of inputs collects."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Problem", "Severity"]


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
