"""A domain of another package: its form, run, panel, result and board, with nothing changed in the workbench."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ipywidgets
import pytest

import workbench
from workbench.data.projects.project import Project
from workbench.errors import SettingError
from workbench.publishing.boards import Library
from workbench.ui.base import sentence_of
from workbench.ui.declared import known_views
from workbench.ui.panel.run_panel import RunPanel

FILES = {
    "rainfall-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: rainfall\nVersion: 1.0\n",
    "rainfall-1.0.dist-info/entry_points.txt": """
[workbench.jobs]
rainfall = rainfall.offer:rainfall

[workbench.views]
rainfall = rainfall.views:VIEW
""",
    "rainfall/__init__.py": "",
    "rainfall/offer.py": """
from workbench.runs import JobOffer

rainfall = JobOffer("Rainfall", "rainfall.jobs:estimate_rainfall")
""",
    "rainfall/config.py": """
from dataclasses import dataclass
from workbench.runs import setting

@dataclass(frozen=True, slots=True)
class RainfallConfig:
    scenario: str = setting("base", help="Name of the result")
    days: int = setting(3, help="Rainy days", minimum=1, maximum=31)
""",
    "rainfall/saved.py": """
from workbench.data.results.scenario import SUMMARY_FILE

def load(project, scenario):
    return int((project.results / "rainfall" / scenario / "total.txt").read_text())

def save(project, scenario, total):
    folder = project.results_folder("rainfall", scenario)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "total.txt").write_text(str(total))
    (folder / SUMMARY_FILE).write_text("{}")
""",
    "rainfall/jobs.py": """
from rainfall.config import RainfallConfig
from rainfall.saved import load, save
from workbench.runs import job

@job("rainfall", title="Rainfall", config=RainfallConfig, load=load)
def estimate_rainfall(job, project, config):
    total = sum(job.track(range(1, config.days + 1), title="Days"))
    save(project, config.scenario, total)
    return total
""",
    "rainfall/views/__init__.py": """
from workbench.ui.declared import JobView

VIEW = JobView(
    job="rainfall",
    title="Rainfall",
    result="rainfall.views.result:show",
    load="rainfall.saved:load",
    above="rainfall.views.result:explain",
    empty="There is no rainfall yet.",
)
""",
    "rainfall/views/result.py": """
import ipywidgets

def show(result, project):
    return ipywidgets.HTML(f"{result} mm in {project.name}")

def explain(project, form):
    return ipywidgets.HTML(f"Rain of {project.name}")
""",
}


@pytest.fixture
def domain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install a package of one domain into a temporary folder."""
    for name, content in FILES.items():
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setattr("workbench.runs.jobs.registry._registered", {})
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "rainfall"]:
        del sys.modules[name]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "project", "Valley")


def parts(widget: ipywidgets.Widget, kind: type) -> list[Any]:
    inside = [part for child in getattr(widget, "children", ()) for part in parts(child, kind)]
    return ([widget] if isinstance(widget, kind) else []) + inside


def text_of(widget: ipywidgets.Widget) -> str:
    return " ".join(part.value for part in parts(widget, ipywidgets.HTML))


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


@pytest.mark.usefixtures("domain")
def test_it_is_run_from_its_form_and_shown_in_its_panel_and_on_its_board(project: Project) -> None:
    view = workbench.view("rainfall", project)
    board = workbench.board("rainfall", project)
    assert "Rain of Valley" in text_of(view)
    assert "There is no rainfall yet." in text_of(board)
    (days,) = parts(view, ipywidgets.IntText)
    days.value = 4
    (run_button,) = [button for button in parts(view, ipywidgets.Button) if button.description == "Run"]
    run_button.click()
    until(lambda: "10 mm in Valley" in text_of(view))
    (panel,) = parts(view, RunPanel)
    assert panel.run.config.days == 4
    assert "10 mm in Valley" in text_of(workbench.board("rainfall", project))
    until(lambda: "10 mm in Valley" in text_of(board))


@pytest.mark.usefixtures("domain")
def test_its_board_is_published_and_loaded_beforehand(tmp_path: Path) -> None:
    code = "import workbench\nworkbench.board('rainfall', workbench.open_project())"
    cells = [{"cell_type": "code", "source": code}]
    notebook = {"cells": cells, "metadata": {"workbench": {"publish": True, "title": "Rainfall"}}}
    (tmp_path / "rainfall.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    (found,) = Library(tmp_path).boards()
    assert {"rainfall.views.result", "rainfall.saved"} <= set(found.modules)


def test_without_the_package_there_is_no_such_view(project: Project) -> None:
    assert "demand" in known_views()
    with pytest.raises(SettingError, match="no view 'snowfall'") as caught:
        workbench.view("snowfall", project)
    assert "demand" in sentence_of(caught.value)


def test_a_job_without_a_declared_view_has_its_form_and_its_active_runs(project: Project) -> None:
    view = workbench.view("market_ingest", project)
    assert [button for button in parts(view, ipywidgets.Button) if button.description == "Run"]
    assert not parts(workbench.board("market_ingest", project), ipywidgets.Button)
