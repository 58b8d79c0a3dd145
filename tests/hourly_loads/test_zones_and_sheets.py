"""Loads with a column for each zone, and on a sheet for each year."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench.errors import InvalidData
from workbench.hourly_loads.reading.files import from_arrow, to_arrow
from workbench.hourly_loads.reading.hourly_sheet import read_hourly_sheet

TIMES = pd.date_range("2024-04-01", periods=96, freq="h")
NORTH = 600 + 100 * np.sin(np.arange(96) / 24 * 2 * np.pi)
SOUTH = 400 + 50 * np.cos(np.arange(96) / 24 * 2 * np.pi)


def zones(folder: Path, **more: object) -> Path:
    path = folder / "hourly.csv"
    pd.DataFrame({"datetime": TIMES, "North": NORTH, "South": SOUTH, **more}).to_csv(path, index=False)
    return path


def test_zones_are_added_where_they_are_named_and_the_coincidence_of_their_peaks_is_said(
    tmp_path: Path,
) -> None:
    path = zones(tmp_path)
    with pytest.raises(
        InvalidData, match=r"Where North, South add up to the load, name them in .*load_columns"
    ):
        read_hourly_sheet(path)
    read = read_hourly_sheet(path, load_columns=("north", "South"))
    assert read.load == pytest.approx(NORTH + SOUTH)
    (said,) = (p.message for p in read.problems if "coincide" in p.message)
    share = 100 * (NORTH + SOUTH).max() / (NORTH.max() + SOUTH.max())
    assert "the load is the sum of North, South; the peaks of the zones add up to 1,150" in said
    assert f"they coincide to {share:.1f} %" in said
    with pytest.raises(InvalidData, match="load_columns names East, which the table does not have"):
        read_hourly_sheet(path, load_columns=("North", "East"))


def test_a_column_that_is_the_sum_of_the_others_is_the_load(tmp_path: Path) -> None:
    read = read_hourly_sheet(zones(tmp_path, State=NORTH + SOUTH))
    assert read.load == pytest.approx(NORTH + SOUTH)
    assert any("'State' is the sum of North, South in every row" in p.message for p in read.problems)


def book(folder: Path, *, shift: int = 48) -> Path:
    path = folder / "load.xlsx"
    with pd.ExcelWriter(path) as writer:
        for name, first in (("FY2025", shift), ("FY2024", 0)):
            part = pd.DataFrame({"datetime": TIMES[first : first + 48], "demand": NORTH[first : first + 48]})
            part.to_excel(writer, sheet_name=name, index=False)
    return path


def test_sheets_that_follow_each_other_are_one_history_with_the_cells_of_each(tmp_path: Path) -> None:
    read = from_arrow(to_arrow(read_hourly_sheet(book(tmp_path))))
    assert read.times.tolist() == TIMES.to_numpy().astype("datetime64[m]").tolist()
    assert read.load == pytest.approx(NORTH)
    assert (read.cell(0), read.cell(48)) == ("'FY2024'!B2", "'FY2025'!B2")
    assert any("FY2024, FY2025 each hold a part of the time" in p.message for p in read.problems)


def test_sheets_of_the_same_time_are_not_joined_and_one_can_be_requested(tmp_path: Path) -> None:
    path = book(tmp_path, shift=24)
    read = read_hourly_sheet(path)
    assert (read.sheet, len(read.load)) == ("FY2025", 48)
    assert any("the sheets FY2024 may hold hourly loads too" in p.message for p in read.problems)
    assert read_hourly_sheet(path, "FY2024").sheet == "FY2024"


def test_blocks_that_say_their_times_begin_with_the_first(tmp_path: Path) -> None:
    times = pd.date_range("2024-04-01", periods=192, freq="15min")
    block = [f"{time:%H:%M}-{time + pd.Timedelta('15min'):%H:%M}" for time in times]
    frame = pd.DataFrame(
        {"Date": times.strftime("%d-%m-%Y"), "Time Block": block, "Demand": np.arange(192) + 500}
    )
    frame.to_csv(tmp_path / "blocks.csv", index=False)
    read = read_hourly_sheet(tmp_path / "blocks.csv")
    assert read.times.tolist() == times.to_numpy().astype("datetime64[m]").tolist()
    assert any("begin with their first time" in p.message for p in read.problems)
