from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest

from workbench.data.projects.project import Project


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 256 KiB, so that a full disk is a full disk."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)], check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no file system can be mounted here: {error}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def make_read_only() -> Callable[[Path], None]:
    """Turns a mounted file system read-only; permission bits do not stop root."""

    def remount(folder: Path) -> None:
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)

    return remount


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "project", "A project")


@pytest.fixture
def save_sheet(tmp_path: Path) -> Callable[..., Path]:
    """Writes cells with openpyxl, another library than the one that is tested."""

    def save(cells: dict[str, object], sheet: str = "main", name: str = "book.xlsx") -> Path:
        book = openpyxl.Workbook()
        page = book.active
        assert page is not None
        page.title = sheet
        for cell, value in cells.items():
            page[cell] = value
        path = tmp_path / name
        book.save(path)
        return path

    return save
