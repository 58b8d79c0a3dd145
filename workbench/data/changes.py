"""What was done to the data: every drop, merge, imputation and sign change, with row and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

import pandas as pd

from workbench.data.tables.harmless import harmless

COLUMNS = ("kind", "row", "column", "before", "after", "reason")


class ChangeKind(StrEnum):
    """What was done."""

    DROPPED = "dropped"
    """A row was set aside: a title, a total, a repeated header, a row without a date."""
    MERGED = "merged"
    """Several rows became one."""
    SIGN = "sign"
    """A figure was flipped from minus to plus, or the other way round."""
    READ_AS = "read as"
    """A value was written in another form than the rest of its column."""
    BLANKED = "blank"
    """Something that is not a value (``n/a``, text among numbers) was read as not given."""
    REPAIRED = "repaired"
    """Text that was garbled by a wrong encoding."""
    RENAMED = "renamed"
    """A header was empty or a duplicate."""
    IMPUTED = "imputed"
    """A missing value was filled on request."""
    CONVERTED = "converted"
    """An amount was changed to another currency by a rate that was given."""


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of change to one column, in one row or many.

    Parameters
    ----------
    kind
        What was done.
    column
        Header of the column; empty when the whole row is meant.
    rows
        Rows of the file as a spreadsheet numbers them, the first is 1.
    before, after
        The value before and after, one a row, or a single text for all of them.
    reason
        Why, in one sentence.
    """

    kind: ChangeKind
    column: str
    rows: tuple[int, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    reason: str

    def __str__(self) -> str:
        place = f"column '{self.column}', " if self.column else ""
        rows = "header" if not self.rows else f"row {self.rows[0]}"
        if len(self.rows) > 1:
            rows = f"{len(self.rows)} rows from {self.rows[0]}"
        return f"{self.kind}: {place}{rows}: {self.reason}"


@dataclass(frozen=True, slots=True)
class ChangeLog:
    """All changes, in the order in which they were made."""

    entries: tuple[Change, ...] = ()

    def __add__(self, more: Iterable[Change]) -> ChangeLog:
        return ChangeLog((*self.entries, *more))

    def __iter__(self) -> Iterator[Change]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def of(self, kind: ChangeKind) -> tuple[Change, ...]:
        """Give the changes of one kind."""
        return tuple(change for change in self.entries if change.kind == kind)

    def count(self, kind: ChangeKind | None = None) -> int:
        """Count the rows and cells that were changed, of one kind or of all."""
        chosen = self.entries if kind is None else self.of(kind)
        return sum(max(1, len(change.rows)) for change in chosen)

    def table(self) -> pd.DataFrame:
        """Give one line a changed cell: kind, row (0 for the header), column, before, after, reason."""
        return pd.DataFrame(dict(zip(COLUMNS, self._lines(), strict=True)), columns=list(COLUMNS))

    def to_csv(self) -> bytes:
        """Give the table as UTF-8 CSV; no cell of it can become a formula in a spreadsheet."""
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for line in zip(*self._lines(), strict=True):
            writer.writerow([harmless(value) for value in line])
        return out.getvalue().encode("utf-8-sig")

    def _lines(self) -> tuple[list[object], ...]:
        lines: tuple[list[object], ...] = tuple([] for _ in COLUMNS)
        for change in self.entries:
            rows = change.rows or (0,)
            before, after = _stretched(change.before, len(rows)), _stretched(change.after, len(rows))
            for row, old, new in zip(rows, before, after, strict=True):
                for into, value in zip(
                    lines, (str(change.kind), row, change.column, old, new, change.reason), strict=True
                ):
                    into.append(value)
        return lines


def _stretched(texts: Sequence[str], length: int) -> list[str]:
    if len(texts) == 1:
        return [texts[0]] * length
    return [text for text, _ in zip_longest(texts, range(length), fillvalue="")][:length]
