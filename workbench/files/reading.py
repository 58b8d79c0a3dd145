"""Looking at, listing and opening files."""

from __future__ import annotations

import errno
import fnmatch
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from workbench.errors import UnreadableFile
from workbench.files.confinement import OWN_HANDLES, AnyPath, Place, place_of
from workbench.files.given_names import given_name

MAX_BYTES = 1_000_000_000
"""What is held in memory of a file that is read whole."""


def facts(path: AnyPath) -> os.stat_result | None:
    """Give the facts of a file or folder, None where there is nothing.

    Raises
    ------
    LinkRefused
        When a part of the path is a link, or it is a pipe, a socket or a device.
    """
    try:
        with place_of(path) as place:
            return place.facts()
    except (FileNotFoundError, NotADirectoryError):
        return None


def is_file(path: AnyPath) -> bool:
    """Whether there is such a file; see :func:`facts`."""
    found = facts(path)
    return found is not None and stat.S_ISREG(found.st_mode)


def is_folder(path: AnyPath) -> bool:
    """Whether there is such a folder; see :func:`facts`."""
    found = facts(path)
    return found is not None and stat.S_ISDIR(found.st_mode)


def size_of(path: AnyPath) -> int:
    """Size [bytes] of a file.

    Raises
    ------
    FileNotFoundError
        When there is none.
    LinkRefused
        See :func:`facts`.
    """
    return _found(path).st_size


def changed_at(path: AnyPath) -> int:
    """When a file was changed last [ns since 1970]; see :func:`size_of`."""
    return _found(path).st_mtime_ns


def _found(path: AnyPath) -> os.stat_result:
    with place_of(path) as place:
        found = place.facts()
    if found is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    return found


def is_on_read_only_disk(path: AnyPath) -> bool:
    """Whether the disk on which a file lies takes no changes at all, as a DVD or a snapshot."""
    descriptor = open_descriptor(path)
    try:
        return hasattr(os, "fstatvfs") and bool(os.fstatvfs(descriptor).f_flag & os.ST_RDONLY)
    finally:
        os.close(descriptor)


def database_files(name: str) -> tuple[str, ...]:
    """Names of all files that SQLite may open for a database of a name."""
    return tuple(f"{name}{part}" for part in ("", "-wal", "-shm", "-journal"))


def check_all(folder: AnyPath, names: Iterable[str] | None = None) -> None:
    """Refuse a folder in which something is a link, a pipe, a socket or a device; with ``names``, only among those.

    Raises
    ------
    LinkRefused
        With the first such path.
    """
    with place_of(folder) as place:
        opened = _open_folder(place)
    try:
        for name in os.listdir(opened) if names is None else names:
            Place(opened, name, place.path / name, place.holds_confined, place.holds_confined).facts()
    finally:
        os.close(opened)


def open_descriptor(path: AnyPath, flags: int = os.O_RDONLY) -> int:
    """Open a file, made where ``flags`` say so, and give its descriptor; see :func:`open_file`."""
    with place_of(path, make=bool(flags & os.O_CREAT)) as place:
        return place.open(flags)


def open_file(path: AnyPath) -> BufferedReader:
    """Open a file to read its bytes.

    Raises
    ------
    LinkRefused
        When a part of the path is a link, or it is a pipe, a socket or a device.
    OSError
        When the operating system refuses.
    """
    descriptor = open_descriptor(path)
    try:
        return open(descriptor, "rb")
    except OSError:
        # A folder: it stays open otherwise.
        os.close(descriptor)
        raise


