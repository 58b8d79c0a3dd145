"""Where the table begins in a grid: title rows, the header, repeated headers, blank rows."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from workbench.data.workbooks.table import cell_name
from workbench.errors import InvalidData
from workbench.finance.inputs.reading.dates import read_date
from workbench.finance.inputs.reading.encoding import MOJIBAKE, repaired
from workbench.finance.inputs.reading.grid import TYPED, Grid, shown
from workbench.finance.inputs.reading.numbers import is_placeholder, read_amount
from workbench.finance.model.changes import Change, ChangeKind

HEADER_WITHIN = 40
FULL_ROW = 0.6
WORDS_IN_HEADER = 0.8
SAME_AS_HEADER = 0.8
MONTHS_ACROSS = 3


@dataclass(frozen=True, slots=True)
class Layout:
    """The table inside a grid.

    Parameters
    ----------
    names
        Header of each column, each one once.
    letters
        Letter of each column in a spreadsheet.
    header_row
        Row of the header as a spreadsheet numbers it; 0 when the file has none.
    frame
        Column ``row`` and text columns ``"0"``, ``"1"`` …: the rows below the header that hold something.
    changes
        Rows that were set aside, headers that were completed, text that was repaired.
    rows_before
        Number of rows in the grid that hold something.
    """

    names: tuple[str, ...]
    letters: tuple[str, ...]
    header_row: int
    frame: pl.DataFrame
    changes: tuple[Change, ...]
    rows_before: int


def find_table(grid: Grid, file: str) -> Layout:
    """Find the header and the data rows of a grid.

    The header is the first row that is filled nearly as far as the usual row and holds words only; what stands
    above it is a title.

    Raises
    ------
    InvalidData
        When there is no row below the header, or the months are side by side in columns.
    """
    frame = _without_empty_edges(grid.frame)
    columns = [name for name in frame.columns if name != "row"]
    filled = frame.filter(pl.any_horizontal(pl.col(columns).is_not_null()))
    head = filled.head(HEADER_WITHIN).select(columns).rows()
    at = _header_position(head)
    names, changes = _names(head[at] if at >= 0 else (None,) * len(columns), columns)
    header_row = int(filled["row"][at]) if at >= 0 else 0
    _refuse_months_across(file, header_row, names)
    above = filled.head(max(at, 0))
    changes += _dropped(above, columns, "a title above the header")
    below = filled.slice(at + 1)
    again = _repeats(below, columns, names)
    changes += _dropped(below.filter(again), columns, "the header is repeated here")
    below = below.filter(~again)
    if below.is_empty():
        raise InvalidData(
            f"{file} has a header in row {max(header_row, 1)} ({', '.join(names[:6])}) and no row below it; "
            "expected at least one row of figures, export it again.",
            file,
        )
    below, repairs = _without_mojibake(below, columns, names) if grid.may_be_garbled else (below, [])
    below = below.rename({column: str(position) for position, column in enumerate(columns)})
    return Layout(
        names,
        tuple(_letter(column) for column in columns),
        header_row,
        below,
        (*changes, *repairs),
        filled.height,
    )


def _without_empty_edges(frame: pl.DataFrame) -> pl.DataFrame:
    empty = [name for name in frame.columns if name != "row" and frame[name].null_count() == frame.height]
    return frame.drop(empty)


def _header_position(head: Sequence[Sequence[str | None]]) -> int:
    counts = [sum(cell is not None for cell in row) for row in head]
    # The first of the usual counts: a few lines of notes must not outvote the table.
    usual = max(Counter(counts).items(), key=lambda item: (item[1] * min(item[0], 4), item[0]))[0]
    for at, row in enumerate(head):
        if counts[at] < max(1, FULL_ROW * usual):
            continue
        words = [cell for cell in row if cell is not None and _is_word(cell)]
        if len(words) >= WORDS_IN_HEADER * counts[at] and (at + 1 < len(head) or len(head) == 1):
            return at
        return at if _dates_in(row) >= MONTHS_ACROSS and words else -1
    return -1


def _is_word(cell: str) -> bool:
    text = shown(cell)
    typed = cell.startswith(TYPED)
    is_value = (
        read_amount(text) or read_amount(text, ",") or read_date(text, named=True) or is_placeholder(text)
    )
    return not typed and not is_value


def _dates_in(row: Sequence[str | None]) -> int:
    return sum(cell is not None and read_date(shown(cell)) is not None for cell in row)


def _refuse_months_across(file: str, header_row: int, names: Sequence[str]) -> None:
    months = [name for name in names if read_date(name)]
    if header_row and len(months) >= MONTHS_ACROSS:
        raise InvalidData(
            f"{file}, row {header_row}: the months are side by side in columns ({months[0]} to {months[-1]}); "
            "expected one row a month with the date in a column, turn the table (unpivot) and export it again.",
            file,
        )


def _names(header: Sequence[str | None], columns: Sequence[str]) -> tuple[tuple[str, ...], list[Change]]:
    names: list[str] = []
    changes: list[Change] = []
    for position, (cell, column) in enumerate(zip(header, columns, strict=True)):
        letter = _letter(column)
        written = re.sub(r"\s+", " ", shown(cell)).strip()
        clear = repaired(written) if re.search(MOJIBAKE, written) else written
        if clear != written:
            changes.append(Change(ChangeKind.REPAIRED, clear, (), (written,), (clear,), "garbled header"))
        name = clear or f"Column {letter}"
        same = sum(other.casefold() == name.casefold() for other in names)
        if not clear:
            changes.append(Change(ChangeKind.RENAMED, name, (), ("",), (name,), "the column has no header"))
        elif same:
            name = f"{name} ({letter})"
            reason = (
                f"'{clear}' is also the header of column "
                f"{position and names.index(clear) + 1 if clear in names else 1}"
            )
            changes.append(Change(ChangeKind.RENAMED, name, (), (clear,), (name,), reason))
        names.append(name)
    return tuple(names), changes


def _letter(column: str) -> str:
    return cell_name(0, int(column)).rstrip("0123456789")


def _repeats(frame: pl.DataFrame, columns: Sequence[str], names: Sequence[str]) -> pl.Series:
    wanted = {column: name.casefold() for column, name in zip(columns, names, strict=True)}
    equal = {
        column: (pl.col(column).str.to_lowercase() == name).fill_null(False)
        for column, name in wanted.items()
    }
    # Cheap first: of so many equal cells one is among the first few.
    few = list(equal.values())[: len(columns) - math.ceil(SAME_AS_HEADER * len(columns)) + 1]
    rows = frame.filter(pl.any_horizontal(few)).filter(
        pl.sum_horizontal(*equal.values()) >= SAME_AS_HEADER * len(columns)
    )
    return frame["row"].is_in(rows["row"].implode())


def _dropped(rows: pl.DataFrame, columns: Sequence[str], reason: str) -> list[Change]:
    return [
        Change(ChangeKind.DROPPED, "", (int(row),), (row_text(cells),), ("",), reason)
        for row, *cells in rows.select("row", *columns).iter_rows()
    ]


def row_text(cells: Sequence[str | None]) -> str:
    """Give the cells of a row as one text for the list of changes."""
    return " | ".join(shown(cell) for cell in cells).strip(" |")


def _without_mojibake(
    frame: pl.DataFrame, columns: Sequence[str], names: Sequence[str]
) -> tuple[pl.DataFrame, list[Change]]:
    changes = []
    for column, name in zip(columns, names, strict=True):
        garbled = frame.filter(pl.col(column).str.contains(MOJIBAKE).fill_null(False))
        if garbled.is_empty():
            continue
        before = [str(text) for text in garbled[column]]
        after = [repaired(text) for text in before]
        changed = [(int(r), b, a) for r, b, a in zip(garbled["row"], before, after, strict=True) if a != b]
        if changed:
            rows, old, new = (tuple(part) for part in zip(*changed, strict=True))
            reason = "UTF-8 text had been read in another encoding before it was exported"
            changes.append(Change(ChangeKind.REPAIRED, name, rows, old, new, reason))
            frame = frame.with_columns(pl.col(column).replace(dict(zip(old, new, strict=True))))
    return frame, changes
