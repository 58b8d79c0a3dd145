from __future__ import annotations

from pathlib import Path

import pytest
from demand_workbooks import small_sheets, write_sheets

from workbench.charts.plots import Table
from workbench.data.projects.project import Project
from workbench.demand import Demand, DemandConfig, forecast_demand
from workbench.demand.results.saved import TABLES
from workbench.errors import SettingError, UnreadableFile


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project.create(tmp_path_factory.mktemp("demand") / "small", "Small state")
    write_sheets(made.inputs / "demand.xlsx", small_sheets())
    forecast_demand(made, DemandConfig(target_year=2035))
    return made


@pytest.fixture(scope="module")
def bau(project: Project) -> Demand:
    return Demand.open(project, "BAU")


def test_without_a_name_the_newest_scenario_is_opened_and_says_so(project: Project) -> None:
    assert Demand.scenarios(project.folder) == ("BAU",)
    assert "'BAU', the only finished one" in repr(Demand.open(project.folder))


def test_a_project_without_results_says_what_to_do(tmp_path: Path) -> None:
    empty = Project.create(tmp_path / "empty", "Empty")
    with pytest.raises(UnreadableFile, match="no finished demand scenario"):
        Demand.open(empty)


def test_a_scenario_that_is_not_saved_is_answered_with_those_that_are(project: Project) -> None:
    with pytest.raises(UnreadableFile, match="present: BAU"):
        Demand.open(project, "High")


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_an_attribute_that_shows_and_draws_itself(bau: Demand, name: str) -> None:
    table = getattr(bau, name)
    assert isinstance(table, Table)
    assert table.title in table._repr_html_()
    assert len(bau.to_pandas(name)) == len(table)
    assert name in dir(bau)
    assert len(getattr(bau.plot, name).line().data) > 0
    assert len(getattr(bau.plot, name)(theme="dark").data) > 0


def test_requirement_is_drawn_as_bars_by_year_in_its_unit(bau: Demand) -> None:
    figure = bau.plot.requirement.bar()
    (trace,) = figure.data
    assert trace.name == "requirement"
    assert list(trace.x)[-1] == 2035
    assert figure.layout.yaxis.title.text == "requirement [GWh]"
    assert list(trace.y) == bau.requirement.frame.requirement.tolist()


def test_the_forecast_draws_the_chosen_model_of_each_sector_once(bau: Demand) -> None:
    assert [trace.name for trace in bau.plot.forecast.bar().data] == ["Homes", "Factories", "solar_rooftop"]
    assert "Homes" in bau.plot.forecast(sector="Homes").layout.title.text
    with pytest.raises(SettingError, match="present: Homes, Factories"):
        bau.plot.forecast(sector="Schools")


def test_an_unknown_table_is_answered_with_those_present(bau: Demand) -> None:
    with pytest.raises(AttributeError, match="present: history, forecast"):
        _ = bau.nothing
    with pytest.raises(KeyError, match="present: history, forecast"):
        bau.to_pandas("nothing")
