"""The cells of a file, of text or of a workbook."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.problems import Problems
from workbench.data.texts.cells import TYPED, Cells, frame_of, read_cells, stripped, without_text_marks
from workbench.data.texts.content import COMPOUND_START, MEGABYTE, ZIP_START
from workbench.data.workbooks.reading import Sheet, parse_content
from workbench.errors import InvalidData, UnreadableFile
from workbench.finance.inputs.reading.mt940 import is_mt940, mt940_cells

MAX_WORKBOOK_MEGABYTES = 64


@dataclass(frozen=True, slots=True)
class Grid:
    """All cells of one sheet or text file.

    Parameters
    ----------
    cells
        As text.
    kind
        ``"csv"`` or ``"excel"``.
    sheet, sheets
        Of a workbook: the one that was read, and all.
    """

    cells: Cells
    kind: str
    sheet: str = ""
    sheets: tuple[str, ...] = ()


def read_grid(name: str, content: bytes, sheet: str = "") -> Grid:
    """Read the cells of a CSV, TSV or Excel file; its kind is told by its content.

    Parameters
    ----------
    name
        File name, for the sentences of errors.
    content
        All bytes of the file.
    sheet
        Sheet of a workbook; the one with the most cells when empty.

    Raises
    ------
    UnreadableFile
        When it is empty, too large, protected, damaged, or neither text nor workbook.
    InvalidData
        When it has no such sheet.
    """
    if content.startswith((ZIP_START, COMPOUND_START)):
        return _workbook_grid(name, content, sheet)
    if is_mt940(content):
        return Grid(mt940_cells(name, content), "csv")
    return Grid(read_cells(name, content), "csv")


def _workbook_grid(name: str, content: bytes, sheet: str) -> Grid:
    path = Path(name)
    if len(content) > MAX_WORKBOOK_MEGABYTES * MEGABYTE:
        raise UnreadableFile(
            f"{name} has {len(content) / MEGABYTE:,.0f} MB, at most {MAX_WORKBOOK_MEGABYTES} MB of a workbook "
            "are read; save the sheet as CSV.",
            name,
        )
    book = parse_content(
        path, content, sheets=[sheet] if sheet else None, max_megabytes=MAX_WORKBOOK_MEGABYTES
    )
    if sheet and sheet not in book.sheet_names:
        raise InvalidData(f"{name} has no sheet '{sheet}'; present: {', '.join(book.sheet_names)}.", name)
    pages = [book.sheet(item) for item in ([sheet] if sheet else book.sheet_names)]
    filled = {page.name: sum(cell is not None for row in page.rows for cell in row) for page in pages}
    page = max(pages, key=lambda page: filled[page.name])
    if not filled[page.name]:
        raise UnreadableFile(f"{name} has no cell with a value; export it again.", name)
    frame = frame_of([[_cell_text(value) for value in row] for row in page.rows])
    frame = frame.insert_column(0, pl.Series("row", range(1, frame.height + 1), dtype=pl.Int64))
    frame, marks = without_text_marks(stripped(frame))
    cells = Cells(frame, pl.Series([], dtype=pl.Int64), changes=(*_said(page), *marks))
    return Grid(cells, "excel", page.name, book.sheet_names)


def _said(page: Sheet) -> tuple[Change, ...]:
    """What the sheet says of itself: hidden, filtered, cells that lie too far away to be read."""
    notes = Problems()
    page.report(range(1, len(page.rows) + 1), notes)
    return tuple(
        Change(
            ChangeKind.READ_AS, "", (), ("",), ("",), " ".join(filter(None, (problem.cell, problem.message)))
        )
        for problem in notes
    )


def _cell_text(value: object) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return TYPED + (str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return None if value is None else str(value)
