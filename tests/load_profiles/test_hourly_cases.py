"""Hourly files as people hand them over, from the file to the profile of the next year."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workbench.data.projects.project import Project
from workbench.load_profiles.config import EnergySource, LoadProfileConfig
from workbench.load_profiles.jobs import make_load_profiles

GROWTH = LoadProfileConfig(energy_source=EnergySource.GROWTH, last_year=2026, growth=5.0)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("hourly_spike_x10", "spike, 1 hour, filled: 2024-09-14 16:00 (cell B4002) 34280 MW"),
        ("hourly_one_zero", "zero load, 1 hour, dropped: 2024-09-14 16:00 (cell B4002) 0 MW"),
        ("hourly_stamps_01_to_24", "the hours run from 1 to 24"),
        ("wide_24_columns", "hold the 24 parts of each day"),
    ],
)
def test_a_wrong_hour_sets_no_peak_and_every_layout_gives_the_same_year(
    tmp_path: Path, shared_data: Path, name: str, said: str
) -> None:
    source = shared_data.parent / "cases" / "planning" / f"{name}.csv"
    if not source.is_file():
        pytest.skip(f"there is no {source}")
    project = Project.create(tmp_path / "state", "State")
    shutil.copy(source, project.inputs)

    result = make_load_profiles(project, GROWTH)

    assert result.table("years").iloc[0].peak == pytest.approx(3938, rel=0.001)
    assert any(said in note.message for note in result.notes)
