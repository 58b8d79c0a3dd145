"""Which cells of two grids differ, where rows and columns may have been added or removed meanwhile.

Rows that are the same on both sides are found first and hold the grids together (the patience method of comparing
texts); between them, rows are paired by their first cell. Columns are paired by their headers.
"""

from __future__ import annotations

import bisect
import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from workbench.data.comparison.alignment import Row, cell_at, pair_columns, pair_rows
from workbench.data.comparison.grids import Grid
from workbench.data.tables.table import cell_name

__all__ = ["Difference", "DifferenceKind", "cell_text", "grid_differences", "sheet_differences"]

MAX_ROW_TEXT = 120


class DifferenceKind(StrEnum):
    """What happened to a part of an input."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place at which two inputs differ.

    Parameters
    ----------
    kind
        What happened.
    part
        ``cell``, ``row``, ``column``, ``sheet`` or ``file``.
    sheet, place
        Where, such as ``B7`` or ``row 15``: in the later input, or in the earlier one where it was removed.
    label
        What it is about: the column's header and the row's first cell.
    before, after
        What was there and is there; None where nothing is.
    file
        Name of the file; both names where it was given another one.
    """

    kind: DifferenceKind
    part: str
    sheet: str = ""
    place: str = ""
    label: str = ""
    before: object = None
    after: object = None
    file: str = ""


def sheet_differences(before: Mapping[str, Grid], after: Mapping[str, Grid]) -> Iterator[Difference]:
    """Compare all sheets of two inputs."""
    for sheet in before:
        if sheet not in after:
            yield Difference(DifferenceKind.REMOVED, "sheet", sheet)
    for sheet, grid in after.items():
        if sheet in before:
            yield from grid_differences(before[sheet], grid, sheet)
        else:
            yield Difference(DifferenceKind.ADDED, "sheet", sheet)


def grid_differences(before: Grid, after: Grid, sheet: str = "") -> Iterator[Difference]:
    """Compare two grids cell by cell.

    Parameters
    ----------
    before, after
        Their cells; None is blank, and blank rows do not count.
    sheet
        Name of the sheet, for the places.
    """
    old, new = _Rows(before), _Rows(after)
    columns = pair_columns(old.header, new.header)
    for left, right in columns:
        if left is None and right is not None:
            yield new.column(right, DifferenceKind.ADDED, sheet)
        elif right is None and left is not None:
            yield old.column(left, DifferenceKind.REMOVED, sheet)
    both = [(left, right) for left, right in columns if left is not None and right is not None]
    left_rows = [tuple(cell_at(row, left) for left, _ in both) for row in old.rows]
    right_rows = [tuple(cell_at(row, right) for _, right in both) for row in new.rows]
    for one, two in pair_rows(left_rows, right_rows):
        if two is None:
            yield old.row(one or 0, DifferenceKind.REMOVED, sheet)
        elif one is None:
            yield new.row(two, DifferenceKind.ADDED, sheet)
        else:
            for (_, column), was, value in zip(both, left_rows[one], right_rows[two], strict=True):
                if was != value:
                    place = cell_name(new.numbers[two], column)
                    label = new.label(two, column)
                    yield Difference(DifferenceKind.CHANGED, "cell", sheet, place, label, was, value)


def cell_text(value: object) -> str:
    """Write a cell for people."""
    if value is None:
        return "blank"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        # All figures: a change in the last one is a change.
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.12g}"
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return f"{value:%Y-%m-%d}"
    return str(value)


class _Rows:
    """The rows of a grid that hold anything, with their numbers in it."""

    def __init__(self, grid: Grid) -> None:
        kept = [(at, tuple(row)) for at, row in enumerate(grid) if any(cell is not None for cell in row)]
        self.numbers = [at for at, _ in kept]
        self.rows = [row for _, row in kept]
        self._header_at = _header_row(self.rows)
        self._texts: dict[int, list[int]] = {}

    @property
    def header(self) -> Row:
        return self.rows[self._header_at] if self.rows else ()

    def label(self, place: int, column: int) -> str:
        first = next(
            (cell for at, cell in enumerate(self.rows[place]) if cell is not None and at != column), None
        )
        words = [self._above(place, column), "" if first is None else cell_text(first)]
        return ", ".join(word for word in words if word)

    def row(self, place: int, kind: DifferenceKind, sheet: str) -> Difference:
        cells = [cell_text(cell) for cell in self.rows[place] if cell is not None]
        text = ", ".join(cells)
        text = text if len(text) <= MAX_ROW_TEXT else f"{text[: MAX_ROW_TEXT - 2]} …"
        return _whole(kind, "row", sheet, f"row {self.numbers[place] + 1}", cells[0], text)

    def column(self, column: int, kind: DifferenceKind, sheet: str) -> Difference:
        filled = sum(cell_at(row, column) is not None for row in self.rows)
        header = cell_at(self.header, column)
        name = "" if header is None else cell_text(header)
        return _whole(kind, "column", sheet, f"column {cell_name(0, column)[:-1]}", name, f"{filled} cells")

    def _above(self, place: int, column: int) -> str:
        """Find the header of a cell: the nearest text above it, else what the first full row says."""
        if place <= self._header_at:
            return ""
        if column not in self._texts:
            cells = (cell_at(row, column) for row in self.rows)
            self._texts[column] = [
                at for at, cell in enumerate(cells) if cell is None or isinstance(cell, str)
            ]
        before = bisect.bisect_left(self._texts[column], place)
        nearest = self.rows[self._texts[column][before - 1]] if before else ()
        if isinstance(cell := cell_at(nearest, column), str):
            return cell
        header = cell_at(self.header, column)
        return "" if header is None else cell_text(header)


def _whole(kind: DifferenceKind, part: str, sheet: str, place: str, label: str, text: str) -> Difference:
    before, after = (None, text) if kind is DifferenceKind.ADDED else (text, None)
    return Difference(kind, part, sheet, place, label, before, after)


def _header_row(rows: Sequence[Row]) -> int:
    """Find the first row that is half as wide as the widest: titles above a table are narrow."""
    filled = [sum(cell is not None for cell in row) for row in rows[:100]]
    return next((at for at, count in enumerate(filled) if 2 * count >= max(filled)), 0)
