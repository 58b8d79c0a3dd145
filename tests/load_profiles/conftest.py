from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from load_profiles.series import INDIA, Area, local_hours, plain_load
from workbench.data.arrays import Floats, Times
from workbench.data.projects.project import Project
from workbench.data.projects.settings_file import ProjectSettings
from workbench.data.workbooks.reading import read_workbook
from workbench.data.workbooks.writing import Column, writing_workbook
from workbench.load_profiles.inputs.cleaning import CleaningRules, clean
from workbench.load_profiles.inputs.hourly_sheet import read_hourly_sheet

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
def kerala_project(tmp_path: Path, planning: Path) -> Project:
    def fill(project: Project) -> None:
        shutil.copy(planning / KERALA, project.inputs / KERALA)

    return Project.create(tmp_path / "kerala", ProjectSettings("Kerala", region="Kerala"), fill)


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


@pytest.fixture
def small_project(tmp_path: Path, make_book: Callable[..., Path]) -> Callable[..., Project]:
    """A project with two complete fiscal years of a plain load, 2024 and 2025, and targets as asked."""

    def create(
        sheets: Mapping[str, Mapping[str, Sequence[Any]]] | None = None,
        *,
        name: str = "small",
        load: Callable[[Times], Floats] = plain_load,
        first: str = "2023-04-01",
        last: str = "2025-03-31",
    ) -> Project:
        def fill(project: Project) -> None:
            times = local_hours(first, last)
            make_book(project.inputs / "hourly_load.xlsx", times, load(times), sheets)

        settings = ProjectSettings(name, region="Kerala")
        return Project.create(tmp_path / name, settings, fill)

    return create
