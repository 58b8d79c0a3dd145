"""Hourly weather files through the hourly equation: placed in time, summed to days, and what was made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbench.data.projects.project import Project
from workbench.evapotranspiration.config import EvapotranspirationConfig, check, zone_named
from workbench.evapotranspiration.equation.hourly import hourly_eto
from workbench.evapotranspiration.equation.penman_monteith import Surface
from workbench.evapotranspiration.fusion.site_check import SiteCheck, check_site
from workbench.evapotranspiration.inputs.reading import read_inputs
from workbench.evapotranspiration.jobs import estimate_evapotranspiration
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.physics.radiation import clear_sky
from workbench.evapotranspiration.physics.radiation_hourly import extraterrestrial_hourly, solar_hour_angle
from workbench.evapotranspiration.results.saved import EtoResult
from workbench.runs.model.settings import changed

MADRID = Site("Madrid", 40.4, -3.7, 640.0)
DAYS = 70


def hours_of(site: Site, days: int = DAYS) -> pd.DataFrame:
    """Hourly weather in UTC from 1 March on, with clouds that come and go."""
    # Not from midnight on, on no clock of these tests: the first time of a file tells what its rows begin or end.
    begin = pd.date_range("2024-03-01 03:00", periods=24 * days, freq="h", tz="UTC")
    rng = np.random.default_rng(4)
    middle = begin + pd.Timedelta(minutes=30)
    angle = solar_hour_angle((middle.hour + 0.5).to_numpy(), site.longitude, middle.day_of_year.to_numpy())
    sun = clear_sky(
        extraterrestrial_hourly(site.latitude, middle.day_of_year.to_numpy(), angle), site.elevation
    )
    clouds = np.repeat(rng.uniform(0.35, 1.0, days), 24)
    warmth = np.repeat(rng.normal(15, 2, days), 24) + np.repeat(rng.uniform(4, 8, days), 24) * np.cos(
        angle - 0.6
    )
    return pd.DataFrame(
        {
            "temperature": warmth.round(2),
            "rh": (60 - 2 * (warmth - 15)).round(1),
            "u2": rng.uniform(0.6, 4.0, len(begin)).round(2),
            "rs": (sun * clouds).round(4),
        },
        index=begin,
    )


def written(folder: Path, hours: pd.DataFrame, zone: str, time: str = "%Y-%m-%d %H:%M") -> Project:
    """A project with a logger's file on the clock of a zone."""
    project = Project.create(folder, "Farm")
    local = hours.tz_convert(zone)
    table = pd.DataFrame(
        {
            "TIMESTAMP": local.index.strftime(time),
            "AirTC_Avg [degC]": local["temperature"],
            "RH [%]": local["rh"],
            "WS_ms_Avg 2m [m/s]": local["u2"],
            "SlrW_Avg [W/m2]": local["rs"] / 0.0036,
        }
    )
    table.to_csv(project.inputs / "eto_weather.csv", index=False)
    (project.inputs / "eto_sites.csv").write_text(
        f"site,latitude,longitude,elevation\n{MADRID.name},{MADRID.latitude},{MADRID.longitude},{MADRID.elevation}\n"
    )
    return project


def checked(project: Project, **settings: Any) -> SiteCheck:
    """What a run makes of the file before the fusion."""
    config = changed(EvapotranspirationConfig(), {"online": "never", "time_step": "hourly", **settings})
    data = read_inputs(project, config)
    zone = zone_named(config.time_zone)
    return check_site(MADRID, data.weather[MADRID.name], config.equation, data.hours.get(MADRID.name), zone)


def days_of(check: SiteCheck) -> pd.Series:
    return check.features["eto_eto_weather"]


def words_of(result: EtoResult) -> str:
    return " ".join(str(note) for note in result.notes)


def sums_of(hours: pd.DataFrame, zone: str, surface: Surface = Surface.FAO56) -> pd.Series:
    true = hourly_eto(hours, MADRID, surface=surface)["eto"].tz_convert(zone)
    return true.groupby(true.index.tz_localize(None).normalize()).sum()


def test_a_run_sums_the_hourly_equation_and_says_so(tmp_path: Path) -> None:
    hours = hours_of(MADRID)
    hours.loc["2024-03-10 08:00":"2024-03-10 12:00", "u2"] = np.nan
    project = written(tmp_path / "farm", hours, "Etc/GMT-1")
    result = estimate_evapotranspiration(project, online="never", time_step="hourly")
    found, true = result.source_days(MADRID.name).iloc[:, 0], sums_of(hours.ffill(), "Etc/GMT-1")
    days = [day for day in found.index[1:-1] if f"{day:%m-%d}" != "03-10"]
    assert found[days].to_numpy() == pytest.approx(true[days].to_numpy(), abs=2e-3)
    said = words_of(result)
    assert "sum of the hourly equation, clock UTC+1, as the sun is highest in these hours" in said
    assert "the time zone of its hours is not known, and derived" in said
    inputs = result.site_days(MADRID.name)["inputs"]
    assert inputs["2024-03-10"] == "wind assumed"
    assert (inputs[days] == "given").all()


