"""The raw record: one Parquet file a month and table, and one a day in the newest month, whose files still grow.

A row is named by stamp, series and cadence. Of several rows of one name the one of the better source counts, of one
source the one of better quality, then the one that was changed last, whatever order their files came in; where all
of these are alike, the one that came last. Never does the value decide. The same file again changes nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from workbench.data.atomic import replacing
from workbench.files import as_name, inside
from workbench.market.model.market_time import month_of, period_bounds
from workbench.market.model.tables import TABLES, USUAL, RawTable
from workbench.market.store.dataset import RAW
from workbench.market.store.manifest import RESTORE, Part
from workbench.market.store.rollups.aggregation import Rows
from workbench.structured import own_errors

ROW_GROUP = 150_000
_MINUTES = pl.col("stamp").dt.epoch("ms") // 60_000


@dataclass(frozen=True, slots=True)
class Merged:
    """Outcome of new rows.

    Parameters
    ----------
    frame
        The rows of the period, in the order of their stamps.
    added, revised, known
        Rows that are new, rows that replace one published earlier, and rows that change nothing.
    conflicts
        Rows with another value than one of the same source, quality and time; the one that came last counts.
    outranked
        New rows with another value than that of a better source, a better quality or a later change, which counts.
    touched
        Range ``(start, end]`` [minutes since 1970] in which something changed; None when nothing did.
    """

    frame: pl.DataFrame
    added: int
    revised: int
    known: int
    conflicts: int
    outranked: int
    touched: tuple[int, int] | None


def schema_of(table: RawTable) -> pl.Schema:
    """Types of a table's columns."""
    types: dict[str, pl.DataType] = {"stamp": pl.Datetime("ms"), table.key: pl.String()}
    types |= {name: pl.Float64() for name in table.value_names}
    return pl.Schema(types | {"minutes": pl.Int16(), "rank": pl.Int8(), "published": pl.Datetime("ms")})


def empty(table: RawTable) -> pl.DataFrame:
    """A table without rows."""
    return pl.DataFrame(schema=schema_of(table))


def merge(table: RawTable, old: pl.DataFrame, new: pl.DataFrame) -> Merged:
    """Put new rows to those that are there.

    Parameters
    ----------
    table
        Which table.
    old
        Its rows, each name once.
    new
        Rows in any order, names repeated or not; those of a later file come later.
    """
    order = list(table.identity)
    given = new.height
    conflicts = outranked = 0
    if old.height and new["stamp"].min() <= old["stamp"].max():  # type: ignore[operator]
        stamps = new.select(pl.col("stamp").unique()).to_series().implode()
        beside, apart = old.filter(pl.col("stamp").is_in(stamps)), old.filter(~pl.col("stamp").is_in(stamps))
    else:
        beside, apart = empty(table), old
    if not beside.height and _in_order(new, order):
        return Merged(pl.concat([apart, new]), given, 0, 0, 0, 0, _span(new))
    both = pl.concat([beside, new])
    ranked = both.sort([*order, *table.precedence], maintain_order=True)
    latest = ranked.unique(order, keep="last", maintain_order=True)
    changed = latest.join(beside, on=latest.columns, how="anti", nulls_equal=True)
    if both.height > latest.height:
        distinct = both.unique([*order, *table.precedence, *table.value_names])
        conflicts = distinct.height - distinct.unique([*order, *table.precedence]).height
        outranked = _outranked(table, new, latest)
    added = latest.height - beside.height
    frame = pl.concat([apart, latest]).sort(order) if beside.height else pl.concat([apart, latest])
    touched = _span(changed) if changed.height else None
    return Merged(frame, added, changed.height - added, given - changed.height, conflicts, outranked, touched)


def _outranked(table: RawTable, new: pl.DataFrame, latest: pl.DataFrame) -> int:
    """Count new rows that say something else than the row of their name that counts for its rank, not its order."""
    beside = new.join(latest, on=list(table.identity), suffix=" kept")

    def differ(names: Sequence[str]) -> pl.Expr:
        return pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name} kept")) for name in names)

    return beside.filter(differ(table.value_names) & differ(table.precedence)).height


def _in_order(frame: pl.DataFrame, order: Sequence[str]) -> bool:
    """Whether rows ascend by these columns, no two alike: the usual case, in which nothing need be sorted."""
    ascends, alike = pl.lit(value=False), pl.lit(value=True)
    for name in order:
        earlier = pl.col(name).shift()
        ascends |= alike & (pl.col(name) > earlier)
        alike &= pl.col(name) == earlier
    return bool(frame.select(ascends.slice(1).all()).item()) if frame.height else False


def _span(frame: pl.DataFrame) -> tuple[int, int]:
    """Begin of the first and end of the last row [minutes since 1970]."""
    first, last = frame.select((_MINUTES - pl.col("minutes")).min(), _MINUTES.max().alias("last")).row(0)
    return int(first), int(last)


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


def write_part(folder: Path, table: str, period: str, version: int, frame: pl.DataFrame) -> Part:
    """Write the rows of a period.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    name = f"{RAW}/{table}/{period[:7]}/{period}-v{version:06d}.parquet"
    # Written to memory first: Polars reports a full disk as a fault of the file, without the system's reason.
    content = io.BytesIO()
    frame.write_parquet(content, compression="zstd", compression_level=1, row_group_size=ROW_GROUP)
    with replacing(folder / name) as temporary:
        temporary.write_bytes(content.getbuffer())
    return part_of(name, frame)


def part_of(name: str, frame: pl.DataFrame) -> Part:
    """Describe a raw file by its rows."""
    return Part(name, frame.height, *_span(frame))


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
        return frame.select(table.columns)


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
