from __future__ import annotations

import datetime
import decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workbench.data.tables.parquet import read_frame, read_parquet, read_plain_parquet
from workbench.errors import DataError, InvalidData, UnreadableFile

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


def test_damaged_facts_of_pandas_are_named(tmp_path: Path) -> None:
    table = pa.table({"a": [1.5]}).replace_schema_metadata({b"pandas": b'{"index_columns": ['})
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(UnreadableFile, match=r"a\.parquet: it is damaged, or not a Parquet file"):
        read_frame(tmp_path / "a.parquet")


@pytest.mark.parametrize(
    "column",
    [
        pa.array([0, 10**9 * 86_400], pa.int64()).cast(pa.timestamp("s")),
        pa.array([-(10**18)], pa.int64()).cast(pa.timestamp("us")),
        pa.array([3_000_000], pa.int32()).cast(pa.date32()),
    ],
)
def test_a_date_that_is_in_no_calendar_is_named_with_its_column(tmp_path: Path, column: pa.Array) -> None:
    pq.write_table(pa.table({"when": column}), tmp_path / "a.parquet")
    with pytest.raises(
        InvalidData, match=r"a\.parquet, column 'when': a date lies outside of the years 1 to 9999"
    ):
        read_frame(tmp_path / "a.parquet")


def test_every_day_of_the_calendar_is_read(tmp_path: Path) -> None:
    days = [datetime.date(1, 1, 1), datetime.date(9999, 12, 31)]
    pq.write_table(pa.table({"when": pa.array(days)}), tmp_path / "a.parquet")
    assert read_frame(tmp_path / "a.parquet")["when"].tolist() == days


def test_text_that_is_not_utf_8_is_refused_where_the_file_is_read(tmp_path: Path) -> None:
    offsets, letters = (pa.array([0, 2], pa.int32()).buffers()[1], pa.py_buffer(b"a\xb8"))
    pq.write_table(
        pa.table({"name": pa.StringArray.from_buffers(1, offsets, letters)}), tmp_path / "a.parquet"
    )

    with pytest.raises(UnreadableFile, match=r"a\.parquet: it is damaged, or not a Parquet file"):
        read_parquet(tmp_path / "a.parquet")


def test_cells_of_other_kinds_are_numbers_and_texts_or_shown_as_they_are(tmp_path: Path) -> None:
    columns = {
        "decimal": pa.array([decimal.Decimal("1.50"), None]),
        "bytes": pa.array([b"COAL1", None]),
        "flag": pa.array([True, None]),
        "list": pa.array([[1.5], None]),
        "record": pa.array([{"a": 1}, None]),
        "number": pa.array([2.5, None]),
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")

    assert read_plain_parquet(tmp_path / "a.parquet").to_pylist() == [
        {
            "decimal": 1.5,
            "bytes": "COAL1",
            "flag": "True",
            "list": "[1.5]",
            "record": "{'a': 1}",
            "number": 2.5,
        },
        dict.fromkeys(columns),
    ]


def test_bytes_that_are_no_text_are_a_sentence(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": pa.array([b"\xff\xfe"])}), tmp_path / "a.parquet")

    with pytest.raises(DataError, match=r"a.parquet"):
        read_plain_parquet(tmp_path / "a.parquet")
