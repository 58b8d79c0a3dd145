"""Other equations than FAO-56's in a whole run: values of a peer, what counts as assumed, and who may use them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyet
import pytest
from evapotranspiration.made_weather import HERE, made_weather, seen_by

import workbench
from workbench.data.projects.project import Project
from workbench.errors import SettingError, SourceFailed
from workbench.evapotranspiration.config import EvapotranspirationConfig
from workbench.evapotranspiration.equation.daily import daily_eto
from workbench.evapotranspiration.equation.priestley_taylor import priestley_taylor
from workbench.evapotranspiration.irrigation_config import IrrigationConfig
from workbench.evapotranspiration.jobs import estimate_evapotranspiration, plan_irrigation
from workbench.evapotranspiration.model.equations import Equation
from workbench.evapotranspiration.results.export import csv_text, to_xarray
from workbench.evapotranspiration.results.saved import EtoResult

DAYS = 180


@pytest.fixture(scope="module")
def weather() -> pd.DataFrame:
    return made_weather(DAYS)


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory, weather: pd.DataFrame) -> Project:
    """A farm with its own station, a grid that brings its own ETo, and a reference of FAO-56."""
    made = Project.create(tmp_path_factory.mktemp("equations") / "farm", "Farm")
    place = {
        "site": "here",
        "latitude": HERE.latitude,
        "longitude": HERE.longitude,
        "elevation": HERE.elevation,
    }
    pd.DataFrame([place]).to_csv(made.inputs / "eto_sites.csv", index=False)
    grid = seen_by(weather)
    grid["eto"] = daily_eto(weather, HERE)["eto"] * 0.9
    parts = [weather.assign(source="finca"), grid.assign(source="nasa_power")]
    pd.concat(parts).assign(site="here").reset_index().to_csv(made.inputs / "eto_weather.csv", index=False)
    reference = pd.DataFrame({"site": "here", "date": made_weather(DAYS).index, "eto": 3.0})
    reference.to_csv(made.inputs / "eto_reference.csv", index=False)
    return made


def estimated(project: Project, equation: Equation) -> EtoResult:
    config = EvapotranspirationConfig(scenario=str(equation), equation=equation)
    return estimate_evapotranspiration(project, config)


@pytest.fixture(scope="module")
def tall(farm: Project) -> EtoResult:
    return estimated(farm, Equation.ASCE_TALL)


def test_priestley_taylor_equals_pyet_but_for_the_latent_heat(weather: pd.DataFrame) -> None:
    net = daily_eto(weather, HERE)["rn"]
    ours = priestley_taylor(tmax=weather.tmax, tmin=weather.tmin, rn=net, elevation=HERE.elevation)
    mean = (weather.tmax + weather.tmin) / 2
    peer = pyet.priestley_taylor(mean, rn=net, elevation=HERE.elevation)
    # pyet's latent heat follows temperature; FAO-56 takes 2.45 MJ/kg.
    expected = np.maximum(peer * pyet.calc_lambda(mean) / 2.45, 0)
    assert ours == pytest.approx(expected.to_numpy(), rel=5e-4)
    assert daily_eto(weather, HERE, equation=Equation.PRIESTLEY_TAYLOR)["eto"].to_numpy() == pytest.approx(
        ours
    )


def test_what_an_equation_does_not_use_is_not_assumed(weather: pd.DataFrame) -> None:
    still = weather.drop(columns="u2")
    assert set(daily_eto(still, HERE)["assumed"]) == {"u2 taken as 2 m/s"}
    assert set(daily_eto(still, HERE, equation=Equation.PRIESTLEY_TAYLOR)["assumed"]) == {""}
    dark = weather.drop(columns="rs")
    lacking = daily_eto(dark, HERE, equation=Equation.PRIESTLEY_TAYLOR)["assumed"]
    assert set(lacking) == {"rs from the range of temperature"}


def test_a_station_is_the_truth_of_the_chosen_equation(tall: EtoResult, weather: pd.DataFrame) -> None:
    days = tall.site_days("here")
    expected = daily_eto(weather, HERE, equation=Equation.ASCE_TALL)["eto"]
    sources = tall.source_days("here")
    assert sources["finca"].to_numpy() == pytest.approx(expected.to_numpy())
    # Neither the grid's own ETo, a tenth below grass, nor the reference of 3 mm is of this equation.
    assert sources["nasa_power"].mean() == pytest.approx(expected.mean(), rel=0.05)
    assert days["eto"].mean() == pytest.approx(expected.mean(), rel=0.03)
    assert (days["weight_finca"] >= 0.5).all()


def test_a_station_is_enough_where_no_other_source_gives_an_eto(farm: Project, tmp_path: Path) -> None:
    made = Project.create(tmp_path / "station", "Station")
    (made.inputs / "eto_sites.csv").write_bytes((farm.inputs / "eto_sites.csv").read_bytes())
    table = pd.read_csv(farm.inputs / "eto_weather.csv").drop(columns="eto")
    table.loc[table.source == "nasa_power", ["tmax", "tmin"]] = np.nan
    table.to_csv(made.inputs / "eto_weather.csv", index=False)
    days = estimate_evapotranspiration(made).site_days("here")
    assert days["eto"].notna().all()
    assert set(days["sources"]) == {"finca"}


def test_the_equation_is_named_wherever_the_result_goes(tall: EtoResult) -> None:
    title = "ASCE Penman-Monteith, tall reference"
    assert title in csv_text(tall)
    assert title in tall.plot.daily(site="here").layout.title.text
    assert to_xarray(tall)["eto"].attrs["long_name"] == f"{title} reference evapotranspiration of the day"
    said = "\n".join(note.message for note in tall.notes)
    assert f"ETo is that of {title}" in said
    assert "a reference is of FAO-56, and the equation is 'asce_tall'" in said


def test_temperature_alone_is_enough_for_hargreaves(
    farm: Project, tmp_path: Path, weather: pd.DataFrame
) -> None:
    made = Project.create(tmp_path / "thermometer", "Thermometer")
    (made.inputs / "eto_sites.csv").write_bytes((farm.inputs / "eto_sites.csv").read_bytes())
    table = weather[["tmax", "tmin"]].assign(site="here", source="shed").reset_index()
    table.to_csv(made.inputs / "eto_weather.csv", index=False)
    result = estimated(made, Equation.HARGREAVES)
    assert set(result.table("daily")["inputs"]) == {"given"}
    expected = daily_eto(weather, HERE, equation=Equation.HARGREAVES)["eto"]
    assert result.site_days("here")["eto"].to_numpy() == pytest.approx(expected.to_numpy())


def test_temperatures_that_are_refused_are_told_with_their_reason(farm: Project, tmp_path: Path) -> None:
    made = Project.create(tmp_path / "stuck", "Stuck")
    (made.inputs / "eto_sites.csv").write_bytes((farm.inputs / "eto_sites.csv").read_bytes())
    days = pd.date_range("2023-01-01", periods=60).strftime("%Y-%m-%d")
    table = pd.DataFrame({"site": "here", "source": "shed", "date": days, "tmax": 30.0, "tmin": 16.0})
    table.to_csv(made.inputs / "eto_weather.csv", index=False)
    with pytest.raises(SourceFailed, match=r"'tmax' does not change for up to 60 days"):
        estimate_evapotranspiration(made)


def test_crop_coefficients_are_not_multiplied_with_another_equation(farm: Project, tall: EtoResult) -> None:
    with pytest.raises(SettingError, match=r"'asce_tall' is computed with the equation 'asce_tall'.*fao56"):
        plan_irrigation(farm, IrrigationConfig(eto="asce_tall"))
    # Left to choose, the plan takes the weather file, and says which result it has passed over.
    plan = workbench.start(plan_irrigation, farm, IrrigationConfig(planting="2001-02-01")).result()
    assert plan.facts["eto"] == ""
    assert any("saved ETo asce_tall: another equation" in note.message for note in plan.notes)
