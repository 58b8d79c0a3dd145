"""A version of a dataset: the list of every file it is made of."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePath

from workbench.errors import UnreadableFile
from workbench.files import open_file
from workbench.structured import json_from, require_format, typed

FACTS = "facts"
FORMAT = 1
RESTORE = "`workbench repair` saves what is whole; restore the rest from a backup."
_PLAIN = ("version", "made_at", "description", "units", "rollups", "checksums")


@dataclass(frozen=True, slots=True)
class Part:
    """A raw file: its name inside the dataset, its rows, and its first and last stamp [minutes since 1970]."""

    file: str
    rows: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A version of a dataset: every file it is made of.

    Parameters
    ----------
    version
        Counted from 1.
    made_at
        UTC, ISO 8601.
    description, units
        Files in ``facts/``.
    tables
        Table -> period -> raw file.
    superseded
        Table -> period -> file with the rows that do not count, see :mod:`workbench.market.store.merging`.
    rollups
        Roll-up -> period -> file.
    checksums
        File -> CRC-32 of its content, by which a repair finds damage; files of versions up to 0.1.0 have none.
    """

    version: int
    made_at: str
    description: str
    units: str
    tables: Mapping[str, Mapping[str, Part]] = field(default_factory=dict)
    superseded: Mapping[str, Mapping[str, Part]] = field(default_factory=dict)
    rollups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    checksums: Mapping[str, int] = field(default_factory=dict)

    def files(self) -> set[str]:
        """Name every file that the version needs."""
        tables = (*self.tables.values(), *self.superseded.values())
        raw = {part.file for periods in tables for part in periods.values()}
        return (
            raw
            | {file for periods in self.rollups.values() for file in periods.values()}
            | {
                self.description,
                self.units,
            }
        )

    def to_json(self) -> str:
        """Write it as JSON."""
        facts = {name: getattr(self, name) for name in _PLAIN}
        parts = {
            name: {
                table: {period: asdict(part) for period, part in periods.items()}
                for table, periods in getattr(self, name).items()
            }
            for name in ("tables", "superseded")
        }
        return json.dumps({"format": FORMAT, **facts, **parts}, separators=(",", ":"))

    @classmethod
    def from_json(cls, content: bytes, path: Path) -> Manifest:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        UnreadableFile
            When it is damaged, or names a file outside the dataset.
        """
        plain = json_from(content, path, error=UnreadableFile, advice=RESTORE)
        require_format(plain, FORMAT, path, error=UnreadableFile)
        made = typed(plain, cls, path, error=UnreadableFile, advice=RESTORE)
        for name in made.files():
            if not name or PurePath(name).is_absolute() or ".." in PurePath(name).parts:
                raise UnreadableFile(
                    f"{path} names {name!r}, which lies outside the dataset. {RESTORE}", path
                )
        return made


def description_file(text: str) -> str:
    """Name the file in which a version keeps a description."""
    return f"{FACTS}/description-{_digest(text)}.toml"


def units_file(text: str) -> str:
    """Name the file in which a version keeps the list of units."""
    return f"{FACTS}/units-{_digest(text)}.json"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def checksum_of(path: Path) -> int:
    """Give the CRC-32 of a file's content.

    Raises
    ------
    OSError
        When it cannot be read.
    """
    checksum = 0
    with open_file(path) as file:
        while content := file.read(2**20):
            checksum = zlib.crc32(content, checksum)
    return checksum
