"""Weather, sites and references on which each setting of evapotranspiration and its validation could matter."""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
from made_weather import made_weather, seen_by
from setting_runs import Inputs, JobCases
from weather_server import WeatherServer

from workbench.data.notes import Notes
from workbench.data.projects.project import Project
from workbench.evapotranspiration.equation.daily import daily_eto
from workbench.evapotranspiration.jobs import estimate_evapotranspiration
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.results.saved import EtoResult
from workbench.online.client import OnlineClient
from workbench.runs import Job

SITES = {
    "plain": Site("plain", -10.0, -46.0, 300.0),
    "hill": Site("hill", -11.5, -46.5, 800.0),
    "coast": Site("coast", -12.0, -38.5, 20.0),
}


def weather_of(name: str, count: int, *, shift: float = 0.0) -> pd.DataFrame:
    """Two sources of a site and what a perfect station would have measured."""
    site = SITES[name]
    true = made_weather(count, seed=len(name), site=site)
    true["tmax"] += shift
    true["eto"] = daily_eto(true, site)["eto"]
    return true


def write_files(project: Project, count: int, prefix: str = "eto", *, shift: float = 0.0) -> None:
    weather, reference = [], []
    for number, name in enumerate(SITES):
        true = weather_of(name, count, shift=shift)
        reference.append(true[["eto"]].assign(site=name).reset_index())
        for source in ("station", "model"):
            seen = seen_by(true.drop(columns="eto"), seed=2 * number + (source == "model"))
            weather.append(seen.assign(site=name, source=source, extra=1.0).reset_index())
    pd.concat(weather).to_csv(project.inputs / f"{prefix}_weather.csv", index=False)
    pd.concat(reference).to_csv(project.inputs / f"{prefix}_reference.csv", index=False)
    table = pd.DataFrame(
        {
            "site": list(SITES),
            "latitude": [site.latitude for site in SITES.values()],
            "longitude": [site.longitude for site in SITES.values()],
            "elevation": [site.elevation + shift * 100 for site in SITES.values()],
        }
    )
    table.to_csv(project.inputs / f"{prefix}_sites.csv", index=False)


def files(folder: Path) -> Project:
    project = Project.create(folder, "Farms")
    write_files(project, 2 * 365)
    write_files(project, 2 * 365, "second", shift=1.0)
    return project


def unsaid(folder: Path) -> Project:
    """Weather of a crop that is not harvested, whose header says neither unit nor height of the wind."""
    return without_words_of_wind(under_way(folder))


def without_words_of_wind(project: Project) -> Project:
    path = project.inputs / "eto_weather.csv"
    header, rows = path.read_text(encoding="utf-8").split("\n", 1)
    path.write_text(f"{header.replace('u2', 'wind')}\n{rows}", encoding="utf-8")
    return project


UNSAID = ("units", "wind_height")
OF_HOURS = ("time_step", "time_zone")


def by_hours(folder: Path) -> Project:
    """A logger's hours at one site, whose clock says no zone."""
    project = Project.create(folder, "Farms")
    begin = pd.date_range("2001-06-01", periods=24 * 20, freq="h")
    angle = np.pi * (begin.hour.to_numpy() - 11.5) / 12
    warmth = 22 + 6 * np.cos(angle - 0.5) + np.repeat(np.arange(20) % 7, 24) / 2
    light = np.maximum(np.cos(angle), 0.0) * (2.4 + np.repeat(np.arange(20) % 5, 24) / 10)
    hours = {"date": begin, "tmean": warmth, "rh": 90 - warmth, "u2": 1 + warmth / 20, "rs [MJ/m2]": light}
    pd.DataFrame(hours).to_csv(project.inputs / "eto_weather.csv", index=False)
    pd.DataFrame([vars_of("plain")]).to_csv(project.inputs / "eto_sites.csv", index=False)
    return project


def vars_of(name: str) -> dict[str, object]:
    site = SITES[name]
    return {
        "site": name,
        "latitude": site.latitude,
        "longitude": site.longitude,
        "elevation": site.elevation,
    }