def test_a_run_on_days_lists_the_zone_as_unused(tmp_path: Path) -> None:
    project = written(tmp_path / "farm", hours_of(MADRID, 20), "UTC")
    daily = estimate_evapotranspiration(project, online="never", time_zone="Europe/Madrid")
    assert "the time_step is 'daily'" in words_of(daily)


@pytest.mark.parametrize("surface", [Surface.ASCE_SHORT, Surface.ASCE_TALL])
def test_days_are_the_sums_of_the_equation_that_is_set(tmp_path: Path, surface: Surface) -> None:
    hours = hours_of(MADRID)
    found = days_of(checked(written(tmp_path / "farm", hours, "Etc/GMT-1"), equation=surface.value))
    true = sums_of(hours, "Etc/GMT-1", surface).reindex(found.index)
    assert found.iloc[1:-1].to_numpy() == pytest.approx(true.iloc[1:-1].to_numpy(), abs=2e-3)


@pytest.mark.parametrize(
    ("zone", "time", "settings", "said"),
    [
        ("Etc/GMT-1", "%Y-%m-%dT%H:%M:%S%z", {}, "clock as the times say"),
        ("Europe/Madrid", "%Y-%m-%d %H:%M", {"time_zone": "Europe/Madrid"}, "clock Europe/Madrid, as given"),
        ("Etc/GMT-5", "%Y-%m-%d %H:%M", {"time_zone": "+05:00"}, "clock UTC+05:00, as given"),
    ],
)
def test_a_clock_is_placed_by_its_times_before_the_setting_before_the_sun(
    tmp_path: Path, zone: str, time: str, settings: dict[str, str], said: str
) -> None:
    hours = hours_of(MADRID)
    check = checked(written(tmp_path / "farm", hours, zone, time), **settings)
    found = days_of(check).iloc[1:60]
    assert found.to_numpy() == pytest.approx(sums_of(hours, zone).reindex(found.index).to_numpy(), abs=2e-3)
    assert said in check.of_hours[0].message
    assert not check.of_hours[0].zone_derived


def test_a_zone_that_the_sun_speaks_against_is_named(tmp_path: Path) -> None:
    (said,) = checked(
        written(tmp_path / "farm", hours_of(MADRID), "Etc/GMT-1"), time_zone="Asia/Kolkata"
    ).of_hours
    assert "the sun of the hours is highest 4.5 h before noon" in said.doubt


def test_single_hours_that_cannot_be_are_missing(tmp_path: Path) -> None:
    hours = hours_of(MADRID)
    hours.loc["2024-03-20 03:00", "u2"] = 90.0
    (said,) = checked(written(tmp_path / "farm", hours, "UTC")).of_hours
    assert "1 hours of u2 do not occur on Earth" in said.message


def test_a_file_without_wind_says_why_the_hourly_equation_is_not_used(tmp_path: Path) -> None:
    (said,) = checked(written(tmp_path / "farm", hours_of(MADRID, 20).assign(u2=np.nan), "UTC")).of_hours
    assert (said.message, said.doubt) == (
        "eto_weather: the hourly equation is not used",
        "the hours have no u2",
    )


def test_ten_minutes_are_made_hours(tmp_path: Path) -> None:
    hours = hours_of(MADRID, 20)
    fine = hours.resample("10min").ffill().iloc[: 24 * 6 * 19]
    coarse = days_of(checked(written(tmp_path / "hours", hours, "UTC")))
    found = days_of(checked(written(tmp_path / "fine", fine, "UTC")))
    assert found.to_numpy() == pytest.approx(coarse.reindex(found.index).to_numpy(), nan_ok=True)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"equation": "hargreaves", "time_step": "hourly"}, "one of days"),
        ({"time_zone": "Madrid time"}, "expected a name such as Europe/Madrid"),
        ({"time_zone": "+25"}, "expected a name such as Europe/Madrid"),
    ],
)
def test_settings_of_hours_that_cannot_act_are_refused(settings: dict[str, str], said: str) -> None:
    (problem,) = check(changed(EvapotranspirationConfig(), settings))
    assert said in str(problem)
