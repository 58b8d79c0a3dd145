"""From the hours and targets of load profiles to the readings, cells and scenarios behind them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from load_profiles.test_job import annual, monthly, run
from workbench.data.explanation.cells import Tracer, explain
from workbench.data.explanation.place import Shown
from workbench.data.explanation.shown import locate
from workbench.data.origins import Origin
from workbench.data.projects.project import Project
from workbench.demand.config import DemandConfig
from workbench.demand.jobs import forecast_demand
from workbench.load_profiles.results.saved import LoadProfileResult
from workbench.sample.project import create_from_sample

pytestmark = pytest.mark.slow


def value_at(project: Project, place: str) -> Any:
    file, sheet, cell = (part.strip() for part in place.split(", "))
    book = openpyxl.load_workbook(project.inputs / file, read_only=True)
    return book[sheet.removeprefix("sheet ").strip("'")][cell.removeprefix("cell ")].value


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("explained") / "sample"
    create_from_sample(folder)
    made = Project.open(folder)
    forecast_demand(made, DemandConfig())
    return made


@pytest.fixture(scope="module")
def result(project: Project) -> LoadProfileResult:
    return run(project, energy_source="scenario", demand_scenario="BAU", first_year=2030, last_year=2031)


def test_an_hour_leads_to_the_reading_of_its_base_hour(project: Project, result: LoadProfileResult) -> None:
    found = explain(result, "hours", "load", year=2030, time="2029-11-14 19:00")
    base = next(step for step in found.cell.walk() if step.origin is Origin.MEASURED)
    assert value_at(project, base.place) == pytest.approx(base.value)
    assert "base day" in found.cell.rule


def test_a_reading_of_the_history_is_its_cell(project: Project, result: LoadProfileResult) -> None:
    past = result.history()
    row = 1234
    assert not past.changed.iloc[row]
    found = explain(result, "history", "load", row=row)
    assert found.origin is Origin.MEASURED
    assert value_at(project, found.cell.place) == pytest.approx(past["load"].iloc[row])


def test_a_target_is_followed_into_the_demand_forecast_and_its_workbook(
    project: Project, result: LoadProfileResult
) -> None:
    found = explain(result, "targets", "target", year=2030, period="year", kind="annual_energy")
    (needed,) = found.cell.parts
    assert needed.quantity.startswith("Requirement")
    assert needed.value * 1000 == pytest.approx(found.cell.value)
    places = [place for place in found.places if ", cell B" in place]
    assert places
    assert value_at(project, places[0]) is not None


def test_the_energy_of_a_year_is_the_sum_of_its_hours(result: LoadProfileResult) -> None:
    found = explain(result, "years", "energy", year=2030)
    hours = result.hours(2030)["load"]
    assert found.cell.value == pytest.approx(hours.sum() / 1000)
    assert f"sum of {len(hours)} hours" in found.cell.rule


def test_the_peak_of_a_year_is_one_of_its_hours(result: LoadProfileResult) -> None:
    found = explain(result, "years", "peak", year=2030)
    (hour,) = found.cell.parts
    assert hour.value == found.cell.value


def test_an_energy_that_follows_from_an_assumed_loss_is_assumed(tmp_path: Path) -> None:
    create_from_sample(tmp_path / "sample")
    project = Project.open(tmp_path / "sample")
    book = openpyxl.load_workbook(project.inputs / "demand.xlsx")
    (mark,) = (cell for row in book["main"] for cell in row if cell.value == "~Losses")
    mark.value = "~Not_read"
    book.save(project.inputs / "demand.xlsx")
    forecast_demand(project, DemandConfig(models=("damped_growth",), hourly_file="none"))
    settings = {"energy_source": "scenario", "demand_scenario": "BAU"}
    result = run(project, **settings, first_year=2030, last_year=2030)
    found = explain(result, "targets", "target", year=2030, kind="annual_energy")
    assert found.origin is Origin.ASSUMED
    assert "setting loss" in found.places


def test_a_point_of_the_series_is_found_again(result: LoadProfileResult) -> None:
    hours = result.hours(2030)["load"]
    shown = Shown(
        float(hours.iloc[500]), "Load [MW]", (hours.index[500].tz_localize(None).isoformat(" "), "Load")
    )
    (cell, *_) = locate(Tracer(result), shown)
    assert (cell.table, cell.row["time"]) == ("hours", hours.index[500])


def test_targets_of_a_workbook_lead_to_their_cells(small_project: Any) -> None:
    project = small_project(sheets={**annual(9000.0), "max_demand": monthly(1600.0)})
    result = run(project)
    energy = explain(result, "targets", "target", year=2026, kind="annual_energy")
    assert energy.origin is Origin.GIVEN
    assert value_at(project, energy.cell.place) * 1000 == energy.cell.value
