"""The raw record: one Parquet file a month and table, and one a day in the newest month, whose files still grow.

Beside it, in files of their own, lie the rows that do not count, see :mod:`workbench.market.store.merging`.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import polars as pl

from workbench.data.atomic import replacing
from workbench.files import as_name, inside
from workbench.market.model.market_time import month_of, period_bounds
from workbench.market.model.tables import ORIGIN, TABLES, USUAL, RawTable
from workbench.market.store.dataset import RAW
from workbench.market.store.manifest import RESTORE, Part
from workbench.market.store.merging import span_of
from workbench.market.store.rollups.aggregation import Rows
from workbench.structured import own_errors

ROW_GROUP = 150_000
SUPERSEDED = "-superseded"
_MINUTES = pl.col("stamp").dt.epoch("ms") // 60_000


def schema_of(table: RawTable) -> pl.Schema:
    """Types of a table's columns."""
    types: dict[str, pl.DataType] = {"stamp": pl.Datetime("ms"), table.key: pl.String()}
    types |= {name: pl.Float64() for name in table.value_names}
    return pl.Schema(types | {"minutes": pl.Int16(), "rank": pl.Int8(), "published": pl.Datetime("ms")})


def stored(frame: pl.DataFrame, table: RawTable) -> pl.DataFrame:
    """Give rows the columns in which they are stored: with the file that they came from, where it is known."""
    if ORIGIN not in frame.columns:
        frame = frame.with_columns(pl.lit(None, pl.Int64).alias(ORIGIN))
    # Values that tables have had since, such as prices of ancillary services.
    added = [name for name in table.value_names if name not in frame.columns]
    if added:
        frame = frame.with_columns(pl.lit(None, pl.Float64).alias(name) for name in added)
    return frame.select(*table.columns, ORIGIN)


def empty(table: RawTable) -> pl.DataFrame:
    """A table without rows."""
    return pl.DataFrame(schema=schema_of(table))


def split_periods(frame: pl.DataFrame, first_open_month: str) -> Iterator[tuple[str, pl.DataFrame]]:
    """Cut rows into the periods of their files: days from the first open month on, months before it."""
    ended = (pl.col("stamp") - pl.duration(minutes=1)).alias("_ended")
    month = ended.dt.strftime("%Y-%m")
    period = pl.when(month >= first_open_month).then(ended.dt.strftime("%Y-%m-%d")).otherwise(month)
    # Naming few distinct stamps is far cheaper than naming each row.
    named = frame.select(pl.col("stamp").unique()).with_columns(period.alias("_period"))
    periods = named["_period"].unique().sort().to_list()
    if len(periods) == 1:
        yield periods[0], frame
        return
    for name in periods:
        first, last = (np.datetime64(bound, "m").item() for bound in period_bounds(name))
        yield name, frame.filter((pl.col("stamp") > first) & (pl.col("stamp") <= last))


def newest_month_of(parts: Iterable[Part], frames: Iterable[pl.DataFrame]) -> str:
    """Name the newest month of all rows, old and new; "" when there are none."""
    months = [month_of(part.last) for part in parts]
    months += [month_of(int(frame.select(_MINUTES.max()).item())) for frame in frames if frame.height]
    return max(months, default="")


