from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import ipywidgets
import pytest

from workbench.data.projects.project import Project
from workbench.demand.jobs import forecast_demand
from workbench.demand.results.saved import DemandResult
from workbench.demand.views.view import DemandResultView
from workbench.ui.earlier_views import close_tree
from workbench.ui.figures.area import FigureArea
from workbench.ui.figures.page_theme import page_theme
from workbench.ui.figures.tables import TableArea
from workbench.ui.transfer.downloads import Downloads

TABS = ("Total", "Sectors", "Accuracy", "Drivers", "What changed", "Notes", "Files")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, copy_sample: Callable[[Path], Project]) -> Project:
    return copy_sample(tmp_path_factory.mktemp("view") / "sample")


@pytest.fixture(scope="module")
def result(project: Project) -> DemandResult:
    forecast_demand(project, scenario="high", driver_path="optimistic")
    return forecast_demand(project)


def open_tab(view: DemandResultView, name: str) -> ipywidgets.Widget:
    view.selected_index = view.titles.index(name)
    return view.children[view.selected_index].children[0]


def parts(widget: ipywidgets.Widget, kind: type) -> list[ipywidgets.Widget]:
    inside = [part for child in getattr(widget, "children", ()) for part in parts(child, kind)]
    return ([widget] if isinstance(widget, kind) else []) + inside


def figure_in(area: FigureArea) -> dict:
    return area.outputs[0]["data"]["application/vnd.plotly.v1+json"]


@pytest.mark.parametrize("name", TABS)
def test_every_tab_is_drawn_when_it_is_opened_and_not_before(result, project, name):
    view = DemandResultView(result, project)
    others = [
        child for title, child in zip(view.titles, view.children, strict=True) if title not in ("Total", name)
    ]
    content = open_tab(view, name)
    assert parts(content, (FigureArea, TableArea, Downloads))
    assert not any(child.children for child in others)


@pytest.mark.parametrize("name", TABS[:5])
def test_every_axis_of_every_figure_has_a_title_and_power_and_energy_have_units(result, project, name):
    for area in parts(open_tab(DemandResultView(result, project), name), FigureArea):
        layout = figure_in(area)["layout"]
        assert layout["xaxis"]["title"]["text"]
        assert layout["yaxis"]["title"]["text"]
        if "Electricity" in layout["yaxis"]["title"]["text"]:
            assert f"[{project.energy_unit}]" in layout["yaxis"]["title"]["text"]


def test_choosing_another_sector_draws_its_history(result, project):
    content = open_tab(DemandResultView(result, project), "Sectors")
    (sector,) = parts(content, ipywidgets.Dropdown)
    (area,) = parts(content, FigureArea)
    sector.value = "Railways"
    assert figure_in(area)["layout"]["title"]["text"].startswith("Railways: electricity by year<br>")


def test_a_given_path_says_that_it_has_no_errors_to_measure(result, project):
    content = open_tab(DemandResultView(result, project), "Sectors")
    parts(content, ipywidgets.Dropdown)[0].value = "EV"
    assert "Its path is given" in parts(content, TableArea)[-1].value


def test_the_comparison_names_both_scenarios_and_leaves_out_this_one(result, project):
    content = open_tab(DemandResultView(result, project), "What changed")
    (other,) = parts(content, ipywidgets.Dropdown)
    assert other.options == (("high", "high"),) or other.options == ("high",)
    numbers = parts(content, TableArea)[0].value
    assert "Growth a year of requirement" in numbers.replace("\N{NO-BREAK SPACE}", " ")
    assert "<th>high</th><th>BAU</th>" in numbers


def test_a_scenario_whose_files_are_damaged_is_said_and_nothing_is_raised(result, project, tmp_path: Path):
    folder = project.results_folder("demand", "half")
    folder.mkdir(parents=True)
    summary = folder / "result.json"
    summary.write_text("{", encoding="utf-8")
    view = DemandResultView(result, project)
    try:
        content = open_tab(view, "What changed")
        parts(content, ipywidgets.Dropdown)[0].value = "half"
        words = " ".join(widget.value for widget in parts(content, ipywidgets.HTML))
        assert "not valid JSON" in words
    finally:
        close_tree(view)  # it would go to the other scenario once this one is gone
        summary.unlink()
        folder.rmdir()


def test_a_figure_goes_to_the_page_as_plain_data_and_a_text_alternative(result, project):
    content = open_tab(DemandResultView(result, project), "Total")
    for area in parts(content, FigureArea):
        data = area.outputs[0]["data"]
        assert len(json.dumps(data)) < 200_000
        assert ":" in data["text/plain"]


def test_a_view_says_what_it_is_in_a_line(result, project):
    view = DemandResultView(result, project)
    assert len(repr(view)) < 200
    assert view._repr_mimebundle_()


def test_a_view_that_is_closed_leaves_no_widget_behind(
    result: DemandResult, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    page_theme()  # what a kernel has once for all views
    made: list[ipywidgets.Widget] = []
    opened, this_thread = ipywidgets.Widget.open, threading.get_ident()

    def remember(widget: ipywidgets.Widget) -> None:
        opened(widget)
        # Views of other tests may take what is new in their projects meanwhile.
        if threading.get_ident() == this_thread:
            made.append(widget)

    monkeypatch.setattr(ipywidgets.Widget, "open", remember)
    view = DemandResultView(result, project)
    for name in view.titles:
        open_tab(view, name)
    close_tree(view)
    assert len(made) > 100
    left = [widget for widget in made if widget.comm is not None]
    assert left == []
