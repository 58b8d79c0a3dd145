from __future__ import annotations

import datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workbench.data.tables.parquet import read_parquet
from workbench.errors import UnreadableFile

NOON = datetime.datetime(2025, 1, 1, 12, tzinfo=datetime.UTC)


def written(path: Path, zone: str) -> Path:
    times = pa.array([NOON]).cast(pa.timestamp("us", zone))
    pq.write_table(pa.table({"when": times, "value": [1.0]}), path)
    return path


@pytest.mark.parametrize("zone", ["+05:30", "-11:00", "Asia/Kolkata", "UTC", "Moon/Far", "+99:00"])
def test_times_of_a_zone_or_an_offset_keep_their_moment(tmp_path: Path, zone: str) -> None:
    table = read_parquet(written(tmp_path / "a.parquet", zone))
    assert table.column("when").cast(pa.timestamp("us", "UTC"))[0].as_py() == NOON
    assert pl.DataFrame(table)["when"][0] == NOON  # Polars ends the program at a zone that has no name


def test_a_page_that_was_changed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table({"value": [float(n) for n in range(1000)]}),
        path,
        write_page_checksum=True,
        use_dictionary=False,
        compression="none",
    )
    content = bytearray(path.read_bytes())
    content[4000] ^= 1
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=r"a\.parquet: it .*(CRC|checksum)"):
        read_parquet(path)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1 nothing PAR1", b"PK\x03\x04"])
def test_what_is_no_parquet_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=r"a\.parquet: it .* a Parquet file"):
        read_parquet(path)


def test_a_small_file_that_stands_for_a_huge_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    group = pa.table({"value": pa.nulls(30_000_000, pa.int8())})
    with pq.ParquetWriter(path, group.schema, compression="zstd") as writer:
        for _ in range(4):
            writer.write_table(group)
    assert path.stat().st_size < 500_000
    with pytest.raises(UnreadableFile, match="120000000 rows and 1 columns"):
        read_parquet(path)
