"""The cells of a file as text, with the row in which each stands."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import python_calamine

from workbench.data.workbooks.file import check_is_workbook, silent_cells
from workbench.errors import InvalidData, UnreadableFile
from workbench.finance.inputs.reading.encoding import MOJIBAKE_LETTERS, decode

MAX_TEXT_MEGABYTES = 1024
MAX_WORKBOOK_MEGABYTES = 64
MEGABYTE = 1_000_000
SNIFFED_LINES = 200
DELIMITERS = (",", ";", "\t", "|")
WORKBOOK_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
# Below this size one reader does; above it Polars is some thirty times faster.
FAST_FROM_CHARACTERS = 1_000_000
ROWS_AT_ONCE = 50_000
# Before a number cell of a workbook: it is that number, whatever decimal mark text cells are written with.
TYPED = "\x1f"


@dataclass(frozen=True, slots=True)
class Grid:
    """All cells of one sheet or text file.

    Parameters
    ----------
    frame
        Column ``row`` (as a spreadsheet numbers it, from 1) and text columns ``"0"``, ``"1"`` …; blank is null.
    kind
        ``"csv"`` or ``"excel"``.
    encoding, evidence, delimiter
        Of a text file.
    sheet, sheets
        Of a workbook: the one that was read, and all.
    may_be_garbled
        Whether there is a letter with which text of a wrong encoding shows itself.
    """

    frame: pl.DataFrame
    kind: str
    encoding: str = ""
    evidence: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    may_be_garbled: bool = True

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.frame.width - 1


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
    if len(content) > MAX_TEXT_MEGABYTES * MEGABYTE:
        raise UnreadableFile(
            f"{name} has {len(content) / MEGABYTE:,.0f} MB, at most {MAX_TEXT_MEGABYTES} MB are read; "
            "export fewer years or columns.",
            name,
        )
    decoded = decode(content, name)
    delimiter, skip = sniff_delimiter(decoded.text)
    frame = _text_frame(decoded.text, delimiter)
    if skip:
        frame = frame.slice(1)
    _refuse_open_quote(decoded.text, frame, name)
    garbled = any(letter in decoded.text for letter in MOJIBAKE_LETTERS)
    return Grid(frame, "csv", decoded.encoding, decoded.evidence, delimiter, may_be_garbled=garbled)


def shown(text: str | None) -> str:
    """Give a cell as it is shown."""
    return "" if text is None else text.removeprefix(TYPED)


def sniff_delimiter(text: str) -> tuple[str, bool]:
    """Find the delimiter of a text file.

    The one that splits the most lines into the same number of fields, more than one; Excel's own ``sep=;`` decides.

    Returns
    -------
    tuple
        The delimiter, ``","`` when there is a single column, and whether the first line only names it.
    """
    named = re.match(r'"?sep=(.)"?\r?\n', text)
    if named:
        return named.group(1), True
    lines = list(itertools.islice(io.StringIO(text[: 4000 * SNIFFED_LINES]), SNIFFED_LINES))
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        counts = [
            len(fields) for fields in _records(lines, delimiter) if any(field.strip() for field in fields)
        ]
        if not counts:
            continue
        usual = max(set(counts), key=lambda count: (counts.count(count), count))
        # Many fields are no evidence of their own: decimal commas split a line, too, if not always alike.
        score = 0.0 if usual < 2 else counts.count(usual) / len(counts) + 0.01 * min(usual, 20)
        if score > best_score:
            best, best_score = delimiter, score
    return best, False


def _refuse_open_quote(text: str, frame: pl.DataFrame, name: str) -> None:
    """A quotation mark that is never closed takes all that follows into one cell."""
    if text.count('"') % 2 == 0 or frame.is_empty():
        return
    row, *cells = frame.row(-1)
    if any(isinstance(cell, str) and "\n" in cell for cell in cells):
        raise InvalidData(
            f"{name}, row {row}: a quotation mark is opened and never closed, so that all that follows "
            "stands in one "
            "cell; close or remove it.",
            name,
        )


def _records(lines: Iterable[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
    except csv.Error:
        return []


def _text_frame(text: str, delimiter: str) -> pl.DataFrame:
    # A quote after a blank opens a field for the csv module only; such files are rare and never so large.
    if len(text) > FAST_FROM_CHARACTERS and not re.search(rf'{re.escape(delimiter)}[ \t]+"', text):
        fast = _polars_frame(text, delimiter)
        if fast is not None:
            return _stripped(fast)
    return _stripped(_csv_frame(text, delimiter))


def _polars_frame(text: str, delimiter: str) -> pl.DataFrame | None:
    lines = list(itertools.islice(io.StringIO(text[: 4000 * SNIFFED_LINES]), SNIFFED_LINES))
    width = max((len(fields) for fields in _records(lines, delimiter)), default=1)
    try:
        frame = pl.read_csv(
            text.encode(),
            separator=delimiter,
            has_header=False,
            schema={str(at): pl.String() for at in range(width)},
            quote_char='"',
        )
    except pl.exceptions.PolarsError:
        return None
    return frame.insert_column(0, pl.Series("row", range(1, frame.height + 1), dtype=pl.Int64))


def _csv_frame(text: str, delimiter: str) -> pl.DataFrame:
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    parts: list[pl.DataFrame] = []
    while records := list(itertools.islice(reader, ROWS_AT_ONCE)):
        parts.append(_frame_of(records))
    frame = pl.concat(parts, how="diagonal") if parts else pl.DataFrame({"0": []}, schema={"0": pl.String()})
    return frame.insert_column(0, pl.Series("row", range(1, frame.height + 1), dtype=pl.Int64))


def _frame_of(records: Sequence[Sequence[str | None]]) -> pl.DataFrame:
    columns = list(itertools.zip_longest(*records)) or [(None,) * len(records)]
    return pl.DataFrame([pl.Series(str(at), values, dtype=pl.String) for at, values in enumerate(columns)])


def _stripped(frame: pl.DataFrame) -> pl.DataFrame:
    texts = pl.exclude("row").str.strip_chars()
    return frame.with_columns(pl.when(texts != "").then(texts).name.keep())


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
    frame = _frame_of(rows)
    frame = frame.insert_column(0, pl.Series("row", range(1, frame.height + 1), dtype=pl.Int64))
    return Grid(_stripped(frame), "excel", sheet=chosen, sheets=tuple(names))


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
