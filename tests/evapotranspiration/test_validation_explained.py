"""From the numbers and the figures of a validation to the rows of the reference and of the weather."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pytest

from workbench.charts.figure import head
from workbench.data.explanation.cells import Tracer, explain
from workbench.data.explanation.shown import explain_shown
from workbench.data.origins import Origin
from workbench.data.projects.project import Project
from workbench.evapotranspiration.jobs import validate_evapotranspiration
from workbench.evapotranspiration.results import validation_charts as charts
from workbench.evapotranspiration.results.validation_saved import ValidationResult
from workbench.evapotranspiration.sample import add_sample
from workbench.ui.figures.area import shown_point

SITE = "Northern plateau"


@pytest.fixture(scope="module")
def farms(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project.create(tmp_path_factory.mktemp("held") / "farms", "Farms")
    add_sample(made)
    return made


@pytest.fixture(scope="module")
def result(farms: Project) -> ValidationResult:
    return validate_evapotranspiration(farms)


def row_of(farms: Project, place: str) -> pd.Series:
    """The row of an input that a place names; row 1 is the header."""
    file, row = place.split(", ")[:2]
    path = farms.inputs / file
    frame = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
    return frame.rename(columns=lambda name: name.partition(" [")[0]).iloc[int(row.removeprefix("row ")) - 2]


def test_a_held_out_day_leads_to_its_row_of_the_reference(farms: Project, result: ValidationResult) -> None:
    found = explain(result, "predictions", "reference", row=5)
    stored = row_of(farms, found.cell.place)
    assert found.origin is Origin.MEASURED
    assert stored["eto"] == pytest.approx(found.cell.value)
    assert stored["date"] == f"{result.table('predictions')['date'].iloc[5]:%Y-%m-%d}"


def test_a_fused_day_leads_to_the_cells_of_the_weather_and_to_what_was_learned_from(
    farms: Project, result: ValidationResult
) -> None:
    found = explain(result, "predictions", "eto", row=5)
    readings = [step for step in found.cell.walk() if step.quantity.startswith("Tmax")]
    assert len(readings) == 2
    for step in readings:
        assert row_of(farms, step.place)["tmax"] == pytest.approx(step.value)
    assert "learned at each site up to" in found.cell.rule
    assert {"setting method", "setting split", "setting train_until"} <= set(found.places)


@pytest.mark.parametrize("what", ["fused", "made_up_satellite"])
def test_a_measure_of_a_site_leads_to_its_days_in_both_files(result: ValidationResult, what: str) -> None:
    found = explain(result, "by_site", "mae", site=SITE, season="JJA", what=what)
    days = result.table("predictions").query("site == @SITE")
    count = int(days["date"].dt.month.isin((6, 7, 8)).sum())
    assert f"{count} held-out days" in found.cell.rule
    assert any(place.startswith("eto_reference.csv, rows ") for place in found.places)
    assert any(place.startswith("eto_weather.parquet, rows ") for place in found.places)


def test_a_mean_over_the_sites_is_the_mean_of_its_parts(result: ValidationResult) -> None:
    found = explain(result, "overall", "nse", what="fused", over="mean").cell
    values = [float(str(part.value)) for part in found.parts]
    assert len(values) == result.table("by_site")["site"].nunique()
    assert sum(values) / len(values) == pytest.approx(found.value)


def test_a_reference_that_has_changed_since_is_not_looked_up(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "farms", "Farms")
    add_sample(project)
    made = validate_evapotranspiration(project)
    path = project.inputs / "eto_reference.csv"
    path.write_text(path.read_text() + "\n")
    found = explain(made, "predictions", "reference", row=5)
    assert "has changed since this run" in found.cell.rule
    assert "row" not in found.cell.place


def points(figure: go.Figure) -> list[tuple[int, int]]:
    """The first point of each trace that a click reaches, and of a matrix one that holds something."""
    found = []
    for number, trace in enumerate(figure.data):
        if trace.hoverinfo == "skip":
            continue
        values = trace.z if trace.type == "heatmap" else [trace.y]
        cells = [value for row in values for value in row]
        found.append(
            (number, next(at for at, value in enumerate(cells) if value is not None and value == value))
        )
    return found


def test_each_figure_leads_from_its_points_to_the_files(result: ValidationResult) -> None:
    measured = result.measured
    tracer = Tracer(result)
    for figure in (
        charts.scatter_figure(measured),
        charts.skill_figure(measured, "nse"),
        charts.season_figure(measured, "mae"),
        charts.coverage_figure(measured),
        charts.windows_figure(measured),
    ):
        head(figure, result.heading)
        assert points(figure)
        for trace, point in points(figure):
            shown = shown_point(figure, trace, point)
            assert shown is not None
            found = explain_shown(tracer, shown)
            where = f"{shown.title}, {shown.quantity}: {found.cell.line()}"
            rows = ("eto_reference.csv, row", "eto_weather.parquet, row")
            assert any(place.startswith(rows) for place in found.places), where


def test_a_cell_of_the_density_counts_its_days(result: ValidationResult) -> None:
    figure = charts.scatter_figure(result.measured)
    shown = shown_point(figure, *points(figure)[0])
    assert shown is not None
    found = explain_shown(Tracer(result), shown).cell
    assert found.quantity.startswith("Days with a reference of ")
    assert found.value == len(found.parts) / 2 == round(10 ** float(str(shown.value)))
