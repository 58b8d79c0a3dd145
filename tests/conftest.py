"""What every test can ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]


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
