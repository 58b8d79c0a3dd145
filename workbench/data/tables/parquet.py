"""Parquet files, our own and untrusted ones: one reader, with bounds, checksums and time zones that exist."""

from __future__ import annotations

import zoneinfo
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workbench.errors import InvalidData, UnreadableFile
from workbench.files import as_name, is_file, is_folder, missing
from workbench.structured import own_errors

if TYPE_CHECKING:
    import pandas as pd

_IN_A_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000, "64": 86_400_000}
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_897
"""Days from 1970-01-01 to the first of the year 1, and to the first of the year 10000."""
READ_AGAIN = "Save it again, or choose another file."
MAX_CELLS = 100_000_000
MAX_COLUMNS = 20_000


def read_parquet(path: Path) -> pa.Table:
    """Read a Parquet file; times of a zone that has no name in the time zone database are brought to UTC.

    Raises
    ------
    UnreadableFile
        When it is missing, damaged, too large, or not such a file.
    InvalidData
        When a date is none of the calendar.
    """
    if is_folder(path):
        raise UnreadableFile(f"{path} is a folder, expected a Parquet file.", path)
    if not is_file(path):
        raise missing(path)
    with own_errors(path, "a Parquet file", advice=READ_AGAIN):
        with as_name(path) as name, pq.ParquetFile(name, page_checksum_verification=True) as file:
            facts = file.metadata
            if facts.num_columns > MAX_COLUMNS or facts.num_rows * facts.num_columns > MAX_CELLS:
                raise UnreadableFile(
                    f"{path} has {facts.num_rows} rows and {facts.num_columns} columns, expected at most "
                    f"{MAX_CELLS} cells; split it.",
                    path,
                )
            table = file.read()
        _check_described(table, path)
        for place, field in enumerate(table.schema):
            if pa.types.is_timestamp(field.type) and field.type.tz and not _is_zone(field.type.tz):
                utc = table.column(place).cast(pa.timestamp(field.type.unit, "UTC"))
                table = table.set_column(place, field.name, utc)
        return table


def read_plain_parquet(path: Path) -> pa.Table:
    """Read a Parquet file with cells of plain kinds, see :func:`read_parquet`.

    Decimals are numbers and bytes of UTF-8 are texts; what is neither number, text nor time (yes and no, lists,
    records) becomes the text that shows it, so that it is refused by its row where a number is expected.
    """
    table = read_parquet(path)
    with own_errors(path, "a Parquet file", advice=READ_AGAIN):
        for place, field in enumerate(table.schema):
            kind, column = field.type, table.column(place)
            if pa.types.is_decimal(kind):
                plain = column.cast(pa.float64())
            elif pa.types.is_boolean(kind) or pa.types.is_nested(kind):
                cells = [None if cell is None else str(cell) for cell in column.to_pylist()]
                plain = pa.chunked_array([pa.array(cells, pa.string())])
            elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
                plain = column.cast(pa.string())
            else:
                continue
            table = table.set_column(place, field.name, plain)
    return table


def read_frame(path: Path) -> pd.DataFrame:
    """Read a Parquet file as a frame, see :func:`read_plain_parquet`; an index that has a name is a column."""
    with own_errors(path, "a Parquet file", advice=READ_AGAIN):
        frame: pd.DataFrame = read_plain_parquet(path).to_pandas()
    return frame.reset_index() if frame.index.name else frame


def _check_described(table: pa.Table, path: Path) -> None:
    """Refuse what pandas would fail on later: its own description of the columns, and times of no calendar."""
    described = table.schema.pandas_metadata
    if described is not None and not isinstance(described, dict):
        raise ValueError("the description of its columns is not a table")
    for field, column in zip(table.schema, table.columns, strict=True):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            # Bytes that are not UTF-8 would fail where a cell is looked at.
            column.validate(full=True)
        if not pa.types.is_timestamp(field.type) and not pa.types.is_date(field.type):
            continue
        ends = pc.min_max(column.cast(pa.int64() if field.type.bit_width == 64 else pa.int32()))
        for end in ends.values():
            when = end.as_py()
            units = _IN_A_DAY.get(str(getattr(field.type, "unit", field.type.bit_width)), 1)
            if when is not None and not _FIRST_DAY * units <= when < _LAST_DAY * units:
                raise InvalidData(
                    f"{path}, column '{field.name}': a date lies outside of the years 1 to 9999; correct it.",
                    path,
                )


def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return True
