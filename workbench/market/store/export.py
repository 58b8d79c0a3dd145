"""A dataset as plain Parquet for other tools: raw tables by month, roll-ups as long tables with their units."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from workbench.data.atomic import replacing
from workbench.data.heading import Heading
from workbench.market.model.market_time import Time, month_of, period_bounds, stamp_of, to_minutes
from workbench.market.model.tables import TABLES
from workbench.market.store.reading import MarketData
from workbench.market.store.rollups.block import Block


def export_parquet(
    data: MarketData,
    folder: Path | str,
    start: Time,
    end: Time,
    *,
    tables: Sequence[str] = tuple(TABLES),
    rollups: Sequence[str] = (),
) -> tuple[Path, ...]:
    """Write a range as Parquet files, one for each table and month.

    Parameters
    ----------
    data
        The version to export.
    folder
        Where to; files of the same names are replaced.
    start, end
        Range ``(start, end]`` of stamps; for roll-ups on their steps.
    tables
        Raw tables.
    rollups
        Roll-ups.

    Returns
    -------
    tuple of Path
        ``<table>-<month>.parquet`` and ``rollup-<name>-<month>.parquet``; of tables without rows there are
        none. The unit of each column is in its name, the stamp ends its interval on the market's clock; the
        metadata say period, cadence, newest data, and whether the market is made up.

    Raises
    ------
    KeyError
        When there is no such table or roll-up.
    SettingError
        When the range is empty or does not lie on a roll-up's steps.
    UnwritableFile
        When the operating system refuses.
    """
    written = []
    for first, last in _months(to_minutes(start), to_minutes(end)):
        begin, finish, month = stamp_of(first), stamp_of(last), month_of(last)
        for table in tables:
            frame = data.rows(table, begin, finish)
            if frame.height:
                names = {
                    value.name: _with_unit(value.name, value.unit, data) for value in TABLES[table].values
                }
                frame = frame.rename({**names, "minutes": "minutes [min]"})
                cadences = " or ".join(map(str, data.description.cadences_of(table)))
                heading = _heading(data, table, begin, finish, f"{cadences}-minute values")
                written.append(_write(Path(folder) / f"{table}-{month}.parquet", frame, heading))
        for name in rollups:
            block = data.rollup(name, begin, finish)
            steps = f"sums and counts of {data.description.bucket_minutes} minutes or longer"
            heading = _heading(data, f"rollup {name}", begin, finish, steps)
            path = Path(folder) / f"rollup-{name}-{month}.parquet"
            written.append(_write(path, long_table(block, data), heading))
    return tuple(written)


def long_table(block: Block, data: MarketData) -> pl.DataFrame:
    """Lay a block out as rows: the axes, the end of the step, and a column for each number with its unit."""
    labels = list(itertools.product(*(axis.labels for axis in block.axes)))
    steps = len(block.edges) - 1
    columns: dict[str, pl.Series] = {}
    for at, axis in enumerate(block.axes):
        columns[axis.name] = pl.Series(
            np.repeat(np.array([label[at] for label in labels], dtype=object), steps)
        )
    columns["stamp"] = pl.Series(np.tile(block.stamps.astype("datetime64[ms]"), len(labels)))
    for name in block.columns:
        columns[_with_unit(name, block.unit(name), data)] = pl.Series(
            np.ascontiguousarray(block[name]).reshape(-1)
        )
    return pl.DataFrame(columns)


def _with_unit(name: str, unit: str, data: MarketData) -> str:
    return f"{name} [{unit.replace('currency', data.description.currency)}]"


def _months(start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        finish = min(end, period_bounds(month_of(start + 1))[1])
        yield start, finish
        start = finish


def _heading(data: MarketData, name: str, begin: Time, end: Time, resolution: str) -> Heading:
    description = data.description
    last = f"{data.last} {description.clock}"
    period = f"stamps after {begin} to {end}"
    return Heading(f"{description.title}: {name}", (period,), resolution, last, made_up=description.made_up)


def _write(path: Path, frame: pl.DataFrame, heading: Heading) -> Path:
    content = io.BytesIO()
    metadata = {"workbench": json.dumps({"heading": dict(heading.facts)}, ensure_ascii=False)}
    frame.write_parquet(content, compression="zstd", metadata=metadata)
    with replacing(path) as temporary:
        temporary.write_bytes(content.getbuffer())
    return path
