"""The farm's own station beside a biased gridded source: it counts, teaches, and its weight is shown."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from evapotranspiration.made_weather import HERE, made_weather, seen_by

from workbench.data.projects.project import Project
from workbench.errors import SettingError
from workbench.evapotranspiration import Evapotranspiration, estimate_evapotranspiration
from workbench.evapotranspiration.config import EvapotranspirationConfig
from workbench.evapotranspiration.equation.daily import daily_eto
from workbench.evapotranspiration.fusion.fuse import Basis, fuse
from workbench.evapotranspiration.fusion.learning import lessons
from workbench.evapotranspiration.fusion.site_check import SiteCheck, check_site
from workbench.evapotranspiration.fusion.site_fusion import fuse_site
from workbench.evapotranspiration.fusion.stations import (
    complete_days,
    stations_of,
    truth_of,
    with_station,
    without_station,
)
from workbench.evapotranspiration.inputs.reading import read_inputs
from workbench.evapotranspiration.model.catalogue import source_named
from workbench.evapotranspiration.model.site import Site

DAYS = 730


@pytest.fixture(scope="module")
def weather() -> dict[str, pd.DataFrame]:
    """A perfect station and a gridded source whose radiation is a quarter too high."""
    true = made_weather(DAYS)
    grid = seen_by(true)
    grid["rs"] = grid["rs"] * 1.25
    return {"finca_norte": true, "nasa_power": grid}


@pytest.fixture(scope="module")
def check(weather: dict[str, pd.DataFrame]) -> SiteCheck:
    return check_site(HERE, weather)


def project_with(folder: Path, sources: dict[str, pd.DataFrame]) -> Project:
    project = Project.create(folder, "Farm")
    table = pd.concat(part.assign(site="here", source=name) for name, part in sources.items())
    table.reset_index().to_csv(project.inputs / "eto_weather.csv", index=False)
    place = {
        "site": ["here"],
        "latitude": [HERE.latitude],
        "longitude": [HERE.longitude],
        "elevation": [300.0],
    }
    pd.DataFrame(place).to_csv(project.inputs / "eto_sites.csv", index=False)
    return project


@pytest.fixture(scope="module")
def daily(tmp_path_factory: pytest.TempPathFactory, weather: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Of a station that lacks its last two months, and a gridded source that has them."""
    sources = {**weather, "finca_norte": weather["finca_norte"].iloc[:-60]}
    project = project_with(tmp_path_factory.mktemp("farm") / "project", sources)
    estimate_evapotranspiration(project)
    return Evapotranspiration.open(project).to_pandas("daily")


def test_the_station_counts_and_its_weight_is_shown_for_every_day(daily: pd.DataFrame) -> None:
    weights = daily.filter(like="weight_")
    assert set(weights) == {"weight_finca_norte", "weight_nasa_power"}
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    assert (daily["weight_finca_norte"].iloc[:-60] >= 0.5).all()
    assert (daily["weight_finca_norte"].iloc[-60:] == 0).all()
    assert daily["reason"].iloc[0].startswith("measured at the place by finca_norte; standard error")
    assert set(daily["grade"].iloc[:-60]) == {"high"}


def test_what_the_station_says_is_the_level_on_its_days_and_on_those_it_lacks(
    daily: pd.DataFrame, weather: dict[str, pd.DataFrame]
) -> None:
    true = daily_eto(weather["finca_norte"], HERE)["eto"].to_numpy()
    grid = daily_eto(weather["nasa_power"], HERE)["eto"].to_numpy()
    assert grid.mean() > 1.1 * true.mean(), "the source is biased"
    for days in (slice(None, -60), slice(-60, None)):
        assert daily["eto"].to_numpy()[days].mean() == pytest.approx(true[days].mean(), rel=0.03)
    inside = (daily["low"] <= true) & (true <= daily["high"])
    assert inside.mean() >= 0.85


def test_only_a_source_that_measures_everything_at_the_place_is_a_station(check: SiteCheck) -> None:
    assert stations_of({"here": check}, (), ()) == {"here": "finca_norte"}
    assert stations_of({"here": check}, ("NASA-Power",), ()) == {"here": "nasa_power"}
    assert stations_of({"here": check}, ("none",), ()) == {}
    assert stations_of({"here": check}, (), ("here",)) == {}, "a reference goes before any station"


