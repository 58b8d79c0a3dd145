"""Workbook files before they are parsed: of which kind, how large, locked, encrypted.

Also finds the cells that a parser passes over in silence: Excel errors, formulas that were never calculated.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from xml.etree import ElementTree

from workbench.data.atomic import reason_of
from workbench.errors import UnreadableFile

MEGABYTE = 1_000_000
# Sheets are XML that shrinks about tenfold; far beyond that it is not a workbook but a trap.
MAX_UNPACKED_RATIO = 20
MAX_COLUMNS = 16_384
MAX_SHEET_CELLS = 40_000_000

ZIP_START = b"PK\x03\x04"
COMPOUND_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")

_PREFIX = re.compile(rb"<(\w+:)worksheet\b")
_WIDE_CELL = re.compile(rb'<c r="([A-Z]{2,3})\d')
_ROW = re.compile(rb'<row r="(\d+)"')
_ERROR_CELL = re.compile(
    rb'<c r="([A-Z]+)(\d+)"[^>]*? t="e"[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?<v>([^<]*)</v>'
)
_UNCALCULATED = re.compile(
    rb'<c r="([A-Z]+)(\d+)"[^>]*>(?:<f[^>]*/>|<f[^>]*>([^<]*)</f>)(?:<v></v>|<v ?/>)?</c>'
)


def read_bytes(path: Path, max_megabytes: float) -> bytes:
    """Read a workbook file whole, after checking what can be checked without reading it.

    Parameters
    ----------
    path
        The file.
    max_megabytes
        Size [MB] above which nothing is read.

    Raises
    ------
    UnreadableFile
        When it is missing, a folder, empty, too large, locked or not permitted.
    """
    try:
        if path.is_dir():
            raise UnreadableFile(f"{path} is a folder, expected a workbook file (.xlsx).", path)
        size = path.stat().st_size
        if size == 0:
            raise UnreadableFile(f"{path} is empty (0 bytes); restore it or save it again in Excel.", path)
        if size > max_megabytes * MEGABYTE:
            raise UnreadableFile(
                f"{path} has {size / MEGABYTE:.0f} MB, the most that is read is {max_megabytes:g} MB; "
                "split it, or remove sheets and pictures that are not needed.",
                path,
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise UnreadableFile(f"There is no file {path}; check the name and the folder.", path) from None
    except PermissionError as error:
        raise UnreadableFile(
            f"{path} cannot be opened: it is in use or not permitted; close it in Excel and try again.", path
        ) from error
    except OSError as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(f"{path} cannot be read: {reason_of(error)}", path) from error


def check_is_workbook(path: Path, content: bytes, max_megabytes: float) -> None:
    """Refuse what is not a workbook, by its content and not by its name.

    Raises
    ------
    UnreadableFile
        When it is encrypted, another kind of file, damaged, or grows beyond reason when unpacked.
    """
    if content.startswith(COMPOUND_START):
        if ENCRYPTED_STREAM in content:
            raise UnreadableFile(
                f"{path} is encrypted with a password; save a copy without password in Excel.", path
            )
        return
    if not content.startswith(ZIP_START):
        raise UnreadableFile(
            f"{path} is {_kind_of(content)}, not a workbook; open it in Excel and save it as .xlsx.",
            path,
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableFile(
            f"{path} is damaged or only half copied ({error}); copy or save it again.", path
        ) from error
    names = {member.filename.lower() for member in members}
    if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        raise UnreadableFile(
            f"{path} is a zip archive without a workbook in it; save it in Excel as .xlsx.", path
        )
    unpacked = sum(member.file_size for member in members)
    if unpacked > max_megabytes * MEGABYTE * MAX_UNPACKED_RATIO:
        raise UnreadableFile(
            f"{path} would grow to {unpacked / MEGABYTE:.0f} MB when unpacked; "
            "it is not a usable workbook, save only the needed sheets in a new one.",
            path,
        )


def silent_cells(
    path: Path, content: bytes, sheets: Collection[str]
) -> dict[str, list[tuple[int, int, str]]]:
    """Find the cells of an .xlsx that hold an Excel error or a formula without a calculated value.

    A parser gives them as blank, so a ``#REF!`` would look like a year without data.

    Parameters
    ----------
    path
        The file, for the message.
    content
        Its bytes.
    sheets
        Names of the sheets to look at.

    Returns
    -------
    dict
        Sheet name -> zero-based row, zero-based column, and the text to show, such as ``"#N/A"`` or
        ``"=A1+B1 (never calculated)"``.

    Raises
    ------
    UnreadableFile
        When a sheet is damaged, or its used range so large that it cannot be held.
    """
    found: dict[str, list[tuple[int, int, str]]] = {}
    if not content.startswith(ZIP_START):
        return found
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for sheet, part in _sheet_parts(archive):
                if sheet in sheets:
                    xml = _without_prefix(archive.read(part))
                    _refuse_huge_range(path, sheet, xml)
                    cells = [*_error_cells(xml), *_uncalculated_cells(xml)]
                    if cells:
                        found[sheet] = cells
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise UnreadableFile(
            f"{path} is damaged ({error}); copy it again, or save it again.", path
        ) from error
    return found


def column_index(letters: str) -> int:
    """Give the zero-based index of a column: ``"A"`` -> 0, ``"AA"`` -> 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def _kind_of(content: bytes) -> str:
    start = content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"%PDF"):
        return "a PDF"
    if start[:1] == b"<":
        return "a web page or XML text"
    if start.startswith(b"\x89PNG") or start.startswith(b"\xff\xd8"):
        return "a picture"
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character cut in two at the end of the sample is still text.
        if error.start < len(start) - 4:
            return "of an unknown kind"
    return "of an unknown kind" if b"\0" in start else "plain text (perhaps CSV)"


def _sheet_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
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


def _without_prefix(xml: bytes) -> bytes:
    """Some programs write ``<x:c>`` for ``<c>``."""
    match = _PREFIX.search(xml, 0, 2048)
    if match is None:
        return xml
    prefix = match.group(1)
    return xml.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</")


def _refuse_huge_range(path: Path, sheet: str, xml: bytes) -> None:
    # The parser holds cells as a full rectangle from A1 on and ends the process when the memory is not enough:
    # one stray entry in the last row or column would do. The range that a sheet declares is not always true.
    last = _ROW.match(xml, max(xml.rfind(b"<row r="), 0))
    rows = int(last.group(1)) if last else 1
    if rows * MAX_COLUMNS <= MAX_SHEET_CELLS:
        return
    widest = max(_WIDE_CELL.findall(xml), key=lambda letters: (len(letters), letters), default=b"Z").decode()
    if rows * (column_index(widest) + 1) > MAX_SHEET_CELLS:
        raise UnreadableFile(
            f"{path}, sheet '{sheet}' reaches from A1 to {widest}{rows}, too many cells to hold; "
            "delete the stray entries at its far end.",
            path,
        )


def _error_cells(xml: bytes) -> Iterator[tuple[int, int, str]]:
    if b' t="e"' in xml:
        for column, row, text in _ERROR_CELL.findall(xml):
            yield int(row) - 1, column_index(column.decode()), text.decode()


def _uncalculated_cells(xml: bytes) -> Iterator[tuple[int, int, str]]:
    if b"<f" not in xml:
        return
    for column, row, formula in _UNCALCULATED.findall(xml):
        text = f"={formula.decode()}" if formula else "a formula"
        yield int(row) - 1, column_index(column.decode()), f"{text} (never calculated)"
