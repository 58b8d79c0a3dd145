"""What a file is that a person hands over, told by its content; and its bytes, unpacked where it is packed.

Every file that a domain reads whole comes through :func:`read_whole`: what can be said of it without a look at its
content is said there, in one way.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from enum import StrEnum
from pathlib import Path
from typing import IO

from workbench.data.atomic import reason_of
from workbench.errors import UnreadableFile
from workbench.files import missing, open_file, read_bytes

TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".gz")
MAX_TEXT_MEGABYTES = 1000
MEGABYTE = 1_000_000
CHUNK = 2**24
ZIP_START = b"PK\x03\x04"
COMPOUND_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORKBOOK_PARTS = frozenset(("xl/workbook.xml", "xl/workbook.bin", "content.xml"))
"""Of which each zip archive that is a workbook has one."""


class FileKind(StrEnum):
    """What a file is."""

    TEXT = "text"
    WORKBOOK = "workbook"
    PARQUET = "parquet"


def kind_of(path: Path) -> FileKind:
    """Tell what a file is by its first bytes; by its name where they cannot be read or say nothing."""
    suffix = path.suffix.lower()
    named = FileKind.TEXT if suffix in (*TEXT_SUFFIXES, "", ".dat") else FileKind.WORKBOOK
    named = FileKind.PARQUET if suffix == ".parquet" else named
    try:
        with open_file(path) as file:
            start = file.read(8)
            if start.startswith(ZIP_START):
                return FileKind.WORKBOOK if _workbook_parts(file) else FileKind.TEXT
    except (OSError, zipfile.BadZipFile):
        return named
    if start.startswith(COMPOUND_START):
        return FileKind.WORKBOOK
    if start.startswith(b"PAR1"):
        return FileKind.PARQUET
    return FileKind.TEXT if start and named is not FileKind.PARQUET else named


def _workbook_parts(file: IO[bytes]) -> bool:
    with zipfile.ZipFile(file) as archive:
        return not WORKBOOK_PARTS.isdisjoint(map(str.lower, archive.namelist()))


def read_content(
    path: Path, max_megabytes: float = MAX_TEXT_MEGABYTES, expected: str = "a CSV, TSV or Excel file"
) -> bytes:
    """Read a file whole, see :func:`read_whole` and :func:`unpacked`."""
    return unpacked(path.name, read_whole(path, max_megabytes, expected), max_megabytes)


def read_whole(path: Path, max_megabytes: float, expected: str) -> bytes:
    """Read the bytes of a file that a person hands over.

    Parameters
    ----------
    path
        The file.
    max_megabytes
        Size [MB] above which nothing is read.
    expected
        What it should be, such as ``"a CSV file"``.

    Raises
    ------
    UnreadableFile
        When it is missing, a folder, empty, too large, locked or not permitted.
    """
    try:
        content = read_bytes(path, int(max_megabytes * MEGABYTE))
    except IsADirectoryError:
        raise UnreadableFile(f"{path} is a folder, expected {expected}.", path) from None
    except FileNotFoundError:
        raise missing(path) from None
    except PermissionError as error:
        raise UnreadableFile(
            f"{path} cannot be opened: it is in use or not permitted; close it in Excel and try again, or have its "
            "owner let you read it.",
            path,
        ) from error
    except OSError as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(f"{path} cannot be read: {reason_of(error)}", path) from error
    if not content:
        raise UnreadableFile(f"{path} is empty (0 bytes); save it again, or copy it again.", path)
    return content


def unpacked(name: str, content: bytes, max_megabytes: float = MAX_TEXT_MEGABYTES) -> bytes:
    """Unpack a gzip file, or a zip archive of one file; other content is given back.

    Raises
    ------
    UnreadableFile
        When the file is cut off or protected, holds several files, or would be larger than can be read.
    """
    packed_as = "gzip" if content.startswith(b"\x1f\x8b") else "zip" if content.startswith(ZIP_START) else ""
    if not packed_as or (packed_as == "zip" and _is_workbook(content)):
        return content
    limit = int(max_megabytes * MEGABYTE)
    try:
        if packed_as == "gzip":
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
                text = _within(packed, int.from_bytes(content[-4:], "little"), limit)
        else:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                only = _only_member(name, archive)
                with archive.open(only) as member:
                    text = _within(member, only.file_size, limit)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(
            f"{name} is a damaged {packed_as} file ({error}); copy it again.", name
        ) from error
    if text is None:
        raise UnreadableFile(_too_large(name, "is larger when unpacked", max_megabytes), name)
    return text


def _within(packed: IO[bytes] | gzip.GzipFile, said: int, limit: int) -> bytes | None:
    """Unpack what is not larger than a limit; where it says to be larger, nothing is held while that is tried."""
    if said > limit:
        size = 0
        while size <= limit and (part := packed.read(CHUNK)):
            size += len(part)
        if size > limit:
            return None
        packed.seek(0)
    text = packed.read(limit + 1)
    return text if len(text) <= limit else None


def _is_workbook(content: bytes) -> bool:
    try:
        return _workbook_parts(io.BytesIO(content))
    except zipfile.BadZipFile:
        return False


def _only_member(name: str, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    # A Mac adds what it knows of a file beside it.
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not member.filename.startswith("__MACOSX/")
    ]
    if len(members) != 1:
        shown = ", ".join(member.filename for member in members[:5]) + (" …" if len(members) > 5 else "")
        raise UnreadableFile(
            f"{name} is a zip archive of {len(members)} files ({shown or 'none'}), expected one; unpack it "
            "and choose one of them.",
            name,
        )
    return members[0]


def _too_large(name: str, has: str, max_megabytes: float) -> str:
    return f"{name} {has}, at most {max_megabytes:g} MB are read; export fewer years or columns."
