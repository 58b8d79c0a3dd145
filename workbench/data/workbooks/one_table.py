"""The table of a file that holds one, of whatever kind: delimited text, packed or not, or a sheet of a workbook."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl

from workbench.data.problems import Problems
from workbench.data.tables.table import Table, plain_name
from workbench.data.texts.content import FileKind, kind_of
from workbench.data.texts.layout import column_letter
from workbench.data.texts.plain_numbers import with_plain_numbers
from workbench.data.texts.table import MAX_MEGABYTES, TextTable, read_text_table
from workbench.data.texts.units_in_cells import with_units
from workbench.data.workbooks.finding import SEARCHED_ROWS, header_text
from workbench.data.workbooks.reading import Sheet, Workbook, read_workbook
from workbench.errors import UnreadableFile

Known = Callable[[str], bool]


def read_one_table(
    path: Path,
    problems: Problems,
    known: Known,
    *,
    max_megabytes: float = MAX_MEGABYTES,
    hashed: bool = False,
) -> TextTable:
    """Read the table of a text file or of a workbook; its kind is told by its content.

    Parameters
    ----------
    path
        The file.
    problems
        Takes what was passed over or read differently from how it is written, and the sheets that are not read.
    known
        Whether a text is a header that can be used: the sheet, and the row of its header, are those with the most.
    max_megabytes
        Size [MB] above which a text file is refused.
    hashed
        Whether to hash the file.

    Raises
    ------
    UnreadableFile
        When it is missing, too large, empty, damaged, or neither text nor workbook.
    InvalidData
        When its rows do not fit its header, or its decimal mark cannot be told.
    """
    if kind_of(path) is not FileKind.WORKBOOK:
        table = read_text_table(path, problems, known, max_megabytes=max_megabytes, hashed=hashed)
        return with_units(table, known, problems)
    book = read_workbook(path)
    problems.extend(book.problems)
    sheet, headers = _best_sheet(book, known, problems)
    table = texts_of(sheet.table(problems, headers=headers), path.name, problems)
    return with_units(replace(table, sha256=book.sha256), known, problems)


def texts_of(table: Table, file: str, problems: Problems) -> TextTable:
    """Give the cells of the table of a sheet as those of a text file are, with one decimal mark.

    Raises
    ------
    InvalidData
        When the decimal mark of its texts cannot be told.
    """
    letters = [column_letter(place) for place in table.places]
    first: dict[str, str] = {}
    for name, letter in zip(table.columns, letters, strict=True):
        first.setdefault(plain_name(name), letter)
    names = [
        name if first[plain_name(name)] == letter else f"{name} ({letter})"
        for name, letter in zip(table.columns, letters, strict=True)
    ]
    columns = {
        str(at): pl.Series(_texts([row[at] for row in table.rows]), dtype=pl.String)
        for at in range(len(table.columns))
    }
    frame = pl.DataFrame({"row": pl.Series(list(table.row_numbers), dtype=pl.Int64), **columns})
    frame = with_plain_numbers(frame, names, letters, ",", file, problems)
    return TextTable(file, tuple(names), tuple(table.places), table.header_row, frame)


def _best_sheet(book: Workbook, known: Known, problems: Problems) -> tuple[Sheet, list[str]]:
    """Give the sheet with the most headers that are known, and these; name the others that have some."""
    headers = {name: known_headers(book.sheet(name), known) for name in book.sheet_names}
    filled = [name for name in headers if book.sheet(name).rows]
    if not filled:
        raise UnreadableFile(
            f"{book.path.name} has no cell with a value; fill it, or choose another file.", book.path
        )
    best = max(filled, key=lambda name: len(headers[name]))
    if best != book.sheet_names[0]:
        problems.change("the table is read from this sheet.", sheet=best)
    others = [name for name in filled if name != best and headers[name]]
    if others:
        problems.unused(f"the sheets {', '.join(others)} have such headers too and are not read.", sheet=best)
    return book.sheet(best), headers[best]


def known_headers(sheet: Sheet, known: Known) -> list[str]:
    """Give the headers that are known, of the first row of a sheet with the most of them."""
    rows = (
        [text for value in row if value is not None and known(text := header_text(value))]
        for row in sheet.rows[:SEARCHED_ROWS]
    )
    return max(rows, key=len, default=[])


def _texts(values: list[object]) -> list[str | None]:
    if any(isinstance(value, datetime.datetime) for value in values):
        # Midnight comes as a date among times.
        values = [
            datetime.datetime.combine(value, datetime.time())
            if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
            else value
            for value in values
        ]
    return list(map(_text, values))


def _text(value: object) -> str | None:
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime):
        # A spreadsheet keeps a time as the fraction of a day, a hair beside the second that was typed.
        whole = (value + datetime.timedelta(milliseconds=500)).replace(microsecond=0)
        return whole.isoformat(" ")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)