def test_a_station_that_is_no_source_is_refused_with_those_there_are(
    tmp_path: Path, weather: dict[str, pd.DataFrame]
) -> None:
    project = project_with(tmp_path / "project", weather)
    with pytest.raises(
        SettingError, match="There is no source 'gauge' in the weather file; there are finca_norte"
    ):
        estimate_evapotranspiration(project, stations=("gauge",))


@pytest.mark.parametrize("column", ["rs", "u2", "rh", "tmax"])
def test_days_with_an_input_that_was_not_measured_are_no_truth(
    weather: dict[str, pd.DataFrame], column: str
) -> None:
    partial = weather["finca_norte"].copy()
    partial.loc[partial.index[100:200], column] = np.nan
    check = check_site(HERE, {**weather, "finca_norte": partial})
    whole = complete_days(check, "finca_norte")
    assert not whole[100:200].any()
    assert whole[:100].all()
    never = check_site(HERE, {**weather, "finca_norte": weather["finca_norte"].drop(columns=column)})
    assert stations_of({"here": never}, (), ()) == {}


def test_a_station_alone_gives_its_own_days_with_its_own_error(weather: dict[str, pd.DataFrame]) -> None:
    measured = daily_eto(weather["finca_norte"], HERE)["eto"]
    nothing = pd.DataFrame(
        {name: pd.Series(dtype=float) for name in ("eto", "standard_error", "low", "high")}
        | {name: pd.Series(dtype=object) for name in ("grade", "reason", "sources")},
        index=pd.DatetimeIndex([], name="date"),
    )
    table = with_station(nothing, measured, "own", 0.9)
    np.testing.assert_allclose(table["eto"], measured)
    np.testing.assert_allclose(table["standard_error"], 0.08 * measured.clip(lower=1.0))
    assert (table["weight_own"] == 1.0).all()


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("open_meteo_archive", "openmeteo_archive"),
        ("Open-Meteo", "openmeteo_archive"),
        ("NASA POWER", "nasa_power"),
        ("MET Norway", "met_norway"),
        ("my station", "my station"),
    ],
)
def test_a_service_is_known_however_its_name_is_written(written: str, source: str) -> None:
    assert source_named(written) == source


def test_a_source_that_counts_on_no_day_is_listed(tmp_path: Path, weather: dict[str, pd.DataFrame]) -> None:
    sources = {"nasa_power": weather["nasa_power"], "era5_land": seen_by(weather["finca_norte"], seed=5)}
    project = project_with(tmp_path / "project", sources)
    result = estimate_evapotranspiration(project, start="2001-01-01", end="2001-03-31")
    daily = result.table("daily")
    weights = daily.filter(like="weight_")
    idle = [
        name
        for name in ("nasa_power", "era5_land")
        if not (weights.get(f"weight_{name}", pd.Series([0])) > 0).any()
    ]
    said = [str(note) for note in result.notes]
    # The shipped statistics know NASA POWER in this climate, and nothing of the other product.
    assert idle == ["era5_land"]
    assert any("here: era5_land counts on no day" in text for text in said)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("estacion_meteorologica", True),
        ("Station Meteo-France", True),
        ("Santa Cruz farm", True),
        ("Silicon Valley AWS", True),
        ("powerhouse", True),
        ("era5_land", False),
        ("ERA5", False),
        ("NASA POWER v2", False),
        ("BR-DWGD", False),
        ("open-meteo", False),
        ("gfs025", False),
        ("made_up_satellite", False),
    ],
)
def test_a_station_is_told_from_a_product_by_whole_words(
    weather: dict[str, pd.DataFrame], name: str, expected: bool
) -> None:
    check = check_site(HERE, {name: weather["finca_norte"]})
    assert stations_of({"here": check}, (), ()) == ({"here": name} if expected else {})


def test_where_nothing_could_be_learned_every_source_counts() -> None:
    days = pd.date_range("2024-06-01", periods=30, freq="D", name="date")
    features = pd.DataFrame({"eto_nasa_power": 4.0, "eto_met_norway": 3.0}, index=days)
    features.loc[days[-10:], "eto_met_norway"] = np.nan
    fused = fuse(features, Site("far", 60.0, 25.0, 20.0))
    assert fused.basis is Basis.SOURCE_ERRORS
    weights = fused.table[["weight_nasa_power", "weight_met_norway"]]
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    assert (weights.iloc[:-10] > 0).all(axis=None)
    assert (weights["weight_met_norway"].iloc[-10:] == 0).all()
    assert (fused.table["eto"].iloc[:-10].between(3.0, 4.0, inclusive="neither")).all()


