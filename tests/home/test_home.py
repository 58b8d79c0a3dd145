from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets
import pytest

from workbench.data.projects.disk_usage import clear_cache, disk_use
from workbench.data.projects.project import Project
from workbench.data.projects.recent import recent_projects, remember_project
from workbench.home.disk import DiskPane
from workbench.home.notebooks import notebook_facts, notebook_list
from workbench.home.projects import ProjectPane
from workbench.home.view import Home


@pytest.fixture(autouse=True)
def _own_list_of_projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))
    monkeypatch.delenv("WORKBENCH_PROJECT", raising=False)


@pytest.fixture
def project(tmp_path: Path, copy_sample: Callable[[Path], Project]) -> Project:
    return copy_sample(tmp_path / "sample")


def inside(widget: Any) -> list[Any]:
    return [widget, *(found for child in getattr(widget, "children", ()) for found in inside(child))]


def words(widget: Any) -> str:
    return " ".join(item.value for item in inside(widget) if isinstance(item, ipywidgets.HTML))


def press(widget: Any, title: str) -> None:
    next(
        item for item in inside(widget) if isinstance(item, ipywidgets.Button) and item.description == title
    ).click()


def test_home_without_any_project_offers_to_make_one(tmp_path):
    home = Home(notebooks=tmp_path)
    assert home.project is None
    assert "No project is open" in words(home)


def test_home_shows_a_project_and_remembers_it(project, tmp_path):
    home = Home(project, tmp_path)
    assert project.name in words(home)
    assert "Nothing has been run" in words(home)
    assert "Disk usage" in words(home)
    assert recent_projects() == (project.folder,)
    assert Home(notebooks=tmp_path).project == project


def test_a_project_is_made_in_its_folder_and_nowhere_else(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    opened: list[Project] = []
    pane = ProjectPane(opened.append)
    pane._folder.value, pane._name.value = "my-state", "My state"
    pane._origin.value = "empty"
    press(pane, "Make it")
    assert opened[0].folder == tmp_path / "my-state"
    assert {path.name for path in tmp_path.iterdir()} <= {"my-state", "user"}


@pytest.mark.parametrize("folder", ["", "   ", "taken", "taken/file/inside"])
def test_a_project_that_cannot_be_made_is_said_and_nothing_is_written(tmp_path, monkeypatch, folder):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").write_text("mine")
    opened: list[Project] = []
    pane = ProjectPane(opened.append)
    pane._folder.value, pane._origin.value = folder, "empty"
    press(pane, "Make it")
    assert opened == []
    assert 'role="alert"' in words(pane)
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["file"]


def test_checking_a_project_tells_what_is_wrong(project):
    (project.inputs / "broken.xlsx").write_text("no workbook")
    pane = ProjectPane(lambda _: None)
    pane.show(project)
    press(pane, "Check")
    assert "broken.xlsx" in words(pane)


def test_projects_that_are_gone_are_not_offered(project, tmp_path):
    remember_project(project.folder)
    remember_project(tmp_path / "never")
    assert recent_projects() == (project.folder,)


@pytest.mark.parametrize("content", ["", "{", "7", '{"a": 1}', "[1, null]"])
def test_a_damaged_list_of_projects_is_an_empty_one(project, tmp_path, content):
    remember_project(project.folder)
    (tmp_path / "user" / "workbench" / "recent.json").write_text(content)
    assert recent_projects() == ()
    remember_project(project.folder)
    assert recent_projects() == (project.folder,)


def test_the_parts_of_a_project_are_measured_and_its_cache_is_cleared(project):
    project.cache_folder.mkdir(parents=True, exist_ok=True)
    (project.cache_folder / "table.arrow").write_bytes(b"x" * 5000)
    (project.cache_folder / "mine.txt").write_bytes(b"x")
    sizes = {item.part: (item.files, item.size) for item in disk_use(project)}
    assert sizes["Cache"] == (2, 5001)
    assert sizes["Inputs"][0] == 3
    assert clear_cache(project) == 5000
    assert (project.cache_folder / "mine.txt").exists()


def test_old_runs_are_forgotten_only_after_a_second_click(project, monkeypatch):
    asked: list[Any] = []
    monkeypatch.setattr("workbench.home.disk.delete_runs", lambda *given: asked.append(given))
    pane = DiskPane(project, lambda: None)
    press(pane, "Delete old runs …")
    assert "No ended run is older" in words(pane)
    assert asked == []


def test_the_notebooks_are_listed_with_what_they_are_for(tmp_path):
    def write(name: str, source: str, **mark: object) -> None:
        cells = [{"cell_type": "markdown", "source": [source]}]
        (tmp_path / name).write_text(json.dumps({"cells": cells, "metadata": {"workbench": mark}}))

    write("10-first step.ipynb", "# First\n\nWhat it is for.\n\nMore.")
    write("20-second.ipynb", "# Second\n\nAlso.", publish=True)
    (tmp_path / "damaged.ipynb").write_text("{")
    (tmp_path / "load-profiles").mkdir()
    (tmp_path / ".hidden").mkdir()
    write("load-profiles/10-make.ipynb", "# Make\n\nInside.")
    write(".hidden/10-copy.ipynb", "# Copy")
    facts = notebook_facts(tmp_path)
    assert [(item.title, item.sentence, item.is_published) for item in facts] == [
        ("First", "What it is for.", False),
        ("Second", "Also.", True),
        ("Make", "Inside.", False),
    ]
    cards = [card.outputs[0]["data"]["text/markdown"] for card in notebook_list(tmp_path).children]
    assert [card.splitlines()[0] for card in cards] == ["**Notebooks**", "**Load profiles**"]
    text = "\n".join(cards)
    assert "[First](10-first%20step.ipynb)" in text
    assert "[Make](load-profiles/10-make.ipynb)" in text
