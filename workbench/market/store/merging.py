"""Which of several rows of one name counts, and what is kept of the others, so that a file can be undone.

A row is named by stamp, series and cadence. Of several rows of one name the one of the better source counts, of one
source the one of better quality, then the one that was changed last, whatever order their files came in; where all
of these are alike, the one that came last. Never does the value decide. The same file again changes nothing.

A row knows the file that it came from (``origin``). Rows that do not count are kept beside the record, one of a
file and name: without its file a row is gone, and the next of its name counts as if the file had never come.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from workbench.market.model.tables import ORIGIN, RawTable

_MINUTES = pl.col("stamp").dt.epoch("ms") // 60_000


@dataclass(frozen=True, slots=True)
class Merged:
    """Outcome of new rows, and of files that are undone.

    Parameters
    ----------
    frame
        The rows of the period that count, in the order of their stamps.
    superseded
        Those that do not; of rows that are alike in what decides the one that came first is before the other.
    added, revised, known
        Rows that are new, rows that replace one published earlier, and rows that change nothing.
    conflicts
        Rows with another value than one of the same source, quality and time; the one that came last counts.
    outranked
        New rows with another value than that of a better source, a better quality or a later change, which counts.
    removed
        Rows whose file was undone and whose name no other file has.
    touched
        Range ``(start, end]`` [minutes since 1970] in which something changed; None when nothing did.
    written
        Whether anything is to be written: where a row came from may change, and what it says not.
    """

    frame: pl.DataFrame
    superseded: pl.DataFrame
    added: int = 0
    revised: int = 0
    known: int = 0
    conflicts: int = 0
    outranked: int = 0
    removed: int = 0
    touched: tuple[int, int] | None = None
    written: bool = True


def merge(
    table: RawTable,
    old: pl.DataFrame,
    superseded: pl.DataFrame,
    new: pl.DataFrame,
    without: Collection[int] = (),
) -> Merged:
    """Put new rows to those that are there, and take those of some files away.

    Parameters
    ----------
    table
        Which table.
    old, superseded
        Its rows that count, each name once, and those that do not.
    new
        Rows in any order, names repeated or not; those of a later file come later.
    without
        Files whose earlier rows go, as if they had never come.
    """
    order = list(table.identity)
    gone_rows = (frame.filter(pl.col(ORIGIN).is_in(list(without))) for frame in (old, superseded) if without)
    stamps = pl.concat([frame["stamp"] for frame in (new, *gone_rows)]).unique().sort()
    beside, apart = _beside(old, stamps)
    hidden, apart_hidden = _beside(superseded, stamps)
    if not beside.height and not hidden.height and _in_order(new, order):
        frame = pl.concat([apart, new])
        return Merged(frame, superseded, new.height, touched=span_of(new))
    earlier = _without(pl.concat([hidden, beside]), without)
    both = pl.concat([_not_repeated(earlier, new, table), new])
    ranked = both.sort([*order, *table.precedence], maintain_order=True)
    kept = ranked.unique([*order, ORIGIN], keep="last", maintain_order=True)
    counts = _last_of_each(kept, order)
    latest, others = kept.filter(counts), kept.filter(~counts)
    changed = latest.join(beside, on=list(table.columns), how="anti", nulls_equal=True)
    gone = beside.join(latest, on=order, how="anti")
    added = latest.height - (beside.height - gone.height)
    revised = changed.height - added
    conflicts = outranked = 0
    told = pl.concat([_without(beside, without), new])
    if told.height > latest.height or others.height:
        distinct = told.unique([*order, *table.precedence, *table.value_names])
        conflicts = distinct.height - distinct.unique([*order, *table.precedence]).height
        outranked = _outranked(table, new, latest)
    frame = pl.concat([apart, latest]).sort(order) if beside.height else pl.concat([apart, latest])
    moved = pl.concat([changed, gone])
    return Merged(
        frame,
        pl.concat([apart_hidden, others]).sort(order, maintain_order=True),
        added,
        revised,
        max(0, new.height - added - revised),
        conflicts,
        outranked,
        gone.height,
        span_of(moved) if moved.height else None,
        bool(moved.height) or not (latest.equals(beside) and others.equals(hidden)),
    )


def span_of(frame: pl.DataFrame) -> tuple[int, int]:
    """Begin of the first and end of the last row [minutes since 1970]."""
    first, last = frame.select((_MINUTES - pl.col("minutes")).min(), _MINUTES.max().alias("last")).row(0)
    return int(first), int(last)


def _without(frame: pl.DataFrame, origins: Collection[int]) -> pl.DataFrame:
    return frame.filter(~pl.col(ORIGIN).is_in(list(origins)).fill_null(value=False)) if origins else frame


def _beside(frame: pl.DataFrame, stamps: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split rows into those of stamps at which something may change, and the others."""
    if not frame.height or not len(stamps):
        return frame.clear(), frame
    if stamps[0] > frame["stamp"].max():
        return frame.clear(), frame
    concerned = pl.col("stamp").is_in(stamps.implode())
    return frame.filter(concerned), frame.filter(~concerned)


def _not_repeated(earlier: pl.DataFrame, new: pl.DataFrame, table: RawTable) -> pl.DataFrame:
    """Drop earlier rows of unknown files that come again: now it is known where they are from."""
    if not earlier.height or not earlier[ORIGIN].null_count():
        return earlier
    same = new.filter(pl.col(ORIGIN).is_not_null()).select(table.columns)
    nameless = earlier.filter(pl.col(ORIGIN).is_null())
    if same.height and nameless.join(same, on=list(table.columns), how="semi", nulls_equal=True).height:
        numbered = earlier.with_row_index("_row")
        again = numbered.filter(pl.col(ORIGIN).is_null()).join(
            same, on=list(table.columns), how="semi", nulls_equal=True
        )
        return numbered.filter(~pl.col("_row").is_in(again["_row"].implode())).drop("_row")
    return earlier


def _last_of_each(ranked: pl.DataFrame, order: Sequence[str]) -> pl.Series:
    """Tell which rows are the last of their name; rows of a name follow one another."""
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(-1) for name in order)
    return ranked.select((~same).fill_null(value=True).alias("last"))["last"]


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
