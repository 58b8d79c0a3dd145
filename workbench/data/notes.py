"""What the user of a result has to know: what is missing, assumed, ambiguous, changed or unused, and where.

A result carries one table of notes, and every page is made from it::

    notes = Notes("demand.xlsx")
    notes.omission("Homes has no forecast", tables=("requirement",), advice="give it a model")
    notes.assumption("load factor 65 %", setting="load_factor", years=range(2026, 2038))
    notes.gravest(3)         # what a page shows first
    notes.is_complete        # False: something is missing
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from workbench.problem import Answer, Problem, Severity

__all__ = ["Note", "NoteKind", "Notes", "Weight", "year_spans"]


class NoteKind(StrEnum):
    """What a note is about, the gravest first."""

    OMISSION = "missing"
    """A part of the result that is not there; the result is incomplete."""
    ASSUMPTION = "assumed"
    """A value of ours that stands in for one that nobody gave."""
    AMBIGUITY = "ambiguous"
    """Something with two meanings, and which one was taken."""
    DOUBT = "doubtful"
    """An input that looks wrong and was used as it is."""
    CHANGE = "changed"
    """An input that was changed while reading."""
    UNUSED = "not used"
    """A column, sheet, row, file or setting without effect."""


class Weight(StrEnum):
    """How much a note matters to the numbers."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


_KINDS, _WEIGHTS = tuple(NoteKind), tuple(Weight)
_OF_PROBLEM = {
    Severity.ERROR: (NoteKind.DOUBT, Weight.NORMAL),
    Severity.WARNING: (NoteKind.DOUBT, Weight.NORMAL),
    Severity.CHANGE: (NoteKind.CHANGE, Weight.LOW),
    Severity.UNUSED: (NoteKind.UNUSED, Weight.NORMAL),
}
"""What a problem that reading an input has found is among the notes, and its weight."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note.

    Parameters
    ----------
    kind, weight
        What it is about and how much it matters.
    message
        What was seen and what was done; without the place.
    file, sheet, cell, column, setting
        Where; empty where it does not apply.
    tables, years
        Which tables and years of the result it touches; all when empty.
    advice
        What the user can do about it.
    answers
        Settings that would settle it; not kept with a result.
    """

    kind: NoteKind
    message: str
    weight: Weight = Weight.NORMAL
    file: str = ""
    sheet: str = ""
    cell: str = ""
    column: str = ""
    setting: str = ""
    tables: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    advice: str = ""
    answers: tuple[Answer, ...] = field(default=(), compare=False)

    @property
    def place(self) -> str:
        """Where it is, in one phrase; empty when nothing is known."""
        parts = (
            self.file,
            self.sheet and f"sheet '{self.sheet}'",
            self.cell and f"cell {self.cell}",
            self.column and f"column '{self.column}'",
            self.setting and f"setting {self.setting}",
        )
        return ", ".join(part for part in parts if part)

    @property
    def gravity(self) -> tuple[int, int]:
        """Order among notes, the gravest first."""
        return _WEIGHTS.index(self.weight), _KINDS.index(self.kind)

    def touches(self, table: str, year: int | None = None) -> bool:
        """Whether a table (in a year) of the result depends on it."""
        return (not self.tables or table in self.tables) and (
            year is None or not self.years or year in self.years
        )

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return f"{text} ({self.advice})" if self.advice else text


