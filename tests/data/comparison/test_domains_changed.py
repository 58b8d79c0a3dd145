"""What changed in each domain whose results are saved: inputs, settings, and their effect."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from data.test_results_of_earlier_versions import DOMAINS, earlier

from tests.finance.report_cases import company_csv, make_project
from workbench.data.comparison.comparison import compare
from workbench.data.projects.project import Project
from workbench.data.results.tables import read_table
from workbench.evapotranspiration.jobs import estimate_evapotranspiration
from workbench.evapotranspiration.sample import add_sample
from workbench.finance.jobs import make_finance_report
from workbench.load_profiles.jobs import make_load_profiles
from workbench.runs.engine import start as engine
from workbench.sample.project import create_from_sample

pytestmark = pytest.mark.slow

__all__ = ["earlier"]


def test_months_that_came_and_a_month_that_was_restated_are_told_with_the_change_of_revenue(
    tmp_path: Path,
) -> None:
    project = make_project(tmp_path / "board", company__csv=company_csv(40))
    june = make_finance_report(project, file="company.csv", scenario="June", horizon=3)
    lines = company_csv(41).decode().splitlines()
    cells = lines[3].split(",")
    for place in (3, -1):
        cells[place] = f"{float(cells[place]) + 5000:.2f}"
    lines[3] = ",".join(cells)
    (project.inputs / "company.csv").write_text("\n".join(lines), encoding="utf-8")
    july = make_finance_report(project, file="company.csv", scenario="July", horizon=3)
    found = compare(june, july)
    changed = [one for one in found.inputs if one.part == "cell"]
    assert [(one.place, one.label) for one in changed] == [
        ("D4", "Revenue, 2020-01-31"),
        ("H4", "Net Profit, 2020-01-31"),
    ]
    assert [one.place for one in found.inputs if one.part == "row"] == [f"row {at}" for at in range(162, 166)]
    revenue = found.numbers.query("table == 'history' and figure == 'revenue'").set_index("period")
    assert revenue.difference[pd.Timestamp("2020-01-01")] == pytest.approx(5000)
    assert revenue.June.isna().sum() == 1


def test_a_source_that_reports_more_rain_is_told_with_the_days_and_the_effect(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "farms", "Farms")
    add_sample(project)
    before = engine.start(estimate_evapotranspiration, project, scenario="june").result()
    path = next(file for file in project.input_files() if file.name == "eto_weather.parquet")
    frame = read_table(path).frame
    at = frame.index[frame["tmax"].notna()][10]
    frame.loc[at, "tmax"] += 2.0
    frame.to_parquet(path)
    after = engine.start(estimate_evapotranspiration, project, scenario="july").result()
    found = compare(before, after)
    (cell,) = [one for one in found.inputs if one.part == "cell"]
    assert cell.file == "eto_weather.parquet"
    assert cell.label.startswith("tmax")
    assert cell.after == pytest.approx(float(cell.before) + 2.0)
    assert "mean_eto" in set(found.numbers.measure)


def test_the_hours_of_a_workbook_and_another_growth_are_told(tmp_path: Path) -> None:
    project = create_from_sample(tmp_path / "sample")
    settings: dict[str, Any] = {"energy_source": "growth", "last_year": 2027}
    before = make_load_profiles(project, scenario="june", growth=4.0, **settings)
    after = make_load_profiles(project, scenario="july", growth=5.0, **settings)
    found = compare(before, after)
    assert found.inputs == ()
    assert [(one.where, one.before, one.after) for one in found.settings] == [("growth", "4", "5")]
    assert found.changed_numbers.iloc[0]["difference_percent"] > 0


@pytest.mark.parametrize(("module", "scenario"), DOMAINS.items())
def test_inputs_of_results_of_an_earlier_version_are_said_to_be_unknown(
    earlier: Project, module: str, scenario: str
) -> None:
    store = importlib.import_module(module).STORE
    old = store.load(earlier, scenario)
    # The same result as if another content of its inputs had been read.
    text = json.dumps(dict(old.facts), default=str)
    for digest in set(store.inputs(old.facts).values()):
        text = text.replace(str(digest), "0" * 64)
    new = replace(old, scenario="now", facts=json.loads(text))
    found = compare(old, new)
    assert found.unknown or not store.inputs(old.facts)
    assert all("not known" in sentence or "not the one" in sentence for sentence in found.unknown)
    assert len(found.changed_numbers) == 0
