from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

import workbench
from tests.conftest import PROJECT
from workbench.cli.lab import notebooks_folder, opening
from workbench.errors import ProjectError


def test_a_checkout_opens_its_own_notebooks():
    assert notebooks_folder() == PROJECT / "notebooks"


def test_an_installed_workbench_copies_its_notebooks_once_and_leaves_changed_ones_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    prefix, work = tmp_path / "prefix", tmp_path / "work"
    shutil.copytree(PROJECT / "notebooks", prefix / "share" / "workbench" / "notebooks")
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setattr(sys, "prefix", str(prefix))
    monkeypatch.setattr(workbench, "__file__", str(prefix / "site-packages" / "workbench" / "__init__.py"))
    assert notebooks_folder() == work / "notebooks"
    mine = work / "notebooks" / "10-demand-forecast.ipynb"
    mine.write_text("mine")
    assert notebooks_folder() == work / "notebooks"
    assert mine.read_text() == "mine"


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(ProjectError, match="There is no folder"):
        notebooks_folder(tmp_path / "nowhere")


def test_jupyterlab_opens_on_the_home_where_there_is_one(tmp_path: Path):
    assert opening(PROJECT / "notebooks") == ["--LabApp.default_url=/lab/tree/00-home.ipynb"]
    assert opening(tmp_path) == []
