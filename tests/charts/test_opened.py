"""A saved result of a made-up domain, opened as a person opens it in a notebook."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go
import pytest

from workbench.charts.opened import Opened, plots_of
from workbench.charts.plots import Plots, Table
from workbench.data.formatting import INDIA, Style
from workbench.data.notes import Notes
from workbench.data.projects.project import Project
from workbench.data.results.store import Result, ResultStore, units_from
from workbench.errors import UnreadableFile
from workbench.runs import setting

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class WindConfig:
    height: float = setting(100.0, help="Hub height", unit="m")


@dataclass(frozen=True, slots=True, eq=False)
class WindResult(Result[WindConfig]):
    @property
    def plot(self) -> Plots:
        return plots_of(STORE, self)


def speed_chart(result: WindResult, column: str, *, style: Style = INDIA) -> go.Figure:
    title = f"{result.scenario} in {style.energy_unit}"
    return go.Figure(go.Bar(y=result.table("speeds")[column]), layout={"title": title})


STORE = ResultStore(
    domain="wind",
    name="wind study",
    result=WindResult,
    config=WindConfig,
    tables=("speeds",),
    units=units_from({"speed": "m/s"}),
    inputs=lambda facts: {facts["file"]: facts["sha256"]},
    figures={"speeds": f"{__name__}:speed_chart", "rose": f"{__name__}:speed_chart"},
    choices=lambda result: {"column": "speed"},
)


class WindStudy(Opened[WindResult]):
    store = STORE


NOTES = Notes()
NOTES.doubt("the mast is <short>")


def made(scenario: str = "base", **changes: float) -> WindResult:
    frame = pd.DataFrame({"month": ["Jan", "Feb"], "speed": [7.0, 9.0]})
    facts = {"file": "mast.csv", "sha256": "f00"}
    return WindResult(scenario, WindConfig(**changes), {"speeds": frame}, NOTES, facts)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "wind", "Wind")


@pytest.fixture
def two(project: Project) -> Project:
    """A project in which the scenario `high`, though first in the alphabet of neither, was finished last."""
    for age, scenario in ((0, "high"), (60, "low")):
        saved, _ = STORE.save(made(scenario), project, "r1")
        assert saved.folder is not None
        path = saved.folder / "result.json"
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - age))
    return project


def test_a_result_is_read_back_as_it_was_saved(project: Project) -> None:
    saved, written = STORE.save(made(height=120.0), project, "r1")
    read = STORE.load(project, "base")
    assert (read.config, read.facts, read.problems) == (saved.config, saved.facts, saved.problems)
    assert read.folder == saved.folder == written[-1].parent
    pd.testing.assert_frame_equal(read.table("speeds"), saved.table("speeds"))


def test_a_result_is_traced_to_its_run_and_inputs(project: Project) -> None:
    with pytest.raises(UnreadableFile, match="'base' was not saved yet"):
        made().trace()
    saved, _ = STORE.save(made(), project, "r1")
    trace = saved.trace()
    assert trace.run == "r1"
    assert trace.inputs["mast.csv"] == "f00"
    assert trace.package_version


def test_the_newest_is_opened_and_says_so(two: Project) -> None:
    study = WindStudy.open(two)
    assert study.scenario == "high"
    assert repr(study) == "<WindStudy 'high', the newest of 2 finished ones: speeds>"
    assert "the newest of 2 finished ones" in study._repr_html_()
    assert WindStudy.scenarios(two) == ("high", "low")


def test_a_named_one_is_opened_from_a_folder(two: Project) -> None:
    study = WindStudy.open(two.folder, "low")
    assert repr(study) == "<WindStudy 'low': speeds>"


def test_an_unknown_one_names_those_present(two: Project) -> None:
    with pytest.raises(UnreadableFile, match="no finished wind study 'mid'; present: high, low"):
        WindStudy.open(two, "mid")


def test_with_none_finished_it_says_how_to_make_one(project: Project) -> None:
    with pytest.raises(UnreadableFile, match=r'no finished wind study .* start\("wind", project\)'):
        WindStudy.open(project)


def test_tables_are_attributes_that_show_themselves() -> None:
    study = WindStudy(made())
    assert isinstance(study.speeds, Table)
    assert "speed [m/s]" in study.speeds._repr_html_()
    assert "speeds" in dir(study)
    with pytest.raises(AttributeError, match="WindStudy has no table 'gusts'; present: speeds"):
        study.gusts  # noqa: B018 - it is the access that is refused


def test_frames_given_out_are_copies() -> None:
    study = WindStudy(made())
    frame = study.to_pandas("speeds")
    frame["speed"] = 0.0
    assert study.speeds.frame["speed"].tolist() == [7.0, 9.0]
    with pytest.raises(KeyError, match="has no table 'gusts'; present: speeds"):
        study.to_pandas("gusts")


def test_text_of_a_result_is_not_taken_for_markup() -> None:
    shown = WindStudy(made("<i>"))._repr_html_()
    assert "<i>" not in shown
    assert "&lt;short&gt;" in shown


def test_figures_are_the_domains_own_or_of_any_table(two: Project) -> None:
    study = WindStudy.open(two)
    assert study.plot.speeds().layout.title.text.startswith(f"high in {two.energy_unit}<br><sup>scenario ")
    assert study.plot.rose(column="speed", theme="dark").layout.template
    assert study.plot.speeds.bar().layout.yaxis.title.text == "speed [m/s]"
    assert list(made().plot) == ["speeds", "rose"]
    with pytest.raises(AttributeError, match="nothing called 'gusts' to draw; present: speeds, rose"):
        study.plot.gusts()
