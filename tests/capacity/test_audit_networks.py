"""Networks of every kind of component, cost and time balance, so that a failed audit may fail their run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from network_kinds import KINDS

from workbench.capacity.config import CapacityConfig
from workbench.capacity.jobs import plan_capacity
from workbench.data.projects.project import Project
from workbench.errors import InvalidData, SettingError

# PyPSA 1.4 writes stochastic networks in a way that xarray is going to change.
pytestmark = [pytest.mark.filterwarnings("ignore::FutureWarning"), pytest.mark.slow, pytest.mark.thorough]
SHARED = Path(os.environ.get("WORKBENCH_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data")
CASES = sorted((SHARED.parent / "cases" / "capacity").glob("*.nc")) or [Path("none.nc")]


@pytest.mark.parametrize("kind", KINDS)
def test_networks_of_every_kind_balance(tmp_path: Path, kind: str) -> None:
    if kind == "process" and not hasattr(__import__("pypsa").Network(), "processes"):
        pytest.skip("this version of PyPSA has no processes")
    project = Project.create(tmp_path / "project", "Networks")
    KINDS[kind]().export_to_netcdf(str(project.inputs / "network.nc"))
    result = plan_capacity(project, CapacityConfig(source="network.nc"))
    costs, adequacy = result.table("costs"), result.table("adequacy")
    assert len(costs)
    assert len(adequacy)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_cases_balance_or_are_refused(tmp_path: Path, path: Path) -> None:
    if not path.is_file():
        pytest.skip(f"the cases are not at {SHARED.parent / 'cases'}")
    project = Project.create(tmp_path / "project", "Networks")
    shutil.copy(path, project.inputs / path.name)
    if path.stem == "nan_marginal_cost":
        with pytest.raises(InvalidData, match="its marginal_cost is blank"):
            plan_capacity(project, CapacityConfig(source=path.name))
        return
    result = plan_capacity(project, CapacityConfig(source=path.name, mip_gap=0.05))
    assert len(result.table("dispatch"))


def test_a_cap_on_the_whole_year_is_refused_with_windows(tmp_path: Path) -> None:
    path = SHARED.parent / "cases" / "capacity" / "yearly_co2_cap.nc"
    if not path.is_file():
        pytest.skip(f"the case is not at {path}")
    project = Project.create(tmp_path / "project", "Networks")
    shutil.copy(path, project.inputs / path.name)
    with pytest.raises(SettingError, match="hold over all its snapshots and not in each window"):
        plan_capacity(project, CapacityConfig(source=path.name, rolling_horizon=12))
    held = plan_capacity(project, CapacityConfig(source=path.name))
    assert held.table("emissions").co2.sum() * 1e6 <= 2500 * (1 + 1e-6)
