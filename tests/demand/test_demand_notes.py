"""Every note of a forecast has its kind and its place."""

from __future__ import annotations

from dataclasses import replace

from demand_workbooks import MakeWorkbook, small_sheets

from workbench.data.notes import Note, NoteKind
from workbench.data.projects.project import Project
from workbench.demand.config import DemandConfig, PathEnd
from workbench.demand.jobs import forecast_demand
from workbench.demand.results.saved import DemandResult

CONFIG = DemandConfig(target_year=2030, models=("damped_growth",))


def notes(result: DemandResult, kind: NoteKind, text: str) -> list[Note]:
    return [note for note in result.notes.of(kind) if text in note.message]


def test_sheets_tables_columns_and_settings_without_effect_are_listed(
    small_project: Project, make_workbook: MakeWorkbook
) -> None:
    sheets = small_sheets()
    main = [*sheets["main"], [], ["~Wishes", "", "~Settings", ""], ["Wish", "", "Parameters", "Inputs"]]
    main.append(["more", "", "Region", "North"])
    homes = [[*row, "seen" if at else "Remark"] for at, row in enumerate(sheets["Homes"])]
    make_workbook(
        small_project.inputs / "demand.xlsx", main=main, Homes=homes, Sketch=[["Anything"], ["at all"]]
    )
    result = forecast_demand(small_project, CONFIG)
    assert notes(result, NoteKind.UNUSED, "the sheet is not used")[0].sheet == "Sketch"
    assert notes(result, NoteKind.UNUSED, "~Wishes is not known")
    assert notes(result, NoteKind.UNUSED, "~Settings: Region")
    (column,) = notes(result, NoteKind.UNUSED, "the column is not used")
    assert (column.sheet, column.column) == ("Homes", "Remark")


def test_a_workbook_that_is_read_whole_has_no_unused_sheet(small_project: Project) -> None:
    result = forecast_demand(small_project, CONFIG)
    assert not notes(result, NoteKind.UNUSED, "the sheet is not used")
    assert not notes(result, NoteKind.UNUSED, "the column is not used")


def test_a_held_path_and_a_fallback_model_are_assumptions_with_their_settings(small_project: Project) -> None:
    result = forecast_demand(small_project, replace(CONFIG, target_year=2045, path_end=PathEnd.HOLD))
    (held,) = notes(result, NoteKind.ASSUMPTION, "its last value is held")
    assert (held.sheet, held.setting) == ("solar_rooftop", "path_end")
    assert {note.sheet for note in notes(result, NoteKind.ASSUMPTION, "damped growth instead")} == {
        "Homes",
        "Factories",
    }


def test_a_given_path_beside_a_chosen_model_is_unused(small_project: Project) -> None:
    config = replace(CONFIG, sector_models={"solar_rooftop": "naive"})
    (note,) = notes(forecast_demand(small_project, config), NoteKind.UNUSED, "given path to 2040 is not used")
    assert (note.sheet, note.setting) == ("solar_rooftop", "sector_models")


def test_losses_and_load_factors_that_are_given_leave_no_assumption(small_project: Project) -> None:
    config = replace(CONFIG, losses={2025: 12.0}, load_factors={2025: 66.0})
    assert forecast_demand(small_project, config).notes.of(NoteKind.ASSUMPTION) == ()
