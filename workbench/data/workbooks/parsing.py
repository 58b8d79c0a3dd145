"""From the bytes of a workbook to the cells of its sheets, packed by column for the way between two processes.

Files are parsed by calamine (https://github.com/tafia/calamine), also .xlsm, .xlsb, .xls and .ods. It is native
code that may end its process on a damaged file: this module runs in a process of its own, see
:mod:`workbench.data.workbooks.process`.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from array import array
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import cast
from xml.etree import ElementTree

import python_calamine

from workbench.data.tables.table import plain_name
from workbench.data.workbooks.binary_facts import ProtectedError, xls_facts, xlsb_facts
from workbench.data.workbooks.ods_facts import ods_facts
from workbench.data.workbooks.sheet_xml import (
    FAR_COLUMNS,
    FAR_ROWS,
    MAX_SPARSE_CELLS,
    SPARSE,
    SheetFacts,
    end_before_gap,
    read_facts,
    sheet_parts,
    with_parts,
)
from workbench.errors import UnreadableFile

MANIFEST = "META-INF/manifest.xml"
DAMAGES = (struct.error, IndexError, KeyError, ValueError, ElementTree.ParseError)
"""What a damaged file raises where its records or its XML are read."""
SAMPLE = 2_000
"""Cells of a column by which it is told whether its values come again."""
MAX_SHEET_CELLS = 40_000_000
TOO_MANY_CELLS = "it is damaged, or a sheet has more cells than can be held"
ZIP_START = b"PK\x03\x04"
COMPOUND_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PROTECTED = "is protected by a password; save a copy without it."

Cells = tuple[tuple[int, int], tuple[int, int]]
Packed = tuple[str, object, bytes]


@dataclass(frozen=True, slots=True)
class ParsedSheet:
    """The cells of one sheet.

    Parameters
    ----------
    name
        Name of the sheet.
    columns
        From A on; see :func:`unpack`.
    height
        Rows of each.
    facts
        What its XML says.
    merged
        First and last cell of each merged range, zero-based row and column.
    """

    name: str
    columns: tuple[Packed, ...]
    height: int
    facts: SheetFacts
    merged: tuple[Cells, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedWorkbook:
    """A workbook that was parsed: the names of all its sheets, which of them are hidden, and those requested."""

    names: tuple[str, ...]
    hidden: frozenset[str]
    sheets: tuple[ParsedSheet, ...]


def parse(path: str, content: bytes, wanted: Collection[str] | None, *, careful: bool) -> ParsedWorkbook:
    """Parse the requested sheets of a workbook.

    Parameters
    ----------
    path
        The file, for the sentences of errors.
    content
        Its bytes.
    wanted
        Plain names of the sheets; all when left out. Names that are not there are passed over.
    careful
        Look for far cells in every sheet.

    Raises
    ------
    UnreadableFile
        When it is protected, damaged, or a sheet is too large to be held.
    """
    try:
        facts, content = _read_facts(content, wanted, careful=careful)
        book = python_calamine.load_workbook(io.BytesIO(content))
        pages = [page for page in book.sheets_metadata if page.typ == python_calamine.SheetTypeEnum.WorkSheet]
        names = [page.name for page in pages]
        hidden = [page.name for page in pages if page.visible != python_calamine.SheetVisibleEnum.Visible]
        asked = [name for name in names if wanted is None or plain_name(name) in wanted]
        sheets = [
            _parse_sheet(path, book, name, facts.get(name, SheetFacts()), len(content)) for name in asked
        ]
    except (python_calamine.PasswordError, ProtectedError) as error:
        raise UnreadableFile(f"{path} {PROTECTED}", path) from error
    except python_calamine.CalamineError as error:
        # An OpenDocument file is parsed whole while its kind is found out, and repeats a cell as often as it likes.
        said = TOO_MANY_CELLS if b"content.xml" in content and "detect" in str(error) else str(error)
        raise UnreadableFile(
            f"{path} is not a workbook that can be read ({said}); open it in Excel and save it as .xlsx.",
            path,
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, *DAMAGES) as error:
        raise UnreadableFile(
            f"{path} is damaged ({error}); copy it again, or save it again.", path
        ) from error
    return ParsedWorkbook(tuple(names), frozenset(hidden), tuple(sheets))


def unpack(column: Packed) -> Sequence[object]:
    """Give the values of a column: numbers, texts without blanks around, dates, times; ``None`` where blank."""
    kind, values, codes = column
    if kind == "numbers":
        return array("d", codes)
    if kind == "repeated":
        assert isinstance(values, list)
        return [values[code] for code in array("I", codes)]
    assert isinstance(values, list)
    return values


def _read_facts(
    content: bytes, wanted: Collection[str] | None, *, careful: bool
) -> tuple[dict[str, SheetFacts], bytes]:
    def is_wanted(name: str) -> bool:
        return wanted is None or plain_name(name) in wanted

    if content.startswith(COMPOUND_START):
        return xls_facts(content, is_wanted), content
    facts: dict[str, SheetFacts] = {}
    if not content.startswith(ZIP_START):
        return facts, content
    trimmed = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if MANIFEST in archive.NameToInfo and b"encryption-data" in archive.read(MANIFEST):
            raise ProtectedError
        if wanted is not None and not wanted:
            return facts, content
        if "xl/workbook.bin" in archive.NameToInfo:
            return xlsb_facts(archive, is_wanted), content
        if "content.xml" in archive.NameToInfo:
            return ods_facts(archive.read("content.xml"), is_wanted), content
        for name, part in sheet_parts(archive):
            if is_wanted(name):
                facts[name] = read_facts(archive.read(part), careful=careful)
                if facts[name].far:
                    trimmed[part] = facts[name].trimmed
    return facts, with_parts(content, trimmed) if trimmed else content


def _parse_sheet(
    path: str, book: python_calamine.CalamineWorkbook, name: str, facts: SheetFacts, size: int
) -> ParsedSheet:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height * sheet.total_width > MAX_SHEET_CELLS:
        raise UnreadableFile(
            f"{path}, sheet '{name}' has {sheet.total_height:,} rows and {sheet.total_width:,} columns, too many "
            "cells to hold; delete the stray entries at its far end.",
            path,
        )
    if sheet.total_height * sheet.total_width > max(MAX_SPARSE_CELLS, SPARSE * size):
        # With less than a byte of the file for ten cells nearly all of them are blank.
        rows, facts = _near_rows(sheet, facts)
    else:
        rows = cast("list[list[object]]", sheet.to_python(skip_empty_area=False))
    columns = [list(values) for values in zip(*rows, strict=True)]
    height = len(columns[0]) if columns else 0
    if facts.silent:
        height = max(height, *(row + 1 for row, _, _ in facts.silent))
        width = max(len(columns), *(column + 1 for _, column, _ in facts.silent))
        columns.extend([] for _ in range(width - len(columns)))
        for column in columns:
            column.extend([""] * (height - len(column)))
        for row, at, text in facts.silent:
            columns[at][row] = text
    facts = replace(facts, trimmed=b"")
    return ParsedSheet(name, tuple(map(_pack, columns)), height, facts, tuple(sheet.merged_cell_ranges or ()))


def _near_rows(
    sheet: python_calamine.CalamineSheet, facts: SheetFacts
) -> tuple[list[list[object]], SheetFacts]:
    """Rows of a sparse sheet without the cells that stand far from all others, which are named."""
    top, left = sheet.start or (0, 0)
    filled: dict[int, list[object]] = {}
    for number, row in enumerate(sheet.iter_rows(), top):
        values = cast("list[object]", row)
        if values.count("") < len(values):
            filled[number] = [""] * left + values
    unused = set(range(left + sheet.width))
    for values in filled.values():
        unused.difference_update([column for column in unused if values[column] != ""])
    height = end_before_gap(sorted(filled), FAR_ROWS)
    width = end_before_gap(sorted(set(range(left + sheet.width)) - unused), FAR_COLUMNS)
    blank: list[object] = [""] * width
    rows = [filled[number][:width] if number in filled else blank for number in range(height)]
    far = [
        (number, column)
        for number, values in filled.items()
        for column in range(width if number < height else 0, len(values))
        if values[column] != ""
    ]
    return rows, replace(facts, far=(*facts.far, *far))


def _pack(values: Iterable[object]) -> Packed:
    """Send what comes again and again once: a pickle of 70 000 dates takes longer than to parse them."""
    values = list(values)
    kinds = set(map(type, values))
    if kinds == {float}:
        return "numbers", None, array("d", cast("list[float]", values)).tobytes()
    # 1, 1.0 and TRUE are equal and would become one.
    if len(kinds & {bool, int, float}) < 2 and 2 * len(set(values[:SAMPLE])) < len(values[:SAMPLE]):
        index: dict[object, int] = {}
        codes = array("I", [index.setdefault(value, len(index)) for value in values])
        if 2 * len(index) < len(values):
            return "repeated", list(map(_stripped, index)), codes.tobytes()
    return "values", list(map(_stripped, values)), b""


def _stripped(value: object) -> object:
    return (value.strip() or None) if isinstance(value, str) else value
