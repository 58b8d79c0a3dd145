from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from demand_workbooks import MakeWorkbook, small_sheets, write_sheets

from workbench.data.projects.project import Project


@pytest.fixture
def make_workbook(tmp_path: Path) -> MakeWorkbook:
    """Write the small workbook with some sheets replaced, or removed where given as None."""

    def make(path: Path | None = None, **changes: Any) -> Path:
        sheets = {**small_sheets(), **changes}
        target = path or tmp_path / "small_demand.xlsx"
        return write_sheets(target, {name: rows for name, rows in sheets.items() if rows is not None})

    return make


@pytest.fixture
def small_project(tmp_path: Path, make_workbook: MakeWorkbook, without_report: None) -> Project:
    project = Project.create(tmp_path / "small", "Small state")
    make_workbook(project.inputs / "demand.xlsx")
    return project


@pytest.fixture(scope="session")
def kerala_workbook(shared_data: Path) -> Path:
    return shared_data / "planning" / "kerala_demand.xlsx"


@pytest.fixture
def kerala_project(tmp_path: Path, kerala_workbook: Path) -> Project:
    project = Project.create(tmp_path / "kerala", "Kerala")
    (project.inputs / "kerala_demand.xlsx").write_bytes(kerala_workbook.read_bytes())
    return project
