"""Workbook files before they are parsed: of which kind, how large when unpacked, encrypted."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from workbench.data.texts.content import COMPOUND_START, MEGABYTE, WORKBOOK_PARTS, ZIP_START
from workbench.data.workbooks.parsing import PROTECTED
from workbench.errors import UnreadableFile

# Sheets are XML that shrinks about tenfold; far beyond that it is not a workbook but a trap.
MAX_UNPACKED_RATIO = 20

ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


def check_is_workbook(path: Path, content: bytes, max_megabytes: float) -> None:
    """Refuse what is not a workbook, by its content and not by its name.

    Raises
    ------
    UnreadableFile
        When it is encrypted, another kind of file, damaged, or grows beyond reason when unpacked.
    """
    if content.startswith(COMPOUND_START):
        if ENCRYPTED_STREAM in content:
            raise UnreadableFile(f"{path} {PROTECTED}", path)
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
    if not names & WORKBOOK_PARTS:
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
