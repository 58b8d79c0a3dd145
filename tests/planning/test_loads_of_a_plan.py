"""What a capacity plan takes of a load profile: the level of its peak, and no load below zero."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hourly_loads.series import local_hours, plain_load

from workbench.capacity.config import CapacityConfig
from workbench.capacity.inputs.demand_source import find_load
from workbench.capacity.inputs.reading import find_source, read_system
from workbench.data.arrays import Floats
from workbench.data.projects.project import Project
from workbench.errors import InvalidData
from workbench.load_profiles.jobs import make_load_profiles
from workbench.load_profiles.results.export import write_csv

TIMES = local_hours("2023-04-01", "2025-03-31")
YEARS = {"energy_source": "growth", "last_year": 2026, "holdout_years": 0}
PLAN = CapacityConfig(years=(2026,), demand_source="load profile", load_profile="BAU")


@pytest.fixture
def project(tmp_path: Path, copy_sample: Callable[[Path], Project], without_report: None) -> Project:
    return copy_sample(tmp_path / "sample")


def write_hours(project: Project, load: Floats) -> None:
    for path in project.input_files():
        if "hourly" in path.name or "load" in path.name:
            path.unlink()
    frame = pd.DataFrame({"datetime": TIMES.astype(str), "net load": load})
    frame.to_csv(project.inputs / "hourly_load.csv", index=False)


def load_of_plan(project: Project) -> Floats:
    system = read_system(find_source(project), PLAN)
    return find_load(project, system, PLAN).by_year[2026]


def test_a_plan_has_the_peak_of_the_level_that_its_profile_was_made_for(project: Project) -> None:
    write_hours(project, plain_load(TIMES) * np.where(np.datetime64("2024-04-01") > TIMES, 1.0, 1.05))
    for level in ("p50", "p90"):
        made = make_load_profiles(project, peak_level=level, file="hourly_load.csv", **YEARS)
        wanted = float(made.table("years").iloc[0][f"peak_{level}"])
        assert load_of_plan(project).max() == pytest.approx(wanted, rel=1e-9)


def test_a_net_load_is_kept_to_its_exports_and_refused_by_a_plan_with_the_reason(
    project: Project, tmp_path: Path
) -> None:
    hour = (TIMES - TIMES.astype("datetime64[D]")).astype("timedelta64[m]").astype(int) / 60
    clouds = 1 + 0.3 * np.sin(TIMES.astype("datetime64[D]").astype(int) * 0.7)
    net = plain_load(TIMES) - 1000 * clouds * np.maximum(0, np.cos((hour - 12) / 12 * np.pi)) ** 1.5
    write_hours(project, net)
    made = make_load_profiles(project, file="hourly_load.csv", peak={2026: 1500.0}, **YEARS)

    load = made.hours(2026).load
    assert load.max() == pytest.approx(1500.0, rel=1e-9)
    assert load.sum() == pytest.approx(1000 * made.table("years").energy.iloc[0], rel=1e-9)
    # The lowest hour keeps its share of the peak.
    base = net[np.datetime64("2024-04-01") <= TIMES]
    assert load.min() / load.max() == pytest.approx(base.min() / base.max(), rel=0.35)
    exported = write_csv(made, 2026, tmp_path / "2026.csv").read_text(encoding="utf-8")
    assert ",-" in exported
    with pytest.raises(InvalidData, match=r"below zero in \d[\d,]* hours, down to -\d+ MW.*gross load"):
        load_of_plan(project)
