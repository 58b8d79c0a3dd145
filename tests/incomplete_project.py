"""A made-up project in which the result of every domain lacks something."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl

from workbench.data.projects.project import Project
from workbench.data.results.tables import Provenance, read_table, write_table
from workbench.evapotranspiration.sample import WEATHER_FILE, add_sample
from workbench.finance.sample import write_samples
from workbench.market.sample.market import make_sample_dataset
from workbench.market.store.dataset import market_folder
from workbench.planning.steps import settings_of_step
from workbench.runs import start
from workbench.sample.project import create_from_sample

ENERGY = {2026 + place: 33_000.0 + 1_800 * place for place in range(6)}
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "demand": {},
    "load_profiles": {
        "accept_incomplete": True,
        "first_year": 2026,
        "last_year": 2031,
        "energy": ENERGY,
    },
    "capacity": {"accept_incomplete": True, "typical_days": 4},
    "evapotranspiration": {"start": "2022-01-01", "end": "2022-06-30", "online": "never"},
    "irrigation": {"planting": "2022-02-01", "site": "River plain", "crop": "maize, grain"},
    "finance": {"file": "company_540_rows.csv", "horizon": 3},
}
"""Jobs in their order, with settings that let each end although something is missing."""


def make_incomplete(folder: Path) -> Project:
    """Make the project and run every job; the market sample has holes of its own."""
    project = create_from_sample(folder)
    demand = project.inputs / "demand.xlsx"
    book = openpyxl.load_workbook(demand)
    book["Green_hydrogen"].delete_rows(12, 4)
    book.save(demand)
    add_sample(project)
    with (project.inputs / "eto_sites.csv").open("a", encoding="utf-8") as sites:
        sites.write("Far plateau,-12.0,30.0,900\n")
    weather = read_table(project.inputs / WEATHER_FILE)
    lost = (weather.frame.site == "River plain") & weather.frame.date.between("2022-04-01", "2022-04-20")
    write_table(
        weather.frame[~lost], project.inputs / WEATHER_FILE, units=weather.units, provenance=Provenance()
    )
    company, _ = write_samples(project.inputs)
    lines = company.read_text(encoding="utf-8").splitlines()
    cells = lines[30].split(",")
    lines[30] = ",".join([*cells[:3], "", *cells[4:]])
    company.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name, settings in SETTINGS.items():
        chain = settings_of_step(name) if name in ("demand", "load_profiles", "capacity") else {}
        run = start(name, project, **{**chain, **settings})
        assert not run.result().is_complete, name
        assert run.status == "succeeded, incomplete"
    make_sample_dataset(market_folder(project), days=8, units=20)
    return project