def years(folder: Path) -> Project:
    project = Project.create(folder, "Farms")
    write_files(project, 4 * 365)
    write_files(project, 4 * 365, "second", shift=1.0)
    return project


def unsaid_years(folder: Path) -> Project:
    return without_words_of_wind(years(folder))


def two_blocks(folder: Path) -> Project:
    """More than five years."""
    project = Project.create(folder, "Farms")
    write_files(project, 6 * 365)
    return project


def nowhere(folder: Path) -> Project:
    """Nothing but the name of a place."""
    return Project.create(folder, "Farms")


@cache
def server() -> WeatherServer:
    """A weather server that is started for the first run that asks it."""
    made = WeatherServer()
    atexit.register(made.close)
    return made


def local() -> Mapping[str, Any]:
    """Two months, and no service but that of the test."""
    return {**SHORT, "services": server().services}


def online() -> Mapping[str, Any]:
    return {**local(), "place": "-22.725, -47.648"}


@dataclass(frozen=True)
class Watched:
    """A result, and how its weather was asked for."""

    result: EtoResult
    patience: float | None
    parallel: int | None

    @property
    def scenario(self) -> str:
        return self.result.scenario

    @property
    def notes(self) -> Notes:
        return self.result.notes

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        return self.result.tables


def watched(project: Project, **settings: Any) -> Watched:
    """The job itself, with an eye on what its client and its downloads are given."""
    from workbench.evapotranspiration.steps import estimation

    with (
        patch.object(estimation, "OnlineClient", wraps=OnlineClient) as client,
        patch.object(Job, "map", autospec=True, side_effect=Job.map) as units,
    ):
        result = estimate_evapotranspiration(project, **settings)
    downloads = [
        call.kwargs["workers"] for call in units.call_args_list if call.kwargs["title"] == "Download"
    ]
    patience = client.call_args.args[2] if client.called else None
    return Watched(result, patience, downloads[0] if downloads else None)


SHORT = {"start": "2001-06-01", "end": "2001-07-31"}
ESTIMATE = JobCases(
    "evapotranspiration",
    (
        Inputs("files", files, local),
        Inputs(
            "beside",
            files,
            lambda: {**local(), "sites": ("plain",), "online": "always"},
            ("online",),
            {"online": "never"},
            slow=True,
        ),
        Inputs(
            "recent", nowhere, lambda: {**online(), "period": "recent"}, ("start", "end", "days", "period")
        ),
        Inputs("untaught", files, lambda: {**local(), "learn": False}, ("stations",)),
        Inputs("online", nowhere, online, other={"place": "-21.5, -47.0"}),
        Inputs("forecast", nowhere, lambda: {**online(), "period": "forecast"}, ("ahead",)),
        Inputs("unsaid", unsaid, lambda: {**local(), "units": {"wind": "m/s"}}, UNSAID),
        Inputs(
            "hours",
            by_hours,
            lambda: {"services": server().services, "time_step": "hourly"},
            OF_HOURS,
            {"time_step": "daily"},
        ),
    ),
    other={
        "time_step": "hourly",
        "time_zone": "+02:00",
        "scenario": "other",
        "place": "plain",
        "start": "2001-05-01",
        "end": "2001-08-31",
        "days": 20,
        "ahead": 3,
        "equation": "asce_tall",
        "units": {"wind": "km/h"},
        "wind_height": 10.0,
        "online": "never",
        "sources": ("nasa_power",),
        "method": "kalman",
        "elevation": 900.0,
        "sites_file": "second_sites.csv",
        "sites": ("hill",),
        "grid": (-11.0, -47.0, -10.0, -46.0, 1.0),
        "weather_file": "second_weather.csv",
        "reference_file": "second_reference.csv",
        "stations": ("model",),
        "left_out": ("u2",),
        "interval": 60.0,
        "parallel": 2,
        "patience": 5.0,
        "services": lambda: {**server().services, "nasa_power": "http://127.0.0.1:9"},
    },
    acts_with={
        "stations": "untaught",
        "elevation": "online",
        "days": "recent",
        "ahead": "forecast",
        "units": "unsaid",
        "wind_height": "unsaid",
        "time_step": "hours",
        "time_zone": "hours",
        "period": "online",
        "online": "beside",
        "sources": "online",
        "services": "online",
        "parallel": "online",
        "patience": "online",
    },
    free=("grid",),
    own={
        "scenario": lambda result: result.scenario,
        "parallel": lambda result: result.parallel,
        "patience": lambda result: result.patience,
    },
    steps="workbench.evapotranspiration.steps.estimation",
    run=watched,
    unsolved=("parallel", "patience"),
)
VALIDATION = JobCases(
    "evapotranspiration_validation",
    (
        Inputs("time", years),
        Inputs("site", years, {"split": "site"}, ("train_until", "buffer_km"), slow=True),
        Inputs("blocks", two_blocks, {"split": "blocks"}, ("train_until", "buffer_km"), slow=True),
        Inputs("unsaid", unsaid_years, {"units": {"wind": "m/s"}}, UNSAID),
    ),
    other={
        "scenario": "other",
        "split": "site",
        "units": {"wind": "km/h"},
        "wind_height": 10.0,
        "train_until": "2002-12-31",
        "buffer_km": 100.0,
        "method": "kalman",
        "interval": 60.0,
        "sites_file": "second_sites.csv",
        "weather_file": "second_weather.csv",
        "left_out": ("u2",),
        "reference_file": "second_reference.csv",
    },
    acts_with={"buffer_km": "site", "units": "unsaid", "wind_height": "unsaid"},
    own={"scenario": lambda result: result.scenario},
)


