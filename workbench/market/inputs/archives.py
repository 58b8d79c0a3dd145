"""The CSV files inside a file: plain, zipped, or zipped in zips, as NEMWEB archives its days."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from workbench.data.atomic import reason_of
from workbench.errors import InvalidData, UnreadableFile
from workbench.files import open_file
from workbench.structured import own_errors

DEEPEST = 3
MAX_MEGABYTES = 4000


class Readable(Protocol):
    """Something that gives bytes, as files do."""

    def read(self, size: int = -1, /) -> bytes:
        """Read so many bytes, all when negative; none at the end."""
        ...


class _Member:
    """A CSV in a zip, unpacked while it is read; its checksum is verified at its end."""

    def __init__(self, name: str, file: Readable, path: Path) -> None:
        self._name, self._file, self._path = name, file, path

    def read(self, size: int = -1, /) -> bytes:
        advice = f"Get {self._path.name} again."
        with own_errors(self._name, "a member of a zip", error=InvalidData, advice=advice):
            return self._file.read(size)


def csv_members(path: Path) -> Iterator[tuple[str, Readable]]:
    """Give the name and the content of each CSV in a file.

    Parameters
    ----------
    path
        A CSV, or a zip of CSVs, of zips of CSVs …

    Yields
    ------
    name : str
        Such as ``"PUBLIC_DISPATCHIS_20250820.zip > PUBLIC_DISPATCHIS_….zip > PUBLIC_DISPATCHIS_….CSV"``.
    content : Readable
        As it was before zipping; to be read before the next one.

    Raises
    ------
    UnreadableFile
        When the file cannot be read.
    InvalidData
        When a zip is cut short or damaged, nested too deep, too large, or holds no CSV.
    """
    if path.suffix.lower() != ".zip":
        try:
            with open_file(path) as plain:
                yield path.name, plain
        except OSError as error:
            raise UnreadableFile(f"{path} cannot be read: {reason_of(error)}", path) from error
        return
    found = False
    try:
        with open_file(path) as file:
            for member in _members(path.name, file, 1, path):
                found = True
                yield member
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {reason_of(error)}", path) from error
    if not found:
        raise InvalidData(f"{path.name} holds no CSV; remove it, or get it again.", path)


def _members(name: str, file: BinaryIO, depth: int, path: Path) -> Iterator[tuple[str, Readable]]:
    if depth > DEEPEST:
        raise InvalidData(f"{name}: zips are nested more than {DEEPEST} deep.", path)
    with own_errors(name, "a whole zip", error=InvalidData, advice="It was cut short; get it again."):
        archive = zipfile.ZipFile(file)
    with archive:
        for item in sorted(archive.infolist(), key=lambda item: item.filename):
            suffix = Path(item.filename).suffix.lower()
            # A damaged name may be empty, and then is_dir fails.
            if suffix not in (".csv", ".zip") or item.is_dir():
                continue
            inner = f"{name} > {Path(item.filename).name}"
            if item.file_size > MAX_MEGABYTES * 1e6:
                raise InvalidData(f"{inner} is larger than {MAX_MEGABYTES} MB unpacked.", path)
            with own_errors(inner, "a member of a zip", error=InvalidData, advice=f"Get {path.name} again."):
                opened = archive.open(item)
            with opened:
                content = _Member(inner, opened, path)
                if suffix == ".csv":
                    yield inner, content
                else:
                    yield from _members(inner, io.BytesIO(content.read()), depth + 1, path)
