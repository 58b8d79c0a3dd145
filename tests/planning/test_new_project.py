"""A new project: its templates, what `workbench check` says of them, and the whole chain at the first try."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from filled_templates import fill_demand, fill_hours, fill_plants

from workbench.capacity.inputs.reading import plant_workbooks
from workbench.cli import main
from workbench.data.projects.project import Project
from workbench.demand.inputs.reading import find_workbook
from workbench.errors import UnreadableFile
from workbench.hourly_loads.reading.files import find_file
from workbench.planning.chain import load_chain
from workbench.planning.check import InputState, check_inputs
from workbench.sample.project import create_from_template


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return create_from_template(tmp_path / "state", "Kerala plan")


def test_templates_that_nobody_filled_in_are_no_inputs(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [path.name for path in project.input_files()] == ["demand.xlsx", "hourly_load.xlsx", "plants.xlsx"]
    assert {item.state for item in check_inputs(project)} == {InputState.MISSING}
    assert plant_workbooks(project) == []
    with pytest.raises(UnreadableFile, match=r"demand\.xlsx.* are still empty templates"):
        find_workbook(project, "")
    assert main(["check", "--project", str(project.folder)]) == 5

    # A file of one's own beside an empty template is the input.
    (project.inputs / "my load.csv").write_text("datetime,demand\n2024-04-01 00:00,100\n", encoding="utf-8")
    assert find_file(project, "").name == "my load.csv"


def test_the_check_names_cells_in_the_notebook_and_on_the_command_line(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    import openpyxl

    fill_demand(project)
    path = project.inputs / "demand.xlsx"
    book = openpyxl.load_workbook(path)
    book["Domestic"]["B5"] = "about 5000"
    book.save(path)

    assert main(["check", "--project", str(project.folder), "--json"]) == 2

    demand, hours, plants = json.loads(capsys.readouterr().out)
    assert demand["state"] == "to be corrected"
    assert any("demand.xlsx, sheet 'Domestic', cell B5" in note for note in demand["notes"])
    assert (hours["state"], plants["state"]) == ("missing", "missing")


def test_filled_templates_are_read_without_an_error_and_the_region_is_found_from_the_name(
    project: Project,
) -> None:
    fill_demand(project)
    fill_hours(project)
    fill_plants(project)
    found = check_inputs(project)
    assert [item.summary for item in found] == [
        "demand.xlsx: 3 sectors, actuals of 2014 to 2025, forecast to 2030",
        "hourly_load.xlsx: 8,760 hours, whole years 2025 to 2025",
        "plants.xlsx: 4 plants with 3,600 MW, 0 that can be built",
    ]
    assert not any("region" in note.message for item in found for note in item.notes)


def test_sales_and_hours_of_different_areas_are_named_before_anything_runs(project: Project) -> None:
    import openpyxl

    fill_demand(project)
    fill_hours(project)
    path = project.inputs / "demand.xlsx"
    book = openpyxl.load_workbook(path)
    for row in range(2, 14):
        cell = book["Domestic"].cell(row, 2)
        cell.value = 3 * float(cell.value)
    book.save(path)

    demand, _, _ = check_inputs(project)

    assert demand.state is InputState.DOUBTFUL
    assert "cannot belong together" in demand.notes[0].message


@pytest.mark.slow
def test_a_new_project_plans_the_whole_chain_at_the_first_try(project: Project) -> None:
    fill_demand(project)
    fill_hours(project)
    fill_plants(project)
    assert main(["demo", "--project", str(project.folder)]) in (0, 5)
    chain = load_chain(project)
    assert [item.year for item in chain.agreements] == list(range(2026, 2031))
    assert all(item.agrees for item in chain.agreements)
