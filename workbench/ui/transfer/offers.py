"""What a page may download, given in parts.

A page asks for one part after the other through its widget's own connection. So it works on a remote server, behind
any address and token, for files in hidden folders and outside of the folder that the server shows; neither kernel
nor connection ever holds more than one part.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from workbench.files import open_file

__all__ = ["PART_BYTES", "FileOffer", "MadeOffer", "Offer", "Part", "written"]

PART_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file.

    Parameters
    ----------
    content
        Its bytes.
    total
        Size of the whole file [bytes].
    state
        Changes when the file does: parts of two states do not belong together.
    """

    content: bytes
    total: int
    state: str


class Offer(Protocol):
    """Something that can be downloaded."""

    @property
    def name(self) -> str:
        """Name of the file that the browser saves."""

    def part(self, offset: int) -> Part:
        """Give the part that begins at an offset [bytes]."""


@dataclass(frozen=True, slots=True)
class FileOffer:
    """A file on disk; below a project no link is followed to it."""

    path: Path

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.path.name

    def part(self, offset: int) -> Part:
        """Read a part.

        Raises
        ------
        LinkRefused
            When a part of its path is a link.
        OSError
            When it is gone or may not be read.
        """
        with open_file(self.path) as file:
            facts = os.fstat(file.fileno())
            file.seek(offset)
            content = file.read(PART_BYTES)
        return Part(content, facts.st_size, f"{facts.st_ino}-{facts.st_mtime_ns}-{facts.st_size}")


@dataclass(slots=True)
class MadeOffer:
    """A file that is made when its first part is asked for, such as a table as CSV."""

    name: str
    make: Callable[[], bytes]
    _made: bytes = field(default=b"", init=False)
    _times: int = field(default=0, init=False)

    def part(self, offset: int) -> Part:
        """Give a part; the first one makes the file anew."""
        if offset == 0:
            self._made, self._times = self.make(), self._times + 1
        made = self._made
        if offset + PART_BYTES >= len(made):
            self._made = b""
        return Part(made[offset : offset + PART_BYTES], len(made), str(self._times))


def written(name: str, write: Callable[[Path], object]) -> MadeOffer:
    """Offer what a function writes into a file, such as a workbook; nothing stays on disk.

    Parameters
    ----------
    name
        Name of the file.
    write
        Writes the file at a path.
    """

    def make() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, name)
            write(path)
            return path.read_bytes()

    return MadeOffer(name, make)
