"""Which paths are confined, and the handle of the folder that holds one."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from workbench.errors import LinkRefused

PROJECT_FILE = "project.toml"
AnyPath: TypeAlias = Path | str

OWN_HANDLES = Path("/proc/self/fd")

_roots: set[str] = set()
# A handle for what lies in a folder needs no right to list it.
_HANDLE = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC


def confine(folder: AnyPath) -> Path:
    """Declare a folder from which nothing may lead out; gives its absolute path.

    Links on the way to it are followed, but none inside a folder that is confined already.
    """
    text = os.path.abspath(os.path.expanduser(folder))
    if _root_of(text) is None:
        text = _followed(text)
        if _root_of(text) is None:
            _roots.add(text)
    return Path(text)


def inside(folder: AnyPath, name: str) -> Path:
    """Give the path of a name inside a folder.

    Raises
    ------
    LinkRefused
        When the name leads out of it, as ``../x`` and ``/x`` do.
    """
    top = os.path.abspath(folder)
    path = "" if "\0" in name else os.path.abspath(os.path.join(top, name))
    if not path.startswith(top + os.sep):
        raise LinkRefused(f"{name!r} lies outside {folder}; copy the file into it.", folder)
    return Path(path)


def is_inside(folder: AnyPath, path: AnyPath) -> bool:
    """Whether a path, links followed, lies in a folder, or is that folder."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


@dataclass(frozen=True, slots=True)
class Place:
    """A name in an open folder.

    Parameters
    ----------
    folder
        Handle of the folder.
    name
        Of the file or folder in it; ``"."`` for the outermost one.
    path
        The whole path, for sentences.
    confined
        Whether it may not be a link; else it is a person's own choice.
    holds_confined
        Whether what lies in it, where it is a folder, is confined.
    """

    folder: int
    name: str
    path: Path
    confined: bool
    holds_confined: bool

    def facts(self) -> os.stat_result | None:
        """Facts of what has the name, None where nothing has.

        Raises
        ------
        LinkRefused
            When it is a pipe, a socket or a device, or in a project a link.
        """
        try:
            found = os.stat(self.name, dir_fd=self.folder, follow_symlinks=not self.confined)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            # A link that leads back to itself leads to nothing.
            if error.errno == errno.ELOOP:
                return None
            raise
        refuse_strange(found, self.path)
        return found

    def beside(self, name: str) -> Path:
        """Give a name in the same folder under which libraries open it; good in this process while it is open."""
        own = OWN_HANDLES / str(self.folder)
        return (own if own.exists() else self.path.parent) / name

    def open(self, flags: int, mode: int = 0o666) -> int:
        """Open what has the name; gives a descriptor.

        Raises
        ------
        LinkRefused
            When it is a pipe, a socket or a device, or in a project a link; a pipe is not waited for.
        OSError
            When the operating system refuses.
        """
        flags |= os.O_CLOEXEC | os.O_NONBLOCK | (os.O_NOFOLLOW if self.confined else 0)
        try:
            descriptor = os.open(self.name, flags, mode, dir_fd=self.folder)
        except OSError:
            self.facts()
            raise
        try:
            refuse_strange(os.fstat(descriptor), self.path)
        except LinkRefused:
            os.close(descriptor)
            raise
        return descriptor


@contextmanager
def place_of(path: AnyPath, *, make: bool = False) -> Iterator[Place]:
    """Open the folder that holds ``path``, following no link below the folder of a project.

    Parameters
    ----------
    path
        Of a file or folder, which need not exist.
    make
        Make the folders on the way to it.

    Raises
    ------
    LinkRefused
        When a part of the path is a link.
    OSError
        When a folder on the way is missing, or the operating system refuses.
    """
    text = os.path.abspath(path)
    root = _root_of(text)
    if root is None:
        text = _followed(text)
        root = _root_of(text)
    whole = root is not None
    # The outermost folder itself is where a person said, links included; what lies in it is confined.
    confined = whole and text != root
    root = os.path.dirname(text) if root is None or not confined else root
    parts = text[len(root) :].strip(os.sep).split(os.sep)
    if make:
        os.makedirs(root, exist_ok=True)
    handle = os.open(root, _HANDLE)
    try:
        for depth, part in enumerate(parts[:-1], 1):
            below = _entered(handle, part, Path(root, *parts[:depth]), make)
            os.close(handle)
            handle = below
        with _named(parts[-1], text):
            yield Place(handle, parts[-1] or ".", Path(text), confined, whole)
    finally:
        os.close(handle)


def refuse_strange(found: os.stat_result, path: Path) -> None:
    """Refuse what is neither a file nor a folder.

    Raises
    ------
    LinkRefused
        With the path in its sentence.
    """
    if stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode):
        return
    if stat.S_ISLNK(found.st_mode):
        raise LinkRefused(
            f"{path} is a link; links are not followed in a project: replace it by what it leads to.", path
        )
    raise LinkRefused(
        f"{path} is a pipe, a socket or a device, expected a file or a folder; copy what it holds into a file.",
        path,
    )


def _entered(handle: int, name: str, path: Path, make: bool) -> int:
    try:
        return os.open(name, _HANDLE | os.O_NOFOLLOW, dir_fd=handle)
    except FileNotFoundError as error:
        if not make:
            error.filename = str(path)
            raise
    except OSError as error:
        with contextlib.suppress(FileNotFoundError):
            refuse_strange(os.stat(name, dir_fd=handle, follow_symlinks=False), path)
        error.filename = str(path)
        raise
    with contextlib.suppress(FileExistsError), _named(name, str(path)):
        os.mkdir(name, dir_fd=handle)
    return _entered(handle, name, path, make=False)


def _followed(text: str) -> str:
    """Follow the links of a person's own path, as far as it does not lead into a project: there its rules hold."""
    whole = os.path.realpath(text)
    if whole == text:
        return text
    for end in _ends(text):
        head = os.path.realpath(text[:end])
        if _root_of(head) is not None:
            return head + text[end:]
    return whole


def _ends(text: str) -> list[int]:
    return [place for place, sign in enumerate(text) if sign == os.sep and place] + [len(text)]


def _root_of(text: str) -> str | None:
    ends = _ends(text)
    for end in ends:
        if text[:end] in _roots:
            return text[:end]
    for end in ends:
        # The outermost one: what lies in a project cannot declare a part of it to be another.
        if os.path.lexists(f"{text[:end]}{os.sep}{PROJECT_FILE}"):
            _roots.add(text[:end])
            return text[:end]
    return None


@contextmanager
def _named(name: str, text: str) -> Iterator[None]:
    # A name relative to a handle says little in a sentence.
    try:
        yield
    except OSError as error:
        if error.filename == name:
            error.filename = text
        raise
