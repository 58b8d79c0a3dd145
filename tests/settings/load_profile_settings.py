"""Hourly histories and targets on which each setting of the load profiles could matter."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hourly_loads.series import local_hours, plain_load
from setting_runs import Inputs, JobCases, tables_of

from workbench.data.notes import Notes
from workbench.data.projects.project import Project
from workbench.data.projects.settings_file import ProjectSettings
from workbench.data.results.tables import Provenance, write_table
from workbench.data.workbooks.writing import Column, writing_workbook
from workbench.hourly_loads.year_hours import MONTH_NAMES

Sheets = Mapping[str, Mapping[str, Sequence[Any]]]
FISCAL = (*MONTH_NAMES[3:], *MONTH_NAMES[:3])
TOTAL: Sheets = {"Total Demand": {"Year": [2026], "Total Demand (GWh)": [9000.0]}}
ONE_YEAR = {"holdout_years": 0}
"""No year is held out, which would cost time."""
TARGETS = {**ONE_YEAR, "targets_file": "targets.xlsx"}
ONE_TARGET = {**ONE_YEAR, "energy": {2026: 9000.0}}


def history(*, gap: int = 0, outage: int = 0) -> dict[str, Any]:
    """Two fiscal years of hours, with a spike and, where asked, an outage and a gap."""
    times = local_hours("2023-04-01", "2025-03-31")
    load = plain_load(times)
    load[5000] *= 3
    load[9500 : 9500 + outage] *= 0.3
    load[9000 : 9000 + gap] = np.nan
    at = np.arange(len(times))
    warm = 25 + 8 * np.sin(at / 8760 * 2 * np.pi) + 3 * np.sin(at / 77)
    return {"datetime": times, "load": load, "temperature": warm}


def write_book(path: Path, sheets: Sheets, *hourly: float) -> None:
    """Write small sheets, and one of hours for each factor on the load."""
    columns = history()
    times = columns["datetime"]
    days = (times.astype("datetime64[D]") - np.datetime64("1899-12-30")).astype(int)
    minutes = (times - times.astype("datetime64[D]")).astype("timedelta64[m]").astype(int)
    with writing_workbook(path) as book:
        for number, factor in enumerate(hourly, start=1):
            book.sheet(f"Hourly {number}" if number > 1 else "Hourly").table(
                [
                    Column("date", days.tolist(), number_format="yyyy-mm-dd"),
                    Column("time", (minutes / 1440).tolist(), number_format="hh:mm"),
                    Column("demand", (factor * columns["load"]).tolist()),
                    Column("temperature", columns["temperature"].tolist()),
                ]
            )
        for name, cells in sheets.items():
            book.sheet(name).table([Column(head, list(values)) for head, values in cells.items()])


def project_of(
    folder: Path, sheets: Sheets | None = None, *, start: int = 4, gap: int = 0, outage: int = 0
) -> Project:
    """A project with a history as CSV, and targets in a workbook beside it."""
    project = Project.create(folder, ProjectSettings("small", region="Kerala", fiscal_year_start=start))
    pd.DataFrame(history(gap=gap, outage=outage)).to_csv(project.inputs / "hourly.csv", index=False)
    if sheets:
        write_book(project.inputs / "targets.xlsx", sheets)
    return project


def save_demand(
    project: Project, name: str, energy: float, *, missing: str = "", layers: Mapping[str, str] | None = None
) -> None:
    """Save what a load profile reads of a demand scenario."""
    folder = project.results_folder("demand", name)
    years = [2026, 2027]
    table = pd.DataFrame(
        {"year": years, "kind": "forecast", "loss": 10.0, "requirement": energy, "peak_mw": energy / 6}
    )
    write_table(table, folder / "requirement.parquet", units={}, provenance=Provenance())
    if layers:
        grown = {layer: [100.0 * (place + 1), 900.0] for place, layer in enumerate(layers)}
        sectors = pd.DataFrame({"year": years, "kind": "forecast", **grown})
        write_table(sectors, folder / "consolidated.parquet", units={}, provenance=Provenance())
    notes = Notes()
    if missing:
        notes.omission(missing)
    summary = {
        "scenario": name,
        "config": {},
        "stamp": "",
        "facts": {"layers": dict(layers or {})},
        "problems": [],
        "notes": notes.to_plain(),
    }
    (folder / "result.json").write_text(json.dumps(summary), encoding="utf-8")


def plain(folder: Path) -> Project:
    """A workbook of hours and targets, and beside it others of both."""
    months = {name: [1450.0] for name in FISCAL}
    project = Project.create(folder, ProjectSettings("small", region="Kerala"))
    write_book(
        project.inputs / "hourly_load.xlsx", {**TOTAL, "max_demand": {"Year": [2026], **months}}, 1.0, 1.2
    )
    total = {"Year": [2026], "Total Demand (GWh)": [9900.0]}
    write_book(project.inputs / "targets.xlsx", {"Total Demand": total})
    return project


def by_setting(folder: Path) -> Project:
    """Neither targets nor holidays in the workbook, in a project of calendar years."""
    project = project_of(folder, start=1)
    second = history()
    pd.DataFrame(second | {"load": 1.3 * second["load"]}).to_csv(
        project.inputs / "second_hourly.csv", index=False
    )
    return project


def growth(folder: Path) -> Project:
    return project_of(folder)


def scenario(folder: Path) -> Project:
    project = project_of(folder)
    save_demand(project, "BAU", 9000.0)
    save_demand(project, "high", 9900.0)
    save_demand(project, "partial", 9000.0, missing="Homes has no forecast")
    return project


def with_layers(folder: Path) -> Project:
    project = project_of(folder)
    save_demand(project, "BAU", 9000.0, layers={"Roofs": "rooftop solar", "Cars": "electric vehicles"})
    return project


def contradicting(folder: Path) -> Project:
    months = {name: [1450.0] for name in FISCAL}
    total = {"Year": [2026], "Total Demand (GWh)": [9000.0], "Peak (MW)": [1400.0]}
    return project_of(folder, {"Total Demand": total, "max_demand": {"Year": [2026], **months}})


def of_zones(folder: Path) -> Project:
    project = project_of(folder)
    hours = history()
    hours |= {"north": 0.6 * hours["load"], "south": 0.4 * hours["load"]}
    pd.DataFrame(hours).to_csv(project.inputs / "hourly.csv", index=False)
    return project


def with_gap(folder: Path) -> Project:
    return project_of(folder, gap=5)


def with_outage(folder: Path) -> Project:
    return project_of(folder, outage=6)


def net_of_sun(folder: Path) -> Project:
    """A load that passes through zero step by step at some noons."""
    project = project_of(folder)
    hours = history()
    clock = pd.to_datetime(pd.Series(hours["datetime"])).dt.hour.to_numpy()
    sun = np.maximum(0.0, np.cos((clock - 12) / 12 * np.pi)) ** 1.5
    load = np.asarray(hours["load"])
    # On the clearest days an hour or two, so that they can be bridged too.
    hours["load"] = load - sun * np.quantile(load[clock == 12], 0.1)
    pd.DataFrame(hours).to_csv(project.inputs / "hourly.csv", index=False)
    return project


def of_weather(folder: Path) -> Project:
    """A load that answers to a temperature that no calendar tells."""
    project = project_of(folder)
    hours = history()
    days = np.repeat(np.random.default_rng(0).normal(0, 4, len(hours["load"]) // 24), 24)
    hours["temperature"] = np.asarray(hours["temperature"]) + days
    hours["load"] = np.asarray(hours["load"]) * (1 + 0.02 * np.maximum(hours["temperature"] - 26, 0))
    pd.DataFrame(hours).to_csv(project.inputs / "hourly.csv", index=False)
    return project


def of_quarters(folder: Path) -> Project:
    """The same hours in quarters that differ."""
    project = project_of(folder)
    hours = history()
    begins = pd.to_datetime(pd.Series(hours["datetime"])).to_numpy()
    quarters = (begins[:, None] + np.arange(4) * np.timedelta64(15, "m")).ravel()
    load = (np.asarray(hours["load"])[:, None] * [0.98, 1.0, 1.02, 1.0]).ravel()
    pd.DataFrame({"datetime": quarters, "load": load}).to_csv(project.inputs / "hourly.csv", index=False)
    return project


def without_unit(folder: Path) -> Project:
    return project_of(folder, {"Total Demand": {"Year": [2026], "Total Demand": [9000.0]}})


def computed(result: Any) -> dict[str, object]:
    tables = tables_of(result)
    return tables | {f"hours of {year}": frame for year, frame in result.hourly.items()}


SCENARIO = (
    "energy_source",
    "demand_scenario",
    "scenario_peak",
    "targets_file",
    "peak",
    "load_factor",
    "growth",
    "first_year",
    "last_year",
    "monthly_targets",
    "energy_unit",
    "transform",
    "accept_incomplete",
)
BY_SETTING = (
    "file",
    "energy_source",
    "demand_scenario",
    "scenario_peak",
    "peak",
    "load_factor",
    "minimum",
    "energy",
    "calendar_years",
    "base_years",
    "transform",
    "holiday_state",
    "extra_holidays",
    "no_holidays",
)
GROWTH = (
    "growth",
    "demand_scenario",
    "energy",
    "peak",
    "minimum",
    "last_year",
    "first_year",
    "calendar_years",
    "base_years",
    "holdout_years",
)
CSV = ("history_sheet", "spikes", "restore_outages", "clock", "stamps", "targets_file", "energy_unit")
CASES = JobCases(
    "load_profiles",
    (
        Inputs("plain", plain, {**ONE_YEAR, "file": "hourly_load.xlsx"}, leave=("energy_unit", "file")),
        Inputs(
            "by_setting",
            by_setting,
            {**ONE_YEAR, "file": "hourly.csv", "energy": {2025: 9000.0}},
            BY_SETTING,
            {"base_years": (2025,)},
        ),
        Inputs(
            "scenario",
            scenario,
            {**ONE_YEAR, "energy_source": "scenario", "demand_scenario": "BAU"},
            SCENARIO,
            {"last_year": 2026},
        ),
        Inputs(
            "growth",
            growth,
            {**ONE_YEAR, "energy_source": "growth", "last_year": 2026},
            GROWTH,
            {"last_year": 2027},
        ),
        Inputs("csv", growth, ONE_TARGET, CSV),
        Inputs("contradicting", contradicting, TARGETS, ("conflicts", "precedence")),
        Inputs("gap", with_gap, ONE_TARGET, ("longest_gap",)),
        Inputs("unit", without_unit, TARGETS, ("energy_unit",)),
        Inputs("outage", with_outage, ONE_TARGET, ("restore_outages",)),
        Inputs(
            "partial",
            scenario,
            {**ONE_YEAR, "energy_source": "scenario", "demand_scenario": "partial"},
            ("accept_incomplete",),
        ),
        Inputs(
            "layers",
            with_layers,
            {**ONE_YEAR, "energy_source": "scenario", "demand_scenario": "BAU"},
            ("scenario_layers", "plain_layers", "sun_place"),
        ),
        Inputs("net", net_of_sun, ONE_TARGET, ("negative_loads",)),
        Inputs("warm", of_weather, ONE_TARGET, ("weather_peaks",)),
        Inputs("quarters", of_quarters, ONE_TARGET, ("peaks_of",)),
        Inputs("zones", of_zones, ONE_TARGET, ("load_columns",)),
        Inputs("stl", plain, {**ONE_YEAR, "file": "hourly_load.xlsx", "shape": "stl"}, ("seed",)),
        Inputs(
            "similar_day",
            plain,
            {**ONE_YEAR, "file": "hourly_load.xlsx", "shape": "similar_day"},
            ("weather_year",),
        ),
    ),
    other={
        "file": "second_hourly.csv",
        "scenario": "other",
        "history_sheet": "Hourly 2",
        "stamps": "ends",
        "clock": "utc",
        "longest_gap": 6,
        "spikes": "keep",
        "energy_source": "growth",
        "demand_scenario": "high",
        "targets_file": "targets.xlsx",
        "energy_unit": "MWh",
        "growth": 3.0,
        "energy": {2026: 9500.0},
        "peak": {2026: 1500.0},
        "load_factor": {2026: 68.0},
        "minimum": {2026: 500.0},
        "first_year": 2027,
        "last_year": 2027,
        "base_years": (2024,),
        "shape": "mean_of_years",
        "weather_year": 2024,
        "transform": "power",
        "precedence": ("monthly_peak",),
        "holiday_country": "DE",
        "holiday_state": "TN",
        "extra_holidays": ("2025-08-19",),
        "no_holidays": ("2025-08-15",),
        "overlays": ({"name": "Sun", "energy": {2025: 300.0}},),
        "holdout_years": 2,
        "load_columns": ("north",),
        "negative_loads": "missing",
        "peak_level": "p90",
        "plain_layers": ("Cars",),
        "sun_place": (27.0, 74.0),
    },
    acts_with={
        "longest_gap": "gap",
        "restore_outages": "outage",
        "demand_scenario": "scenario",
        "accept_incomplete": "partial",
        "scenario_peak": "scenario",
        "growth": "growth",
        "first_year": "scenario",
        "last_year": "growth",
        "energy_source": "scenario",
        "weather_year": "similar_day",
        "conflicts": "contradicting",
        "precedence": "contradicting",
        "seed": "stl",
        "load_columns": "zones",
        "negative_loads": "net",
        "peaks_of": "quarters",
        "weather_peaks": "warm",
        "scenario_layers": "layers",
        "plain_layers": "layers",
        "sun_place": "layers",
        "file": "by_setting",
        "energy_unit": "unit",
        "holdout_years": "growth",
        "calendar_years": "growth",
    },
    unknown={
        "extra_holidays": ("1950-08-19",),
        "no_holidays": ("1950-08-15",),
        "overlays": ({"name": "Sun", "energy": {2190: 300.0}},),
    },
    own={"scenario": lambda result: result.scenario},
    refuses=("conflicts",),
    compared=computed,
    steps="workbench.load_profiles.steps",
)
