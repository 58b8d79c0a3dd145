from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import ipywidgets
import pytest

import workbench
from workbench.data.projects.project import Project
from workbench.load_profiles.jobs import make_load_profiles
from workbench.load_profiles.model.overlays import Effect, Overlay, OverlayShape
from workbench.load_profiles.results import charts
from workbench.load_profiles.results.saved import LoadProfileResult
from workbench.load_profiles.views.view import ProfileAnalysis
from workbench.ui.figures.area import FigureArea
from workbench.ui.figures.tables import TableArea
from workbench.ui.transfer.downloads import Downloads

TABS = (
    "Years",
    "Heat maps",
    "Series",
    "Days",
    "Duration",
    "Overlays",
    "Targets",
    "Accuracy",
    "What changed",
    "Notes",
)
GROWTH = {"energy_source": "growth", "last_year": 2028}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, copy_sample: Callable[[Path], Project]) -> Project:
    return copy_sample(tmp_path_factory.mktemp("view") / "sample")


@pytest.fixture(scope="module")
def result(project: Project) -> LoadProfileResult:
    solar = Overlay(
        "Rooftop solar", energy={2026: 500.0, 2028: 900.0}, shape=OverlayShape.SUN, effect=Effect.NETTED
    )
    make_load_profiles(project, scenario="plain", **GROWTH)
    return make_load_profiles(project, scenario="solar", overlays=(solar,), **GROWTH)


def open_tab(view: ProfileAnalysis, name: str) -> ipywidgets.Widget:
    view.selected_index = view.titles.index(name)
    return view.children[view.selected_index].children[0]


def parts(widget: ipywidgets.Widget, kind: object) -> list[ipywidgets.Widget]:
    inside = [part for child in getattr(widget, "children", ()) for part in parts(child, kind)]
    return ([widget] if isinstance(widget, kind) else []) + inside


def figure_in(area: FigureArea) -> dict:
    return area.outputs[0]["data"]["application/vnd.plotly.v1+json"]


@pytest.mark.parametrize("name", TABS)
def test_every_tab_is_drawn_and_every_axis_has_a_title(result, project, name):
    content = open_tab(ProfileAnalysis(result, project), name)
    assert parts(content, (FigureArea, TableArea))
    for area in parts(content, FigureArea):
        layout = figure_in(area)["layout"]
        axes = [axis for key, axis in layout.items() if key.startswith(("xaxis", "yaxis"))]
        assert axes
        assert all(axis["title"]["text"] for axis in axes if axis.get("visible", True) and "title" in axis)


def test_two_months_are_shown_hour_by_hour(result, project):
    content = open_tab(ProfileAnalysis(result, project), "Series")
    (area,) = parts(content, FigureArea)
    first, last = parts(content, ipywidgets.DatePicker)
    whole_year = len(figure_in(area)["data"][0]["x"])
    first.value, last.value = datetime.date(2025, 5, 1), datetime.date(2025, 5, 14)
    assert whole_year in (365, 366)
    assert len(figure_in(area)["data"][0]["x"]) == 14 * 24


def test_a_day_outside_of_the_year_is_put_back_with_the_reason(result, project):
    content = open_tab(ProfileAnalysis(result, project), "Series")
    (area,) = parts(content, FigureArea)
    first, last = parts(content, ipywidgets.DatePicker)
    title = figure_in(area)["layout"]["title"]["text"]
    said = lambda: " ".join(part.value for part in parts(content, ipywidgets.HTML))  # noqa: E731
    first.value = datetime.date(1999, 5, 1)
    assert first.value is None
    assert "there are no data on 1999-05-01" in said()
    assert figure_in(area)["layout"]["title"]["text"] == title
    first.value = datetime.date(2025, 6, 20)
    assert "Put back" not in said()
    last.value = datetime.date(2025, 6, 1)
    assert (first.value, last.value) == (datetime.date(2025, 6, 1), datetime.date(2025, 6, 20))
    assert "2025-06-20 is after 2025-06-01, so they have changed places." in said()
    assert "2025-06-01 to 2025-06-20" in figure_in(area)["layout"]["title"]["text"]
    (year,) = parts(content, ipywidgets.Dropdown)
    year.value = result.years[1]
    assert (first.value, last.value) == (None, None)
    assert "2025-06-20" not in figure_in(area)["layout"]["title"]["text"]


def test_without_overlays_it_is_said_how_to_add_them(project, result):
    plain = make_load_profiles(project, scenario="plain", **GROWTH)
    content = open_tab(ProfileAnalysis(plain, project), "Overlays")
    assert "have no overlays" in content.value


def test_saved_profiles_are_chosen_by_name(project, result):
    saved = workbench.board("load_profiles", project).results
    chooser = saved.children[0]
    assert set(chooser.options) == {"plain", "solar"}
    chooser.value = "solar"
    *_, view = saved.children[-1].children[0].children  # heading and notes of the result come first
    assert "solar" in repr(view._result)


def test_a_project_without_profiles_says_where_they_are_made(tmp_path):
    empty = Project.create(tmp_path / "empty", "Empty")
    assert "load-profiles/10-make.ipynb" in workbench.board("load_profiles", empty).results.children[0].value


def test_the_chosen_year_is_downloaded_as_csv_and_excel(result, project):
    content = open_tab(ProfileAnalysis(result, project), "Years")
    year = parts(content, ipywidgets.Dropdown)[-1]
    year.value = result.years[1]
    (offered,) = parts(content, Downloads)
    label = charts.label(result.years[1], result)
    names = [name for name, _ in offered.files]
    assert names == [f"{result.scenario} {label}.xlsx", f"{result.scenario} {label}.csv"]
    contents = [offer.part(0).content for offer in offered._offers]
    assert contents[0].startswith(b"PK")
    assert contents[1].count(b"\n") > 8760


def test_tables_are_in_the_unit_of_the_project_and_write_its_years(result, project):
    content = open_tab(ProfileAnalysis(result, project), "Years")
    table = parts(content, TableArea)[0].value
    assert "Energy [MU]" in table
    assert "[GWh]" not in table
    assert "FY 2025-26" in table
