from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from workbench.capacity.config import CapacityConfig
from workbench.capacity.inputs.demand_source import find_load
from workbench.capacity.inputs.network_files import read_network
from workbench.capacity.inputs.reading import plant_workbooks, read_system
from workbench.capacity.model.system import System
from workbench.data.projects.project import Project
from workbench.errors import InvalidData
from workbench.sample.plants import write_plants


@pytest.mark.parametrize("name", ["plants-blank-row", "options-blank-row", "stray-cell-38-columns"])
def test_no_blank_row_and_no_far_cell_loses_a_plant_or_an_option(shared_data: Path, name: str) -> None:
    path = shared_data.parent / "cases" / "reading" / f"{name}.xlsx"
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    system = read_system(path, CapacityConfig())

    assert (len(system.plants), sum(plant.p_nom for plant in system.plants)) == (16, 8485.0)
    assert len(system.candidates) == 9
    assert [problem.cell for problem in system.problems] == (["AL1048576"] if "stray" in name else [])


def test_every_missing_sheet_and_column_is_named_with_an_example(shared_data: Path) -> None:
    path = shared_data.parent / "cases" / "planning" / "plants_naive.xlsx"
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    with pytest.raises(InvalidData) as caught:
        read_system(path, CapacityConfig())
    said = [problem.message for problem in caught.value.problems if problem.severity == "error"]

    assert [text.partition(";")[0] for text in said[:2]] == [
        "there is no sheet 'options'",
        "there is no sheet 'carriers', which gives the CO2 of Coal, Natural gas",
    ]
    assert all("such as" in text for text in said[:2])


@pytest.fixture
def plants(tmp_path: Path) -> Path:
    write_plants(tmp_path / "plants.xlsx")
    return tmp_path / "plants.xlsx"


def changed(path: Path, change: Callable[[openpyxl.Workbook], None]) -> System:
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return read_system(path, CapacityConfig())


def test_renamed_and_moved_sheets_are_found_by_their_headers(plants: Path) -> None:
    before = read_system(plants, CapacityConfig())

    def rename(book: openpyxl.Workbook) -> None:
        book["plants"].title = "Existing stations"
        book["options"].title = "Ideas"
        book.move_sheet("carriers", -3)

    after = changed(plants, rename)

    assert (after.plants, after.candidates) == (before.plants, before.candidates)
    notes = [problem for problem in after.problems if "has its headers" in problem.message]
    assert {problem.sheet for problem in notes} == {"Existing stations", "Ideas"}


def test_columns_in_any_order_below_a_title_give_the_same_plants(plants: Path) -> None:
    before = read_system(plants, CapacityConfig())

    def move(book: openpyxl.Workbook) -> None:
        page = book["plants"]
        rows = [list(reversed(row)) for row in page.iter_rows(values_only=True)]
        page.delete_rows(1, page.max_row)
        page.append(["Plants in operation"])
        page.append([])
        for row in rows:
            page.append([None, *row])

    after = changed(plants, move)

    assert after.plants == before.plants
    assert any("the header is in row 3" in problem.message for problem in after.problems)


def test_text_dates_of_an_hourly_load_are_read_by_the_reader_of_hourly_loads(
    tmp_path: Path, plants: Path
) -> None:
    project = Project.create(tmp_path / "project", "A project")
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "Past_Hourly_Demand"
    page.append(["date", "time", "demand"])
    start = datetime.datetime(2023, 4, 1, tzinfo=datetime.UTC)
    for hour in range(8784):
        moment = start + datetime.timedelta(hours=hour)
        page.append([f"{moment:%d/%m/%Y}", f"{moment:%H:%M}", 1000.0 + hour % 24])
    book.save(project.inputs / "load.xlsx")
    config = CapacityConfig(years=(2024,))

    load = find_load(project, read_system(plants, config), config)

    assert (len(load.by_year[2024]), load.by_year[2024][:3].tolist()) == (8784, [1000.0, 1001.0, 1002.0])
    assert any("day-month-year" in note.message for note in load.notes)
    assert plant_workbooks(project) == []


def test_a_far_cell_in_a_network_workbook_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("network")
    book.create_sheet("buses").append(["name"])
    book["buses"]["A2"] = "Main"
    book["buses"]["AL1048576"] = "x"
    book.save(tmp_path / "network.xlsx")

    with pytest.raises(InvalidData, match="sheet 'buses', cell AL1048576: the cell stands far"):
        read_network(tmp_path / "network.xlsx")
