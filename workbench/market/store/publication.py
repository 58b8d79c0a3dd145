"""A new version of a dataset: raw files merged, roll-ups rebuilt where needed, the pointer replaced last.

Readers see the earlier version until they ask again. Whatever goes wrong on the way - a full disk, a killed
process - the published version stays as it was: its files are never changed, and the new ones have names of
their own.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from workbench.data.atomic import sweep, write_text
from workbench.files import confine, inside, is_file
from workbench.market.model.description import FILE_NAME, MarketDescription
from workbench.market.model.market_time import DAY, ceil_to, floor_to, period_bounds, shown
from workbench.market.model.tables import TABLES
from workbench.market.model.units import MarketUnit, UnitsRegister
from workbench.market.store.audit import check_days, check_rollups
from workbench.market.store.dataset import (
    ROLLUPS,
    current_version,
    read_description,
    read_manifest,
    read_units,
    remove_unused,
    set_current,
    writing_alone,
)
from workbench.market.store.manifest import Manifest, checksum_of, description_file, units_file
from workbench.market.store.months import empty, rows_of, scan_rows, stored
from workbench.market.store.record import Record, newest_month_with
from workbench.market.store.rollups.aggregation import Arrays, Frame, Rows
from workbench.market.store.rollups.building import SOURCES, build, fold_days, patched
from workbench.market.store.rollups.files import Chunk, map_chunk, write_chunk
from workbench.market.store.rollups.schema import ROLLUPS as SCHEMA


@dataclass(slots=True)
class Published:
    """What a publication changed.

    Parameters
    ----------
    version
        The version that is current now.
    new
        Whether it is a new one; the same data again make none.
    added, revised, known, conflicts, outranked, removed
        Table -> rows, see :class:`workbench.market.store.merging.Merged`.
    unknown_units
        Units that appeared and that no register lists.
    rebuilt
        Periods whose roll-ups were rebuilt.
    """

    version: int = 0
    new: bool = False
    added: dict[str, int] = field(default_factory=dict)
    revised: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    conflicts: dict[str, int] = field(default_factory=dict)
    outranked: dict[str, int] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)
    unknown_units: tuple[str, ...] = ()
    rebuilt: tuple[str, ...] = ()


@contextlib.contextmanager
def writing(folder: Path | str) -> Iterator[Writer]:
    """Open a dataset for writing, alone.

    Raises
    ------
    ScenarioBusy
        When another run writes.
    UnreadableFile
        When the folder has no description; see :func:`workbench.market.store.dataset.create_dataset`.
    """
    folder = confine(folder)
    description = read_description(folder / FILE_NAME)
    with writing_alone(folder):
        sweep(folder)
        yield Writer(folder, description)


class Writer:
    """Publishes new versions of a dataset; made by :func:`writing`.

    Parameters
    ----------
    folder
        Of the dataset.
    description
        What its ``market.toml`` says now.
    """

    def __init__(self, folder: Path, description: MarketDescription) -> None:
        self.folder = folder
        self.description = description
        version = current_version(folder)
        self.manifest = read_manifest(folder, version) if version else Manifest(0, "", "", "")
        self.units = UnitsRegister()
        if version:
            self.units = read_units(folder, self.manifest)
        remove_unused(folder)

    def publish(
        self,
        frames: Mapping[str, pl.DataFrame],
        *,
        register: tuple[MarketUnit, ...] | None = None,
        newest_month: str = "",
        close_months: bool = True,
        rebuild: bool = False,
        without: Collection[int] = (),
        checkpoint: Callable[[], None] = lambda: None,
    ) -> Published:
        """Ingest rows and publish the outcome.

        Parameters
        ----------
        frames
            Table -> rows with the columns of the table.
        register
            What a register of units says, if it is (newly) known.
        newest_month
            A month that is known to follow, such as ``"2025-12"``; months before it are laid out as finished.
        close_months
            Put the days of months that are over into one file each. It takes seconds, once a month: callers that
            want new rows to be seen at once leave it out and close afterwards, by a publication of nothing.
        rebuild
            Build every roll-up anew.
        without
            Files whose earlier rows go, see :func:`workbench.market.model.tables.origin_of`: the dataset is then
            as if they had brought only what is in ``frames``, or had never come.
        checkpoint
            Called between periods; what it raises ends the publication, and nothing has changed.

        Raises
        ------
        UnwritableFile
            When the operating system refuses; the published version is as it was.
        """
        try:
            return _Publication(self, newest_month, checkpoint).make(
                frames, register, close_months=close_months, rebuild=rebuild, without=without
            )
        except BaseException:
            with contextlib.suppress(OSError):
                remove_unused(self.folder)
            raise


class _Publication:
    """One publication on its way; its fields are the version that is being made."""

    def __init__(self, writer: Writer, newest_month: str, checkpoint: Callable[[], None]) -> None:
        self.writer = writer
        self.folder = writer.folder
        self.description = writer.description
        self.old = writer.manifest
        self.version = self.old.version + 1
        self.checkpoint = checkpoint
        tables, superseded = (
            {table: dict(parts) for table, parts in kept.items()}
            for kept in (self.old.tables, self.old.superseded)
        )
        self.record = Record(
            writer.folder, self.version, newest_month, checkpoint, tables=tables, superseded=superseded
        )
        self.rollups = {name: dict(periods) for name, periods in self.old.rollups.items()}
        self.report = Published(self.old.version)
        self.units = writer.units

    def make(
        self,
        frames: Mapping[str, pl.DataFrame],
        register: tuple[MarketUnit, ...] | None,
        *,
        close_months: bool,
        rebuild: bool,
        without: Collection[int],
    ) -> Published:
        frames = {table: stored(frame, TABLES[table]) for table, frame in frames.items() if frame.height}
        record = self.record
        record.newest_month = max(record.newest_month, newest_month_with(self.old, frames))
        text = self.description.to_toml()
        description = description_file(text)
        rebuild |= bool(self.old.description) and description != self.old.description
        if close_months:
            self._close_months()
        gone = record.tables_of(without) if without else []
        for name in dict.fromkeys([*frames, *gone]):
            counts = record.merge(name, frames.get(name, empty(TABLES[name])), without)
            for what, count in counts.items():
                getattr(self.report, what)[name] = count
        rebuild |= self._take_units(frames, register, gone)
        if rebuild:
            self.rollups = {}
            record.note_all_changed()
        units_text = self.units.to_json()
        units = units_file(units_text)
        known = (units, description) == (self.old.units, self.old.description)
        unchanged = not record.touched and not record.changed
        if unchanged and (known or (not self.old.version and not len(self.units))):
            return self.report
        self._build(rebuild=rebuild)
        for name, content in ((description, text), (units, units_text)):
            if not is_file(self.folder / name):
                write_text(self.folder / name, content)
        made = Manifest(
            self.version, _now(), description, units, record.tables, record.superseded, self.rollups
        )
        self._point(replace(made, checksums=self._checksums(made)))
        return self.report

    def _close_months(self) -> None:
        """Put the days of months that are over into one file each, and build their roll-ups by month."""
        self.record.close_months()
        newest = self.record.newest_month
        for periods_of in self.rollups.values():
            for period in [item for item in periods_of if len(item) > 7 and item[:7] < newest]:
                del periods_of[period]

    def _take_units(
        self,
        frames: Mapping[str, pl.DataFrame],
        register: tuple[MarketUnit, ...] | None,
        gone: Sequence[str],
    ) -> bool:
        """Bring the list of units up to date, and say whether earlier roll-ups no longer hold."""
        before = self.units
        if register is not None:
            self.units = self.units.updated(register)
        if "unit_power" in frames:
            names = frames["unit_power"]["unit"].unique().to_list()
            self.units = self.units.with_unknown(names)
        if "unit_power" in gone:
            self.units = self.units.without_unknown_but(self.record.has_series("unit_power"))
            if self.units.names[: len(before)] != before.names:
                # Units that only an undone file had: those after them have other places.
                return True
        self.report.unknown_units = tuple(name for name in self.units.unknown if name not in before.names)
        return any(
            (new.region, new.fuel, new.kind) != (old.region, old.fuel, old.kind)
            for old, new in zip(before, self.units, strict=False)
        )

    def _build(self, *, rebuild: bool) -> None:
        touched = self.record.touched
        for period in sorted(touched):
            self.checkpoint()
            if not self.record.has(period):
                for periods in self.rollups.values():
                    periods.pop(period, None)
                continue
            tables = set(touched[period])
            names = frozenset(name for name, sources in SOURCES.items() if rebuild or sources & tables)
            spans = touched[period].values()
            bounds = period_bounds(period)
            start = max(bounds[0], floor_to(min(span[0] for span in spans), self.description.bucket_minutes))
            end = min(bounds[1], ceil_to(max(span[1] for span in spans), self.description.bucket_minutes))
            if rebuild:
                start, end = bounds
            self._build_period(period, names, start, end)
        self.report.rebuilt = tuple(sorted(touched))

    def _build_period(self, period: str, names: frozenset[str], start: int, end: int) -> None:
        bucket = self.description.bucket_minutes
        frame = Frame(start, end, bucket, self.description.interval_minutes, bucket)
        rows_in = functools.cache(self._rows_in(start, end))
        built = build(names - {"unit_day"}, rows_in, frame, self.description, self.units)
        bounds = period_bounds(period)
        stored: dict[str, Arrays] = {}
        for name in sorted(built):
            chunk = self._patch(name, period, start, built[name], bounds)
            at = slice((start - chunk.start) // chunk.step, (end - chunk.start) // chunk.step)
            stored[name] = {column: array[..., at] for column, array in chunk.columns.items()}
            if name == "unit" and "unit_day" in names:
                first, last = floor_to(start, DAY), ceil_to(end, DAY)
                at = slice((first - bounds[0]) // bucket, (last - bounds[0]) // bucket)
                buckets: Arrays = {column: array[..., at] for column, array in chunk.columns.items()}
                days = self._patch("unit_day", period, first, fold_days(buckets, bucket), bounds)
                at = slice((first - bounds[0]) // DAY, (last - bounds[0]) // DAY)
                folded: Arrays = {column: array[..., at] for column, array in days.columns.items()}
                check_days(folded, buckets, self.units.names, f"{shown(first)} to {shown(last)}")
        check_rollups(stored, rows_in, frame, self.description, self.units)

    def _patch(self, name: str, period: str, start: int, built: Arrays, bounds: tuple[int, int]) -> Chunk:
        known = self.rollups.setdefault(name, {})
        old = map_chunk(inside(self.folder, known[period])) if period in known else None
        chunk = patched(name, old, start, built, bounds, self.description, self.units)
        file = f"{ROLLUPS}/{name}/{period}-v{self.version:06d}.arrow"
        units = {column.name: column.unit for column in SCHEMA[name].columns}
        write_chunk(self.folder / file, chunk, units)
        known[period] = file
        return chunk

    def _rows_in(self, start: int, end: int) -> Callable[[str], Rows]:
        def rows(name: str) -> Rows:
            table = TABLES[name]
            names = self.units.names if name == "unit_power" else self.description.series_of(name)
            columns = table.reading_columns
            found = scan_rows(
                self.folder, self.record.tables.get(name, {}), table, start, end, columns=columns
            )
            return rows_of(found, table, names)

        return rows

    def _checksums(self, made: Manifest) -> dict[str, int]:
        """Checksums of the new files, and of the others those that are known: to read them all would take long."""
        known, earlier = self.old.checksums, self.old.files()
        return {
            name: known[name] if name in known else checksum_of(self.folder / name)
            for name in sorted(made.files())
            if name in known or name not in earlier
        }

    def _point(self, manifest: Manifest) -> None:
        set_current(self.folder, manifest)
        self.writer.manifest, self.writer.units = manifest, self.units
        self.report.version, self.report.new = manifest.version, True
        remove_unused(self.folder)


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
