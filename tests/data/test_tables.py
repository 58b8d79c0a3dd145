from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from workbench.data.results.tables import Provenance, read_table, write_table
from workbench.errors import InvalidData, UnreadableFile, UnwritableFile

FRAME = pd.DataFrame(
    {"sales": [1.5, np.nan, 0.0], "sector": ["Domestic", "Agriculture", None], "year": [2023, 2024, 2025]},
    index=pd.DatetimeIndex(["2023-03-31", "2024-03-31", "2025-03-31"], tz="Asia/Kolkata", name="end"),
)
PROVENANCE = Provenance("run-7", {"demand.xlsx": "ab" * 32}, "0.1.0", "2025-01-01T00:00:00+00:00")


def test_a_table_is_read_back_with_units_and_provenance(tmp_path: Path) -> None:
    path = write_table(
        FRAME, tmp_path / "new" / "sales.parquet", units={"sales": "MWh"}, provenance=PROVENANCE
    )

    saved = read_table(path)

    pd.testing.assert_frame_equal(saved.frame, FRAME, check_freq=False)
    assert saved.units == {"sales": "MWh"}
    assert saved.provenance == PROVENANCE


def test_provenance_names_version_and_time_by_itself() -> None:
    provenance = Provenance("run-1")

    assert provenance.package_version
    assert provenance.made_at.endswith("+00:00")


def test_units_of_columns_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        InvalidData, match=r"sales\.parquet: units for missing columns demand; present: sales"
    ):
        write_table(FRAME, tmp_path / "sales.parquet", units={"demand": "MW"}, provenance=PROVENANCE)
    assert list(tmp_path.iterdir()) == []


def test_columns_that_share_a_name_are_refused(tmp_path: Path) -> None:
    twice = pd.DataFrame([[1, 2]], columns=["a", "a"])

    with pytest.raises(InvalidData, match="must be distinct texts"):
        write_table(twice, tmp_path / "x.parquet", units={}, provenance=PROVENANCE)


def test_any_other_parquet_file_is_read_without_units(tmp_path: Path) -> None:
    FRAME.to_parquet(tmp_path / "other.parquet")

    saved = read_table(tmp_path / "other.parquet")

    assert saved.units == {}
    assert saved.provenance.run == ""


def test_a_missing_or_damaged_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 nothing PAR1")

    with pytest.raises(UnreadableFile, match=r"There is no file .*gone\.parquet"):
        read_table(tmp_path / "gone.parquet")
    with pytest.raises(UnreadableFile, match=r"bad\.parquet: it is damaged, or not a Parquet file"):
        read_table(tmp_path / "bad.parquet")


def test_a_full_disk_leaves_the_earlier_table(tiny_disk: Path) -> None:
    path = write_table(FRAME, tiny_disk / "t.parquet", units={}, provenance=PROVENANCE)
    large = pd.DataFrame({"noise": np.random.default_rng(1).random(200_000)})

    with pytest.raises(UnwritableFile, match="disk is full"):
        write_table(large, path, units={}, provenance=PROVENANCE)

    assert len(read_table(path).frame) == 3
    assert [item.name for item in tiny_disk.iterdir()] == ["t.parquet"]


def test_other_programs_can_read_the_table(tmp_path: Path) -> None:
    path = write_table(FRAME, tmp_path / "sales.parquet", units={"sales": "MWh"}, provenance=PROVENANCE)

    assert pq.ParquetFile(path).metadata.num_rows == 3
    pd.testing.assert_frame_equal(pd.read_parquet(path), FRAME, check_freq=False)
