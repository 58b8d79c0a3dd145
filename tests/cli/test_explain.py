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


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, copy_sample: Callable[[Path], Project]) -> Project:
    """A sample project with one forecast, run again after one cell was changed."""
    project = copy_sample(tmp_path_factory.mktemp("explain") / "sample")
    config = DemandConfig(models=("damped_growth",), target_year=2030, draws=200)
    forecast_demand(project, config)
    path = project.inputs / "demand.xlsx"
    book = openpyxl.load_workbook(path)
    book["Domestic"]["B20"] = book["Domestic"]["B20"].value * 1.05
    book.save(path)
    forecast_demand(project, config)
    return project


def explained(project: Project, *words: str) -> int:
    return main(["explain", str(project.folder), "demand", *words])


def test_the_chain_behind_a_number_is_written_down_to_the_cells(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explained(project, "BAU", "requirement", "year=2030", "peak_mw") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Peak mw, FY 2029-30")
    assert "demand.xlsx, sheet 'Domestic', cell B" in "\n".join(lines)
    assert any(line.strip().startswith("demand.xlsx, SHA-256 ") for line in lines)


def test_a_row_is_named_by_its_number_or_by_several_columns(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explained(project, "BAU", "history", "year=2024,sector=Domestic", "electricity") == 0
    named = capsys.readouterr().out
    assert "cell B20" in named
    assert explained(project, "BAU", "history", "0", "electricity") == 0
    assert capsys.readouterr().out != named


def test_the_whole_chain_is_written_as_json(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert explained(project, "BAU", "requirement", "year=2030", "net", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    gross, solar = found["cell"]["parts"]
    assert gross["value"] - solar["value"] == pytest.approx(found["cell"]["value"])
    assert found["cell"]["origin"] in ("derived", "assumed")
    assert found["made_from"][0]


def test_the_result_before_the_last_run_is_explained_by_what_it_was_made_of(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explained(project, "BAU before", "history", "year=2024,sector=Domestic", "electricity") == 0
    before = capsys.readouterr().out
    assert "the file has changed since this run" in before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("Bau", "requirement", "year=2030", "peak_mw"),
            "There is no finished demand scenario 'Bau'; present: BAU",
        ),
        (("BAU", "requiremen", "year=2030", "peak_mw"), "requirement"),
        (("BAU", "requirement", "year=2030", "peak"), "peak_mw"),
        (("BAU", "requirement", "year=1830", "peak_mw"), "No rows of the table requirement fit year 1830"),
        (("BAU", "requirement", "9999", "peak_mw"), "has the rows 0 to"),
        (("BAU", "requirement", "2030x", "peak_mw"), "'2030x' is not a row"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(
    project: Project, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    assert explained(project, *words) == 2
    assert message in capsys.readouterr().err


def test_what_changed_since_the_run_before_is_compared(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    place = ["--project", str(project.folder)]
    assert main(["compare", "BAU before", "BAU", *place]) == 0
    shown = capsys.readouterr().out
    assert "What changed from BAU before 20" in shown
    assert "demand.xlsx, sheet 'Domestic', B20" in shown
    assert main(["compare", "BAU", "August", *place]) == 2
    assert "present: demand: BAU, BAU before 20" in capsys.readouterr().err
