"""Making, removing and renaming files and folders."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
from pathlib import Path

from workbench.files.confinement import AnyPath, place_of


def make_folder(path: AnyPath) -> None:
    """Make a folder, and those on the way to it, where they are missing.

    Raises
    ------
    LinkRefused
        When a part of the path is a link.
    OSError
        When the operating system refuses.
    """
    with place_of(path, make=True) as place:
        try:
            os.mkdir(place.name, dir_fd=place.folder)
        except FileExistsError:
            found = place.facts()
            if found is None or not stat.S_ISDIR(found.st_mode):
                raise


def remove(path: AnyPath) -> None:
    """Remove a file where there is one; of a link, the link.

    Raises
    ------
    LinkRefused
        When a folder on the way is a link.
    OSError
        When the operating system refuses.
    """
    with contextlib.suppress(FileNotFoundError), place_of(path) as place:
        os.unlink(place.name, dir_fd=place.folder)


def remove_tree(path: AnyPath) -> None:
    """Remove a file, or a folder with all in it, as far as the operating system lets it; links are not followed."""
    with contextlib.suppress(FileNotFoundError), place_of(path) as place:
        remove_in(place.folder, place.name)


def remove_in(folder: int, name: str) -> None:
    """Remove what has a name in an open folder, as :func:`remove_tree`."""
    with contextlib.suppress(OSError):
        if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            shutil.rmtree(name, ignore_errors=True, dir_fd=folder)
        else:
            os.unlink(name, dir_fd=folder)


def touch(path: AnyPath) -> None:
    """Note that a file was used now.

    Raises
    ------
    LinkRefused
        When a part of the path is a link.
    OSError
        When the operating system refuses.
    """
    with place_of(path) as place:
        if place.facts() is not None:
            os.utime(place.name, dir_fd=place.folder, follow_symlinks=False)


def second_name(path: AnyPath, other: AnyPath) -> None:
    """Give a file a second name (a hard link); what replaces one of the two leaves the other as it is.

    Raises
    ------
    LinkRefused
        When a part of a path is a link.
    OSError
        When the operating system refuses, or the disk gives no file a second name.
    """
    with place_of(path) as place, place_of(other, make=True) as target:
        if place.facts() is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        os.link(
            place.name, target.name, src_dir_fd=place.folder, dst_dir_fd=target.folder, follow_symlinks=False
        )


def set_aside(path: AnyPath, mark: str) -> Path:
    """Rename a file, adding ``mark`` to its name (and a number where that is taken); gives its new path.

    Raises
    ------
    LinkRefused
        When a folder on the way is a link.
    OSError
        When the operating system refuses.
    """
    with place_of(path) as place:
        number, name = 1, f"{place.name}.{mark}"
        while _is_taken(name, place.folder):
            number += 1
            name = f"{place.name}.{mark}-{number}"
        os.rename(place.name, name, src_dir_fd=place.folder, dst_dir_fd=place.folder)
        return place.path.with_name(name)


def move(path: AnyPath, target: AnyPath) -> None:
    """Give a file another path on the same disk, where nothing is yet; folders on the way to it are made.

    Raises
    ------
    FileExistsError
        When something has that path.
    LinkRefused
        When a part of a path is a link.
    OSError
        When the operating system refuses.
    """
    with place_of(path) as place, place_of(target, make=True) as new:
        if _is_taken(new.name, new.folder):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        os.rename(place.name, new.name, src_dir_fd=place.folder, dst_dir_fd=new.folder)


def take_place(path: AnyPath, target: AnyPath) -> None:
    """Give a file the path of another one, or of none, on the same disk in one step; folders on the way are made.

    Raises
    ------
    LinkRefused
        When a part of a path is a link.
    OSError
        When the operating system refuses.
    """
    with place_of(path) as place, place_of(target, make=True) as new:
        new.facts()
        os.rename(place.name, new.name, src_dir_fd=place.folder, dst_dir_fd=new.folder)


def _is_taken(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True