@dataclass(slots=True)
class Notes:
    """The notes of one result, in the order in which they were found.

    Parameters
    ----------
    file
        Name of the input that is read; the place of notes that name no other.
    """

    file: str = ""
    _found: list[Note] = field(default_factory=list)

    def omission(self, message: str, *, weight: Weight = Weight.HIGH, **where: Any) -> None:
        """Note a part of the result that is missing."""
        self._add(NoteKind.OMISSION, message, weight, where)

    def assumption(self, message: str, *, weight: Weight = Weight.NORMAL, **where: Any) -> None:
        """Note a value that was assumed because nobody gave it."""
        self._add(NoteKind.ASSUMPTION, message, weight, where)

    def ambiguity(self, message: str, *, weight: Weight = Weight.NORMAL, **where: Any) -> None:
        """Note something with two meanings, and which one was taken."""
        self._add(NoteKind.AMBIGUITY, message, weight, where)

    def doubt(self, message: str, *, weight: Weight = Weight.NORMAL, **where: Any) -> None:
        """Note an input that looks wrong and was used as it is."""
        self._add(NoteKind.DOUBT, message, weight, where)

    def change(self, message: str, *, weight: Weight = Weight.LOW, **where: Any) -> None:
        """Note an input that was changed while reading."""
        self._add(NoteKind.CHANGE, message, weight, where)

    def unused(self, message: str, *, weight: Weight = Weight.LOW, **where: Any) -> None:
        """Note a column, sheet, row, file or setting without effect."""
        self._add(NoteKind.UNUSED, message, weight, where)

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Add what reading an input has found: doubts, changes and what is not used, with their cells."""
        self.extend(
            Note(
                _OF_PROBLEM[problem.severity][0],
                problem.message,
                _OF_PROBLEM[problem.severity][1],
                problem.file,
                problem.sheet,
                problem.cell,
                answers=problem.answers,
            )
            for problem in problems
        )

    def extend(self, notes: Iterable[Note]) -> None:
        """Add notes found elsewhere, with the places they carry; the same note is kept once."""
        for note in notes:
            if note not in self._found:
                self._found.append(note)

    @property
    def omissions(self) -> tuple[Note, ...]:
        """What is missing."""
        return self.of(NoteKind.OMISSION)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.omissions

    def of(self, kind: NoteKind) -> tuple[Note, ...]:
        """Give the notes of one kind."""
        return tuple(note for note in self._found if note.kind is kind)

    def touching(self, table: str, year: int | None = None) -> tuple[Note, ...]:
        """Give the notes on which a table (in a year) depends, the gravest first."""
        return tuple(note for note in self.gravest() if note.touches(table, year))

    def gravest(self, limit: int | None = None) -> tuple[Note, ...]:
        """Give the notes in the order of their gravity, at most ``limit``."""
        return tuple(sorted(self._found, key=lambda note: note.gravity))[:limit]

    def rows(self) -> list[tuple[str, str, str, str, str, str]]:
        """Give the table of all pages: kind, weight, place, message, what it touches, advice; the gravest first."""
        return [
            (str(note.kind), str(note.weight), note.place, note.message, _touched(note), note.advice)
            for note in self.gravest()
        ]

    def to_plain(self) -> list[dict[str, Any]]:
        """Give the notes as JSON holds them; what is empty is left out."""
        return [
            {name: value for name, value in asdict(note).items() if value and name != "answers"}
            for note in self._found
        ]

    def __iter__(self) -> Iterator[Note]:
        return iter(tuple(self._found))

    def __len__(self) -> int:
        return len(self._found)

    def _add(self, kind: NoteKind, message: str, weight: Weight, where: Mapping[str, Any]) -> None:
        facts = dict(where)
        facts.setdefault("file", self.file)
        for name in ("tables", "years"):
            facts[name] = tuple(facts.get(name, ()))
        self.extend([Note(kind, message, weight, **facts)])


NOTHING_NOTED = "Nothing is missing, assumed or changed, and every input was used."
HEADERS = ("Kind", "Weight", "Place", "Note", "Touches", "What to do")


def _touched(note: Note) -> str:
    years = year_spans(note.years)
    return "; ".join(part for part in (", ".join(note.tables), years) if part)


def year_spans(years: Sequence[int]) -> str:
    """Write years as a person does: ``2027-2030, 2034``."""
    spans: list[list[int]] = []
    for year in sorted(set(years)):
        if spans and year == spans[-1][-1] + 1:
            spans[-1][1:] = [year]
        else:
            spans.append([year])
    return ", ".join("-".join(map(str, span)) for span in spans)
