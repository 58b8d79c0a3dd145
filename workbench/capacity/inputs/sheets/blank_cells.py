"""What stands in for blank cells, and what a workbook holds that nothing reads: a note each, never silence."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from workbench.data.notes import Notes
from workbench.data.problems import Problems
from workbench.data.tables.table import Table, plain_name, without_unit

SHOWN = 3
"""Places that a note names; the others are counted."""


@dataclass(slots=True)
class Assumptions:
    """Values that stand in for blank cells, kept together by column."""

    found: dict[tuple[str, str, str], list[tuple[str, str]]] = field(default_factory=dict)

    def add(self, sheet: str, column: str, taken: str, name: str, cell: str = "") -> None:
        """Remember what was taken for one component; without a cell there is no such column, or no such row."""
        self.found.setdefault((sheet, column, taken), []).append((name, cell))

    def note_in(self, notes: Notes) -> None:
        """Note each column once, with its cells."""
        for (sheet, column, taken), places in self.found.items():
            cells = [cell for _, cell in places if cell]
            notes.assumption(
                f"there is no {column} for {_some(name for name, _ in places)}: {taken} is assumed.",
                sheet=sheet,
                cell=_some(cells) if cells else "",
                column=column,
                advice="fill it in",
            )


def check_columns(table: Table, known: Collection[str], problems: Problems, notes: Notes) -> None:
    """Find the columns that nothing reads: an error where one is a misspelt name of a known one that is absent.

    Parameters
    ----------
    table
        As the sheet has it.
    known
        Headers that are read; years are known anyway.
    problems, notes
        Collect what was found.
    """
    absent = [name for name in known if table.find_column(name) is None]
    names = {plain_name(name) for name in known}
    for column in table.columns:
        name = plain_name(without_unit(column))
        if column.isdigit() or {plain_name(column), name, name[:-4] if name[-4:].isdigit() else name} & names:
            continue
        close = difflib.get_close_matches(column, absent, 1, 0.75)
        if close:
            problems.error(
                f"the column '{column}' is not known; did you mean '{close[0]}'?",
                sheet=table.sheet,
                cell=table.header_cell(column),
            )
        else:
            notes.unused(
                "nothing reads this column.", sheet=table.sheet, cell=table.header_cell(column), column=column
            )


def check_names(
    table: Table, key: str, known: Collection[str], where: str, problems: Problems, notes: Notes
) -> None:
    """Find rows of a lookup sheet that belong to nothing: an error where the name is a misspelt known one.

    Parameters
    ----------
    table
        As the lookup sheet has it.
    key
        Column of the names.
    known
        Names that are looked up.
    where
        Sheet that lists them.
    problems, notes
        Collect what was found.
    """
    if table.find_column(key) is None:
        return
    present = [str(name) for name in table.column(key)]
    absent = [name for name in known if name not in present]
    for number, name in enumerate(present):
        if name in known or name == "None":
            continue
        close = difflib.get_close_matches(name, absent, 1, 0.75)
        cell = table.cell(number, key)
        if close:
            problems.error(
                f"the {key} '{name}' is not on the sheet '{where}'; did you mean '{close[0]}'?",
                sheet=table.sheet,
                cell=cell,
            )
        else:
            notes.unused(
                f"the row '{name}' belongs to nothing on the sheet '{where}'.", sheet=table.sheet, cell=cell
            )


def _some(items: Iterable[str]) -> str:
    listed = list(items)
    more = len(listed) - SHOWN
    return ", ".join(listed[:SHOWN]) + (f" and {more} more" if more > 0 else "")
