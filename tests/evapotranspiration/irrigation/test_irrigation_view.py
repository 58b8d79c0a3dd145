"""The view of an irrigation plan: every tab is drawn, in mm and inch, with its field and season."""

from __future__ import annotations

from pathlib import Path

import ipywidgets
import numpy as np
import pandas as pd
import pytest

import workbench
from workbench.data.projects.project import Project
from workbench.evapotranspiration.jobs import plan_irrigation
from workbench.evapotranspiration.opened import IrrigationPlan
from workbench.evapotranspiration.results.irrigation import charts
from workbench.evapotranspiration.results.irrigation.saved import IrrigationResult
from workbench.evapotranspiration.views.irrigation_view import IrrigationAnalysis
from workbench.ui.transfer.downloads import Downloads

TABS = ("Days ahead", "Soil water", "Seasons", "Fields", "Export", "Notes")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project.create(tmp_path_factory.mktemp("irrigation") / "view", "View")
    dates = pd.date_range("2020-09-01", periods=460)
    warm = 26 + 5 * np.sin(np.arange(460) / 58)
    frame = pd.DataFrame({"date": dates, "tmax": warm, "tmin": warm - 12, "rh": 50.0, "u2": 2.0, "rs": 20.0})
    frame["precip"] = np.where(np.arange(460) % 11, 0.0, 9.0)
    frame.assign(site="farm", source="met").to_csv(made.inputs / "eto_weather.csv", index=False)
    text = "site,latitude,longitude,elevation\nfarm,-22.7,-47.6,540\n"
    (made.inputs / "eto_sites.csv").write_text(text, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def plan(project: Project) -> IrrigationResult:
    return plan_irrigation(project, planting="09-15", crop="tomato", area=2.0)


def parts(widget: ipywidgets.Widget, kind: type) -> list[ipywidgets.Widget]:
    found = [widget] if isinstance(widget, kind) else []
    return found + [one for child in getattr(widget, "children", ()) for one in parts(child, kind)]


def test_every_tab_is_drawn_without_an_error(plan: IrrigationResult, project: Project) -> None:
    shown = IrrigationAnalysis(plan, project)
    for name in TABS:
        shown.selected_index = shown.titles.index(name)
    said = " ".join(part.value for part in parts(shown, ipywidgets.HTML))
    assert "cannot be shown" not in said
    assert "Without stress" in said.replace("\N{NO-BREAK SPACE}", " ")
    (offered,) = parts(shown, Downloads)
    assert [Path(name).suffix for name, _ in offered.files] == [".xlsx", ".csv"] * 2


def test_the_headline_says_when_irrigation_is_due(plan: IrrigationResult, project: Project) -> None:
    tiles = IrrigationAnalysis(plan, project).headline()
    ahead = plan.table("outlook")
    due = ahead[ahead["net"] > 0]
    expected = f"{due['date'].iloc[0]:%d %b}" if len(due) else "none"
    assert (tiles[0].name, tiles[0].value) == ("Next irrigation", expected)
    whole = plan.table("seasons").query("whole")
    assert tiles[1].value == f"{whole['etc'].mean():.0f}"


def test_where_eto_is_missing_nobody_is_told_that_no_irrigation_is_due(
    project: Project, tmp_path: Path
) -> None:
    gap = Project.create(tmp_path / "gap", "Gap")
    weather = pd.read_csv(project.inputs / "eto_weather.csv")
    weather[(weather.index < 420) | (weather.index > 440)].to_csv(gap.inputs / "eto_weather.csv", index=False)
    (gap.inputs / "eto_sites.csv").write_bytes((project.inputs / "eto_sites.csv").read_bytes())
    plan = plan_irrigation(gap, planting="09-15", crop="tomato", area=2.0)
    ahead = plan.table("outlook")
    assert len(ahead)
    assert ahead[["depletion", "net", "gross"]].isna().all(axis=None)
    first = IrrigationAnalysis(plan, gap).headline()[0]
    assert (first.name, first.value) == ("Next irrigation", "not known")
    (said,) = charts.outlook_chart(plan, plan.fields[0]).layout.annotations
    assert said.text.startswith("Not known")
    newest = plan.table("seasons").iloc[-1]
    assert newest[["etc", "net", "effective_rain"]].isna().all()


@pytest.mark.parametrize("unit", ["mm", "inch"])
def test_the_figures_are_in_the_unit_that_was_chosen(plan: IrrigationResult, unit: str) -> None:
    factor = 1.0 if unit == "mm" else 25.4
    field = plan.fields[0]
    figure = charts.outlook_chart(plan, field, unit)
    assert f"[{unit}/d]" in figure.layout.yaxis.title.text
    line = next(trace for trace in figure.data if trace.name == "Demand of the crop")
    np.testing.assert_allclose(factor * np.asarray(line.y, dtype=float), plan.table("outlook")["etc"])
    soil = charts.soil_chart(plan, field, "2020", unit)
    depletion = next(trace for trace in soil.data if trace.name == "Depletion")
    own = plan.field_days(field).query("season == '2020'")["depletion"]
    np.testing.assert_allclose(-factor * np.asarray(depletion.y, dtype=float), own, atol=1e-9)


def test_a_plan_is_opened_to_look_at_and_an_empty_project_says_where_one_is_made(
    plan: IrrigationResult, project: Project, tmp_path: Path
) -> None:
    opened = IrrigationPlan.open(project)
    assert opened.field_names == plan.fields
    assert opened.seasons.units["net"] == "mm"
    assert opened.plot.seasons(field=plan.fields[0]).data
    empty = workbench.board("irrigation", Project.create(tmp_path / "empty", "Empty"))
    said = " ".join(part.value for part in parts(empty, ipywidgets.HTML))
    assert "30-irrigation.ipynb" in said
