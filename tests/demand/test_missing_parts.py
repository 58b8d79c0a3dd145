"""A total with a missing part is missing, and its known parts are offered under the name of a partial sum."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from demand_workbooks import MakeWorkbook, grown, series, small_sheets, write_sheets

import workbench
from workbench.data.comparison.comparison import compare
from workbench.data.formatting import Style
from workbench.data.notes import NoteKind
from workbench.data.projects.project import Project
from workbench.demand.config import DemandConfig
from workbench.demand.jobs import forecast_demand
from workbench.demand.results import charts
from workbench.demand.results.export import write_excel
from workbench.demand.results.report import compose_report
from workbench.demand.results.report_tables import requirement_rows
from workbench.demand.results.saved import DemandResult, load, missing_parts
from workbench.demand.views.view import DemandResultView

CONFIG = DemandConfig(target_year=2030, models=("damped_growth",))
DEAD = series(2006, [1e6 if i < 15 else 0 for i in range(20)])
GWH = Style("GWh", fiscal_year_start=4)


@pytest.fixture(scope="module")
def lacking(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Homes has a history, Factories has none to forecast from."""
    project = Project.create(tmp_path_factory.mktemp("missing") / "small", "Small state")
    write_sheets(project.inputs / "demand.xlsx", {**small_sheets(), "Factories": DEAD})
    return project


@pytest.fixture(scope="module")
def result(lacking: Project) -> DemandResult:
    """Homes has a forecast, Factories has none."""
    return forecast_demand(lacking, CONFIG)


def chain(result: DemandResult):
    return result.table("requirement").set_index("year")


def test_totals_are_missing_from_the_first_year_in_which_a_part_is(result: DemandResult) -> None:
    table = chain(result)
    for name in table.columns:
        if name.startswith(("lower_", "upper_", "peak_mw_")) and not name.endswith("_origin"):
            assert table[name].loc[2026:].isna().all(), name
    for name in ("sales", "gross", "net", "requirement", "peak_mw"):
        assert table[name].loc[2026:].isna().all(), name
    assert (table.requirement_origin.loc[2026:] == "missing").all()


def test_the_base_year_holds_the_actuals_of_the_sector_without_a_forecast(
    small_project: Project, make_workbook: MakeWorkbook
) -> None:
    falling = series(2006, grown(8e6, 0.03, 20))
    make_workbook(small_project.inputs / "demand.xlsx", Factories=falling)
    whole = forecast_demand(small_project, CONFIG)
    paths = series(2006, [*grown(8e6, 0.03, 20), 1.5e7])
    make_workbook(small_project.inputs / "demand.xlsx", Factories=paths)
    lacking = forecast_demand(small_project, CONFIG)
    assert lacking.incomplete == ("Factories",)
    assert chain(lacking).gross[2025] == pytest.approx(chain(whole).gross[2025])
    assert math.isnan(chain(lacking).gross[2027])


def test_the_known_parts_are_a_partial_sum_only_where_the_total_is_missing(result: DemandResult) -> None:
    table = chain(result)
    sectors = result.table("consolidated").set_index("year")
    known = (sectors.Homes - sectors.solar_rooftop).loc[2026:]
    assert table.partial_sum.loc[2026:].to_numpy() == pytest.approx(known.to_numpy())
    assert math.isnan(table.partial_sum[2025])
    assert missing_parts(result.table("consolidated")) == {"Factories": 2026}


def test_the_omission_names_the_part_its_tables_its_years_and_what_to_do(result: DemandResult) -> None:
    (note,) = result.notes.omissions
    assert note.message.startswith("Factories has no forecast (the last actual")
    assert note.sheet == "Factories"
    assert {"consolidated", "requirement"} <= set(note.tables)
    assert note.years == tuple(range(2026, 2031))
    assert "sector_models" in note.advice
    assert not result.is_complete


def test_rooftop_solar_without_a_path_leaves_gross_and_takes_net(small_project: Project) -> None:
    result = forecast_demand(
        small_project,
        replace(CONFIG, target_year=2045, driver_growth={"Total Population": 1.0}),
    )
    assert result.incomplete == ("solar_rooftop",)
    table = chain(result)
    assert table.gross.notna().all()
    assert table.net.loc[2026:].isna().all()
    assert table.partial_sum.loc[2026:].to_numpy() == pytest.approx(table.gross.loc[2026:].to_numpy())


def test_a_sector_whose_actuals_end_earlier_and_has_no_forecast_takes_actual_years_too(
    small_project: Project, make_workbook: MakeWorkbook
) -> None:
    sheets = small_sheets()
    main = [*sheets["main"], ["Farms"], ["Mines"]]
    make_workbook(
        small_project.inputs / "demand.xlsx",
        main=main,
        Farms=DEAD[:-2],
        Mines=series(2006, grown(1e6, 0.02, 20)),
    )
    result = forecast_demand(small_project, CONFIG)
    assert result.incomplete == ("Farms",)
    assert math.isnan(chain(result).requirement[2025])
    assert chain(result).partial_sum[2025] > 0


