"""The tab that compares a result with another one: what it offers, and what it shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from data.test_earlier_results import STORE, save

from workbench.data.projects.project import Project
from workbench.ui.result_tabs import ResultTabs


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "wind", "Wind")


def offered(tabs: ResultTabs) -> tuple[str, ...]:
    content = tabs.children[0].children[0]
    return getattr(content.children[0], "options", ())


def shown(tabs: ResultTabs) -> str:
    area = tabs.children[0].children[0].children[2]
    return " ".join(str(part.value) for part in area.children if hasattr(part, "value"))


def test_the_result_before_the_last_run_comes_first_then_the_other_scenarios(project: Project) -> None:
    save(project, 5.0, scenario="High")
    save(project, 7.0)
    tabs = ResultTabs(save(project, 8.0, height=120.0), project)
    label = STORE.earlier(project, "BAU")
    assert tuple(offered(tabs)) == (label, "High")
    words = shown(tabs)
    assert label in words
    assert "Height" in words


def test_a_first_result_says_how_to_get_something_to_compare_with(project: Project) -> None:
    tabs = ResultTabs(save(project, 7.0), project)
    assert offered(tabs) == ()
    assert "run this scenario again" in tabs.children[0].children[0].children[0].value
