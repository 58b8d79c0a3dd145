"""What the records of a binary workbook say and a parser does not: errors, hidden rows and columns, a password.

Of ``.xls`` ([MS-XLS] 2.4, in a compound file, [MS-CFB] 2) and ``.xlsb`` ([MS-XLSB] 2.4). Runs in the process that
reads workbooks, see :mod:`workbench.data.workbooks.process`.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from array import array
from collections.abc import Callable, Iterator
from struct import unpack_from
from xml.etree import ElementTree

from workbench.data.workbooks.sheet_xml import SheetFacts, facts_of

__all__ = ["ProtectedError", "xls_facts", "xlsb_facts"]

ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_NO_SECTOR = 0xFFFFFFFA
_ENTRY = 128
_WORKSHEET = 0
# Records of .xls.
_BEGIN, _END, _SHEET, _PASSWORD = 0x0809, 0x000A, 0x0085, 0x002F
_FORMULA, _ERROR, _ROW, _COLUMNS = 0x0006, 0x0205, 0x0208, 0x007D
_ERROR_RESULT = b"\x02", b"\xff\xff"
# Records of .xlsb.
_B_ROW, _B_ERROR, _B_FORMULA_ERROR, _B_COLUMNS, _B_SHEET = 0, 3, 11, 60, 156

Wanted = Callable[[str], bool]


class ProtectedError(Exception):
    """The workbook is encrypted with a password."""


def xls_facts(content: bytes, wanted: Wanted) -> dict[str, SheetFacts]:
    """Read the records of the requested sheets of an ``.xls`` file.

    Raises
    ------
    ProtectedError
        When it is encrypted.
    struct.error
        When a record is cut off.
    """
    stream = _stream(content)
    places = {}
    for kind, at, size in _xls_records(stream, 0):
        if kind == _PASSWORD:
            raise ProtectedError
        if kind == _SHEET and stream[at + 5] == _WORKSHEET:
            places[_sheet_name(stream[at + 6 : at + size])] = unpack_from("<I", stream, at)[0]
    return {name: _xls_sheet(stream, place) for name, place in places.items() if wanted(name)}


def xlsb_facts(archive: zipfile.ZipFile, wanted: Wanted) -> dict[str, SheetFacts]:
    """Read the records of the requested sheets of an ``.xlsb`` file.

    Raises
    ------
    struct.error
        When a record is cut off.
    """
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.bin.rels"))
    targets = {item.get("Id"): item.get("Target", "") for item in relations}
    book, found = archive.read("xl/workbook.bin"), {}
    for kind, at, _ in _xlsb_records(book):
        if kind == _B_SHEET:
            relation, end = _wide(book, at + 8)
            name, _ = _wide(book, end)
            part = posixpath.join("xl", targets.get(relation, "")).removeprefix("/")
            if wanted(name) and part in archive.NameToInfo and part.endswith(".bin"):
                found[name] = _xlsb_sheet(archive.read(part))
    return found


def _stream(content: bytes) -> bytes:
    """Take the workbook out of its compound file; empty where it holds none."""
    size = 1 << min(unpack_from("<H", content, 30)[0], 20)
    blocks, more = [*unpack_from("<109I", content, 76)], unpack_from("<I", content, 68)[0]
    while more < _NO_SECTOR and len(blocks) * size <= len(content):
        part = array("I", content[(more + 1) * size : (more + 2) * size])
        blocks += part[:-1]
        more = part[-1] if part else _NO_SECTOR
    table = array("I")
    for block in blocks:
        if block < _NO_SECTOR:
            table.frombytes(content[(block + 1) * size : (block + 2) * size][: size // 4 * 4])

    def chain(sector: int) -> bytes:
        parts, left = io.BytesIO(), len(table)
        # A damaged table may lead in a circle.
        while sector < len(table) and left:
            parts.write(content[(sector + 1) * size : (sector + 2) * size])
            sector, left = table[sector], left - 1
        return parts.getvalue()

    folder = chain(unpack_from("<I", content, 48)[0])
    for at in range(0, len(folder) - _ENTRY + 1, _ENTRY):
        length = min(unpack_from("<H", folder, at + 64)[0], 64)
        name = folder[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
        if name.lower() in ("workbook", "book"):
            start, long = unpack_from("<II", folder, at + 116)
            # A short one lies elsewhere; Excel fills up to this size.
            return chain(start)[:long] if long >= unpack_from("<I", content, 56)[0] else b""
    return b""


def _xls_records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Kind, place and size of the records from a beginning to its end; those of charts inside are passed over."""
    depth = 0
    while at + 4 <= len(stream):
        kind, size = unpack_from("<HH", stream, at)
        depth += (kind == _BEGIN) - (kind == _END)
        if depth == 1:
            yield kind, at + 4, size
        elif depth < 1:
            return
        at += 4 + size