def test_the_forecast_of_a_sector_whose_actuals_end_earlier_does_not_pass_as_an_actual(
    small_project: Project, make_workbook: MakeWorkbook
) -> None:
    main = [*small_sheets()["main"], ["Farms"], ["Mines"]]
    make_workbook(
        small_project.inputs / "demand.xlsx",
        main=main,
        Farms=series(2006, grown(1e6, 0.02, 18)),
        Mines=series(2006, grown(1e6, 0.02, 20)),
    )
    result = forecast_demand(small_project, CONFIG)
    kinds = result.table("consolidated").set_index("year").kind
    assert (kinds[2023], kinds[2024], kinds[2025], kinds[2026]) == (
        "actual",
        "partly forecast",
        "partly forecast",
        "forecast",
    )
    note = next(n for n in result.notes.of(NoteKind.ASSUMPTION) if "Farms" in n.message)
    assert note.years == (2024, 2025)


def test_tables_say_missing_and_figures_leave_the_part_empty(result: DemandResult) -> None:
    headers, rows = requirement_rows(result, GWH)
    last = dict(zip(headers, rows[-1], strict=True))
    assert last["Net [GWh]"] == "missing"
    assert last["Partial sum [GWh]"] not in ("", "missing")
    assert dict(zip(headers, rows[0], strict=True))["Partial sum [GWh]"] == ""
    bars = {trace.name: trace for trace in charts.consolidated_chart(result, "bars", style=GWH).data}
    assert np.isnan(np.asarray(bars["Factories"].y, dtype=float)[-1])
    area = charts.consolidated_chart(result, "area", style=GWH)
    assert max(max(trace.x) for trace in area.data) == 2025
    for figure in (area, charts.requirement_chart(result, style=GWH)):
        assert any(
            "Factories is missing" in str(note.text).replace("<br>", " ")
            for note in figure.layout.annotations
        )


def test_report_workbook_and_view_say_it_first(
    tmp_path: Path, result: DemandResult, lacking: Project
) -> None:
    page = compose_report(result, GWH).render()
    prose = page[page.index("<h1>") :]
    assert prose.index("Factories has no forecast") < prose.index("Plotly.newPlot(")
    sheet = openpyxl.load_workbook(write_excel(result, tmp_path / "demand.xlsx"))["assumptions"]
    first = [str(cell.value) for row in sheet.iter_rows(max_row=5) for cell in row if cell.value]
    assert any("Factories has no forecast" in text for text in first)
    view = DemandResultView(result, lacking)
    for place in range(len(view.titles)):
        view.selected_index = place


def test_nothing_stumbles_over_a_missing_total(result: DemandResult, lacking: Project) -> None:
    assert "requirement missing, peak missing" in repr(result)
    saved = load(lacking, "BAU")
    assert saved.notes.omissions == result.notes.omissions
    table = compare(saved, result).numbers.set_index(["measure", "year"])
    assert math.isnan(table.loc["requirement", 2030]["difference"])
    assert table.loc["Homes", 2030].difference == 0


def test_the_run_tells_what_is_missing_and_no_number_that_is_not_there(
    small_project: Project, make_workbook: MakeWorkbook
) -> None:
    make_workbook(small_project.inputs / "demand.xlsx", Factories=DEAD)
    run = workbench.start("demand", small_project, CONFIG)
    assert run.wait(60)
    assert (str(run.state), str(run.cause)) == ("succeeded", "incomplete")
    messages = [event.message for event in run.events()]
    assert any("Factories has no forecast" in text for text in messages)
    assert not any("= nan" in text for text in messages)


def test_the_advice_for_a_short_history_names_models_that_work(
    small_project: Project, make_workbook: MakeWorkbook
) -> None:
    make_workbook(small_project.inputs / "demand.xlsx", Factories=series(2024, [1e6, 1.1e6]))
    result = forecast_demand(small_project, CONFIG)
    assert "choose naive or drift (sector_models), or give the sector a path" in result.failures["Factories"]
    for model in ("naive", "drift"):
        again = forecast_demand(small_project, replace(CONFIG, sector_models={"Factories": model}))
        assert again.is_complete


def test_what_is_missing_is_written_where_nothing_is_drawn(result: DemandResult) -> None:
    """Beside a long past its values are the lowest; beside a single year there is room in the empty future."""
    for figure, side in (
        (charts.consolidated_chart(result, "bars", style=GWH), "right"),
        (charts.requirement_chart(result, style=GWH), "left"),
    ):
        (label,) = (note for note in figure.layout.annotations if "is missing" in str(note.text))
        assert (label.xanchor, label.yanchor) == (side, "top")
