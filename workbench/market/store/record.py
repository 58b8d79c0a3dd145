"""The record of the version that is being made: raw files by table and period, and what changed in them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from workbench.data.audit import require_equal
from workbench.market.model.market_time import period_bounds
from workbench.market.model.tables import TABLES
from workbench.market.store.audit import check_merged
from workbench.market.store.manifest import Manifest, Part
from workbench.market.store.merging import merge
from workbench.market.store.months import (
    empty,
    newest_month_of,
    origins_in,
    read_part,
    split_periods,
    stored,
    write_part,
)

COUNTS = ("added", "revised", "known", "conflicts", "outranked", "removed")
Parts = dict[str, dict[str, Part]]
Spans = dict[str, dict[str, tuple[int, int]]]


def newest_month_with(manifest: Manifest, frames: Mapping[str, pl.DataFrame]) -> str:
    """Name the newest month of a version and of new rows; "" when there are none."""
    parts = [part for periods in manifest.tables.values() for part in periods.values()]
    return newest_month_of(parts, frames.values())


@dataclass(slots=True)
class Record:
    """Raw files on their way into a version.

    Parameters
    ----------
    folder, version
        Of the dataset, and the number of the version.
    newest_month
        Months before it are laid out as finished.
    checkpoint
        Called between periods.
    tables, superseded
        Table -> period -> raw file: of the rows that count, and of those that do not.
    touched
        Period -> table -> range in which rows that count changed [minutes since 1970].
    """

    folder: Path
    version: int
    newest_month: str
    checkpoint: Callable[[], None]
    tables: Parts = field(default_factory=dict)
    superseded: Parts = field(default_factory=dict)
    touched: Spans = field(default_factory=dict)
    changed: bool = False

    def close_months(self) -> None:
        """Put the days of months that are over into one file each."""
        for kept in (self.tables, self.superseded):
            for table, parts in kept.items():
                days: dict[str, list[str]] = {}
                for period in sorted(parts):
                    if len(period) > len("2025-08") and period[:7] < self.newest_month:
                        days.setdefault(period[:7], []).append(period)
                for month, periods in days.items():
                    self.checkpoint()
                    hidden, schema = kept is self.superseded, TABLES[table]
                    frames = [read_part(self.folder, parts.pop(period), schema) for period in periods]
                    frame = pl.concat(frames)
                    parts[month] = write_part(
                        self.folder, table, month, self.version, frame, superseded=hidden
                    )
                    self.changed = True
                    if not hidden:
                        self.note_change(table, month, period_bounds(month))

    def merge(self, name: str, frame: pl.DataFrame, without: Collection[int] = ()) -> dict[str, int]:
        """Put new rows to a table, and take those of some files away; give the counts of what happened."""
        table = TABLES[name]
        totals = dict.fromkeys(COUNTS, 0)
        taken = 0
        given = dict(split_periods(stored(frame, table), self._first_open_month())) if frame.height else {}
        for period in sorted({*given, *self._periods_of(name, without)}):
            self.checkpoint()
            rows = given.get(period, stored(empty(table), table))
            parts, hidden_parts = self.tables.setdefault(name, {}), self.superseded.setdefault(name, {})
            old, hidden = (
                read_part(self.folder, kept[period], table) if period in kept else stored(empty(table), table)
                for kept in (parts, hidden_parts)
            )
            merged = merge(table, old, hidden, rows, without)
            check_merged(table, period, old, hidden, rows, merged, without)
            taken += rows.height
            for what in totals:
                totals[what] += getattr(merged, what)
            if merged.written:
                self._write(name, period, merged.frame, superseded=False)
                self._write(name, period, merged.superseded, superseded=True)
                self.changed = True
            if merged.touched:
                self.note_change(name, period, merged.touched)
        require_equal(f"rows of {name}", "the files", frame.height, "the periods", taken, relative=0.0)
        return totals

    def note_change(self, table: str, period: str, span: tuple[int, int]) -> None:
        """Note that rows of a period changed."""
        tables = self.touched.setdefault(period, {})
        known = tables.get(table, span)
        tables[table] = (min(known[0], span[0]), max(known[1], span[1]))

    def note_all_changed(self) -> None:
        """Note that what follows from any row is to be made anew."""
        for table, parts in self.tables.items():
            for period, part in parts.items():
                self.note_change(table, period, (part.first, part.last))

    def tables_of(self, origins: Collection[int]) -> list[str]:
        """Name the tables with rows of some files."""
        return [name for name in TABLES if self._periods_of(name, origins)]

    def has_series(self, name: str) -> frozenset[str]:
        """Name the series that have rows in a table."""
        key = TABLES[name].key
        found: set[str] = set()
        for part in self.tables.get(name, {}).values():
            found |= set(read_part(self.folder, part, TABLES[name])[key].unique().to_list())
        return frozenset(found)

    def has(self, period: str) -> bool:
        """Whether any table has rows of a period."""
        return any(period in parts for parts in self.tables.values())

    def _periods_of(self, name: str, origins: Collection[int]) -> set[str]:
        if not origins:
            return set()
        wanted = set(origins)
        return {
            period
            for kept in (self.tables, self.superseded)
            for period, part in kept.get(name, {}).items()
            if wanted & origins_in(self.folder, part).keys()
        }

    def _write(self, name: str, period: str, frame: pl.DataFrame, *, superseded: bool) -> None:
        parts = (self.superseded if superseded else self.tables)[name]
        if frame.height:
            parts[period] = write_part(self.folder, name, period, self.version, frame, superseded=superseded)
        else:
            parts.pop(period, None)

    def _first_open_month(self) -> str:
        """The first month that is kept by days; a month that was put into one file once stays in it."""
        kept = (*self.tables.values(), *self.superseded.values())
        periods = {period for parts in kept for period in parts}
        closed = max((period for period in periods if len(period) == len("2025-08")), default="")
        by_day = {period[:7] for period in periods if len(period) > len("2025-08")}
        first = min(by_day | {self.newest_month})
        return first if first > closed else closed + "~"
