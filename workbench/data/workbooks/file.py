"""Workbook files before they are parsed: of which kind, how large, locked, encrypted."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from workbench import files
from workbench.data.atomic import reason_of
from workbench.data.texts.content import COMPOUND_START, MEGABYTE, WORKBOOK_PARTS, ZIP_START
from workbench.errors import UnreadableFile
from workbench.files import is_folder, size_of

# Sheets are XML that shrinks about tenfold; far beyond that it is not a workbook but a trap.
MAX_UNPACKED_RATIO = 20

ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


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
        if is_folder(path):
            raise UnreadableFile(f"{path} is a folder, expected a workbook file (.xlsx).", path)
        size = size_of(path)
        if size == 0:
            raise UnreadableFile(f"{path} is empty (0 bytes); restore it or save it again in Excel.", path)
        if size > max_megabytes * MEGABYTE:
            raise UnreadableFile(
                f"{path} has {size / MEGABYTE:.0f} MB, the most that is read is {max_megabytes:g} MB; "
                "split it, or remove sheets and pictures that are not needed.",
                path,
            )
        return files.read_bytes(path)
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
