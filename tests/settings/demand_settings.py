"""Demand workbooks on which each setting of the forecast could matter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from demand_workbooks import small_sheets, write_sheets
from hourly_loads.series import local_hours, plain_load
from setting_runs import Inputs, JobCases

from workbench.data.projects.project import Project

Sheets = dict[str, Any]
SHORT = {
    "target_year": 2030,
    "draws": 200,
    "backtest_horizon": 2,
    "models": ("cagr", "combined_growth", "regression_on_drivers"),
}
"""Settings of every run: few models, few years."""


def project_of(folder: Path, *, other: Sheets | None = None, **changes: Any) -> Project:
    project = Project.create(folder, "Small state")
    write_sheets(project.inputs / "demand.xlsx", {**small_sheets(), **changes})
    if other is not None:
        write_sheets(project.inputs / "second.xlsx", {**small_sheets(), **other})
    return project


def with_tables(*columns: list[list[object]]) -> list[list[object]]:
    """The sheet main with more tables to the right, each with a blank column before it."""
    rows = [list(row) for row in small_sheets()["main"]]
    for table in columns:
        width = max(len(row) for row in rows)
        for row in rows:
            row += [""] * (width + 1 - len(row))
        for number, cells in enumerate(table):
            while number >= len(rows):
                rows.append([""] * (width + 1))
            rows[number] += cells
    return rows


def plain(folder: Path) -> Project:
    homes = small_sheets()["Homes"]
    shifted = [homes[0], *[[year, 1.1 * value] for year, value in homes[1:]]]
    return project_of(folder, other={"Homes": shifted})


def full(folder: Path) -> Project:
    """Everything that the settings give too is in the workbook."""
    main = with_tables(
        [["~Losses", ""], ["Year", "Percent"], [2025, 12], [2037, 9]],
        [["~Load_factor", ""], ["Year", "Percent"], [2025, 62], [2037, 64]],
        [["~Policy", "", ""], ["Layer", "Year", "Electricity"], ["Metro", 2028, 1e5], ["Metro", 2035, 4e5]],
    )
    return project_of(folder, main=main)


def with_hours(folder: Path) -> Project:
    project = plain(folder)
    times = local_hours("2024-04-01", "2025-03-31")
    rows = zip(times.astype(str).tolist(), plain_load(times).tolist(), strict=True)
    lines = "".join(f"{time},{4 * load:.3f}\n" for time, load in rows)
    (project.inputs / "hourly.csv").write_text(f"datetime,demand\n{lines}", encoding="utf-8")
    return project


def with_gap(folder: Path) -> Project:
    homes = [row for row in small_sheets()["Homes"] if row[0] != 2015]
    return project_of(folder, Homes=homes)


def with_short_path(folder: Path) -> Project:
    return project_of(folder, solar_rooftop=small_sheets()["solar_rooftop"][:9])


def with_break(folder: Path) -> Project:
    table = [list(row) for row in small_sheets()["Economic_Indicators"]]
    for row in table[8:]:
        row[2], row[3] = 1.9 * float(row[2]), 1.9 * float(row[3])
    return project_of(folder, Economic_Indicators=table)


def without_drivers(folder: Path) -> Project:
    sheets = small_sheets()
    main = [row[:1] for row in sheets["main"]]
    project = Project.create(folder, "Small state")
    kept = {name: sheets[name] for name in ("Homes", "Factories", "solar_rooftop", "units")}
    write_sheets(project.inputs / "demand.xlsx", {"main": main, **kept})
    return project


FULL = ("losses", "loss", "load_factors", "load_factor", "layer_scale", "added_layers", "last_actual_year")
WITHOUT_DRIVERS = (
    "driver_path",
    "driver_growth",
    "gdp_driver",
    "population_driver",
    "splice_breaks",
    "models",
    "default_model",
    "sales_basis",
    "electricity_unit",
)
CASES = JobCases(
    "demand",
    (
        Inputs("plain", plain, {**SHORT, "workbook": "demand.xlsx"}),
        Inputs("full", full, SHORT, FULL),
        Inputs("without_drivers", without_drivers, SHORT, WITHOUT_DRIVERS),
        Inputs(
            "hours",
            with_hours,
            {**SHORT, "workbook": "demand.xlsx"},
            ("hourly_file", "loss", "load_factor", "losses", "load_factors"),
        ),
        Inputs("gap", with_gap, SHORT, only=("gaps",)),
        Inputs("short_path", with_short_path, SHORT, only=("path_end",)),
        Inputs("break", with_break, SHORT, only=("splice_breaks",)),
        Inputs(
            "years",
            plain,
            {**SHORT, "workbook": "demand.xlsx", "shocks": "years"},
            ("shock_years", "sector_shock_years"),
        ),
    ),
    other={
        "workbook": "second.xlsx",
        "hourly_file": "none",
        "scenario": "other",
        "target_year": 2033,
        "left_out": ("Factories",),
        "blank_years": {"Homes": (2015,)},
        "return_to_trend": ("Homes",),
        "last_actual_year": 2023,
        "electricity_unit": "GWh",
        "first_training_years": 8,
        "backtest_horizon": 4,
        "window": 5,
        "default_model": "cagr",
        "sector_models": {"Homes": "cagr"},
        "models": ("cagr",),
        "shocks": "none",
        "shock_years": (2015,),
        "sector_shock_years": {"Homes": (2015,)},
        "driver_path": "optimistic",
        "driver_growth": {"GSDP": 9.0},
        "gdp_driver": "Rainfall",
        "population_driver": "Rainfall",
        "roles": {"Factories": "open access"},
        "layer_scale": {"Homes": 1.2},
        "added_layers": {"green hydrogen": {2028: 100.0}},
        "adoption": {"electric vehicles": (2026.0, 2032.0, 500.0)},
        "losses": {2030: 20.0},
        "load_factors": {2030: 50.0},
        "levels": (0.5,),
    },
    acts_with={
        "hourly_file": "hours",
        "gaps": "gap",
        "electricity_unit": "without_drivers",
        "path_end": "short_path",
        "splice_breaks": "break",
        "shock_years": "years",
        "sector_shock_years": "years",
    },
    free=("added_layers", "levels", "losses", "load_factors"),
    own={"scenario": lambda result: result.scenario},
    steps="workbench.demand.steps",
)
