from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from workbench.capacity.config import CapacityConfig
from workbench.capacity.inputs.network_files import check_network, read_network
from workbench.capacity.jobs import plan_capacity
from workbench.data.problems import Problems
from workbench.data.projects.project import Project
from workbench.errors import InvalidData, UnreadableFile


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "networks", "Networks")


def test_a_network_of_another_version_is_read_and_said(shared_data: Path) -> None:
    problems = Problems("ac-dc-meshed.nc")
    network = read_network(shared_data / "networks" / "ac-dc-meshed.nc", problems)
    assert len(network.buses) == 9
    assert any("from PyPSA version" in str(problem) for problem in problems)


def test_a_truncated_file_says_so(shared_data: Path, tmp_path: Path) -> None:
    content = (shared_data / "networks" / "ac-dc-meshed.nc").read_bytes()
    path = tmp_path / "cut.nc"
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(UnreadableFile, match=r"cut.nc cannot be read as a NetCDF file; it may be cut off"):
        read_network(path)


def test_a_folder_without_buses_is_no_network(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with pytest.raises(UnreadableFile, match=r"has no buses\.csv"):
        read_network(tmp_path / "other")


# PyPSA 1.4 leaves the files that it writes into the folder for the interpreter to close.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_a_network_comes_back_the_same_from_csv_and_excel(small_network: Any, tmp_path: Path) -> None:
    network = small_network()
    network.export_to_csv_folder(tmp_path / "csv")
    gc.collect()
    network.export_to_excel(tmp_path / "network.xlsx")
    for path in (tmp_path / "csv", tmp_path / "network.xlsx"):
        again = read_network(path)
        assert list(again.generators.index) == list(network.generators.index)
        assert again.loads_t.p_set["load"].tolist() == pytest.approx(network.loads_t.p_set["load"].tolist())


@pytest.mark.parametrize(
    ("component", "name", "attribute", "value", "sentence"),
    [
        ("generators", "gas", "bus", "nowhere", "Generator 'gas': its bus 'nowhere' is not a bus"),
        ("generators", "gas", "p_nom", -5.0, "Generator 'gas': its p_nom is -5"),
        (
            "storage_units",
            "battery",
            "efficiency_store",
            85.0,
            "StorageUnit 'battery': its efficiency_store is 85",
        ),
    ],
)
def test_what_is_wrong_is_named_by_component_and_attribute(
    small_network: Any, component: str, name: str, attribute: str, value: object, sentence: str
) -> None:
    network = small_network()
    network.components[component].static.loc[name, attribute] = value
    problems = Problems("small.nc")
    check_network(network, problems)
    assert any(sentence in str(problem) for problem in problems.errors)


def test_an_unknown_carrier_is_said_in_words(small_network: Any) -> None:
    network = small_network()
    network.components.generators.static.loc["gas", "carrier"] = "plasma"
    problems = Problems("small.nc")
    check_network(network, problems)
    assert any(
        "carriers which are not defined" in str(problem) and "'gas'" in str(problem)
        for problem in problems.warnings
    )


def test_a_network_of_ones_own_is_solved_saved_and_told_by_its_snapshots(
    small_network: Any, project: Project
) -> None:
    network = small_network()
    # The year in the name is not the network's.
    network.export_to_netcdf(str(project.inputs / "plan-2045.nc"))
    result = plan_capacity(project, CapacityConfig(source="plan-2045.nc", scenario="own"))
    assert result.years == (2030,)
    again = result.network()
    assert again.objective == pytest.approx(result.facts["objective"])
    assert result.table("costs").total.sum() == pytest.approx(again.objective, rel=1e-6)


def test_a_network_without_buses_is_refused(tmp_path: Path) -> None:
    from workbench.capacity.model.pypsa_import import pypsa

    network = pypsa().Network()
    network.set_snapshots(range(3))
    network.export_to_netcdf(str(tmp_path / "empty.nc"))
    with pytest.raises(InvalidData, match="without buses"):
        read_network(tmp_path / "empty.nc")


def change_workbook(network: Any, path: Path, change: Callable[[openpyxl.Workbook], None]) -> Path:
    network.export_to_excel(path)
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda book: book["generators"].insert_rows(2), "a row of generators has no name"),
        (
            lambda book: book["loads"].append([cell.value for cell in book["loads"][2]]),
            "Load 'load' is there twice; rename or delete one",
        ),
    ],
)
def test_a_blank_row_and_a_row_that_is_there_twice_are_named(
    small_network: Any, tmp_path: Path, change: Callable[[openpyxl.Workbook], None], sentence: str
) -> None:
    path = change_workbook(small_network(), tmp_path / "network.xlsx", change)
    with pytest.raises(InvalidData, match=sentence):
        read_network(path)


def test_a_sheet_that_pypsa_passes_over_is_named(small_network: Any, tmp_path: Path) -> None:
    def rename(book: openpyxl.Workbook) -> None:
        book["generators"].title = "Generators 2"

    path = change_workbook(small_network(), tmp_path / "network.xlsx", rename)
    problems = Problems(path.name)
    read_network(path, problems)
    assert "network.xlsx, sheet 'Generators 2': the sheet has no name of PyPSA's and is not read" in str(
        problems.warnings[0]
    )
