"""A copy of what units read of a project's folder, on a worker that does not see the folder.

The kernel sends it in parts. Every call has a folder of its own, of second names (hard links) of the copy, so that
units that are computed at once do not see what others write. The kernel reads what a call has written in parts.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.runs.cluster.messages import Call, SentFile

__all__ = [
    "drop_call",
    "drop_copy",
    "keep_part",
    "read_part",
    "replaced_folder",
    "with_copy",
    "written_files",
]

_copies: dict[tuple[str, str], Path] = {}


def keep_part(token: str, name: str, offset: int, content: bytes, dask_worker: Any = None) -> None:
    """Write one part of a file into the copy of a map; called by the kernel through ``Client.run``."""
    home = Path(dask_worker.local_directory) / f"workbench-{token}"
    _copies[dask_worker.address, token] = home
    path = home / "whole" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("r+b" if offset else "wb") as file:
        file.seek(offset)
        file.write(content)


@contextlib.contextmanager
def with_copy(worker: str, call: Call) -> Iterator[Path | None]:
    """Give a call its own folder in place of the project's; None on a worker that has no copy."""
    home = _copies.get((worker, call.token)) if call.folder else None
    if home is None:
        yield None
        return
    own = _own_folder(home, call.number)
    shutil.copytree(home / "whole", own, copy_function=_link, dirs_exist_ok=True)
    try:
        yield own
    except BaseException:
        shutil.rmtree(own, ignore_errors=True)
        raise


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        # A disk that gives no file a second name.
        shutil.copyfile(source, target)


def replaced_folder(value: Any, folder: str, copy: Path) -> Any:
    """Give the copy for an argument that is the folder of the project, and any other argument as it is."""
    if isinstance(value, str | Path) and str(value) == folder:
        return type(value)(copy)
    return value


def written_files(copy: Path, call: Call) -> tuple[SentFile, ...]:
    """List what a call has written below the folder of its results, in the order of writing."""
    whole = copy.parents[1] / "whole"
    found = []
    for path in (copy / call.writes).rglob("*"):
        if path.is_symlink() or not path.is_file():
            continue
        name = path.relative_to(copy)
        with contextlib.suppress(FileNotFoundError):
            if (whole / name).samefile(path):
                continue
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        facts = path.stat()
        found.append((facts.st_mtime_ns, SentFile(name.as_posix(), facts.st_size, digest)))
    return tuple(file for _, file in sorted(found, key=lambda one: (one[0], one[1].name)))


def read_part(token: str, number: int, name: str, offset: int, size: int, dask_worker: Any = None) -> bytes:
    """Read one part of what a call has written; called by the kernel through ``Client.run``."""
    with (_own_folder(_copies[dask_worker.address, token], number) / name).open("rb") as file:
        file.seek(offset)
        return file.read(size)


def drop_call(token: str, number: int, dask_worker: Any = None) -> None:
    """Delete the folder of a call whose files are with the kernel; called through ``Client.run``."""
    if home := _copies.get((dask_worker.address, token)):
        shutil.rmtree(_own_folder(home, number), ignore_errors=True)


def drop_copy(worker: str, token: str) -> None:
    """Delete the copy of a map that has ended."""
    if home := _copies.pop((worker, token), None):
        shutil.rmtree(home, ignore_errors=True)


def _own_folder(home: Path, number: int) -> Path:
    return home / "calls" / str(number)