def under_way(folder: Path) -> Project:
    """Two places, and a crop that is not harvested when the weather ends; little was applied to it."""
    project = Project.create(folder, "Farms")
    write_files(project, 365)
    write_files(project, 365, "second", shift=1.0)
    for prefix, depth in (("eto", 12), ("second", 40)):
        text = f"field,date,irrigation\nIrrigation,2001-11-01,{depth}\n"
        (project.inputs / f"{prefix}_irrigation.csv").write_text(text, encoding="utf-8")
    text = "field,site,crop,soil\nIrrigation,hill,cotton,clay\n"
    (project.inputs / "second_fields.csv").write_text(text, encoding="utf-8")
    return project


IRRIGATION = JobCases(
    "irrigation",
    (
        Inputs(
            "under way",
            under_way,
            {"planting": "2001-09-15", "site": "plain", "field_capacity": 30.0, "wilting_point": 14.0},
        ),
        Inputs(
            "unsaid",
            unsaid,
            {"planting": "2001-09-15", "site": "plain", "units": {"wind": "m/s"}},
            UNSAID,
        ),
    ),
    other={
        "scenario": "other",
        "eto": "nowhere",
        "forecast": "nowhere",
        "site": "hill",
        "crop": "cotton",
        "planting": "2001-09-01",
        "region": "idaho usa, apr",
        "stages": (20.0, 30.0, 60.0, 30.0),
        "area": 3.0,
        "outlook": 3,
        "fields_file": "second_fields.csv",
        "irrigation_file": "second_irrigation.csv",
        "field_capacity": 34.0,
        "wilting_point": 10.0,
        "roots": 0.5,
        "depletion": 40.0,
        "allowed_depletion": 20.0,
        "depth": 15.0,
        "room": 5.0,
        "limit": 10.0,
        "efficiency": 50.0,
        "wetted": 40.0,
        "curve_number": 95.0,
        "base_temperature": 14.0,
        "weather_file": "second_weather.csv",
        "units": {"wind": "km/h"},
        "wind_height": 10.0,
    },
    acts_with={"units": "unsaid", "wind_height": "unsaid"},
    refuses=("eto", "forecast"),
    free=("stages",),
    own={"scenario": lambda result: result.scenario},
    steps="workbench.evapotranspiration.steps.irrigation",
)
