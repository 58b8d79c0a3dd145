"""Text and Parquet files as workbooks of one sheet, which is named for the file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from workbench.data.problems import Problems
from workbench.data.tables.parquet import read_plain_parquet
from workbench.data.texts.content import read_content, read_whole
from workbench.data.texts.table import TextTable, parse_text_table

Rows = tuple[tuple[object, ...], ...]


def read_plain_rows(path: Path, max_megabytes: float, problems: Problems) -> tuple[Rows, str]:
    """Read the rows of a text or Parquet file, each at its row of the file, and its hash.

    Parameters
    ----------
    path
        The file; its suffix is that of text or ``.parquet``.
    max_megabytes
        Size [MB] above which it is refused.
    problems
        Takes what was passed over or read differently from how it is written.

    Raises
    ------
    UnreadableFile
        When it is missing, too large, or of another kind than its name says.
    InvalidData
        When its rows do not fit its header.
    """
    if path.suffix.lower() == ".parquet":
        digest = hashlib.sha256(read_whole(path, max_megabytes, "a Parquet file")).hexdigest()
        table = read_plain_parquet(path)
        values = zip(*(column.to_pylist() for column in table.columns), strict=True)
        return (tuple(table.column_names), *values), digest
    content = read_content(path, max_megabytes, "a CSV or TSV file")
    text = parse_text_table(path, content, problems)
    cells = text.table(lambda name: _is_number(text, name))
    rows: list[tuple[object, ...]] = [()] * max([cells.header_row, *cells.row_numbers])
    if cells.header_row:
        rows[cells.header_row - 1] = _placed(cells.columns, cells.places)
    for number, row in zip(cells.row_numbers, cells.rows, strict=True):
        rows[number - 1] = _placed(row, cells.places)
    width = max(cells.places) + 1
    return tuple([row or (None,) * width for row in rows]), hashlib.sha256(content).hexdigest()


def _is_number(text: TextTable, name: str) -> bool:
    """Whether numbers of a column are amounts: 007 is a name."""
    return not text.texts(name).cast(pl.String).str.contains(r"^0\d").any()


def _placed(values: Sequence[object], places: Sequence[int]) -> tuple[object, ...]:
    row: list[object] = [None] * (max(places) + 1)
    for place, value in zip(places, values, strict=True):
        row[place] = value
    return tuple(row)
