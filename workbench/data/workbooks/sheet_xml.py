"""What the XML of an .xlsx sheet says and a parser does not: far cells, hidden rows, errors, uncalculated formulas.

Runs in the process that reads workbooks, see :mod:`workbench.data.workbooks.process`.
"""

from __future__ import annotations

import html
import io
import itertools
import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

FAR_ROWS, FAR_COLUMNS = 1_000, 100
"""Blank rows and columns behind which cells of a sparse sheet are left out, and named."""
MAX_SPARSE_CELLS = 500_000
"""Cells of a rectangle that a parser may hold although nearly all of it is blank."""
SPARSE = 10
HIDDEN_LISTED = 1_000
# A sheet with fewer bytes is searched for far cells whatever range it declares.
SEARCHED_BYTES = 4_000_000

_PREFIX = re.compile(rb"<(\w+:)worksheet\b")
_DIMENSION = re.compile(rb"""<dimension[^>]*\bref=["']\$?[A-Z]+\$?\d+:\$?([A-Z]+)\$?(\d+)["']""")
_ROW_NUMBER = re.compile(rb"""<row\b[^>]*?\br=["'](\d+)["']""")
_FAR_REFERENCE = re.compile(rb' r="(?:[A-Z]{3}\d|[A-Z]{0,2}\d{5})')
_FILLED_CELL = re.compile(rb"""<c\b[^>]*?\br=["']([A-Z]+)(\d+)["'][^>]*?(/?)>""")
_WHOLE_CELL = re.compile(rb"""<c\b[^>]*?\br=["']([A-Z]+)(\d+)["'][^>]*?(?:/>|>.*?</c>)""", re.DOTALL)
_HIDDEN = re.compile(rb"""hidden=["'](?:1|true)["']""")
_HIDDEN_COLUMNS = re.compile(rb"""<col\b(?=[^>]*\bhidden=["'](?:1|true)["'])[^>]*>""")
_SPAN = re.compile(rb"""\b(min|max)=["'](\d+)["']""")
_ERROR_CELL = re.compile(
    rb'<c r="([A-Z]+)(\d+)"[^>]*? t="e"[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?<v>([^<]*)</v>'
)
_UNCALCULATED = re.compile(rb"<f(?:[^>]*/>|[^>]*>([^<]*)</f>)(<v></v>|<v ?/>)?</c>")
# A formula that gives no text was calculated: IF(A1="", "", A1).
_TEXT_CELL = re.compile(rb"""\bt=["']str["']""")
_CELL_START = re.compile(rb"""<c\b[^>]*?\br=["']([A-Z]+)(\d+)["']""")


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What the XML of one sheet says.

    Parameters
    ----------
    silent
        Zero-based row and column, and the text to show, of the cells that a parser gives as blank, such as
        ``"#N/A"`` or ``"=A1+B1 (never calculated)"``.
    hidden_rows
        Zero-based rows that are hidden, by hand or by a filter; the first thousand.
    hidden_count
        How many there are.
    hidden_columns
        Zero-based.
    far
        Zero-based row and column of the cells that stand far from all others and were left out.
    trimmed
        The XML without those; empty when there are none.
    """

    silent: tuple[tuple[int, int, str], ...] = ()
    hidden_rows: tuple[int, ...] = ()
    hidden_count: int = 0
    hidden_columns: tuple[int, ...] = ()
    far: tuple[tuple[int, int], ...] = ()
    trimmed: bytes = b""


def read_facts(xml: bytes, *, careful: bool = False) -> SheetFacts:
    """Read the XML of a sheet.

    Parameters
    ----------
    xml
        All of it.
    careful
        Look for far cells also where the declared range gives no reason to.
    """
    xml = _without_prefix(xml)
    far, trimmed = _far_cells(xml) if careful or _may_reach_far(xml) else ((), b"")
    kept = trimmed or xml
    hidden = tuple(itertools.islice(_hidden_rows(xml), HIDDEN_LISTED))
    return SheetFacts(
        (*_error_cells(kept), *_uncalculated_cells(kept)),
        hidden,
        len(hidden) if len(hidden) < HIDDEN_LISTED else xml.count(b'hidden="1"'),
        tuple(_hidden_columns(xml)),
        far,
        trimmed,
    )


def facts_of(
    errors: Iterable[tuple[int, int, str]], rows: Sequence[int], columns: Iterable[int]
) -> SheetFacts:
    """Make the facts of a sheet of another kind of its cells with an error, and its hidden rows and columns."""
    return SheetFacts(tuple(errors), tuple(rows[:HIDDEN_LISTED]), len(rows), tuple(columns))


def sheet_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Name and archive member of each sheet; nothing when the file is not laid out as .xlsx."""
    try:
        workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError):
        return
    targets = {item.get("Id"): item.get("Target", "") for item in relations}
    names = set(archive.namelist())
    # Namespaces differ between the transitional and the strict form of the format; names do not.
    for item in workbook.iterfind(".//{*}sheet"):
        relation = next((value for key, value in item.items() if key.endswith("}id")), None)
        target = targets.get(relation, "")
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        if part in names and part.endswith(".xml"):
            yield item.get("name", ""), part


