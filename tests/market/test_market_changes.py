from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from workbench.cli.main import main
from workbench.data.comparison.comparison import Comparison
from workbench.data.projects.project import Project
from workbench.data.projects.settings_file import ProjectSettings
from workbench.market.jobs import ingest_market
from workbench.market.market import Market
from workbench.market.sample.files import write_nemweb
from workbench.market.sample.market import SampleMarket
from workbench.market.sample.units import write_register

SAMPLE = SampleMarket.make(12)
SOURCE = {"register": "units.csv", "files": "nemweb"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Give a project with the data of June, and of July: two hours more, and one file with other prices."""
    made = Project.create(
        tmp_path_factory.mktemp("changes") / "market", ProjectSettings("Market", region="NEM")
    )
    write_register(made.inputs / "units.csv", SAMPLE.units)
    folder = made.inputs / "nemweb"
    folder.mkdir()
    write_nemweb(folder, SAMPLE.frames("2025-08-01", "2025-08-01T02:00"))
    ingest_market(made, scenario="june", **SOURCE)
    shutil.rmtree(folder)
    folder.mkdir()
    write_nemweb(folder, SAMPLE.frames("2025-08-01", "2025-08-01T04:00"))
    _double_prices(folder / _prices(folder))
    ingest_market(made, scenario="july", **SOURCE)
    return made


@pytest.fixture(scope="module")
def found(project: Project) -> Comparison:
    with Market.open(project, "june") as june, Market.open(project, "july") as july:
        return july.changes_from(june)


def _prices(folder: Path) -> str:
    return min(path.name for path in folder.iterdir() if "DISPATCHIS" in path.name.upper())


def _double_prices(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        (name,) = archive.namelist()
        lines = archive.read(name).decode().splitlines()
    head = next(line.split(",") for line in lines if line.startswith("I,") and "RRP" in line.split(","))
    place, kind = head.index("RRP"), head[1:3]
    changed = []
    for line in lines:
        cells = line.split(",")
        if cells[0] == "D" and cells[1:3] == kind:
            cells[place] = str(2 * abs(float(cells[place])) + 100)
        changed.append(",".join(cells))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "\n".join(changed) + "\n")


def test_files_that_came_and_the_one_that_is_another_are_named(found: Comparison, project: Project) -> None:
    kinds = {
        kind: [one.file for one in found.inputs if one.kind == kind]
        for kind in ("added", "changed", "removed")
    }
    assert kinds["changed"] == [_prices(project.inputs / "nemweb")]
    assert kinds["removed"] == []
    assert len(kinds["added"]) > 20


def test_prices_of_the_time_that_both_have_are_compared(found: Comparison) -> None:
    prices = found.numbers[found.numbers.table == "mean price"]
    assert len(prices) == 5
    assert (prices.difference > 0).all()
    assert set(prices.unit) == {"AUD/MWh"}
    energy = found.numbers[found.numbers.table == "energy"]
    assert energy.difference.abs().max() == 0
    rows = found.numbers[found.numbers.table == "rows"]
    assert (rows.difference > 0).any()


def test_a_dataset_beside_itself_differs_in_nothing(project: Project) -> None:
    with Market.open(project, "june") as one, Market.open(project, "june") as two:
        assert two.changes_from(one).nothing_differs


def test_the_command_line_compares_datasets_by_name(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    place = ["--project", str(project.folder), "--job", "market_ingest"]
    assert main(["compare", "june", "july", *place]) == 0
    shown = capsys.readouterr().out
    assert "What changed from june to july" in shown
    assert _prices(project.inputs / "nemweb") in shown
