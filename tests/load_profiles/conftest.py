from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hourly_loads.hourly_fixtures import KERALA, kerala, make_book, planning
from hourly_loads.series import local_hours, plain_load

from workbench.data.arrays import Floats, Times
from workbench.data.projects.project import Project
from workbench.data.projects.settings_file import ProjectSettings

__all__ = ["kerala", "make_book", "planning"]


@pytest.fixture
def kerala_project(tmp_path: Path, planning: Path, without_report: None) -> Project:
    def fill(project: Project) -> None:
        shutil.copy(planning / KERALA, project.inputs / KERALA)

    return Project.create(tmp_path / "kerala", ProjectSettings("Kerala", region="Kerala"), fill)


@pytest.fixture
def small_project(
    tmp_path: Path, make_book: Callable[..., Path], without_report: None
) -> Callable[..., Project]:
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