def read_bytes(path: AnyPath, max_bytes: int = MAX_BYTES) -> bytes:
    """Read a whole file, see :func:`open_file`.

    Raises
    ------
    UnreadableFile
        When it has more bytes than ``max_bytes``: nothing is read then. When it is changed meanwhile.
    """
    with open_file(path) as file:
        before = os.fstat(file.fileno())
        size = before.st_size
        if size > max_bytes:
            raise UnreadableFile(
                f"{path} has {_megabytes(size)}, the most that is read is {_megabytes(max_bytes)}; split it, or "
                "leave out what is not needed.",
                path,
            )
        content = file.read(size)
        after = os.fstat(file.fileno())
    if len(content) != size or (after.st_size, after.st_mtime_ns) != (size, before.st_mtime_ns):
        raise UnreadableFile(f"{path} was changed while it was read; try again when it is whole.", path)
    return content


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB" if size >= 1e6 else f"{size / 1e6:.1g} MB"


def missing(path: AnyPath) -> UnreadableFile:
    """Make the error that says that there is no such file; of a link, where it leads."""
    if os.path.islink(path):
        there = f"{path} is a link to {os.readlink(path)}, where there is no file"
        return UnreadableFile(f"{there}; copy the file, or correct the link.", path)
    return UnreadableFile(f"There is no file {path}; check the name and the folder.", path)


@contextmanager
def as_name(path: AnyPath) -> Iterator[str]:
    """Give a name under which a library that opens files by name reads the file; only inside the block.

    Errors that leave the block tell the path; for other sentences there is :func:`with_known_paths`.

    Raises
    ------
    LinkRefused
        When a part of the path is a link, or it is a pipe, a socket or a device.
    OSError
        When the operating system refuses.
    """
    with open_file(path) as file:
        own = OWN_HANDLES / str(file.fileno())
        name = str(own if own.exists() else path)
        with given_name(name, path):
            yield name


def listed(folder: AnyPath) -> list[Path]:
    """List the files and folders in a folder by name; links, pipes, sockets and devices are left out.

    Where there is no such folder, nothing is listed.

    Raises
    ------
    LinkRefused
        When a part of the path of the folder is a link.
    """
    return [Path(folder, entry.name) for entry in _entries(folder)]


def subfolders(folder: AnyPath, holding: str = "") -> list[str]:
    """Name the folders in a folder, or only those ``holding`` a file of that name; see :func:`listed`."""
    found = [entry for entry in _entries(folder) if entry.is_dir()]
    if not (holding and found):
        return [entry.name for entry in found]
    with place_of(folder) as place:
        opened = _open_folder(place)
    try:
        return [entry.name for entry in found if _is_file_in(opened, f"{entry.name}/{holding}")]
    finally:
        os.close(opened)


def walked(folder: AnyPath, pattern: str = "*", *, links: bool = False) -> Iterator[Path]:
    """List the files in a folder and all folders inside it whose names fit a pattern; see :func:`listed`.

    With ``links`` those among them that are links are listed too, so that a person is told why they are refused.
    """
    for entry in _entries(folder, links=links):
        if entry.is_symlink() or entry.is_file():
            if fnmatch.fnmatchcase(entry.name, pattern) and (links or entry.is_file()):
                yield Path(folder, entry.name)
        else:
            yield from walked(Path(folder, entry.name), pattern, links=links)


def _is_file_in(folder: int, name: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return False


def _entries(folder: AnyPath, *, links: bool = False) -> list[os.DirEntry[str]]:
    try:
        with place_of(folder) as place:
            opened = _open_folder(place)
    except (FileNotFoundError, NotADirectoryError):
        return []
    try:
        with os.scandir(opened) as entries:
            # Where links count they are looked at here, while the folder is open.
            found = [
                entry for entry in entries if _is_listed(entry, confined=place.holds_confined, links=links)
            ]
    finally:
        os.close(opened)
    return sorted(found, key=lambda entry: entry.name)


def _is_listed(entry: os.DirEntry[str], *, confined: bool, links: bool) -> bool:
    if confined and entry.is_symlink():
        return links
    return entry.is_dir() or entry.is_file()


def _open_folder(place: Place) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | (os.O_NOFOLLOW if place.confined else 0)
    try:
        return os.open(place.name, flags, dir_fd=place.folder)
    except OSError:
        place.facts()
        raise
