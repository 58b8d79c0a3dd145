"""Parquet files, our own and untrusted ones: one reader, with bounds, checksums and time zones that exist."""

from __future__ import annotations

import zoneinfo
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from workbench.errors import UnreadableFile
from workbench.structured import own_errors

MAX_CELLS = 100_000_000
MAX_COLUMNS = 20_000


def read_parquet(path: Path) -> pa.Table:
    """Read a Parquet file; times of a zone that has no name in the time zone database are brought to UTC.

    Raises
    ------
    UnreadableFile
        When it is missing, damaged, too large, or not such a file.
    """
    if not path.is_file():
        raise UnreadableFile(f"There is no file {path}; check the name and the folder.", path)
    with own_errors(path, "a Parquet file", advice="Save it again, or choose another file."):
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            facts = file.metadata
            if facts.num_columns > MAX_COLUMNS or facts.num_rows * facts.num_columns > MAX_CELLS:
                raise UnreadableFile(
                    f"{path} has {facts.num_rows} rows and {facts.num_columns} columns, expected at most "
                    f"{MAX_CELLS} cells; split it.",
                    path,
                )
            table = file.read()
        for place, field in enumerate(table.schema):
            if pa.types.is_timestamp(field.type) and field.type.tz and not _is_zone(field.type.tz):
                utc = table.column(place).cast(pa.timestamp(field.type.unit, "UTC"))
                table = table.set_column(place, field.name, utc)
        return table


def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return True
