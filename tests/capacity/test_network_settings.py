from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from workbench.capacity.config import CapacityConfig, Commitment, Horizon, Method, Snapshots
from workbench.capacity.inputs.network_settings import ACTS, REFUSED, UNUSED, check_settings
from workbench.capacity.jobs import plan_capacity
from workbench.data.notes import NoteKind
from workbench.data.projects.project import Project
from workbench.errors import SettingError
from workbench.runs.model.settings import settings_of

CASES = (
    Path(os.environ.get("WORKBENCH_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data").parent
    / "cases"
)

OTHER: dict[str, Any] = {
    "demand_source": "sheet",
    "load_profile": "base",
    "demand_growth": 1.0,
    "discount_rate": 8.0,
    "social_discount_rate": 3.0,
    "unserved_cost": 0.0,
    "co2_limit": {2030: 0.0},
    "co2_price": 100.0,
    "renewable_share": {2030: 100.0},
    "reserve_margin": 100.0,
    "outage_rates": {"coal": 20.0},
    "build_limits": {"gas": 0.0},
    "energy_limits": {"gas": 0.0},
    "capacity_factor_limits": {"gas": 0.0},
    "storage_cycles": {"battery": 0.0},
    "retirements": {"gas": 2020},
    "alternatives": ("gas",),
    "futures": {"dry": 1.0},
    "snapshots": Snapshots.FULL,
    "typical_days": 3,
    "peak_weeks": 1,
    "critical_days": ("03-21",),
    "hours": 4,
    "alternatives_slack": 1.0,
    "check_all_hours": False,
    "near_optimal": 3.0,
    "accept_incomplete": True,
}
"""A value other than the default of every setting that does not act on a network."""
NAMES = tuple(item.name for item in settings_of(CapacityConfig))


def test_every_setting_acts_is_refused_or_is_noted() -> None:
    assert sorted([*ACTS, *REFUSED, *UNUSED]) == sorted(NAMES)
    assert set(OTHER) == {*REFUSED, *UNUSED}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_setting_that_would_change_the_network_is_refused_by_name(small_network: Any, name: str) -> None:
    with pytest.raises(SettingError, match=rf"^{name} is set, but .+; leave the setting") as caught:
        check_settings(replace(CapacityConfig(), **{name: OTHER[name]}), small_network())
    assert caught.value.setting == name


@pytest.mark.parametrize("name", sorted(UNUSED))
def test_a_setting_without_effect_is_noted(small_network: Any, name: str) -> None:
    notes = check_settings(replace(CapacityConfig(), **{name: OTHER[name]}), small_network())
    assert [(note.kind, note.setting) for note in notes] == [(NoteKind.UNUSED, name)]


def test_the_defaults_are_neither_refused_nor_noted(small_network: Any) -> None:
    assert len(check_settings(CapacityConfig(), small_network())) == 0


def test_all_refused_settings_are_named_at_once(small_network: Any) -> None:
    config = CapacityConfig(co2_limit={2030: 0.0}, reserve_margin=100.0)
    with pytest.raises(SettingError, match=r"2 problems with the settings: .*co2_limit.*reserve_margin"):
        check_settings(config, small_network())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"years": (2035,)}, r"years is set, .*it is of 2030"),
        ({"horizon": Horizon.ROLLING}, r"horizon is set, .*it is of one year"),
        ({"horizon": Horizon.PERFECT}, r"horizon is set, .*it is of one year"),
    ],
)
def test_a_network_is_not_moved_to_another_year(
    small_network: Any, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(SettingError, match=sentence):
        check_settings(replace(CapacityConfig(), **change), small_network())


def test_switching_that_the_network_decides_is_noted(small_network: Any) -> None:
    (note,) = check_settings(CapacityConfig(commitment=Commitment.FULL), small_network())
    assert (note.kind, note.setting) == (NoteKind.UNUSED, "commitment")
    switched = small_network(generators__committable=True)
    (note,) = check_settings(CapacityConfig(), switched)
    assert "as the network says: 3 of them" in note.message
    assert (
        len(check_settings(CapacityConfig(commitment=Commitment.LINEARISED, method=Method.SIMPLEX), switched))
        == 0
    )


def test_a_plan_with_limits_of_its_own_is_never_the_plain_optimum(tmp_path: Path) -> None:
    case = CASES / "capacity" / "plain_for_ignored_settings.nc"
    if not case.is_file():
        pytest.skip(f"the case is not at {case}")
    project = Project.create(tmp_path / "networks", "Networks")
    shutil.copy(case, project.inputs / "plain.nc")
    config = CapacityConfig(source="plain.nc", co2_limit={2030: 0.0}, reserve_margin=100.0)
    with pytest.raises(SettingError, match=r"co2_limit is set, but the source is a PyPSA network"):
        plan_capacity(project, config)
