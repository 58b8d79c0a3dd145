"""A year that was exported is read again as an hourly history, heading and all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from workbench.data.projects.project import Project
from workbench.hourly_loads.cleaning import clean
from workbench.hourly_loads.reading.hourly_sheet import read_hourly_sheet
from workbench.hourly_loads.rules import CleaningRules
from workbench.load_profiles.config import EnergySource, LoadProfileConfig
from workbench.load_profiles.jobs import make_load_profiles
from workbench.load_profiles.results.export import write_csv


def test_the_exported_hours_of_a_year_are_read_back(
    small_project: Callable[..., Project], tmp_path: Path
) -> None:
    config = LoadProfileConfig(energy_source=EnergySource.GROWTH, last_year=2026, holdout_years=0)
    result = make_load_profiles(small_project(), config)
    path = write_csv(result, 2026, tmp_path / "hourly_2026.csv")

    history = clean(read_hourly_sheet(path), CleaningRules())

    assert path.read_text(encoding="utf-8").startswith("# ")
    assert history.local[0] == np.datetime64("2025-04-01T00:00")
    assert history.load == pytest.approx(result.hours(2026)["load"].to_numpy(), abs=0.001)