def with_parts(content: bytes, parts: Mapping[str, bytes]) -> bytes:
    """Give an archive with some of its members replaced."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.infolist():
            changed = parts.get(member.filename)
            new.writestr(member.filename, old.read(member) if changed is None else changed)
    return target.getvalue()


def column_index(letters: str) -> int:
    """Give the zero-based index of a column: ``"A"`` -> 0, ``"AA"`` -> 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def _without_prefix(xml: bytes) -> bytes:
    """Some programs write ``<x:c>`` for ``<c>``."""
    match = _PREFIX.search(xml, 0, 2048)
    if match is None:
        return xml
    prefix = match.group(1)
    return xml.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</")


def _may_reach_far(xml: bytes) -> bool:
    """Whether the range that a sheet declares, or seems to have, is mostly blank and too large to be held.

    A parser holds cells as a full rectangle: one stray entry in the last row or column fills the memory.
    """
    declared = _DIMENSION.search(xml, 0, 16_384)
    rows, columns = (int(declared[2]), column_index(declared[1].decode()) + 1) if declared else (1, 1)
    last = _ROW_NUMBER.match(xml, max(xml.rfind(b"<row"), 0))
    rows = max(rows, int(last[1]) if last else 1)
    if rows * columns > MAX_SPARSE_CELLS and _is_sparse(rows * columns, xml.count(b"<c ")):
        return True
    if len(xml) > SEARCHED_BYTES:
        return False
    return _FAR_REFERENCE.search(xml) is not None or b" r='" in xml


def _is_sparse(rectangle: int, cells: int) -> bool:
    return rectangle > MAX_SPARSE_CELLS and rectangle > SPARSE * cells


def _far_cells(xml: bytes) -> tuple[tuple[tuple[int, int], ...], bytes]:
    filled = [(letters, int(row)) for letters, row, empty in _FILLED_CELL.findall(xml) if not empty]
    if not filled:
        return (), b""
    index = {letters: column_index(letters.decode()) for letters in {letters for letters, _ in filled}}
    rows, columns = sorted({row - 1 for _, row in filled}), sorted(set(index.values()))
    if not _is_sparse((rows[-1] + 1) * (columns[-1] + 1), len(filled)):
        return (), b""
    height, width = end_before_gap(rows, FAR_ROWS), end_before_gap(columns, FAR_COLUMNS)
    far: list[tuple[int, int]] = []

    def keep(match: re.Match[bytes]) -> bytes:
        row, column = int(match[2]) - 1, column_index(match[1].decode())
        if row < height and column < width:
            return match[0]
        if not match[0].endswith(b"/>"):
            far.append((row, column))
        return b""

    trimmed = _WHOLE_CELL.sub(keep, xml)
    return tuple(far), trimmed if far else b""


def end_before_gap(places: list[int], gap: int) -> int:
    """Give the first place that is not used any more: behind the last one before a large gap."""
    end = -1
    for place in places:
        if place - end > gap + 1 and end >= 0:
            break
        end = place
    return end + 1


def _hidden_rows(xml: bytes) -> Iterator[int]:
    if b"hidden=" not in xml:
        # A fixed text is found many times faster than a pattern.
        return
    for match in _HIDDEN.finditer(xml):
        number = _ROW_NUMBER.match(xml, max(xml.rfind(b"<", 0, match.start()), 0))
        if number:
            yield int(number[1]) - 1


def _hidden_columns(xml: bytes) -> Iterable[int]:
    start = xml.find(b"<cols")
    if start < 0:
        return
    for match in _HIDDEN_COLUMNS.findall(xml, start, max(xml.find(b"</cols>", start), start)):
        span = {name: int(number) for name, number in _SPAN.findall(match)}
        yield from range(span.get(b"min", 1) - 1, min(span.get(b"max", 0), 16_384))


def _error_cells(xml: bytes) -> Iterator[tuple[int, int, str]]:
    if b' t="e"' in xml:
        for column, row, text in _ERROR_CELL.findall(xml):
            yield int(row) - 1, column_index(column.decode()), text.decode()


def _uncalculated_cells(xml: bytes) -> Iterator[tuple[int, int, str]]:
    if b"<f" not in xml:
        return
    for match in _UNCALCULATED.finditer(xml):
        cell = _CELL_START.match(xml, max(xml.rfind(b"<c ", 0, match.start()), 0))
        if cell and not (match[2] and _TEXT_CELL.search(xml, cell.start(), xml.index(b">", cell.end()))):
            text = html.unescape(f"={match[1].decode()}") if match[1] else "a formula"
            yield int(cell[2]) - 1, column_index(cell[1].decode()), f"{text} (never calculated)"
