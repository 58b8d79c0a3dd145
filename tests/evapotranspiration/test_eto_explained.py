"""From a day of evapotranspiration to its sources, their weights, and the rows of the files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from workbench.data.explanation.cells import explain
from workbench.data.explanation.steps import Explained
from workbench.data.origins import Origin
from workbench.data.projects.project import Project
from workbench.evapotranspiration.jobs import estimate_evapotranspiration
from workbench.evapotranspiration.results.saved import EtoResult
from workbench.evapotranspiration.sample import add_sample

DAY = {"site": "Northern plateau", "date": "2019-01-06"}


@pytest.fixture(scope="module")
def farms(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project.create(tmp_path_factory.mktemp("farms") / "farms", "Farms")
    add_sample(made)
    return made


@pytest.fixture(scope="module")
def result(farms: Project) -> EtoResult:
    return estimate_evapotranspiration(farms)


def without_wind(folder: Path) -> EtoResult:
    project = Project.create(folder / "calm", "Calm")
    add_sample(project)
    path = project.inputs / "eto_weather.parquet"
    pd.read_parquet(path).drop(columns="u2").to_parquet(path)
    return estimate_evapotranspiration(project)


def numbers(parts: tuple[Explained, ...]) -> list[Explained]:
    return [part for part in parts if part.quantity.startswith("Eto")]


def test_a_reading_leads_to_the_row_of_its_file(farms: Project, result: EtoResult) -> None:
    found = explain(result, "weather", "tmax", **DAY, source="made_up_satellite")
    file, row, column = found.cell.place.split(", ")
    # Row 1 is the header.
    stored = pd.read_parquet(farms.inputs / file).iloc[int(row.removeprefix("row ")) - 2]
    assert found.origin is Origin.MEASURED
    assert stored[column.removeprefix("column ").strip("'")] == pytest.approx(found.cell.value)
    assert stored["source"] == "made_up_satellite"


def test_a_day_names_its_sources_with_their_weights(result: EtoResult) -> None:
    found = explain(result, "daily", "eto", **DAY).cell
    sources = numbers(found.parts)
    weights = [float(part.rule.split(";")[0].removeprefix("weight ")) for part in sources]
    assert sum(weights) == pytest.approx(1.0, abs=2e-3)
    assert all(part.parts for part in sources)


def test_a_balance_is_rain_less_evapotranspiration(result: EtoResult) -> None:
    found = explain(result, "daily", "balance", **DAY).cell
    rain, eto = (float(str(part.value)) for part in found.parts)
    assert rain - eto == pytest.approx(found.value)


def test_a_day_with_an_assumed_wind_is_assumed(tmp_path: Path) -> None:
    found = explain(without_wind(tmp_path), "daily", "eto", **DAY)
    assert found.origin is Origin.ASSUMED
    assert any("wind assumed" in step.rule for step in found.cell.walk())
