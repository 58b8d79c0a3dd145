"""Weather in NetCDF files: grids and stations by CF, ERA5 and gridMET names and units; and results as grids."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from workbench.data.problems import Problems
from workbench.data.projects.project import Project
from workbench.errors import UnreadableFile
from workbench.evapotranspiration.inputs.files import read_daily_table
from workbench.evapotranspiration.inputs.netcdf_files import read_netcdf
from workbench.evapotranspiration.inputs.places.place import Place
from workbench.evapotranspiration.jobs import estimate_evapotranspiration
from workbench.evapotranspiration.results.export import to_xarray, write_netcdf

DAYS = 40
LATITUDES, LONGITUDES = [-22.0, -22.5, -23.0], [-48.0, -47.5]
TRUE = {"tmax": 31.0, "tmin": 18.0, "rh": 65.0, "u2": 2.0, "rs": 20.0, "precip": 5.0}
"""Of the first cell and day, in our units."""
WIND_10M = 2.0 / 0.74795


def grid(form: str) -> xr.Dataset:
    """The same weather as CMIP, gridMET and ERA5 (daily) write it; the last cell lies at sea."""
    times = pd.date_range("2024-01-01", periods=DAYS, freq="D")
    shape = (DAYS, len(LATITUDES), len(LONGITUDES))
    rng = np.random.default_rng(3)

    def varied(value: float) -> np.ndarray:
        found = value + rng.normal(0, 0.02 * value, shape)
        found[0, 0, 0] = value
        found[:, -1, -1] = np.nan
        return found

    names = {
        "cmip": {
            "tasmax": ("tmax", lambda v: v + 273.15, "K", "air_temperature", "time: maximum"),
            "tasmin": ("tmin", lambda v: v + 273.15, "K", "air_temperature", "time: minimum"),
            "hurs": ("rh", lambda v: v, "%", "relative_humidity", "time: mean"),
            "sfcWind": ("u2", lambda v: v / 2 * WIND_10M, "m s-1", "wind_speed", "time: mean"),
            "rsds": ("rs", lambda v: v / 0.0864, "W m-2", "surface_downwelling_shortwave_flux_in_air", ""),
            "pr": ("precip", lambda v: v / 86400, "kg m-2 s-1", "precipitation_flux", "time: mean"),
        },
        "gridmet": {
            "tmmx": ("tmax", lambda v: v + 273.15, "K", "", ""),
            "tmmn": ("tmin", lambda v: v + 273.15, "K", "", ""),
            "rh": ("rh", lambda v: v, "%", "", ""),
            "vs": ("u2", lambda v: v / 2 * WIND_10M, "m/s", "", ""),
            "srad": ("rs", lambda v: v / 0.0864, "W m-2", "", ""),
            "precip": ("precip", lambda v: v, "mm", "", ""),
        },
    }[form]
    data = {}
    for name, (ours, made, unit, standard, methods) in names.items():
        attributes = {"units": unit, "standard_name": standard, "cell_methods": methods}
        data[name] = (
            ("time", "lat", "lon"),
            made(varied(TRUE[ours])),
            {key: value for key, value in attributes.items() if value},
        )
    return xr.Dataset(data, {"time": times, "lat": LATITUDES, "lon": [one % 360 for one in LONGITUDES]})


@pytest.mark.parametrize("form", ["cmip", "gridmet"])
def test_variables_are_known_by_standard_name_or_by_the_products_own(tmp_path: Path, form: str) -> None:
    grid(form).to_netcdf(tmp_path / "eto_weather.nc")
    table = read_daily_table(tmp_path / "eto_weather.nc")
    first = table.frame[table.frame["site"] == "-22.000 -48.000"].iloc[0]
    assert {name: float(first[name]) for name in TRUE} == pytest.approx(TRUE, rel=1e-4)
    assert len(table.places) == 5
    assert "1 of 6 cells hold no value" in " ".join(str(problem) for problem in table.problems)
    assert not table.asks_wind_height
    assert set(table.frame["source"]) == {"grid eto_weather"}


def test_a_place_has_its_nearest_cell_and_one_outside_has_none(tmp_path: Path) -> None:
    grid("cmip").to_netcdf(tmp_path / "eto_weather.nc")
    problems = Problems()
    wanted = (Place("farm", -22.45, -47.55), Place("Madrid", 40.4, -3.7))
    found = read_netcdf(tmp_path / "eto_weather.nc", wanted, problems)
    assert [place.name for place in found.places] == ["farm"]
    said = " ".join(str(problem) for problem in problems)
    assert "farm has the cell at -22.500 -47.500" in said
    assert "Madrid lies" in said


def test_a_grid_goes_in_and_its_evapotranspiration_comes_out_as_a_grid(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "basin", "Basin")
    grid("cmip").to_netcdf(project.inputs / "eto_weather.nc")
    result = estimate_evapotranspiration(project, online="never")
    assert len(result.sites) == 5
    assert "weight_grid eto_weather" in result.table("daily")
    written = write_netcdf(result, tmp_path / "eto.nc")
    with xr.open_dataset(written) as out:
        assert out["eto"].dims == ("latitude", "longitude", "time")
        assert out.sizes["latitude"] == 3
        assert out["eto"].attrs["units"] == "kg m-2"
        assert np.isnan(out["eto"].sel(latitude=-23.0, longitude=-47.5)).all()
        day = result.site_days("-22.500 -48.000")["eto"].iloc[3]
        assert float(out["eto"].sel(latitude=-22.5, longitude=-48.0)[3]) == pytest.approx(day, rel=1e-6)
    # And in again: what was estimated is a source like any other.
    again = read_daily_table(written)
    assert again.frame["eto"].notna().sum() == 5 * DAYS
    assert to_xarray(result).attrs["Conventions"] == "CF-1.11"


def hours(cumulated: bool) -> xr.Dataset:
    times = pd.date_range("2024-03-01", periods=24 * 30, freq="h")
    light = np.maximum(np.sin((times.hour.to_numpy() - 7.5 - 3) / 12 * np.pi), 0.0) * 2.6e6
    sums = pd.Series(light, times).groupby((times - pd.Timedelta(hours=1)).date).cumsum().to_numpy()
    warmth = (
        290.0 + 6 * np.sin((times.hour.to_numpy() - 9 - 3) / 12 * np.pi) + np.repeat(np.arange(30) % 5, 24)
    )
    data = {
        "t2m": (("valid_time",), warmth, {"units": "K", "standard_name": "unknown"}),
        "d2m": (("valid_time",), warmth - 8, {"units": "K"}),
        "ssrd": (("valid_time",), sums if cumulated else light, {"units": "J m**-2"}),
        "tp": (("valid_time",), np.full(len(times), 1e-4), {"units": "m"}),
    }
    coordinates = {"valid_time": times, "latitude": -22.0, "longitude": -47.0}
    return xr.Dataset(data, coordinates)


@pytest.mark.parametrize("cumulated", [False, True], ids=["era5", "era5-land"])
def test_hours_of_utc_are_put_on_the_clock_of_the_place(tmp_path: Path, cumulated: bool) -> None:
    hours(cumulated).to_netcdf(tmp_path / "eto_weather.nc")
    table = read_daily_table(tmp_path / "eto_weather.nc")
    day = table.frame.iloc[10]
    light = hours(False)["ssrd"].to_numpy()
    # A day of three hours west of Greenwich begins at 03:00 UTC.
    assert day["rs"] == pytest.approx(light[:24].sum() / 1e6, rel=1e-3)
    assert day["precip"] == pytest.approx(2.4, rel=1e-6)
    assert day["tmax"] - day["tmin"] == pytest.approx(12.0, abs=1.1)
    said = " ".join(str(problem) for problem in table.problems)
    assert "times are of UTC" in said
    assert ("summed up through the day of UTC" in said) == cumulated


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda data: data.rename(lat="row", lon="column"), "no variable of latitude"),
        (lambda data: data[["pr"]].rename(pr="chlorophyll").assign_attrs({}), "no weather that is known"),
        (lambda data: data.expand_dims(member=[1, 2]), "the dimension member"),
        (lambda data: data.isel(time=slice(None, None, 30)), "30 days apart"),
        (lambda data: data.drop_vars("time").rename(time="step"), "no dimension of times"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, spoil: object, said: str) -> None:
    data = grid("cmip")
    data["pr"].attrs.clear()
    spoil(data).to_netcdf(tmp_path / "eto_weather.nc")
    with pytest.raises(UnreadableFile, match=said):
        read_daily_table(tmp_path / "eto_weather.nc")
