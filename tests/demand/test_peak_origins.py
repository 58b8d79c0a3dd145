"""What is assumed never labels an actual year, and says so wherever it is shown."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from demand_workbooks import MakeWorkbook, small_sheets, write_sheets

from workbench.data.formatting import Style
from workbench.data.notes import NoteKind
from workbench.data.projects.project import Project
from workbench.demand.config import DemandConfig
from workbench.demand.jobs import forecast_demand
from workbench.demand.results import charts
from workbench.demand.results.export import write_excel
from workbench.demand.results.report import compose_report
from workbench.demand.results.report_tables import requirement_rows
from workbench.demand.results.saved import DemandResult

CONFIG = DemandConfig(target_year=2030, models=("damped_growth",))
GWH = Style("GWh", fiscal_year_start=4)


def with_tables(**tables: list[list[object]]) -> list[list[object]]:
    """The sheet main with further tables below."""
    rows = [list(row) for row in small_sheets()["main"]]
    for name, points in tables.items():
        rows += [[], [f"~{name}"], ["Year", "Value"], *points]
    return rows


def chain(result: DemandResult):
    return result.table("requirement").set_index("year")


@pytest.fixture(scope="module")
def assumed(tmp_path_factory: pytest.TempPathFactory) -> DemandResult:
    project = Project.create(tmp_path_factory.mktemp("assumed") / "small", "Small state")
    write_sheets(project.inputs / "demand.xlsx", small_sheets())
    return forecast_demand(project, CONFIG)


def test_an_assumed_load_factor_makes_no_peak_of_an_actual_year(assumed: DemandResult) -> None:
    table = chain(assumed)
    assert math.isnan(table.peak_mw[2025])
    assert math.isnan(table.load_factor[2025])
    assert (table.peak_mw_origin[2025], table.load_factor_origin[2025]) == ("missing", "missing")
    assert any("peak of 2025 is not known" in note.message for note in assumed.notes)


def test_the_peak_of_forecast_years_is_marked_as_assumed(assumed: DemandResult) -> None:
    table = chain(assumed).loc[2026:]
    assert table.peak_mw.notna().all()
    assert (table.peak_mw_origin == "assumed").all()
    assert (table.load_factor_origin == "assumed").all()
    notes = {note.setting: note for note in assumed.notes.of(NoteKind.ASSUMPTION)}
    assert notes["load_factor"].years == tuple(range(2026, 2031))


def test_an_assumed_loss_marks_the_requirement_and_the_peak_behind_it(small_project: Project) -> None:
    table = chain(forecast_demand(small_project, replace(CONFIG, load_factors={2025: 70.0})))
    assert (table.loss_origin == "assumed").all()
    assert (table.requirement_origin == "assumed").all()
    assert math.isnan(table.peak_mw[2025])
    assert (table.peak_mw_origin.loc[2026:] == "assumed").all()


def test_given_loss_and_load_factor_make_a_derived_peak_of_every_year(small_project: Project) -> None:
    config = replace(CONFIG, load_factors={2025: 70.0}, losses={2025: 12.0, 2030: 10.0})
    result = forecast_demand(small_project, config)
    table = chain(result)
    assert list(table.loss_origin) == ["given", *["derived"] * 4, "given"]
    assert (table.peak_mw_origin == "derived").all()
    assert table.peak_mw[2025] == pytest.approx(table.requirement[2025] * 1000 / (8760 * 0.7))
    assert result.assumed == ()


def test_a_first_point_after_the_actual_year_says_nothing_about_it(small_project: Project) -> None:
    config = replace(CONFIG, load_factors={2027: 70.0}, losses={2025: 12.0})
    table = chain(forecast_demand(small_project, config))
    assert math.isnan(table.peak_mw[2025])
    assert list(table.load_factor_origin) == ["missing", "assumed", "given", "derived", "derived", "derived"]


def test_a_given_peak_counts_before_the_load_factor_and_what_was_passed_over_is_said(
    small_project: Project, make_workbook: MakeWorkbook
) -> None:
    main = with_tables(Peak=[[2025, 3000]], Load_factor=[[2025, 70]], Losses=[[2025, 12]])
    make_workbook(small_project.inputs / "demand.xlsx", main=main)
    result = forecast_demand(small_project, CONFIG)
    table = chain(result)
    assert table.peak_mw[2025] == 3000
    assert table.peak_mw_origin[2025] == "given"
    (note,) = result.notes.of(NoteKind.AMBIGUITY)
    assert "3,000 MW as given" in note.message
    assert note.years == (2025,)


def test_a_given_peak_without_a_load_factor_makes_that_of_its_year(
    small_project: Project, make_workbook: MakeWorkbook
) -> None:
    main = with_tables(Peak=[[2025, 3000]], Losses=[[2025, 12]])
    make_workbook(small_project.inputs / "demand.xlsx", main=main)
    table = chain(forecast_demand(small_project, CONFIG))
    assert table.load_factor[2025] == pytest.approx(100 * table.requirement[2025] * 1000 / 8760 / 3000)
    assert table.load_factor_origin[2025] == "derived"
    assert table.load_factor[2026] == 65


def test_tables_report_and_workbook_say_assumed(tmp_path: Path, assumed: DemandResult) -> None:
    headers, rows = requirement_rows(assumed, GWH)
    assert "Peak, assumed [MW]" in headers
    assert "Requirement, assumed [GWh]" in headers
    assert rows[0][headers.index("Peak, assumed [MW]")] == "missing"
    assert "Peak, assumed [MW]" in compose_report(assumed, GWH).render()
    sheet = openpyxl.load_workbook(write_excel(assumed, tmp_path / "demand.xlsx"))["requirement"]
    (head,) = (cell for row in sheet.iter_rows() for cell in row if cell.value == "peak_mw_origin")
    assert sheet.cell(head.row + 3, head.column).value == "assumed"


def test_a_column_that_is_assumed_in_some_years_says_so_in_their_cells(
    small_project: Project, make_workbook: MakeWorkbook
) -> None:
    main = with_tables(Peak=[[2025, 3000]], Losses=[[2025, 12]])
    make_workbook(small_project.inputs / "demand.xlsx", main=main)
    headers, rows = requirement_rows(forecast_demand(small_project, CONFIG), GWH)
    at = headers.index("Peak [MW]")
    assert "assumed" not in rows[0][at]
    assert rows[1][at].endswith(" (assumed)")


def test_figures_draw_what_is_assumed_dashed_and_leave_the_actual_year_empty(assumed: DemandResult) -> None:
    figure = charts.peak_chart(assumed, style=GWH)
    line = next(trace for trace in figure.data if trace.name == "Peak load, assumed")
    assert line.line.dash == "dash"
    assert np.isnan(np.asarray(line.y, dtype=float)[0])
    assert not any(trace.name == "Peak load" for trace in figure.data)
    names = {trace.name for trace in charts.requirement_chart(assumed, style=GWH).data}
    assert "Requirement, assumed" in names
