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
from workbench.errors import InvalidData

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


def test_a_cap_on_the_whole_year_is_handed_on_from_window_to_window(tmp_path: Path) -> None:
    path = SHARED.parent / "cases" / "capacity" / "yearly_co2_cap.nc"
    if not path.is_file():
        pytest.skip(f"the case is not at {path}")
    project = Project.create(tmp_path / "project", "Networks")
    shutil.copy(path, project.inputs / path.name)
    held = plan_capacity(project, CapacityConfig(source=path.name))
    for overlap in (0, 4):
        config = CapacityConfig(source=path.name, rolling_horizon=12, rolling_overlap=overlap)
        windows = plan_capacity(project, config)
        assert windows.table("emissions").co2.sum() * 1e6 <= 2500 * (1 + 1e-6)
        (row,) = windows.table("constraints").itertuples()
        assert (row.left, row.right) == (pytest.approx(windows.table("emissions").co2.sum() * 1e6), 2500.0)
        # What cannot be seen beyond a window costs something, and never less than to see the whole year.
        assert held.facts["objective"] <= windows.facts["objective"] * (1 + 1e-9)
