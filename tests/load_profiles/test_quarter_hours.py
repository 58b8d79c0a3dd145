"""Quarter hours from the input to the export of 96 blocks: energies and peaks are met by them as by the hours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench.data.projects.project import Project
from workbench.data.projects.settings_file import ProjectSettings
from workbench.errors import UnreadableFile
from workbench.hourly_loads.reading.hourly_sheet import read_hourly_sheet
from workbench.hourly_loads.year_hours import hours_of_year
from workbench.load_profiles.generation.quarter_hours import QuarterPattern, quarter_loads
from workbench.load_profiles.jobs import make_load_profiles
from workbench.load_profiles.results.export import write_blocks
from workbench.load_profiles.results.saved import LoadProfileResult, load


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project.create(
        tmp_path_factory.mktemp("blocks") / "state", ProjectSettings("state", region="Kerala")
    )
    times = pd.date_range("2024-04-01", "2025-03-31 23:45", freq="15min")
    clock = times.hour + times.minute / 60
    mw = 3000 + 600 * np.sin((clock - 13) / 24 * 2 * np.pi) + 40 * np.sin(np.arange(len(times)) * 1.7)
    block = times.hour * 4 + times.minute // 15 + 1
    frame = pd.DataFrame({"date": times.strftime("%d-%m-%Y"), "block": block, "demand": np.round(mw, 2)})
    frame.to_csv(project.inputs / "hourly blocks.csv", index=False)
    return project


@pytest.fixture(scope="module")
def result(project: Project) -> LoadProfileResult:
    make_load_profiles(project, energy={2026: 27_000.0}, peak={2026: 4100.0}, holdout_years=0)
    return load(project, "BAU")


def test_the_quarter_hours_meet_energy_and_peak_of_the_year_exactly(result: LoadProfileResult) -> None:
    quarters = result.quarter_hours(2026)

    assert len(quarters) == 4 * 8760
    assert quarters.sum() / 4 / 1000 == pytest.approx(27_000.0, rel=1e-9)
    assert quarters.max() == pytest.approx(4100.0, rel=1e-9)
    hours = result.hours(2026)
    assert quarters.to_numpy().reshape(-1, 4).mean(axis=1) == pytest.approx(hours.load.to_numpy(), rel=1e-9)
    # The quarters move within their hours as they did in the base year.
    assert np.ptp(quarters.to_numpy().reshape(-1, 4), axis=1).mean() > 30


def test_the_export_of_96_blocks_is_read_as_the_same_quarter_hours(
    result: LoadProfileResult, tmp_path: Path
) -> None:
    read = read_hourly_sheet(write_blocks(result, 2026, tmp_path / "blocks.csv"))

    assert read.load == pytest.approx(result.quarter_hours(2026).to_numpy(), rel=1e-9)
    assert str(read.times[1] - read.times[0]) == "15 minutes"


def test_a_pattern_is_flattened_where_it_would_leave_the_range_of_the_month() -> None:
    hours = hours_of_year(2026)
    mean = 100 + 10 * np.sin(np.arange(len(hours)) / 24 * 2 * np.pi)
    pattern = np.tile([0.8, 1.2, 1.0, 1.0], (len(hours), 1))

    found = quarter_loads(mean, QuarterPattern(pattern - 1), hours)

    assert found.mean(axis=1) == pytest.approx(mean, rel=1e-12)
    assert found.max() == pytest.approx(mean.max(), rel=1e-12)
    assert found.min() >= mean.min() * (1 - 1e-12)


def test_a_history_of_whole_hours_has_no_quarters_and_says_so(
    project: Project, result: LoadProfileResult
) -> None:
    from dataclasses import replace

    whole = replace(
        result, hourly={2026: result.hourly[2026].drop(columns=[f"quarter_{n}" for n in range(1, 5)])}
    )
    with pytest.raises(UnreadableFile, match="has no quarter hours, so that 2026 has none"):
        whole.quarter_hours(2026)


def test_peaks_of_quarter_hours_are_met_by_them_in_every_month_and_hours_are_their_means(
    project: Project,
) -> None:
    months = {"energy": {2026: 27_000.0}, "peak": {2026: 4100.0}, "minimum": {2026: 2000.0}}
    made = make_load_profiles(
        project, scenario="quarters", peaks_of="quarter_hours", holdout_years=0, **months
    )
    quarters = made.quarter_hours(2026)
    table = made.table("targets")

    assert quarters.max() == pytest.approx(4100.0, rel=1e-9)
    assert quarters.min() == pytest.approx(2000.0, rel=1e-9)
    assert quarters.sum() / 4000 == pytest.approx(27_000.0, rel=1e-9)
    assert table.error.abs().max() < 1e-9
    hours = made.hours(2026).load
    assert hours.max() < 4099.0
    assert quarters.to_numpy().reshape(-1, 4).mean(axis=1) == pytest.approx(hours.to_numpy(), rel=1e-12)
    assert made.table("years").peak_quarter.iloc[0] == quarters.max()
