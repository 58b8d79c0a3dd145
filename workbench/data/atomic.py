"""Files written beside their final name and renamed, so that a reader never sees half a file."""

from __future__ import annotations

import contextlib
import errno
import fnmatch
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from workbench.errors import DataError, UnwritableFile
from workbench.files import facts, listed, remove_tree
from workbench.files.changing import remove_in
from workbench.files.confinement import Place, place_of
from workbench.files.given_names import given_name
from workbench.runs.model.read_only import refuse_viewer

TEMPORARY_PREFIX = ".part-"
OLDEST_UNFINISHED = 24 * 3600.0


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """Give a temporary path beside ``path``; on success it takes the place of ``path`` in one step.

    The bytes are on the disk (``fsync``) before the name is. After an error the temporary file is gone and
    an earlier ``path`` is as it was.

    Parameters
    ----------
    path
        Final name; its folder is made when missing. In a project links are refused; elsewhere one is followed, not
        replaced.

    Yields
    ------
    Path
        Temporary name with the suffix of ``path``, good in this process and inside the block. Its last part begins
        with a dot, see :func:`sweep`.

    Raises
    ------
    UnwritableFile
        When the operating system refuses: disk full, read-only, no permission, open in Excel …
    LinkRefused
        When a part of the path is a link in a project.
    ViewerRefused
        In a process that serves readers.
    """
    refuse_viewer("Writing a file")
    name = f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}{Path(path).suffix[-16:]}"
    with ExitStack() as stack:
        try:
            place = stack.enter_context(place_of(path, make=True))
            earlier = place.facts()
            stack.callback(remove_in, place.folder, name)
            temporary = place.beside(name)
            with given_name(temporary, path):
                yield temporary
            _finish(place, name, earlier)
        except OSError as error:
            if isinstance(error, DataError) or not _concerns(error, name, Path(path)):
                raise
            raise UnwritableFile(f"{path} cannot be written: {reason_of(error)}", path, error) from error


def write_bytes(path: Path | str, content: bytes) -> None:
    """Write a whole file, or leave the earlier one.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path | str, content: str) -> None:
    """Write a whole UTF-8 text file, line ends as given, or leave the earlier one.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    write_bytes(path, content.encode("utf-8"))


def sweep(folder: Path | str, *, older_than: float = OLDEST_UNFINISHED) -> int:
    """Remove temporary files and folders that a killed process left behind.

    Parameters
    ----------
    folder
        Only this folder is looked at, not those inside it.
    older_than
        Age [s] below which a temporary file may still be in use and is left alone.

    Returns
    -------
    int
        How many were removed.
    """
    removed = 0
    # The whole pattern, so that nothing is removed that only looks a little like ours.
    for path in listed(folder):
        if fnmatch.fnmatchcase(path.name, f"{TEMPORARY_PREFIX}{'[0-9a-f]' * 16}*"):
            found = facts(path)
            if found is not None and time.time() - found.st_mtime >= older_than:
                remove_tree(path)
                removed += 1
    return removed


def reason_of(error: OSError) -> str:
    """Say in one sentence why the operating system refused, and what to do."""
    sentences = {
        errno.ENOSPC: "the disk is full; free some space and try again.",
        errno.EDQUOT: "your disk quota is used up; free some space and try again.",
        errno.EFBIG: "it would be larger than this system allows.",
        errno.EROFS: "the disk is read-only; choose another place.",
        errno.EACCES: "permission is denied; close it in Excel if it is open there, or choose another place.",
        errno.EPERM: "permission is denied; choose another place.",
        errno.ENOTDIR: "a part of its path is a file, not a folder.",
        errno.EISDIR: "a folder of that name is in the way.",
        errno.ENAMETOOLONG: "its name is too long.",
        errno.ENOENT: "there is no such file, or its folder is gone.",
        errno.ELOOP: "it is a link that leads back to itself.",
    }
    return sentences.get(error.errno or 0, f"{str(error.strerror or error).rstrip('.')}.")


def _concerns(error: OSError, temporary: str, final: Path) -> bool:
    # The caller's block may fail on quite another file; that error is the caller's own.
    names = [str(name) for name in (error.filename, error.filename2) if name]
    here = final.resolve()
    ours = {str(path) for path in (final, here, *here.parents)}
    return not names or any(
        Path(name).name == temporary or str(Path(name).resolve()) in ours for name in names
    )


def _finish(place: Place, name: str, earlier: os.stat_result | None) -> None:
    descriptor = os.open(name, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place.folder)
    try:
        os.fsync(descriptor)
        if earlier is not None:
            os.fchmod(descriptor, stat.S_IMODE(earlier.st_mode))
    finally:
        os.close(descriptor)
    os.rename(name, place.name, src_dir_fd=place.folder, dst_dir_fd=place.folder)
    # Without this a power cut may lose the new name; not every system lets a folder be opened or flushed.
    with contextlib.suppress(OSError):
        descriptor = os.open(".", os.O_RDONLY | os.O_CLOEXEC, dir_fd=place.folder)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
