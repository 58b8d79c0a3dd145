"""A table as a sheet or a text file holds it: its header, its values, and the cell of each value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.errors import InvalidData


def cell_name(row: int, column: int) -> str:
    """Name a cell as Excel does.

    Parameters
    ----------
    row, column
        Zero-based.

    Returns
    -------
    str
        Such as ``"B7"`` for row 6, column 1.
    """
    letters = ""
    column += 1
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def position_of(cell: str) -> tuple[int, int]:
    """Give the zero-based row and column of a cell: ``"B7"`` is (6, 1)."""
    letters = cell.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - 64
    return int(cell[len(letters) :]) - 1, column - 1


def plain_name(name: str) -> str:
    """Reduce a name to what counts when names are compared: no case, spaces or underscores."""
    return re.sub(r"[\s_]+", "", name).casefold()


def without_unit(header: str) -> str:
    """Give a header without the unit in brackets at its end: ``"p_nom [MW]"`` -> ``"p_nom"``."""
    return re.sub(r"\s*[\[(][^\])]*[\])]\s*$", "", header)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a file.

    Rows and columns need not follow each other in the file: what is blank may lie between them.

    Parameters
    ----------
    name
        Name of the marked table without ``~``, of the sheet, or of the file.
    sheet
        Name of the sheet; empty outside of workbooks.
    columns
        Header names, stripped.
    rows
        Values below, each row as long as ``columns``; blank is ``None``.
    row_numbers
        Row of the file of each of ``rows``, from 1; of a text file it is the line.
    places
        Zero-based position in the file of each of ``columns``.
    header_row
        Row of the header in the file, from 1; 0 without one.
    file
        Name of the file.
    """

    name: str
    sheet: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    row_numbers: Sequence[int]
    places: Sequence[int]
    header_row: int = 0
    file: str = ""
    _places: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Columns are asked for by name for each cell: what counts of the names is taken once.
        places: dict[str, int] = {}
        for names in (self.columns, map(without_unit, self.columns)):
            for place, name in enumerate(names):
                places.setdefault(plain_name(name), place)
        object.__setattr__(self, "_places", places)

    def find_column(self, name: str) -> str | None:
        """Give the header as written in the file, whatever the case, spaces and underscores of ``name``.

        A header with a unit in brackets behind its name is found too, where no other has just the name.
        """
        place = self._places.get(plain_name(name))
        return None if place is None else self.columns[place]

    def column(self, name: str) -> list[object]:
        """Give the values of a column.

        Raises
        ------
        InvalidData
            When there is no such column; the sentence names those present.
        """
        position = self.position(name)
        return [row[position] for row in self.rows]

    def position(self, name: str) -> int:
        """Give the zero-based position of a column in the rows.

        Raises
        ------
        InvalidData
            When there is no such column; the sentence names those present.
        """
        place = self._places.get(plain_name(name))
        if place is None:
            present = ", ".join(self.columns) or "none"
            where = f"Sheet '{self.sheet}', table '{self.name}'" if self.sheet else self.file or self.name
            raise InvalidData(f"{where} has no column '{name}'; present: {present}.", self.file)
        return place

    def cell(self, row: int, column: str) -> str:
        """Name the cell of a value.

        Parameters
        ----------
        row
            Zero-based among the data rows.
        column
            Header name.
        """
        return cell_name(self.row_numbers[row] - 1, self.places[self.position(column)])

    def header_cell(self, column: str) -> str:
        """Name the cell of a header."""
        return cell_name(self.header_row - 1, self.places[self.position(column)])
