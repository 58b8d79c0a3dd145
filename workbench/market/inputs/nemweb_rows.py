"""Texts of a NEMWEB table -> the columns of a raw table: numbers, rank of the source, run with the intervention."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from workbench.market.inputs.nemweb_layouts import CHANGED, NemwebTable

MAX_REPORTED = 20
FLAG = "_intervention"
_NOT_KNOWN = ("nan", "NaN", "NAN")


@dataclass(slots=True)
class OpenTable:
    """A table whose rows are being read: where its columns are, and what has been read."""

    layout: NemwebTable
    header: tuple[str, str, str]
    width: int
    places: Mapping[str, int]
    frames: list[pl.DataFrame] = field(default_factory=list)
    empty: int = 0

    @property
    def title(self) -> str:
        """Report, table and version, as people write it."""
        return ".".join(self.header)

    def place(self, column: str) -> str | None:
        """Name of a column's texts, see :func:`texts_of`; None where the file has no such column."""
        at = self.places.get(column) if column else None
        return None if at is None else str(at)


def places_of(table: OpenTable) -> list[int]:
    """Give the places of the columns that are read, in rising order."""
    layout = table.layout
    names = (
        layout.stamp,
        layout.series,
        layout.intervention,
        layout.source,
        CHANGED,
        *layout.values.values(),
    )
    return sorted({table.places[name] for name in names if name in table.places})


def rank_of(opened: OpenTable) -> pl.Expr:
    """Give the rank of each row's source, in a column ``rank``."""
    layout = opened.layout
    place = opened.place(layout.source)
    if place is None:
        return pl.lit(layout.rank, pl.Int8).alias("rank")
    source = pl.col(place).str.strip_chars().str.to_uppercase()
    return source.replace_strict(layout.ranks, default=layout.rank, return_dtype=pl.Int8).alias("rank")


def intervention_of(opened: OpenTable) -> pl.Expr:
    """Tell the rows of the run with the operator's intervention, in the column :data:`FLAG`."""
    place = opened.place(opened.layout.intervention)
    if place is None:
        return pl.lit(value=False).alias(FLAG)
    return (pl.col(place).fill_null("0") != "0").alias(FLAG)


def with_numbers(opened: OpenTable, texts: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, pl.Expr]]:
    """Turn the texts of a table's values into numbers.

    Returns
    -------
    frame
        The texts with a column for each value; missing where nothing is written.
    wrong
        Value -> rows whose text is no number; only of columns that have texts which are not plain numbers.
    """
    places = {name: opened.place(column) for name, column in opened.layout.values.items()}
    known = {name: place for name, place in places.items() if place is not None}
    absent = [pl.lit(None, pl.Float64).alias(name) for name in places if name not in known]
    numbers = [pl.col(place).cast(pl.Float64, strict=False).alias(name) for name, place in known.items()]
    texts = texts.with_columns(*numbers, *absent)
    plain = texts.select(
        (pl.col(name).null_count() == pl.col(place).null_count()) & pl.col(name).is_finite().all()
        for name, place in known.items()
    )
    wrong: dict[str, pl.Expr] = {}
    for (name, place), is_plain in zip(known.items(), plain.row(0), strict=True):
        if not is_plain:
            text = pl.col(place).str.strip_chars()
            number = text.cast(pl.Float64, strict=False)
            wrong[name] = pl.col(name).is_infinite() | (
                pl.col(name).is_null() & ~text.is_in(["", *_NOT_KNOWN])
            )
            texts = texts.with_columns(number.fill_nan(None).alias(name))
    return texts, wrong


def first_of(rows: pl.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Give these columns of the rows that are reported."""
    return rows.select(columns).head(MAX_REPORTED).rows()