def write_part(
    folder: Path, table: str, period: str, version: int, frame: pl.DataFrame, *, superseded: bool = False
) -> Part:
    """Write the rows of a period, those that count or those that are superseded.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    kind = SUPERSEDED if superseded else ""
    name = f"{RAW}/{table}/{period[:7]}/{period}{kind}-v{version:06d}.parquet"
    # Written to memory first: Polars reports a full disk as a fault of the file, without the system's reason.
    content = io.BytesIO()
    frame.write_parquet(content, compression="zstd", compression_level=1, row_group_size=ROW_GROUP)
    with replacing(folder / name) as temporary:
        temporary.write_bytes(content.getbuffer())
    return part_of(name, frame)


def part_of(name: str, frame: pl.DataFrame) -> Part:
    """Describe a raw file by its rows."""
    return Part(name, frame.height, *span_of(frame))


def read_part(folder: Path, part: Part, table: RawTable) -> pl.DataFrame:
    """Read a whole raw file.

    Raises
    ------
    UnreadableFile
        When it is missing or damaged.
    """
    with own_errors(folder / part.file, f"a month of {table.name}", advice=RESTORE):
        with as_name(inside(folder, part.file)) as name:
            frame = pl.read_parquet(name)
        if "rank" not in frame.columns:
            # Written before sources were told apart: what holds readings of several is read again, see Ledger.
            frame = frame.with_columns(rank=pl.lit(0 if table.quality else USUAL, pl.Int8))
        return stored(frame, table)


def origins_in(folder: Path, part: Part) -> dict[int, int]:
    """Count the rows of each file in a raw file; rows of unknown files are not counted.

    Raises
    ------
    UnreadableFile
        When it is missing or damaged.
    """
    with own_errors(folder / part.file, "a month of the record", advice=RESTORE):
        with as_name(inside(folder, part.file)) as name:
            scan = pl.scan_parquet(name)
            if ORIGIN not in scan.collect_schema():
                return {}
            counted = scan.select(ORIGIN).drop_nulls().group_by(ORIGIN).len().collect()
        return dict(counted.iter_rows())


def scan_rows(
    folder: Path,
    parts: Mapping[str, Part],
    table: RawTable,
    start: int,
    end: int,
    *,
    series: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
) -> pl.DataFrame:
    """Read the rows that lie in a range, from the files of its months only.

    Parameters
    ----------
    folder
        Of the dataset.
    parts
        Period -> raw file.
    table
        Which table.
    start, end
        Range ``(start, end]`` of stamps [minutes since 1970].
    series
        Only these; all when None.
    columns
        Only these; what was read and when it was published when None.

    Raises
    ------
    UnreadableFile
        When a file is missing or damaged.
    """
    wanted = list(columns or (*table.reading_columns, "published"))
    files = [inside(folder, part.file) for part in parts.values() if part.last > start and part.first < end]
    if not files:
        return empty(table).select(wanted)
    first, last = (np.datetime64(bound, "m").item() for bound in (start, end))
    with own_errors(folder, f"the raw table {table.name}", advice=RESTORE), ExitStack() as opened:
        names = [opened.enter_context(as_name(file)) for file in files]
        # Files of before sources were told apart lack a column.
        scan = pl.scan_parquet(names, missing_columns="insert", extra_columns="ignore")
        scan = scan.filter((pl.col("stamp") > first) & (pl.col("stamp") <= last))
        if series is not None:
            scan = scan.filter(pl.col(table.key).is_in(list(series)))
        return scan.select(wanted).collect()


def numbered_rows(
    folder: Path, part: Part, table: RawTable, start: int, end: int, series: Sequence[str] | None = None
) -> pl.DataFrame:
    """Read the rows of a raw file that lie in a range, with their numbers.

    Parameters
    ----------
    folder
        Of the dataset.
    part, table
        The file, and the table that it is of.
    start, end
        Range ``(start, end]`` of stamps [minutes since 1970].
    series
        Only these; all when None.

    Returns
    -------
    DataFrame
        ``row`` (counted as in a sheet: the first one, below a header, is 2), ``stamp``, series, first value and
        ``minutes``.

    Raises
    ------
    UnreadableFile
        When the file is missing or damaged.
    """
    first, last = (np.datetime64(bound, "m").item() for bound in (start, end))
    with own_errors(folder / part.file, f"a month of {table.name}", advice=RESTORE):
        with as_name(inside(folder, part.file)) as name:
            rows = pl.scan_parquet(name).with_row_index("row", offset=2)
            rows = rows.filter((pl.col("stamp") > first) & (pl.col("stamp") <= last))
            if series is not None:
                rows = rows.filter(pl.col(table.key).is_in(list(series)))
            return rows.select("row", "stamp", table.key, table.value_names[0], "minutes").collect()


def rows_of(frame: pl.DataFrame, table: RawTable, names: Sequence[str]) -> Rows:
    """Give a table's rows as arrays, each series by its place among ``names`` (-1 where it is not there)."""
    places = pl.Enum(list(dict.fromkeys(names)))
    columns = frame.select(
        _MINUTES.alias("stamp"),
        pl.col(table.key)
        .cast(places, strict=False)
        .to_physical()
        .cast(pl.Int64)
        .fill_null(-1)
        .alias("series"),
        pl.col("minutes").cast(pl.Int64),
        *(pl.col(name).fill_null(float("nan")) for name in table.value_names),
    )
    return Rows(
        columns["stamp"].to_numpy(),
        columns["series"].to_numpy(),
        columns["minutes"].to_numpy(),
        {name: columns[name].to_numpy() for name in table.value_names},
    )


def table_named(name: str) -> RawTable:
    """Give a raw table by name.

    Raises
    ------
    KeyError
        When there is none; the message lists those there are.
    """
    if name not in TABLES:
        raise KeyError(f"there is no raw table {name!r}; there are {', '.join(TABLES)}")
    return TABLES[name]
