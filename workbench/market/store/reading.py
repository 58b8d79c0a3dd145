"""The only reader of datasets: a consistent version, shared pages, one resolution rule.

::

    data = MarketData.open(folder)
    block = data.read(Subject.REGION_FUEL, "2025-01-01", "2026-01-01", step=1440, columns=["out_mwh"])
    block["out_mwh"]            # (region, fuel, day) [MWh]

Opening loads numpy and pyarrow; Polars is loaded by the first question that needs raw rows, pandas never.
"""

from __future__ import annotations

import datetime
import itertools
import weakref
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workbench.errors import SettingError, UnreadableFile
from workbench.files import as_name, confine, inside
from workbench.market.model.description import MarketDescription
from workbench.market.model.market_time import (
    Minutes,
    Time,
    ceil_to,
    floor_to,
    split_edges,
    stamp_of,
    to_minutes,
)
from workbench.market.store.dataset import (
    VersionHold,
    hold_current,
    read_description,
    read_manifest,
    read_units,
)
from workbench.market.store.gaps import Gap, find_gaps
from workbench.market.store.manifest import RESTORE, Manifest, Part
from workbench.market.store.resolution import RAW, Subject, choose
from workbench.market.store.rollups.block import Block
from workbench.market.store.rollups.pages import RollupPages
from workbench.market.store.rollups.schema import ROLLUPS, RollupColumn
from workbench.market.store.service import service_spans
from workbench.structured import own_errors

if TYPE_CHECKING:
    import polars as pl


