"""The bytes of a file that a person hands over, unpacked where it is packed."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

from workbench.data.atomic import reason_of
from workbench.errors import UnreadableFile
from workbench.files import is_folder, read_bytes, size_of

TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".gz")
MAX_TEXT_MEGABYTES = 1024
MEGABYTE = 1_000_000


def read_content(
    path: Path, max_megabytes: float = MAX_TEXT_MEGABYTES, expected: str = "a CSV, TSV or Excel file"
) -> bytes:
    """Read a file whole, see :func:`unpacked`.

    Raises
    ------
    UnreadableFile
        When it is missing, a folder, too large, or a damaged gzip file.
    """
    try:
        if is_folder(path):
            raise UnreadableFile(f"{path} is a folder, expected {expected}.", path)
        size = size_of(path)
        if size > max_megabytes * MEGABYTE:
            raise UnreadableFile(_too_large(path.name, f"has {size / MEGABYTE:,.0f} MB", max_megabytes), path)
        content = read_bytes(path)
    except FileNotFoundError:
        reason = "there is no such file; check the name and the folder."
        raise UnreadableFile(f"{path} cannot be read: {reason}", path) from None
    except OSError as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(f"{path} cannot be read: {reason_of(error)}", path) from error
    return unpacked(path.name, content, max_megabytes)


def unpacked(name: str, content: bytes, max_megabytes: float = MAX_TEXT_MEGABYTES) -> bytes:
    """Unpack a gzip file; other content is given back.

    Raises
    ------
    UnreadableFile
        When the gzip file is cut off, or would be larger than can be read.
    """
    if not content.startswith(b"\x1f\x8b"):
        return content
    limit = int(max_megabytes * MEGABYTE)
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            text = packed.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFile(f"{name} is a damaged gzip file ({error}); copy it again.", name) from error
    if len(text) > limit:
        raise UnreadableFile(_too_large(name, "is larger when unpacked", max_megabytes), name)
    return text


def _too_large(name: str, has: str, max_megabytes: float) -> str:
    return f"{name} {has}, at most {max_megabytes:g} MB are read; export fewer years or columns."
