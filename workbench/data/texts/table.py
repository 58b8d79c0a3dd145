"""A table from a text file: its header by name, its cells as text, its numbers with one decimal mark."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.problems import Problems
from workbench.data.tables.table import Table, plain_name
from workbench.data.texts.cells import Cells, read_cells
from workbench.data.texts.content import COMPOUND_START, ZIP_START, read_whole, unpacked
from workbench.data.texts.layout import Layout, column_letter, find_table, rows_text, without_footnotes
from workbench.data.texts.plain_numbers import with_plain_numbers
from workbench.data.texts.total_rows import total_sentence, undated_statistics, undated_totals
from workbench.errors import UnreadableFile

MAX_MEGABYTES = 512
_NO_TEXT = (ZIP_START, COMPOUND_START, b"PAR1", b"%PDF")


@dataclass(frozen=True, slots=True, eq=False)
class TextTable:
    """A table of a text file.

    Parameters
    ----------
    file
        Its name.
    columns
        Headers, each one once.
    places
        Zero-based position of each column in the file.
    header_row
        Line of the header; 0 without one.
    frame
        Column ``row`` (the line of the file in which the row begins) and text columns ``"0"``, ``"1"`` …; blank is
        null, and numbers are written with a decimal point and without digit groups.
    set_aside
        How many rows below or above the header hold something and were passed over, each of them listed.
    sha256
        Hash of the bytes that were read, where it was requested.
    """

    file: str
    columns: tuple[str, ...]
    places: tuple[int, ...]
    header_row: int
    frame: pl.DataFrame
    set_aside: int = 0
    sha256: str = ""

    def texts(self, name: str) -> pl.Series:
        """Give the cells of a column as text, null where they are blank."""
        return self.frame[str(self.columns.index(name))]

    def pandas(self, is_number: Callable[[str], bool], *, coded: Collection[str] = ()) -> pd.DataFrame:
        """Give the cells, those of the columns of numbers as numbers where all of them are; else as text.

        The index holds the lines of the file; a blank cell is ``None``, or ``nan`` among numbers. Columns that are
        ``coded`` hold each text once.
        """
        index = pd.Index(self.frame["row"].to_numpy())
        columns = {
            name: pd.Series(self.coded(name), index=index)
            if name in coded
            else self._values(name, index, number=is_number(name))
            for name in self.columns
        }
        return pd.DataFrame(columns, index=index, columns=list(self.columns), copy=False)

    def _values(self, name: str, index: pd.Index, *, number: bool) -> pd.Series:
        cells = self.texts(name)
        if number:
            numbers = cells.cast(pl.Float64, strict=False)
            # A sum that is finite has no part that is not.
            if numbers.null_count() == cells.null_count() and (
                math.isfinite(numbers.sum()) or numbers.is_finite().all()
            ):
                return pd.Series(numbers.to_numpy(writable=True), index=index, copy=False)
        return pd.Series(self.coded(name), index=index).astype(object)

    def coded(self, name: str) -> pd.Categorical:
        """Give the cells of a column as text, each text once: a name or a day comes again and again."""
        cells = self.texts(name).to_arrow().dictionary_encode()
        return pd.Categorical.from_codes(
            cells.indices.fill_null(-1).to_numpy(),
            pd.Index(cells.dictionary.to_pylist(), dtype=object),
            validate=False,
        )

    def table(self, is_number: Callable[[str], bool]) -> Table:
        """Give the cells row by row; those of the columns of numbers as numbers where they are."""
        cells = [
            _numbers_or_texts(self.texts(name)) if is_number(name) else self.texts(name).to_list()
            for name in self.columns
        ]
        rows = tuple(zip(*cells, strict=True))
        lines = self.frame["row"].to_list()
        return Table(self.file, "", self.columns, rows, lines, self.places, self.header_row, self.file)


def read_text_table(
    path: Path,
    problems: Problems,
    known: Callable[[str], bool] | None = None,
    *,
    max_megabytes: float = MAX_MEGABYTES,
    hashed: bool = False,
) -> TextTable:
    """Read a table of a CSV, TSV or other delimited text file; one without rows has its columns only.

    Parameters
    ----------
    path
        The file; ``.gz`` is unpacked.
    problems
        Takes what was passed over or read differently from how it is written.
    known
        Whether a text is a header that can be used; the header is the row with the most of them.
    max_megabytes
        Size [MB] above which the file is refused.
    hashed
        Whether to hash the file.

    Raises
    ------
    UnreadableFile
        When the file is missing, too large, empty, or not text.
    InvalidData
        When its rows do not fit its header, or its decimal mark cannot be told.
    """
    packed = read_whole(path, max_megabytes, "a CSV or TSV file")
    table = parse_text_table(path, unpacked(path.name, packed, max_megabytes), problems, known)
    return replace(table, sha256=hashlib.sha256(packed).hexdigest()) if hashed else table


def parse_text_table(
    path: Path, content: bytes, problems: Problems, known: Callable[[str], bool] | None = None
) -> TextTable:
    """Read a table from the bytes of a text file that were read before, see :func:`read_text_table`."""
    if content.startswith(_NO_TEXT):
        raise UnreadableFile(
            f"{path.name} is not a text file, whatever its name says; save it as CSV, or give it its own suffix.",
            path,
        )
    cells = read_cells(path.name, content)
    layout = without_footnotes(find_table(cells, path.name, known))
    _note(cells, layout, problems)
    letters = [column_letter(place) for place in layout.places]
    frame = layout.frame
    if cells.may_have_groups:
        frame = with_plain_numbers(frame, layout.names, letters, cells.delimiter, path.name, problems)
    aside = sum(len(change.rows) for change in layout.changes if change.kind is ChangeKind.DROPPED)
    return TextTable(path.name, layout.names, layout.places, layout.header_row, frame, aside)


def without_totals(table: TextTable, date: str, problems: Problems) -> TextTable:
    """Set aside what stands among or below the rows of a table in time and is none: totals, notes.

    Parameters
    ----------
    table
        The table.
    date
        Header of the column that holds the dates; a row is looked at where it has no digit there.
    problems
        Takes each row that is set aside.
    """
    frame = table.frame
    dates = table.texts(date)
    if not dates.null_count() and str(dates.min() or "") >= "0" and str(dates.max()) < ":":
        # Each begins with a digit.
        return table
    undated = ~dates.str.contains(r"\d").fill_null(False)
    if not undated.any():
        return table
    rows = frame["row"].to_numpy()
    values = {str(at): frame[str(at)].cast(pl.Float64, strict=False) for at in range(len(table.columns))}
    amounts = {
        table.columns[int(at)]: column.fill_null(float("nan")).to_numpy()
        for at, column in values.items()
        if column.count() > len(rows) / 2
    }
    texts = {name: table.texts(name) for name in table.columns if name not in amounts}
    totals = undated_totals(rows, np.where(undated.to_numpy(), -1, 0), texts, amounts)
    gone = undated_statistics(rows, np.flatnonzero(undated.to_numpy()), texts)
    gone |= {total.row: total_sentence(total) for total in totals if total.row not in gone}
    numbers = frame.select(
        pl.any_horizontal(column.is_not_null().alias(at) for at, column in values.items())
    ).to_series()
    filled = pl.any_horizontal(pl.exclude("row", str(table.columns.index(date))).is_not_null())
    for row, others in frame.with_columns(_others=filled).filter(undated & ~numbers)["row", "_others"].rows():
        words = table.texts(date).filter(frame["row"] == row)[0]
        if words is not None and not others:
            gone.setdefault(row, f"it is a note ('{words[:60]}'): nothing else stands in it")
    for row, reason in sorted(gone.items()):
        problems.change(f"row {row} was set aside: {reason}.")
    kept = frame.filter(~pl.col("row").is_in(list(gone))) if gone else frame
    return replace(table, frame=kept, set_aside=table.set_aside + len(gone))


def rows_without_totals(
    table: Table, is_undated: Callable[[object], bool], label: str, problems: Problems
) -> Table:
    """Set aside the rows of a table that sum the ones above.

    Parameters
    ----------
    table
        The table.
    is_undated
        Whether the cell of a row in the column of labels lets it be a total.
    label
        Header of that column.
    problems
        Takes each row that is set aside.
    """
    place = table.position(label)
    undated = np.array([is_undated(row[place]) for row in table.rows], dtype=bool)
    if not undated.any():
        return table
    texts: dict[str, pl.Series] = {}
    amounts: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]] = {}
    for name, values in zip(table.columns, zip(*table.rows, strict=True), strict=True):
        numbers = [
            float(v) if isinstance(v, (int, float)) and not isinstance(v, bool) else np.nan for v in values
        ]
        if np.isfinite(numbers).sum() > len(numbers) / 2:
            amounts[name] = np.array(numbers)
        else:
            texts[name] = pl.Series([v if isinstance(v, str) else None for v in values], dtype=pl.String)
    totals = undated_totals(np.array(table.row_numbers), np.where(undated, -1, 0), texts, amounts)
    gone = undated_statistics(np.array(table.row_numbers), np.flatnonzero(undated), texts)
    gone |= {total.row: total_sentence(total) for total in totals if total.proved and total.row not in gone}
    for row, reason in gone.items():
        problems.change(f"row {row} was set aside: {reason}.", sheet=table.sheet)
    kept = [at for at, row in enumerate(table.row_numbers) if row not in gone]
    rows = tuple(table.rows[at] for at in kept)
    return replace(table, rows=rows, row_numbers=[table.row_numbers[at] for at in kept])


def _note(cells: Cells, layout: Layout, problems: Problems) -> None:
    if cells.encoding not in ("utf-8", "utf-8-sig") and "byte order mark" not in cells.evidence:
        problems.change(f"the text was read as {cells.encoding}: {cells.evidence}.")
    groups: dict[tuple[ChangeKind, str, str], list[Change]] = {}
    for change in layout.changes:
        column = "" if change.kind is ChangeKind.RENAMED else change.column
        groups.setdefault((change.kind, column, change.reason), []).append(change)
    for (kind, column, reason), changes in groups.items():
        if kind is ChangeKind.RENAMED:
            problems.change(_renamed([change.column for change in changes], reason, layout))
            continue
        rows = [row for change in changes for row in change.rows]
        problems.change(_sentence(kind, column, reason, rows, changes[0].before[0]))
    if layout.short:
        ends = "ends" if len(layout.short) == 1 else "end"
        problems.warning(
            f"{rows_text(layout.short)} {ends} before the last column; what is not there is read as blank, check "
            "that no value is lost."
        )


def _renamed(columns: Sequence[str], reason: str, layout: Layout) -> str:
    places = [column_letter(layout.places[layout.names.index(column)]) for column in columns]
    where, first = f"row {layout.header_row}, column", columns[0]
    if len(columns) == 1:
        return f"{where} {places[0]}: {reason}; it is called '{first}' here."
    return f"{where}s {', '.join(places)}: {reason}; they are called like '{first}' here."


def _sentence(kind: ChangeKind, column: str, reason: str, rows: Sequence[int], before: str) -> str:
    if kind is ChangeKind.DROPPED:
        was = "was" if len(rows) == 1 else "were"
        return f"{rows_text(rows)} {was} passed over: {reason} ('{before[:60]}')."
    place = f"column '{column}', " if column else ""
    return f"{place}{rows_text(rows) + ': ' if rows else ''}{reason}."


def _numbers_or_texts(cells: pl.Series) -> list[object]:
    numbers = cells.cast(pl.Float64, strict=False)
    values: list[object] = numbers.to_list()
    # What Polars takes for a number and is none: inf, nan.
    doubtful = numbers.is_null() | ~numbers.is_finite().fill_null(True)
    for at in (doubtful & cells.is_not_null()).arg_true().to_list():
        values[at] = cells[at]
    return values


def any_of(*names: Collection[str]) -> Callable[[str], bool]:
    """Give a test for :func:`read_text_table` of whether a header is among names, whatever its case and blanks."""
    known = {plain_name(name) for collection in names for name in collection}
    return lambda text: plain_name(text) in known
