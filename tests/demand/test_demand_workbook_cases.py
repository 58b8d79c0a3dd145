from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from workbench.data.problems import Severity
from workbench.data.projects.project import Project
from workbench.demand.config import DemandConfig
from workbench.demand.inputs.reading import DemandInput, read_demand
from workbench.demand.jobs import forecast_demand
from workbench.demand.sectors.plan import make_plan
from workbench.errors import InvalidData, UnreadableFile
from workbench.sample.project import write_sample


def case(shared_data: Path, name: str) -> Path:
    path = shared_data.parent / "cases" / name
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    return path


def test_a_blank_row_loses_no_year_of_a_sector(shared_data: Path) -> None:
    read = read_demand(case(shared_data, "reading/demand-blank-row.xlsx"))

    assert {(s.first_year, s.last_year) for s in read.sectors.values() if s.role == "sales"} == {(2006, 2025)}
    assert len(read.sectors["Domestic"].energy) == 20


def test_a_truncated_workbook_is_a_sentence(shared_data: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"demand_truncated\.xlsx is damaged or only half copied"):
        read_demand(case(shared_data, "planning/demand_truncated.xlsx"))


def test_a_cell_with_an_impossible_reference_is_named_and_its_year_missed(shared_data: Path) -> None:
    with pytest.raises(InvalidData, match=r"'Commercial_lt', cell A19: there is no year") as caught:
        read_demand(case(shared_data, "reading/cell-reference-far-beyond.xlsx"))
    assert any("stands far from all others" in problem.message for problem in caught.value.problems)


def test_deleting_sectors_from_the_template_is_one_deletion(shared_data: Path) -> None:
    read = read_demand(case(shared_data, "planning/template_with_three_sectors.xlsx"))

    assert {name: sector.drivers for name, sector in read.sectors.items()} == {
        "Domestic": ("GSDP", "Total Population"),
        "Commercial": ("GSDP",),
        "Industry_HT": ("GSDP",),
    }
    said = [problem for problem in read.problems if "lists drivers of Agriculture" in problem.message]
    assert [problem.severity for problem in said] == [Severity.WARNING]


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    paths = write_sample(tmp_path_factory.mktemp("sample"))
    return next(path for path in paths if "demand" in path.stem)


def changed(workbook: Path, folder: Path, change: Callable[[openpyxl.Workbook], None]) -> DemandInput:
    book = openpyxl.load_workbook(workbook)
    change(book)
    book.save(folder / "demand.xlsx")
    return read_demand(folder / "demand.xlsx")


def same(one: DemandInput, other: DemandInput) -> bool:
    def values(read: DemandInput) -> dict[str, list[float]]:
        return {name: sector.energy.tolist() for name, sector in read.sectors.items()}

    return values(one) == values(other) and one.drivers.actual == other.drivers.actual


@pytest.mark.parametrize(
    "change",
    [
        lambda book: [page.insert_rows(5, 2) for page in book.worksheets[2:]],
        lambda book: [page.insert_cols(2) for page in book.worksheets[2:]],
        lambda book: [page.insert_rows(1, 3) for page in book.worksheets[2:]],
        lambda book: book["main"].insert_rows(8),
        lambda book: setattr(book["main"], "title", "Inputs"),
        lambda book: setattr(book["Economic_Indicators"], "title", "Drivers by year"),
        lambda book: book.move_sheet("main", 5),
    ],
    ids=[
        "blank rows",
        "a blank column",
        "rows above",
        "a blank sector",
        "main renamed",
        "drivers renamed",
        "moved",
    ],
)
def test_the_same_is_read_however_the_sheets_are_spaced_named_and_ordered(
    workbook: Path, tmp_path: Path, change: Callable[[openpyxl.Workbook], None]
) -> None:
    assert same(changed(workbook, tmp_path, change), read_demand(workbook))


def test_hidden_rows_and_sheets_are_read_and_said(workbook: Path, tmp_path: Path) -> None:
    def hide(book: openpyxl.Workbook) -> None:
        page = book["Domestic"]
        page.sheet_state = "hidden"
        page.row_dimensions[4].hidden = True

    read = changed(workbook, tmp_path, hide)

    assert same(read, read_demand(workbook))
    said = [problem.message for problem in read.problems if problem.sheet == "Domestic"]
    assert [text.partition(" hidden")[0] for text in said] == ["the sheet is", "row 4 is"]


def test_a_misspelt_sector_among_the_drivers_is_an_error(workbook: Path, tmp_path: Path) -> None:
    def misspell(book: openpyxl.Workbook) -> None:
        cell = next(c for row in book["main"].iter_rows() for c in row if c.value == "~Drivers")
        assert cell is not None
        book["main"].cell(cell.row + 1, cell.column).value = "Domestik"

    with pytest.raises(InvalidData, match=r"lists drivers of 'Domestik'.* did you mean 'Domestic'"):
        changed(workbook, tmp_path, misspell)


def test_a_mistyped_year_of_a_small_sector_does_not_blow_up_the_interval_of_the_total(
    shared_data: Path, tmp_path: Path
) -> None:
    project = Project.create(tmp_path / "state", "State")
    shutil.copy(case(shared_data, "planning/demand_typo_x10.xlsx"), project.inputs)

    last = forecast_demand(project, DemandConfig(models=())).table("requirement").iloc[-1]

    assert last.requirement == pytest.approx(53_290, rel=0.01)
    assert last.upper_95 < 2 * last.requirement


def test_the_last_year_of_the_forecast_is_that_of_the_workbook_unless_a_setting_gives_one(
    shared_data: Path,
) -> None:
    path = case(shared_data, "planning/template_with_three_sectors.xlsx")

    assert make_plan(read_demand(path), DemandConfig()).config.target_year == 2035
    set_by_hand = DemandConfig(target_year=2031)
    read = read_demand(path, set_by_hand)
    assert make_plan(read, set_by_hand).config.target_year == 2031
    assert any(
        "asks for a forecast to 2035; the setting target_year says 2031" in p.message for p in read.problems
    )


def test_without_any_last_year_one_is_assumed_and_said(workbook: Path, tmp_path: Path) -> None:
    def blank(book: openpyxl.Workbook) -> None:
        cell = next(c for row in book["main"].iter_rows() for c in row if c.value == "End_Year")
        assert cell is not None
        cell.value = book["main"].cell(cell.row, cell.column + 1).value = None

    read = changed(workbook, tmp_path, blank)
    plan = make_plan(read, DemandConfig())

    assert plan.config.target_year == read.last_actual_year + 12
    assert any("12 years after the last actual, is assumed" in note.message for note in plan.notes)
