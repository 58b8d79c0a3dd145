"""Files on their way between the project here and workers that do not see its folder: down in parts, back in parts.

No more than one part is in memory here at a time. What comes back is put in place only when all files of a unit are
here and have the hash that the worker told, in the order in which they were written: a result's summary, which
vouches for its tables, comes last.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from workbench.files import (
    inside,
    is_folder,
    make_folder,
    open_descriptor,
    open_file,
    remove_tree,
    size_of,
    take_place,
    walked,
)
from workbench.runs.cluster.messages import SentFile
from workbench.runs.model.units import UnitFiles

__all__ = ["parts_of", "put_in_place", "read_files"]

PART_BYTES = 4 * 2**20
MAX_SENT_BYTES = 2 * 2**30
"""What a worker that does not see the folder is sent of it at most."""


def read_files(files: UnitFiles) -> list[Path]:
    """List what the units of a map read, without links.

    Raises
    ------
    OSError
        When that is more than is sent.
    """
    assert files.folder is not None
    found: list[Path] = []
    for name in files.reads:
        path = inside(files.folder, name)
        if is_folder(path):
            found += walked(path)
        elif size_or_none(path) is not None:
            found.append(path)
    size = sum(size_or_none(path) or 0 for path in found)
    if size > MAX_SENT_BYTES:
        raise OSError(
            f"it does not see the folder {files.folder}, and a copy of what units read of it would have "
            f"{size / 1e6:,.0f} MB, more than {MAX_SENT_BYTES / 1e6:,.0f} MB: share the folder"
        )
    return found


def size_or_none(path: Path) -> int | None:
    """Size of a file (bytes); None where there is none."""
    with contextlib.suppress(FileNotFoundError):
        return size_of(path)
    return None


def parts_of(files: UnitFiles) -> Iterator[tuple[str, int, bytes]]:
    """Read what units read, part by part: name relative to the folder, offset, content."""
    assert files.folder is not None
    for path in read_files(files):
        name = path.relative_to(files.folder).as_posix()
        with open_file(path) as file:
            offset = 0
            while (content := file.read(PART_BYTES)) or not offset:
                yield name, offset, content
                if not content:
                    break
                offset += len(content)


def put_in_place(
    files: UnitFiles,
    key: str,
    sent: Sequence[SentFile],
    read: Callable[[str, int, int], bytes],
    checkpoint: Callable[[], None],
) -> None:
    """Read what a unit has written on a worker, and put it in place here.

    Parameters
    ----------
    files
        The project's folder, and where units may write.
    key
        The unit.
    sent
        What it has written.
    read
        Reads a part: name, offset, size.
    checkpoint
        Called between parts; what it raises leaves everything here as it was.

    Raises
    ------
    OSError
        When a file does not arrive whole, or lies where units do not write.
    """
    assert files.folder is not None
    home = files.folder / ".workbench" / f"arriving-{secrets.token_hex(8)}"
    make_folder(home)
    try:
        for number, file in enumerate(sent):
            if Path(file.name).parts[: len(Path(files.writes).parts)] != Path(files.writes).parts:
                raise OSError(f"{file.name} does not lie below {files.writes}")
            _receive(home / str(number), file, read, checkpoint)
        if files.before_writing is not None:
            files.before_writing(key)
        for number, file in enumerate(sent):
            take_place(home / str(number), inside(files.folder, file.name))
    finally:
        remove_tree(home)


def _receive(
    path: Path, file: SentFile, read: Callable[[str, int, int], bytes], checkpoint: Callable[[], None]
) -> None:
    digest, offset = hashlib.sha256(), 0
    with os.fdopen(open_descriptor(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY), "wb") as target:
        while offset < file.size:
            checkpoint()
            content = read(file.name, offset, PART_BYTES)
            if not content:
                break
            target.write(content)
            digest.update(content)
            offset += len(content)
    if digest.hexdigest() != file.sha256:
        raise OSError(
            f"{file.name} has arrived with {offset:,} of {file.size:,} bytes, or with other content"
        )
