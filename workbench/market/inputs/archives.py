"""The CSV files inside a file: plain, zipped, or zipped in zips, as NEMWEB archives its days."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from workbench.data.atomic import reason_of
from workbench.errors import InvalidData, UnreadableFile
from workbench.files import open_file, read_bytes
from workbench.structured import own_errors

DEEPEST = 3
MAX_MEGABYTES = 4000


def csv_members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Give the name and the content of each CSV in a file.

    Parameters
    ----------
    path
        A CSV, or a zip of CSVs, of zips of CSVs …

    Yields
    ------
    name : str
        Such as ``"PUBLIC_DISPATCHIS_20250820.zip > PUBLIC_DISPATCHIS_….zip > PUBLIC_DISPATCHIS_….CSV"``.
    content : bytes
        As it was before zipping, its checksum verified.

    Raises
    ------
    UnreadableFile
        When the file cannot be read.
    InvalidData
        When a zip is cut short or damaged, nested too deep, too large, or holds no CSV.
    """
    if path.suffix.lower() != ".zip":
        try:
            yield path.name, read_bytes(path)
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


def _members(name: str, file: io.BufferedIOBase, depth: int, path: Path) -> Iterator[tuple[str, bytes]]:
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
                content = archive.read(item)
            if suffix == ".csv":
                yield inner, content
            else:
                yield from _members(inner, io.BytesIO(content), depth + 1, path)
