"""The cells of a file, of text or of a workbook."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import python_calamine

from workbench.data.texts.cells import MEGABYTE, TYPED, Cells, frame_of, read_cells, stripped
from workbench.data.workbooks.file import check_is_workbook, silent_cells
from workbench.errors import InvalidData, UnreadableFile

MAX_WORKBOOK_MEGABYTES = 64
WORKBOOK_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


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
    if content.startswith(WORKBOOK_STARTS):
        return _workbook_grid(name, content, sheet)
    return Grid(read_cells(name, content), "csv")


def _workbook_grid(name: str, content: bytes, sheet: str) -> Grid:
    path = Path(name)
    if len(content) > MAX_WORKBOOK_MEGABYTES * MEGABYTE:
        raise UnreadableFile(
            f"{name} has {len(content) / MEGABYTE:,.0f} MB, at most {MAX_WORKBOOK_MEGABYTES} MB of a workbook "
            "are read; save the sheet as CSV.",
            name,
        )
    check_is_workbook(path, content, MAX_WORKBOOK_MEGABYTES)
    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        names = [
            item.name for item in book.sheets_metadata if item.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        if sheet and sheet not in names:
            raise InvalidData(f"{name} has no sheet '{sheet}'; present: {', '.join(names)}.", name)
        silent = silent_cells(path, content, [sheet] if sheet else names)
        read = {
            item: _with_silent(
                book.get_sheet_by_name(item).to_python(skip_empty_area=False), silent.get(item, ())
            )
            for item in ([sheet] if sheet else names)
        }
    except python_calamine.PasswordError as error:
        raise UnreadableFile(f"{name} is protected by a password; save a copy without it.", name) from error
    except python_calamine.CalamineError as error:
        raise UnreadableFile(
            f"{name} is no workbook that can be read ({error}); open it in Excel and save it as .xlsx.", name
        ) from error
    chosen = sheet or max(names, key=lambda item: sum(cell is not None for row in read[item] for cell in row))
    rows = read[chosen]
    if not any(cell is not None for row in rows for cell in row):
        raise UnreadableFile(f"{name} has no cell with a value; export it again.", name)
    frame = frame_of(rows)
    frame = frame.insert_column(0, pl.Series("row", range(1, frame.height + 1), dtype=pl.Int64))
    cells = Cells(stripped(frame), pl.Series([], dtype=pl.Int64))
    return Grid(cells, "excel", chosen, tuple(names))


def _with_silent(
    rows: Sequence[Sequence[object]], silent: Sequence[tuple[int, int, str]]
) -> list[list[str | None]]:
    texts = [[_cell_text(value) for value in row] for row in rows]
    for row, column, text in silent:
        texts.extend([] for _ in range(row + 1 - len(texts)))
        texts[row].extend([None] * (column + 1 - len(texts[row])))
        texts[row][column] = text
    return texts


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
