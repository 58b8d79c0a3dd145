"""What a run of the market's jobs came to: saved beside the data, and loaded back."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.data.atomic import write_text
from workbench.data.notes import Note, Notes
from workbench.errors import UnreadableFile
from workbench.files import read_bytes
from workbench.structured import json_from, own_errors, typed

if TYPE_CHECKING:
    from workbench.data.comparison.comparison import Comparison

REPORT_FILE = "last-run.json"
INGEST_AGAIN = "Ingest again."


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What a run took in.

    Parameters
    ----------
    folder
        Of the dataset.
    version
        The version that is current now.
    taken, known
        Files whose rows were taken, and files that had been taken before.
    refused
        File -> why; nothing of it was taken.
    added, revised
        Raw table -> rows that are new, and rows that replace earlier ones.
    unknown_units
        Units in the data that no register lists.
    gaps
        Number of holes in the record.
    missing
        Feed -> stamps that are missing.
    notes
        Everything that is missing, was changed or is doubtful.
    run
        Id of the run.
    undone
        Files that were undone.
    removed
        Raw table -> rows that are gone with them, or with an earlier reading of a file.
    """

    folder: str
    version: int
    taken: int = 0
    known: int = 0
    refused: Mapping[str, str] = field(default_factory=dict)
    added: Mapping[str, int] = field(default_factory=dict)
    revised: Mapping[str, int] = field(default_factory=dict)
    unknown_units: tuple[str, ...] = ()
    gaps: int = 0
    missing: Mapping[str, int] = field(default_factory=dict)
    notes: Notes = field(default_factory=Notes)
    run: str = ""
    undone: tuple[str, ...] = ()
    removed: Mapping[str, int] = field(default_factory=dict)

    def __repr__(self) -> str:
        rows = sum(self.added.values())
        if self.undone:
            return (
                f"<IngestResult: version {self.version}, {len(self.undone)} files undone, "
                f"{sum(self.removed.values()):,} rows removed, {self.gaps} gaps>"
            )
        return (
            f"<IngestResult: version {self.version}, {self.taken} files taken, {len(self.refused)} refused, "
            f"{rows:,} rows added, {self.gaps} gaps>"
        )

    def changes_from(self, before: IngestResult) -> Comparison:
        """Say what changed since another dataset: files, rows, prices and energy."""
        from workbench.market.results.changes import market_changes
        from workbench.market.store.reading import MarketData

        with MarketData.open(Path(before.folder)) as one, MarketData.open(Path(self.folder)) as two:
            return market_changes(one, two, (before.notes, self.notes))

    def save(self, folder: Path) -> Path:
        """Write it into a folder.

        Raises
        ------
        UnwritableFile
            When the operating system refuses.
        """
        path = folder / REPORT_FILE
        plain = {item.name: getattr(self, item.name) for item in fields(self)} | {
            "notes": self.notes.to_plain()
        }
        write_text(path, json.dumps(plain, indent=1, ensure_ascii=False) + "\n")
        return path


def load(folder: Path) -> IngestResult:
    """Read back what the last run on a dataset came to.

    Raises
    ------
    UnreadableFile
        When there is none.
    """
    path = folder / REPORT_FILE
    read = functools.partial(typed, file=path, error=UnreadableFile, advice=INGEST_AGAIN)
    with own_errors(path, "what a run came to", advice=INGEST_AGAIN):
        content = json_from(read_bytes(path), path, error=UnreadableFile, advice=INGEST_AGAIN)
        plain: dict[str, Any] = read(content, dict[str, Any])
        notes = Notes()
        for entry in read(plain.pop("notes", []), tuple[Note | str, ...], inside="notes"):
            if isinstance(entry, str):
                # Version 0.1.0 kept sentences.
                notes.doubt(entry)
            else:
                notes.extend([entry])
        return replace(read(plain, IngestResult), notes=notes)


def last_notes(folder: Path) -> Notes:
    """Give the notes of the last run on a dataset; none where no run is known."""
    try:
        return load(folder).notes
    except UnreadableFile:
        return Notes()
