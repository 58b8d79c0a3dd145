from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from workbench.capacity.config import CapacityConfig
from workbench.capacity.extraction import audit as audit_module
from workbench.capacity.extraction import extract as extract_module
from workbench.capacity.inputs.network_files import read_network
from workbench.capacity.jobs import plan_capacity
from workbench.capacity.results.rescued import rescue_folder
from workbench.capacity.results.saved import finished_scenarios
from workbench.data.projects.project import Project
from workbench.errors import UnbalancedResult

MakeProject = Callable[..., Project]
CONFIG = CapacityConfig(years=(2030,), typical_days=3, co2_limit={2030: 3.0}, check_all_hours=False)


def planted(
    monkeypatch: pytest.MonkeyPatch, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]
) -> None:
    """Change what one of the functions makes of which the tables consist."""
    right = getattr(extract_module, name)
    monkeypatch.setattr(extract_module, name, lambda *given: change(right(*given)))


@pytest.mark.parametrize(
    ("function", "column", "sentence"),
    [
        (
            "_dispatch",
            "coal",
            r"power at 2029-.* of 2030 \[MW\]: dispatch with unserved load gives .*, the load gives",
        ),
        (
            "costs_table",
            "capital fixed operation total",
            r"costs of all years.*: the table of costs gives .*, the objective with .* gives",
        ),
        ("emissions_table", "co2", r"CO2 of 2030 \[Mt\]: the table of emissions gives .*, the limit gives"),
    ],
)
def test_a_planted_mistake_fails_the_run_and_names_the_two_numbers(
    make_project: MakeProject, monkeypatch: pytest.MonkeyPatch, function: str, column: str, sentence: str
) -> None:
    planted(
        monkeypatch,
        function,
        lambda table: table.assign(**{name: table[name] * 1.001 for name in column.split()}),
    )
    project = make_project()
    with pytest.raises(UnbalancedResult, match=sentence):
        plan_capacity(project, CONFIG)
    assert finished_scenarios(project) == ()


def test_a_plan_with_a_limit_balances(make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    right = audit_module.require_equal

    def remember(quantity: str, *given: Any, **options: Any) -> None:
        checked.append(quantity)
        right(quantity, *given, **options)

    monkeypatch.setattr(audit_module, "require_equal", remember)
    plan_capacity(make_project(), CONFIG)
    assert [
        words for words in checked if words.startswith(("power", "costs of all years", "CO2", "limit 'CO2"))
    ]


@pytest.mark.parametrize(
    ("case", "table", "column", "total"),
    [
        ("shrink_and_grow", "costs", "capital", 800.0),
        ("efficiency_t", "emissions", "co2", 1500e-6),
        ("carrier_named_load", "dispatch", "load", None),
    ],
)
def test_networks_of_others_balance(
    tmp_path: Path, case: str, table: str, column: str, total: float | None
) -> None:
    data = Path(os.environ.get("WORKBENCH_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data")
    path = data.parent / "cases" / "capacity" / f"{case}.nc"
    if not path.is_file():
        pytest.skip(f"the case is not at {path}")
    project = Project.create(tmp_path / "networks", "Networks")
    shutil.copy(path, project.inputs / path.name)
    result = plan_capacity(project, CapacityConfig(source=path.name))
    found = result.table(table)[column].sum()
    assert total is None or found == pytest.approx(total)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["ac-dc-meshed", "storage-hvdc", pytest.param("scigrid-de", marks=pytest.mark.thorough)]
)
def test_published_networks_balance(shared_data: Path, tmp_path: Path, name: str) -> None:
    project = Project.create(tmp_path / "project", "Networks")
    shutil.copy(shared_data / "networks" / f"{name}.nc", project.inputs)
    assert len(plan_capacity(project, CapacityConfig(source=f"{name}.nc")).table("costs"))


def test_a_network_of_others_that_does_not_balance_fails_too(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project.create(tmp_path / "project", "Networks")
    shutil.copy(shared_data / "networks" / "ac-dc-meshed.nc", project.inputs)
    planted(monkeypatch, "costs_table", lambda table: table.assign(capital=table.capital * 1.1))
    with pytest.raises(UnbalancedResult, match=r"costs of .*: their kinds gives .*, the total gives"):
        plan_capacity(project, CapacityConfig(source="ac-dc-meshed.nc"))
    assert finished_scenarios(project) == ()
    # The solve itself had ended: its network is not lost, and goes when a run of the scenario succeeds.
    (kept,) = rescue_folder(project).iterdir()
    assert read_network(kept).generators_t.p.to_numpy().any()
    monkeypatch.undo()
    plan_capacity(project, CapacityConfig(source="ac-dc-meshed.nc"))
    assert not list(rescue_folder(project).iterdir())
