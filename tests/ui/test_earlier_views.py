"""Views that the same cell makes again."""

from __future__ import annotations

import threading

import ipywidgets
import pytest

import workbench
from workbench.data.projects.project import Project
from workbench.sample.project import create_from_sample
from workbench.ui import earlier_views
from workbench.ui.declared import known_views
from workbench.ui.earlier_views import Execution, close_tree, instead_of_earlier


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return create_from_sample(tmp_path_factory.mktemp("views") / "sample")


def live() -> set[str]:
    return set(ipywidgets.widgets.widget._instances)


def wait_for_views() -> None:
    for thread in threading.enumerate():
        if thread.name.startswith("workbench view of"):
            thread.join(10)


@pytest.mark.parametrize("name", known_views())
@pytest.mark.parametrize("make", [workbench.view, workbench.board], ids=["view", "board"])
def test_the_tenth_run_of_a_cell_has_as_many_widgets_as_the_first(
    project: Project, name: str, make: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = []
    executions = [Execution("cell", str(number)) for number in range(4)]
    for execution in executions:
        monkeypatch.setattr(earlier_views, "current_execution", lambda execution=execution: execution)
        page = make(name, project)  # type: ignore[operator]
        wait_for_views()
        counts.append(len(live()))
    close_tree(page)
    assert counts[1:] == counts[:1] * 3


def test_views_of_one_execution_and_of_other_cells_stay() -> None:
    first, second = ipywidgets.HTML(), ipywidgets.HTML()
    other = instead_of_earlier(ipywidgets.HTML(), Execution("other", "1"))
    for page in (first, second):
        instead_of_earlier(page, Execution("one", "2"))
    assert all(page.comm is not None for page in (first, second, other))
    newest = instead_of_earlier(ipywidgets.HTML(), Execution("one", "3"))
    assert first.comm is second.comm is None
    assert other.comm is not None
    assert newest.comm is not None


def test_outside_of_a_cell_nothing_is_closed() -> None:
    pages = [instead_of_earlier(ipywidgets.HTML()) for _ in range(2)]
    assert all(page.comm is not None for page in pages)
