from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hourly_loads.hourly_fixtures import KERALA, kerala, make_book, planning
from hourly_loads.series import local_hours, plain_load

from workbench.data.arrays import Floats, Times
from workbench.data.projects.project import Project
from workbench.data.projects.settings_file import ProjectSettings
from workbench.errors import DataError
from workbench.hourly_loads.reading.files import read_cached
from workbench.runs.model.digest import file_digest

Sheets = Mapping[str, Mapping[str, Sequence[Any]]] | None

__all__ = ["kerala", "make_book", "planning"]


@pytest.fixture
def kerala_project(tmp_path: Path, planning: Path, without_report: None) -> Project:
    def fill(project: Project) -> None:
        shutil.copy(planning / KERALA, project.inputs / KERALA)

    return Project.create(tmp_path / "kerala", ProjectSettings("Kerala", region="Kerala"), fill)


@pytest.fixture(scope="session")
def written_projects() -> dict[str, Project]:
    """Projects whose hours were written and read once, by a digest of what is in them; copies are used."""
    return {}


@pytest.fixture
def small_project(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    make_book: Callable[..., Path],
    written_projects: dict[str, Project],
    without_report: None,
) -> Callable[..., Project]:
    """A project with two complete fiscal years of a plain load, 2024 and 2025, and targets as asked."""

    def written(times: Times, values: Floats, sheets: Sheets) -> Project:
        key = hashlib.sha256(times.tobytes() + values.tobytes() + repr(sheets).encode()).hexdigest()
        if key not in written_projects:
            made = Project.create(tmp_path_factory.mktemp("written") / "project", "Written")
            path = make_book(made.inputs / "hourly_load.xlsx", times, values, sheets)
            with contextlib.suppress(DataError):
                read_cached(made, path, file_digest(path), "")
            written_projects[key] = made
        return written_projects[key]

    def create(
        sheets: Sheets = None,
        *,
        name: str = "small",
        load: Callable[[Times], Floats] = plain_load,
        first: str = "2023-04-01",
        last: str = "2025-03-31",
    ) -> Project:
        times = local_hours(first, last)
        original = written(times, np.asarray(load(times)), sheets)

        def fill(project: Project) -> None:
            for folder in ("inputs", ".workbench"):
                shutil.copytree(original.folder / folder, project.folder / folder, dirs_exist_ok=True)

        settings = ProjectSettings(name, region="Kerala")
        return Project.create(tmp_path / name, settings, fill)

    return create