class MarketData:
    """One version of a dataset, as a reader sees it; make it with :meth:`open`.

    It stays the same, whatever is published meanwhile, until :meth:`refresh` is asked. Of the files behind, only
    the pages that are read are loaded, and all processes share them.
    """

    def __init__(self, folder: Path, hold: VersionHold) -> None:
        self.folder = folder
        self._take(hold)

    @classmethod
    def open(cls, folder: Path | str) -> MarketData:
        """Open the current version of a dataset.

        Raises
        ------
        UnreadableFile
            When there is no dataset in the folder, nothing was published yet, or it is damaged.
        """
        folder = confine(folder)
        return cls(folder, hold_current(folder))

    def _take(self, hold: VersionHold) -> None:
        try:
            manifest = read_manifest(self.folder, hold.version)
            description = read_description(inside(self.folder, manifest.description))
            units = read_units(self.folder, manifest)
        except BaseException:
            hold.release()
            raise
        self._hold = hold
        self._finalizer = weakref.finalize(self, hold.release)
        self._manifest: Manifest = manifest
        self.description: MarketDescription = description
        self.units = units
        self._pages = RollupPages(self.folder, manifest.rollups, description, units)
        self._gaps: tuple[Gap, ...] | None = None
        for name in ("spans", "service"):
            self.__dict__.pop(name, None)

    def __enter__(self) -> MarketData:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return (
            f"<MarketData {self.description.name}, version {self.version}: {len(self.units)} units, "
            f"{self.first} to {self.last}>"
        )

    def close(self) -> None:
        """Let the version go; arrays that were read stay usable, new questions may fail."""
        self._finalizer()

    def require_readings(self) -> None:
        """Refuse data without a single reading.

        Raises
        ------
        UnreadableFile
            When nothing was ingested, or all that was has been undone.
        """
        if not self.spans:
            raise UnreadableFile(f"{self.folder} has no readings; ingest files into it first.", self.folder)

    def refresh(self) -> bool:
        """Look whether a newer version was published, and show that one from now on.

        Returns
        -------
        bool
            Whether there is one.
        """
        hold = hold_current(self.folder)
        if hold.version == self.version:
            hold.release()
            return False
        earlier = self._finalizer
        self._take(hold)
        earlier()
        return True

    @property
    def version(self) -> int:
        """Number of the version that is shown."""
        return self._manifest.version

    @property
    def made_at(self) -> datetime.datetime:
        """When the version was published (UTC)."""
        return datetime.datetime.fromisoformat(self._manifest.made_at)

    @cached_property
    def spans(self) -> Mapping[str, tuple[np.datetime64, np.datetime64]]:
        """Raw table -> begin of its first and end of its last reading."""
        return {table: (stamp_of(first), stamp_of(last)) for table, (first, last) in self._spans().items()}

    @cached_property
    def service(self) -> tuple[Minutes, Minutes]:
        """When each unit is in service, see :func:`workbench.market.store.service.service_spans`."""
        span = self._spans().get("unit_power")
        if span is None:
            nothing = np.zeros(len(self.units), dtype=np.int64)
            return nothing, nothing
        stations = [unit.station for unit in self.units]
        return service_spans(self._minutes_read, *span, self.description.bucket_minutes, stations)

    @property
    def first(self) -> np.datetime64:
        """Begin of the first reading; NaT when there is none."""
        return min((span[0] for span in self.spans.values()), default=np.datetime64("NaT", "m"))

    @property
    def last(self) -> np.datetime64:
        """End of the last reading, the "now" of everything that is shown; NaT when there is none."""
        return max((span[1] for span in self.spans.values()), default=np.datetime64("NaT", "m"))

    def gaps(self) -> tuple[Gap, ...]:
        """List the holes in the record, see :func:`workbench.market.store.gaps.find_gaps`."""
        spans = self._spans()
        if self._gaps is None and spans:
            start = min(span[0] for span in spans.values())
            end = max(span[1] for span in spans.values())
            arrays = self._pages.arrays("coverage", start, end, ("rows", "cadence"))
            rows, cadence = (np.asarray(arrays[name], dtype=np.int32) for name in ("rows", "cadence"))
            self._gaps = find_gaps(rows, cadence, start, spans, self.description)
        return self._gaps or ()

    def coverage(self, start: Time, end: Time) -> Block:
        """Count the readings of each feed in each native interval of a range."""
        return self.rollup("coverage", start, end)

    def read(
        self,
        subject: Subject | str,
        start: Time,
        end: Time,
        *,
        step: int | None = None,
        columns: Sequence[str] | None = None,
        series: Sequence[str] | None = None,
    ) -> Block:
        """Answer a question from the coarsest roll-up that does so exactly, else from raw rows.

        Parameters
        ----------
        subject
            What is asked about.
        start, end
            Range ``(start, end]`` of period-ending stamps on the market's clock.
        step
            Length of each value [min], see :func:`~workbench.market.model.market_time.split_edges`;
            None for one value.
        columns
            Names of the columns; all when None.
        series
            Only these of the first axis (units, regions, interconnectors or areas), in this order; all when None.
            Where raw rows answer, only theirs are read.

        Raises
        ------
        SettingError
            When the range is empty or does not fit the market's intervals, or there is no such series.
        KeyError
            When there is no such column.
        """
        subject = Subject(subject)
        begin, finish = to_minutes(start), to_minutes(end)
        if step is not None and step < self.description.interval_minutes:
            raise SettingError(f"The step of {step} min is finer than the data.", "step", step)
        edges = split_edges(begin, finish, step)
        source = choose(subject, edges, self.description)
        names = tuple(columns or ROLLUPS[subject].column_names)
        schema = {name: ROLLUPS[subject].column(name) for name in names}
        if source == RAW or source == "price_interval":
            block = self._native_block(subject, begin, finish, schema, source, series)
            return block.over_minutes(edges)
        if step == ROLLUPS[source].step.minutes(self.description):
            return self._pages.block(source, begin, finish, schema, series)
        return self._pages.folded(source, edges, schema, series)

    def rollup(self, name: str, start: Time, end: Time, columns: Sequence[str] | None = None) -> Block:
        """Give a roll-up as it is stored.

        Parameters
        ----------
        name
            Name of the roll-up, see :data:`workbench.market.store.rollups.schema.ROLLUPS`.
        start, end
            Range ``(start, end]``, on the steps of the roll-up.
        columns
            Names of the columns; all when None.

        Raises
        ------
        SettingError
            When the range is empty or does not lie on the roll-up's steps.
        KeyError
            When there is no such roll-up or column.
        """
        rollup = ROLLUPS[name]
        begin, finish = to_minutes(start), to_minutes(end)
        step = rollup.step.minutes(self.description)
        if begin % step or finish % step or begin >= finish:
            raise SettingError(
                f"{start} to {end} is not a range on the {step}-minute steps of {name}.", "start", start
            )
        schema = {column: rollup.column(column) for column in columns or rollup.column_names}
        return self._pages.block(name, begin, finish, schema)

    def rows(
        self,
        table: str,
        start: Time,
        end: Time,
        *,
        series: Sequence[str] | None = None,
        columns: Sequence[str] | None = None,
    ) -> pl.DataFrame:
        """Read raw rows, from the files of the months concerned only.

        Parameters
        ----------
        table
            Name of the raw table, see :mod:`workbench.market.model.tables`.
        start, end
            Range ``(start, end]`` of stamps.
        series
            Units, regions, interconnectors or areas; all when None.
        columns
            Names of the columns; all when None.
        """
        from workbench.market.store.months import scan_rows, table_named

        found = table_named(table)
        parts = self._manifest.tables.get(table, {})
        return scan_rows(
            self.folder, parts, found, to_minutes(start), to_minutes(end), series=series, columns=columns
        )

    @property
    def row_counts(self) -> Mapping[str, int]:
        """Raw table -> rows in this version."""
        return {
            table: sum(part.rows for part in parts.values()) for table, parts in self._manifest.tables.items()
        }

    def filled(self, table: str) -> set[str]:
        """Names of the columns that have values in the newest raw file of a table, by its footer alone."""
        import pyarrow.parquet as pq

        found: set[str] = set()
        for path in self.raw_files(table)[-1:]:
            with own_errors(path, f"a month of {table}", advice=RESTORE), as_name(path) as name:
                groups = pq.read_metadata(name)
            for at, column in itertools.product(range(groups.num_row_groups), range(groups.num_columns)):
                chunk = groups.row_group(at).column(column)
                known = chunk.statistics
                if known is None or not known.has_null_count or known.null_count < chunk.num_values:
                    found.add(chunk.path_in_schema)
        return found

    def raw_files(self, table: str) -> tuple[Path, ...]:
        """List the raw files of a table in this version, in the order of time."""
        parts = sorted(self._manifest.tables.get(table, {}).values(), key=lambda part: part.first)
        return tuple(inside(self.folder, part.file) for part in parts)

    def parts(self, table: str, start: Time, end: Time) -> tuple[Part, ...]:
        """List the raw files of a table that hold stamps of a range, in the order of time."""
        first, last = to_minutes(start), to_minutes(end)
        parts = self._manifest.tables.get(table, {}).values()
        held = [part for part in parts if part.first < last and part.last > first]
        return tuple(sorted(held, key=lambda part: part.first))

    def _spans(self) -> dict[str, tuple[int, int]]:
        return {
            table: (
                min(part.first for part in parts.values()),
                max(part.last for part in parts.values()),
            )
            for table, parts in self._manifest.tables.items()
            if parts
        }

    def _minutes_read(self, rollup: str, start: int, end: int) -> NDArray[np.int64]:
        read = self._pages.arrays(rollup, start, end, ("minutes",))["minutes"]
        return np.asarray(read, dtype=np.int64)[: len(self.units)]

    def _native_block(
        self,
        subject: Subject,
        start: int,
        end: int,
        schema: Mapping[str, RollupColumn],
        source: str,
        series: Sequence[str] | None,
    ) -> Block:
        # Needed only where no roll-up is fine enough.
        from workbench.market.store.raw_steps import prices_from_grid, raw_steps

        bucket, interval = self.description.bucket_minutes, self.description.interval_minutes
        # A 30-minute reading that the range cuts through is spread over its intervals first.
        first, last = floor_to(start, bucket), ceil_to(end, bucket)
        if source == "price_interval":
            rrp = self._pages.arrays("price_interval", first, last, ("rrp",))["rrp"]
            built = prices_from_grid(np.asarray(rrp, dtype=float), first, last, self.description)
        else:
            built = raw_steps(
                self.folder, self._manifest, self.description, self.units, subject, first, last, series
            )
        at = slice((start - first) // interval, (end - first) // interval)
        edges = np.arange(start, end + 1, interval, dtype=np.int64)
        arrays = {name: built[name][..., at] for name in schema}
        block = Block(source, self._pages.axes(subject), edges, schema, arrays)
        return block if series is None else block.pick(block.axes[0].name, series)
