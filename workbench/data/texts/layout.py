"""Where the table begins in a file: title rows, comments, the header, repeated headers, blank rows."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.tables.table import cell_name
from workbench.data.texts.amounts import is_placeholder, read_amount
from workbench.data.texts.cells import TYPED, Cells, columns_with, shown
from workbench.data.texts.dates import read_date
from workbench.data.texts.encoding import MOJIBAKE, repaired
from workbench.data.texts.labels import is_note
from workbench.errors import InvalidData

HEADER_WITHIN = 40
FULL_ROW = 0.6
WORDS_IN_HEADER = 0.8
SAME_AS_HEADER = 0.8
MONTHS_ACROSS = 3
NOTES_WITHIN = 40
# Posting periods as SAP heads its columns: three digits and the year.
_YEAR = re.compile(r"(?:19|20)\d{2}")
# A line that a list draws above, below and between its rows.
_DRAWN = r"^[-_=+|]{5,}$"
_PERIOD = re.compile(r"0\d{2}[./]\d{4}")


@dataclass(frozen=True, slots=True)
class Layout:
    """The table inside a grid.

    Parameters
    ----------
    names
        Header of each column, each one once.
    places
        Zero-based position of each column in the file.
    header_row
        Row of the header as a spreadsheet numbers it; 0 when the file has none.
    frame
        Column ``row`` and text columns ``"0"``, ``"1"`` …: the rows below the header that hold something.
    changes
        Rows that were set aside, headers that were completed, text that was repaired.
    rows_before
        Number of rows in the file that hold something.
    short
        Rows of a text file that end before the last column of the header.
    """

    names: tuple[str, ...]
    places: tuple[int, ...]
    header_row: int
    frame: pl.DataFrame
    changes: tuple[Change, ...]
    rows_before: int
    short: tuple[int, ...]


def find_table(cells: Cells, file: str, known: Callable[[str], bool] | None = None) -> Layout:
    """Find the header and the data rows among cells.

    The header is the row with the most names that are known; where none is, the first row that is filled nearly as
    far as the usual row and holds words only. What stands above it is a title. A line that begins with ``#`` is a
    comment, unless it is the only one that can be the header.

    Parameters
    ----------
    cells
        Of a text file or a sheet.
    file
        Its name.
    known
        Whether a text is a header that the caller can use.

    Raises
    ------
    InvalidData
        When rows are longer than the header; with each of them.
    """
    frame = _without_empty_edges(_without_drawn_lines(cells.frame))
    columns = [name for name in frame.columns if name != "row"]
    filled = _filled(frame, columns)
    noted, rows = _parted(filled, _comments(filled, columns))
    head = rows.head(HEADER_WITHIN).select(columns).rows()
    at = _header_position(head, known)
    header: Sequence[str | None] = head[at] if at >= 0 else (None,) * len(columns)
    header_row = int(rows["row"][at]) if at >= 0 else 0
    if (at < 0 or (known and not _count(header, known))) and (
        found := _commented_header(noted, rows, columns)
    ):
        header_row, header = found
        noted, at = noted.filter(pl.col("row") != header_row), -1
    names, changes = _names(header, columns)
    changes += _dropped(noted, columns, "a comment")
    changes += _dropped(rows.head(max(at, 0)), columns, "a title above the header")
    below = rows.slice(at + 1)
    again, below = _parted(below, _repeats(below, columns, names))
    changes += _dropped(again, columns, "the header is repeated here")
    short = _fit_of_rows(cells, below, columns, header, header_row, file)
    below, repairs = _without_mojibake(below, columns, names) if cells.may_be_garbled else (below, [])
    below = below.rename({column: str(position) for position, column in enumerate(columns)})
    removed = [
        replace(change, column=names[columns.index(change.column)] if change.column in columns else "")
        for change in cells.changes
    ]
    return Layout(
        names,
        tuple(map(int, columns)),
        header_row,
        below,
        (*removed, *changes, *repairs),
        filled.height,
        short,
    )


def without_footnotes(layout: Layout) -> Layout:
    """Set aside the last rows of a table that hold one cell with the words of a note, such as a source."""
    columns = [name for name in layout.frame.columns if name != "row"]
    tail = layout.frame.tail(NOTES_WITHIN)
    notes = []
    for row, *cells in reversed(tail.rows()):
        filled = [cell for cell in cells if cell is not None]
        if len(columns) < 2 or len(filled) != 1 or not is_note(shown(filled[0])):
            break
        notes.append(row)
    if not notes or len(notes) == layout.frame.height:
        return layout
    gone, kept = _parted(layout.frame, layout.frame["row"].is_in(notes))
    return replace(
        layout,
        frame=kept,
        changes=(*layout.changes, *_dropped(gone, columns, "a note below the table")),
        short=tuple(row for row in layout.short if row not in notes),
    )


def _filled(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    if not columns:
        return frame.head(0)
    blank = frame.select(pl.all_horizontal(pl.col(columns).is_null())).to_series()
    return frame.filter(~blank) if blank.any() else frame


def _parted(frame: pl.DataFrame, chosen: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    # A filter copies all rows, and mostly there is nothing to choose.
    return (frame.filter(chosen), frame.filter(~chosen)) if chosen.any() else (frame.head(0), frame)


def _comments(frame: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    if not columns or not frame[columns[0]].str.starts_with("#").any():
        return pl.Series([False]).new_from_index(0, frame.height)
    first = pl.col(columns[0])
    # "#1001" numbers an order, "#" alone heads the column of numbers.
    alone = pl.sum_horizontal(pl.col(columns).is_not_null()) == 1
    comment = first.str.contains(r"^#+\s+\S") | (first.str.starts_with("#") & alone)
    return frame.select(comment.fill_null(False)).to_series()


def _commented_header(
    comments: pl.DataFrame, rows: pl.DataFrame, columns: Sequence[str]
) -> tuple[int, Sequence[str | None]] | None:
    """The last comment above the first row, where it has as many fields: so numpy writes headers."""
    if rows.is_empty():
        return None
    wanted = sum(cell is not None for cell in rows.select(columns).row(0))
    above = comments.filter(pl.col("row") < rows["row"][0]).tail(1).select("row", *columns)
    for row, first, *others in above.iter_rows():
        if wanted > 1 and 1 + sum(cell is not None for cell in others) == wanted:
            return int(row), (str(first).lstrip("# "), *others)
    return None


def _fit_of_rows(
    cells: Cells,
    below: pl.DataFrame,
    columns: Sequence[str],
    header: Sequence[str | None],
    header_row: int,
    file: str,
) -> tuple[int, ...]:
    """Refuse the rows that are longer than the header, give those that are shorter."""
    if cells.lengths.is_empty() or below.is_empty() or not header_row:
        return ()
    length = int(cells.lengths.filter(cells.frame["row"] == header_row)[0])
    beyond = [column for column in columns if int(column) >= length]
    if beyond:
        longer = below.filter(pl.any_horizontal(pl.col(beyond).is_not_null()))
        if not longer.is_empty():
            raise InvalidData(_longer_sentence(cells, longer, below.height, length, header_row, file), file)
    named = max(
        (int(column) for column, cell in zip(columns, header, strict=True) if cell is not None), default=0
    )
    short = cells.frame.filter(cells.lengths <= named)["row"]
    return tuple(below.filter(pl.col("row").is_in(short.implode()))["row"]) if len(short) else ()


def _longer_sentence(
    cells: Cells, longer: pl.DataFrame, rows: int, length: int, header_row: int, file: str
) -> str:
    lengths = cells.lengths.filter(cells.frame["row"].is_in(longer["row"].implode())).unique()
    first = row_text(longer.drop("row").row(0))
    advice = f"put a number or a text that has a '{cells.delimiter}' in it between quotation marks"
    if longer.height == rows and lengths.to_list() == [length + 1]:
        advice = f"name every column in the header, or {advice}"
    has = f"has {int(lengths[0])} values" if longer.height == 1 else "have more values than that"
    which = rows_text(longer["row"].to_list())
    return (
        f"{file}: the header in row {header_row} has {length} columns, and {which} {has} "
        f"(first: {first[:80]}), so that it is not known in which column each value belongs; {advice}."
    )


def rows_text(rows: Sequence[int], limit: int = 5) -> str:
    """Name rows: ``row 7``, ``rows 7, 9, 12 and 40 more``."""
    if len(rows) == 1:
        return f"row {rows[0]}"
    listed = ", ".join(map(str, rows[:limit]))
    return f"rows {listed}" + (f" and {len(rows) - limit} more" if len(rows) > limit else "")


def _without_drawn_lines(frame: pl.DataFrame) -> pl.DataFrame:
    columns = [name for name in frame.columns if name != "row"]
    if not columns or not frame[columns[0]].str.contains(_DRAWN).any():
        return frame
    drawn = pl.all_horizontal(pl.col(columns).is_null() | pl.col(columns).str.contains(_DRAWN))
    return frame.filter(~drawn)


def _without_empty_edges(frame: pl.DataFrame) -> pl.DataFrame:
    empty = [name for name in frame.columns if name != "row" and frame[name].null_count() == frame.height]
    return frame.drop(empty) if empty else frame


def _count(row: Sequence[str | None], known: Callable[[str], bool]) -> int:
    return sum(cell is not None and known(shown(cell)) for cell in row)


def _header_position(head: Sequence[Sequence[str | None]], known: Callable[[str], bool] | None) -> int:
    if known is None or not head:
        return _worded_position(head)
    counts = []
    for row in head:
        counts.append((_count(row, known), sum(cell is not None for cell in row)))
        if counts[-1][0] == len(row):
            # None can have more.
            break
    best = max(counts, default=(0, 0))
    return counts.index(best) if best[0] else max(0, _worded_position(head))


def _worded_position(head: Sequence[Sequence[str | None]]) -> int:
    if not head:
        return -1
    counts = [sum(cell is not None for cell in row) for row in head]
    # The first of the usual counts: a few lines of notes must not outvote the table.
    usual = max(Counter(counts).items(), key=lambda item: (item[1] * min(item[0], 4), item[0]))[0]
    for at, row in enumerate(head):
        if counts[at] < max(1, FULL_ROW * usual):
            continue
        words = [cell for cell in row if cell is not None and _is_word(cell)]
        if len(words) >= WORDS_IN_HEADER * counts[at] and (at + 1 < len(head) or len(head) == 1):
            return at
        # Above names and periods the corner may be blank.
        named = words or row[0] is None
        return at if named and (_dates_in(row) >= MONTHS_ACROSS or _are_years(row)) else -1
    return -1


def _is_word(cell: str) -> bool:
    text = shown(cell)
    typed = cell.startswith(TYPED)
    is_value = (
        read_amount(text) or read_amount(text, ",") or read_date(text, named=True) or is_placeholder(text)
    )
    return not typed and not is_value


def _are_years(row: Sequence[str | None]) -> bool:
    """Whether all cells behind the first words are years that follow each other, up or down."""
    cells = [shown(cell) for cell in row[1:] if cell is not None]
    cells = list(
        itertools.dropwhile(lambda cell: not _YEAR.fullmatch(cell) and read_amount(cell) is None, cells)
    )
    if len(cells) < 2 or not all(_YEAR.fullmatch(cell) for cell in cells):
        return False
    steps = {int(later) - int(earlier) for earlier, later in itertools.pairwise(cells)}
    return steps in ({1}, {-1})


def _dates_in(row: Sequence[str | None]) -> int:
    return sum(
        cell is not None
        and (read_date(shown(cell)) is not None or _PERIOD.fullmatch(shown(cell)) is not None)
        for cell in row
    )


def _names(header: Sequence[str | None], columns: Sequence[str]) -> tuple[tuple[str, ...], list[Change]]:
    # Folded name -> letter of the column that has it.
    letters: dict[str, str] = {}
    names: list[str] = []
    changes: list[Change] = []
    for cell, column in zip(header, columns, strict=True):
        letter = column_letter(int(column))
        written = re.sub(r"\s+", " ", shown(cell)).strip()
        clear = repaired(written) if re.search(MOJIBAKE, written) else written
        if clear != written:
            changes.append(Change(ChangeKind.REPAIRED, clear, (), (written,), (clear,), "garbled header"))
        name = clear or f"Column {letter}"
        first = letters.setdefault(name.casefold(), letter)
        if not clear:
            changes.append(Change(ChangeKind.RENAMED, name, (), ("",), (name,), "the column has no header"))
        if first != letter:
            name = f"{name} ({letter})"
            while letters.setdefault(name.casefold(), letter) != letter:
                name += "'"
            reason = f"'{clear}' is also the header of column {first}"
            changes.append(Change(ChangeKind.RENAMED, name, (), (clear,), (name,), reason))
        names.append(name)
    return tuple(names), changes


def column_letter(place: int) -> str:
    """Letter of a column in a spreadsheet, by its zero-based position."""
    return cell_name(0, place).rstrip("0123456789")


def _repeats(frame: pl.DataFrame, columns: Sequence[str], names: Sequence[str]) -> pl.Series:
    wanted = {column: name.casefold() for column, name in zip(columns, names, strict=True)}
    equal = {
        column: (pl.col(column).str.to_lowercase() == name).fill_null(False)
        for column, name in wanted.items()
    }
    if not equal:
        return frame["row"].is_in([])
    # Cheap first: of so many equal cells one is among the first few, and as long.
    few = list(wanted.items())[: len(columns) - math.ceil(SAME_AS_HEADER * len(columns)) + 1]
    as_long = (pl.col(column).str.len_bytes() == len(name.encode()) for column, name in few)
    maybe = frame.select(pl.any_horizontal(as_long).fill_null(False)).to_series()
    if not maybe.any():
        return maybe
    rows = frame.filter(maybe).filter(pl.sum_horizontal(*equal.values()) >= SAME_AS_HEADER * len(columns))
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
    for column in columns_with(frame, MOJIBAKE):
        name = names[columns.index(column)]
        garbled = frame.filter(pl.col(column).str.contains(MOJIBAKE))
        before = [str(text) for text in garbled[column]]
        after = [repaired(text) for text in before]
        changed = [(int(r), b, a) for r, b, a in zip(garbled["row"], before, after, strict=True) if a != b]
        if changed:
            rows, old, new = (tuple(part) for part in zip(*changed, strict=True))
            reason = "UTF-8 text had been read in another encoding before it was exported"
            changes.append(Change(ChangeKind.REPAIRED, name, rows, old, new, reason))
            frame = frame.with_columns(pl.col(column).replace(dict(zip(old, new, strict=True))))
    return frame, changes
