"""From the bytes of a workbook to the cells of its sheets, packed by column for the way between two processes.

Files are parsed by calamine (https://github.com/tafia/calamine), also .xlsm, .xlsb, .xls and .ods. It is native
code that may end its process on a damaged file: this module runs in a process of its own, see
:mod:`workbench.data.workbooks.process`.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from array import array
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import cast

import python_calamine

from workbench.data.tables.table import plain_name
from workbench.data.workbooks.sheet_xml import SheetFacts, read_facts, sheet_parts, with_parts
from workbench.errors import UnreadableFile

MAX_SHEET_CELLS = 40_000_000
ZIP_START = b"PK\x03\x04"

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
        sheets = [_parse_sheet(path, book, name, facts.get(name, SheetFacts())) for name in asked]
    except python_calamine.PasswordError as error:
        raise UnreadableFile(f"{path} is protected by a password; save a copy without it.", path) from error
    except python_calamine.CalamineError as error:
        raise UnreadableFile(
            f"{path} is not a workbook that can be read ({error}); open it in Excel and save it as .xlsx.",
            path,
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
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
    facts: dict[str, SheetFacts] = {}
    if not content.startswith(ZIP_START) or (wanted is not None and not wanted):
        return facts, content
    trimmed = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name, part in sheet_parts(archive):
            if wanted is None or plain_name(name) in wanted:
                facts[name] = read_facts(archive.read(part), careful=careful)
                if facts[name].far:
                    trimmed[part] = facts[name].trimmed
    return facts, with_parts(content, trimmed) if trimmed else content


def _parse_sheet(
    path: str, book: python_calamine.CalamineWorkbook, name: str, facts: SheetFacts
) -> ParsedSheet:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height * sheet.total_width > MAX_SHEET_CELLS:
        raise UnreadableFile(
            f"{path}, sheet '{name}' has {sheet.total_height:,} rows and {sheet.total_width:,} columns, too many "
            "cells to hold; delete the stray entries at its far end.",
            path,
        )
    columns = [list(values) for values in zip(*sheet.to_python(skip_empty_area=False), strict=True)]
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


def _pack(values: Iterable[object]) -> Packed:
    """Send what comes again and again once: a pickle of 70 000 dates takes longer than to parse them."""
    values = list(values)
    kinds = set(map(type, values))
    if kinds == {float}:
        return "numbers", None, array("d", cast("list[float]", values)).tobytes()
    # 1, 1.0 and TRUE are equal and would become one.
    if len(kinds & {bool, int, float}) < 2:
        index: dict[object, int] = {}
        codes = array("I", [index.setdefault(value, len(index)) for value in values])
        if 2 * len(index) < len(values):
            return "repeated", list(map(_stripped, index)), codes.tobytes()
    return "values", list(map(_stripped, values)), b""


def _stripped(value: object) -> object:
    return (value.strip() or None) if isinstance(value, str) else value
