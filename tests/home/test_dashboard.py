"""The home page as a dashboard: cards of projects with the state of their planning, and the newest results."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets
import pytest

from workbench.data.projects.project import Project
from workbench.data.projects.recent import remember_project
from workbench.data.results.scenario import SUMMARY_FILE
from workbench.home.cards import ProjectCards
from workbench.home.results import RecentResults
from workbench.planning.progress import chain_progress


@pytest.fixture(autouse=True)
def _own_list_of_projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))


def give_result(project: Project, job: str, scenario: str, second: int) -> None:
    """Put a finished result into a project that was made at a second."""
    folder = project.results / job / scenario
    folder.mkdir(parents=True)
    (folder / SUMMARY_FILE).write_text("{}")
    os.utime(folder / SUMMARY_FILE, (second, second))


def card_texts(cards: ProjectCards) -> list[str]:
    return [card.children[0].value for card in cards._grid.children]


def test_the_chain_of_a_project_tells_its_newest_results_and_which_step_is_older_than_the_one_before(
    tmp_path: Path,
) -> None:
    project = Project.create(tmp_path / "state", "State")
    give_result(project, "demand", "BAU", 1_000)
    give_result(project, "demand", "high", 3_000)
    give_result(project, "load_profiles", "BAU", 2_000)
    steps = [(step.scenario, step.is_stale) for step in chain_progress(project)]
    assert steps == [("high", False), ("BAU", True), ("", False)]


def test_projects_are_cards_with_their_chain_and_another_one_is_opened_from_its_card(
    tmp_path: Path, copy_sample: Callable[[Path], Project]
) -> None:
    chosen, other = copy_sample(tmp_path / "chosen"), Project.create(tmp_path / "other", "Other & one")
    give_result(chosen, "demand", "BAU", 1_000)
    remember_project(other.folder)
    remember_project(chosen.folder)
    opened: list[Any] = []
    cards = ProjectCards(opened.append)
    cards.show(chosen)
    first, second = card_texts(cards)
    assert chosen.name in first
    assert "BAU, 01 Jan 1970" in first
    assert "Other &amp; one" in second
    assert second.count("not made yet") == 6  # said, and read aloud
    buttons = [
        part for card in cards._grid.children for part in card.children if isinstance(part, ipywidgets.Button)
    ]
    assert len(buttons) == 1
    buttons[0].click()
    assert [project.name for project in opened] == ["Other & one"]


def test_the_newest_result_of_each_job_is_listed_the_newest_first(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "state", "State")
    assert "no result in this project yet" in RecentResults(project)._table.value
    give_result(project, "demand", "BAU", 1_000)
    give_result(project, "finance", "Report", 2_000)
    found = RecentResults(project)._table._shown[1]
    assert [row[:2] for row in found] == [("Finance report", "Report"), ("Demand forecast", "BAU")]
