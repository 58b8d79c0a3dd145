"""Files written beside their final name and renamed, so that a reader never sees half a file."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import DataError, UnwritableFile
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
        Final name; its folder is made when missing. A symbolic link is followed, not replaced.

    Yields
    ------
    Path
        Temporary name with the suffix of ``path``. It begins with a dot, see :func:`sweep`.

    Raises
    ------
    UnwritableFile
        When the operating system refuses: disk full, read-only, no permission, open in Excel …
    ViewerRefused
        In a process that serves readers.
    """
    refuse_viewer("Writing a file")
    final = Path(path).resolve()
    temporary = final.with_name(f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}{final.suffix[-16:]}")
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        _flush(temporary)
        if final.exists():
            shutil.copymode(final, temporary)
        temporary.replace(final)
        _flush_folder(final.parent)
    except OSError as error:
        if isinstance(error, DataError) or not _concerns(error, temporary, final):
            raise
        raise UnwritableFile(f"{final} cannot be written: {reason_of(error)}", final, error) from error
    finally:
        _remove(temporary)


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
    for path in Path(folder).glob(f"{TEMPORARY_PREFIX}{'[0-9a-f]' * 16}*"):
        with contextlib.suppress(OSError):
            if time.time() - path.lstat().st_mtime >= older_than:
                _remove(path)
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
        errno.ENOENT: "its folder is gone.",
    }
    return sentences.get(error.errno or 0, f"{error.strerror or error}.")


def _concerns(error: OSError, temporary: Path, final: Path) -> bool:
    # The caller's block may fail on quite another file; that error is the caller's own.
    names = {
        str(path)
        for name in (error.filename, error.filename2)
        if name
        for path in [Path(str(name)).resolve()]
    }
    ours = {str(path) for path in (temporary, final, *final.parents)}
    return not names or bool(names & ours)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_folder(folder: Path) -> None:
    # Without this a power cut may lose the new name; not every system lets a folder be opened or flushed.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