def test_two_names_of_one_service_stay_two_sources_and_are_said(
    tmp_path: Path, weather: dict[str, pd.DataFrame]
) -> None:
    part = weather["nasa_power"].iloc[:90]
    project = project_with(tmp_path / "project", {"NASA POWER": part, "nasa-power": part, "Open-Meteo": part})
    data = read_inputs(project, EvapotranspirationConfig(online="never"))
    assert set(data.weather["here"]) == {"NASA POWER", "nasa-power", "openmeteo_archive"}
    said = [str(problem) for problem in data.problems]
    assert (
        sum("is one of several names of nasa_power and stays a source of its own" in text for text in said)
        == 2
    )
    assert any("the source 'Open-Meteo' is read as openmeteo_archive" in text for text in said)


def test_the_season_of_a_farm_with_its_own_station_is_the_stations(tmp_path: Path, shared_data: Path) -> None:
    source = shared_data.parent / "cases" / "evapotranspiration" / "own_station"
    if not source.is_dir():
        pytest.skip(f"the files {source} are not here")
    project = Project.create(tmp_path / "project", "Madrid")
    shutil.copytree(source, project.inputs, dirs_exist_ok=True)
    daily = estimate_evapotranspiration(project).table("daily")
    # The station's own mean; the gridded source says 3.91.
    assert daily["eto"].mean() == pytest.approx(3.28, abs=0.01)
    assert (daily["weight_my_station"] >= 0.5).all()


def in_climate(name: str) -> tuple[Site, pd.DataFrame]:
    """Two years that a perfect station sees in a climate, made of those of the savanna."""
    latitude, elevation, warmth, humidity, wind = {
        "arid": (31.0, 200.0, 2.0, 0.5, 1.6),
        "mediterranean": (40.4, 640.0, -6.0, 0.8, 1.3),
        "maritime": (52.0, 20.0, -16.0, 1.25, 1.6),
        "highland": (-13.5, 3200.0, -14.0, 0.85, 1.2),
    }[name]
    site = Site(name, latitude, 0.0, elevation)
    true = made_weather(DAYS, site=site)
    true[["tmax", "tmin"]] += warmth
    return site, true.assign(rh=(true["rh"] * humidity).clip(8, 98), u2=true["u2"] * wind)


@pytest.mark.parametrize("climate", ["arid", "mediterranean", "maritime", "highland"])
def test_a_farms_station_corrects_a_biased_grid_in_any_climate(climate: str) -> None:
    site, true = in_climate(climate)
    grid = seen_by(true)
    grid["rs"], grid["u2"] = grid["rs"] * 1.12, grid["u2"] * 1.3
    eto = daily_eto(true, site)["eto"]
    station = {"finca": true.iloc[:365], "nasa_power": grid}
    check = check_site(site, station)
    stations = stations_of({site.name: check}, (), ())
    assert stations == {site.name: "finca"}
    gridded = without_station(check, "finca")
    taught, _ = lessons(
        gridded.assign(site=site.name).reset_index(),
        truth_of({site.name: check}, stations),
        {site.name: site},
        gridded.index[365:],
    )
    asked = gridded.iloc[365:]
    fused = fuse_site(site, asked, taught, "ridge", 0.9).table
    held = eto.iloc[365:]
    raw = daily_eto(grid, site)["eto"].iloc[365:]
    assert abs(raw.mean() / held.mean() - 1) > 0.07, "the grid is biased"
    assert fused["eto"].mean() == pytest.approx(held.mean(), rel=0.03)
    inside = ((fused["low"] <= held) & (held <= fused["high"])).mean()
    assert inside >= 0.86
    # Without the station there is no reference for the climate: wider, low, and why.
    alone = fuse(asked, site)
    assert ((alone.table["low"] <= held) & (held <= alone.table["high"])).mean() >= 0.9
    assert alone.basis is Basis.SOURCE_ERRORS
    assert set(alone.table["grade"]) == {"low"}
    assert "% larger for" in alone.explanation
    assert (alone.table["standard_error"].mean() / fused["standard_error"].mean()) > 1.5
