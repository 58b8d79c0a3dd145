"""What every test can ask for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lab_fixtures import lab, new_page, open_notebook

__all__ = ["lab", "new_page", "open_notebook"]

PROJECT = Path(__file__).parents[1]
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real inputs; the test is skipped where it is absent."""
    folder = Path(os.environ.get("WORKBENCH_TEST_DATA") or PROJECT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"the real inputs are not at {folder}; set WORKBENCH_TEST_DATA to their folder")
    return folder


@pytest.fixture(autouse=True, scope="session")
def _own_user_folders(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the tests' signing key and recent projects out of the user's own folders."""
    os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("user-data"))


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a sample project on which the whole planning chain has run; change only a copy of it."""
    from workbench.cli import main

    folder = tmp_path_factory.mktemp("planned") / "sample-project"
    assert main(["demo", "--folder", str(folder)]) == 0
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Give a Chromium, one for all tests: a second driver in the same process is refused."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium is installed: nothing was looked at in a browser")
    with playwright.sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield made
        made.close()
