"""Every job refuses what its config alone shows to be wrong: before a run exists, and all at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import workbench
from workbench.cli import main
from workbench.data.projects.project import Project
from workbench.errors import SettingError
from workbench.runs.jobs.offer import offered_jobs

BACKFILL = {"base_url": "https://example.org"}
FAULTS: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    (
        "demand",
        {
            "sector_models": {"Homes": "nonsense"},
            "roles": {"Homes": "castle"},
            "added_layers": {"dreams": {2030: 1.0}},
            "levels": (),
            "losses": {2030: 90.0},
            "load_factors": {2030: 5.0},
        },
        {
            "sector_models": "The model of Homes (sector_models) is 'nonsense', expected one of automatic",
            "roles": "roles names the role 'castle'",
            "added_layers": "added_layers names the role 'dreams'",
            "levels": "levels is empty",
            "losses": "Losses (losses) is 90.0 % at 2030, the most allowed is 60 %",
            "load_factors": "(load_factors) is 5.0 % at 2030, the least allowed is 10 %",
        },
    ),
    (
        "load_profiles",
        {
            "extra_holidays": ("soon",),
            "first_year": 2031,
            "last_year": 2030,
            "load_factor": {2030: 100.0},
            "energy": {2030: 0.0},
            "energy_source": "scenario",
            "overlays": [{"name": "load", "energy": {2030: -1.0}}],
        },
        {
            "extra_holidays": "extra_holidays holds 'soon', expected a date",
            "first_year": "first_year 2031 lies after last_year 2030",
            "load_factor": "load_factor is 100 % in 2030",
            "energy": "energy is 0 in 2030",
            "demand_scenario": "demand_scenario names none",
            "overlays": "The overlay 'load' has -1 GWh in 2030",
        },
    ),
    (
        "capacity",
        {
            "years": (2031, 2030),
            "renewable_share": {2030: 140.0},
            "futures": {"dry": 0.5},
            "changes": {"cheap": "co2_prices=3", "base": "co2_price=1", "odd": "snapshots=none; hours=5"},
        },
        {
            "years": "expected each once, in rising order",
            "horizon": "2 years are given for a single year",
            "renewable_share": "(renewable_share) is 140.0 at 2030, the most allowed is 100",
            "futures": "add up to 0.5, expected 1",
            "changes": "The scenario 'cheap': There is no setting 'co2_prices'",
        },
    ),
    (
        "evapotranspiration",
        {
            "start": "2026-02-30",
            "place": "Piracicaba",
            "grid": (1.0, 2.0),
            "services": {"weather": "https://example.org", "openmeteo_archive": "file:///etc/passwd"},
        },
        {
            "start": "start is '2026-02-30', expected a date",
            "grid": "grid has 2 numbers, expected 5",
            "services": "services names 'weather'",
        },
    ),
    (
        "evapotranspiration_validation",
        {"train_until": "2003-13-01", "interval": 10},
        {"train_until": "expected a date such as 2003-12-31", "interval": "the least allowed is 50 %"},
    ),
    (
        "market_backfill",
        {"base_url": "example.org", "first_day": "2025-08-40", "retries": 99},
        {
            "base_url": "base_url is 'example.org', expected an address",
            "first_day": "first_day is '2025-08-40', expected a date",
            "retries": "the most allowed is 20",
        },
    ),
    (
        "irrigation",
        {"planting": "31-12", "stages": (1.0, 2.0), "wilting_point": 12.0, "outlook": 40},
        {
            "planting": "planting is '31-12', expected a date",
            "stages": "expected four lengths in days",
            "wilting_point": "belong together",
            "outlook": "the most allowed is 16",
        },
    ),
    (
        "market_history",
        {"first_month": "2008-01", "tables": ("prices",), "retries": 99},
        {
            "first_month": "the archive begins with 2009-07",
            "tables": "tables names prices, expected some of unit_power",
            "retries": "the most allowed is 20",
        },
    ),
    ("market_undo", {"files": ()}, {"files": "files is empty; name those to undo"}),
    ("market_backfill", BACKFILL | {"last_day": "2025-08-01"}, {"first_day": "but first_day is empty"}),
    (
        "market_backfill",
        BACKFILL | {"first_day": "2025-08-02", "last_day": "2025-08-01"},
        {"last_day": "The last day 2025-08-01 comes before the first, 2025-08-02"},
    ),
    (
        "market_ingest",
        {"batch": 0, "files": 5, "rebuild": "perhaps"},
        {"batch": "the least", "rebuild": "yes or no"},
    ),
    (
        "finance",
        {"horizon": 99, "drivers": [{"start": "2026-05", "end": "2026-02"}, {"start": "May"}]},
        {
            "horizon": "the most allowed is 18",
            "file": "No file is chosen",
            "drivers": "starts in 2026-05, after its end 2026-02",
        },
    ),
]
HEAVY = ("pandas", "pypsa", "polars", "sklearn", "statsmodels", "scipy", "plotly", "ipywidgets", "httpx")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "project", "Test")


def test_every_job_is_asked() -> None:
    assert {name for name, *_ in FAULTS} == set(offered_jobs())


@pytest.mark.parametrize(("name", "changes", "expected"), FAULTS)
def test_all_faults_are_told_at_once_and_no_run_exists(
    name: str, changes: dict[str, Any], expected: dict[str, str], project: Project
) -> None:
    with pytest.raises(SettingError) as caught:
        workbench.start(name, project, **changes)
    found = {problem.setting: str(problem) for problem in reversed(caught.value.problems)}
    for setting, words in expected.items():
        assert words in found[setting]
        assert words in str(caught.value)
    assert workbench.runs(project) == []


@pytest.mark.parametrize(
    "name", ["demand", "load_profiles", "capacity", "evapotranspiration", "market_ingest"]
)
def test_the_defaults_pass(name: str) -> None:
    job = workbench.find_job(name)
    assert job.make_config() == job.config_type()


def test_every_fault_of_a_scenario_is_told_with_its_name_and_those_of_the_run_only_once() -> None:
    with pytest.raises(SettingError) as caught:
        workbench.find_job("capacity").make_config(
            None, {"co2_price": -1, "changes": {"odd": "snapshots=none; hours=5", "dear": "unserved_cost=9"}}
        )
    sentences = [str(problem) for problem in caught.value.problems]
    assert len(sentences) == 3
    assert sum("CO2 price" in sentence or "Co2 price" in sentence for sentence in sentences) == 1
    assert sum(sentence.startswith("The scenario 'odd': ") for sentence in sentences) == 2


def test_the_command_line_refuses_and_lists_them_too(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--set", "target_year=soon", "--set", "sector_models=Homes:nonsense"]
    assert main(["run", "demand", "--project", str(project.folder), *words]) == 2
    told = capsys.readouterr().err
    assert "target_year is 'soon', expected a whole number" in told
    assert "The model of Homes (sector_models) is 'nonsense'" in told
    assert workbench.runs(project) == []


def test_the_form_shows_each_fault_at_its_field() -> None:
    pytest.importorskip("ipywidgets")
    from workbench.ui.forms.form import ConfigForm

    job = workbench.find_job("demand")
    form = ConfigForm(
        job.config_type, job.config_type(sector_models={"Homes": "nonsense"}, levels=()), job.check
    )
    with pytest.raises(SettingError):
        _ = form.config
    for name, words in (("sector_models", "nonsense"), ("levels", "levels is empty")):
        assert words in form._fields[name]._note.value


@pytest.mark.parametrize(
    "name",
    [
        "demand",
        "load_profiles",
        "capacity",
        "market_ingest",
        "market_backfill",
        "market_history",
        "market_undo",
        "evapotranspiration",
        "evapotranspiration_validation",
        "irrigation",
        "finance",
    ],
)
def test_a_config_is_checked_without_loading_what_the_run_needs(name: str) -> None:
    code = f"""
import sys, workbench
job = workbench.find_job({name!r})
try:
    job.make_config()
except workbench.errors.SettingError:
    pass
print(*{{name.partition(".")[0] for name in sys.modules}})
"""
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(HEAVY) & set(made.stdout.split())
