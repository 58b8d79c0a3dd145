"""Fixtures of hourly loads, for the tests of every domain that reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hourly_loads.series import INDIA, Area
from workbench.data.arrays import Floats, Times
from workbench.data.workbooks.reading import read_workbook
from workbench.data.workbooks.writing import Column, writing_workbook
from workbench.hourly_loads.cleaning import clean
from workbench.hourly_loads.reading.hourly_sheet import read_hourly_sheet
from workbench.hourly_loads.rules import CleaningRules

KERALA = "kerala_hourly_load.xlsx"


@pytest.fixture(scope="session")
def planning(shared_data: Path) -> Path:
    return shared_data / "planning"


@pytest.fixture(scope="session")
def kerala(planning: Path) -> Area:
    path = planning / KERALA
    table = read_workbook(path, sheets=["Holidays"]).sheet("Holidays").table()
    days = np.array([row[0] for row in table.rows], dtype="datetime64[D]")
    return Area("Kerala", INDIA, 4, clean(read_hourly_sheet(path), CleaningRules()), days)


@pytest.fixture
def make_book() -> Callable[..., Path]:
    """Writes a workbook with an hourly history and any number of small tables."""

    def write(
        path: Path,
        times: Times,
        load: Sequence[Any] | Floats,
        sheets: Mapping[str, Mapping[str, Sequence[Any]]] | None = None,
        more: Mapping[str, Sequence[Any]] | None = None,
    ) -> Path:
        days = (times.astype("datetime64[D]") - np.datetime64("1899-12-30")).astype(int)
        minutes = (times - times.astype("datetime64[D]")).astype("timedelta64[m]").astype(int)
        with writing_workbook(path) as book:
            book.sheet("Hourly").table(
                [
                    Column("date", days.tolist(), number_format="yyyy-mm-dd"),
                    Column("time", (minutes / 1440).tolist(), number_format="hh:mm"),
                    Column("demand", list(load)),
                    *(Column(name, list(values)) for name, values in (more or {}).items()),
                ]
            )
            for name, columns in (sheets or {}).items():
                book.sheet(name).table([Column(head, list(values)) for head, values in columns.items()])
        return path

    return write
