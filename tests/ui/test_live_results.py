"""What comes into a project is offered where it is looked at: one look for all widgets, without a reload."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets
import pytest
from data.test_earlier_results import STORE, save

from workbench.data.projects.project import Project
from workbench.planning.view import PlanningSummary
from workbench.runs import start
from workbench.ui.live.board import Board
from workbench.ui.live.project_news import LOOK_SECONDS, ProjectNews
from workbench.ui.live.saved_results import SavedResults
from workbench.ui.result_tabs import ResultTabs

SECONDS = 15.0
"""How long a test waits on a busy machine; how soon a result is offered follows from the time between two looks."""
JOB = STORE.domain


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "wind", "Wind")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Project:
    """Give a project in which results are made that then come into the other one as copied folders."""
    return Project.create(tmp_path / "elsewhere", "Elsewhere")


def copied(source: Project, target: Project, scenario: str) -> None:
    shutil.copytree(
        source.results_folder(JOB, scenario), target.results_folder(JOB, scenario), dirs_exist_ok=True
    )


def soon(condition: Callable[[], bool]) -> None:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < SECONDS
        time.sleep(0.02)


def view_of(project: Project) -> Callable[[str], ipywidgets.Widget]:
    def view(name: str) -> ipywidgets.Widget:
        table = STORE.load(project, name).table("speeds")
        return ipywidgets.HTML(f"{name}: {table.iloc[0].to_dict()}")

    return view


def test_it_is_looked_so_often_that_a_result_is_offered_within_two_seconds() -> None:
    assert LOOK_SECONDS <= 0.5


def board_of(project: Project) -> Board:
    return Board(project, JOB, label="Result", view_of=view_of(project), when_empty="Nothing yet.")


def shown(results: SavedResults) -> str:
    return " ".join(str(part.value) for part in results._area.children)


def test_a_result_that_is_copied_into_a_project_is_offered_on_a_board_that_was_opened_empty(
    project: Project, elsewhere: Project
) -> None:
    board = board_of(project)
    assert "Nothing yet" in board.results.children[0].value
    save(elsewhere, 5.0)
    copied(elsewhere, project, "BAU")
    soon(lambda: board.results.chosen == "BAU" and "BAU: " in shown(board.results))


def test_what_is_shown_stays_when_another_result_comes_and_this_is_said(
    project: Project, elsewhere: Project
) -> None:
    save(project, 5.0)
    board = board_of(project)
    before = board.results._area.children
    save(elsewhere, 6.0, scenario="A new one")
    copied(elsewhere, project, "A new one")
    soon(lambda: "A new one" in board.results._said.value)
    assert board.results._scenario is not None
    assert board.results._scenario.options == ("A new one", "BAU")
    assert (board.results.chosen, board.results._area.children) == ("BAU", before)
    board.results._scenario.value = "A new one"
    assert board.results._said.value == ""
    assert "A new one: " in shown(board.results)


def test_a_result_that_is_shown_and_made_again_is_shown_anew(project: Project) -> None:
    save(project, 5.0)
    board = board_of(project)
    before = shown(board.results)
    save(project, 9.0)
    soon(lambda: shown(board.results) != before)
    assert "made again" in board.results._said.value


def test_a_result_that_goes_makes_room_for_another_and_an_empty_board_says_so(project: Project) -> None:
    save(project, 5.0)
    save(project, 6.0, scenario="High")
    board = board_of(project)
    shutil.rmtree(project.results_folder(JOB, "BAU"))
    soon(lambda: board.results.chosen == "High" and "High: " in shown(board.results))
    assert "no longer there" in board.results._said.value
    shutil.rmtree(project.results_folder(JOB, "High"))
    soon(lambda: len(board.results.children) == 1)


def test_a_result_of_which_a_part_comes_late_is_shown_when_it_is_whole(
    project: Project, elsewhere: Project
) -> None:
    save(elsewhere, 5.0)
    board = board_of(project)
    target = project.results_folder(JOB, "BAU")
    target.mkdir(parents=True)
    files = sorted(elsewhere.results_folder(JOB, "BAU").iterdir(), key=lambda file: file.suffix != ".json")
    shutil.copy(files[0], target)
    soon(lambda: board.results.chosen == "BAU")
    assert "BAU: " not in shown(board.results)
    for file in files[1:]:
        shutil.copy(file, target)
    began = time.monotonic()
    while "BAU: " not in shown(board.results):
        assert time.monotonic() - began < 2 * SECONDS
        time.sleep(0.05)


def test_the_tab_that_compares_offers_a_result_that_comes_later(project: Project) -> None:
    tabs = ResultTabs(save(project, 5.0), project)
    page = tabs.children[0].children[0]
    assert "nothing to compare" in page.children[0].value
    save(project, 6.0, scenario="High")
    soon(lambda: len(page.children) == 3 and page.children[0].options == ("High",))


def test_the_planning_page_offers_a_plan_that_comes(project: Project) -> None:
    page = PlanningSummary(project)
    boxes, results = page.children
    before = boxes.children[0].value
    folder = project.results_folder("capacity", "BAU")
    folder.mkdir(parents=True)
    (folder / "result.json").write_text("{}", encoding="utf-8")
    soon(lambda: results.chosen == "BAU")
    assert boxes.children[0].value == before
    page.close()


def test_one_thread_looks_for_all_widgets_and_ends_with_the_last(project: Project) -> None:
    boards = [board_of(project) for _ in range(5)]
    news = ProjectNews.of(project)
    assert news is ProjectNews.of(Project.open(project.folder))
    assert sum(thread.name == "workbench project news" for thread in threading.enumerate()) >= 1
    assert news._thread is not None
    for board in boards:
        for part in (board.results, board.live, board):
            part.close()
    soon(lambda: news._thread is None)


def test_an_error_of_one_follower_reaches_no_other_and_is_told_again(project: Project) -> None:
    told: list[str] = []

    class Follower:
        def __init__(self, name: str, failures: int) -> None:
            self.name, self.failures = name, failures

        def take(self, _news: object) -> None:
            self.failures -= 1
            if self.failures >= 0:
                raise OSError("for a moment")
            told.append(self.name)

    news = ProjectNews.of(project)
    followers = [Follower("first", 1), Follower("second", 0)]
    for follower in followers:
        news.follow(follower.take, jobs=(JOB,))
    save(project, 5.0)
    news.look()
    news.look()
    assert sorted(told) == ["first", "second"]


def test_a_journal_that_is_as_before_is_not_read_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    import workbench.ui.live.project_news as module

    asked = []
    read = module.runs

    def counted(asked_for: Project, **options: Any) -> Any:
        # Widgets of other tests may still be in use.
        asked.extend([asked_for] * (asked_for is project))
        return read(asked_for, **options)

    monkeypatch.setattr(module, "runs", counted)
    news = ProjectNews(project)
    for _ in range(5):
        news._read_runs(10)
    assert len(asked) == 1
    start("demand", project).wait(30)
    news._read_runs(10)
    assert [record.job for record in news._runs] == ["demand"]
    os.utime(project.journal_path)
    news._read_runs(10)
    assert len(asked) == 3
