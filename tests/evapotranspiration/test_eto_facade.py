"""Evapotranspiration in three lines from a notebook, every wrong argument a sentence."""

from __future__ import annotations

import doctest
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import workbench.evapotranspiration
from workbench.data.projects.project import Project
from workbench.errors import InvalidData, UnknownName, UnreadableFile
from workbench.evapotranspiration import (
    Evapotranspiration,
    EvapotranspirationValidation,
    add_sample,
    estimate_evapotranspiration,
    reference_evapotranspiration,
    validate_evapotranspiration,
)
from workbench.evapotranspiration.equation.daily import daily_eto
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.results.charts import map_chart
from workbench.evapotranspiration.results.saved import load

PLACE = {"latitude": 50.8, "elevation": 100.0}


@pytest.fixture
def days() -> pd.DataFrame:
    """FAO-56, example 18 (Uccle), and two days more."""
    index = pd.date_range("2024-07-06", periods=3, name="date")
    values = {"tmax": 21.5, "tmin": 12.3, "rh_max": 84.0, "rh_min": 63.0, "u2": 2.078, "rs": 22.07}
    return pd.DataFrame(values, index=index)


@pytest.fixture(scope="module")
def estimated(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project.create(tmp_path_factory.mktemp("eto") / "farms", "Farms")
    add_sample(project)
    estimate_evapotranspiration(project, start="2022-01-01", end="2022-03-31", online="never")
    return project


def test_the_worked_example_of_fao_56_comes_out(days: pd.DataFrame) -> None:
    found = reference_evapotranspiration(days, **PLACE)
    assert found.to_pandas()["eto"].round(1).to_list() == [3.9, 3.9, 3.9]
    assert found.header("eto") == "eto [mm/d]"
    assert "FAO-56" in found.title
    assert found.title in found._repr_html_()
    assert found.plot.line(y="eto").data[0].x[0] == days.index[0]


def test_units_in_headers_and_as_keywords_give_the_same(days: pd.DataFrame) -> None:
    usual = reference_evapotranspiration(days, **PLACE).to_pandas()
    others = days.assign(tmax=days["tmax"] * 1.8 + 32, u2=days["u2"] * 3.6, rs=days["rs"] / 0.0864)
    named = others.rename(
        columns={"tmax": "Temperature max [°F]", "u2": "wind [km/h]", "rs": "Radiation (W/m2)"}
    )
    by_header = reference_evapotranspiration(named.reset_index(), **PLACE)
    units = {"tmax": "degF", "u2": "km/h", "rs": "W/m2"}
    by_keyword = reference_evapotranspiration(others, **PLACE, units=units)
    for found in (by_header, by_keyword):
        pd.testing.assert_frame_equal(found.to_pandas(), usual, rtol=1e-9)
        assert sum("converted from" in note for note in found.notes) == 3


def test_what_is_missing_is_assumed_and_said(days: pd.DataFrame) -> None:
    days.loc[days.index[1], "rs"] = -999
    found = reference_evapotranspiration(days.drop(columns=["rh_max", "rh_min"]), **PLACE)
    assert "Rs from the range of temperature: 1 of 3 days." in found.notes
    assert "Humidity from tmin as dew point: 3 of 3 days." in found.notes
    assert any("-999" in note for note in found.notes)


def test_a_gap_in_the_days_is_said(days: pd.DataFrame) -> None:
    found = reference_evapotranspiration(days.iloc[[0, 2]], **PLACE)
    assert any("1 days are missing" in note for note in found.notes)


def test_wind_of_another_height_is_converted(days: pd.DataFrame) -> None:
    high = reference_evapotranspiration(days, **PLACE, wind_height=10.0)
    assert high.to_pandas()["u2"].iloc[0] == pytest.approx(2.078 * 0.748, rel=1e-3)
    assert any("measured at 10 m" in note for note in high.notes)


@pytest.mark.parametrize("method", ["asce_short", "asce_tall", "hargreaves", "FAO56"])
def test_every_method_is_that_of_the_equation(days: pd.DataFrame, method: str) -> None:
    found = reference_evapotranspiration(days, **PLACE, method=method)
    equation = workbench.evapotranspiration.Equation(method.lower())
    expected = daily_eto(days, Site("x", 50.8, 0.0, 100.0), equation=equation)
    np.testing.assert_allclose(found.to_pandas()["eto"], expected["eto"])


@pytest.mark.parametrize(
    ("changes", "options", "sentence"),
    [
        ({}, {"method": "penman"}, "no method 'penman'; there are fao56, asce_short, asce_tall, hargreaves"),
        ({}, {"latitude": 172.0}, "latitude is 172, expected -90 to 90"),
        ({}, {"elevation": float("nan")}, "elevation is nan"),
        ({}, {"units": {"tmax": "furlong"}}, "the unit 'furlong' is not known for tmax, expected degC"),
        (
            {},
            {"units": {"tmx": "degF"}},
            "units names 'tmx', and there is no such column; present: date, tmax",
        ),
        ({}, {"wind_height": -1.0}, "wind_height is -1, expected 0.5 to 200 m"),
        ({"tmin": None}, {}, "column 'tmin' is missing"),
        ({"tmax": "warm"}, {}, "'warm' is not a number"),
        ({"site": ["a", "b", "b"]}, {}, "holds 2 sites"),
    ],
)
def test_what_cannot_be_used_is_a_sentence(
    days: pd.DataFrame, changes: Mapping[str, Any], options: Mapping[str, Any], sentence: str
) -> None:
    frame = days.assign(**changes) if changes else days
    frame = frame.drop(columns=[name for name, value in changes.items() if value is None])
    with pytest.raises((InvalidData, UnknownName), match=sentence):
        reference_evapotranspiration(frame, **{**PLACE, **options})


def test_days_are_needed(days: pd.DataFrame) -> None:
    with pytest.raises(InvalidData, match="no column 'date'"):
        reference_evapotranspiration(days.reset_index(drop=True), **PLACE)
    with pytest.raises(InvalidData, match="expected one: the day comes twice"):
        reference_evapotranspiration(pd.concat([days, days.iloc[:1]]), **PLACE)
    with pytest.raises(InvalidData, match="of type list, expected a pandas DataFrame"):
        reference_evapotranspiration([1.0], **PLACE)  # type: ignore[arg-type]


def test_a_finished_result_opens_with_its_tables_and_figures(estimated: Project) -> None:
    opened = Evapotranspiration.open(estimated)
    assert opened.site_names == ("Northern plateau", "River plain", "Western hills", "Southern orchard")
    assert opened.daily.header("eto") == "eto [mm/d]"
    assert len(opened.to_pandas("daily")) == 4 * 90
    assert "daily" in opened._repr_html_()
    assert opened.plot.daily(site="River plain").layout.title.text.startswith("River plain")
    assert set(opened.tables) == set(opened.result.tables)
    for name in opened.store.figures:
        assert getattr(opened.plot, name)().data, name


def test_names_on_the_map_have_the_ink_of_the_page(estimated: Project) -> None:
    figure = map_chart(load(estimated, "ETo"))
    (places,) = (trace for trace in figure.data if getattr(trace, "mode", None) == "markers+text")

    assert places.textfont.color is None


def test_a_result_that_is_not_there_is_a_sentence_that_names_those_present(
    estimated: Project, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableFile, match="ETo"):
        Evapotranspiration.open(estimated, "other")
    with pytest.raises(UnreadableFile, match="no finished evapotranspiration"):
        Evapotranspiration.open(Project.create(tmp_path / "empty", "Empty"))


def test_a_finished_validation_opens_too(estimated: Project) -> None:
    validate_evapotranspiration(estimated, train_until="2020-12-31")
    opened = EvapotranspirationValidation.open(estimated)
    assert "fused" in set(opened.to_pandas("overall")["what"])


def test_the_names_of_the_domain_are_exact_sorted_and_lazy() -> None:
    domain = workbench.evapotranspiration
    assert domain.__all__ == sorted(domain.__all__)
    assert set(domain.__all__) == set(dir(domain))
    for name in domain.__all__:
        assert getattr(domain, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'eto'"):
        domain.eto  # noqa: B018
    light = "import sys, workbench.evapotranspiration; assert not {'numpy', 'pandas', 'plotly'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", light], check=True)


def test_the_examples_of_the_docstrings_run(tmp_path: Path) -> None:
    from workbench.evapotranspiration import opened, reference

    for module in (opened, reference):
        found = doctest.testmod(module, extraglobs={"folder": tmp_path / "p"})
        assert (found.failed, found.attempted > 0) == (0, True)
