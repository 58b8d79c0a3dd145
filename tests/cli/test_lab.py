from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import PROJECT
from workbench.cli.lab import notebooks_folder
from workbench.errors import ProjectError


def test_a_checkout_opens_its_own_notebooks():
    assert notebooks_folder() == PROJECT / "notebooks"


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(ProjectError, match="There is no folder"):
        notebooks_folder(tmp_path / "nowhere")
