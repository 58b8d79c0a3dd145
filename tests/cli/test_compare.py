from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from workbench.cli.main import main
from workbench.data.projects.project import Project
from workbench.demand.config import DemandConfig
from workbench.demand.jobs import forecast_demand

QUICK = {"models": ("damped_growth",), "target_year": 2030, "draws": 200}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, copy_sample: Callable[[Path], Project]) -> Project:
    """A sample project with the forecasts of two months; in between, one cell was changed."""
    project = copy_sample(tmp_path_factory.mktemp("compare") / "sample")
    forecast_demand(project, DemandConfig(scenario="june", **QUICK))
    path = project.inputs / "demand.xlsx"
    book = openpyxl.load_workbook(path)
    book["Domestic"]["B20"] = book["Domestic"]["B20"].value * 1.05
    book.save(path)
    forecast_demand(project, DemandConfig(scenario="july", **QUICK, seed=7))
    return project


def test_the_changed_cell_its_effect_and_the_changed_setting_are_shown(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["compare", "june", "july", "--project", str(project.folder)]) == 0
    shown = capsys.readouterr().out
    assert "What changed from june to july" in shown
    assert "demand.xlsx, sheet 'Domestic', B20" in shown
    assert "Electricity, 2024" in shown
    assert "requirement" in shown
    assert "Seed" in shown


def test_a_page_and_a_csv_file_are_written(project: Project, tmp_path: Path) -> None:
    for name in ("changed.html", "changed.csv"):
        place = ["--project", str(project.folder), "--output", str(tmp_path / name)]
        assert main(["compare", "june", "july", *place]) == 0
    for name in ("changed.html", "changed.csv"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "demand.xlsx, sheet 'Domestic', B20" in text.replace("&#39;", "'")
        assert "Made-up data" in text


def test_everything_that_differs_is_written_as_json(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", "june", "july", "--project", str(project.folder), "--json"]) == 0
    parts = {row["part"] for row in json.loads(capsys.readouterr().out)}
    assert {"numbers", "inputs", "settings"} <= parts


def test_results_that_are_not_there_are_refused_with_those_that_are(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", "june", "august", "--project", str(project.folder)]) == 2
    message = capsys.readouterr().err
    assert "There are no two finished results 'june' and 'august' of one job" in message
    assert "june" in message.rpartition("present: demand: ")[2]