def _sheet_name(data: bytes) -> str:
    length, flags = data[0], data[1] if len(data) > 1 else 0
    if len(data) == 1 + length:
        # Before Excel 97 there are no flags.
        return data[1:].decode("cp1252", "replace")
    return data[2:].decode("utf-16-le" if flags & 1 else "latin-1", "replace")


def _xls_sheet(stream: bytes, place: int) -> SheetFacts:
    errors: list[tuple[int, int, str]] = []
    rows: list[int] = []
    columns: list[int] = []
    for kind, at, _ in _xls_records(stream, place):
        if kind == _ERROR and stream[at + 7]:
            row, column = unpack_from("<HH", stream, at)
            errors.append((row, column, ERRORS.get(stream[at + 6], "#ERROR!")))
        elif kind == _FORMULA and (stream[at + 6 : at + 7], stream[at + 12 : at + 14]) == _ERROR_RESULT:
            row, column = unpack_from("<HH", stream, at)
            errors.append((row, column, ERRORS.get(stream[at + 8], "#ERROR!")))
        elif kind == _ROW and stream[at + 12] & 0x20:
            rows.append(unpack_from("<H", stream, at)[0])
        elif kind == _COLUMNS and stream[at + 8] & 1:
            first, last = unpack_from("<HH", stream, at)
            columns += range(first, min(last, 255) + 1)
    return facts_of(errors, rows, columns)


def _xlsb_records(part: bytes) -> Iterator[tuple[int, int, int]]:
    at = 0
    while at < len(part):
        kind = part[at]
        at += 1
        if kind & 128:
            kind, at = kind & 127 | (part[at] & 127) << 7, at + 1
        size = shift = 0
        while True:
            byte = part[at]
            size, shift, at = size | (byte & 127) << shift, shift + 7, at + 1
            if byte < 128 or shift > 21:
                break
        yield kind, at, size
        at += size


def _wide(part: bytes, at: int) -> tuple[str, int]:
    end = at + 4 + 2 * unpack_from("<I", part, at)[0]
    return part[at + 4 : end].decode("utf-16-le", "replace"), end


def _xlsb_sheet(part: bytes) -> SheetFacts:
    errors: list[tuple[int, int, str]] = []
    rows: list[int] = []
    columns: list[int] = []
    row = 0
    for kind, at, _ in _xlsb_records(part):
        if kind == _B_ROW:
            row = unpack_from("<I", part, at)[0]
            if part[at + 11] & 0x10:
                rows.append(row)
        elif kind in (_B_ERROR, _B_FORMULA_ERROR):
            errors.append((row, unpack_from("<I", part, at)[0], ERRORS.get(part[at + 8], "#ERROR!")))
        elif kind == _B_COLUMNS and part[at + 16] & 1:
            first, last = unpack_from("<II", part, at)
            columns += range(first, min(last, 16_383) + 1)
    return facts_of(errors, rows, columns)
