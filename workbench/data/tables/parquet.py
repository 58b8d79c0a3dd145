"""Parquet files that a person hands over."""

from __future__ import annotations

import zoneinfo
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from workbench.data.atomic import reason_of
from workbench.errors import UnreadableFile


def read_parquet(path: Path) -> pa.Table:
    """Read a Parquet file; times of a zone that has no name in the time zone database are brought to UTC.

    Raises
    ------
    UnreadableFile
        When it is missing, damaged, or not such a file.
    """
    try:
        table = pq.read_table(path, partitioning=None)
        for place, field in enumerate(table.schema):
            if pa.types.is_timestamp(field.type) and field.type.tz and not _is_zone(field.type.tz):
                utc = table.column(place).cast(pa.timestamp(field.type.unit, "UTC"))
                table = table.set_column(place, field.name, utc)
    except FileNotFoundError:
        raise UnreadableFile(f"There is no file {path}; check the name and the folder.", path) from None
    except (pa.ArrowException, ValueError) as error:
        raise UnreadableFile(f"{path} cannot be read as parquet ({error}); save it again.", path) from error
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {reason_of(error)}", path) from error
    return table


def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return True
