"""What the forms of all jobs offer in the sample project: files, sheets, sectors, carriers, scenarios."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.data.projects.project import Project
from workbench.lazy import located
from workbench.runs import find_job, known_jobs, settings_of
from workbench.sample.project import create_from_sample
from workbench.ui.forms.field import offered

EXPECTED = {
    ("demand", "workbook"): "demand.xlsx",
    ("demand", "hourly_file"): "none",
    ("demand", "sector_models"): "Domestic",
    ("demand", "roles"): "Industry_HT",
    ("demand", "layer_scale"): "Efficient lighting and pumps",
    ("demand", "driver_growth"): "GSDP",
    ("demand", "gdp_driver"): "GSDP",
    ("demand", "driver_path"): "bau",
    ("load_profiles", "file"): "hourly_load.xlsx",
    ("load_profiles", "targets_file"): "demand.xlsx",
    ("load_profiles", "history_sheet"): "Past_Hourly_Demand",
    ("irrigation", "weather_file"): "plants.xlsx",
    ("capacity", "source"): "plants.xlsx",
    ("capacity", "build_limits"): "solar",
    ("capacity", "retirements"): "Central coal, share",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return create_from_sample(tmp_path_factory.mktemp("offers") / "project")


@pytest.mark.parametrize(("job", "setting"), EXPECTED)
def test_a_form_offers_what_is_in_the_project(project: Project, job: str, setting: str) -> None:
    in_form = next(item.in_form for item in settings_of(find_job(job).config_type) if item.name == setting)
    assert EXPECTED[job, setting] in offered(in_form.keys or in_form.offers, project, {})


def test_every_offer_of_every_job_is_there_and_none_fails_in_a_project_without_inputs(tmp_path: Path) -> None:
    empty = Project.create(tmp_path / "empty", "Empty")
    count = 0
    for job in known_jobs():
        for item in settings_of(find_job(job).config_type):
            for location in filter(None, (item.in_form.offers, item.in_form.keys)):
                assert callable(located(location)), (job, item.name)
                assert isinstance(offered(location, empty, {}), tuple)
                count += 1
    assert count > 30
